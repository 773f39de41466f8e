package ingest

import (
	"strings"
	"testing"
	"time"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// Readiness and liveness of a member with one partition, by what its worker does and for how long.
func TestReadiness(t *testing.T) {
	for _, tt := range []struct {
		name        string
		worker      func(w *worker)
		after       time.Duration
		ready, live string // what the error says; empty: none
	}{
		{"NothingToDo", func(w *worker) { w.progress.see(0) }, 24 * time.Hour, "", ""},
		{"Behind", func(w *worker) { w.progress.see(10) }, time.Minute, "", ""},
		{"Stalled", func(w *worker) { w.progress.see(10) }, 10 * time.Minute, "calls/0: 10 records behind and nothing done for 600 s: no progress", ""},
		{"Moving", func(w *worker) {
			w.progress.see(10)
			w.c.clock.(*fakeClock).now = today.Add(8 * time.Minute)
			w.progress.advance(4, today)
		}, 10 * time.Minute, "", ""},
		{"Waiting", func(w *worker) {
			w.progress.see(10)
			w.state.waiting("put: 503", hint.Hint{})
		}, 24 * time.Hour, "nothing done for 86400 s: put: 503", ""},
		{"Wedged", func(w *worker) { w.progress.see(10) }, 24 * time.Hour, "no progress", "hangs at offset 0 for 86400 s"},
		{"Paused", func(w *worker) { w.state.paused("put: 403", hint.Of(hint.Login)) }, time.Second, "calls/0: paused: put: 403 (check the user name and password, or the API key)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loop := newTestLoop(t, newMemStore(), newMemSink(), nil)
			c, err := NewConsumer(ConsumerConfig{Loop: loop, Cluster: Cluster{Brokers: []string{"127.0.0.1:1"}},
				Sources: map[string]decode.Source{"calls": source95598}})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Ready(); err == nil || !strings.Contains(err.Error(), "has not joined") {
				t.Errorf("before joining: %v", err)
			}
			w := newWorker(c, partitionID{"calls", 0}, &source95598, 0, newAcks(1))
			c.adopt(1, []*worker{w})
			c.group.running()
			c.clock.(*fakeClock).now = today
			w.progress.report(today)
			tt.worker(w)
			c.clock.(*fakeClock).now = today.Add(tt.after)
			for what, check := range map[string]struct {
				err  error
				want string
			}{"ready": {c.Ready(), tt.ready}, "live": {c.Live(), tt.live}} {
				if (check.err == nil) != (check.want == "") || check.err != nil && !strings.Contains(check.err.Error(), check.want) {
					t.Errorf("%s: %v, want %q", what, check.err, check.want)
				}
			}
		})
	}
}
