package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var counterPromises = []promise{
	{"Nothing", countNothing},
	{"MattersAndCallers", countMattersAndCallers},
	{"SeveralLabels", countSeveralLabels},
	{"Unlabelled", countUnlabelled},
	{"Intervals", countIntervals},
	{"Zones", countZones},
	{"DayPrecision", countDayPrecision},
	{"Levels", countLevels},
	{"Ruleset", countRuleset},
	{"Tombstones", countTombstones},
	{"FilterChoosesDocuments", countFilterChoosesDocuments},
	{"Rewritten", countRewritten},
	{"Moved", countMoved},
	{"ManyCells", countManyCells},
	{"AsDefined", countAsDefined},
	{"BadQueries", countBadQueries},
	{"EndedContext", countEndedContext},
}

// count runs a query among the documents of this scope.
func (s *scope) count(q index.CountQuery) []hotline.Count {
	s.Helper()
	q.Filter.Sources = []string{s.unit}
	counts, err := s.store.Count(s.Context(), q)
	if err != nil {
		s.Fatalf("count %+v: %v", q, err)
	}
	if !slices.IsSortedFunc(counts, func(a, b hotline.Count) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Area, b.Area), a.Bucket.Compare(b.Bucket))
	}) {
		s.Errorf("count %+v: got %v, want them ordered by label, area, bucket", q, counts)
	}
	return counts
}

// wantCount checks the cells of a query, written "label area bucket documents/matters/callers".
func (s *scope) wantCount(q index.CountQuery, want ...string) {
	s.Helper()
	zone := q.Zone
	if zone == nil {
		zone = shanghai
	}
	var got []string
	for _, c := range s.count(q) {
		got = append(got, fmt.Sprintf("%s %s %s %d/%d/%d", c.Label, c.Area, c.Bucket.In(zone).Format("0102T15:04"), c.Documents, c.Matters, c.Callers))
	}
	if !slices.Equal(got, want) {
		s.Errorf("count %+v:\ngot  %q\nwant %q", q, got, want)
	}
}

func byDay() index.CountQuery {
	return index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid}
}

func countNothing(s *scope) { s.wantCount(byDay()) }

func countMattersAndCallers(s *scope) {
	outage := labels("outage")
	s.put(
		s.call("call", "停电", outage, matter("m:1"), caller(s.unit+"-a")),
		s.call("order", "停电", outage, matter("m:1"), caller(s.unit+"-a")),
		s.call("urge", "催办", outage, matter("m:1"), caller(s.unit+"-b")),
		s.call("hidden1", "停电", outage, matter("m:1")), // no pseudonym: somebody each
		s.call("hidden2", "停电", outage, matter("m:1")),
		s.call("other", "停电", outage, matter("m:2"), caller(s.unit+"-b")),
		s.call("next day", "停电", outage, matter("m:1"), caller(s.unit+"-a"), received(day(time.March, 11))))
	s.wantCount(byDay(), "outage  0310T00:00 6/2/4", "outage  0311T00:00 1/1/1")
	month := byDay()
	month.Interval = index.IntervalMonth
	s.wantCount(month, "outage  0301T00:00 7/2/4")
}

func countSeveralLabels(s *scope) {
	s.put(
		s.call("1", "停电", labels("service", "outage.fault"), caller(s.unit+"-a")),
		s.call("2", "停电", labels("outage.fault"), caller(s.unit+"-a")),
		s.call("3", "停电", labels("outage")))
	// Codes count as they are, not added up their tree.
	s.wantCount(byDay(), "outage  0310T00:00 1/1/1", "outage.fault  0310T00:00 2/2/1", "service  0310T00:00 1/1/1")
}

func countUnlabelled(s *scope) {
	s.put(s.call("1", "停电"), s.call("2", "您好", caller(s.unit+"-a")), s.call("3", "停电", labels("outage")))
	s.wantCount(byDay(), "  0310T00:00 2/2/2", "outage  0310T00:00 1/1/1")
	only := byDay()
	only.Filter.Unlabelled = true
	s.wantCount(only, "  0310T00:00 2/2/2")
}

