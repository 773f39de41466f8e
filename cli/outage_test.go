package cli

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"suqiu/classify"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
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
