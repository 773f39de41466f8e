package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Store keeps documents; see index.Writer, whose contract this is: one verdict a document in the batch's order, or a
// *hotline.Fault for the whole batch, after which putting it again is harmless.
type Store interface {
	Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error)
}

// Sink keeps dead letters. Bury returns nil only when all of them are durable; burying one again is harmless.
type Sink interface {
	Bury(ctx context.Context, letters []DeadLetter) error
}

// LoopConfig says what a Loop works with. Pipeline, Store and Sink are needed; other zero fields get their default.
type LoopConfig struct {
	Pipeline   *Pipeline
	Store      Store
	Sink       Sink
	Sealer     *Sealer       // nil: dead letters hold no payload
	PutTimeout time.Duration // longest wait for one answer of the store; default 2 min
	Backoff    Backoff       // between attempts while the store or the sink is unavailable
	SetupWait  time.Duration // between attempts while the store's set-up is wrong; default 30 s
	DeadShare  float64       // share of dead letters of a source above which it pauses, 0 … 1; default 0.05
	DeadWindow int           // number of latest records that the share is taken of; default 1,000
	Ruleset    func() string // hash of the rule set in force, told in dead letters; may be nil
	Clock      Clock         // default SystemClock
	Log        *slog.Logger  // default discards
	Metrics    *Metrics      // default a set of its own, registered nowhere
}

// Validate reports what is wrong with the configuration.
func (c *LoopConfig) Validate() error {
	switch {
	case c.Pipeline == nil || c.Store == nil || c.Sink == nil:
		return errors.New("ingest: pipeline, store and sink of dead letters are needed")
	case c.DeadShare < 0 || c.DeadShare > 1:
		return errors.New("ingest: the limit of the dead letters' share must be 0 to 1")
	case c.DeadWindow < 0 || c.PutTimeout < 0 || c.SetupWait < 0:
		return errors.New("ingest: windows and waits must not be negative")
	}
	return nil
}

func (c LoopConfig) withDefaults() LoopConfig {
	if c.PutTimeout == 0 {
		c.PutTimeout = 2 * time.Minute
	}
	if c.SetupWait == 0 {
		c.SetupWait = 30 * time.Second
	}
	if c.DeadShare == 0 {
		c.DeadShare = 0.05
	}
	if c.DeadWindow == 0 {
		c.DeadWindow = 1000
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = NewMetrics()
	}
	if c.Ruleset == nil {
		c.Ruleset = func() string { return "" }
	}
	c.Backoff = c.Backoff.withDefaults()
	return c
}

// Loop brings batches to their end: every document stored, every dead letter buried. Consumers, files and replays
// share one, and with it the watch over the share of dead letters. It is safe for concurrent use.
type Loop struct {
	cfg    LoopConfig
	shares *shares
}

// NewLoop checks the configuration and returns a loop.
func NewLoop(cfg LoopConfig) (*Loop, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	return &Loop{cfg: cfg, shares: newShares(cfg.DeadShare, cfg.DeadWindow, cfg.Metrics.share)}, nil
}

// Unit is what is acknowledged as one: the entries of one Kafka record or of one item of a file. It has at least one.
type Unit []Entry

// Tally counts what was brought to its end.
type Tally struct {
	Units      int // that are done and may be acknowledged
	Stored     int // documents
	Superseded int // documents of which the store held a newer version
	Dead       int // dead letters
}

func (t *Tally) add(o Tally) {
	t.Units += o.Units
	t.Stored += o.Stored
	t.Superseded += o.Superseded
	t.Dead += o.Dead
}

