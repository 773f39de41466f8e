package classify_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"suqiu/classify"
	"suqiu/dicts"
	"suqiu/hotline"
)

// A rule set is a folder of files; here the smallest one, with a rule for calls about a price that someone marks up.
func Example() {
	files := fstest.MapFS{
		"taxonomy.yaml": {Data: []byte(`
parents: [{code: bill, name: 电费电价}]
labels: [{code: bill.markup, name: 电费电价/转供电加价, parent: bill, nature: 投诉, responsible: third_party}]
`)},
		"rules/bill.yaml": {Data: []byte(`
rules:
  - id: bill.markup.price
    label: bill.markup
    groups: {who: 房东 物业, price: "#块# #元"}
    when: who near/10 price and 「电」
`)},
	}
	rules, err := classify.Load(files)
	if err != nil {
		fmt.Println(err)
		return
	}
	call := &hotline.Call{Hotline: hotline.Hotline12345, Kind: hotline.KindMessage, Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "房东收我一块五一度电，合理吗"}}}
	analysis := rules.Analyze(call)
	for _, label := range analysis.Labels {
		fmt.Println(label.Code, label.Weight, analysis.Nature, analysis.Responsible)
		for _, hit := range label.Hits {
			fmt.Println(hit.Group, hit.Text)
		}
	}
	// Output:
	// bill.markup 1 投诉 third_party
	// who 房东
	// price 一块五
	// 「电」 电
}

// The files shown in the manual of the language are right, in English and in Chinese: they compile and their examples hold.
// Both pages tell the same grammar.
func TestManual(t *testing.T) {
	grammar := blocks(t, "rules.md", "ebnf")
	for _, page := range []string{"rules.md", "rules.zh-CN.md"} {
		t.Run(page, func(t *testing.T) {
			if got := blocks(t, page, "ebnf"); !slices.Equal(got, grammar) {
				t.Errorf("grammar %q, want %q", got, grammar)
			}
			checkManual(t, blocks(t, page, "yaml"))
		})
	}
}

// blocks returns the code blocks of a page under docs that are marked with a language.
func blocks(t *testing.T, page, language string) []string {
	text, err := os.ReadFile("../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "```"+language+"\n")[1:]
	for i, part := range parts {
		parts[i], _, _ = strings.Cut(part, "```")
	}
	if len(parts) == 0 {
		t.Fatalf("%s has no block of %s", page, language)
	}
	return parts
}

func checkManual(t *testing.T, files []string) {
	overlay, choice := fstest.MapFS{}, fstest.MapFS{}
	tests, answers := "", fstest.MapFS{}
	for i, block := range files {
		path := "taxonomy.yaml"
		switch {
		case strings.HasPrefix(block, "tests:"):
			tests = block
			continue
		case strings.Contains(block, "\nanswers:"):
			answers["answers.yaml"] = &fstest.MapFile{Data: []byte(block)}
			continue
		case strings.HasPrefix(block, "salience:"):
			choice[path] = &fstest.MapFile{Data: []byte(block)}
			continue
		case strings.Contains(block, "\nrules:"):
			path = fmt.Sprintf("rules/manual%d.yaml", i)
		case strings.HasPrefix(block, "neg:"):
			path = "cues.yaml"
		case strings.Contains(block, "\nurgency:"):
			path = "marks.yaml"
		}
		overlay[path] = &fstest.MapFile{Data: []byte(block)}
	}
	checkShipped(t, overlay, tests)
	if len(overlay) != 4 || len(choice) != 1 {
		t.Fatalf("%d files in the manual, want 4 and which labels stand together", len(overlay)+len(choice))
	}
	const labels = "labels:\n  - {code: outage.planned, name: 计划停电}\n  - {code: outage.frequent, name: 频繁停电}\n  - {code: voltage.damage, name: 家电损坏}\n  - {code: bill.markup, name: 转供电加价}\n" +
		"  - {code: grid.siting, name: 选址}\n  - {code: grid.hazard, name: 隐患}\n  - {code: grid.works, name: 施工}\n"
	rules, err := classify.Load(fstest.MapFS{"taxonomy.yaml": {Data: []byte(labels)}, "rules/groups.yaml": {Data: []byte("groups: {power: 电}")}}, overlay, choice)
	if err != nil {
		t.Fatal(err)
	}
	if told, err := classify.LoadAnswers(rules.Taxonomy(), answers); err != nil || len(told.For([]string{"bill.markup"})) != 1 {
		t.Errorf("answers: %v", err)
	} else if answer, _ := told.Of("bill.markup"); len(answer.Basis) == 0 || answer.Basis[0].Checked == "" {
		t.Errorf("the basis of the manual takes nothing from its source: %+v", answer)
	}
	if learnt := rules.Test().Learnt; len(learnt) > 0 {
		t.Error(learnt)
	}
}

// checkShipped lays the files of rules shown in the manual over the shipped ones, as a reader does, and runs the tests
// shown there: they take the place of nothing and change no example.
func checkShipped(t *testing.T, shown fstest.MapFS, tests string) {
	overlay := fstest.MapFS{}
	for path, file := range shown {
		if strings.HasPrefix(path, "rules/") {
			overlay[path] = file
		}
	}
	rules, err := classify.Load(dicts.Embedded(), overlay)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Lint() {
		if r.Overlay() {
			t.Error(r)
		}
	}
	for _, p := range rules.Test().Overlaid {
		t.Error(p)
	}
	fixtures, err := rules.ReadFixtures("manual.test.yaml", []byte(tests))
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("%d tests in the manual: %v", len(fixtures), err)
	}
	for i := range fixtures {
		if result := rules.RunFixture(&fixtures[i]); result.Failed {
			t.Error(result.Place)
		}
	}
}
