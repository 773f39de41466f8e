package trend

import (
	"slices"
	"testing"
	"time"

	"suqiu/hotline"
)

// Where a part holds nearly all of what a county tells beyond the expected, the part is the place, however the two compare.
func TestLocateTakesThePart(t *testing.T) {
	areas := Areas{-1, 0, 1, 1}
	cell := func(area, observed int, expected float64) Cell {
		return Cell{Area: area, P: 1e-6, Windows: []Window{{Days: 1, Observed: observed, Expected: expected, Variance: 1.2 * expected}}}
	}
	config := DefaultConfig()
	config.Windows, config.Factors = []int{1}, []float64{1}
	for name, c := range map[string]struct {
		cells []Cell
		want  []int
	}{
		"one station alone":            {[]Cell{cell(1, 60, 8), cell(2, 55, 7.5)}, []int{2}},
		"down from the top":            {[]Cell{cell(0, 61, 8.5), cell(1, 60, 8), cell(2, 55, 7.5)}, []int{2}},
		"two stations":                 {[]Cell{cell(1, 60, 8), cell(2, 32, 4), cell(3, 28, 4)}, []int{1}},
		"a station that does not rise": {[]Cell{cell(1, 60, 8)}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, l := range Locate(areas, c.cells, config) {
				got = append(got, l.Area)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("located in %v, want %v", got, c.want)
			}
		})
	}
}

// What rises in all of a company is the company's, whose people can be found; what has no place belongs to nobody.
func TestWholeIsTheCompany(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: day(30)}}, nil, Daily, day(30).Add(time.Hour), holidays(t))
	counts := append(steady(0, 30, 5),
		hotline.Count{Label: "outage.fault", Area: north, Bucket: day(29), Matters: 30},
		hotline.Count{Label: "outage.fault", Area: south, Bucket: day(29), Matters: 30},
		hotline.Count{Label: "outage.fault", Area: "", Bucket: day(29), Matters: 30})
	var got []string
	for _, r := range judge(t, p, Input{Counts: counts}).Rises {
		got = append(got, r.Area)
	}
	if !slices.Contains(got, "江东省") || slices.Contains(got, "") {
		t.Errorf("rises in %q, want one in 江东省 and none nowhere", got)
	}
	counts = append(counts, hotline.Count{Label: "outage.fault", Area: "海西省", Bucket: day(29), Matters: 30})
	if j := judge(t, p, Input{Counts: counts}); !slices.ContainsFunc(j.Rises, func(r Rise) bool { return r.Area == "" }) {
		t.Errorf("two provinces: rises %+v", j.Rises)
	}
}
