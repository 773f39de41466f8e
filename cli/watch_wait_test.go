package cli

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// said is a log that tells of a text as soon as it is written.
type said struct {
	mu    sync.Mutex
	all   bytes.Buffer
	want  string
	found func()
}

func (s *said) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.all.Write(text)
	if strings.Contains(s.all.String(), s.want) {
		s.found()
	}
	return n, err
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// A watcher that starts while Elasticsearch is away, or refuses it, waits until it is told to end; with --once it says
// so and ends.
func TestWatchWaits(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":{"type":"security_exception","reason":"unable to authenticate user [suqiu]"},"status":401}`))
	}))
	defer refusing.Close()
	for _, tt := range []struct {
		name, address, tree, want string
	}{
		{"away", "http://127.0.0.1:1", "grid", "the store is unavailable, trying again"},
		{"away, tree of divisions", "http://127.0.0.1:1", "division", "the store is unavailable, trying again"},
		{"refusing", refusing.URL, "grid", "the store refuses, paused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			environ := []string{"SUQIU_ELASTICSEARCH_ADDRESSES=" + tt.address}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			log := &said{want: tt.want, found: cancel}
			code := Run(ctx, []string{"suqiu", "watch", "--tree", tt.tree}, Env{Stdout: &bytes.Buffer{}, Stderr: log, Environ: environ, Now: time.Now})
			if code != 0 || !strings.Contains(log.String(), tt.want) {
				t.Errorf("exit code %d, told %s", code, log)
			}

			var errs bytes.Buffer
			code = Run(t.Context(), []string{"suqiu", "watch", "--once", "--tree", tt.tree}, Env{Stdout: &bytes.Buffer{}, Stderr: &errs, Environ: environ, Now: time.Now})
			if code != exitFailed || strings.Contains(errs.String(), tt.want) {
				t.Errorf("with --once: exit code %d, told %s", code, &errs)
			}
		})
	}
}
