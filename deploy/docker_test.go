package deploy

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(read(t, "Dockerfile")))
	if err != nil {
		t.Fatal(err)
	}
	if len(parsed.Warnings) > 0 {
		t.Errorf("warnings: %v", parsed.Warnings)
	}
	all, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 {
		t.Fatalf("%d stages", len(all))
	}
	return all
}

// The image has one binary, no shell and no root, and starts what the real command line knows.
func TestDockerfile(t *testing.T) {
	all := stages(t)
	final := all[1]
	if !strings.Contains(final.BaseName, "distroless/static") || !strings.HasSuffix(final.BaseName, ":nonroot") {
		t.Errorf("the final image is made from %s", final.BaseName)
	}
	var user string
	var entry, args []string
	for _, command := range final.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.EntrypointCommand:
			entry = c.CmdLine
		case *instructions.CmdCommand:
			args = c.CmdLine
		case *instructions.CopyCommand:
			if c.From != all[0].Name || c.DestPath != "/usr/local/bin/suqiu" {
				t.Errorf("copies from %s to %s", c.From, c.DestPath)
			}
		case *instructions.HealthCheckCommand:
			if test := c.Health.Test; test[0] != "CMD" {
				t.Errorf("the health check %q needs a shell, and there is none", test)
			} else if err := checkCommand(t, test[2:]); err != nil {
				t.Error(err)
			}
		case *instructions.RunCommand:
			t.Errorf("runs %s where there is no shell", c)
		}
	}
	if user != "65532:65532" {
		t.Errorf("runs as %q; Kubernetes can't see whether a name is root", user)
	}
	if len(entry) != 1 || entry[0] != "/usr/local/bin/suqiu" {
		t.Errorf("entry point %q", entry)
	}
	if err := checkCommand(t, args); err != nil {
		t.Error(err)
	}
}

// The image is built with the Go that go.mod asks for.
func TestDockerfileGo(t *testing.T) {
	version := ""
	for line := range strings.Lines(string(read(t, "../go.mod"))) {
		if rest, ok := strings.CutPrefix(line, "go "); ok {
			version = strings.TrimSuffix(strings.TrimSpace(rest), ".0")
		}
	}
	if base := stages(t)[0].BaseName; !strings.HasPrefix(base, "golang:"+version+"-") {
		t.Errorf("built on %s, go.mod says %s", base, version)
	}
}

// What .dockerignore leaves is enough to build, by the command of the Dockerfile.
func TestDockerContext(t *testing.T) {
	ignored, err := ignorefile.ReadAll(bytes.NewReader(read(t, "../.dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	patterns, err := patternmatcher.New(ignored)
	if err != nil {
		t.Fatal(err)
	}
	context := t.TempDir()
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel("..", path)
		if err != nil || name == "." {
			return err
		}
		skip, err := patterns.MatchesOrParentMatches(name)
		switch {
		case err != nil:
			return err
		case skip && entry.IsDir():
			return filepath.SkipDir
		case skip:
			return nil
		case entry.IsDir():
			return os.Mkdir(filepath.Join(context, name), 0o755)
		}
		write(t, filepath.Join(context, name), read(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var shell string
	for _, command := range stages(t)[0].Commands {
		if run, ok := command.(*instructions.RunCommand); ok && strings.Contains(run.CmdLine[0], "go build") {
			shell = run.CmdLine[0]
		}
	}
	built := filepath.Join(context, "bin", "suqiu")
	shell = strings.ReplaceAll(shell, "/out/suqiu", built)
	if !strings.Contains(shell, built) {
		t.Fatalf("the Dockerfile builds by %q", shell)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", shell)
	cmd.Dir = context
	cmd.Env = append(os.Environ(), "TARGETOS=", "TARGETARCH=", "VERSION=v1.2.3-test")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), built, "--version").Output()
	if err != nil || !strings.Contains(string(out), "v1.2.3-test") {
		t.Errorf("--version prints %q, %v", out, err)
	}
}
