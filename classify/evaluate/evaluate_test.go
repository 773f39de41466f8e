package evaluate

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"suqiu/classify"
	"suqiu/dicts"
	"suqiu/hotline"
)

// answers gives each record the codes that its text names.
type answers struct{}

func (answers) Analyze(c *hotline.Call) hotline.Analysis {
	a := hotline.Analysis{Nature: hotline.NatureRepair, Responsible: hotline.ResponsibleUtility}
	for code := range strings.FieldsSeq(c.Turns[0].Text) {
		a.Labels = append(a.Labels, hotline.Label{Code: code, Weight: 1})
	}
	return a
}

func gold(id, given string, labels, also []string) Record {
	return Record{ID: id, Text: given + " ", Labels: labels, Also: also, Nature: []hotline.Nature{hotline.NatureRepair}, Responsible: []hotline.Responsible{hotline.ResponsibleUtility}}
}

func TestEvaluate(t *testing.T) {
	wrong := gold("wrong", "b a", []string{"a", "c"}, nil)
	wrong.Nature = []hotline.Nature{hotline.NatureHelp}
	unasked := gold("unasked", "a", []string{"a"}, nil)
	unasked.Nature, unasked.Responsible = nil, nil
	report := Evaluate(answers{}, []Record{
		gold("right", "a", []string{"a"}, nil),
		wrong,
		unasked,
		gold("also given", "a d", []string{"a"}, []string{"d"}),
		gold("also left out", "a", []string{"a"}, []string{"d"}),
		gold("not relevant", "", nil, nil),
		gold("false alarm", "a", nil, nil),
		gold("either way", "d", nil, []string{"d"}),
		gold("either way, wrong code", "b", nil, []string{"d"}),
		gold("missed", "", []string{"c"}, nil),
		gold("lamp", streetlight, []string{streetlight}, nil),
	})
	for _, test := range []struct {
		name      string
		got, want Score
	}{
		{"relevance", report.Relevance, Score{Right: 6, False: 1, Missed: 1}},
		{"a", report.Labels["a"], Score{Right: 5, False: 1}},
		{"b", report.Labels["b"], Score{False: 2}},
		{"c", report.Labels["c"], Score{Missed: 2}},
		{"d", report.Labels["d"], Score{}},
		{"micro", report.Micro(), Score{Right: 5, False: 3, Missed: 2}},
		{"streetlight", report.Streetlight, Score{Right: 1}},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, test.got, test.want)
		}
	}
	if report.Nature != (Tally{5, 6}) || report.Responsible != (Tally{6, 6}) {
		t.Errorf("nature %v, responsible %v", report.Nature, report.Responsible)
	}
	for _, test := range []struct {
		least  int
		want   float64
		labels int
	}{{1, (10.0/11 + 0) / 2, 2}, {3, 10.0 / 11, 1}, {6, 1, 0}} { // a and c stand in the gold
		if got, labels := report.MacroF1(test.least); math.Abs(got-test.want) > 1e-9 || labels != test.labels {
			t.Errorf("macro F1 over labels with %d examples: %v of %d, want %v of %d", test.least, got, labels, test.want, test.labels)
		}
	}
	var lines []string
	for _, f := range report.Faults {
		lines = append(lines, f.String())
	}
	want := []string{
		"wrong +b -c 性质:报修",
		"false alarm +a 涉电:误报",
		"either way, wrong code +b",
		"missed -c 涉电:漏报",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got  %q\nwant %q", lines, want)
	}
}

