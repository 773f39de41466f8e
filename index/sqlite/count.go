package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
)

// Count counts documents, matters and callers; see index.Counter.
func (s *Store) Count(ctx context.Context, q index.CountQuery) ([]hotline.Count, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	zone := q.Zone
	if zone == nil {
		zone = calendar.Shanghai()
	}
	var w where
	w.and("NOT c.tombstone")
	if q.RulesetRev != 0 {
		w.and("c.ruleset_rev = ?", q.RulesetRev)
	}
	if q.Interval == index.IntervalHour {
		w.and("c.precision <> ?", string(hotline.PrecisionDay))
	}
	w.filter(q.Filter)

	var counts []hotline.Count
	err := s.read(ctx, "count", func(tx *sql.Tx) error {
		first, last, err := reach(ctx, tx, q.Filter)
		if err != nil || first.After(last) {
			return err
		}
		args := append([]any{buckets(first, last, q.Interval, zone), q.Level}, w.args...)
		return each(ctx, tx, func(row *sql.Rows) error {
			var c hotline.Count
			var start int64
			if err := row.Scan(&c.Label, &c.Area, &start, &c.Documents, &c.Matters, &c.Callers); err != nil {
				return err
			}
			c.Bucket = time.UnixMilli(start).In(zone)
			counts = append(counts, c)
			return nil
		}, countSQL(q.Tree, w), args...)
	})
	return counts, err
}

// countSQL walks the buckets and reads each one's calls from the index on received. Numbers are grouped and sorted
// before they are named: they are shorter.
func countSQL(tree index.Tree, w where) string {
	return `WITH bucket (start, stop) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?)),
	cell (label, area, start, documents, matters, callers) AS (
		SELECT labelled.label, up.above, bucket.start, count(*), count(DISTINCT c.matter), count(DISTINCT nullif(c.caller, '')) + sum(c.caller = '')
		FROM bucket CROSS JOIN call c ON c.received >= bucket.start AND c.received < bucket.stop
		JOIN area place ON place.id = c.` + string(tree) + `
		JOIN area_above up ON up.area = place.id AND up.level = min(place.depth, ?)
		LEFT JOIN labelled ON labelled.doc = c.doc
		WHERE ` + w.String() + `
		GROUP BY labelled.label, up.above, bucket.start)
	SELECT coalesce(label.code, '') AS code, area.path, start, documents, matters, callers
	FROM cell JOIN area ON area.id = cell.area LEFT JOIN label ON label.id = cell.label
	ORDER BY code, area.path, start`
}

// reach returns the first and last moment of the filter's period at which anything is stored; first is after last
// where nothing is.
func reach(ctx context.Context, tx *sql.Tx, f index.Filter) (first, last time.Time, err error) {
	var w where
	w.period(f.From, f.To)
	var low, high sql.NullInt64
	if err := tx.QueryRowContext(ctx, "SELECT (SELECT min(received) FROM call c WHERE "+w.String()+"), (SELECT max(received) FROM call c WHERE "+w.String()+")",
		append(w.args, w.args...)...).Scan(&low, &high); err != nil {
		return first, last, err
	}
	if !low.Valid {
		return time.UnixMilli(1), time.UnixMilli(0), nil
	}
	return time.UnixMilli(low.Int64), time.UnixMilli(high.Int64), nil
}

// buckets writes the start and end in milliseconds of every bucket from the one of first to the one of last.
func buckets(first, last time.Time, interval index.Interval, zone *time.Location) string {
	var all [][2]int64
	for start := bucketStart(first.In(zone), interval); !start.After(last); {
		next := nextBucket(start, interval)
		all = append(all, [2]int64{start.UnixMilli(), next.UnixMilli()})
		start = next
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // integers always encode
	}
	return string(b)
}

// bucketStart returns the start of the bucket that t lies in, by the calendar of t's zone.
func bucketStart(t time.Time, interval index.Interval) time.Time {
	year, month, day := t.Date()
	switch interval {
	case index.IntervalHour:
		// Not time.Date, which can't tell the two hours of one name apart when clocks are put back.
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case index.IntervalWeek:
		day -= (int(t.Weekday()) + 6) % 7 // days since Monday
	case index.IntervalMonth:
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

func nextBucket(start time.Time, interval index.Interval) time.Time {
	switch interval {
	case index.IntervalHour:
		return start.Add(time.Hour)
	case index.IntervalDay:
		return start.AddDate(0, 0, 1)
	case index.IntervalWeek:
		return start.AddDate(0, 0, 7)
	}
	return start.AddDate(0, 1, 0)
}