func countIntervals(s *scope) {
	at := func(month time.Month, day, hour, minute int) func(*hotline.Document) {
		return received(time.Date(2026, month, day, hour, minute, 0, 0, shanghai))
	}
	a := labels("a")
	s.put(
		s.call("1", "停电", a, at(time.March, 29, 23, 59)), // a Sunday
		s.call("2", "停电", a, at(time.March, 30, 0, 0)),   // a Monday
		s.call("3", "停电", a, at(time.March, 30, 0, 59)),
		s.call("4", "停电", a, at(time.March, 31, 23, 30)),
		s.call("5", "停电", a, at(time.April, 1, 0, 0)),
		s.call("6", "停电", a, at(time.April, 5, 23, 0)), // the Sunday of that week
		s.call("7", "停电", a, at(time.April, 6, 7, 30)))
	for interval, want := range map[index.Interval][]string{
		index.IntervalHour: {
			"a  0329T23:00 1/1/1", "a  0330T00:00 2/2/2", "a  0331T23:00 1/1/1", "a  0401T00:00 1/1/1", "a  0405T23:00 1/1/1", "a  0406T07:00 1/1/1"},
		index.IntervalDay: {
			"a  0329T00:00 1/1/1", "a  0330T00:00 2/2/2", "a  0331T00:00 1/1/1", "a  0401T00:00 1/1/1", "a  0405T00:00 1/1/1", "a  0406T00:00 1/1/1"},
		index.IntervalWeek:  {"a  0323T00:00 1/1/1", "a  0330T00:00 5/5/5", "a  0406T00:00 1/1/1"},
		index.IntervalMonth: {"a  0301T00:00 4/4/4", "a  0401T00:00 3/3/3"},
	} {
		s.wantCount(index.CountQuery{Interval: interval, Tree: index.TreeGrid}, want...)
	}
	// A period that begins within a bucket counts under that bucket's start.
	clipped := byDay()
	clipped.Filter.From = time.Date(2026, time.March, 30, 0, 30, 0, 0, shanghai)
	clipped.Filter.To = time.Date(2026, time.April, 1, 0, 0, 0, 0, shanghai)
	s.wantCount(clipped, "a  0330T00:00 1/1/1", "a  0331T00:00 1/1/1")
}

func countZones(s *scope) {
	s.put(s.call("1", "停电", labels("a"), received(time.Date(2026, time.March, 31, 20, 30, 0, 0, time.UTC))))
	kolkata := time.FixedZone("+05:30", 5*3600+1800)
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range []struct {
		zone     *time.Location
		interval index.Interval
		want     string
	}{
		{nil, index.IntervalDay, "a  0401T00:00 1/1/1"},
		{nil, index.IntervalMonth, "a  0401T00:00 1/1/1"},
		{time.UTC, index.IntervalDay, "a  0331T00:00 1/1/1"},
		{time.UTC, index.IntervalMonth, "a  0301T00:00 1/1/1"},
		{kolkata, index.IntervalHour, "a  0401T02:00 1/1/1"},
		{kolkata, index.IntervalDay, "a  0401T00:00 1/1/1"},
		{newYork, index.IntervalDay, "a  0331T00:00 1/1/1"},
	} {
		s.wantCount(index.CountQuery{Interval: c.interval, Zone: c.zone, Tree: index.TreeGrid}, c.want)
	}
	// New York put its clocks forward on 8 March 2026: that day has 23 hours.
	s.put(
		s.call("2", "停电", labels("b"), received(time.Date(2026, time.March, 8, 0, 30, 0, 0, newYork))),
		s.call("3", "停电", labels("b"), received(time.Date(2026, time.March, 8, 23, 30, 0, 0, newYork))),
		s.call("4", "停电", labels("b"), received(time.Date(2026, time.March, 9, 0, 30, 0, 0, newYork))))
	q := index.CountQuery{Interval: index.IntervalDay, Zone: newYork, Tree: index.TreeGrid}
	q.Filter.Labels = []string{"b"}
	s.wantCount(q, "b  0308T00:00 2/2/2", "b  0309T00:00 1/1/1")
}

