package countrule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"suqiu/dicts"
)

var now = time.Date(2026, time.November, 20, 18, 0, 0, 0, time.UTC)

// told makes contacts of one account and caller, so many hours before now.
func told(label string, hours ...int) []Contact {
	out := make([]Contact, len(hours))
	for i, h := range hours {
		id := fmt.Sprintf("%s-%d-%d", label, h, i)
		out[i] = Contact{ID: id, Matter: id, At: now.Add(-time.Duration(h) * time.Hour), Account: "a1", Caller: "c1", Labels: []string{label}}
	}
	return out
}

func find(t *testing.T, rule string, contacts []Contact) []Finding {
	t.Helper()
	rules, err := Load(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var out []Finding
	for _, f := range Find(rules, contacts, now.Add(-24*time.Hour), now) {
		if f.Rule == rule {
			out = append(out, f)
		}
	}
	return out
}

const day = 24

// The limits of frequent outages, at and just below each of them.
func TestFrequentOutages(t *testing.T) {
	for name, c := range map[string]struct {
		contacts []Contact
		level    string
		count    int
	}{
		"Once":              {told("outage.fault", 0), "", 0},
		"TwoIn30Days":       {told("outage.fault", 0, 29*day), "频繁停电预警", 2},
		"TwoIn31Days":       {told("outage.fault", 0, 31*day), "", 0},
		"ThreeIn50Days":     {told("outage.fault", 0, 35*day, 49*day), "频繁停电预警", 3},
		"ThreeIn60Days":     {told("outage.fault", 0, 35*day, 59*day), "", 0},
		"FourIn60Days":      {told("outage.fault", 0, 20*day, 40*day, 59*day), "频繁停电", 4},
		"FourIn61Days":      {told("outage.fault", 0, 20*day, 40*day, 61*day), "频繁停电预警", 4},
		"FiveInYear":        {told("outage.fault", 0, 80*day, 160*day, 240*day, 364*day), "频繁停电预警", 5},
		"SixInYear":         {told("outage.fault", 0, 80*day, 160*day, 240*day, 320*day, 364*day), "频繁停电", 6},
		"SixInMore":         {told("outage.fault", 0, 80*day, 160*day, 240*day, 320*day, 366*day), "频繁停电预警", 5},
		"FourPlannedInYear": {told("outage.planned", 0, 100*day, 200*day, 300*day), "频繁停电", 4},
		"OtherLabel":        {told("bill.high", 0, 1*day, 2*day, 3*day), "", 0},
		"OneOutageCalled":   {told("outage.fault", 0, 1, 2, 3, 5), "", 0}, // within six hours: one
		"Old":               {told("outage.fault", 25, 2*day, 3*day, 4*day), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := find(t, "频繁停电", c.contacts)
			if c.level == "" {
				if len(got) > 0 {
					t.Errorf("got %+v, want none", got)
				}
				return
			}
			if len(got) != 1 || got[0].Level != c.level || got[0].Count != c.count || got[0].Key != "a1" || len(got[0].IDs) != c.count {
				t.Errorf("got %+v, want %s by %d", got, c.level, c.count)
			}
		})
	}
}

// An outage told by a call, its order and an urge is one matter.
func TestMattersCountOnce(t *testing.T) {
	contacts := told("outage.fault", 0, 10, 20*day)
	contacts[1].Matter = contacts[0].Matter
	if got := find(t, "频繁停电", contacts); len(got) != 1 || got[0].Count != 2 {
		t.Errorf("got %+v, want 2 matters", got)
	}
}

func TestSameCallerInTwoHours(t *testing.T) {
	four := told("bill.high", 1, 1, 2, 2)
	if got := find(t, "短时重复来电", four); len(got) != 1 || got[0].Count != 4 || got[0].Key != "c1" {
		t.Errorf("four times in two hours: %+v", got)
	}
	if got := find(t, "短时重复来电", told("bill.high", 1, 1, 2, 3)); len(got) != 0 {
		t.Errorf("the first is two hours back: %+v", got)
	}
	for i := range four {
		four[i].Caller = ""
	}
	if got := find(t, "短时重复来电", four); len(got) != 0 {
		t.Errorf("of callers unknown: %+v", got)
	}
}

func TestCallersOfOnePlace(t *testing.T) {
	var contacts []Contact
	for i, caller := range []string{"a", "b", "c", "d", "", ""} {
		contacts = append(contacts, Contact{ID: fmt.Sprint(i), At: now.Add(-time.Duration(i) * time.Hour), Caller: caller, Place: "幸福里", Area: "江东省/临州市", Labels: []string{"outage.fault"}})
	}
	contacts = append(contacts, Contact{ID: "again", At: now.Add(-time.Minute), Caller: "a", Place: "幸福里", Area: "江东省/临州市", Labels: []string{"outage.fault"}},
		Contact{ID: "elsewhere", At: now, Caller: "x", Place: "幸福里", Area: "江东省/海山市", Labels: []string{"outage.fault"}},
		Contact{ID: "of something else", At: now, Caller: "y", Place: "幸福里", Area: "江东省/临州市", Labels: []string{"bill.high"}})
	got := find(t, "小区集中诉求", contacts)
	if len(got) != 1 || got[0].Count != 6 || got[0].Key != "江东省/临州市/幸福里" || got[0].Level != "同一小区一天内五人以上" || got[0].Label != "outage.fault" || got[0].Area != "江东省/临州市" {
		t.Errorf("got %+v", got)
	}
}

