package remedy

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// script is a judge that says in each bucket what was written down for it, whoever asks.
type script struct {
	begin  time.Time
	rounds []scripted
}

// scripted is what happens on one day: where something is located, and how much is told.
type scripted struct {
	located  []Root
	counted  []Root // where a rule that counts is met
	observed int    // in every area that is watched
	unknown  bool
}

func (s *script) Round(_ context.Context, after time.Time, watched func(time.Time) map[string]Root, now time.Time) (*Round, error) {
	n := int(after.Sub(s.begin) / (24 * time.Hour))
	from := s.begin.AddDate(0, 0, n)
	through := from.AddDate(0, 0, 1)
	if n >= len(s.rounds) || now.Before(through) {
		return nil, nil
	}
	day := s.rounds[n]
	r := &Round{From: from, Through: through, PerDay: 1, Readings: map[string]Reading{}}
	for k, root := range day.located {
		reading := Reading{Through: through, Observed: 10 + k, Expected: 3, SD: 2, P: 0.001, Score: float64(10 - k), Rejected: true}
		r.Sightings = append(r.Sightings, Sighting{Root: root, Reading: reading, Snapshot: Snapshot{
			At: now, Bucket: from, Labels: root.Labels, Area: root.Area, Days: 1, Observed: 10 + k, Expected: 3, P: 0.001, Score: float64(10 - k),
		}, Frozen: Expected{Root: root, Tally: Tally{Days: 1, Told: 10 + k}}})
	}
	for _, root := range day.counted {
		r.Sightings = append(r.Sightings, Sighting{Root: root, Reading: Reading{Through: through, Observed: 4, Score: 4, Rejected: true}, Snapshot: Snapshot{
			At: now, Bucket: from, Labels: root.Labels, Area: root.Area, Days: 60, Observed: 4, Counted: []Counted{{Rule: "频繁停电", Level: "频繁停电", What: "一户 60 天内 4 次以上", By: "account", Key: "k", Count: 4}},
		}, Frozen: Expected{Root: root, Tally: Tally{Days: 60, Told: 4}}, Explains: []string{"计数规则"}})
	}
	for id := range watched(through) {
		if !day.unknown {
			r.Readings[id] = Reading{Through: through, Observed: day.observed, Expected: 3, SD: 2, P: map[bool]float64{true: 0.9, false: 0.01}[day.observed < 4]}
		}
	}
	return r, nil
}

func root(family, area string) Root {
	return Root{Family: family, Labels: []string{family + ".a"}, Area: area}
}

