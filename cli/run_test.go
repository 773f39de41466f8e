package cli

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// A command that SIGINT ended says so, not how its parts put it.
func TestRunInterrupted(t *testing.T) {
	folder := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"Search", []string{"search", "停电"}},
		{"Status", []string{"status"}},
		{"Audit", []string{"audit"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			var out, errs bytes.Buffer
			args := append([]string{"suqiu"}, append(tt.args, "--embedded", "--data", folder, "--set", "log.level=error")...)
			code := Run(ctx, args, Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now})
			if code != exitFailed || errs.String() != "suqiu: interrupted\n" {
				t.Errorf("exit code %d, told %q", code, &errs)
			}
		})
	}
}
