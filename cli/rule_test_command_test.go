package cli

import (
	"bytes"
	"testing"
	"time"
)

// The examples of the shipped rules hold them: each rule fires on some and is told from what is like it, nearly every
// group has a word in one, and of the small changes of the rules at least four of five are noticed. Where a change of a
// rule brings the share below, suqiu rule test --propose finds what its examples lack (docs/rules.md, Tests).
func TestExamplesHoldTheRules(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"suqiu", "rule", "test", "--min-mutation", "0.8", "--min-coverage", "0.95", "--demands"}
	if code := Run(t.Context(), args, Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now}); code != 0 {
		t.Errorf("exit code %d, told %q\n%s", code, &errs, &out)
	}
}
