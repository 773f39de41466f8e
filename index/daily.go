package index

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"suqiu/hotline"
)

// Dropper removes whole months. A month is the instant at which it begins in Asia/Shanghai.
type Dropper interface {
	// Months returns the months that hold documents, the earliest first.
	Months(ctx context.Context) ([]time.Time, error)
	// DropMonth removes all documents of a month, for good. Of a month without any it does nothing.
	DropMonth(ctx context.Context, month time.Time) error
}

// DailyLevels is down to which level of each area tree daily counts are kept: province, city, county, station.
const DailyLevels = 4

// Daily says what is kept of a dropped month.
type Daily struct {
	Month      time.Time          `json:"month"`
	Documents  int64              `json:"documents"` // told in the month, withdrawn ones left out
	RulesetRev int64              `json:"ruleset_rev"`
	Mixed      bool               `json:"mixed"`    // some documents had been analysed by revisions before RulesetRev
	Coverage   []hotline.Coverage `json:"coverage"` // for what of the month a missing count means zero
	Round      int                `json:"round"`    // calls that came after the month was dropped are kept in further rounds
	Dropped    bool               `json:"dropped"`  // false: counted, but the documents may still be there
	At         time.Time          `json:"at"`
}

const dailyPrefix = "daily/"

// dailyCells is how many counts one record of the ledger holds; their JSON takes some 3 MB, and a tenth of that packed.
const dailyCells = 20_000

func dailyKey(month time.Time) string { return dailyPrefix + month.Format("2006-01") }

func dailyPartPrefix(month time.Time, round int, tree Tree, level int) string {
	return fmt.Sprintf("%s/%d/%s/%d/", dailyKey(month), round, tree, level)
}

// DropMonth counts a month by label, area and day, keeps the counts in the ledger, and then removes its documents. It
// may be repeated after it was cut short: what is counted is not counted again, as some documents may be gone. Nothing
// may write to the month meanwhile: see that its calls are older than what consumers accept.
func DropMonth(ctx context.Context, s Store, d Dropper, month, at time.Time) (Daily, error) {
	kept, rev, err := readDaily(ctx, s, month)
	if err != nil {
		return kept, err
	}
	if kept.Dropped || kept.Round == 0 {
		kept = Daily{Month: month, Round: kept.Round + 1, At: at}
		if err := kept.count(ctx, s); err != nil {
			return kept, fmt.Errorf("keep the daily counts of %s: %w", month.Format("2006-01"), err)
		}
		if rev, err = putJSON(ctx, s, dailyKey(month), kept, rev); err != nil {
			return kept, err
		}
	}
	if err := d.DropMonth(ctx, month); err != nil {
		return kept, err
	}
	kept.Dropped = true
	_, err = putJSON(ctx, s, dailyKey(month), kept, rev)
	return kept, err
}

// count counts the month and keeps the counts.
func (d *Daily) count(ctx context.Context, s Store) error {
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	if err := d.describe(ctx, s); err != nil {
		return err
	}
	for _, tree := range []Tree{TreeGrid, TreeDivision} {
		for level := range DailyLevels + 1 {
			if err := d.keep(ctx, s, tree, level); err != nil {
				return err
			}
		}
	}
	return nil
}

// filter accepts the documents of the month.
func (d *Daily) filter() Filter { return Filter{From: d.Month, To: d.Month.AddDate(0, 1, 0)} }

// describe fills in what is to be known of the counts beside themselves.
func (d *Daily) describe(ctx context.Context, s Store) error {
	all, err := s.Search(ctx, Query{Filter: d.filter()})
	if err != nil {
		return err
	}
	d.Documents = all.Total
	latest, err := LatestRuleset(ctx, s)
	if err != nil {
		return err
	}
	d.RulesetRev = latest.Rev
	older := d.filter()
	older.RulesetBelow = latest.Rev
	if latest.Rev > 0 {
		below, err := s.Search(ctx, Query{Filter: older})
		if err != nil {
			return err
		}
		d.Mixed = below.Total > 0
	}
	spans, err := Coverage(ctx, s)
	if err != nil {
		return err
	}
	f := d.filter()
	d.Coverage = slices.DeleteFunc(spans, func(span hotline.Coverage) bool { return !span.From.Before(f.To) || !span.Through.After(f.From) })
	return nil
}

