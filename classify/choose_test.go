package classify

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// choiceFS is a rule set in which every label has its word, and the given keys at the top of the taxonomy.
func choiceFS(choice string) fstest.MapFS {
	fsys := testFS(`
rules:
  - {id: dark, label: a.dark, when: 「停电」}
  - {id: darker, label: a.dark, when: 「停电」 near/12 「三天」}
  - {id: notice, label: a.notice, when: 「通知」 or 「停电」 near/6 「没人说」}
  - {id: bill, label: b.bill, when: 「电费」}
  - {id: meter, label: b.meter, when: 「电表」}
  - {id: less, label: b.meter, weight: -0.5, when: 「水表」}
  - {id: wide, label: b.wide, when: 「电费」 near/2 「电表」}
`)
	fsys[taxonomyPath] = fileOf(choice + `
parents: [{code: a, name: 甲}, {code: b, name: 乙}]
labels:
  - {code: a.dark, name: 甲/停电, parent: a}
  - {code: a.notice, name: 甲/通知, parent: a}
  - {code: b.meter, name: 乙/电表, parent: b, threshold: 0.5}
  - {code: b.bill, name: 乙/电费, parent: b, priority: 2}
  - {code: b.wide, name: 乙/宽, parent: b, priority: -1}
`)
	return fsys
}

func TestChoose(t *testing.T) {
	const (
		late = "salience: {late: {after: 0.6, counts: 0.3}}\nabstain: {below: 0.4}\n"
		few  = "salience: {few: {under: 3, counts: 0.3}}\nabstain: {below: 0.4}\n"
	)
	for _, test := range []struct {
		name, choice, text string
		want               string // the labels, the strongest first
	}{
		{"no keys: all stand, the first one first", "", "通知没有，电表也坏，停电", "a.notice b.meter a.dark"},
		{"the heavier first", "", "电表坏了，停电三天了", "a.dark b.meter"},
		{"priority breaks ties", "", "电表上看，电费多了", "b.bill b.meter"},
		{"a negative weight weighs against", "", "水表先不说，电表上看，停电", "a.dark b.meter"},

		{"late evidence", late, "停电了，到现在还在等人来管这件事，等着通知", "a.dark"},
		{"evidence in the middle", late, "停电了，等着通知，到现在还在等人来管这件事", "a.dark a.notice"},
		{"two that are late", late, "到现在还在等人来管这件事，停电了，等着通知", "a.dark a.notice"},
		{"the title is the beginning", late, "标题：等着通知\n到现在还在等人来管这件事，停电了", "a.notice"},
		{"agents' words are no part of the way", late, "坐席：您好很高兴为您服务请问您有什么事情需要反映\n客户：停电\n坐席：好的这就为您登记请您稍等\n客户：等着通知，等到现在还在等人来管这件事", "a.dark a.notice"},
		{"one label alone is never dropped", late, "到现在还在等人来管这件事，等着通知", "a.notice"},

		{"little evidence", few, "停电没人说，电费", "a.notice"},
		{"little evidence of all", few, "停电，电费", "b.bill a.dark"},
		{"little evidence beside much", "salience: {few: {under: 3, counts: 0.3}}\nabstain: {below: 0.8}\n", "停电三天了，电费", "a.dark"},
		{"the same word twice is two places", "salience: {few: {under: 3, counts: 0.1}}\nabstain: {below: 0.4}\n", "停电三天了，电费，电费", "a.dark b.bill"},

		{"below a share", "abstain: {below: 0.6}\n", "停电三天了，电费", "a.dark"},
		{"at the share", "abstain: {below: 0.5}\n", "停电三天了，电费", "a.dark b.bill"},

		{"covered", "abstain: {covered: true}\n", "没人说要停电", "a.notice"},
		{"not covered by a weaker one", "abstain: {covered: true}\n", "没人说要停电，停电三天了", "a.dark a.notice"},
		{"of as many words as another", "", "停电没人说", "a.notice a.dark"},
		{"one covers two", "abstain: {covered: true}\nsalience: {few: {under: 3, counts: 0.5}}\n", "电费和电表，停电", "b.wide a.dark"},
		{"covered by two together is not covered", "abstain: {covered: true}\n", "电费和电表", "b.bill b.meter b.wide"},

		{"exclusive, the stronger stays", "exclusive: [a.dark b.bill]\n", "电费的事，停电三天了", "a.dark"},
		{"exclusive, the priority decides", "exclusive: [b.meter b.bill]\n", "电表上看，电费多了", "b.bill"},
		{"exclusive, the first decides", "exclusive: [[a.dark, a.notice]]\n", "通知没有，停电", "a.notice"},
		{"what gave way silences no more", "exclusive: [a.dark b.meter, b.meter b.bill]\n", "停电三天了，电表上看，电费", "a.dark b.bill"},
		{"others stay", "exclusive: [a.dark a.notice]\n", "通知没有，停电，电表也坏", "a.notice b.meter"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, choiceFS(test.choice))
			if got := strings.Join(codesOf(rs, exampleCall(test.text)), " "); got != test.want {
				t.Errorf("got  %s\nwant %s\n%s", got, test.want, rs.Explain(exampleCall(test.text)))
			}
		})
	}
}

