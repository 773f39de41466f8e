package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/trend"
)

// arrival is a document and when it came.
type arrival struct {
	doc hotline.Document
	at  time.Time
}

// arrivals are the contacts of an invented hotline as they are stored, each up to half a day after it was received.
func arrivals(t *testing.T) (all []arrival, begin, end time.Time) {
	t.Helper()
	o := sample.DefaultOptions(time.Date(2026, time.November, 28, 12, 0, 0, 0, calendar.Shanghai()))
	o.PerDay = 12
	contacts, truth, err := sample.Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range contacts {
		c := &contacts[i]
		at := c.Received.Add(time.Duration(rng.IntN(12*60)) * time.Minute)
		doc := hotline.Document{Call: hotline.Call{
			Schema: hotline.Schema, Source: string(c.Hotline), Hotline: c.Hotline, ID: c.ID, Kind: c.Kind, Received: c.Received, Precision: hotline.PrecisionSecond,
			Arrived: at, ContentRev: at.UnixMilli(), Matter: c.DocID(), Caller: c.Person.Phone[7:], Account: c.Person.Account, Area: hotline.Area{Grid: c.Place.Grid, Method: hotline.AreaByCode, Confidence: 1},
			Turns: c.Turns,
		}, Analysis: hotline.Analysis{
			Labels: []hotline.Label{}, RulesetRev: 1, RulesetHash: "5e1f", Entities: []hotline.Entity{{Kind: hotline.EntityCommunity, Text: "小区", Value: c.Place.Community, Turn: -1}},
		}}
		if c.Main != "" {
			doc.Call.Matter = hotline.DocID(string(c.Hotline), c.Main)
		}
		if c.Label != "" {
			doc.Analysis.Labels = append(doc.Analysis.Labels, hotline.Label{Code: c.Label, Weight: 1})
		}
		all = append(all, arrival{doc, at})
	}
	all = append(all, again(t, all)...)
	slices.SortStableFunc(all, func(a, b arrival) int { return a.at.Compare(b.at) })
	return all, o.Start, truth.Problems[0].Through
}

// again is what calls for each of the rules that count, in the sixth week: an account with four outages within 60 days,
// one caller four times in an hour, five callers of one community in a day.
func again(t *testing.T, all []arrival) []arrival {
	t.Helper()
	begin := all[0].doc.Call.Received.Truncate(24 * time.Hour)
	var out []arrival
	add := func(like arrival, day, minute int, label string, change func(*hotline.Call)) {
		one := like
		call := &one.doc.Call
		call.Hotline, call.Source, call.Kind = hotline.Hotline95598, "95598", hotline.KindOrder
		call.ID = fmt.Sprintf("again-%d", len(out))
		call.Received = begin.AddDate(0, 0, day).Add(time.Duration(minute) * time.Minute)
		call.Matter = call.DocID()
		change(call)
		one.at = call.Received.Add(time.Hour)
		call.Arrived, call.ContentRev = one.at, one.at.UnixMilli()
		one.doc.Analysis.Labels = []hotline.Label{{Code: label, Weight: 1}}
		out = append(out, one)
	}
	at := func(path string) arrival {
		k := slices.IndexFunc(all, func(a arrival) bool { return strings.HasPrefix(a.doc.Call.Area.Grid, path) })
		if k < 0 {
			t.Fatalf("nothing is told of %s", path)
		}
		return all[k]
	}
	household, impatient, community := at("江东电力/望海供电公司/双屿县供电公司"), at("江东电力/临州供电公司/石塘县供电公司"), at("江东电力/望海供电公司/港湾区供电公司")
	for k, day := range []int{3, 14, 22, 37} {
		add(household, day, 600+k, "outage.fault", func(c *hotline.Call) { c.Account = "household" })
	}
	for k := range 4 {
		add(impatient, 38, 600+15*k, "meter.fault", func(c *hotline.Call) { c.Caller = "impatient" })
	}
	for k := range 5 {
		add(community, 39, 600+90*k, "bill.high", func(c *hotline.Call) { c.Caller = fmt.Sprint("neighbour ", k) })
	}
	return out
}

