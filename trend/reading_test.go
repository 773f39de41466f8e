package trend

import (
	"testing"
	"time"

	"suqiu/hotline"
)

// What is watched is read whether it rises or not, its labels together.
func TestReadings(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: day(30)}}, nil, Daily, day(30).Add(time.Hour), holidays(t))
	counts := append(steady(0, 30, 5), hotline.Count{Label: "outage.fault", Area: north, Bucket: day(29), Matters: 25},
		hotline.Count{Label: "outage.notice", Area: north, Bucket: day(29), Matters: 2})
	watched := map[string]Watched{
		"rises":   {Labels: []string{"outage.fault", "outage.notice"}, Area: north},
		"quiet":   {Labels: []string{"outage.fault"}, Area: south},
		"above":   {Labels: []string{"outage.fault"}, Area: "江东省/临江市"},
		"nothing": {Labels: []string{"bill.high"}, Area: south},
		"held":    {Labels: []string{"outage.fault", "grid.tree"}, Area: north},
	}
	r := judge(t, p, Input{Counts: counts, Watched: watched, Hold: map[string]string{"grid.tree": "规则已变"}}).Readings
	if got := r["rises"]; got.Observed != 32 || got.Expected < 4 || got.Expected > 8 || !got.Rejected || got.P > 0.001 || got.Score < 5 || got.SD < 1 {
		t.Errorf("what rises: %+v", got)
	}
	if got := r["quiet"]; got.Observed != 5 || got.Rejected || got.P < 0.2 || got.Expected < 4 || got.Expected > 6 {
		t.Errorf("what is quiet: %+v", got)
	}
	if got := r["above"]; got.Observed != 35 || got.Expected < 9 || got.Expected > 12 {
		t.Errorf("the area above: %+v", got)
	}
	if got := r["nothing"]; got != (Reading{P: 1}) {
		t.Errorf("what was never told: %+v", got)
	}
	if _, known := r["held"]; known {
		t.Error("a label held is read")
	}
	unknown := NewPlan([]hotline.Coverage{{Source: "95598", Area: north, From: day(0), Through: day(30)}}, nil, Daily, day(30).Add(time.Hour), holidays(t))
	if _, known := judge(t, unknown, Input{Counts: counts, Watched: watched}).Readings["quiet"]; known {
		t.Error("an area that is not known completely is read")
	}
}
