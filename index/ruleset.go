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

// Ruleset is one registered revision of the rules.
type Ruleset struct {
	Rev  int64     `json:"rev"`
	Hash string    `json:"hash"`
	At   time.Time `json:"at"`
}

// The archive is keyed by content, so writing it twice is harmless; the revisions are a list that only grows.
const (
	revisionPrefix = "ruleset-revision/"
	archivePrefix  = "ruleset-source/"
)

// RegisterRuleset gives the rule set with this hash its revision: the latest one if it has the same hash, else the
// next. Going back to an earlier content therefore gets a new revision, so that reclassified documents win over those
// of the revision that is taken back. The full source is archived, so that labels given by a revision can be
// explained after the rules have changed. Processes registering at once agree by put-if-absent.
func RegisterRuleset(ctx context.Context, l Ledger, hash string, source []byte, at time.Time) (int64, error) {
	if err := archive(ctx, l, hash, source); err != nil {
		return 0, fmt.Errorf("archive rule set %s: %w", hash, err)
	}
	for {
		latest, err := LatestRuleset(ctx, l)
		if err != nil {
			return 0, err
		}
		if latest.Hash == hash {
			return latest.Rev, nil
		}
		next := Ruleset{Rev: latest.Rev + 1, Hash: hash, At: at}
		if next.Rev > hotline.MaxRulesetRev {
			return 0, fmt.Errorf("register rule set: revision %d is above the largest, %d", next.Rev, hotline.MaxRulesetRev)
		}
		value, err := json.Marshal(next)
		if err != nil {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
		_, err = l.PutRecord(ctx, fmt.Sprintf("%s%05d", revisionPrefix, next.Rev), value, 0)
		if err == nil {
			return next.Rev, nil
		}
		if !errors.Is(err, ErrConflict) {
			return 0, fmt.Errorf("register rule set: %w", err)
		}
	}
}

// LatestRuleset returns the newest revision, or revision 0 when none is registered.
func LatestRuleset(ctx context.Context, l Ledger) (Ruleset, error) {
	all, err := Rulesets(ctx, l)
	if err != nil || len(all) == 0 {
		return Ruleset{}, err
	}
	return all[len(all)-1], nil
}

// Rulesets returns every revision, the oldest first.
func Rulesets(ctx context.Context, l Ledger) ([]Ruleset, error) {
	records, err := l.ListRecords(ctx, revisionPrefix)
	if err != nil {
		return nil, fmt.Errorf("list rule sets: %w", err)
	}
	all := make([]Ruleset, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("read %s: %w", r.Key, err)
		}
	}
	return all, nil
}

// RulesetSource returns the archived source of a rule set by its hash, or ErrNotFound.
func RulesetSource(ctx context.Context, l Ledger, hash string) ([]byte, error) {
	record, err := l.GetRecord(ctx, archivePrefix+hash)
	if err != nil {
		return nil, fmt.Errorf("read the source of rule set %s: %w", hash, err)
	}
	packed, err := gzip.NewReader(bytes.NewReader(record.Value))
	if err != nil {
		return nil, fmt.Errorf("read the source of rule set %s: %w", hash, err)
	}
	source, err := io.ReadAll(packed)
	if err != nil {
		return nil, fmt.Errorf("read the source of rule set %s: %w", hash, err)
	}
	return source, nil
}

func archive(ctx context.Context, l Ledger, hash string, source []byte) error {
	key := archivePrefix + hash
	_, err := l.GetRecord(ctx, key)
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	packed, err := deflate(source)
	if err != nil {
		return err
	}
	if _, err = l.PutRecord(ctx, key, packed, 0); errors.Is(err, ErrConflict) {
		return nil // another process archived the same content
	}
	return err
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
