package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"suqiu/classify"
	"suqiu/dicts"
	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/index/sqlite"
	"suqiu/ingest"
)

// outage is a ledger that fails with a kind of fault for some requests before it answers.
type outage struct {
	index.Ledger
	kind hotline.FaultKind
	left int
}

func (o *outage) GetRecord(ctx context.Context, key string) (index.Record, error) {
	if o.left > 0 {
		o.left--
		return index.Record{}, &hotline.Fault{Kind: o.kind, Op: "read " + key, Err: errors.New("down")}
	}
	return o.Ledger.GetRecord(ctx, key)
}

// A process that starts while the store is down waits for it; one whose store is set up wrongly says so and ends.
func TestStartDuringOutage(t *testing.T) {
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rules, err := classify.Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var waits []bool
	s := &session{
		env: Env{Now: time.Now}, log: slog.New(slog.DiscardHandler),
		set: rules, checked: true, waiting: func(err error) { waits = append(waits, err != nil) },
	}
	t.Run("Unavailable", func(t *testing.T) {
		ledger := &outage{Ledger: store, kind: hotline.FaultUnavailable, left: 2}
		got, err := s.registered(t.Context(), ledger)
		if err != nil || ledger.left != 0 {
			t.Fatalf("%d failures left, %v", ledger.left, err)
		}
		if got.Revision() != 1 {
			t.Errorf("revision %d, want 1", got.Revision())
		}
		if !slices.Equal(waits, []bool{true, true, false}) {
			t.Errorf("told to wait: %v, want twice, and then that it no longer does", waits)
		}
	})
	t.Run("Stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.registered(ctx, &outage{Ledger: store, kind: hotline.FaultUnavailable, left: 2}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
	t.Run("SetUpWrongly", func(t *testing.T) {
		var fault *hotline.Fault
		if _, err := s.registered(t.Context(), &outage{Ledger: store, kind: hotline.FaultSetup, left: 1}); !errors.As(err, &fault) {
			t.Errorf("got %v, want the fault", err)
		}
	})
}

// A process that runs for good waits until what the store refuses is mended, and says so; differing clocks end it.
func TestLastingStartPauses(t *testing.T) {
	refused := &hotline.Fault{Kind: hotline.FaultSetup, Op: "read ruleset", Hint: hint.Of(hint.Login), Err: errors.New("status 401")}
	t.Run("Refused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			pages := newSite("g", time.Now)
			start := time.Now()
			s := &session{log: slog.New(slog.DiscardHandler), waiting: pages.waiting, lasting: true}
			asked := 0
			err := s.untilAvailable(t.Context(), func() error {
				if asked++; asked == 2 {
					state := *pages.state.Load()
					want := ingest.Report{Phase: ingest.PhasePaused, Why: "starting: read ruleset: status 401", Hint: hint.Of(hint.Login).String(), Since: start}
					if state != want {
						t.Errorf("state %+v, want %+v", state, want)
					}
					if got := pages.unready().Error(); got != "paused: starting: read ruleset: status 401 ("+hint.Of(hint.Login).String()+")" {
						t.Errorf("ready says %q", got)
					}
				}
				if asked <= 3 {
					return refused
				}
				return nil
			})
			if err != nil || time.Since(start) != 3*setupWait {
				t.Errorf("began after %s with %v, want after three waits", time.Since(start), err)
			}
			if got := pages.unready().Error(); got != "starting" {
				t.Errorf("afterwards ready says %q", got)
			}
		})
	})
	t.Run("Clock", func(t *testing.T) {
		s := &session{log: slog.New(slog.DiscardHandler), waiting: func(error) {}, lasting: true}
		clock := &hotline.Fault{Kind: hotline.FaultSetup, Op: "compare", Err: fmt.Errorf("%w: by an hour", elastic.ErrClock)}
		if err := s.untilAvailable(t.Context(), func() error { return clock }); !errors.Is(err, elastic.ErrClock) {
			t.Errorf("got %v, want the clock's fault", err)
		}
	})
}
