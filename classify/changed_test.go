package classify

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"suqiu/dicts"
)

func TestChangedLabels(t *testing.T) {
	compiled := func(overlay fs.FS) *RuleSet {
		t.Helper()
		rs, err := Compile(dicts.Embedded(), overlay)
		if err != nil {
			t.Fatal(err)
		}
		return rs
	}
	folder := func(name, text string) fs.FS { return fstest.MapFS{name: {Data: []byte(text)}} }
	const hum = "rules:\n  - {id: mine.hum, label: grid.siting, groups: {hum: 嗡嗡响, box: 变电箱}, when: hum near/6 box}\n"
	base := compiled(fstest.MapFS{})
	for name, c := range map[string]struct {
		after       fs.FS
		holds, free string // a label that may have changed, and one that has not
		all         bool
	}{
		"Same":       {fstest.MapFS{}, "", "grid.siting", false},
		"NewRule":    {folder("rules/mine.yaml", hum), "grid.siting", "bill.high", false},
		"Group":      {folder("rules/mine.yaml", "groups:\n  power: 电力检验\n"), "", "", true}, // what every label asks for
		"OwnGroup":   {folder("rules/mine.yaml", "groups:\n  mine_hum: 嗡嗡响\n"), "", "bill.high", false},
		"Lexicon":    {folder("lexicon/mine.txt", "大坪村 3 nz\n"), "", "", true},
		"TakesPlace": {folder("rules/mine.yaml", "rules:\n  - {id: mine.hum, label: bill.high, groups: {hum: 嗡嗡响}, when: hum}\n"), "bill.high", "connect.new", false},
	} {
		t.Run(name, func(t *testing.T) {
			before := base
			if name == "TakesPlace" {
				before = compiled(folder("rules/other.yaml", hum))
			}
			codes, all := ChangedLabels(before, compiled(c.after))
			if all != c.all || c.holds != "" && !slices.Contains(codes, c.holds) || c.free != "" && slices.Contains(codes, c.free) {
				t.Errorf("got %v, all %t; want %s in it, not %s, all %t", codes, all, c.holds, c.free, c.all)
			}
			if name == "TakesPlace" && !slices.Contains(codes, "grid.siting") {
				t.Errorf("the label of the rule that was replaced is not named: %v", codes)
			}
		})
	}
}
