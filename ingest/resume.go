package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Ledger keeps small records with optimistic concurrency; it is what index.Ledger offers, in plain types.
type Ledger interface {
	// Get returns a record and its revision, which is 0 when there is none.
	Get(ctx context.Context, key string) (value []byte, rev int64, err error)
	// Put writes value if the record's revision still is ifRev and returns the new one; else ErrLedgerConflict.
	Put(ctx context.Context, key string, value []byte, ifRev int64) (rev int64, err error)
}

// ErrLedgerConflict is what a Ledger returns when another writer was first.
var ErrLedgerConflict = errors.New("changed by another writer meanwhile")

// resume is how far a file has been brought to its end. Arrived is the time at which it was first begun: items that
// are done again after an interruption get the same content revision.
type resume struct {
	Name    string    `json:"name"`
	Items   int64     `json:"items"`
	Arrived time.Time `json:"arrived"`
	Done    bool      `json:"done,omitempty"`
}

// resumeSaver keeps one resume point in the ledger. Without a ledger it keeps nothing.
type resumeSaver struct {
	ledger  Ledger
	key     string
	clock   Clock
	backoff Backoff
	log     *slog.Logger
	rev     int64
}

// load replaces p by what is known of an earlier, interrupted run, and saves p as the beginning of a new one.
func (s *resumeSaver) load(ctx context.Context, p *resume) error {
	if s.ledger == nil {
		return nil
	}
	value, rev, err := s.get(ctx)
	if err != nil {
		return err
	}
	s.rev = rev
	if rev != 0 {
		var earlier resume
		if err := json.Unmarshal(value, &earlier); err != nil {
			return fmt.Errorf("read resume point %s: %w", s.key, err)
		}
		if !earlier.Done {
			*p = earlier
			return nil
		}
	}
	return s.save(ctx, p)
}

func (s *resumeSaver) get(ctx context.Context) ([]byte, int64, error) {
	for attempt := 0; ; attempt++ {
		value, rev, err := s.ledger.Get(ctx, s.key)
		if err == nil {
			return value, rev, nil
		}
		if err := s.wait(ctx, err, attempt); err != nil {
			return nil, 0, err
		}
	}
}

// save moves the resume point, for as long as the ledger takes to answer. That another process moved it is an error:
// two are reading the same file.
func (s *resumeSaver) save(ctx context.Context, p *resume) error {
	if s.ledger == nil {
		return nil
	}
	value, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write resume point: %w", err)
	}
	for attempt := 0; ; attempt++ {
		rev, err := s.ledger.Put(ctx, s.key, value, s.rev)
		if err == nil {
			s.rev = rev
			return nil
		}
		if errors.Is(err, ErrLedgerConflict) {
			return s.settle(ctx, value)
		}
		if err := s.wait(ctx, err, attempt); err != nil {
			return err
		}
	}
}

func (s *resumeSaver) wait(ctx context.Context, err error, attempt int) error {
	s.log.Warn("the ledger is unavailable, trying again", "record", s.key, "attempt", attempt+1, "err", err)
	return s.clock.Sleep(ctx, s.backoff.wait(attempt))
}

// settle looks whether the writer that was first is an earlier attempt of our own whose answer was lost.
func (s *resumeSaver) settle(ctx context.Context, value []byte) error {
	known, rev, err := s.get(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(known, value) {
		return fmt.Errorf("another process has moved resume point %s: is the same file being ingested twice? Wait for the other to end", s.key)
	}
	s.rev = rev
	return nil
}
