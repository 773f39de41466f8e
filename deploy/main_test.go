// Package deploy checks the files that suqiu is operated with: each against its schema, each command line and each
// variable in them against the real binary, and each alert against the metrics of processes that have really failed.
// It is a module of its own, so that Prometheus, Kubernetes and the like, which only these tests need, stay out of
// suqiu's own requirements.
package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// binary is suqiu, built from the sources beside this folder.
var binary string

// topics are those of the hotlines, as the configuration has them where nothing else is set.
var topics = []string{"suqiu.hotline.95598", "suqiu.hotline.12398", "suqiu.hotline.12345"}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "suqiu-deploy-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "suqiu")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build suqiu: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// environment is that of this process without what would configure suqiu, and with more.
func environment(more ...string) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "SUQIU_") {
			env = append(env, entry)
		}
	}
	return append(env, more...)
}

// suqiu runs a command of the binary to its end. An error that is not an exit code fails the test.
func suqiu(t *testing.T, env []string, args ...string) (output string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = environment(env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// checkCommand reports what the real command line says against args, which begin after the program's name. Nothing is
// run: --help comes after them, so that every flag and its value is parsed.
func checkCommand(t *testing.T, args []string) error {
	t.Helper()
	var words []string
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			break
		}
		words = append(words, arg)
	}
	if len(words) == 0 {
		return errors.New("names no command")
	}
	out, code := suqiu(t, nil, append(args[:len(args):len(args)], "--help")...)
	if code != 0 {
		return fmt.Errorf("suqiu %s: exit code %d: %s", strings.Join(args, " "), code, out)
	}
	if name := "suqiu " + strings.Join(words, " ") + " - "; !strings.Contains(out, name) {
		return fmt.Errorf("suqiu %s: there is no such command; its help is\n%s", strings.Join(args, " "), out)
	}
	return nil
}

// checkConfig reports what the real configuration says against a file and variables of one process.
func checkConfig(t *testing.T, file string, env map[string]string) error {
	t.Helper()
	list := []string{"SUQIU_CONFIG=" + file}
	for name, value := range env {
		if strings.HasPrefix(name, "SUQIU_") && name != "SUQIU_CONFIG" {
			list = append(list, name+"="+value)
		}
	}
	if out, code := suqiu(t, list, "config"); code != 0 {
		return fmt.Errorf("suqiu config with %s: exit code %d: %s", file, code, out)
	}
	return nil
}

// setting is one value of the configuration that suqiu config prints for a file.
func setting(t *testing.T, file, key string) string {
	t.Helper()
	out, code := suqiu(t, []string{"SUQIU_CONFIG=" + file}, "config")
	if code != 0 {
		t.Fatalf("suqiu config: %s", out)
	}
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key {
			return fields[1]
		}
	}
	t.Fatalf("suqiu config prints no %s:\n%s", key, out)
	return ""
}

// needsKeys says whether a command works with the keys of pseudonyms: it reads records, or makes their ids anew. Every other one
// must not get them: who has the keys can find a number's calls.
func needsKeys(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"serve", "consume", "audit", "reclassify"}, args[0])
}

// The checks below would be worth nothing if they passed anything.
func TestChecksFindFaults(t *testing.T) {
	for _, args := range [][]string{{"serve", "--sett", "a=b"}, {"kafka", "set-up"}, {"kafka", "setup", "--partitions", "many"}, {"serv"}, {"--help"}} {
		if err := checkCommand(t, args); err == nil {
			t.Errorf("suqiu %s passes", strings.Join(args, " "))
		}
	}
	if err := checkConfig(t, "compose/suqiu.yaml", map[string]string{"SUQIU_KAFKA_BROKER": "a:1"}); err == nil {
		t.Error("a misspelt variable passes")
	}
	file := filepath.Join(t.TempDir(), "suqiu.yaml")
	write(t, file, []byte("kafka: {borkers: [a]}\n"))
	if err := checkConfig(t, file, nil); err == nil {
		t.Error("a misspelt setting passes")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