// countDayPrecision: a call of which only the day is known is in no hour, but in its day.
func countDayPrecision(s *scope) {
	vague := func(d *hotline.Document) { d.Call.Precision = hotline.PrecisionDay }
	minute := func(d *hotline.Document) { d.Call.Precision = hotline.PrecisionMinute }
	s.put(s.call("1", "停电", labels("a"), vague), s.call("2", "停电", labels("a"), minute), s.call("3", "停电", labels("a")))
	s.wantCount(index.CountQuery{Interval: index.IntervalHour, Tree: index.TreeGrid}, "a  0310T12:00 2/2/2")
	s.wantCount(byDay(), "a  0310T00:00 3/3/3")
}

func countLevels(s *scope) {
	a := labels("a")
	s.put(
		s.call("1", "停电", a, area("琼/海口/龙华", "海南省/海口市")), s.call("2", "停电", a, area("琼/海口/美兰", "海南省")),
		s.call("3", "停电", a, area("琼/三亚", "")), s.call("4", "停电", a, area("琼", "海南省/三亚市")), s.call("5", "停电", a))
	at := func(tree index.Tree, level int) index.CountQuery {
		return index.CountQuery{Interval: index.IntervalDay, Tree: tree, Level: level}
	}
	s.wantCount(at(index.TreeGrid, 0), "a  0310T00:00 5/5/5")
	s.wantCount(at(index.TreeGrid, 1), "a  0310T00:00 1/1/1", "a 琼 0310T00:00 4/4/4")
	s.wantCount(at(index.TreeGrid, 2), "a  0310T00:00 1/1/1", "a 琼 0310T00:00 1/1/1", "a 琼/三亚 0310T00:00 1/1/1", "a 琼/海口 0310T00:00 2/2/2")
	full := []string{"a  0310T00:00 1/1/1", "a 琼 0310T00:00 1/1/1", "a 琼/三亚 0310T00:00 1/1/1", "a 琼/海口/美兰 0310T00:00 1/1/1", "a 琼/海口/龙华 0310T00:00 1/1/1"}
	s.wantCount(at(index.TreeGrid, 3), full...)
	s.wantCount(at(index.TreeGrid, hotline.MaxAreaDepth), full...)
	s.wantCount(at(index.TreeDivision, 0), "a  0310T00:00 5/5/5")
	s.wantCount(at(index.TreeDivision, 2), "a  0310T00:00 2/2/2", "a 海南省 0310T00:00 1/1/1", "a 海南省/三亚市 0310T00:00 1/1/1", "a 海南省/海口市 0310T00:00 1/1/1")
}

func countRuleset(s *scope) {
	s.put(
		s.call("1", "停电", labels("a"), rulesetRev(1)), s.call("2", "停电", labels("b"), rulesetRev(2)),
		s.call("3", "停电", labels("b"), rulesetRev(2)))
	one, two, three := byDay(), byDay(), byDay()
	one.RulesetRev, two.RulesetRev, three.RulesetRev = 1, 2, 3
	s.wantCount(byDay(), "a  0310T00:00 1/1/1", "b  0310T00:00 2/2/2")
	s.wantCount(one, "a  0310T00:00 1/1/1")
	s.wantCount(two, "b  0310T00:00 2/2/2")
	s.wantCount(three)
}

func countTombstones(s *scope) {
	s.put(s.call("1", "停电", labels("a"), contentRev(1000)), s.call("2", "停电", labels("a")))
	s.put(s.call("1", "停电", labels("a"), contentRev(1001), tombstone))
	s.wantCount(byDay(), "a  0310T00:00 1/1/1")
}

