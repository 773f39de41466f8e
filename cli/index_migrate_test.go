package cli

import (
	"strings"
	"testing"

	"suqiu/index/elastic"
)

// TestMonthsToMigrate: months are named as everywhere, or as the names of their indices tell them.
func TestMonthsToMigrate(t *testing.T) {
	plan := []elastic.Part{
		{Kind: elastic.KindMonth, Name: "suqiu-calls-2026.02", State: elastic.Misfit},
		{Kind: elastic.KindMonth, Name: "suqiu-calls.g2-2026.03"},
		{Kind: elastic.KindLedger, Name: "suqiu-ledger", State: elastic.Misfit},
	}
	for _, c := range []struct {
		name  string
		asked []string
		want  string // names, or what the error says
	}{
		{"None", nil, "suqiu-calls-2026.02"},
		{"WithDash", []string{"2026-03"}, "suqiu-calls.g2-2026.03"},
		{"AsTheIndex", []string{"2026.03", "2026-02"}, "suqiu-calls-2026.02 suqiu-calls.g2-2026.03"},
		{"NotThere", []string{"2026-03", "2026-04"}, "--month 2026-04: there is no such month"},
		{"NoMonth", []string{"2026-3-1"}, `--month "2026-3-1": must be a month such as 2026-03`},
	} {
		t.Run(c.name, func(t *testing.T) {
			months, err := monthsToMigrate(plan, c.asked)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				return
			}
			var names []string
			for _, m := range months {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
