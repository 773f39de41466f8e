package trendbench

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"

	"suqiu/trend"
)

// Figures are a method's results over several hotlines.
type Figures struct {
	Method  string
	Results []Result
	Merged  bool // whether the method merges alarms into rises; else only POD1 and POD5 say something
}

// Mean returns the mean of a figure over the hotlines and its standard error.
func (f Figures) Mean(of func(Result) float64) (mean, se float64) {
	values := make([]float64, len(f.Results))
	for i, r := range f.Results {
		values[i] = of(r)
	}
	mean, sd := stat.MeanStdDev(values, nil)
	if len(values) < 2 {
		return mean, math.NaN()
	}
	return mean, sd / math.Sqrt(float64(len(values)))
}

// Compare runs the detector, older rules and random alarms over one hotline a seed, and tells progress after each.
func Compare(seeds []uint64, history int, withStorms bool, q float64, progress func()) ([]Figures, error) {
	out := []Figures{{Method: "detector", Merged: true}, {Method: "EARS C2"}, {Method: "mean + k sd of 28 days"}, {Method: "same weekday, ratio"}, {Method: "random alarms"}}
	for _, seed := range seeds {
		h := NewHotline(seed, history, withStorms)
		r, err := Run(h, trend.DefaultConfig(), q)
		if err != nil {
			return nil, err
		}
		random := rand.New(rand.NewPCG(seed, 1))
		rules := []func(y []int) float64{
			func(y []int) float64 { return above(y, y[len(y)-10:len(y)-3]) },
			func(y []int) float64 { return above(y, y[len(y)-29:len(y)-1]) },
			func(y []int) float64 { return float64(y[len(y)-1]) / (float64(y[len(y)-8]) + 0.5) },
			func([]int) float64 { return random.Float64() },
		}
		out[0].Results = append(out[0].Results, r)
		for i, rule := range rules {
			alarms := h.rank(rule)
			out[i+1].Results = append(out[i+1].Results, Result{POD1: h.found(alarms, 1), POD5: h.found(alarms, 5)})
		}
		progress()
	}
	return out, nil
}

// above is how many standard deviations the last count is above a baseline; the deviation is taken as at least half.
func above(y, baseline []int) float64 {
	values := make([]float64, len(baseline))
	for i, v := range baseline {
		values[i] = float64(v)
	}
	mean, sd := stat.MeanStdDev(values, nil)
	return (float64(y[len(y)-1]) - mean) / max(sd, 0.5)
}

// rank judges every cell of every evaluated day by a rule over its last thirty days; a higher mark is the surer alarm.
// Cells without three matters in seven days are left out, as the detector does.
func (h *Hotline) rank(rule func(y []int) float64) []alarm {
	var out []alarm
	const window = 29
	y := make([]int, window)
	for day := max(h.History, window-1); day < len(h.Days); day++ {
		for c := range categories {
			for area := range h.Areas {
				week := 0
				for i := range y {
					y[i] = h.Days[day-window+1+i].Counts[c][area]
					if i >= window-7 {
						week += y[i]
					}
				}
				if week >= 3 {
					out = append(out, alarm{day, c, area, -rule(y)})
				}
			}
		}
	}
	return out
}
