package evaluate

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

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
	if want := (10.0/11 + 0) / 2; math.Abs(report.MacroF1()-want) > 1e-9 { // a and c stand in the gold
		t.Errorf("macro F1 %v, want %v", report.MacroF1(), want)
	}
	var lines []string
	for _, f := range report.Faults {
		lines = append(lines, f.String())
	}
	want := []string{
		"wrong +b -c nature:报修",
		"false alarm +a relevance:false_alarm",
		"either way, wrong code +b",
		"missed -c relevance:missed",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got  %q\nwant %q", lines, want)
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

// The summary names no record; the full report names ids, never a text.
func TestWrite(t *testing.T) {
	report := Evaluate(answers{}, []Record{gold("id-1", "b", []string{"a"}, nil)})
	var full, summary bytes.Buffer
	if err := report.Write(&full, false); err != nil {
		t.Fatal(err)
	}
	if err := report.Write(&summary, true); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(full.String(), summary.String()) || !strings.Contains(full.String(), "id-1 +b -a\n") || strings.Contains(summary.String(), "id-1") {
		t.Errorf("full:\n%s\nsummary:\n%s", full.String(), summary.String())
	}
}

func TestRead(t *testing.T) {
	records, err := Read(strings.NewReader(`{"id":"1","source":"12345","text":"停电","labels":["outage.fault"],"also":[],"nature":["报修"],"responsible":["utility"]}

{"id":"2","source":"95598","turns":[{"role":"agent","text":"您好"},{"role":"customer","text":"停电"}],"labels":[]}
`))
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
		"no json":   {"{\n", "line 1"},
		"no id":     {`{"text":"停电"}`, "no id"},
		"no text":   {`{"id":"1"}`, "neither text nor turns"},
		"no record": {"\n", "there is none"},
		"too long":  {strings.Repeat("x", maxLine+1), "too long"},
	} {
		if _, err := Read(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
