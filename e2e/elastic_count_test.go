//go:build e2e && unix

package e2e

import (
	"fmt"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// TestElasticCountsLargeCells: a cell of thousands of documents, which the first page of counts only estimates, counts
// its matters and callers exactly, beside more small cells than a page holds.
func TestElasticCountsLargeCells(t *testing.T) {
	const large, small = 2400, 1200
	store := openElastic(t, "largecells")
	at := time.Date(2026, time.March, 10, 4, 0, 0, 0, time.UTC)
	var docs []hotline.Document
	for n := range large + small {
		place := "江东/大"
		if n >= large {
			place = fmt.Sprintf("江东/小%04d", n)
		}
		docs = append(docs, hotline.Document{
			Call: hotline.Call{
				Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: fmt.Sprint(n), Kind: hotline.KindOrder,
				Received: at, Precision: hotline.PrecisionSecond, ContentRev: 1, Matter: fmt.Sprintf("95598:%d", n/2), Caller: fmt.Sprint("c", n/3),
				Area: hotline.Area{Grid: place}, Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "停电"}},
			},
			Analysis: hotline.Analysis{Labels: []hotline.Label{{Code: "outage", Weight: 1}}, RulesetRev: 1},
		})
	}
	if _, err := store.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	counts, err := store.Count(t.Context(), index.CountQuery{Interval: index.IntervalMonth, Tree: index.TreeGrid, Level: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(counts) != 1+small {
		t.Fatalf("got %d cells, want %d", len(counts), 1+small)
	}
	if got := counts[0]; got.Area != "江东/大" || got.Documents != large || got.Matters != large/2 || got.Callers != large/3 {
		t.Errorf("large cell: got %+v, want %d documents, %d matters, %d callers", got, large, large/2, large/3)
	}
	for _, c := range counts[1:] {
		if c.Documents != 1 || c.Matters != 1 || c.Callers != 1 {
			t.Fatalf("small cell: got %+v, want one of each", c)
		}
	}
}
