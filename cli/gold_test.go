package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The rules do no worse on the gold records than they have done. The floors lie a little below what was measured; coast and lake
// have texts that no rule was written with.
func TestGold(t *testing.T) {
	t.Parallel() // it computes for long, in one goroutine
	for file, floor := range map[string]string{
		"south.jsonl": "0.97", "north.jsonl": "0.97", "west.jsonl": "0.97", "coast.jsonl": "0.94", "pearl.jsonl": "0.96",
		"plain.jsonl": "0.95", "hill.jsonl": "0.95", "gulf.jsonl": "0.95",
		"bank-s.jsonl": "0.92", "bank-n.jsonl": "0.91", "bank-x.jsonl": "0.93", "lake.jsonl": "0.91",
	} {
		t.Run(strings.TrimSuffix(file, ".jsonl"), func(t *testing.T) {
			var out, errs bytes.Buffer
			args := []string{"suqiu", "evaluate", filepath.Join("testdata", "gold", file), "--summary", "--min-f1", floor}
			if code := Run(t.Context(), args, Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now}); code != 0 {
				t.Errorf("exit code %d, told %q\n%s", code, &errs, &out)
			}
		})
	}
}
