package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
)

// dropperStore is a store that can drop months.
type dropperStore interface {
	index.Store
	index.Dropper
}

// brokenDropper removes nothing and fails, as if the process had died after the counting.
type brokenDropper struct{ index.Dropper }

var errBroken = errors.New("broken")

func (brokenDropper) DropMonth(context.Context, time.Time) error { return errBroken }

// RunDropper checks that whole months can be dropped and that their daily counts stay. The store must be set up, empty,
// and the test's own.
func RunDropper(t *testing.T, store dropperStore) {
	s := newScope(t, store)
	month := func(year int, m time.Month) time.Time { return time.Date(year, m, 1, 0, 0, 0, 0, calendar.Shanghai()) }
	december, january := month(2023, time.December), month(2024, time.January)
	inJanuary := received(january.AddDate(0, 0, 4))
	s.put(
		s.call("last-of-december", "停电", received(january.Add(-time.Second)), labels("outage"), area("江东/东城/一所", "浙江/江东")),
		s.call("first-of-january", "停电", received(january), labels("outage"), area("江东/东城/一所", "浙江/江东"), matter("m"), caller("c")),
		s.call("again", "还是停电", received(january.Add(time.Hour)), labels("outage"), area("江东/东城/二所", ""), matter("m"), caller("c")),
		s.call("bill", "电费", inJanuary, labels("bill"), area("江东/西城", "")),
		s.call("withdrawn", "停电", inJanuary, labels("outage"), tombstone),
		s.call("march", "停电"),
	)
	if err := index.ExtendCoverage(t.Context(), store, hotline.Coverage{Source: s.unit, From: december, Through: month(2026, time.April)}); err != nil {
		t.Fatal(err)
	}
	months := func(want ...time.Time) {
		t.Helper()
		got, err := store.Months(t.Context())
		if err != nil || !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Errorf("months: got %v, %v, want %v", got, err, want)
		}
	}
	kept := func(level int) []hotline.Count {
		t.Helper()
		counts, d, err := index.KeptDaily(t.Context(), store, january, index.TreeGrid, level)
		if err != nil || len(d.Coverage) != 1 {
			t.Errorf("kept counts: %v, coverage %v, want one span", err, d.Coverage)
		}
		return counts
	}
	before := func(level int) []hotline.Count {
		return s.count(index.CountQuery{
			Filter: index.Filter{From: january, To: january.AddDate(0, 1, 0)}, Interval: index.IntervalDay, Tree: index.TreeGrid, Level: level,
		})
	}
	same := func(a, b hotline.Count) bool {
		at := a.Bucket.Equal(b.Bucket)
		a.Bucket, b.Bucket = time.Time{}, time.Time{}
		return at && a == b
	}
	months(december, january, month(2026, time.March))
	want := [][]hotline.Count{before(0), before(1), before(2), before(3)}
	if len(want[3]) != 3 {
		t.Fatalf("counts of January: got %v, want 3 cells", want[3])
	}

	t.Run("NotDropped", func(t *testing.T) {
		if _, _, err := index.KeptDaily(t.Context(), store, january, index.TreeGrid, 1); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
	t.Run("CutShort", func(t *testing.T) {
		if _, err := index.DropMonth(t.Context(), store, brokenDropper{store}, january, january); !errors.Is(err, errBroken) {
			t.Fatalf("got %v, want %v", err, errBroken)
		}
		if _, _, err := index.KeptDaily(t.Context(), store, january, index.TreeGrid, 1); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("counts while the calls are there: got %v, want ErrNotFound", err)
		}
	})
	t.Run("Dropped", func(t *testing.T) {
		d, err := index.DropMonth(t.Context(), store, store, january, january)
		if err != nil || d.Documents != 3 || !d.Dropped {
			t.Fatalf("got %+v, %v, want 3 documents dropped", d, err)
		}
		months(december, month(2026, time.March))
		for level, w := range want {
			if got := kept(level); !slices.EqualFunc(got, w, same) {
				t.Errorf("kept counts of level %d: got %v, want %v", level, got, w)
			}
		}
		for _, id := range []string{"last-of-december", "march"} {
			if _, err := store.Get(t.Context(), s.id(id)); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		for _, words := range []string{"还是停电", "电费"} {
			result, err := store.Search(t.Context(), index.Query{Words: words})
			if err != nil || result.Total != 0 {
				t.Errorf("search %s: got %d, %v, want none", words, result.Total, err)
			}
		}
	})
	t.Run("LateCallsAdded", func(t *testing.T) {
		s.put(s.call("late", "电费", inJanuary, labels("bill"), area("江东/西城", "")))
		if _, err := index.DropMonth(t.Context(), store, store, january, january); err != nil {
			t.Fatal(err)
		}
		for _, c := range kept(0) {
			if c.Label == "bill" && (c.Documents != 2 || c.Matters != 2) {
				t.Errorf("got %+v, want 2 documents", c)
			}
		}
	})
	t.Run("EmptyMonth", func(t *testing.T) {
		if err := store.DropMonth(t.Context(), month(2022, time.May)); err != nil {
			t.Errorf("got %v, want none", err)
		}
		months(december, month(2026, time.March))
	})
}
