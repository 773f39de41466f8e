package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// syncBuffer may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// awaits blocks until the output holds the text so many times.
func (s *syncBuffer) awaits(t *testing.T, text string, times int) {
	t.Helper()
	for end := time.Now().Add(patience); strings.Count(s.String(), text) < times; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the output has not %d times %q:\n%s", times, text, s)
		}
	}
}

// A rule that is being edited is tried anew whenever its file is saved and for every line that is typed; Ctrl-C ends it well.
func TestRuleTryWatches(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hum.yaml")
	write := func(words string) {
		text := "rules:\n  - id: mine.hum\n    label: grid.hazard\n    when: 「" + words + "」\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("轰鸣轰鸣")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	var out, errs syncBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"suqiu", "rule", "try", path}, Env{Stdin: typed, Stdout: &out, Stderr: &errs, Now: time.Now})
	}()
	if _, err := io.WriteString(keyboard, "楼下箱子嗡嗡响\n"); err != nil {
		t.Fatal(err)
	}
	out.awaits(t, "规则散列", 1)
	if strings.Contains(out.String(), "mine.hum +1") {
		t.Fatalf("the rule fired before it was edited:\n%s", &out)
	}
	write("嗡嗡响 轰鸣轰鸣")
	out.awaits(t, "+ mine.hum +1", 1)
	write("嗡嗡响(")
	out.awaits(t, "hum.yaml:4:", 1)
	write("箱子嗡嗡")
	out.awaits(t, "+ mine.hum +1", 2)
	if _, err := io.WriteString(keyboard, "箱子嗡嗡的\n"); err != nil {
		t.Fatal(err)
	}
	out.awaits(t, "+ mine.hum +1", 3)
	interrupt()
	if code := <-ended; code != 0 || errs.String() != "请输入要试的话，一行一句：\n" {
		t.Errorf("exit code %d: %s", code, &errs)
	}
}