// An explanation says why a label gave way, to a reader and to a program.
func TestExplainYields(t *testing.T) {
	for _, test := range []struct {
		name, choice, text string
		code, why          string
		yields             Yield
	}{
		{"exclusive", "exclusive: [a.dark b.bill]\n", "电费的事，停电三天了", "b.bill", "与更强的 a.dark（强度 2）互斥，强度 1", Yield{"a.dark", "exclusive"}},
		{"below", "abstain: {below: 0.6}\n", "停电三天了，电费", "b.bill", "证据弱：强度 1，不到最强标签 a.dark（2）的 60%", Yield{"a.dark", "below"}},
		{"covered", "abstain: {covered: true}\n", "停电没人说", "a.dark", "证据全在更强的 a.notice 的词语之中", Yield{"a.notice", "covered"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, choiceFS(test.choice))
			e := rs.Explain(exampleCall(test.text))
			i := slices.IndexFunc(e.NotGiven, func(f Finding) bool { return f.Code == test.code })
			if i < 0 {
				t.Fatalf("%s is not among those not given:\n%s", test.code, e)
			}
			f := e.NotGiven[i]
			if f.Why != test.why || f.Yields == nil || *f.Yields != test.yields || len(f.Fired) == 0 || len(f.Fired[0].Hits) == 0 {
				t.Errorf("got %q %+v %+v\nwant %q %+v", f.Why, f.Yields, f.Fired, test.why, test.yields)
			}
			if !strings.Contains(e.String(), test.why) {
				t.Errorf("not in the text:\n%s", e)
			}
		})
	}
	rs := mustCompile(t, choiceFS("salience: {late: {after: 0.6, counts: 0.3}}\n"))
	if e := rs.Explain(exampleCall("停电了，到现在还在等人来管这件事，等着通知")); !strings.Contains(e.String(), "甲/通知（a.notice）  权重 1，门槛 1，强度 0.3") {
		t.Errorf("the strength is not told:\n%s", e)
	}
}