// keep counts one level of a tree.
func (d *Daily) keep(ctx context.Context, s Store, tree Tree, level int) error {
	counts, err := s.Count(ctx, CountQuery{Filter: d.filter(), Interval: IntervalDay, Zone: d.Month.Location(), Tree: tree, Level: level})
	if err != nil {
		return err
	}
	part := 0
	for cells := range slices.Chunk(counts, dailyCells) {
		encoded, err := json.Marshal(cells)
		if err != nil {
			return err
		}
		packed, err := deflate(encoded)
		if err != nil {
			return err
		}
		key := fmt.Sprintf("%s%04d", dailyPartPrefix(d.Month, d.Round, tree, level), part)
		part++
		known, err := s.GetRecord(ctx, key) // of a run that was cut short
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if _, err := s.PutRecord(ctx, key, packed, known.Rev); err != nil {
			return err
		}
	}
	return nil
}

func readDaily(ctx context.Context, l Ledger, month time.Time) (d Daily, rev int64, err error) {
	record, err := l.GetRecord(ctx, dailyKey(month))
	if errors.Is(err, ErrNotFound) {
		return d, 0, nil
	}
	if err != nil {
		return d, 0, err
	}
	if err := json.Unmarshal(record.Value, &d); err != nil {
		return d, 0, fmt.Errorf("read %s: %w", record.Key, err)
	}
	return d, record.Rev, nil
}

func putJSON(ctx context.Context, l Ledger, key string, value any, ifRev int64) (int64, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", key, err)
	}
	return l.PutRecord(ctx, key, encoded, ifRev)
}

// KeptDaily returns the daily counts kept of a dropped month, down to a level of a tree, ordered by label, area and
// day, and what is to be known of them; ErrNotFound of a month that was not dropped. Calls that came after a month was
// dropped are added to its counts, where a matter or caller of both counts twice.
func KeptDaily(ctx context.Context, l Ledger, month time.Time, tree Tree, level int) ([]hotline.Count, Daily, error) {
	d, _, err := readDaily(ctx, l, month)
	if err != nil {
		return nil, d, err
	}
	rounds := d.Round
	if !d.Dropped {
		rounds-- // those of the last round may still be in the store
	}
	if rounds < 1 {
		return nil, d, fmt.Errorf("daily counts of %s: %w", month.Format("2006-01"), ErrNotFound)
	}
	var counts []hotline.Count
	for round := 1; round <= rounds; round++ {
		parts, err := l.ListRecords(ctx, dailyPartPrefix(month, round, tree, level))
		if err != nil {
			return nil, d, err
		}
		for _, p := range parts {
			cells, err := readCells(p, month.Location())
			if err != nil {
				return nil, d, fmt.Errorf("read %s: %w", p.Key, err)
			}
			counts = append(counts, cells...)
		}
	}
	return addUp(counts), d, nil
}

func readCells(r Record, zone *time.Location) ([]hotline.Count, error) {
	packed, err := gzip.NewReader(bytes.NewReader(r.Value))
	if err != nil {
		return nil, err
	}
	var cells []hotline.Count
	if err := json.NewDecoder(packed).Decode(&cells); err != nil {
		return nil, err
	}
	for i := range cells {
		cells[i].Bucket = cells[i].Bucket.In(zone)
	}
	return cells, nil
}

// addUp sorts counts and joins those of one cell.
func addUp(counts []hotline.Count) []hotline.Count {
	compare := func(a, b hotline.Count) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Area, b.Area), a.Bucket.Compare(b.Bucket))
	}
	slices.SortStableFunc(counts, compare)
	joined := counts[:0]
	for _, c := range counts {
		if last := len(joined) - 1; last >= 0 && compare(joined[last], c) == 0 {
			joined[last].Documents += c.Documents
			joined[last].Matters += c.Matters
			joined[last].Callers += c.Callers
			continue
		}
		joined = append(joined, c)
	}
	return joined
}
