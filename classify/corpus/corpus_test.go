package corpus

import (
	"io/fs"
	"reflect"
	"testing"
	"testing/fstest"

	"suqiu/classify"
	"suqiu/hotline"
)

const taxonomy = `
labels:
  - {code: cut, name: 停电, nature: 报修, responsible: utility}
  - {code: bill, name: 电费, nature: 咨询, responsible: utility, unless: [cut]}
`

func rules(t *testing.T, layers ...string) *classify.RuleSet {
	t.Helper()
	base := fstest.MapFS{"taxonomy.yaml": {Data: []byte(taxonomy)}}
	var overlays []fs.FS
	for _, text := range layers {
		overlays = append(overlays, fstest.MapFS{"rules/test.yaml": {Data: []byte(text)}})
	}
	rs, err := classify.Load(base, overlays...)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func call(id, text string) *hotline.Call {
	return &hotline.Call{Schema: hotline.Schema, Source: "12345", Hotline: hotline.Hotline12345, ID: id, Kind: hotline.KindMessage,
		Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}}}
}

const first = `
rules:
  - {id: cut.word, label: cut, when: 「停电」}
  - {id: cut.home, label: cut, when: 「停电」 near/4 「家里」}
  - {id: bill.word, label: bill, when: 「电费」}
  - {id: never, label: bill, when: 「账单」}
`

// Hits, hits alone, precision, overlap, conflict and the calls without a label are counted.
func TestStats(t *testing.T) {
	s := NewStats(rules(t, first))
	s.Add(call("1", "家里停电"), &Gold{Labels: []string{"cut"}})
	s.Add(call("2", "停电"), &Gold{Labels: []string{"bill"}})
	s.Add(call("3", "停电了电费怎么算"), &Gold{Labels: []string{"bill"}, Also: []string{"cut"}})
	s.Add(call("4", "你好"), nil)
	s.Add(call("5", "电费"), nil)
	want := Report{
		Calls: 5, Unlabeled: 1,
		Rules: []Rule{
			{ID: "cut.word", Value: "cut", Hits: 3, Alone: 2, Right: 1, Wrong: 1},
			{ID: "bill.word", Value: "bill", Hits: 2, Alone: 2, Right: 1},
			{ID: "cut.home", Value: "cut", Hits: 1, Right: 1},
			{ID: "never", Value: "bill"},
		},
		Overlaps:  []Pair{{"cut.home", "cut.word", 1}},
		Conflicts: []Pair{{"bill", "cut", 1}},
	}
	got := s.Report()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if p, known := got.Rules[0].Precision(); p != .5 || !known {
		t.Errorf("precision %v, %v", p, known)
	}
	if _, known := got.Rules[3].Precision(); known {
		t.Error("a rule that never fired has a precision")
	}
}

// What a second set gains and loses is counted with samples, no more than were asked for.
func TestDiff(t *testing.T) {
	old := rules(t, first)
	now := rules(t, first, "rules:\n  - {id: cut.word, label: cut, when: 「断电」}\n  - {id: bill.word, label: bill, when: 「电费」 or 「停电」}\n").SharingSegmenter(old)
	d := NewDiff(old, now, 1)
	for id, text := range map[string]string{"1": "停电", "2": "停电", "3": "断电", "4": "电费"} {
		d.Add(call(id, text))
	}
	got := d.Change()
	for i := range got.Labels { // which of two alike is kept depends on the order of a map
		for _, samples := range [][]Sample{got.Labels[i].Now, got.Labels[i].Before} {
			if len(samples) > 1 {
				t.Errorf("%d samples, want 1 at most", len(samples))
			}
			for j := range samples {
				samples[j].ID = ""
			}
		}
	}
	cut := [][2]int{{0, 6}}
	want := Change{
		Calls: 4, Changed: 3,
		Labels: []LabelChange{
			{Code: "cut", Old: 2, New: 1, Gained: 1, Lost: 2, Now: []Sample{{"", "断电", cut}}, Before: []Sample{{"", "停电", cut}}},
			{Code: "bill", Old: 1, New: 3, Gained: 2, Now: []Sample{{"", "停电", cut}}},
		},
		Confusion:   []Pair{{"cut", "bill", 2}, {"-", "cut", 1}},
		Nature:      []Pair{{"报修", "咨询", 2}, {"求助", "报修", 1}},
		Responsible: []Pair{{"unknown", "utility", 1}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if same := NewDiff(old, old, 3); same != nil {
		same.Add(call("1", "停电"))
		if c := same.Change(); c.Changed != 0 || len(c.Labels) != 0 {
			t.Errorf("a set differs from itself: %+v", c)
		}
	}
}

// A rule that speaks against its label is right where the label is not gold.
func TestStatsAgainst(t *testing.T) {
	stats := NewStats(rules(t, `
rules:
  - {id: bill.for, label: bill, when: 「电费」}
  - {id: bill.against, label: bill, weight: -1, when: 「电费」}
`))
	told := call("1", "问电费")
	for _, label := range []string{"bill", "cut", "cut"} {
		stats.Add(told, &Gold{Labels: []string{label}})
	}
	got := map[string][2]int{}
	for _, r := range stats.Report().Rules {
		got[r.ID] = [2]int{r.Right, r.Wrong}
	}
	if want := map[string][2]int{"bill.for": {1, 2}, "bill.against": {2, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("right and wrong are %v, want %v", got, want)
	}
}