// watch runs a watcher over the days of a script, at one in the afternoon after each.
func watch(t testing.TB, l Ledger, s *script) []Incident {
	t.Helper()
	w := &Watcher{Ledger: l, Judge: s, Practice: practice(t), Holder: "one", Lease: time.Minute}
	for n := range s.rounds {
		if err := w.Pass(t.Context(), s.begin, s.begin.AddDate(0, 0, n+1).Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	return all(t, l)
}

func all(t testing.TB, l Ledger) []Incident {
	t.Helper()
	incidents, err := All(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(incidents, func(a, b Incident) int {
		return strings.Compare(a.First.Format(time.RFC3339)+a.Family+a.Area, b.First.Format(time.RFC3339)+b.Family+b.Area)
	})
	return incidents
}

// events lists what happened to an incident.
func events(i Incident) string {
	var kinds []string
	for _, e := range i.History {
		kinds = append(kinds, string(e.What))
	}
	return strings.Join(kinds, " ")
}

func TestLifeOfASignal(t *testing.T) {
	outage := []Root{root("outage", "琼/海口/龙华")}
	for name, c := range map[string]struct {
		rounds []scripted
		want   string // events of each incident
		signal Signal
	}{
		"Subsides":         {[]scripted{{located: outage}, {observed: 1}}, "opened subsided", Subsiding},
		"Grows":            {[]scripted{{located: outage}, {located: outage, observed: 20}}, "opened grew", Growing},
		"Stays":            {[]scripted{{located: outage}, {observed: 9}}, "opened", Onset},
		"Resolved":         {[]scripted{{located: outage}, {observed: 1}, {observed: 1}, {observed: 1}}, "opened subsided resolved", Resolved},
		"NotYetResolved":   {[]scripted{{located: outage}, {observed: 1}, {observed: 1}, {observed: 9}, {observed: 1}, {observed: 1}}, "opened subsided", Subsiding},
		"RisesAgain":       {[]scripted{{located: outage}, {observed: 1}, {located: outage, observed: 9}}, "opened subsided grew", Growing},
		"Unknown":          {[]scripted{{located: outage}, {observed: 1}, {unknown: true}, {unknown: true}, {unknown: true}}, "opened subsided", Subsiding},
		"UnknownIsSkipped": {[]scripted{{located: outage}, {observed: 1}, {unknown: true}, {observed: 1}, {observed: 1}}, "opened subsided resolved", Resolved},
		"Reopened":         {[]scripted{{located: outage}, {observed: 1}, {observed: 1}, {observed: 1}, {located: outage}}, "opened subsided resolved reopened", Reopened},
	} {
		t.Run(name, func(t *testing.T) {
			incidents := watch(t, &Memory{}, &script{begin: noon(1), rounds: c.rounds})
			if len(incidents) != 1 || incidents[0].Signal != c.signal {
				t.Fatalf("got %+v", incidents)
			}
			kept := strings.Join(slices.DeleteFunc(strings.Fields(events(incidents[0])), func(kind string) bool {
				return kind == string(KindWarned) || kind == string(KindOverdue) || kind == string(KindEscalated)
			}), " ")
			if kept != c.want {
				t.Errorf("events %s, want %s", kept, c.want)
			}
		})
	}
}

// A week after it was resolved the same problem is another incident.
func TestNewIncidentAfterAWeek(t *testing.T) {
	located := []Root{root("outage", "琼/海口")}
	rounds := append([]scripted{{located: located}}, slices.Repeat([]scripted{{observed: 1}}, 12)...)
	rounds = append(rounds, scripted{located: located})
	incidents := watch(t, &Memory{}, &script{begin: noon(1), rounds: rounds})
	if len(incidents) != 2 || incidents[0].Signal != Resolved || incidents[1].Signal != Onset || incidents[0].ID == incidents[1].ID {
		t.Errorf("got %d: %+v", len(incidents), incidents)
	}
}

// An area above takes over: the older incident moves up and the younger becomes part of it.
func TestMoveAndMerge(t *testing.T) {
	l := &Memory{}
	s := &script{begin: noon(1), rounds: []scripted{
		{located: []Root{root("outage", "琼/海口/龙华")}},
		{located: []Root{root("outage", "琼/海口/美兰"), root("bill", "琼/海口/美兰")}, observed: 9},
		{located: []Root{root("outage", "琼/海口")}, observed: 9},
	}}
	incidents := watch(t, l, s)
	if len(incidents) != 3 {
		t.Fatalf("got %d incidents", len(incidents))
	}
	older, bill, younger := incidents[0], incidents[1], incidents[2]
	if older.ID != IncidentID("outage", "琼/海口/龙华", noon(1)) || older.Area != "琼/海口" || !slices.Equal(older.Merged, []string{younger.ID}) ||
		older.Assignment.Owner.ID != "owner of 琼/海口" || len(older.Moves) != 1 || older.Frozen.Area != "琼/海口" || older.Fired.Area != "琼/海口/龙华" {
		t.Errorf("the older one: %+v", older)
	}
	if younger.MergedInto != older.ID || younger.Alive() || younger.Clock.Step != "" {
		t.Errorf("the younger one: %+v", younger)
	}
	if bill.Area != "琼/海口/美兰" || !bill.Alive() {
		t.Errorf("that of another family: %+v", bill)
	}
	moved := older.Outbox[slices.IndexFunc(older.Outbox, func(m Message) bool { return m.Kind == KindMoved })]
	if len(moved.To) != 2 || !moved.Urgent {
		t.Errorf("the old and the new owner are told: %+v", moved)
	}
}

// What an area above and areas below tell in one bucket is one incident from the beginning.
func TestOneBucketOneIncident(t *testing.T) {
	incidents := watch(t, &Memory{}, &script{begin: noon(1), rounds: []scripted{
		{located: []Root{root("outage", "琼/海口/龙华"), root("outage", "琼/海口/美兰"), root("outage", "琼/海口")}},
	}})
	if len(incidents) != 1 || incidents[0].Area != "琼/海口" || incidents[0].Signal != Onset || len(incidents[0].Outbox) != 1 {
		t.Errorf("got %+v", incidents)
	}
}

// Buckets older than three days follow what is open, and open nothing.
func TestOldBucketsOpenNothing(t *testing.T) {
	l := &Memory{}
	s := &script{begin: noon(1), rounds: slices.Repeat([]scripted{{located: []Root{root("outage", "琼/海口")}}}, 20)}
	w := &Watcher{Ledger: l, Judge: s, Practice: practice(t), Holder: "one", Lease: time.Minute}
	if err := w.Pass(t.Context(), s.begin, s.begin.AddDate(0, 0, 20)); err != nil {
		t.Fatal(err)
	}
	incidents := all(t, l)
	if len(incidents) != 1 || !incidents[0].First.Equal(noon(17)) {
		t.Errorf("got %d, the first of %s; want one that was first seen three days ago", len(incidents), incidents[0].First)
	}
}

// A second watcher waits until the lease of the first ends, and goes on where that one was.
func TestLease(t *testing.T) {
	l := &Memory{}
	s := &script{begin: noon(1), rounds: []scripted{{located: []Root{root("outage", "琼/海口")}}, {observed: 1}}}
	first := &Watcher{Ledger: l, Judge: s, Practice: practice(t), Holder: "first", Lease: 10 * time.Minute}
	second := &Watcher{Ledger: l, Judge: s, Practice: practice(t), Holder: "second", Lease: 10 * time.Minute}
	now := noon(2).Add(time.Hour)
	if err := first.Pass(t.Context(), s.begin, now); err != nil {
		t.Fatal(err)
	}
	if err := second.Pass(t.Context(), s.begin, now.Add(9*time.Minute)); !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), "first") {
		t.Errorf("got %v, want ErrHeld", err)
	}
	if err := second.Release(t.Context(), now); err != nil { // it has nothing to give back
		t.Fatal(err)
	}
	if err := first.Release(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if err := second.Pass(t.Context(), s.begin, now); err != nil {
		t.Errorf("a lease that was given back: %v", err)
	}
	if err := first.Pass(t.Context(), s.begin, now); !errors.Is(err, ErrHeld) {
		t.Errorf("got %v, want ErrHeld", err)
	}
	if err := second.Pass(t.Context(), s.begin, noon(3).Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	state, err := State(t.Context(), l)
	if err != nil || state.Epoch != 2 || state.Holder != "second" || !state.Judged.Equal(noon(3)) {
		t.Errorf("state %+v, %v", state, err)
	}
}

// Who watches by other settings neither takes the mark over nor reads incidents as quiet, unless that is meant.
func TestSettings(t *testing.T) {
	l := &Memory{}
	s := &script{begin: noon(1), rounds: []scripted{{located: []Root{root("outage", "琼/海口")}}, {located: []Root{root("bill", "琼/三亚")}}}}
	watcher := func(with Settings) *Watcher {
		return &Watcher{Ledger: l, Judge: s, Practice: practice(t), Settings: with, Holder: with.String()}
	}
	grid, division := Settings{"grid", 4, "day"}, Settings{"division", 4, "day"}
	if err := watcher(Settings{}).Pass(t.Context(), s.begin, noon(1)); err != nil { // as an older build wrote it
		t.Fatal(err)
	}
	if err := watcher(grid).Pass(t.Context(), s.begin, noon(2)); err != nil {
		t.Fatal(err)
	}
	before, err := l.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, with := range []Settings{division, {"grid", 3, "day"}, {"grid", 4, "hour"}} {
		err := watcher(with).Pass(t.Context(), s.begin, noon(3))
		if !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), "--tree grid --depth 4 --interval day, not "+with.String()) {
			t.Errorf("%s: %v", with, err)
		}
		if after, err := l.List(t.Context(), ""); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s: something was written, %v", with, err)
		}
	}

	for with, want := range map[Settings]int{grid: 2, division: 1} { // the same ones go on, others begin with nothing three days ago
		trial, err := Trial(t.Context(), l, with)
		if err != nil {
			t.Fatal(err)
		}
		w := watcher(with)
		w.Ledger = trial
		if err := w.Pass(t.Context(), noon(2), noon(3)); err != nil {
			t.Fatal(err)
		}
		if got := all(t, trial); len(got) != want {
			t.Errorf("a trial with %s ends with %d incidents, want %d", with, len(got), want)
		}
		if after, err := l.List(t.Context(), ""); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("a trial with %s wrote something, %v", with, err)
		}
	}

	changed := watcher(division)
	changed.Change = true
	if err := changed.Pass(t.Context(), s.begin, noon(3)); err != nil {
		t.Fatal(err)
	}
	if err := watcher(grid).Pass(t.Context(), s.begin, noon(3)); !errors.Is(err, ErrSettings) {
		t.Errorf("after the change: %v", err)
	}
}
