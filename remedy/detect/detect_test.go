package detect

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
)

// day is midnight in Shanghai, counted from the first of September 2026.
func day(n int) time.Time {
	return time.Date(2026, time.September, 1+n, 0, 0, 0, 0, calendar.Shanghai())
}

const (
	north = "江东/临州/城北"
	south = "江东/临州/城南"
)

// told are n contacts about an outage in an area at noon of a day, which arrive after a while.
func told(area string, on, n int, late time.Duration) []Contact {
	var out []Contact
	for k := range n {
		at := day(on).Add(12*time.Hour + time.Duration(k)*time.Minute)
		id := fmt.Sprintf("95598:%s-%d-%d", area, on, k)
		out = append(out, Contact{ID: id, Source: "95598", Hotline: hotline.Hotline95598, Received: at, Precision: hotline.PrecisionSecond, Arrived: at.Add(late),
			Matter: id, Caller: fmt.Sprint("caller ", k%8), Area: area, Labels: []string{"outage.fault"}, Text: "停电了"})
	}
	return out
}

// rising tells three a day in two areas over a month, and 25 in the north on the last day.
func rising() *Replay {
	var contacts []Contact
	for d := range 30 {
		contacts = append(contacts, told(north, d, 3, time.Hour)...)
		contacts = append(contacts, told(south, d, 3, time.Hour)...)
	}
	contacts = append(contacts[:len(contacts)-6], told(north, 29, 25, time.Hour)...)
	SortContacts(contacts)
	r := &Replay{Contacts: contacts, Zone: calendar.Shanghai(), Now: day(30).Add(time.Hour)}
	r.AssumeComplete(day(40))
	return r
}