// countFilterChoosesDocuments: of a document that the filter accepts, every label counts.
func countFilterChoosesDocuments(s *scope) {
	s.put(
		s.call("1", "停电", labels("outage.fault", "service"), area("琼", "")),
		s.call("2", "停电", labels("service"), area("琼", "")), s.call("3", "停电", labels("outage"), area("粤", "")))
	q := byDay()
	q.Filter.Labels = []string{"outage"}
	s.wantCount(q, "outage  0310T00:00 1/1/1", "outage.fault  0310T00:00 1/1/1", "service  0310T00:00 1/1/1")
	q.Filter.Areas = []string{"琼"}
	s.wantCount(q, "outage.fault  0310T00:00 1/1/1", "service  0310T00:00 1/1/1")
}

func countRewritten(s *scope) {
	s.put(s.call("1", "停电", contentRev(1000), labels("a", "b"), area("琼/海口", ""), matter("m:1"), caller(s.unit+"-a")))
	s.put(s.call("1", "停电", contentRev(1001), labels("b", "c"), area("琼/三亚", ""), matter("m:2"), caller(s.unit+"-b")))
	s.putAll(s.call("1", "停电", contentRev(1000), labels("a", "b"), area("琼/海口", "")))
	q := byDay()
	q.Level = 2
	s.wantCount(q, "b 琼/三亚 0310T00:00 1/1/1", "c 琼/三亚 0310T00:00 1/1/1")
}

func countMoved(s *scope) {
	s.put(s.call("1", "停电", contentRev(1000), labels("a"), received(day(time.March, 31))))
	s.put(s.call("1", "停电", contentRev(1001), labels("a"), received(day(time.April, 2))))
	s.wantCount(byDay(), "a  0402T00:00 1/1/1")
}

// countManyCells has more cells than a store is likely to return in one page.
func countManyCells(s *scope) {
	const places, days, codes = 30, 10, 8
	var docs []hotline.Document
	for p := range places {
		for d := range days {
			id := fmt.Sprintf("%d-%d", p, d)
			doc := s.call(id, "停电", area(fmt.Sprintf("琼/%02d", p), ""), received(day(time.March, 1+d)))
			for c := range codes {
				labels(fmt.Sprintf("label%d", c))(&doc)
			}
			docs = append(docs, doc)
		}
	}
	s.put(docs...)
	q := byDay()
	q.Level = 2
	counts := s.count(q)
	if len(counts) != places*days*codes {
		s.Fatalf("got %d cells, want %d", len(counts), places*days*codes)
	}
	for _, c := range counts {
		if c.Documents != 1 || c.Matters != 1 || c.Callers != 1 {
			s.Fatalf("got %+v, want one document, matter and caller a cell", c)
		}
	}
}

func countBadQueries(s *scope) {
	for _, c := range []struct {
		name string
		q    index.CountQuery
	}{
		{"unknown interval", index.CountQuery{Interval: "year", Tree: index.TreeGrid}},
		{"no interval", index.CountQuery{Tree: index.TreeGrid}},
		{"unknown tree", index.CountQuery{Interval: index.IntervalDay, Tree: "river"}},
		{"negative level", index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid, Level: -1}},
		{"level too deep", index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid, Level: hotline.MaxAreaDepth + 1}},
	} {
		s.Run(c.name, func(t *testing.T) {
			if _, err := s.store.Count(t.Context(), c.q); !errors.Is(err, index.ErrQuery) {
				t.Errorf("got %v, want ErrQuery", err)
			}
		})
	}
}

func countEndedContext(s *scope) {
	if _, err := s.store.Count(cancelled(), byDay()); !errors.Is(err, context.Canceled) {
		s.Errorf("got %v, want context.Canceled", err)
	}
}
