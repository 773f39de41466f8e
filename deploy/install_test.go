//go:build unix

package deploy

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// steps are the commands that the comment at the head of a file tells the operator to type: each block of indented lines.
func steps(t *testing.T, file string) []string {
	t.Helper()
	blocks := []string{""}
	for line := range strings.Lines(string(read(t, file))) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		if command, typed := strings.CutPrefix(line, "#   "); typed {
			blocks[len(blocks)-1] += command
		} else if blocks[len(blocks)-1] != "" {
			blocks = append(blocks, "")
		}
	}
	return slices.DeleteFunc(blocks, func(b string) bool { return b == "" })
}

// take runs steps in a folder, as a shell does with the usual umask; programs of the machine are functions given before
// them, which write what they are called with into the file that is returned.
func take(t *testing.T, dir, functions, steps string) []string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "calls")
	write(t, log, nil)
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", "umask 022\n"+functions+"\n"+steps)
	cmd.Dir = dir
	cmd.Env = environment("CALLS="+log, "SUQIU="+binary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v: %s", steps, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(read(t, log)), "\n"), "\n")
}

// checkMode fails unless there is something at path with these rights.
func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Error(err)
	} else if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has the mode %o, not %o", path, got, want)
	}
}

// The steps at the head of compose.yaml make what it needs, and nobody but their owner can read keys and passwords;
// what they start is there.
func TestComposeSteps(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	blocks := steps(t, "compose.yaml")
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of steps: %q", len(blocks), blocks)
	}
	above := t.TempDir()
	dir := filepath.Join(above, "deploy")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, ".env.example"), read(t, ".env.example"))
	const functions = `docker() { echo "$*" >> "$CALLS"; if [ "$1" = run ]; then shift 3; "$SUQIU" "$@"; fi; }
sudo() { echo "sudo $*" >> "$CALLS"; }`
	calls := take(t, above, functions, strings.Join(blocks, ""))
	keys := read(t, filepath.Join(dir, "secrets", "pseudonym.keys"))
	if take(t, above, functions, strings.Join(blocks, "")); !bytes.Equal(read(t, filepath.Join(dir, "secrets", "pseudonym.keys")), keys) {
		t.Error("the keys are made anew by whoever takes the steps again")
	}
	checkMode(t, filepath.Join(dir, ".env"), 0o600)
	checkMode(t, filepath.Join(dir, "secrets", "pseudonym.keys"), 0o600)
	checkMode(t, filepath.Join(dir, "snapshots"), 0o755)
	if bytes.Count(keys, []byte("\n")) != 1 || !bytes.Contains(keys, []byte(":")) {
		t.Errorf("the keys are %d lines", bytes.Count(keys, []byte("\n")))
	}
	if image := project.Services["suqiu"].Image; !slices.Contains(calls, "run --rm "+image+" key new") || !slices.Contains(calls, "sudo chown 65532 secrets/pseudonym.keys") {
		t.Errorf("no key is made by the image %s, or not for its user: %q", image, calls)
	}
	if slices.Index(calls, "compose build") != 0 {
		t.Errorf("the image is used before it is built: %q", calls)
	}
	checked := 0
	for _, call := range calls {
		if args, ours := strings.CutPrefix(call, "compose run --rm --no-deps "); ours {
			checked++
			checkService(t, project, strings.Fields(args))
		}
	}
	if checked != 2 {
		t.Errorf("an upgrade runs %d commands: %q", checked, calls)
	}
}

