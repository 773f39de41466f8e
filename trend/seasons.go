package trend

import (
	"cmp"
	"slices"
)

const (
	seasonDays = 365 // of history that the regression needs
	seasonRate = 1.0 // matters a day that a cell must have for it
)

// seasons judges by the seasonal regression what is told often enough and long enough, in the place of what the
// detector says of it. A series that can't be fitted is left to the detector.
func (h *history) seasons(e *Evaluation, limit float64) {
	if len(h.days) < seasonDays || h.plan.Interval != Daily {
		return
	}
	s := SeasonalDays(h.in.Config)
	days := make([]Day, len(h.days))
	for i, d := range h.days {
		days[i] = h.kind(d)
	}
	judged := map[[2]int]bool{}
	var cells []Cell
	last := len(h.days) - 1
	for label := range h.labels {
		for area, y := range h.byArea(label) {
			unknown := h.unknown(area)
			if mean(y) < seasonRate || unknown != nil && unknown[last] {
				continue
			}
			fitted, err := s.Fit(y, days, unknown, last)
			if err != nil {
				continue
			}
			judged[[2]int{label, area}] = true
			p, windows := fitted.Judge(y, days, unknown, last)
			if p < limit && windows[len(windows)-1].Observed >= h.in.Config.Least {
				cells = append(cells, Cell{Category: label, Area: area, P: p, Windows: windows})
			}
		}
	}
	e.Cells = append(slices.DeleteFunc(e.Cells, func(c Cell) bool { return judged[[2]int{c.Category, c.Area}] }), cells...)
	slices.SortFunc(e.Cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Area, b.Area)) })
}

// byArea returns the counts of a label day by day, in each area.
func (h *history) byArea(label int) [][]int {
	out := make([][]int, len(h.areas))
	for area := range out {
		out[area] = make([]int, len(h.days))
	}
	for i, d := range h.days {
		for _, c := range d.counts {
			if c.label != label {
				continue
			}
			for area := c.area; area >= 0; area = h.areas[area] {
				out[area][i] += c.matters
			}
		}
	}
	return out
}

// unknown tells on which days an area was not completely known; nil if on none.
func (h *history) unknown(area int) []bool {
	var out []bool
	for i, d := range h.days {
		if !h.plan.knows(h.paths[area], d.from, d.to) {
			if out == nil {
				out = make([]bool, len(h.days))
			}
			out[i] = true
		}
	}
	return out
}

func mean(y []int) float64 {
	sum := 0
	for _, n := range y {
		sum += n
	}
	return float64(sum) / float64(len(y))
}
