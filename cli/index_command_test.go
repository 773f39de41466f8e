package cli

import (
	"strings"
	"testing"

	"suqiu/index/elastic"
)

// TestPrintPlan: every state is in the sum, so that its numbers add up.
func TestPrintPlan(t *testing.T) {
	var plan []elastic.Part
	for state := range stateNames {
		plan = append(plan, elastic.Part{Kind: elastic.KindMonth, Name: "suqiu-calls-2026.03", State: state})
	}
	var out strings.Builder
	printPlan(&out, plan)
	if want := "共 6 项：一致 1，尚未建立 1，需要更新 1，手工改动 1，需迁移 1，由更新的版本建立 1\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%swant at its end\n%s", out.String(), want)
	}
}

// TestLeftBySetup: what setup puts right is no fault of a dry run; what it leaves is, with what to do.
func TestLeftBySetup(t *testing.T) {
	for _, c := range []struct {
		name      string
		state     elastic.State
		overwrite bool
		want      string // in the error; empty: none
	}{
		{"Same", elastic.Same, false, ""},
		{"Missing", elastic.Missing, false, ""},
		{"Outdated", elastic.Outdated, false, ""},
		{"Edited", elastic.Edited, false, "suqiu index setup --overwrite"},
		{"EditedOverwritten", elastic.Edited, true, ""},
		{"Misfit", elastic.Misfit, true, "suqiu index migrate"},
		{"Newer", elastic.Newer, true, "请升级 suqiu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := leftBySetup([]elastic.Part{{State: elastic.Same}, {State: c.state}}, c.overwrite)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
