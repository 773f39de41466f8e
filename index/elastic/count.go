package elastic

import (
	"cmp"
	"context"
	"slices"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
)

// countSlice is the number of documents from which on a slice of time is long enough. Each request visits all documents
// of its slice, so long slices cost time.
const countSlice = 10_000

// page is how many cells one request returns, and up to how many distinct values Elasticsearch counts a cell's matters
// and callers by their hashes, which is exact but for a chance collision (one cell in 7,000 at a hundred values, one in
// 8 at 3,000). Above that counts are estimates, off by about 1 %. Hashes take room in the node while a page is
// counted, the more the higher the bound: 4 KiB a cell of a long page, 32 KiB a cell of a precise one.
type page struct {
	cells, exact int
}

var (
	longPage    = page{cells: 1000, exact: 200}
	precisePage = page{cells: 250, exact: 3000} // for what a long page can't count exactly
)

// holds reports whether the page counted a cell exactly: its distinct values are at most its documents.
func (p page) holds(c cell) bool { return c.Documents <= int64(p.exact) }

// cell is one bucket of the composite aggregation. Absent keys, of documents without a label or a place, are null.
type cell struct {
	Key struct {
		Label  *string `json:"label"`
		Area   *string `json:"area"`
		Bucket int64   `json:"bucket"` // ms
	} `json:"key"`
	Documents int64                 `json:"doc_count"`
	Matters   struct{ Value int64 } `json:"matters"`
	Callers   struct{ Value int64 } `json:"callers"`
}

// Count returns the non-zero cells. Matters and callers are exact up to 3,000 in a cell and estimated above; see page.
func (s *Store) Count(ctx context.Context, q index.CountQuery) ([]hotline.Count, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	if q.Zone == nil {
		q.Zone = calendar.Shanghai()
	}
	periods, err := s.countSlices(ctx, q)
	if err != nil {
		return nil, err
	}
	var counts []hotline.Count
	for _, period := range periods {
		cells, err := s.countCells(ctx, q, period)
		if err != nil {
			return nil, err
		}
		counts = append(counts, cells...)
	}
	slices.SortFunc(counts, func(a, b hotline.Count) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Area, b.Area), a.Bucket.Compare(b.Bucket))
	})
	return counts, nil
}

// countSlices cuts the period of a question, between buckets, into slices of about countSlice documents: ranges of
// received, the last of them open.
func (s *Store) countSlices(ctx context.Context, q index.CountQuery) ([]object, error) {
	var answer struct {
		Aggregations struct {
			Buckets struct {
				Buckets []struct {
					Start     int64 `json:"key"` // ms
					Documents int   `json:"doc_count"`
				}
			}
		}
	}
	histogram := bucketSource(q)
	histogram["min_doc_count"] = 1
	request := object{
		"size": 0, "track_total_hits": false, "query": countClauses(q).query(),
		"aggs": object{"buckets": object{"date_histogram": histogram}},
	}
	if err := s.search(ctx, "count", request, &answer); err != nil {
		return nil, err
	}
	var cut []object
	documents := countSlice
	for _, b := range answer.Aggregations.Buckets.Buckets {
		if documents >= countSlice {
			if len(cut) > 0 {
				cut[len(cut)-1]["lt"] = b.Start
			}
			cut = append(cut, object{"gte": b.Start, "format": "epoch_millis"})
			documents = 0
		}
		documents += b.Documents
	}
	return cut, nil
}

// countCells counts the cells of one slice, page by page.
func (s *Store) countCells(ctx context.Context, q index.CountQuery, period object) ([]hotline.Count, error) {
	var counts []hotline.Count
	var after object
	for {
		p := longPage
		cells, last, err := s.countPage(ctx, q, period, after, p)
		if err == nil && slices.ContainsFunc(cells, func(c cell) bool { return !p.holds(c) }) {
			p = precisePage
			cells, last, err = s.countPage(ctx, q, period, after, p)
		}
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			counts = append(counts, c.count(q.Zone))
		}
		if len(cells) < p.cells {
			return counts, nil
		}
		after = last
	}
}

// countPage counts the cells that follow after, and returns where the next page begins.
func (s *Store) countPage(ctx context.Context, q index.CountQuery, period, after object, p page) ([]cell, object, error) {
	var answer struct {
		Aggregations struct {
			Cells struct {
				After   object `json:"after_key"`
				Buckets []cell
			}
		}
	}
	clauses := countClauses(q)
	clauses.filter = append(clauses.filter, object{"range": object{fieldReceived: period}})
	composite := object{"size": p.cells, "sources": countSources(q)}
	if after != nil {
		composite["after"] = after
	}
	distinct := func(field string) object {
		return object{"cardinality": object{"field": field, "precision_threshold": p.exact}}
	}
	request := object{"size": 0, "query": clauses.query(), "track_total_hits": false, "aggs": object{"cells": object{
		"composite": composite, "aggs": object{"matters": distinct(fieldMatter), "callers": distinct(fieldPerson)},
	}}}
	err := s.search(ctx, "count", request, &answer)
	return answer.Aggregations.Cells.Buckets, answer.Aggregations.Cells.After, err
}

func (c cell) count(zone *time.Location) hotline.Count {
	n := hotline.Count{
		Bucket: time.UnixMilli(c.Key.Bucket).In(zone), Documents: c.Documents, Matters: c.Matters.Value, Callers: c.Callers.Value,
	}
	if c.Key.Label != nil {
		n.Label = *c.Key.Label
	}
	if c.Key.Area != nil {
		n.Area = *c.Key.Area
	}
	return n
}

func countClauses(q index.CountQuery) *clauses {
	var c clauses
	addFilter(&c, q.Filter)
	c.live()
	if q.RulesetRev > 0 {
		c.filter = append(c.filter, is(fieldRulesetRev, q.RulesetRev))
	}
	if q.Interval == index.IntervalHour {
		c.not = append(c.not, is(fieldPrecision, hotline.PrecisionDay))
	}
	return &c
}

// countSources names what the cells are made of.
func countSources(q index.CountQuery) []object {
	terms := func(field string) object {
		return object{"terms": object{"field": field, "missing_bucket": true}}
	}
	sources := []object{{"label": terms(fieldLabels)}}
	if q.Level > 0 {
		sources = append(sources, object{"area": terms(levelField(q.Tree, q.Level))})
	}
	return append(sources, object{"bucket": object{"date_histogram": bucketSource(q)}})
}

// bucketSource cuts time into buckets.
func bucketSource(q index.CountQuery) object {
	return object{"field": fieldReceived, "calendar_interval": string(q.Interval), "time_zone": zoneName(q.Zone)}
}

// zoneName is a zone as Elasticsearch reads it: an IANA name, or the offset of a zone that only looks like one.
func zoneName(zone *time.Location) string {
	instant := time.Unix(0, 0)
	offset := instant.In(zone).Format("-07:00")
	named, err := time.LoadLocation(zone.String())
	if err != nil || zone.String() == "Local" || instant.In(named).Format("-07:00") != offset {
		return offset
	}
	return zone.String()
}
