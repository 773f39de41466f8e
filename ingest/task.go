package ingest

import (
	"context"
	"errors"

	"suqiu/hint"
)

// task is what a consumer does with the records of its partitions: contacts are brought to their end by a Loop, dead
// letters are copied by a Mirror. What it waits for it tells the worker's state.
type task interface {
	// begin says from which offset an assigned partition is to be read.
	begin(ctx context.Context, w *worker) (int64, error)
	// ready says why a partition must stand still before another batch, or nil.
	ready(w *worker) error
	// finish brings a batch to its end, in order, for as long as that takes, and says how many of its records, from the
	// first, are done. An error is the context's, errBeginAnew, or the reason why the partition must stand still.
	finish(ctx context.Context, w *worker, batch []record) (int, error)
	// gap deals with a position, w.next, that the log does not hold: nil lets reading go on at what it does hold.
	gap(ctx context.Context, w *worker, s span, why string) error
}

// errBeginAnew ends a generation, so that the next one asks the task where to begin.
var errBeginAnew = errors.New("the partition must be read again")

// contactsTask is the task of a consumer of hotlines' topics.
type contactsTask struct {
	loop  *Loop
	onGap GapPolicy
}

func (t contactsTask) begin(ctx context.Context, w *worker) (int64, error) {
	if w.assigned >= 0 {
		return w.assigned, nil
	}
	s, err := w.span(ctx)
	if err != nil || w.c.cfg.Places == nil {
		return s.first, err
	}
	known, err := t.known(ctx, w)
	if err != nil {
		return 0, err
	}
	if at, ok := known[w.id.id]; ok && at < s.first {
		return at, nil // what retention removed since is a gap like any other
	}
	return s.first, nil // nothing was ever committed, or nothing is lost: from what the log still holds
}

// known asks, for as long as it takes, how far the group is remembered to have come in a worker's topic.
func (t contactsTask) known(ctx context.Context, w *worker) (map[int]int64, error) {
	for attempt := 0; ; attempt++ {
		bounded, cancel := context.WithTimeout(ctx, t.loop.cfg.PutTimeout)
		known, _, err := places{w.c.cfg.Places, w.c.cfg.Group}.load(bounded, w.id.topic)
		cancel()
		if err == nil {
			return known, nil
		}
		if err := t.loop.wait(ctx, err, attempt, w.state); err != nil {
			return nil, err
		}
	}
}

func (t contactsTask) ready(w *worker) error {
	if pause := t.loop.shares.paused(w.source.Name); pause != nil {
		return pause
	}
	return nil
}

func (t contactsTask) finish(ctx context.Context, w *worker, batch []record) (int, error) {
	begin := w.c.clock.Now()
	units := make([]Unit, len(batch))
	for i := range batch {
		units[i] = t.loop.unit(w.source, w.id, &batch[i])
	}
	tally, err := t.loop.Finish(ctx, units, w.state)
	if err == nil {
		t.loop.cfg.Metrics.batch.Observe(w.c.clock.Now().Sub(begin).Seconds())
	}
	return tally.Units, err
}

func (t contactsTask) gap(ctx context.Context, w *worker, s span, why string) error {
	if t.onGap != GapContinue {
		return &Pause{"partition " + w.name(), why, hint.Of(hint.Gap)}
	}
	if w.next < s.first {
		return t.loop.buryGap(ctx, w.source, w.id, w.next, s.first, why, w.state)
	}
	return nil
}
