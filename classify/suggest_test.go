package classify

import "testing"

// A label that is written by its name or a part of it is told its code.
func TestSuggestLabel(t *testing.T) {
	taxonomy := &Taxonomy{Labels: []LabelInfo{
		{Code: "outage.fault", Name: "停送电/故障停电"}, {Code: "outage.planned", Name: "停送电/计划停电"}, {Code: "grid.siting", Name: "电网/选址与电磁噪声"},
	}}
	for name, test := range map[string]struct{ written, want string }{
		"WholeName":     {"停送电/故障停电", "；写 outage.fault"},
		"OwnName":       {"计划停电", "；写 outage.planned"},
		"PartOfOne":     {"噪声", "；是不是 grid.siting 电网/选址与电磁噪声？"},
		"PartOfMore":    {"停电", "；是不是 outage.fault 停送电/故障停电、outage.planned 停送电/计划停电？"},
		"NameOfParent":  {"停送电", ""},
		"Misspelt":      {"outage.fualt", "；是不是 outage.fault？"},
		"SomethingElse": {"天气", ""},
		"Nothing":       {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := taxonomy.suggest(test.written); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
