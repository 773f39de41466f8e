package classify

import (
	"fmt"
	"slices"
	"strings"

	"suqiu/hotline"
)

// FixtureSuffix ends the names of files of fixtures.
const FixtureSuffix = ".test.yaml"

// Fixture is a text with what the whole rule set must make of it. Other than an example, which is about one rule alone, it
// sees thresholds, what labels require, and how they silence each other.
type Fixture struct {
	name        string
	text        string
	call        *hotline.Call
	labels      []string // nil where they are not told
	also        []string
	without     []string
	nature      string
	responsible string
	place       yamlNode
}

// ReadFixtures reads a file of fixtures (docs/rules.md, Tests). name is how errors speak of the file. The error is a *LoadError
// that names every fault; a label that the taxonomy has not is one.
func (rs *RuleSet) ReadFixtures(name string, data []byte) ([]Fixture, error) {
	files, err := plain([]file{{path: name, data: data}})
	if err != nil {
		return nil, err
	}
	var p problems
	root, ok := parseYAML(files[0], &p)
	if !ok {
		return nil, p.err()
	}
	var fixtures []Fixture
	for _, f := range root.fields("tests") {
		for _, n := range f.value.items() {
			fixtures = append(fixtures, rs.readFixture(n))
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return fixtures, nil
}

func (rs *RuleSet) readFixture(n yamlNode) Fixture {
	f := Fixture{place: n}
	contactHotline, kind, expects := "", "", false
	for _, v := range n.fields("name", "text", "hotline", "kind", "labels", "also", "without", "nature", "responsible") {
		switch v.key {
		case "name":
			f.name = v.value.text()
		case "text":
			f.text = v.value.text()
		case "hotline":
			contactHotline = v.value.oneOf(stringsOf(hotline.Hotlines[:])...)
		case "kind":
			kind = v.value.oneOf(string(hotline.KindCall), string(hotline.KindOrder), string(hotline.KindMessage))
		case "labels":
			f.labels, expects = append([]string{}, rs.codes(v.value)...), true
		case "also":
			f.also = rs.codes(v.value)
		case "without":
			f.without, expects = rs.codes(v.value), true
		case "nature":
			f.nature, expects = v.value.oneOf(stringsOf(hotline.Natures[:])...), true
		case "responsible":
			f.responsible, expects = v.value.oneOf(stringsOf(hotline.Parties[:])...), true
		}
	}
	switch {
	case strings.TrimSpace(f.text) == "":
		n.problem("测试没有 text；在 text 下写这件诉求说了什么")
	case !expects:
		n.problem("测试没有写期望什么；写 labels（没有标签写 []）、without、nature 或 responsible")
	}
	if f.call = exampleCall(f.text); contactHotline != "" {
		f.call.Hotline = hotline.Hotline(contactHotline)
	}
	if kind != "" {
		f.call.Kind = hotline.Kind(kind)
	}
	if f.name == "" {
		f.name = f.text
	}
	return f
}

// codes reads labels of the taxonomy.
func (rs *RuleSet) codes(n yamlNode) []string {
	var codes []string
	for _, t := range n.texts() {
		for code := range strings.FieldsSeq(t.text()) {
			if _, ok := rs.taxonomy.Label(code); !ok {
				t.problem("分类体系中没有标签 %s；改正它，或把它加进分类体系%s", code, rs.taxonomy.suggest(code))
			}
			codes = append(codes, code)
		}
	}
	return codes
}

// RunFixture holds the analysis of a fixture against what it expects. Rule of the result is the fixture's name.
func (rs *RuleSet) RunFixture(f *Fixture) ExampleResult {
	a := rs.Analyze(f.call)
	given := a.Codes()
	var wrong []string
	for _, code := range given {
		switch {
		case slices.Contains(f.without, code), f.labels != nil && !slices.Contains(f.labels, code) && !slices.Contains(f.also, code):
			wrong = append(wrong, "多了标签 "+code)
		}
	}
	for _, code := range f.labels {
		if !slices.Contains(given, code) {
			wrong = append(wrong, "少了标签 "+code)
		}
	}
	if got := string(a.Nature); f.nature != "" && got != f.nature {
		wrong = append(wrong, fmt.Sprintf("性质是 %s，不是 %s", got, f.nature))
	}
	if got := string(a.Responsible); f.responsible != "" && got != f.responsible {
		wrong = append(wrong, fmt.Sprintf("责任方是 %s，不是 %s", got, f.responsible))
	}
	result := ExampleResult{Rule: f.name, Kind: "test", Text: f.text, Place: f.place.describe(0, ""), Failed: len(wrong) > 0}
	if result.Failed {
		result.Place.What = fmt.Sprintf("%s：%s；原因见 suqiu explain", strings.Join(wrong, "，"), strings.TrimSpace(f.text))
	}
	return result
}
