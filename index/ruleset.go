package index

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"suqiu/hotline"
)

// Ruleset is one registered revision of the rules. Source is the full text of rules, taxonomy and lexicon, kept so
// that labels given by this revision can be explained after the rules have changed.
type Ruleset struct {
	Rev    int64     `json:"rev"`
	Hash   string    `json:"hash"`
	At     time.Time `json:"at"`
	Source []byte    `json:"source"` // gzip
}

const (
	rulesetPrefix = "ruleset/"
	rulesetLatest = "ruleset-latest"
)

func rulesetKey(rev int64) string { return fmt.Sprintf("%s%05d", rulesetPrefix, rev) }

// RegisterRuleset gives the rule set with this hash its revision: the latest one if it has the same hash, else the
// next. Going back to an earlier content therefore gets a new revision, so that reclassified documents win over those
// of the revision that is taken back. Two processes registering at once agree by compare-and-swap.
func RegisterRuleset(ctx context.Context, l Ledger, hash string, source []byte, at time.Time) (int64, error) {
	for {
		latest, pointer, err := latestRuleset(ctx, l)
		if err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		if latest.Hash == hash {
			return latest.Rev, nil
		}
		next := Ruleset{Rev: latest.Rev + 1, Hash: hash, At: at}
		if next.Rev > hotline.MaxRulesetRev {
			return 0, fmt.Errorf("register rule set: revision %d is above the largest, %d", next.Rev, hotline.MaxRulesetRev)
		}
		if next.Source, err = deflate(source); err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		value, err := json.Marshal(next)
		if err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		// The archive is written before the pointer: a crash between the two leaves an archive that the next
		// registration of this revision overwrites, never a pointer to nothing.
		if err := putOver(ctx, l, rulesetKey(next.Rev), value); err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		short, err := json.Marshal(Ruleset{Rev: next.Rev, Hash: hash, At: at})
		if err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		_, err = l.PutRecord(ctx, rulesetLatest, short, pointer)
		switch {
		case err == nil:
			return next.Rev, verifyArchive(ctx, l, next, value)
		case !errors.Is(err, ErrConflict):
			return 0, fmt.Errorf("register rule set: %w", err)
		}
	}
}

// verifyArchive restores the archive when a process that lost the race wrote its own over it.
func verifyArchive(ctx context.Context, l Ledger, want Ruleset, value []byte) error {
	got, err := ReadRuleset(ctx, l, want.Rev)
	if err == nil && got.Hash == want.Hash {
		return nil
	}
	return putOver(ctx, l, rulesetKey(want.Rev), value)
}

func putOver(ctx context.Context, l Ledger, key string, value []byte) error {
	for {
		record, err := l.GetRecord(ctx, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, err = l.PutRecord(ctx, key, value, record.Rev); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

func latestRuleset(ctx context.Context, l Ledger) (latest Ruleset, pointer int64, err error) {
	record, err := l.GetRecord(ctx, rulesetLatest)
	if errors.Is(err, ErrNotFound) {
		return Ruleset{}, 0, nil
	}
	if err != nil {
		return Ruleset{}, 0, err
	}
	err = json.Unmarshal(record.Value, &latest)
	return latest, record.Rev, err
}

// LatestRuleset returns the newest revision and its hash, without its source; revision 0 when none is registered.
func LatestRuleset(ctx context.Context, l Ledger) (Ruleset, error) {
	latest, _, err := latestRuleset(ctx, l)
	if err != nil {
		return Ruleset{}, fmt.Errorf("read the latest rule set: %w", err)
	}
	return latest, nil
}

// ReadRuleset returns an archived revision with its source unpacked, or ErrNotFound.
func ReadRuleset(ctx context.Context, l Ledger, rev int64) (Ruleset, error) {
	record, err := l.GetRecord(ctx, rulesetKey(rev))
	if err != nil {
		return Ruleset{}, fmt.Errorf("read rule set %d: %w", rev, err)
	}
	var r Ruleset
	if err := json.Unmarshal(record.Value, &r); err != nil {
		return Ruleset{}, fmt.Errorf("read rule set %d: %w", rev, err)
	}
	packed, err := gzip.NewReader(bytes.NewReader(r.Source))
	if err != nil {
		return Ruleset{}, fmt.Errorf("read rule set %d: %w", rev, err)
	}
	if r.Source, err = io.ReadAll(packed); err != nil {
		return Ruleset{}, fmt.Errorf("read rule set %d: %w", rev, err)
	}
	return r, nil
}

func deflate(source []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(source); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
