package trendbench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/trend"
)

// look is what watch reads when it looks: the counts of a hotline, station by station and day by day, and the plan to judge them.
func look(tb testing.TB, history int) (trend.Plan, trend.Input) {
	tb.Helper()
	days, err := calendar.Load(calendar.Shanghai(), dicts.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	h := NewHotline(1, history-evaluated, true)
	paths := make([]string, len(h.Areas))
	for i, parent := range h.Areas {
		if parent >= 0 {
			paths[i] = strings.TrimPrefix(fmt.Sprintf("%s/%d", paths[parent], i), "/")
		}
	}
	end := time.Date(2026, time.November, 1, 0, 0, 0, 0, calendar.Shanghai())
	begin := end.AddDate(0, 0, -history)
	in := trend.Input{Calendar: days}
	for d, day := range h.Days {
		for c, counts := range day.Counts {
			for area := firstStation; area < len(h.Areas); area++ {
				if n := counts[area]; n > 0 {
					in.Counts = append(in.Counts, hotline.Count{Label: fmt.Sprintf("c%02d", c), Area: paths[area], Bucket: begin.AddDate(0, 0, d), Matters: int64(n)})
				}
			}
		}
	}
	plan := trend.NewPlan([]hotline.Coverage{{Source: "95598", From: begin, Through: end}}, nil, trend.Daily, end, days)
	if plan.Bucket.IsZero() || len(h.Days) != history {
		tb.Fatalf("planned %+v over %d days", plan, len(h.Days))
	}
	return plan, in
}

// BenchmarkLook is one look at 2,652 series, as watch has it: the counts are sorted, the detector learns from them and
// judges the last day; with three years of history the denser series by their seasons, fitted anew (as once a week) or
// remembered; with a budget the level is found by what the last eight weeks would have opened.
func BenchmarkLook(b *testing.B) {
	for _, history := range []int{90, 180, 3 * 366} {
		plan, in := look(b, history)
		b.Run(fmt.Sprintf("%dDays", history), func(b *testing.B) {
			for b.Loop() {
				if _, err := trend.Judge(plan, in); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Budget%dDays", history), func(b *testing.B) {
			for b.Loop() {
				if _, err := trend.Budget(plan, in, 7); err != nil {
					b.Fatal(err)
				}
			}
		})
		if history < 365 {
			continue
		}
		in.Seasons = &trend.Seasons{}
		if _, err := trend.Budget(plan, in, 7); err != nil {
			b.Fatal(err)
		}
		b.Run("Remembered", func(b *testing.B) {
			for b.Loop() {
				if _, err := trend.Judge(plan, in); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("BudgetRemembered", func(b *testing.B) {
			for b.Loop() {
				if _, err := trend.Budget(plan, in, 7); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
