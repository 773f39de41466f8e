package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"suqiu/ingest/decode"
)

// Replayer processes the inputs of dead letters again, after their cause was removed: from where they were read if
// they are still there, and else from the sealed payload. Documents keep their original place. Loop and Letters are
// needed; the loop should bear any share of dead letters (DeadShare 1), because it sees nothing else.
type Replayer struct {
	Loop       *Loop
	Letters    *DeadLetters
	Topics     map[string]decode.Source // by topic
	Sources    map[string]decode.Source // by name, for letters of files
	Identities []age.Identity           // to open sealed payloads; may be empty
}

// ReplayOutcome is what became of a replayed letter.
type ReplayOutcome string

// The outcomes of a replay.
const (
	ReplayStored ReplayOutcome = "stored" // the letter is resolved
	ReplayDead   ReplayOutcome = "dead"   // it is a dead letter again, with the new reason
	ReplayGone   ReplayOutcome = "gone"   // the input can't be had any more, or it is unknown how to read it
)

// Replayed tells what became of one letter, and why where it was not stored.
type Replayed struct {
	ID      string        `json:"id"`
	Outcome ReplayOutcome `json:"outcome"`
	Why     string        `json:"why,omitempty"`
}

// Replay processes the inputs of letters again, one by one. Replaying one twice is harmless. An error ends it early:
// the context's, or that of a broker which does not answer; the outcomes so far are returned with it.
func (r *Replayer) Replay(ctx context.Context, letters []DeadLetter) ([]Replayed, error) {
	outcomes := make([]Replayed, 0, len(letters))
	for i := range letters {
		outcome, err := r.one(ctx, &letters[i])
		if err != nil {
			return outcomes, fmt.Errorf("replay %s: %w", letters[i].ID, err)
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// errGone says why an input can't be read again.
type errGone struct{ why string }

func (e *errGone) Error() string { return e.why }

func (r *Replayer) one(ctx context.Context, d *DeadLetter) (Replayed, error) {
	unit, err := r.read(ctx, d)
	var gone *errGone
	if errors.As(err, &gone) {
		return Replayed{ID: d.ID, Outcome: ReplayGone, Why: gone.why}, nil
	}
	if err != nil {
		return Replayed{}, err
	}
	unit = only(unit, d.ID)
	tally, err := r.Loop.Finish(ctx, []Unit{unit}, NewState(r.Loop.cfg.Clock))
	var pause *Pause
	switch {
	case errors.As(err, &pause):
		return Replayed{ID: d.ID, Outcome: ReplayDead, Why: pause.Why}, nil
	case err != nil:
		return Replayed{}, err
	case tally.Dead > 0:
		return Replayed{ID: d.ID, Outcome: ReplayDead, Why: firstWhy(unit)}, nil
	}
	resolved := *d
	resolved.Sealed, resolved.Resolved = nil, r.Loop.cfg.Clock.Now().UTC()
	if err := r.Letters.Bury(ctx, []DeadLetter{resolved}); err != nil {
		return Replayed{}, err
	}
	return Replayed{ID: d.ID, Outcome: ReplayStored}, nil
}

// only returns the entry that a letter is about, or all where the input is now divided differently.
func only(entries Unit, id string) Unit {
	for i := range entries {
		if entries[i].Place.ID == id {
			return entries[i : i+1]
		}
	}
	return entries
}

func firstWhy(entries Unit) string {
	for i := range entries {
		if entries[i].Dead != nil {
			return entries[i].Dead.Why
		}
	}
	return "the store refuses it"
}

// read gets the input of a letter from its origin, or else from the letter.
func (r *Replayer) read(ctx context.Context, d *DeadLetter) (Unit, error) {
	var unit Unit
	var err error
	if d.Origin.File != "" {
		unit, err = r.readFile(d)
	} else {
		unit, err = r.readTopic(ctx, d)
	}
	var gone *errGone
	if !errors.As(err, &gone) || len(d.Sealed) == 0 || len(r.Identities) == 0 {
		return unit, err
	}
	in, openErr := d.Open(r.Identities...)
	if openErr != nil {
		return nil, &errGone{gone.why + "; " + openErr.Error()}
	}
	src, ok := r.source(d)
	if !ok {
		return nil, err
	}
	at := Place{ID: d.fileID(), Origin: d.Origin}
	if d.Origin.Topic != "" {
		at.ID = payloadID(partitionID{d.Origin.Topic, d.Origin.Partition}, d.Origin.Offset)
	}
	return r.Loop.cfg.Pipeline.Payload(&src, in, at), nil
}

// fileID is the id of the item of a file that a letter is about, without the number of a record in it.
func (d *DeadLetter) fileID() string {
	return fmt.Sprintf("%s:%d", d.ID[:max(0, strings.LastIndexByte(d.ID, ':'))], d.Origin.Line)
}

func (r *Replayer) source(d *DeadLetter) (decode.Source, bool) {
	if d.Origin.Topic != "" {
		src, ok := r.Topics[d.Origin.Topic]
		return src, ok
	}
	src, ok := r.Sources[d.Source]
	return src, ok
}

func (r *Replayer) readTopic(ctx context.Context, d *DeadLetter) (Unit, error) {
	src, ok := r.source(d)
	if !ok {
		return nil, &errGone{"no source is configured for topic " + d.Origin.Topic}
	}
	p := partitionID{d.Origin.Topic, d.Origin.Partition}
	rec, err := r.Letters.record(ctx, p, d.Origin.Offset)
	if err != nil {
		return nil, err
	}
	if len(rec.value) != d.Bytes {
		return nil, &errGone{"another record stands there now: the topic was made anew"}
	}
	return r.Loop.unit(&src, p, rec), nil
}

// record reads one record of any topic again.
func (d *DeadLetters) record(ctx context.Context, p partitionID, offset int64) (*record, error) {
	var found *record
	err := retry(ctx, d.clock, d.backoff, func() error {
		s, err := d.broker.span(ctx, p.topic, p.id)
		if err != nil {
			return err
		}
		if offset < s.first || offset >= s.end {
			return nil
		}
		got, err := d.broker.fetch(ctx, p.topic, p.id, offset, maxFetchBytes, idleWait)
		if err != nil {
			return err
		}
		if len(got.records) > 0 && got.records[0].offset == offset {
			found = &got.records[0]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &errGone{"the log does not hold the record any more"}
	}
	return found, nil
}

func (r *Replayer) readFile(d *DeadLetter) (Unit, error) {
	src, ok := r.source(d)
	if !ok {
		return nil, &errGone{"no source is configured under the name " + d.Source}
	}
	file, err := os.Open(d.Origin.File)
	if err != nil {
		return nil, &errGone{err.Error()}
	}
	defer file.Close()
	name := filepath.Base(d.Origin.File)
	items, err := decode.NewReader(&src, &decode.Input{File: name, Arrived: d.arrived()}, file)
	if err != nil {
		return nil, &errGone{err.Error()}
	}
	for index := int64(0); ; index++ {
		item, err := items.Next()
		if errors.Is(err, io.EOF) {
			return nil, &errGone{"the file ends before line " + fmt.Sprint(d.Origin.Line)}
		}
		if err != nil {
			return nil, &errGone{err.Error()}
		}
		if lineOf(&item, index) != d.Origin.Line {
			continue
		}
		if len(item.Raw) != d.Bytes {
			return nil, &errGone{"another text stands there now: the file was changed"}
		}
		in := &decode.Input{Value: item.Raw, File: name, Arrived: d.arrived()}
		at := Place{ID: d.fileID(), Origin: d.Origin}
		return r.Loop.cfg.Pipeline.Item(&src, &item, in, at), nil
	}
}
