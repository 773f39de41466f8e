package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Span says that everything a source told of an area in [From, Through) is stored. A bucket of counts without a
// cell means zero only where a span covers it; elsewhere it means unknown.
type Span struct {
	Source  string    `json:"source"`
	Area    string    `json:"area"` // the area path it holds for, with all below; "" for all
	From    time.Time `json:"from"`
	Through time.Time `json:"through"`
}

const coveragePrefix = "coverage/"

func (s Span) key() string { return coveragePrefix + s.Source + "/" + s.Area }

// Covers reports whether the span says that [from, to) of the area is complete for its source.
func (s Span) Covers(area string, from, to time.Time) bool {
	under := s.Area == "" || area == s.Area || strings.HasPrefix(area, s.Area+"/")
	return under && !from.Before(s.From) && !to.After(s.Through)
}

// Coverage reads the known spans of all sources.
func Coverage(ctx context.Context, l Ledger) ([]Span, error) {
	records, err := l.ListRecords(ctx, coveragePrefix)
	if err != nil {
		return nil, fmt.Errorf("read coverage: %w", err)
	}
	spans := make([]Span, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &spans[i]); err != nil {
			return nil, fmt.Errorf("read coverage %s: %w", r.Key, err)
		}
	}
	return spans, nil
}

// ExtendCoverage records that a source is complete over span, joined with what is known already if they touch, and
// else in its place when it reaches further. It never shrinks what is known.
func ExtendCoverage(ctx context.Context, l Ledger, span Span) error {
	if !span.From.Before(span.Through) {
		return fmt.Errorf("extend coverage of %s: it ends at %s, before it begins", span.Source, span.Through.Format(time.RFC3339))
	}
	for {
		record, err := l.GetRecord(ctx, span.key())
		next := span
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
		default:
			var known Span
			if err := json.Unmarshal(record.Value, &known); err != nil {
				return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
			}
			joined, grows := known.join(span)
			if !grows {
				return nil
			}
			next = joined
		}
		value, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
		}
		if _, err = l.PutRecord(ctx, span.key(), value, record.Rev); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// ContinueCoverage records that nothing a source told was lost since what is known of it, and that it is complete
// through a time. Of a source of which nothing is known it does nothing.
func ContinueCoverage(ctx context.Context, l Ledger, source string, through time.Time) error {
	spans, err := Coverage(ctx, l)
	if err != nil {
		return err
	}
	for _, s := range spans {
		if s.Source == source && s.Area == "" && through.After(s.Through) {
			return ExtendCoverage(ctx, l, Span{Source: source, From: s.Through, Through: through})
		}
	}
	return nil
}

func (s Span) join(o Span) (joined Span, grows bool) {
	if o.From.After(s.Through) || s.From.After(o.Through) {
		return o, o.Through.After(s.Through)
	}
	joined = s
	if o.From.Before(s.From) {
		joined.From = o.From
	}
	if o.Through.After(s.Through) {
		joined.Through = o.Through
	}
	return joined, joined != s
}
