package index

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"suqiu/hotline"
)

// Corrector is a Writer that applies the corrections in force to everything it puts. All writers of analysed calls go
// through one. It reads the ledger's head once a batch and nothing else as long as there is no new correction.
//
// A writer may know less than the ledger, and a correction may come while a batch is under way. No interleaving leaves
// a call uncorrected:
//
//   - Correct writes the record, then the head, then the document. Corrector puts its batch, and then reads the head. If
//     the head tells of the correction, Corrector puts the call again with it. If not, its read came before the head
//     was written, so its batch stood in the store before Correct read the document, and Correct corrects it.
//   - Of two versions with equal content the one that knows of more corrections stays (hotline.Document.Version), whatever
//     rule sets they come from, also when a request that was thought lost reaches the store late.
//   - Who dies in between has not acknowledged: a batch is put again by the next owner of its source, and Correct has
//     not answered; ApplyCorrection ends its work.
type Corrector struct {
	store interface {
		Writer
		Ledger
	}

	mu    sync.Mutex
	ready bool
	count int64                         // of the head up to which known is complete
	known map[string]hotline.Correction // never written to, only replaced
}

// NewCorrector returns a corrector in front of a store. It reads nothing before its first batch.
func NewCorrector(store interface {
	Writer
	Ledger
}) *Corrector {
	return &Corrector{store: store}
}

// Put stores a batch with the corrections in force; see Writer. The documents given are not changed.
func (c *Corrector) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	known, err := c.latest(ctx, false)
	if err != nil {
		return nil, err
	}
	batch := make([]hotline.Document, len(docs))
	verdicts := make([]hotline.Verdict, len(docs))
	all := make([]int, len(docs))
	for i := range docs {
		batch[i], all[i] = docs[i], i
		correctBy(&batch[i], known)
	}
	for again := all; len(again) > 0; {
		some := batch
		if len(again) < len(batch) {
			some = make([]hotline.Document, len(again))
			for k, i := range again {
				some[k] = batch[i]
			}
		}
		answers, err := c.store.Put(ctx, some)
		if err != nil {
			return nil, err
		}
		if len(answers) != len(some) {
			return nil, fmt.Errorf("put %d documents: the store answered for %d", len(some), len(answers))
		}
		for k, i := range again {
			if verdicts[i].Outcome == hotline.Stored && answers[k].Outcome == hotline.Superseded {
				continue // who corrected it has put it, too
			}
			verdicts[i] = answers[k]
		}
		if known, err = c.latest(ctx, true); err != nil {
			return nil, err
		}
		again = nil
		for i := range batch {
			if correctBy(&batch[i], known) {
				again = append(again, i)
			}
		}
	}
	return verdicts, nil
}

// correctBy corrects a document unless it knows as much already, and reports whether it did.
func correctBy(doc *hotline.Document, known map[string]hotline.Correction) bool {
	if len(known) == 0 {
		return false
	}
	correction, ok := known[doc.Call.DocID()]
	if !ok || doc.Analysis.CorrectionRev >= correction.Rev {
		return false
	}
	doc.Analysis.Correct(correction)
	return true
}

// latest returns the corrections by document id: those known already, or, if asked to look, all that the head tells of.
// The head is read after latest was called, never taken from a read that others began before.
func (c *Corrector) latest(ctx context.Context, look bool) (map[string]hotline.Correction, error) {
	c.mu.Lock()
	ready, count, known := c.ready, c.count, c.known
	c.mu.Unlock()
	if ready && !look {
		return known, nil
	}
	now, _, err := readHead(ctx, c.store)
	if err != nil {
		return nil, fmt.Errorf("look for corrections: %w", err)
	}
	if ready && now.Count <= count {
		return known, nil
	}
	var calls []CorrectedCall
	if behind := now.Count - count; behind <= int64(len(now.Recent)) {
		for _, id := range now.Recent[int64(len(now.Recent))-behind:] {
			call, err := CorrectionsOf(ctx, c.store, id)
			if err != nil {
				return nil, err
			}
			calls = append(calls, call)
		}
	} else if calls, err = Corrections(ctx, c.store); err != nil {
		return nil, err
	}
	return c.learn(now.Count, calls), nil
}

// learn adds what was read under a head of this count. Several batches may learn at once, each something else.
func (c *Corrector) learn(count int64, calls []CorrectedCall) map[string]hotline.Correction {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := maps.Clone(c.known)
	if next == nil {
		next = map[string]hotline.Correction{}
	}
	for _, call := range calls {
		if len(call.History) > 0 && call.Now().Rev > next[call.ID].Rev {
			next[call.ID] = call.Now()
		}
	}
	c.ready, c.count, c.known = true, max(c.count, count), next
	return next
}
