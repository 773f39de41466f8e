package trend

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"time"
)

const (
	seasonDays  = 365 // of history that the regression needs
	seasonRate  = 1.0 // matters a day that a cell must have for it
	seasonRefit = 7   // days that a regression serves
	seasonKept  = budgetDays + 2*seasonRefit
)

// Seasons remembers the seasons that were fitted, so that who judges day after day fits them once a week. It changes
// nothing of what is judged: what is remembered is found by the counts that it was fitted to. It serves one calendar
// and one configuration, and one goroutine at a time. The zero value is empty and ready.
type Seasons struct {
	fits map[seasonKey]*Fitted // nil where a series can't be fitted
}

type seasonKey struct {
	label, area string
	week        int64 // day on which the regression begins to serve, in days since 1970
	counts      uint64
}

// seasons judges by the seasonal regression what is told often enough and long enough, in the place of what the
// detector says of it: of each evaluation that of the day with that index. A series that can't be fitted is left to the
// detector.
func (h *history) seasons(evaluations map[int]*Evaluation, limit float64) {
	if len(h.days) < seasonDays || h.plan.Interval != Daily {
		return
	}
	s := SeasonalDays(h.in.Config)
	s.Reach -= seasonRefit // the days that a regression needs are still there in a week
	s.Origin = int(h.number(0))
	days := make([]Day, len(h.days))
	for i, d := range h.days {
		days[i] = h.kind(d)
	}
	judged, cells := map[int]map[[2]int]bool{}, map[int][]Cell{}
	for label := range h.labels {
		for area, y := range h.byArea(label) {
			unknown, weeks := h.unknown(area), map[int]*Fitted{}
			for last := range evaluations {
				if last+1 < seasonDays || mean(y[:last+1]) < seasonRate || unknown != nil && unknown[last] {
					continue
				}
				week := last - int(h.number(last)%seasonRefit)
				fitted, known := weeks[week]
				if !known {
					fitted = h.fitted(s, label, area, y, days, unknown, week)
					weeks[week] = fitted
				}
				if fitted == nil {
					continue
				}
				if judged[last] == nil {
					judged[last] = map[[2]int]bool{}
				}
				judged[last][[2]int{label, area}] = true
				p, windows := fitted.Judge(y, days, unknown, last)
				if p < limit && windows[len(windows)-1].Observed >= h.in.Config.Least {
					cells[last] = append(cells[last], Cell{Category: label, Area: area, P: p, Windows: windows})
				}
			}
		}
	}
	for last, e := range evaluations {
		e.Cells = append(slices.DeleteFunc(e.Cells, func(c Cell) bool { return judged[last][[2]int{c.Category, c.Area}] }), cells[last]...)
		slices.SortFunc(e.Cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Area, b.Area)) })
	}
	h.in.Seasons.forget(h.number(len(h.days) - 1))
}

// number is a day of the history, in days since 1970.
func (h *history) number(day int) int64 {
	return h.days[day].from.Add(12*time.Hour).Unix() / (24 * 60 * 60)
}

// fitted is the regression that serves from a day on, from memory or new; nil where there is none.
func (h *history) fitted(s Seasonal, label, area int, y []int, days []Day, unknown []bool, week int) *Fitted {
	fit := func() *Fitted {
		fitted, err := s.Fit(y, days, unknown, week)
		if err != nil {
			return nil
		}
		return fitted
	}
	if h.in.Seasons == nil {
		return fit()
	}
	key := seasonKey{label: h.labels[label], area: h.paths[area], week: h.number(week), counts: fingerprint(y, unknown, max(0, week-s.Reach), max(0, week-s.Guard))}
	known, is := h.in.Seasons.fits[key]
	if !is {
		known = fit()
		if h.in.Seasons.fits == nil {
			h.in.Seasons.fits = map[seasonKey]*Fitted{}
		}
		h.in.Seasons.fits[key] = known
	}
	if known == nil || known.seasonal.Origin == s.Origin {
		return known
	}
	moved := *known
	moved.seasonal.Origin = s.Origin
	return &moved
}

// forget drops what no budget looks back to.
func (s *Seasons) forget(now int64) {
	if s != nil {
		maps.DeleteFunc(s.fits, func(k seasonKey, _ *Fitted) bool { return now-k.week > seasonKept })
	}
}

// fingerprint tells series apart.
func fingerprint(y []int, unknown []bool, from, to int) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for i := from; i < to; i++ {
		n := uint64(y[i]) << 1
		if unknown != nil && unknown[i] {
			n |= 1
		}
		binary.LittleEndian.PutUint64(b[:], n)
		_, _ = h.Write(b[:]) // it can't fail
	}
	binary.LittleEndian.PutUint64(b[:], uint64(to-from))
	_, _ = h.Write(b[:])
	return h.Sum64()
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
