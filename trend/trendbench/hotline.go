// Package trendbench measures detection on simulated hotlines of which the truth is known. Everything follows from the
// seed.
package trendbench

import (
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"suqiu/trend"
)

// Hotline is a simulated hotline: a province, 4 cities, 24 counties and 192 stations, and 12 categories.
type Hotline struct {
	Areas    trend.Areas
	Days     []trend.Day
	History  int // days before the first that is evaluated
	Problems []Problem

	excess [][][]bool // [day][category][area]: whether matters of a problem were told
	storm  [][][]bool // likewise of a storm, and the six days after
}

// Problem is a local problem planted in a hotline.
type Problem struct {
	Category, Area, Onset int // Onset is a day, counted from 0
	Matters               int
}

const (
	cities, counties, stations = 4, 24, 192
	categories                 = 12
	evaluated                  = 60 // days
	problems                   = 60
	storms                     = 3
	scatter                    = 1.2 // variance over mean
)

// outage tells the categories that storms raise; they share one cause.
func outage(category int) bool { return category == 3 || category == 7 || category == 10 }

// Family names the cause that a category shares with others.
func Family(category int) string {
	if outage(category) {
		return "outage"
	}
	return string(rune('a' + category))
}

type maker struct {
	r     *rand.Rand
	rates [][]float64 // [category][station], a day
	h     *Hotline
}

// NewHotline makes a hotline of which history days precede the sixty that are evaluated.
func NewHotline(seed uint64, history int, withStorms bool) *Hotline {
	m := &maker{r: rand.New(rand.NewPCG(seed, 0x6862_31)), h: &Hotline{History: history, Areas: tree()}}
	m.spread()
	m.ordinary()
	if withStorms {
		m.storms()
	}
	m.problems()
	m.sumUp()
	return m.h
}

func tree() trend.Areas {
	areas := trend.Areas{-1}
	for range cities {
		areas = append(areas, 0)
	}
	for i := range counties {
		areas = append(areas, 1+i*cities/counties)
	}
	for i := range stations {
		areas = append(areas, 1+cities+i*counties/stations)
	}
	return areas
}

const firstStation = 1 + cities + counties

func (m *maker) gamma(shape, rate float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: rate, Src: m.r}.Rand()
}

func (m *maker) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	return int(distuv.Poisson{Lambda: mean, Src: m.r}.Rand())
}

// spread draws how often each category is told of in each station.
func (m *maker) spread() {
	weight := make([]float64, len(m.h.Areas))
	weight[0] = 1
	for i := 1; i < len(weight); i++ {
		shape := 6.0
		if i >= firstStation {
			shape = 4
		}
		weight[i] = weight[m.h.Areas[i]] * m.gamma(shape, shape)
	}
	m.rates = make([][]float64, categories)
	for c := range m.rates {
		m.rates[c] = make([]float64, stations)
		sum := 0.0
		for s := range m.rates[c] {
			m.rates[c][s] = weight[firstStation+s] * m.gamma(8, 8)
			sum += m.rates[c][s]
		}
		total := 6 * math.Pow(700.0/6, float64(c)/(categories-1))
		for s := range m.rates[c] {
			m.rates[c][s] *= total / sum
		}
	}
}

var clerical, outages = [7]float64{.75, 1.15, 1.05, 1, 1, 1, .85}, [7]float64{1.03, 1, 1, 1, 1, 1, 1.02} // from Sunday

// ordinary draws the days without storms and problems.
func (m *maker) ordinary() {
	h := m.h
	level := 0.0
	for day := range h.History + evaluated {
		level = 0.97*level + 0.03*m.r.NormFloat64()
		d := trend.Day{Weekday: time.Weekday((day + 1) % 7), Holiday: m.r.Float64() < 11.0/365}
		for c := range categories {
			counts := make([]int, len(h.Areas))
			factor := math.Exp(level) * clerical[d.Weekday]
			if outage(c) {
				factor = math.Exp(level) * outages[d.Weekday]
			}
			if d.Holiday && outage(c) {
				factor *= 1.15
			} else if d.Holiday {
				factor *= 0.6
			}
			var shock [cities]float64
			for i := range shock {
				shock[i] = m.gamma(50, 50)
			}
			for s := range stations {
				mean := m.rates[c][s] * factor * shock[s*cities/stations]
				counts[firstStation+s] = m.count(mean)
			}
			d.Counts = append(d.Counts, counts)
		}
		h.Days = append(h.Days, d)
		h.excess, h.storm = append(h.excess, flags()), append(h.storm, flags())
	}
}

