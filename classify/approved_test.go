package classify

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"suqiu/dicts"
)

// Every label that ships has an approved answer, which rests on something.
func TestEveryLabelHasAnAnswer(t *testing.T) {
	rs, err := Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	answers, err := LoadAnswers(rs.Taxonomy(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range rs.Taxonomy().Labels {
		answer, ok := answers.Of(l.Code)
		if !ok || answer.Check == "" || answer.Name != l.Name || len([]rune(answer.Answer)) < 15 {
			t.Errorf("%s: got %+v", l.Code, answer)
		}
	}
}

func answersFS(text string) fs.FS { return fstest.MapFS{approvedPath: {Data: []byte(text)}} }

func TestLoadAnswers(t *testing.T) {
	taxonomy := mustCompile(t, testFS("rules: []\n")).Taxonomy()
	base := answersFS("answers:\n  - {label: a.one, check: 先问, answer: 已登记, basis: 某法}\n  - {label: a.two, answer: 会核查, basis: [某法, 某规则]}\n")
	answers, err := LoadAnswers(taxonomy, base, nil, answersFS("answers:\n  - {label: a.one, answer: 本地口径, basis: 本省文件}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, a := range answers.For([]string{"b.one", "a.two", "a.one"}) {
		text.WriteString(a.String())
	}
	if want := "甲/二（a.two）\n  答复：会核查\n  依据：某法\n        某规则\n甲/一（a.one）\n  答复：本地口径\n  依据：本省文件\n"; text.String() != want {
		t.Errorf("got %q, want %q", text.String(), want)
	}
}

// A basis takes edition and day from the source that it begins with, the longest name; a later layer replaces a source. What no
// source names is told as it stands.
func TestSources(t *testing.T) {
	taxonomy := mustCompile(t, testFS("rules: []\n")).Taxonomy()
	base := answersFS("sources:\n  - {name: 《某法》, edition: 2018年修正, checked: 2026-11-29}\n  - {name: 《某法》实施细则, edition: 2020年}\n  - {name: 某承诺}\n  - {name: 旧规则}\n" +
		"answers:\n  - {label: a.one, answer: 好, basis: [《某法》第一条（如此）, 《某法》实施细则第二条, 某承诺（3日）, 旧规则, 本省文件]}\n")
	answers, err := LoadAnswers(taxonomy, base, answersFS("sources:\n  - {name: 旧规则, checked: 2026-12-01}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Basis{
		{Text: "《某法》第一条（如此）", Edition: "2018年修正", Checked: "2026-11-29"},
		{Text: "《某法》实施细则第二条", Edition: "2020年", ToCheck: true},
		{Text: "某承诺（3日）", ToCheck: true},
		{Text: "旧规则", Checked: "2026-12-01"},
		{Text: "本省文件"},
	}
	answer, _ := answers.Of("a.one")
	if !slices.Equal(answer.Basis, want) {
		t.Fatalf("got %+v, want %+v", answer.Basis, want)
	}
	for i, text := range []string{
		"《某法》第一条（如此）〔2018年修正，2026-11-29核对〕", "《某法》实施细则第二条〔2020年，条文未核对，引用前请查现行文本〕",
		"某承诺（3日）〔条文未核对，引用前请查现行文本〕", "旧规则〔2026-12-01核对〕", "本省文件",
	} {
		if got := want[i].String(); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
}

// Of what ships, every basis names a listed source, and only compared ones name an article.
func TestShippedBases(t *testing.T) {
	rs, err := Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	answers, err := LoadAnswers(rs.Taxonomy(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	article := regexp.MustCompile(`第[一二三四五六七八九十百]+条`)
	for _, l := range rs.Taxonomy().Labels {
		answer, _ := answers.Of(l.Code)
		for _, b := range answer.Basis {
			switch {
			case b.Checked == "" && !b.ToCheck:
				t.Errorf("%s: %s begins with no source of answers.yaml", l.Code, b.Text)
			case b.ToCheck && article.MatchString(b.Text):
				t.Errorf("%s: %s names an article that nobody compared", l.Code, b.Text)
			case b.Checked != "" && (b.Edition == "" || !article.MatchString(b.Text)):
				t.Errorf("%s: %s was compared, and lacks its edition or article", l.Code, b.Text)
			}
		}
	}
}

func TestLoadAnswersFaults(t *testing.T) {
	taxonomy := mustCompile(t, testFS("rules: []\n")).Taxonomy()
	for name, test := range map[string]struct{ text, want string }{
		"NoYAML":       {"answers: [", "answers.yaml:1:"},
		"UnknownLabel": {"answers:\n  - {label: a.oen, answer: 好, basis: 某法}\n", `answers.yaml:2:13: 不能写 "a.oen"；可写 a.one、a.two、b.one；是不是 a.one？`},
		"UnknownKey":   {"answers:\n  - label: a.one\n    reply: 好\n    basis: 某法\n", `answers.yaml:3:5: 不认识的键 "reply"`},
		"NoText":       {"answers:\n  - label: a.one\n    basis: 某法\n", "answers.yaml:2:5: 答复口径缺少标签或正文"},
		"NoBasis":      {"answers:\n  - label: a.one\n    answer: 好\n", "answers.yaml:2:5: a.one 的答复口径没有依据；在 basis: 下写"},
		"NoDate":       {"sources:\n  - {name: 某法, checked: 去年}\nanswers: []\n", `answers.yaml:2:25: 核对日期 "去年" 不是日期；写成 2026-11-29 这样`},
		"NoName":       {"sources:\n  - {edition: 2018年}\nanswers: []\n", "answers.yaml:2:5: 来源缺少名称；写上 name:"},
		"Twice":        {"answers:\n  - {label: a.one, answer: 好, basis: 某法}\n  - {label: a.one, answer: 坏, basis: 某法}\n", "answers.yaml:3:5: 本文件中 a.one 已有答复口径"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadAnswers(taxonomy, answersFS(test.text))
			var faults *LoadError
			if !errors.As(err, &faults) || !strings.Contains(faults.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := LoadAnswers(taxonomy, fstest.MapFS{}, answersFS("answers: x\n")); err == nil || !strings.Contains(err.Error(), "overlay1/answers.yaml:1:") {
		t.Errorf("got %v, want a fault of the overlay", err)
	}
}
