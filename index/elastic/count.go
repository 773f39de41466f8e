package elastic

import (
	"context"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
)

const (
	// countPage is how many cells one request returns.
	countPage = 1000

	// distinctExact is the number of distinct values up to which Elasticsearch counts a cell's matters and callers by
	// their hashes, which is exact but for a chance collision (one in 8 at the bound, one in 10,000 at a hundred values).
	// Above it counts are estimates, off by about 1 %. Each cell of a page takes 16 KiB of the node's memory; at the
	// largest bound there is, 40,000, it would be 256 KiB, and a page more than a small node has.
	distinctExact = 3000
)

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

// Count returns the non-zero cells. Matters and callers are exact up to distinctExact in a cell.
func (s *Store) Count(ctx context.Context, q index.CountQuery) ([]hotline.Count, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	zone := q.Zone
	if zone == nil {
		zone = calendar.Shanghai()
	}
	composite := object{"size": countPage, "sources": countSources(q, zone)}
	distinct := func(field string) object {
		return object{"cardinality": object{"field": field, "precision_threshold": distinctExact}}
	}
	request := object{"size": 0, "query": countClauses(q).query(), "track_total_hits": false, "aggs": object{"cells": object{
		"composite": composite, "aggs": object{"matters": distinct(fieldMatter), "callers": distinct(fieldPerson)},
	}}}
	var counts []hotline.Count
	for {
		var answer struct {
			Aggregations struct {
				Cells struct {
					After   map[string]any `json:"after_key"`
					Buckets []cell
				}
			}
		}
		if err := s.search(ctx, "count", request, &answer); err != nil {
			return nil, err
		}
		for _, b := range answer.Aggregations.Cells.Buckets {
			counts = append(counts, b.count(zone))
		}
		if len(answer.Aggregations.Cells.Buckets) < countPage {
			return counts, nil
		}
		composite["after"] = answer.Aggregations.Cells.After
	}
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

// countSources names what the cells are made of, in the order in which they are sorted.
func countSources(q index.CountQuery, zone *time.Location) []object {
	terms := func(field string) object {
		return object{"terms": object{"field": field, "missing_bucket": true}}
	}
	sources := []object{{"label": terms(fieldLabels)}}
	if q.Level > 0 {
		sources = append(sources, object{"area": terms(levelField(q.Tree, q.Level))})
	}
	return append(sources, object{"bucket": object{"date_histogram": object{
		"field": fieldReceived, "calendar_interval": string(q.Interval), "time_zone": zoneName(zone),
	}}})
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
