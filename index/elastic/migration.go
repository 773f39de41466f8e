package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/index"
)

// migration is the ledger's record of one, by which another run goes on after the first has died, and by which writers
// know why their month is blocked.
type migration struct {
	Source   string    `json:"source"`
	Target   string    `json:"target"`
	Base     int64     `json:"base"`     // sequence number that all writes before the first copy are at or below
	Token    string    `json:"token"`    // last id of the first copy
	Copied   bool      `json:"copied"`   // the first copy is through
	From     int64     `json:"from"`     // sequence number from which the next catching up begins
	Blocked  bool      `json:"blocked"`  // writers wait
	Swapping bool      `json:"swapping"` // the swap was asked for, and its answer is not known
	Runner   string    `json:"runner"`   // who is at work; empty: nobody
	Beat     time.Time `json:"beat"`     // when the runner last wrote this, by its own clock
}

const migrationPrefix = "migration/"

// runnerSilence is after what time, by the clock of who waits for it, a runner whose record has not changed is taken for
// dead. It is longer than any request of a runner that is alive. watchRunner is how often the record is looked at.
const (
	runnerSilence = 3 * time.Minute
	watchRunner   = time.Second
)

func (m *mover) key() string { return migrationPrefix + m.month }

// claim makes this the only runner, and finds out what there is to go on with.
func (m *mover) claim(ctx context.Context, source string) error {
	if err := m.load(ctx); err != nil {
		return err
	}
	if m.state.Runner != "" && m.state.Runner != m.runner {
		if err := m.awaitSilence(ctx); err != nil {
			return err
		}
	}
	if target := m.generation(m.month, m.generationOf(source)+1); m.state.Source != source || m.state.Target != target {
		m.state = migration{Source: source, Target: target}
	}
	return m.save(ctx)
}

// load reads the record, if there is one.
func (m *mover) load(ctx context.Context) error {
	record, err := m.GetRecord(ctx, m.key())
	if errors.Is(err, index.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var state migration
	if err := json.Unmarshal(record.Value, &state); err != nil {
		return fmt.Errorf("read %s: %w", m.key(), err)
	}
	m.state, m.rev = state, record.Rev
	return nil
}

// awaitSilence returns when the runner of the record has given up, or has not changed it for runnerSilence. Times that
// were written by another machine's clock say nothing here. Any change by a runner is a sign of life, and a fault.
func (m *mover) awaitSilence(ctx context.Context) error {
	m.report(Progress{Month: m.month, Step: StepWait})
	runner, seen, since := m.state.Runner, m.rev, m.now()
	for m.now().Sub(since) < runnerSilence {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another run of the migration of %s, %s: %w", m.month, runner, ctx.Err())
		case <-time.After(watchRunner):
		}
		if err := m.load(ctx); err != nil {
			return err
		}
		switch {
		case m.state.Runner == "":
			return nil
		case m.rev != seen:
			return setupFault("migrate "+m.month, hint.Of(hint.MigrationRuns, runnerSilence.String()),
				"another run, %s, is at work", m.state.Runner)
		}
	}
	return nil
}

// save writes the record, on condition that no other runner has taken over.
func (m *mover) save(ctx context.Context) error {
	m.state.Runner, m.state.Beat = m.runner, m.now()
	return m.put(ctx)
}

// hold saves the record if that was some time ago, so that a runner that stood still does not go on to change the new
// index while another is at work, or when that is in use already.
func (m *mover) hold(ctx context.Context) error {
	if m.now().Sub(m.state.Beat) < runnerSilence/6 {
		return nil
	}
	return m.save(ctx)
}

func (m *mover) put(ctx context.Context) error {
	value, err := json.Marshal(m.state)
	if err != nil {
		return fmt.Errorf("write %s: %w", m.key(), err)
	}
	rev, err := m.PutRecord(ctx, m.key(), value, m.rev)
	if errors.Is(err, index.ErrConflict) && m.doubtful != nil {
		// An earlier put, whose answer was lost, may have been done.
		record, again := m.GetRecord(ctx, m.key())
		if again == nil && bytes.Equal(record.Value, m.doubtful) {
			rev, err = m.PutRecord(ctx, m.key(), value, record.Rev)
		}
	}
	switch {
	case errors.Is(err, index.ErrConflict):
		return setupFault("migrate "+m.month, hint.Of(hint.MigrationTaken), "another run has taken over: %w", err)
	case err != nil:
		m.doubtful = value
		return err
	}
	m.rev, m.doubtful = rev, nil
	return nil
}

// release gives the migration up for others to go on with, after err, or closes it. When another run has taken over, the
// record and the block are that run's. Writers are let in again unless the swap may yet happen: a write between its being
// asked for and its being done would be lost. That this is still the runner is seen before the block is lifted, and the
// record is given away after.
func (m *mover) release(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, index.ErrConflict):
		return nil
	case err == nil:
		m.state = migration{Source: m.state.Source, Target: m.state.Target}
		return m.put(ctx)
	}
	if m.state.Blocked && !m.state.Swapping {
		if err := m.save(ctx); err != nil {
			return err
		}
		if err := m.unblock(ctx); err != nil {
			return err
		}
		m.state.Blocked = false
	}
	m.state.Runner = ""
	return m.put(ctx)
}

func (m *mover) unblock(ctx context.Context) error {
	settings := object{"index": object{"blocks": object{"write": nil}}}
	err := m.do(ctx, "let writers in again to "+m.state.Source, esapi.IndicesPutSettingsRequest{Index: []string{m.state.Source}, Body: body(settings)}, nil)
	if notFound(err) {
		return nil // the month was dropped
	}
	return err
}

// blocked reports whether writes to an index, or to that of an alias, are blocked.
func (s *Store) blocked(ctx context.Context, name string) (bool, error) {
	const block = "index.blocks.write"
	flat := true
	var answer map[string]struct {
		Settings map[string]string `json:"settings"`
	}
	request := esapi.IndicesGetSettingsRequest{Index: []string{name}, Name: []string{block}, FlatSettings: &flat}
	if err := s.do(ctx, "look for a block of "+name, request, &answer); err != nil {
		return false, err
	}
	for _, found := range answer {
		if found.Settings[block] == "true" {
			return true, nil
		}
	}
	return false, nil
}

// migrating reports whether a write was refused because the month's migration is about to end, or has just ended or
// been given up: then the block is gone by now.
func (s *Store) migrating(ctx context.Context, month string) bool {
	record, err := s.GetRecord(ctx, migrationPrefix+month)
	if err != nil {
		return false
	}
	var m migration
	if json.Unmarshal(record.Value, &m) != nil {
		return false
	}
	if m.Blocked {
		return true
	}
	blocked, err := s.blocked(ctx, month)
	return err == nil && !blocked
}
