package trend

import (
	"math"
	"slices"

	"suqiu/trend/stat"
)

// Watched is a problem that is followed: labels, counted together, in an area.
type Watched struct {
	Labels []string
	Area   string
}

// Reading is how a watched problem stands in the judged bucket alone, whether it rises or not.
type Reading struct {
	Observed int
	Expected float64
	SD       float64 // of the observed count about the expected one
	P        float64 // not adjusted for anything; 1 where no more than expected was observed
	Score    float64 // log likelihood ratio of the window that tells most, of the label that tells most
	Rejected bool    // one of the labels stands out in the area
}

// readings says how what is watched stands. What is held, or not known completely, is left out.
func (h *history) readings(d *Detector, rejected []Cell) map[string]Reading {
	out := map[string]Reading{}
	last := h.days[len(h.days)-1]
	for name, w := range h.in.Watched {
		held := slices.ContainsFunc(w.Labels, func(label string) bool { _, held := h.in.Hold[label]; return held })
		if held || !h.plan.knows(w.Area, last.from, last.to) {
			continue
		}
		out[name] = h.reading(d, rejected, w)
	}
	return out
}

func (h *history) reading(d *Detector, rejected []Cell, w Watched) Reading {
	r := Reading{P: 1}
	area, found := slices.Index(h.paths, w.Area), false
	variance := 0.0
	for _, code := range w.Labels {
		label := slices.Index(h.labels, code)
		if area < 0 || label < 0 {
			continue // nothing of it was ever told there
		}
		cell := d.judge(label, area, math.Inf(1))
		if len(cell.Windows) == 0 || cell.Windows[0].Days != 1 {
			continue
		}
		found = true
		day := cell.Windows[0]
		r.Observed += day.Observed
		r.Expected += day.Expected
		variance += day.Variance
		if _, score := strongest(cell); score > r.Score {
			r.Score = score
		}
		r.Rejected = r.Rejected || slices.ContainsFunc(rejected, func(c Cell) bool { return c.Category == label && c.Area == area })
	}
	if found {
		r.SD = math.Sqrt(variance)
		r.P = stat.MidTail(r.Observed, r.Expected, variance)
	}
	return r
}