// count draws a negative binomial count of variance scatter x mean.
func (m *maker) count(mean float64) int {
	if mean <= 0 {
		return 0
	}
	return m.poisson(m.gamma(mean/(scatter-1), 1/(scatter-1)))
}

func flags() [][]bool {
	out := make([][]bool, categories)
	for c := range out {
		out[c] = make([]bool, 1+cities+counties+stations)
	}
	return out
}

// storms raise the outage categories in most stations of a city, or of all, for one to three days.
func (m *maker) storms() {
	h := m.h
	for range storms {
		begin, length := h.History+m.r.IntN(evaluated-6), 1+m.r.IntN(3)
		city := m.r.IntN(cities)
		everywhere := m.r.Float64() < 0.2
		for s := range stations {
			if !everywhere && s*cities/stations != city || m.r.Float64() >= 0.6 {
				continue
			}
			for c := range categories {
				if !outage(c) {
					continue
				}
				rise := 4 + 6*m.r.Float64()
				for day := begin; day < min(begin+length, len(h.Days)); day++ {
					h.Days[day].Counts[c][firstStation+s] += m.count(m.rates[c][s] * (rise - 1))
				}
				for day := begin; day < min(begin+length+6, len(h.Days)); day++ {
					m.mark(h.storm[day][c], firstStation+s)
				}
			}
		}
	}
}

// mark marks an area and all above it.
func (m *maker) mark(flags []bool, area int) {
	for ; area >= 0; area = m.h.Areas[area] {
		flags[area] = true
	}
}

// problems plants the local problems.
func (m *maker) problems() {
	h := m.h
	strengths := []float64{2, 3, 5, 10}
	for range problems {
		c, area := m.r.IntN(categories), 0
		switch u := m.r.Float64(); {
		case u < 0.5:
			area = firstStation + m.r.IntN(stations)
		case u < 0.8:
			area = 1 + cities + m.r.IntN(counties)
		default:
			area = 1 + m.r.IntN(cities)
		}
		var within []int
		base := 0.0
		for s := range stations {
			if h.Areas.Related(area, firstStation+s) {
				within = append(within, s)
				base += m.rates[c][s]
			}
		}
		k := strengths[m.r.IntN(len(strengths))]
		n := max(4, m.poisson(k*(math.Sqrt(scatter*7*base)+1)))
		onset := h.History + 3 + m.r.IntN(evaluated-13)
		for range n {
			day := min(onset+int(math.Exp(1.1+0.6*m.r.NormFloat64())), len(h.Days)-1)
			s := m.pick(within, c, base)
			h.Days[day].Counts[c][firstStation+s]++
			m.mark(h.excess[day][c], firstStation+s)
		}
		h.Problems = append(h.Problems, Problem{Category: c, Area: area, Onset: onset, Matters: n})
	}
}

// pick draws a station by its rate.
func (m *maker) pick(within []int, c int, total float64) int {
	u := m.r.Float64() * total
	for _, s := range within {
		if u -= m.rates[c][s]; u < 0 {
			return s
		}
	}
	return within[len(within)-1]
}

func (m *maker) sumUp() {
	for _, d := range m.h.Days {
		for _, counts := range d.Counts {
			for area := len(counts) - 1; area > 0; area-- {
				counts[m.h.Areas[area]] += counts[area]
			}
		}
	}
}

// told reports whether matters of a problem were told in the cell on that day or in the days before.
func (h *Hotline) told(day, before, category, area int) bool {
	for d := max(0, day-before); d <= day; d++ {
		if h.excess[d][category][area] {
			return true
		}
	}
	return false
}