// Finish brings units to their end, in order. The tally says how many of them, from the first, are done: all their
// documents are stored and their dead letters buried, so they may be acknowledged. It blocks as long as that takes:
// unavailable stores are asked for ever. An error is either the context's, or a *Pause when the source must stop at
// the first unit that is not done.
func (l *Loop) Finish(ctx context.Context, units []Unit, state *State) (Tally, error) {
	n, pause := l.admit(units)
	units = units[:n]
	docs := make([]hotline.Document, 0, len(units))
	owners := make([]*Entry, 0, len(units))
	var letters []DeadLetter
	for _, unit := range units {
		for i := range unit {
			entry := &unit[i]
			if entry.Dead != nil {
				letters = append(letters, l.letter(entry))
				continue
			}
			docs = append(docs, *entry.Document)
			owners = append(owners, entry)
		}
	}
	verdicts, err := l.write(ctx, docs, state)
	if err != nil {
		return Tally{}, err
	}
	tally := Tally{Units: n}
	for i, v := range verdicts {
		l.cfg.Metrics.documents.WithLabelValues(owners[i].source(), v.Outcome.String()).Inc()
		switch v.Outcome {
		case hotline.Stored:
			tally.Stored++
		case hotline.Superseded:
			tally.Superseded++
		case hotline.Refused:
			if late := l.shares.refuse(owners[i].source()); late != nil {
				return Tally{}, late
			}
			letters = append(letters, l.refused(owners[i], v.Reason))
		}
	}
	if err := l.bury(ctx, letters, state); err != nil {
		return Tally{}, err
	}
	tally.Dead = len(letters)
	for _, unit := range units {
		l.cfg.Metrics.records.WithLabelValues(unit[0].source()).Inc()
	}
	state.running()
	if pause != nil {
		return tally, pause
	}
	return tally, nil
}

// admit counts the units against the share of dead letters of their source and returns how many may go on.
func (l *Loop) admit(units []Unit) (int, *Pause) {
	for u := range units {
		if pause := l.shares.admit(units[u]); pause != nil {
			return u, pause
		}
	}
	return len(units), nil
}

func (l *Loop) letter(e *Entry) DeadLetter {
	letter := *e.Dead
	letter.Ruleset = l.cfg.Ruleset()
	if y := e.Input.Arrived.Year(); 0 < y && y < 10_000 { // JSON knows no others, and a letter must be written
		letter.Arrived = e.Input.Arrived
	}
	var err error
	if letter.Sealed, err = l.cfg.Sealer.seal(e.Input); err != nil {
		l.cfg.Metrics.unsealed.WithLabelValues(letter.Source).Inc()
		l.cfg.Log.Warn("a dead letter goes without its payload, which is only at its origin", "id", letter.ID, "source", letter.Source, "err", err)
	}
	return letter
}

// refused makes the dead letter of a document that the store refuses alone.
func (l *Loop) refused(e *Entry, why string) DeadLetter {
	return l.letter(&Entry{Place: e.Place, Input: e.Input, Dead: &DeadLetter{
		Schema: DeadLetterSchema,
		ID:     e.Place.ID,
		Source: e.source(),
		Origin: e.Place.Origin,
		Reason: decode.ReasonStore,
		Why:    clip(why),
		Hint:   hintFor(decode.ReasonStore),
		At:     l.cfg.Clock.Now().UTC(),
		Bytes:  len(e.Input.Value),
	}})
}

// buryGap leaves a dead letter for the records from … until-1 of a partition, which are gone unread, so that an audit
// can name them for ever.
func (l *Loop) buryGap(ctx context.Context, src *decode.Source, p partitionID, from, until int64, why string, state *State) error {
	return l.bury(ctx, []DeadLetter{{
		Schema: DeadLetterSchema,
		ID:     fmt.Sprintf("%s-%d", payloadID(p, from), until-1),
		Source: src.Name,
		Origin: hotline.Origin{Topic: p.topic, Partition: p.id, Offset: from},
		Reason: decode.ReasonGap,
		Why:    why,
		Hint:   hintFor(decode.ReasonGap),
		At:     l.cfg.Clock.Now().UTC(),
		Until:  until,
	}}, state)
}

// bury hands the letters to the sink, for as long as it takes.
func (l *Loop) bury(ctx context.Context, letters []DeadLetter, state *State) error {
	if len(letters) == 0 {
		return nil
	}
	for attempt := 0; ; attempt++ {
		err := l.cfg.Sink.Bury(ctx, letters)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		state.waiting("dead letters can't be written: "+err.Error(), hint.Of(hint.DeadLetters))
		l.cfg.Log.Warn("dead letters not written, trying again", "letters", len(letters), "attempt", attempt+1, "err", err)
		l.cfg.Metrics.retries.WithLabelValues("deadletter").Inc()
		if err := l.cfg.Clock.Sleep(ctx, l.cfg.Backoff.wait(attempt)); err != nil {
			return err
		}
	}
	for i := range letters {
		l.cfg.Metrics.dead.WithLabelValues(letters[i].Source, string(letters[i].Reason)).Inc()
		l.cfg.Log.Warn("dead letter", "id", letters[i].ID, "source", letters[i].Source, "reason", letters[i].Reason,
			"place", letters[i].Place, "why", letters[i].Why)
	}
	return nil
}
