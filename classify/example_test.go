package classify_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"suqiu/classify"
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

// The files shown in the manual of the language are right: they compile and their examples hold.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	overlay := fstest.MapFS{}
	for i, part := range strings.Split(string(manual), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		path := "taxonomy.yaml"
		switch {
		case strings.Contains(block, "\nrules:"):
			path = fmt.Sprintf("rules/manual%d.yaml", i)
		case strings.HasPrefix(block, "neg:"):
			path = "cues.yaml"
		}
		overlay[path] = &fstest.MapFile{Data: []byte(block)}
	}
	if len(overlay) != 3 {
		t.Fatalf("%d files in the manual, want 3", len(overlay))
	}
	base := fstest.MapFS{"taxonomy.yaml": {Data: []byte("labels:\n  - {code: outage.planned, name: 计划停电}\n  - {code: voltage.damage, name: 家电损坏}\n")}}
	rules, err := classify.Load(base, overlay)
	if err != nil {
		t.Fatal(err)
	}
	if _, learnt := rules.Test(); len(learnt) > 0 {
		t.Error(learnt)
	}
}
