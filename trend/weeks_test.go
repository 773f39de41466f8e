package trend

import (
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/trend/stat"
)

// weeksOf reads the weeks of quiet counts, told by one source that is complete but for a gap.
func weeksOf(t *testing.T, seed uint64, days, n int, rate float64, begin func(time.Time) time.Time) ([]Week, []int) {
	t.Helper()
	cal, err := calendar.Load(calendar.Shanghai(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	to := time.Date(2026, time.June, 29, 0, 0, 0, 0, calendar.Shanghai()) // a Monday
	from := to.AddDate(0, 0, -days)
	random := rand.New(rand.NewPCG(seed, 1))
	var counts []hotline.Count
	told := make([]int, days)
	for d := range days {
		for _, label := range []string{"voltage.abnormal", "voltage.damage"} {
			for _, area := range []string{"省/甲", "省/乙"} {
				k := int64(distuv.Poisson{Lambda: rate, Src: random}.Rand())
				counts = append(counts, hotline.Count{Label: label, Area: area, Bucket: from.AddDate(0, 0, d), Matters: k})
				if area == "省/甲" {
					told[d] += int(k)
				}
			}
		}
	}
	plan := NewPlan([]hotline.Coverage{{Source: "95598", From: begin(from), Through: to}}, nil, Daily, to, cal)
	weeks, err := Weeks(plan, Input{Counts: counts, Calendar: cal, Watched: map[string]Watched{
		"both": {Labels: []string{"voltage.abnormal", "voltage.damage"}, Area: "省/甲"},
		"none": {Labels: []string{"bill.high"}, Area: "省/甲"},
	}}, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range weeks["none"] {
		if w.Observed != 0 || w.Expected != 0 || !w.Known {
			t.Errorf("of what was never told: %+v", w)
		}
	}
	return weeks["both"], told
}

func TestWeeks(t *testing.T) {
	weeks, told := weeksOf(t, 7, 84, 12, 1, func(from time.Time) time.Time { return from })
	if len(weeks) != 12 {
		t.Fatalf("%d weeks, want 12", len(weeks))
	}
	for i, w := range weeks {
		sum := 0
		for _, n := range told[7*i : 7*i+7] {
			sum += n
		}
		if w.Observed != sum || !w.Known || !w.To.Equal(w.From.AddDate(0, 0, 7)) {
			t.Errorf("week %d: %+v, want %d observed", i, w, sum)
		}
		if judged := i >= 3; w.Judged != judged || judged && (w.Expected <= 0 || w.Variance < w.Expected) {
			t.Errorf("week %d: %+v", i, w)
		}
	}
}

// Weeks before the source was complete are unknown, not quiet.
func TestWeeksUnknown(t *testing.T) {
	weeks, _ := weeksOf(t, 7, 84, 12, 1, func(from time.Time) time.Time { return from.AddDate(0, 0, 30) })
	if len(weeks) != 7 {
		t.Fatalf("%d weeks, want those seven of which all is known", len(weeks))
	}
	for _, w := range weeks {
		if !w.Known {
			t.Errorf("%+v", w)
		}
	}
}

// The interval that a bulletin shows holds nine of ten quiet weeks.
func TestWeeksCalibrated(t *testing.T) {
	inside, all := 0, 0
	for seed := range uint64(60) {
		weeks, _ := weeksOf(t, seed, 140, 12, 1.5, func(from time.Time) time.Time { return from })
		for _, w := range weeks {
			low, high := stat.CountQuantile(0.05, w.Expected, w.Variance), stat.CountQuantile(0.95, w.Expected, w.Variance)
			if w.Observed >= low && w.Observed <= high {
				inside++
			}
			all++
		}
	}
	share := float64(inside) / float64(all)
	t.Logf("%.3f of %d quiet weeks in their 90 %% interval", share, all)
	if share < 0.88 || share > 0.99 {
		t.Errorf("%.3f", share)
	}
}