// An overlay's keys take the place of those below.
func TestChoiceOverlay(t *testing.T) {
	base := choiceFS("salience: {late: {after: 0.6, counts: 0.3}}\nabstain: {below: 0.9}\nexclusive: [a.dark a.notice, a.dark b.bill]\n")
	const text = "停电三天了，电费，通知，电表"
	for _, test := range []struct {
		name, over, want string
	}{
		{"another set", "exclusive: [a.dark b.meter]\nabstain: {covered: true}\n", "a.dark b.bill a.notice"},
		{"off", "exclusive: []\nabstain: {}\nsalience: {}\n", "a.dark b.bill a.notice b.meter"},
		{"the rest as below", "nature: 咨询\n", "a.dark"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, base, fstest.MapFS{taxonomyPath: fileOf(test.over)})
			if got := strings.Join(codesOf(rs, exampleCall(text)), " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	rs := mustCompile(t, testFS("rules: [{id: r, label: a.one, when: 「停电」}]"))
	m := rs.take(exampleCall("标题：停电\n坐席：请讲\n客户：一二三四\n坐席：五六\n客户：七八九十"), false)
	defer rs.give(m)
	for _, test := range []struct {
		word string
		want float64
	}{{"停", 0}, {"请", 0}, {"一", 0}, {"三", 0.25}, {"五", 0.5}, {"七", 0.5}, {"九", 0.75}} {
		at := slices.Index(m.doc.runes, []rune(test.word)[0])
		if got := m.doc.progress(int32(at)); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", test.word, got, test.want)
		}
	}
}

func TestJoinedAndCovers(t *testing.T) {
	s := func(ends ...int32) (spans []span) {
		for i := 0; i < len(ends); i += 2 {
			spans = append(spans, span{start: ends[i], end: ends[i+1]})
		}
		return spans
	}
	if got := joined(s(8, 9, 0, 4, 2, 3, 3, 6)); !slices.Equal(got, s(0, 6, 8, 9)) {
		t.Errorf("joined %v", got)
	}
	for _, test := range []struct {
		outer, inner []span
		want         bool
	}{
		{s(0, 6), s(2, 4), true}, {s(0, 6, 8, 9), s(0, 6, 8, 9), true}, {s(0, 6), s(5, 7), false},
		{s(0, 6), nil, false}, {nil, s(1, 2), false}, {s(0, 2, 4, 6), s(1, 5), false},
	} {
		if got := covers(test.outer, test.inner); got != test.want {
			t.Errorf("%v in %v: %v", test.inner, test.outer, got)
		}
	}
}

// Whatever the text: choosing never takes the last label, gives none that stood not there before, keeps of exclusive ones at
// most one, and tells for each label dropped to which label, that is given, it gave way.
func FuzzChoose(f *testing.F) {
	for _, seed := range []string{
		"停电三天了，电费，通知，电表", "客户：停电\n坐席：电费\n客户：没人说要停电", "标题：电费\n停电没人说", "电费电表停电通知", "水表，电表", "\xff停电\n\n电费",
	} {
		f.Add(seed)
	}
	all := mustCompile(f, choiceFS(""))
	few := mustCompile(f, choiceFS("salience: {late: {after: 0.6, counts: 0.5}, few: {under: 6, counts: 0.6}}\nabstain: {below: 0.4, covered: true}\nexclusive: [a.dark a.notice, b.meter b.bill b.wide]\n"))
	f.Fuzz(func(t *testing.T, text string) {
		call := exampleCall(text)
		before, after := codesOf(all, call), codesOf(few, call)
		if len(before) > 0 != (len(after) > 0) || !subset(after, before) {
			t.Fatalf("of %v there remain %v", before, after)
		}
		for _, set := range [][]string{{"a.dark", "a.notice"}, {"b.meter", "b.bill", "b.wide"}} {
			n := 0
			for _, code := range set {
				if slices.Contains(after, code) {
					n++
				}
			}
			if n > 1 {
				t.Errorf("exclusive labels stand together: %v", after)
			}
		}
		e := few.Explain(call)
		for i, finding := range e.Given {
			if len(e.Given) != len(after) || finding.Code != after[i] {
				t.Fatalf("explained %v, analysed %v", e.Given, after)
			}
		}
		for _, s := range few.Firing(call).Silenced {
			if !slices.Contains(after, s.By) || slices.Contains(after, s.Label) {
				t.Errorf("%s gave way to %s, given are %v", s.Label, s.By, after)
			}
		}
	})
}
