package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
)

const (
	benchBatch = 1_000
	benchCalls = 50_000
)

// benchCall is an invented call of 72 characters: one of 12 labels, 200 places, over 60 days.
func benchCall(r *rand.Rand, i int) hotline.Document {
	words := []string{"停电", "电费", "电表", "跳闸", "电压", "低", "报修", "家里", "小区", "今天", "昨晚", "师傅", "没有", "来", "了", "一直", "为什么", "多收", "变压器", "营业厅"}
	var text strings.Builder
	for text.Len() < 72*3 {
		text.WriteString(words[r.IntN(len(words))])
	}
	at := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * (60 * 24 * time.Hour / benchCalls))
	id := fmt.Sprintf("%07d", i)
	return hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindCall, Received: at,
			Precision: hotline.PrecisionSecond, ContentRev: at.UnixMilli(), Matter: fmt.Sprintf("95598:%07d", i-r.IntN(3)),
			Caller: fmt.Sprintf("%016x", r.IntN(benchCalls)), Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text.String()}},
			Area: hotline.Area{Grid: fmt.Sprintf("江东/市%d/县%d", r.IntN(10), r.IntN(20))},
		},
		Analysis: hotline.Analysis{
			RulesetRev: 1, Nature: hotline.NatureRepair, Responsible: hotline.ResponsibleUtility,
			Labels: []hotline.Label{{Code: fmt.Sprintf("label.%d", r.IntN(12)), Weight: 1,
				Hits: []hotline.Hit{{Rule: "r1", Role: hotline.RoleCustomer, Start: 0, End: 6, Text: text.String()[:6]}}}},
		},
	}
}

// fill stores n calls in batches.
func fill(b *testing.B, s *sqlite.Store, r *rand.Rand, n int) {
	b.Helper()
	for first := 0; first < n; first += benchBatch {
		docs := make([]hotline.Document, min(benchBatch, n-first))
		for i := range docs {
			docs[i] = benchCall(r, first+i)
		}
		if _, err := s.Put(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPut stores batches of 1,000 new calls.
func BenchmarkPut(b *testing.B) {
	s, r := open(b), rand.New(rand.NewPCG(1, 2))
	docs := make([]hotline.Document, benchBatch)
	next := 0
	for b.Loop() {
		b.StopTimer()
		for i := range docs {
			docs[i] = benchCall(r, next)
			next++
		}
		b.StartTimer()
		if _, err := s.Put(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(next)/b.Elapsed().Seconds(), "docs/s")
}

// BenchmarkPutAgain stores calls that are there already, as reclassification does.
func BenchmarkPutAgain(b *testing.B) {
	s, r := open(b), rand.New(rand.NewPCG(1, 2))
	docs := make([]hotline.Document, benchBatch)
	for i := range docs {
		docs[i] = benchCall(r, i)
	}
	done := 0
	for b.Loop() {
		for i := range docs {
			docs[i].Analysis.RulesetRev++
		}
		if _, err := s.Put(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
		done += len(docs)
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "docs/s")
}

func BenchmarkSearch(b *testing.B) {
	s := open(b)
	fill(b, s, rand.New(rand.NewPCG(1, 2)), benchCalls)
	march := index.Filter{From: time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC), To: time.Date(2026, time.March, 11, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		name string
		q    index.Query
	}{
		{"RareWords", index.Query{Words: "停电停电停电 变压器电表", Size: 20, Highlight: true}},
		{"CommonWord", index.Query{Words: "停电", Size: 20, Highlight: true}},
		{"CommonWordByRelevance", index.Query{Words: "停电", Size: 20, Sort: index.SortRelevance}},
		{"CommonWordInADay", index.Query{Words: "停电", Size: 20, Filter: march}},
		{"LabelAndArea", index.Query{Size: 20, Filter: index.Filter{Labels: []string{"label.3"}, Areas: []string{"江东/市1"}}}},
		{"AllWithFacets", index.Query{Size: 20, Facets: index.Facets[:]}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(b.Context(), c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScan reads all calls in pages of 1,000.
func BenchmarkScan(b *testing.B) {
	s := open(b)
	fill(b, s, rand.New(rand.NewPCG(1, 2)), benchCalls)
	for _, c := range []struct {
		name   string
		filter index.Filter
	}{
		{"All", index.Filter{}},
		{"Period", index.Filter{From: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)}},
		{"Label", index.Filter{Labels: []string{"label"}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				for token := ""; ; {
					_, next, err := s.Scan(b.Context(), c.filter, token, 1_000)
					if err != nil {
						b.Fatal(err)
					}
					if next == "" {
						break
					}
					token = next
				}
			}
		})
	}
}

func BenchmarkCount(b *testing.B) {
	s := open(b)
	fill(b, s, rand.New(rand.NewPCG(1, 2)), benchCalls)
	for _, c := range []struct {
		name string
		q    index.CountQuery
	}{
		{"DaysByCity", index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid, Level: 2}},
		{"DaysByCounty", index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid, Level: 3, RulesetRev: 1}},
		{"HoursOfADay", index.CountQuery{Interval: index.IntervalHour, Tree: index.TreeGrid, Level: 3, Filter: index.Filter{
			From: time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC), To: time.Date(2026, time.March, 11, 0, 0, 0, 0, time.UTC)}}},
		{"MonthsOfOneLabel", index.CountQuery{Interval: index.IntervalMonth, Tree: index.TreeGrid, Level: 1, Filter: index.Filter{Labels: []string{"label.3"}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Count(b.Context(), c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