func judge(t *testing.T, source Source) *Judge {
	t.Helper()
	days, err := calendar.Load(calendar.Shanghai(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	heat := calendar.Cause{Kind: calendar.Weather, From: day(29), To: day(30), Area: "江东", Note: "雷暴橙色预警"}
	return &Judge{Source: source, Calendar: days, Causes: []calendar.Cause{heat}, Families: func(string) string { return "outage" }, Interval: trend.Daily}
}

func nobodyWatched(time.Time) map[string]remedy.Root { return nil }

func TestRound(t *testing.T) {
	j := judge(t, rising())
	watched := map[string]remedy.Root{"south": {Family: "outage", Labels: []string{"outage.fault"}, Area: south}}
	r, err := j.Round(t.Context(), day(29), func(time.Time) map[string]remedy.Root { return watched }, day(30).Add(time.Hour))
	if err != nil || r == nil || len(r.Sightings) != 1 {
		t.Fatalf("got %+v, %v", r, err)
	}
	s := r.Sightings[0]
	if !r.From.Equal(day(29)) || !r.Through.Equal(day(30)) || r.PerDay != 1 || s.Area != north || !slices.Equal(s.Labels, []string{"outage.fault"}) || s.Family != "outage" {
		t.Errorf("round %+v", r)
	}
	if s.Snapshot.Observed != 25 || s.Snapshot.Days != 1 || s.Snapshot.Told.Matters != 25 || s.Snapshot.Told.Callers != 8 || len(s.Snapshot.Told.Examples) != 3 {
		t.Errorf("snapshot %+v", s.Snapshot)
	}
	if s.Frozen.Told != 25 || s.Frozen.Elsewhere != 0 || s.Frozen.Days != 1 || !slices.Equal(s.Frozen.Sources, []string{"95598"}) {
		t.Errorf("frozen %+v", s.Frozen)
	}
	if s.Observed != 25 || s.Expected < 2 || s.Expected > 4 || !s.Rejected {
		t.Errorf("reading %+v", s.Reading)
	}
	if !slices.Equal(s.Explains, []string{"天气：雷暴橙色预警"}) {
		t.Errorf("explains %v", s.Explains)
	}
	if got := r.Readings["south"]; got.Observed != 0 || got.Expected < 2 || got.Expected > 4 || got.Rejected {
		t.Errorf("what is watched: %+v", got)
	}
	if again, err := j.Round(t.Context(), r.Through, nobodyWatched, day(30).Add(time.Hour)); err != nil || again != nil {
		t.Errorf("the next bucket is judged before it is over: %+v, %v", again, err)
	}
}

// After a pause the buckets of the last three days are judged one by one, and older ones are passed over.
func TestRoundsAfterAPause(t *testing.T) {
	replay := rising()
	j := judge(t, replay)
	after, now := day(12), day(30).Add(time.Hour)
	var judged []int
	for {
		r, err := j.Round(t.Context(), after, nobodyWatched, now)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			break
		}
		judged = append(judged, int(r.From.Sub(day(0))/(24*time.Hour)))
		after = r.Through
	}
	if want := []int{27, 28, 29}; !slices.Equal(judged, want) {
		t.Errorf("judged the days %v, want %v", judged, want)
	}
}

// A replay knows of each contact only once it has arrived.
func TestReplayKnowsWhatArrived(t *testing.T) {
	r := &Replay{Contacts: append(told(north, 0, 2, time.Hour), told(south, 0, 3, 48*time.Hour)...), Zone: calendar.Shanghai()}
	SortContacts(r.Contacts)
	q := Query{From: day(0), To: day(1), Interval: trend.Daily}
	for at, want := range map[time.Time]int{day(0): 0, day(0).Add(13 * time.Hour): 1, day(1): 2, day(3): 5} {
		r.Now = at
		counts, err := r.Count(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, c := range counts {
			got += int(c.Matters)
		}
		if got != want {
			t.Errorf("at %s it knows of %d, want %d", at, got, want)
		}
	}
	r.Now = day(3)
	q.Interval = trend.Hourly
	for k := range r.Contacts {
		if r.Contacts[k].Area == south {
			r.Contacts[k].Precision = hotline.PrecisionDay
		}
	}
	counts, err := r.Count(t.Context(), q)
	if err != nil || len(counts) != 1 || counts[0].Area != north || counts[0].Matters != 2 || !counts[0].Bucket.Equal(day(0).Add(12*time.Hour)) {
		t.Errorf("by the hour: %+v, %v", counts, err)
	}
}

func TestTally(t *testing.T) {
	replay := rising()
	j := judge(t, replay)
	frozen := remedy.Expected{Root: remedy.Root{Labels: []string{"outage.fault"}, Area: north}, Sources: []string{"95598"}}
	got, known, err := j.Tally(t.Context(), frozen, day(10), day(17))
	if err != nil || !known || got != (remedy.Tally{Days: 7, Told: 21, Elsewhere: 21}) {
		t.Errorf("got %+v, %t, %v", got, known, err)
	}
	if _, known, err := j.Tally(t.Context(), frozen, day(28), day(35)); err != nil || known {
		t.Errorf("days to come are known: %t, %v", known, err)
	}
}

// holding is a source that holds a label back.
type holding struct{ *Replay }

func (holding) Held(context.Context, time.Time, time.Time) (map[string]string, int64, error) {
	return map[string]string{"outage.planned": "规则变了"}, 2, nil
}

// Over what is complete, an area is compared with itself and with the rest; what is left out is named, with the days
// that are missing.
func TestCompare(t *testing.T) {
	replay := rising()
	replay.Spans = append(replay.Spans, hotline.Coverage{Source: "12345", From: day(5), Through: day(12)}, hotline.Coverage{Source: "12345", Area: "江东", From: day(12), Through: day(13)},
		hotline.Coverage{Source: "12345", Area: south, From: day(0), Through: day(40)})
	j := judge(t, holding{replay})
	root := remedy.Root{Labels: []string{"outage.fault", "outage.planned"}, Area: north}
	c, known, err := j.Compare(t.Context(), root, day(10), 7)
	if err != nil || !known || c.Before.Tally != (remedy.Tally{Days: 7, Told: 21, Elsewhere: 21}) || c.After.Tally != c.Before.Tally || len(c.After.Sources) != 1 {
		t.Errorf("got %+v, %t, %v", c, known, err)
	}
	want := []trend.Left{{What: "12345", Why: "不完整：2026-09-04 00:00 至 2026-09-06 00:00、2026-09-14 00:00 至 2026-09-18 00:00"}, {What: "outage.planned", Why: "规则变了"}}
	if !slices.Equal(c.Left, want) {
		t.Errorf("left %v, want %v", c.Left, want)
	}
	if c, known, err := j.Compare(t.Context(), remedy.Root{Labels: root.Labels[1:], Area: north}, day(10), 7); err != nil || known || len(c.Left) != 2 {
		t.Errorf("of a label that is held: %+v, %t, %v", c, known, err)
	}
	replay.Now = day(12)
	if c, known, err := j.Compare(t.Context(), root, day(10), 7); err != nil || known || len(c.Left) != 3 {
		t.Errorf("with days to come: %+v, %t, %v", c, known, err)
	}
}

// A backtest opens the one incident, and learns nothing where nothing is known of what came after.
func TestBacktest(t *testing.T) {
	replay := rising()
	j := judge(t, replay)
	practice := remedy.Practice{Router: unowned{}, Workdays: j.Calendar}
	steps := 0
	incidents, err := Backtest{Replay: replay, Judge: j, Practice: practice, From: day(20), To: day(31), Step: 24 * time.Hour, Progress: func(time.Time) { steps++ }}.Run(t.Context())
	if err != nil || len(incidents) != 1 || incidents[0].Area != north || !incidents[0].First.Equal(day(29)) || steps != 12 {
		t.Fatalf("got %+v, %v in %d steps", incidents, err, steps)
	}
	fall, err := LearnFall(t.Context(), j, incidents)
	if err != nil || len(fall.Points) != len(Lags)*len(remedy.VisitDays) || slices.ContainsFunc(fall.Points, func(p remedy.FallPoint) bool { return p.N > 0 }) {
		t.Errorf("learned %+v, %v", fall, err)
	}
	replay.Now = day(40)
	fall, err = LearnFall(t.Context(), j, incidents)
	if err != nil || len(fall.Points) == 0 || fall.Points[0].N != 1 || fall.Points[0].Mean != 0.05 {
		t.Errorf("learned %+v, %v; nothing was told afterwards", fall, err)
	}
}

// unowned makes nobody responsible.
type unowned struct{}

func (unowned) Route(remedy.Question) (remedy.Assignment, error) {
	return remedy.Assignment{Unowned: "没有责任人"}, nil
}

func (unowned) Holds(remedy.Assignment, time.Time) (bool, error) { return true, nil }

func (unowned) Chain(remedy.Question, time.Time) ([]remedy.Escalation, error) { return nil, nil }