// A party counts as a class of its own: a wrong answer is a false alarm of the one given and a miss of the first accepted.
func TestResponsibleMacroF1(t *testing.T) {
	const utility, customer, third = hotline.ResponsibleUtility, hotline.ResponsibleCustomer, hotline.ResponsibleThirdParty
	var records []Record
	for i, accepted := range [][]hotline.Responsible{{utility}, {customer, utility}, {customer}, {third, customer}, nil} {
		r := gold(string(rune('1'+i)), "a", []string{"a"}, nil)
		r.Responsible = accepted
		records = append(records, r)
	}
	report := Evaluate(answers{}, records) // which answer utility
	want := map[hotline.Responsible]Score{utility: {Right: 2, False: 2}, customer: {Missed: 1}, third: {Missed: 1}}
	if !maps.Equal(report.Parties, want) || report.Responsible != (Tally{2, 4}) {
		t.Errorf("%v, %v", report.Parties, report.Responsible)
	}
	if got, want := report.ResponsibleMacroF1(), (2.0/3+0+0)/3; math.Abs(got-want) > 1e-9 {
		t.Errorf("macro F1 %v, want %v", got, want)
	}
}

// Each interval holds its value, is the same for the same records, is a point where every record is alike, and narrows with
// more records.
func TestFigures(t *testing.T) {
	records := func(n int, right func(i int) bool) []Record {
		var all []Record
		for i := range n {
			given := "b"
			if right(i) {
				given = "a"
			}
			all = append(all, gold(strconv.Itoa(i), given, []string{"a"}, nil))
		}
		return all
	}
	figure := func(records []Record, name string) Figure {
		t.Helper()
		figures := Evaluate(answers{}, records).Figures()
		if again := Evaluate(answers{}, records).Figures(); !slices.Equal(figures, again) {
			t.Fatalf("%v, then %v", figures, again)
		}
		for _, f := range figures {
			if !(f.Low <= f.Value && f.Value <= f.High) || f.Low < 0 || f.High > 1 {
				t.Errorf("%+v", f)
			}
		}
		i := slices.IndexFunc(figures, func(f Figure) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("no figure %s in %v", name, figures)
		}
		return figures[i]
	}
	half := func(i int) bool { return i%2 == 0 }
	few, many := figure(records(40, half), "labels, micro recall"), figure(records(640, half), "labels, micro recall")
	if few.Value != 0.5 || many.Value != 0.5 || few.High-few.Low < 3*(many.High-many.Low) {
		t.Errorf("of 40 %+v, of 640 %+v", few, many)
	}
	// A share of 0.5 of n has the standard error √(0.25/n); the middle 95 % reach 1.96 of them to either side.
	if want := 2 * 1.96 * math.Sqrt(0.25/640); math.Abs(many.High-many.Low-want) > 0.01 {
		t.Errorf("width %v, want about %v", many.High-many.Low, want)
	}
	if all := figure(records(30, func(int) bool { return true }), "labels, macro F1"); all.Low != 1 || all.High != 1 {
		t.Errorf("all right: %+v", all)
	}
	if lone := figure(records(4, half), "labels, macro F1 (5 and more examples)"); lone.Value != 1 {
		t.Errorf("no label has five examples: %+v", lone)
	}
}

// The object holds every figure and no text.
func TestMarshalJSON(t *testing.T) {
	report := Evaluate(answers{}, []Record{gold("id-1", "b", []string{"a"}, nil), gold("id-2", "a", []string{"a"}, nil)})
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Records, Resamples  int
		Figures             []Figure
		Labels, Responsible map[string]struct{ Gold, Right, False, Missed int }
		Faults              []Fault
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Records != 2 || got.Resamples != 1000 || !slices.Equal(got.Figures, report.Figures()) || got.Labels["a"].Gold != 2 ||
		got.Labels["b"].False != 1 || got.Responsible["utility"].Right != 2 || len(got.Faults) != 1 || got.Faults[0].ID != "id-1" {
		t.Errorf("got %s", data)
	}
}

func TestScore(t *testing.T) {
	for _, test := range []struct {
		s                     Score
		precision, recall, f1 float64
	}{
		{Score{}, 1, 1, 1},
		{Score{Right: 3, False: 1, Missed: 3}, 0.75, 0.5, 0.6},
		{Score{False: 1}, 0, 1, 0},
		{Score{Missed: 1}, 1, 0, 0},
	} {
		if p, r, f := test.s.Precision(), test.s.Recall(), test.s.F1(); p != test.precision || r != test.recall || f != test.f1 {
			t.Errorf("%+v: %v %v %v", test.s, p, r, f)
		}
	}
}

