package remedy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What rules that count find lives like what statistics find: the same states, by its own signal.
func TestLifeOfACountedSignal(t *testing.T) {
	station := []Root{root("outage", "琼/海口/龙华/一所")}
	for name, c := range map[string]struct {
		rounds []scripted
		want   string
		signal Signal
	}{
		"Opened":           {[]scripted{{counted: station}}, "opened", Onset},
		"Quiet":            {[]scripted{{counted: station}, {}}, "opened subsided", Subsiding},
		"QuietInSpite":     {[]scripted{{counted: station}, {observed: 20}}, "opened subsided", Subsiding}, // statistics tell of others, too
		"Unknown":          {[]scripted{{counted: station}, {unknown: true}, {unknown: true}}, "opened", Onset},
		"Resolved":         {[]scripted{{counted: station}, {}, {}, {}}, "opened subsided resolved", Resolved},
		"MetAgain":         {[]scripted{{counted: station}, {}, {counted: station}}, "opened subsided grew", Growing},
		"MetThreeDays":     {[]scripted{{counted: station}, {counted: station}, {counted: station}}, "opened", Onset}, // by no more than at first
		"ReopenedInAWeek":  {[]scripted{{counted: station}, {}, {}, {}, {}, {counted: station}}, "opened subsided resolved reopened", Reopened},
		"AgainAfterAWeek":  {append(append([]scripted{{counted: station}}, make([]scripted, 12)...), scripted{counted: station}), "opened", Onset},
		"StatisticsGoOn":   {[]scripted{{counted: station}, {located: station, observed: 10}, {observed: 10}, {observed: 1}}, "opened subsided", Subsiding},
		"StatisticsRevive": {[]scripted{{counted: station}, {}, {located: station, observed: 10}}, "opened subsided grew", Growing},
	} {
		t.Run(name, func(t *testing.T) {
			incidents := watch(t, &Memory{}, &script{begin: noon(1), rounds: c.rounds})
			last := incidents[len(incidents)-1]
			kept := strings.Join(slices.DeleteFunc(strings.Fields(events(last)), func(kind string) bool {
				return kind == string(KindWarned) || kind == string(KindOverdue) || kind == string(KindEscalated)
			}), " ")
			if kept != c.want || last.Signal != c.signal {
				t.Errorf("%s, %s, want %s, %s", kept, last.Signal, c.want, c.signal)
			}
			if want := name == "AgainAfterAWeek"; (len(incidents) == 2) != want || len(incidents) > 2 {
				t.Errorf("%d incidents", len(incidents))
			}
			if last.ByCount() == strings.HasPrefix(name, "Statistics") || last.Assignment.Owner.ID == "" {
				t.Errorf("sources %v, owner %+v", last.Sources, last.Assignment)
			}
			if m := last.Outbox[0]; !slices.Equal(m.View.Counted, []string{"计数规则“频繁停电”：一户 60 天内 4 次以上"}) || m.View.Explains[0] != "计数规则" {
				t.Errorf("the first message tells %+v", m.View)
			}
		})
	}
}

// A matter that both tell of is one incident, whoever comes first, and wherever it is located first.
func TestCountedBesideStatistics(t *testing.T) {
	station, cell, county := root("outage", "琼/海口/龙华/一所"), root("outage", "琼/海口/龙华/一所/一台区"), root("outage", "琼/海口/龙华")
	for name, c := range map[string]struct {
		rounds  []scripted
		area    string
		sources []Source
		moves   int
	}{
		"InOneBucket":     {[]scripted{{located: []Root{station}, counted: []Root{cell}}}, station.Area, []Source{Counts, Statistics}, 0},
		"CountedLater":    {[]scripted{{located: []Root{station}}, {counted: []Root{cell}, observed: 9}}, station.Area, []Source{Counts, Statistics}, 0},
		"CountedFirst":    {[]scripted{{counted: []Root{cell}}, {located: []Root{station}, observed: 9}}, station.Area, []Source{Counts, Statistics}, 1},
		"CountedAbove":    {[]scripted{{located: []Root{station}}, {counted: []Root{county}, observed: 9}}, county.Area, []Source{Counts, Statistics}, 1},
		"CountedTwice":    {[]scripted{{counted: []Root{cell}}, {counted: []Root{cell}}}, cell.Area, []Source{Counts}, 0},
		"SameAreaAtOnce":  {[]scripted{{located: []Root{station}, counted: []Root{station}}}, station.Area, []Source{Counts, Statistics}, 0},
		"SameAreaCounted": {[]scripted{{counted: []Root{station}}, {located: []Root{station}, observed: 9}}, station.Area, []Source{Counts, Statistics}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			incidents := watch(t, &Memory{}, &script{begin: noon(1), rounds: c.rounds})
			if len(incidents) != 1 {
				t.Fatalf("got %d incidents: %+v", len(incidents), incidents)
			}
			i := incidents[0]
			if i.Area != c.area || !slices.Equal(i.Sources, c.sources) || len(i.Moves) != c.moves || i.Assignment.Owner.ID != "owner of "+c.area {
				t.Errorf("%s, %v, %d moves, %s", i.Area, i.Sources, len(i.Moves), i.Assignment.Owner.ID)
			}
		})
	}
	both := watch(t, &Memory{}, &script{begin: noon(1), rounds: []scripted{{located: []Root{station}, counted: []Root{root("bill", station.Area)}}}})
	if len(both) != 2 {
		t.Errorf("of two families there are %d incidents", len(both))
	}
}

// An incident of an older build, which knew statistics alone, is one of statistics.
func TestIncidentOfAnOlderBuild(t *testing.T) {
	l := &Memory{}
	station := root("outage", "琼/海口/龙华/一所")
	s := &script{begin: noon(1), rounds: []scripted{{located: []Root{station}}, {counted: []Root{station}, observed: 9}}}
	w := &Watcher{Ledger: l, Judge: s, Practice: practice(t), Holder: "one", Lease: time.Minute}
	if err := w.Pass(t.Context(), s.begin, noon(2).Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := Update(t.Context(), l, all(t, l)[0].ID, func(i *Incident) error { i.Sources = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if all(t, l)[0].ByCount() {
		t.Error("it is taken for one of rules that count")
	}
	if err := w.Pass(t.Context(), s.begin, noon(3).Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if i := all(t, l)[0]; !slices.Equal(i.Sources, []Source{Counts, Statistics}) {
		t.Errorf("sources %v", i.Sources)
	}
}
