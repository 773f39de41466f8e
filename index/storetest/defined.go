package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// searchAsDefined holds searches against the definition of a match, on texts and queries drawn from few pieces, so that
// most queries match some. The pieces stand for each way in which tokens are cut.
func searchAsDefined(s *scope) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{
		"停", "电", "表", "坏", "𠮷", "K8s", "3.14", "a_b", "don't", "b", "Ｂ", "１．５", "é", "テレビ", "あ",
		"😡", "👨‍👩‍👧", "🇨🇳", "❤️", "★", "①", "，", "|", "。", " ", "\u3000", "：", ":", "NOT", "*", "-", "m²", "电",
	}
	draw := func(atMost int) string {
		var b strings.Builder
		for range 1 + r.IntN(atMost) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	var docs []hotline.Document
	for _, id := range numbered(300) {
		doc := s.call(id, draw(12)+"。停", received(day(time.March, 1+r.IntN(60)))) // the 60th of March is in April
		doc.Call.Turns = append(doc.Call.Turns, hotline.Turn{Role: hotline.RoleAgent, Text: draw(6)})
		docs = append(docs, doc)
	}
	s.put(docs...)
	matched := 0
	for range 150 {
		query := "「" + draw(3) + "」"
		switch r.IntN(3) {
		case 0:
			query += " 「" + draw(2) + "」"
		case 1:
			query += " -「" + draw(2) + "」"
		}
		words, err := index.ParseWords(query)
		if err != nil {
			continue // nothing but punctuation
		}
		var f index.Filter
		if r.IntN(2) == 0 {
			f.From = day(time.March, 1+r.IntN(60))
			f.To = f.From.AddDate(0, 0, r.IntN(30))
		}
		var want []string
		for _, d := range docs {
			if matches(words, d.Call.Turns) && within(f, d.Call.Received) {
				want = append(want, d.Call.ID)
			}
		}
		got := found(s.search(index.Query{Words: query, Filter: f, Size: len(docs)}))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			s.Errorf("%q from %v to %v: got %v, want %v", query, f.From, f.To, got, want)
		}
		matched += len(want)
	}
	if matched == 0 {
		s.Error("no query matched anything")
	}
}

// matches is the definition of index.Words, word for word.
func matches(words index.Words, turns []hotline.Turn) bool {
	occurs := func(p index.Phrase) bool {
		return len(index.Words{All: []index.Phrase{p}}.Highlights(turns)) > 0
	}
	return !slices.ContainsFunc(words.None, occurs) &&
		!slices.ContainsFunc(words.All, func(p index.Phrase) bool { return !occurs(p) })
}

func within(f index.Filter, at time.Time) bool {
	return f.From.IsZero() || !at.Before(f.From) && at.Before(f.To)
}

// countAsDefined holds counts against the plainest way to count, on calls that share matters, callers, labels and
// places at random.
func countAsDefined(s *scope) {
	r := rand.New(rand.NewPCG(5, 6))
	some := func(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, r.IntN(n)) }
	var docs []hotline.Document
	for _, id := range numbered(400) {
		doc := s.call(id, "停电", rulesetRev(1+r.Int64N(2)), matter(some(s.unit+":m", 60)),
			received(day(time.March, 1).Add(time.Duration(r.IntN(40*24*60))*time.Minute)))
		for code := range r.IntN(4) { // none to three
			labels(some(fmt.Sprintf("l%d.", code), 2))(&doc)
		}
		if r.IntN(4) > 0 {
			doc.Call.Caller = some(s.unit+"-p", 50)
		}
		path := []string{"琼", some("市", 2), some("县", 2)}
		area(strings.Join(path[:r.IntN(4)], "/"), strings.Join(path[:r.IntN(3)], "/"))(&doc)
		doc.Call.Tombstone = r.IntN(10) == 0
		if r.IntN(5) == 0 {
			doc.Call.Precision = hotline.PrecisionDay
		}
		docs = append(docs, doc)
	}
	s.put(docs...)
	for _, interval := range []index.Interval{index.IntervalHour, index.IntervalDay, index.IntervalWeek, index.IntervalMonth} {
		for _, tree := range []index.Tree{index.TreeGrid, index.TreeDivision} {
			for _, level := range []int{0, 1, 2, 3} {
				q := index.CountQuery{Interval: interval, Tree: tree, Level: level, RulesetRev: r.Int64N(3)}
				if r.IntN(2) == 0 {
					q.Filter.From, q.Filter.To = day(time.March, 5), day(time.March, 5+r.IntN(30))
				}
				want := plainCount(docs, q)
				got := s.count(q)
				for i := range got {
					got[i].Bucket = got[i].Bucket.In(shanghai)
				}
				if !slices.Equal(got, want) {
					s.Errorf("count %+v:\ngot  %v\nwant %v", q, got, want)
				}
			}
		}
	}
}

// plainCount is the definition of index.CountQuery, for a filter of a period.
func plainCount(docs []hotline.Document, q index.CountQuery) []hotline.Count {
	type cell struct {
		label, area string
		bucket      time.Time
	}
	matters, callers := map[cell]map[string]bool{}, map[cell]map[string]bool{}
	documents := map[cell]int64{}
	for _, d := range docs {
		if d.Call.Tombstone || !within(q.Filter, d.Call.Received) || q.RulesetRev != 0 && d.Analysis.RulesetRev != q.RulesetRev ||
			q.Interval == index.IntervalHour && d.Call.Precision == hotline.PrecisionDay {
			continue
		}
		path := d.Call.Area.Grid
		if q.Tree == index.TreeDivision {
			path = d.Call.Area.Division
		}
		above := append([]string{""}, hotline.Ancestors(path)...)
		codes := d.Analysis.Codes()
		if len(codes) == 0 {
			codes = []string{""}
		}
		for _, code := range codes {
			c := cell{code, above[min(q.Level, len(above)-1)], bucketOf(d.Call.Received.In(shanghai), q.Interval)}
			if matters[c] == nil {
				matters[c], callers[c] = map[string]bool{}, map[string]bool{}
			}
			documents[c]++
			matters[c][d.Call.Matter] = true
			callers[c][cmp.Or(d.Call.Caller, "document "+d.Call.ID)] = true
		}
	}
	var counts []hotline.Count
	for c, n := range documents {
		counts = append(counts, hotline.Count{Label: c.label, Area: c.area, Bucket: c.bucket,
			Documents: n, Matters: int64(len(matters[c])), Callers: int64(len(callers[c]))})
	}
	slices.SortFunc(counts, func(a, b hotline.Count) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Area, b.Area), a.Bucket.Compare(b.Bucket))
	})
	return counts
}

// bucketOf is the start of a bucket in a zone without daylight saving.
func bucketOf(t time.Time, interval index.Interval) time.Time {
	year, month, day := t.Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	switch interval {
	case index.IntervalHour:
		return midnight.Add(time.Duration(t.Hour()) * time.Hour)
	case index.IntervalWeek:
		for midnight.Weekday() != time.Monday {
			midnight = midnight.AddDate(0, 0, -1)
		}
	case index.IntervalMonth:
		return time.Date(year, month, 1, 0, 0, 0, 0, t.Location())
	}
	return midnight
}
