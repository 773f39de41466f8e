package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"suqiu/hint"
	"suqiu/hotline"
)

// write puts documents until each has a final verdict (stored, superseded or refused) and returns the verdicts in the
// documents' order. Versions of one document keep their order. The only error is the context's.
func (l *Loop) write(ctx context.Context, docs []hotline.Document, state *State) ([]hotline.Verdict, error) {
	final := make([]hotline.Verdict, len(docs))
	pending := make([]int, len(docs))
	for i := range pending {
		pending[i] = i
	}
	batch := docs
	for attempt := 0; len(pending) > 0; attempt++ {
		verdicts, err := l.put(ctx, batch)
		if faultKind(err) == hotline.FaultTooLarge {
			verdicts, err = l.halve(ctx, batch, state)
		}
		if ctx.Err() != nil && err != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			if err := l.wait(ctx, err, attempt, state); err != nil {
				return nil, err
			}
			continue
		}
		kept, why := settle(docs, pending, verdicts, final)
		if len(kept) == 0 {
			break
		}
		if len(kept) < len(pending) {
			attempt = 0 // it moves on: begin with short waits again
		}
		pending, batch = kept, pick(docs, kept)
		l.cfg.Metrics.retries.WithLabelValues("document").Add(float64(len(kept)))
		state.waiting("the store is busy: "+why, hint.Hint{})
		l.cfg.Log.Warn("the store is busy, trying again", "documents", len(kept), "why", why)
		if err := l.cfg.Clock.Sleep(ctx, l.cfg.Backoff.wait(attempt)); err != nil {
			return nil, err
		}
	}
	return final, nil
}

// put is one attempt, bounded in time and checked for its form.
func (l *Loop) put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	begin := l.cfg.Clock.Now()
	defer func() { l.cfg.Metrics.put.Observe(l.cfg.Clock.Now().Sub(begin).Seconds()) }()
	bounded, cancel := context.WithTimeout(ctx, l.cfg.PutTimeout)
	defer cancel()
	verdicts, err := l.cfg.Store.Put(bounded, docs)
	if err != nil {
		return nil, err
	}
	if len(verdicts) != len(docs) {
		return nil, fmt.Errorf("put %d documents: the store answered for %d", len(docs), len(verdicts))
	}
	for i := range verdicts {
		if o := verdicts[i].Outcome; o < hotline.Stored || o > hotline.Retry {
			return nil, fmt.Errorf("put %d documents: the store answered with the unknown outcome %d", len(docs), o)
		}
	}
	return verdicts, nil
}

// halve puts a batch that is too large in two; a document that is too large alone is refused.
func (l *Loop) halve(ctx context.Context, docs []hotline.Document, state *State) ([]hotline.Verdict, error) {
	if len(docs) == 1 {
		return []hotline.Verdict{{ID: docs[0].Call.DocID(), Outcome: hotline.Refused, Reason: "the store takes no document of this size"}}, nil
	}
	half := len(docs) / 2
	first, err := l.write(ctx, docs[:half], state)
	if err != nil {
		return nil, err
	}
	second, err := l.write(ctx, docs[half:], state)
	if err != nil {
		return nil, err
	}
	return append(first, second...), nil
}

// settle notes the final verdicts and returns the documents that must be put again: those the store asks to retry,
// and those after them with the same id, so that of equal versions the last one told stays the last one written.
func settle(docs []hotline.Document, pending []int, verdicts, final []hotline.Verdict) (again []int, why string) {
	var retried map[string]bool
	for k, i := range pending {
		id := docs[i].Call.DocID()
		if verdicts[k].Outcome == hotline.Retry || retried[id] {
			if retried == nil {
				retried = make(map[string]bool)
			}
			if verdicts[k].Outcome == hotline.Retry {
				why = clip(verdicts[k].Reason)
			}
			retried[id] = true
			again = append(again, i)
			continue
		}
		final[i] = verdicts[k]
	}
	return again, why
}

func pick(docs []hotline.Document, indices []int) []hotline.Document {
	picked := make([]hotline.Document, len(indices))
	for k, i := range indices {
		picked[k] = docs[i]
	}
	return picked
}

// patience is what follows a failure of a whole batch.
type patience struct {
	clock     Clock
	backoff   Backoff
	setupWait time.Duration
	log       *slog.Logger
	retries   *prometheus.CounterVec
}

func (l *Loop) wait(ctx context.Context, err error, attempt int, state *State) error {
	p := patience{l.cfg.Clock, l.cfg.Backoff, l.cfg.SetupWait, l.cfg.Log, l.cfg.Metrics.retries}
	return p.wait(ctx, err, attempt, state)
}

// wait says what is wrong and waits. A fault of the set-up pauses; everything else that a store may answer will work
// again.
func (p patience) wait(ctx context.Context, err error, attempt int, state *State) error {
	var pause time.Duration
	why, do := explain(err)
	if faultKind(err) == hotline.FaultSetup {
		state.paused(why, do)
		p.retries.WithLabelValues("setup").Inc()
		p.log.Error("paused: the store's set-up is wrong, nothing is acknowledged", "why", why, "hint", do)
		pause = p.setupWait
	} else {
		state.waiting(why, do)
		p.retries.WithLabelValues("unavailable").Inc()
		p.log.Warn("store unavailable, trying again", "attempt", attempt+1, "err", err)
		pause = p.backoff.wait(attempt)
	}
	return p.clock.Sleep(ctx, pause)
}

// faultKind is the kind of a store's fault, or 0 for any other error.
func faultKind(err error) hotline.FaultKind {
	var fault *hotline.Fault
	if errors.As(err, &fault) {
		return fault.Kind
	}
	return 0
}

// explain parts what is wrong from what the operator can do about it.
func explain(err error) (why string, do hint.Hint) {
	var fault *hotline.Fault
	var pause *Pause
	switch {
	case errors.As(err, &fault):
		return fmt.Sprintf("%s: %v", fault.Op, fault.Err), fault.Hint
	case errors.As(err, &pause):
		return pause.What + ": " + pause.Why, pause.Hint
	}
	return err.Error(), hint.Hint{}
}
