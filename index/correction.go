package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"suqiu/hotline"
)

// Corrections live in the ledger, one record a call with all that was ever said of it, the newest last. The head counts
// them and names the calls that were corrected last, so that a writer who knows all up to a count learns what is new by
// one small read. A correction's record is written before the head counts it.
const (
	correctionPrefix = "correction/"
	correctionHead   = "correction-head"
)

// recentCorrections is how many calls the head names; a writer who is further behind reads all.
const recentCorrections = 64

// CorrectedCall is what people said of one call.
type CorrectedCall struct {
	ID      string               `json:"id"` // of the document
	History []hotline.Correction `json:"history"`
}

// Now is the correction in force; an empty one says that the rules decide again.
func (c *CorrectedCall) Now() hotline.Correction { return c.History[len(c.History)-1] }

type head struct {
	Count  int64    `json:"count"`
	Recent []string `json:"recent"` // the calls of the last counts, the newest last
}

// Corrections reads what was corrected, ordered by document id; calls of which everything was taken back are there, too.
func Corrections(ctx context.Context, l Ledger) ([]CorrectedCall, error) {
	records, err := l.ListRecords(ctx, correctionPrefix)
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	calls := make([]CorrectedCall, len(records))
	for i, r := range records {
		if calls[i], err = decodeCorrected(r); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// CorrectionsOf reads what was corrected of one call: nothing, without an error, where nobody has.
func CorrectionsOf(ctx context.Context, l Ledger, id string) (CorrectedCall, error) {
	call, _, err := readCorrected(ctx, l, id)
	return call, err
}

func readCorrected(ctx context.Context, l Ledger, id string) (CorrectedCall, int64, error) {
	record, err := l.GetRecord(ctx, correctionPrefix+id)
	switch {
	case errors.Is(err, ErrNotFound):
		return CorrectedCall{ID: id}, 0, nil
	case err != nil:
		return CorrectedCall{}, 0, fmt.Errorf("read the corrections of %s: %w", id, err)
	}
	call, err := decodeCorrected(record)
	return call, record.Rev, err
}

func decodeCorrected(r Record) (CorrectedCall, error) {
	var call CorrectedCall
	if err := json.Unmarshal(r.Value, &call); err != nil {
		return call, fmt.Errorf("read %s: %w", r.Key, err)
	}
	if len(call.History) == 0 {
		return call, fmt.Errorf("read %s: it holds no correction", r.Key)
	}
	return call, nil
}

// Correct puts a correction of a stored call in force and returns it with the revision that it got. It adds to the one
// in force before (hotline.Correction.After); an empty one takes everything back. The document shows it when Correct
// returns without error; after an error, ApplyCorrection brings to its end what may have been left half done. Put
// through a Corrector keeps it in force from then on: see there why.
func Correct(ctx context.Context, s Store, id string, c hotline.Correction) (hotline.Correction, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return c, fmt.Errorf("correct %s: %w", id, err)
	}
	for {
		call, rev, err := readCorrected(ctx, s, id)
		if err != nil {
			return c, err
		}
		next := c
		next.Rev = 1
		if len(call.History) > 0 {
			next = c.After(call.Now())
		}
		if next.Rev > hotline.MaxCorrectionRev {
			return c, fmt.Errorf("correct %s: it was corrected %d times, the most there can be", id, hotline.MaxCorrectionRev)
		}
		call.History = append(call.History, next)
		value, err := json.Marshal(call)
		if err != nil {
			return c, fmt.Errorf("correct %s: %w", id, err)
		}
		_, err = s.PutRecord(ctx, correctionPrefix+id, value, rev)
		if err == nil {
			return next, ApplyCorrection(ctx, s, id)
		}
		if !errors.Is(err, ErrConflict) {
			return c, fmt.Errorf("correct %s: %w", id, err)
		}
	}
}

// ApplyCorrection makes the document of a call show the correction in force. It is harmless where it does already.
func ApplyCorrection(ctx context.Context, s Store, id string) error {
	if err := announce(ctx, s, id); err != nil {
		return fmt.Errorf("announce the correction of %s: %w", id, err)
	}
	for {
		call, _, err := readCorrected(ctx, s, id)
		if err != nil {
			return err
		}
		doc, err := s.Get(ctx, id)
		if err != nil {
			return fmt.Errorf("correct %s: %w", id, err)
		}
		if len(call.History) == 0 || doc.Analysis.CorrectionRev >= call.Now().Rev {
			return nil
		}
		doc.Analysis.Correct(call.Now())
		verdicts, err := s.Put(ctx, []hotline.Document{doc})
		if err != nil {
			return fmt.Errorf("correct %s: %w", id, err)
		}
		switch v := verdicts[0]; v.Outcome {
		case hotline.Stored:
			return nil
		case hotline.Superseded: // a newer one came between: look at that
		case hotline.Refused, hotline.Retry:
			return fmt.Errorf("correct %s: the store answered %s: %s; it is in the ledger, and suqiu correct apply ends the work", id, v.Outcome, v.Reason)
		}
	}
}

// announce counts a correction in the head.
func announce(ctx context.Context, l Ledger, id string) error {
	for {
		now, rev, err := readHead(ctx, l)
		if err != nil {
			return err
		}
		now.Count++
		now.Recent = append(now.Recent, id)
		now.Recent = now.Recent[max(0, len(now.Recent)-recentCorrections):]
		value, err := json.Marshal(now)
		if err != nil {
			return err
		}
		if _, err = l.PutRecord(ctx, correctionHead, value, rev); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

func readHead(ctx context.Context, l Ledger) (head, int64, error) {
	record, err := l.GetRecord(ctx, correctionHead)
	if errors.Is(err, ErrNotFound) {
		return head{}, 0, nil
	}
	if err != nil {
		return head{}, 0, err
	}
	var h head
	if err := json.Unmarshal(record.Value, &h); err != nil {
		return head{}, 0, fmt.Errorf("read %s: %w", correctionHead, err)
	}
	return h, record.Rev, nil
}
