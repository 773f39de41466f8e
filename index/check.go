package index

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"suqiu/hotline"
)

// Bounds of the ledger.
const (
	MaxKeyBytes   = 512
	MaxValueBytes = 4 << 20
)

// Facets lists all facets.
var Facets = [...]Field{FacetLabel, FacetArea, FacetSource, FacetHotline, FacetKind, FacetNature, FacetResponsible,
	FacetFound, FacetUrgency, FacetPortrait, FacetExperience, FacetEntity}

// Check reports what is wrong with a query, its words apart, which ParseWords checks. The error wraps ErrQuery.
func (q *Query) Check() error {
	switch {
	case q.Offset < 0 || q.Size < 0 || q.FacetSize < 0:
		return fmt.Errorf("%w: offset, size and facet size can't be negative", ErrQuery)
	case q.Offset > MaxWindow-q.Size:
		return fmt.Errorf("%w: offset and size reach beyond %d documents; narrow the search, or scan", ErrQuery, MaxWindow)
	}
	switch q.Sort {
	case "", SortNewest, SortOldest, SortRelevance:
	default:
		return fmt.Errorf("%w: sort is %q, must be newest, oldest or relevance", ErrQuery, q.Sort)
	}
	for _, f := range q.Facets {
		if !slices.Contains(Facets[:], f) {
			return fmt.Errorf("%w: there is no facet %q, only %v", ErrQuery, f, Facets)
		}
	}
	return nil
}

// Check reports what is wrong with a question for counts. The error wraps ErrQuery.
func (q *CountQuery) Check() error {
	switch q.Interval {
	case IntervalHour, IntervalDay, IntervalWeek, IntervalMonth:
	default:
		return fmt.Errorf("%w: interval is %q, must be hour, day, week or month", ErrQuery, q.Interval)
	}
	switch {
	case q.Tree != TreeGrid && q.Tree != TreeDivision:
		return fmt.Errorf("%w: tree is %q, must be grid or division", ErrQuery, q.Tree)
	case q.Level < 0 || q.Level > hotline.MaxAreaDepth:
		return fmt.Errorf("%w: level is %d, must be 0 to %d", ErrQuery, q.Level, hotline.MaxAreaDepth)
	}
	return nil
}

// CheckScan reports a page size that Scan does not take. The error wraps ErrQuery.
func CheckScan(size int) error {
	if size < 1 || size > MaxWindow {
		return fmt.Errorf("%w: pages of a scan hold 1 to %d documents, not %d", ErrQuery, MaxWindow, size)
	}
	return nil
}

// CheckIDs reports more ids than Revisions takes. The error wraps ErrQuery.
func CheckIDs(ids []string) error {
	if len(ids) > MaxWindow {
		return fmt.Errorf("%w: revisions of at most %d documents can be asked for at once, not of %d", ErrQuery, MaxWindow, len(ids))
	}
	return nil
}

// CheckOffsets reports a range that Origins does not take. The error wraps ErrQuery.
func CheckOffsets(o hotline.Offsets) error {
	if o.From < 0 || o.Until < o.From || o.Until-o.From > MaxOffsets {
		return fmt.Errorf("%w: origins of 0 to %d offsets can be asked for at once, not of %d to %d", ErrQuery, MaxOffsets, o.From, o.Until)
	}
	return nil
}

// CheckRecord reports a key or value that no ledger takes. The error wraps ErrQuery.
func CheckRecord(key string, value []byte) error {
	switch {
	case key == "" || len(key) > MaxKeyBytes:
		return fmt.Errorf("%w: the key has %d bytes, must have 1 to %d", ErrQuery, len(key), MaxKeyBytes)
	case !utf8.ValidString(key):
		return fmt.Errorf("%w: the key %q is not UTF-8", ErrQuery, key)
	case len(value) > MaxValueBytes:
		return fmt.Errorf("%w: the value of %q has %d bytes, at most %d; split it over several keys", ErrQuery, key, len(value), MaxValueBytes)
	}
	return nil
}
