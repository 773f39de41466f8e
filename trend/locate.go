package trend

import (
	"cmp"
	"math"
	"slices"

	"suqiu/trend/stat"
)

// Reject returns the cells that stand out at level q, shared equally by the categories: within each, Benjamini and
// Hochberg's step-up rule (1995, JRSS B 57:289) over all areas that are known. Those in which too little was told count
// as well: they were looked at, too, and to leave them out because of what was told there would spoil the level.
func Reject(e Evaluation, q float64) []Cell {
	return e.reject(func(p, rank, tested float64) bool { return p <= q/float64(len(e.Tested))*rank/tested })
}

// RejectStrict is Reject by e-values, of which the share of false rejections stays below q whatever depends on what (Wang
// & Ramdas 2022, JRSS B 84:822): a p-value gives the e-value 1/2 p^(-1/2) (Vovk & Wang 2021, Ann Stat 49:1736).
func RejectStrict(e Evaluation, q float64) []Cell {
	return e.reject(func(p, rank, tested float64) bool {
		return 0.5/math.Sqrt(p) >= tested/rank*float64(len(e.Tested))/q
	})
}

// reject returns, in each category, the cells up to the last one that passes at its rank by p-value.
func (e Evaluation) reject(passes func(p, rank, tested float64) bool) []Cell {
	var out []Cell
	for cells := range byCategory(e.Cells) {
		category := cells[0].Category
		slices.SortStableFunc(cells, func(a, b Cell) int { return cmp.Compare(a.P, b.P) })
		last := 0
		for i, c := range cells {
			if passes(c.P, float64(i+1), float64(e.Tested[category])) {
				last = i + 1
			}
		}
		out = append(out, cells[:last]...)
	}
	return out
}

// byCategory yields copies of the cells of each category, which stand together.
func byCategory(cells []Cell) func(func([]Cell) bool) {
	return func(yield func([]Cell) bool) {
		for len(cells) > 0 {
			n := 1
			for n < len(cells) && cells[n].Category == cells[0].Category {
				n++
			}
			if !yield(slices.Clone(cells[:n])) {
				return
			}
			cells = cells[n:]
		}
	}
}

// Located is a place that its relatives do not explain.
type Located struct {
	Cell
	Window Window  // the one of days that tells most
	Score  float64 // log likelihood ratio, over-dispersion taken off
}

// relativeLevel is the p-value that areas above or below a located one must still reach, once it is taken into account.
const relativeLevel = 1e-3

// Locate finds where rejected cells have their cause: in each category it takes the area that tells most, by the
// expectation-based scan statistic (Neill 2009, Int J Forecasting 25:498) on the tree, lets it explain the areas below
// by its relative rise and those above by its excess, tests these again, and so on.
func Locate(areas Areas, rejected []Cell, config Config) []Located {
	var out []Located
	for left := range byCategory(rejected) {
		for i := range left {
			left[i].Windows = slices.Clone(left[i].Windows)
		}
		for len(left) > 0 {
			best, found := 0, Located{Score: -1}
			for i, c := range left {
				if w, score := strongest(c); score > found.Score {
					best, found = i, Located{Cell: c, Window: w, Score: score}
				}
			}
			if below := lower(areas, left, best); below != best {
				best, found = below, Located{Cell: left[below]}
				found.Window, found.Score = strongest(found.Cell)
			}
			out = append(out, found)
			left = slices.Delete(left, best, best+1)
			left = slices.DeleteFunc(left, func(c Cell) bool { return explained(areas, c, found, config) })
		}
	}
	return out
}

// mostExcess is which share of the excess of an area makes an area in it the place.
const mostExcess = 0.75

// lower is the lowest of the areas in the one that tells most which holds most of its excess; without one it is that one itself.
// Where a rise lasts, the baseline of a small area follows it sooner than that of the large one around, which then tells
// more, though nothing else rises in it.
func lower(areas Areas, cells []Cell, best int) int {
	at, most := best, 0.0
	window := 0
	for i, w := range cells[best].Windows {
		if score := w.score(); w.Days > 0 && score > most {
			window, most = i, score
		}
	}
	excess := func(c Cell) float64 { return float64(c.Windows[window].Observed) - c.Windows[window].Expected }
	for changed := true; changed; {
		changed = false
		for i, c := range cells {
			if c.Area != cells[at].Area && areas.under(c.Area, cells[at].Area) && excess(c) >= mostExcess*excess(cells[best]) {
				at, changed = i, true
			}
		}
	}
	return at
}

// strongest is the window of days that tells most.
func strongest(c Cell) (best Window, score float64) {
	score = -1
	for _, w := range c.Windows {
		if s := w.score(); s > score && w.Days > 0 {
			best, score = w, s
		}
	}
	return best, score
}

// score is [Y ln(Y/M) - (Y-M)] / max(1, V/M), and 0 where nothing rises.
func (w Window) score() float64 {
	y := float64(w.Observed)
	if y <= w.Expected {
		return 0
	}
	return (y*math.Log(y/w.Expected) - (y - w.Expected)) / max(1, w.Variance/w.Expected)
}

// explained takes a located area into account in the windows of c, if they are related, and reports whether nothing
// remains.
func explained(areas Areas, c Cell, by Located, config Config) bool {
	if !areas.Related(c.Area, by.Area) {
		return false
	}
	least := 1.0
	for i := range c.Windows {
		w, cause := &c.Windows[i], by.Windows[i]
		if areas.under(c.Area, by.Area) {
			rise := max(1, by.Window.ratio())
			w.Expected *= rise
			w.Variance *= rise * rise
		} else {
			w.Observed -= max(0, int(math.Round(float64(cause.Observed)-cause.Expected)))
		}
		if w.Observed > 0 {
			least = min(least, config.factor(i)*stat.MidTail(w.Observed, w.Expected, w.Variance))
		}
	}
	return least >= relativeLevel
}

// factor is what the p-value of window i is multiplied by, those of hours coming last.
func (c Config) factor(i int) float64 {
	if i < len(c.Factors) {
		return c.Factors[i]
	}
	return c.ShortFactor
}

func (w Window) ratio() float64 { return float64(w.Observed) / w.Expected }