// live puts the arrivals into the store of a session as they come, and lets two watchers look twice a day: one after the
// other or, with race, at once.
func live(t *testing.T, s *session, store index.Store, all []arrival, begin, end time.Time, race bool) []remedy.Incident {
	t.Helper()
	if _, err := index.RegisterRuleset(t.Context(), store, "5e1f", []byte("rules"), begin); err != nil {
		t.Fatal(err)
	}
	of := grain{tree: index.TreeGrid, level: index.DailyLevels}
	var watchers []*remedy.Watcher
	for k := range 2 {
		w, err := s.watcher(t.Context(), store, of, trend.Daily, sensitivity{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		w.Holder, w.Round = fmt.Sprint("watcher ", k), nil
		watchers = append(watchers, w)
	}
	from := begin.AddDate(0, 0, demoHistory)
	for now := from; !now.After(end); now = now.Add(lookEvery) {
		var docs []hotline.Document
		for len(all) > 0 && !all[0].at.After(now) {
			docs = append(docs, all[0].doc)
			all = all[1:]
		}
		if len(docs) > 0 {
			if _, err := store.Put(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
		}
		for _, h := range hotline.Hotlines {
			if err := index.ExtendCoverage(t.Context(), store, hotline.Coverage{Source: string(h), From: begin, Through: now}); err != nil {
				t.Fatal(err)
			}
		}
		if !race {
			if err := watchers[int(now.Sub(from)/lookEvery)%2].Pass(t.Context(), from, now); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var both sync.WaitGroup
		for _, w := range watchers {
			both.Go(func() {
				for again := true; again; {
					err := w.Pass(t.Context(), from, now)
					again = errors.Is(err, remedy.ErrHeld)
					if err != nil && !again {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
	}
	incidents, err := remedy.All(t.Context(), remedyLedger{store})
	if err != nil {
		t.Fatal(err)
	}
	return incidents
}

const lookEvery = 12 * time.Hour

// plain is an incident as JSON, without the revision of the rules, of which a replay knows nothing.
func plain(t *testing.T, incidents []remedy.Incident) []string {
	t.Helper()
	out := make([]string, len(incidents))
	for k := range incidents {
		i := &incidents[k]
		i.Fired.RulesetRev, i.Latest.RulesetRev = 0, 0
		b, err := json.MarshalIndent(i, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out[k] = string(b)
	}
	return out
}

// A backtest over the same arrivals finds exactly what two watchers found that took turns or worked side by side: incident
// by incident, message by message.
func TestBacktestEqualsWatch(t *testing.T) {
	t.Parallel() // it computes for long
	all, begin, end := arrivals(t)
	for name, race := range map[string]bool{"TakingTurns": false, "SideBySide": true} {
		t.Run(name, func(t *testing.T) {
			s := testSession(t)
			store, err := s.store()
			if err != nil {
				t.Fatal(err)
			}
			got := live(t, s, store, all, begin, end, race)
			replay, err := replaySource(t.Context(), store, begin, end, s.zone, grain{tree: index.TreeGrid, level: index.DailyLevels}, true)
			if err != nil {
				t.Fatal(err)
			}
			judge, err := s.detection(trend.Daily, sensitivity{}, grain{tree: index.TreeGrid, level: index.DailyLevels})
			if err != nil {
				t.Fatal(err)
			}
			practice, err := s.practice(t.Context(), store)
			if err != nil {
				t.Fatal(err)
			}
			want, err := detect.Backtest{Replay: replay, Judge: judge, Practice: practice, From: begin.AddDate(0, 0, demoHistory), To: end, Step: lookEvery}.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			counted := slices.DeleteFunc(slices.Clone(got), func(i remedy.Incident) bool { return !slices.Contains(i.Sources, remedy.Counts) })
			if alone := slices.ContainsFunc(counted, func(i remedy.Incident) bool { return i.ByCount() }); len(counted) < 4 || !alone {
				t.Errorf("rules that count located %d of the incidents, alone %t", len(counted), alone)
			}
			if len(got) < 4 || len(got) != len(want) {
				t.Fatalf("watch found %d incidents, the backtest %d; want at least 4", len(got), len(want))
			}
			told := plain(t, want)
			for k, one := range plain(t, got) {
				if one != told[k] {
					t.Fatalf("watch found\n%s\nthe backtest\n%s", one, told[k])
				}
			}
		})
	}
}