// The lines at the head of suqiu@.service install each unit that is enabled, all that it starts and all that these
// read, with rights by which a user without a name can read what is not secret, and root alone what is.
func TestSystemdSteps(t *testing.T) {
	blocks := steps(t, "systemd/suqiu@.service")
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of steps: %q", len(blocks), blocks)
	}
	dir, root := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("systemd")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"suqiu", "kafka-ca.pem", "elasticsearch-ca.pem"} {
		write(t, filepath.Join(dir, name), []byte("of this test"))
	}
	for _, folder := range []string{"/etc/systemd/system", "/usr/local/bin"} {
		if err := os.MkdirAll(root+folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	typed := strings.NewReplacer("/etc/", root+"/etc/", "/usr/local/", root+"/usr/local/").Replace(strings.Join(blocks, ""))
	const functions = `systemctl() { echo "$*" >> "$CALLS"; }
suqiu() { "$SUQIU" "$@"; }`
	calls := take(t, dir, functions, typed)
	keys := read(t, root+"/etc/suqiu/pseudonym.keys")
	if take(t, dir, functions, typed); len(keys) == 0 || !bytes.Equal(read(t, root+"/etc/suqiu/pseudonym.keys"), keys) {
		t.Error("the keys are not there, or made anew by whoever takes the steps again")
	}
	var enabled []string
	for _, call := range calls {
		if names, ok := strings.CutPrefix(call, "enable --now "); ok {
			for name := range strings.FieldsSeq(regexp.MustCompile(`@\d+`).ReplaceAllString(names, "@.service")) {
				enabled = append(enabled, name)
			}
		}
	}
	slices.Sort(enabled)
	var wanted []string // by somebody: those started by a timer are not
	for _, file := range units(t) {
		name := filepath.Base(file)
		checkMode(t, root+"/etc/systemd/system/"+name, 0o644)
		unit := options(t, file)
		if len(unit["Install.WantedBy"]) > 0 {
			wanted = append(wanted, name)
		}
		for _, path := range unit["Service.EnvironmentFile"] {
			checkMode(t, root+path, 0o600)
		}
		for _, credential := range unit["Service.LoadCredential"] {
			_, path, _ := strings.Cut(credential, ":")
			checkMode(t, root+path, 0o600)
		}
		for _, line := range unit["Service.ExecStart"] {
			checkMode(t, root+strings.Fields(line)[0], 0o755)
		}
	}
	if !slices.Equal(slices.Compact(enabled), wanted) {
		t.Errorf("enabled are %q, want %q", enabled, wanted)
	}
	for path, mode := range map[string]fs.FileMode{"/etc/suqiu": 0o755, "/etc/suqiu/suqiu.yaml": 0o644, setting(t, "systemd/suqiu.yaml.example", "dicts"): 0o755,
		setting(t, "systemd/suqiu.yaml.example", "kafka.ca_file"): 0o644, setting(t, "systemd/suqiu.yaml.example", "elasticsearch.ca_file"): 0o644} {
		checkMode(t, root+path, mode)
	}
}

// Git leaves alone what operators fill this folder with, and keeps the templates.
func TestSecretsAreIgnored(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".gitignore"), read(t, "../.gitignore"))
	secret := map[string]bool{"deploy/.env": true, "deploy/secrets/pseudonym.keys": true, "deploy/snapshots/index-0": true, "deploy/kubernetes/secret.yaml": true,
		"deploy/systemd/suqiu.env": true, "deploy/systemd/suqiu-drop.env": true, "deploy/systemd/pseudonym.keys": true, "data/pseudonym.key": true,
		"deploy/.env.example": false, "deploy/systemd/suqiu.env.example": false, "deploy/systemd/suqiu-drop.env.example": false,
		"deploy/kubernetes/secret.example.yaml": false, "deploy/kubernetes/setup.yaml": false}
	names := slices.Sorted(maps.Keys(secret))
	git := func(input string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %q: %v", args, err)
		}
		return string(out)
	}
	git("", "init", "-q")
	ignored := strings.Fields(git(strings.Join(names, "\n")+"\n", "check-ignore", "--no-index", "--stdin"))
	for _, name := range names {
		if got := slices.Contains(ignored, name); got != secret[name] {
			t.Errorf("%s: ignored %v, want %v", name, got, secret[name])
		}
	}
}
