//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program builds one of the module's programs below dir and returns its path.
func program(t *testing.T, dir, path string) string {
	t.Helper()
	name := filepath.Join(dir, filepath.Base(path))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, path).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", path, err, out)
	}
	return name
}

// environment is that of this process without what would configure suqiu.
func environment() []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "SUQIU_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// suqiu is the binary under test with the configuration of one test.
type suqiu struct {
	binary string
	config string // file
}

func (s suqiu) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = append(environment(), "SUQIU_CONFIG="+s.config)
	return cmd
}

// run runs a command to its end and returns what it printed.
func (s suqiu) run(ctx context.Context, args ...string) (string, error) {
	cmd := s.command(ctx, args...)
	var out, fault bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err != nil {
		return out.String(), errors.Join(err, errors.New(strings.TrimSpace(fault.String())))
	}
	return out.String(), nil
}

// foldAccount is what the program fold prints.
type foldAccount struct {
	Records, Broken, Older, Same, Moved, Calls, Documents int
	Lost, Doubled, Stale, Wrong, Invented                 int
	Examples                                              []string
}

// runFold compares an index with its input and fails the test if they differ.
func runFold(t *testing.T, dir string, args ...string) foldAccount {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program(t, dir, "suqiu/e2e/fold"), args...).Output()
	var account foldAccount
	if decodeErr := json.Unmarshal(out, &account); decodeErr != nil {
		t.Fatal(errors.Join(err, decodeErr))
	}
	if err != nil {
		t.Errorf("the index differs from the fold of its input (%v): %d lost, %d doubled, %d stale, %d wrong, %d invented\n%s", err,
			account.Lost, account.Doubled, account.Stale, account.Wrong, account.Invented, strings.Join(account.Examples, "\n"))
	}
	return account
}
