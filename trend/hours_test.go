package trend

import (
	"math"
	"slices"
	"testing"
	"time"

	"suqiu/hotline"
)

// byHour tells so many matters in each hour of the day in two districts, none from midnight to six.
func byHour(days, n int) []hotline.Count {
	var counts []hotline.Count
	for d := range days {
		for hour := 6; hour < 24; hour++ {
			for _, area := range []string{north, south} {
				counts = append(counts, hotline.Count{Label: "outage.fault", Area: area, Bucket: day(d).Add(time.Duration(hour) * time.Hour), Matters: int64(n)})
			}
		}
	}
	return counts
}

func TestJudgeByTheHour(t *testing.T) {
	days := holidays(t)
	counts := byHour(40, 2)
	for _, hour := range []int{3, 9, 23} {
		now := day(36).Add(time.Duration(hour+1)*time.Hour + 20*time.Minute)
		p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: now}}, nil, Hourly, now, days)
		if !p.Bucket.Equal(day(36).Add(time.Duration(hour) * time.Hour)) {
			t.Fatalf("judges %s", p.Bucket)
		}
		if j := judge(t, p, Input{Counts: counts}); len(j.Rises) > 0 {
			t.Errorf("hour %d: %+v", hour, j.Rises)
		}
		storm := append(slices.Clone(counts), hotline.Count{Label: "outage.fault", Area: south, Bucket: p.Bucket, Matters: 14})
		j := judge(t, p, Input{Counts: storm})
		if len(j.Rises) != 1 || j.Rises[0].Area != south || p.To.Sub(j.Rises[0].Since) > 24*time.Hour {
			t.Errorf("hour %d: a burst gives %+v", hour, j.Rises)
		}
	}
}

// At night the same burst stands out more than in the evening, and what the shares expect adds up to a day.
func TestHoursFollowTheProfile(t *testing.T) {
	now := day(30)
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: now}}, nil, Hourly, now, holidays(t))
	in := Input{Counts: byHour(30, 3), Calendar: holidays(t)}
	in.defaults()
	h, err := newHistory(p, in)
	if err != nil {
		t.Fatal(err)
	}
	hours := h.hours()
	if len(hours.Shares[0]) != 24 || len(hours.Counts) != 12 || hours.Counts[0][0][0] != 6 {
		t.Fatalf("got %d shares, %d hours, %d matters in the last", len(hours.Shares[0]), len(hours.Counts), hours.Counts[0][0][0])
	}
	sum := 0.0
	for _, share := range hours.Shares[0] {
		sum += share
	}
	if math.Abs(sum-1) > 1e-9 || hours.Shares[0][0] < 5*hours.Shares[0][20] {
		t.Errorf("shares %v", hours.Shares[0])
	}
}