func TestRead(t *testing.T) {
	catalogue, err := classify.LoadCatalogue(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	taxonomy := catalogue.Taxonomy()
	records, err := Read(strings.NewReader(`{"id":"1","source":"12345","text":"停电","labels":["outage.fault"],"also":[],"nature":["报修"],"responsible":["utility"]}

{"id":"2","source":"95598","turns":[{"role":"agent","text":"您好"},{"role":"customer","text":"停电"}],"labels":[]}
`), taxonomy)
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if c := records[0].Call(); c.Kind != hotline.KindMessage || c.Hotline != hotline.Hotline12345 || c.Turns[0].Role != hotline.RoleUnknown || c.Turns[0].Text != "停电" {
		t.Errorf("message %+v", c)
	}
	if c := records[1].Call(); c.Kind != hotline.KindCall || len(c.Turns) != 2 || c.Turns[1].Role != hotline.RoleCustomer {
		t.Errorf("call %+v", c)
	}
	for name, test := range map[string]struct{ text, want string }{
		"no json":   {"{\n", "第 1 行"},
		"no id":     {`{"text":"停电"}`, "没有 id"},
		"no text":   {`{"id":"1"}`, "没有 text，也没有 turns"},
		"no record": {"\n", "没有标注"},
		"no labels": {`{"id":"1","text":"停电"}`, "第 1 行（1）没有 labels"},
		"too long":  {strings.Repeat("x", maxLine+1), "too long"},
	} {
		if _, err := Read(strings.NewReader(test.text), taxonomy); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Values that no answer can have would count as misses: they are told with their line and what may stand there.
func TestReadRefusesWrongValues(t *testing.T) {
	catalogue, err := classify.LoadCatalogue(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ fields, want string }{
		"label":       {`"labels":["outage.fautl"]`, `第 2 行（b）的 labels：没有标签 "outage.fautl"；是不是 outage.fault？`},
		"label named": {`"labels":["故障停电"]`, `的 labels：没有标签 "故障停电"；写 outage.fault`},
		"also":        {`"labels":[],"also":["outage"]`, `的 also：没有标签 "outage"`},
		"nature":      {`"labels":[],"nature":["抱怨"]`, `的 nature：不能写 "抱怨"；可写 咨询、求助、投诉、举报、建议、表扬、报修`},
		"responsible": {`"labels":[],"responsible":["none"]`, `的 responsible：不能写 "none"；可写 utility、customer、third_party、unknown`},
		"found":       {`"labels":[],"found":["nobody"]`, `的 found：不能写 "nobody"；可写 utility、customer、third_party、unknown、none`},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"id":"a","text":"停电","labels":["outage.fault"],"found":["none"]}` + "\n" + `{"id":"b","text":"停电",` + test.fields + "}\n"
			_, err := Read(strings.NewReader(text), catalogue.Taxonomy())
			var wrong *ValueError
			if !errors.As(err, &wrong) || wrong.Line != 2 || wrong.ID != "b" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if records, err := Read(strings.NewReader(`{"id":"1","text":"停电"}`), nil); err != nil || len(records) != 1 {
		t.Errorf("without a taxonomy labels may be left out: %v, %v", records, err)
	}
}

// Where no gold record has a label, nothing can be missed: the figures of what was found are not asked for.
func TestAsksForLabels(t *testing.T) {
	report := Evaluate(answers{}, []Record{gold("none", "a", nil, nil)})
	for name, want := range map[string]bool{microRecall: false, macroF1: false, "labels, micro precision": true} {
		if got := report.Asks(Figure{Name: name}); got != want {
			t.Errorf("%s: asked for %v, want %v", name, got, want)
		}
	}
}
