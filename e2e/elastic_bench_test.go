//go:build e2e && unix

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// benchBatch is how many documents a benchmark puts at once.
const benchBatch = 1000

// benchCall is a document of usual size: a call of 72 characters with two labels and a place of four levels.
func benchCall(source string, n int, received time.Time) hotline.Document {
	text := strings.Repeat("家里从昨天晚上八点开始停电到现在还没有来电，", 3)
	return hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: source, Hotline: hotline.Hotline95598, ID: fmt.Sprintf("%09d", n), Kind: hotline.KindCall,
			Received: received, Precision: hotline.PrecisionSecond, ContentRev: received.UnixMilli(),
			Matter: fmt.Sprintf("%s:%d", source, n/2), Caller: fmt.Sprintf("c%d", n%20_000),
			Area:  hotline.Area{Grid: fmt.Sprintf("江东/市%d/县%d/所%d", n%10, n%50, n%200), Method: hotline.AreaByCode, Confidence: 1},
			Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}},
		},
		Analysis: hotline.Analysis{
			Labels:     []hotline.Label{{Code: fmt.Sprintf("outage.%d", n%5), Weight: 1}, {Code: fmt.Sprintf("service.%d", n%7), Weight: 1}},
			Tokens:     strings.Fields(strings.Repeat("家里 从 昨天 晚上 八点 开始 停电 到 现在 还 没有 来电 ", 3)),
			RulesetRev: 1, RulesetHash: "5e1f",
		},
	}
}

// put stores documents, each of which must be taken.
func put(b *testing.B, store *elastic.Store, docs []hotline.Document) {
	verdicts, err := store.Put(b.Context(), docs)
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range verdicts {
		if v.Outcome != hotline.Stored {
			b.Fatalf("%s: %s (%s)", v.ID, v.Outcome, v.Reason)
		}
	}
}

// BenchmarkElasticPut stores batches of one month, alone or beside others, as the stream does, and batches spread over
// all months, as a first import does. What looking for moved copies costs is the difference.
func BenchmarkElasticPut(b *testing.B) {
	for _, c := range []struct {
		name   string
		months int
		spread bool
	}{{"one-month", 1, false}, {"beside-24-months", 24, false}, {"spread-over-24-months", 24, true}} {
		b.Run(c.name, func(b *testing.B) {
			store := openElastic(b, c.name)
			now := time.Date(2026, time.November, 15, 12, 0, 0, 0, time.UTC)
			docs := make([]hotline.Document, benchBatch)
			for m := range c.months {
				for i := range docs {
					docs[i] = benchCall(fmt.Sprint("month", m), i, now.AddDate(0, -m, 0))
				}
				put(b, store, docs)
			}
			n := 0
			for b.Loop() {
				for i := range docs {
					received := now
					if c.spread {
						received = now.AddDate(0, -(n % c.months), 0)
					}
					docs[i] = benchCall("stream", n, received)
					n++
				}
				put(b, store, docs)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

// BenchmarkElasticRead asks a store of 100,000 documents over three months.
func BenchmarkElasticRead(b *testing.B) {
	const total = 100_000
	store := openElastic(b, "read")
	first := time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC)
	docs := make([]hotline.Document, 0, benchBatch)
	for n := range total {
		docs = append(docs, benchCall("read", n, first.Add(time.Duration(n)*(80*24*time.Hour/total))))
		if len(docs) == benchBatch {
			put(b, store, docs)
			docs = docs[:0]
		}
	}
	if err := store.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("search", func(b *testing.B) {
		q := index.Query{Words: "没有来电", Filter: index.Filter{Labels: []string{"outage.3"}}, Size: 20, Facets: index.Facets[:]}
		for b.Loop() {
			result, err := store.Search(b.Context(), q)
			if err != nil || result.Total != total/5 {
				b.Fatalf("found %d, %v", result.Total, err)
			}
		}
	})
	b.Run("count-days-by-county", func(b *testing.B) {
		cells := 0
		for b.Loop() {
			counts, err := store.Count(b.Context(), index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid, Level: 3})
			if err != nil {
				b.Fatal(err)
			}
			cells = len(counts)
		}
		b.ReportMetric(float64(cells), "cells")
	})
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for token := ""; ; {
				page, next, err := store.Scan(b.Context(), index.Filter{}, token, 1000)
				if err != nil {
					b.Fatal(err)
				}
				n += len(page)
				if token = next; next == "" {
					break
				}
			}
			if n != total {
				b.Fatalf("scanned %d of %d", n, total)
			}
		}
		b.ReportMetric(float64(b.N)*total/b.Elapsed().Seconds(), "docs/s")
	})
}
