package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suqiu/hotline"
)

const coveragePrefix = "coverage/"

func coverageKey(c hotline.Coverage) string { return coveragePrefix + c.Source + "/" + c.Area }

// Coverage reads what is known of all sources. A bucket of counts without a cell means zero only where it is covered.
func Coverage(ctx context.Context, l Ledger) ([]hotline.Coverage, error) {
	records, err := l.ListRecords(ctx, coveragePrefix)
	if err != nil {
		return nil, fmt.Errorf("read coverage: %w", err)
	}
	spans := make([]hotline.Coverage, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &spans[i]); err != nil {
			return nil, fmt.Errorf("read coverage %s: %w", r.Key, err)
		}
	}
	return spans, nil
}

// ExtendCoverage records that a source is complete over span, joined with what is known already if they touch, and
// else in its place when it reaches further. It never shrinks what is known.
func ExtendCoverage(ctx context.Context, l Ledger, span hotline.Coverage) error {
	if !span.From.Before(span.Through) {
		return fmt.Errorf("extend coverage of %s: it ends at %s, before it begins", span.Source, span.Through.Format(time.RFC3339))
	}
	for {
		record, err := l.GetRecord(ctx, coverageKey(span))
		next := span
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
		default:
			var known hotline.Coverage
			if err := json.Unmarshal(record.Value, &known); err != nil {
				return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
			}
			joined, grows := extend(known, span)
			if !grows {
				return nil
			}
			next = joined
		}
		value, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("extend coverage of %s: %w", span.Source, err)
		}
		if _, err = l.PutRecord(ctx, coverageKey(span), value, record.Rev); !errors.Is(err, ErrConflict) {
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
			return ExtendCoverage(ctx, l, hotline.Coverage{Source: source, From: s.Through, Through: through})
		}
	}
	return nil
}

// extend adds o to what is known, and reports whether more is known by it.
func extend(known, o hotline.Coverage) (joined hotline.Coverage, grows bool) {
	if o.From.After(known.Through) || known.From.After(o.Through) {
		return o, o.Through.After(known.Through)
	}
	joined = known
	if o.From.Before(known.From) {
		joined.From = o.From
	}
	if o.Through.After(known.Through) {
		joined.Through = o.Through
	}
	return joined, joined != known
}