// Callers of one place who tell of different things are no rise of any.
func TestCallersOfDifferentThings(t *testing.T) {
	var contacts []Contact
	for i, label := range []string{"outage.fault", "outage.fault", "bill.high", "bill.high", "grid.works", ""} {
		c := Contact{ID: fmt.Sprint(i), At: now, Caller: fmt.Sprint(i), Place: "幸福里", Area: "江东省/临州市"}
		if label != "" {
			c.Labels = []string{label}
		}
		contacts = append(contacts, c)
	}
	if got := find(t, "小区集中诉求", contacts); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// A finding is about what the rule says, else about what most of its contacts tell; it is where the last one is.
func TestFindingTellsWhatAndWhere(t *testing.T) {
	contacts := append(told("outage.fault", 20*day, 40*day, 59*day), told("outage.planned", 0)...)
	contacts[3].Area = "江东省/临州市"
	if got := find(t, "频繁停电", contacts); len(got) != 1 || got[0].Label != "outage.frequent" || got[0].Area != "江东省/临州市" || got[0].Least != 4 || got[0].Within != 60*day*time.Hour || got[0].Unit != Matters {
		t.Errorf("got %+v", got)
	}
	calls := append(told("bill.high", 1, 1, 1), told("meter.fault", 1)...)
	if got := find(t, "短时重复来电", calls); len(got) != 1 || got[0].Label != "bill.high" {
		t.Errorf("got %+v", got)
	}
}

// Contacts of which the day alone is known all seem to come at midnight: they don't count within hours.
func TestDayPrecision(t *testing.T) {
	calls, outages := told("bill.high", 1, 1, 1, 1), told("outage.fault", 0, 20*day)
	for i := range calls {
		calls[i].Day = true
	}
	outages[0].Day, outages[1].Day = true, true
	if got := find(t, "短时重复来电", calls); len(got) != 0 {
		t.Errorf("within two hours: %+v", got)
	}
	if got := find(t, "频繁停电", outages); len(got) != 1 {
		t.Errorf("within thirty days: %+v", got)
	}
}

// The order of the contacts and what comes after now change nothing.
func TestFindIsPure(t *testing.T) {
	contacts := told("outage.fault", 0, 20*day, 40*day, 59*day)
	turned := append(slices.Clone(contacts), Contact{ID: "later", Matter: "later", At: now.Add(time.Minute), Account: "a1", Labels: []string{"outage.fault"}})
	slices.Reverse(turned)
	a, b := find(t, "频繁停电", contacts), find(t, "频繁停电", turned)
	if len(a) != 1 || len(b) != 1 || !slices.Equal(a[0].IDs, b[0].IDs) {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestLoadOverlay(t *testing.T) {
	own := fstest.MapFS{file: {Data: []byte("rules:\n  - {name: 短时重复来电, by: caller, count: contacts, levels: []}\n  - {name: 自己的, by: area, count: matters, levels: [{name: x, least: 3, within: 90m}]}\n")}}
	rules, err := Load(dicts.Embedded(), nil, own)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	if !slices.Equal(names, []string{"频繁停电", "小区集中诉求", "自己的"}) || Reach(rules) != 365*24*time.Hour {
		t.Errorf("got %q, reach %s", names, Reach(rules))
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ yaml, says string }{
		"ErrKey":    {"rules: [{name: a, of: caller}]", "of"},
		"ErrName":   {"rules: [{by: caller, count: contacts}]", "no name"},
		"ErrBy":     {"rules: [{name: a, by: phone, count: contacts}]", "by is"},
		"ErrCount":  {"rules: [{name: a, by: caller, count: calls}]", "count is"},
		"ErrEach":   {"rules: [{name: a, by: caller, count: contacts, each: area}]", "each is"},
		"ErrApart":  {"rules: [{name: a, by: caller, count: callers, apart: 1h}]", "apart"},
		"ErrWithin": {"rules: [{name: a, by: caller, count: contacts, levels: [{name: x, least: 2, within: 2 hours}]}]", "2h or 60d"},
		"ErrLong":   {"rules: [{name: a, by: caller, count: contacts, levels: [{name: x, least: 2, within: 99999999999d}]}]", "five years"},
		"ErrLeast":  {"rules: [{name: a, by: caller, count: contacts, levels: [{name: x, within: 2h}]}]", "at least 1"},
		"ErrTwice":  {"rules: [{name: a, by: caller, count: contacts}, {name: a, by: caller, count: contacts}]", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load(fstest.MapFS{file: {Data: []byte(c.yaml)}}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("rules:\n  - {name: a, by: caller, count: contacts, apart: 6h, levels: [{name: x, least: 2, within: 2h}]}\n")
	f.Add("rules:\n  - {name: b, by: place, count: callers, each: label, label: x, labels: [outage], levels: [{name: x, least: 2, within: 1d, labels: [outage.fault]}]}\n")
	f.Fuzz(func(t *testing.T, data string) {
		rules, err := Load(fstest.MapFS{file: {Data: []byte(data)}})
		if err != nil {
			return
		}
		for _, found := range Find(rules, told("outage.fault", 0, 1, 30, 800), now.Add(-24*time.Hour), now) {
			if found.Count != len(found.IDs) || found.Count < 1 {
				t.Errorf("%+v", found)
			}
		}
	})
}
