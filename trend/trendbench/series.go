package trendbench

import (
	"cmp"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// trial is one simulated series with one outbreak, and the same series without it, as a method marks their evaluated
// times: the higher the mark, the surer the alarm.
type trial struct {
	cases         []int // of the outbreak, by time
	with, without []float64
}

// method marks the times of a series.
type method struct {
	name   string
	native float64                            // what a mark must exceed for an alarm at the customary setting
	ranks  bool                               // marks can be compared across series, so that a threshold may be chosen
	marks  func(y []int, first int) []float64 // of the times from first on, each from what came up to it
}

// each makes the marks of a method that judges every time by itself.
func each(mark func(y []int, t int) float64) func([]int, int) []float64 {
	return func(y []int, first int) []float64 {
		marks := make([]float64, 0, len(y)-first)
		for t := first; t < len(y); t++ {
			marks = append(marks, mark(y, t))
		}
		return marks
	}
}

// random marks by chance.
func random(d draws) func([]int, int) []float64 {
	return each(func([]int, int) float64 { return d.Float64() })
}

// SeriesResult is what a method achieved over many series.
type SeriesResult struct {
	Method string
	Series int

	// At the customary setting.
	FalseRate   float64 // share of the times of the series without outbreak
	POD, POD1   float64 // share of the outbreaks with an alarm in one of their times, and in the first of them
	Sensitivity float64 // share of the times with cases
	Precision   float64 // share of the alarms that are in times with cases
	Timeliness  float64 // (first alarm - start) / duration, 1 if missed

	// At thresholds that give so many false incidents a series and year; nil where marks can't be compared.
	Matched []Matched
}

// Matched is what a method achieves at a number of false incidents.
type Matched struct {
	Limit       float64 // false incidents a series and year, at most
	POD         float64
	Sensitivity float64
}

// StandardError is that of a share over the series.
func (r SeriesResult) StandardError(share float64) float64 {
	return math.Sqrt(share * (1 - share) / float64(r.Series))
}

// summary says how false incidents are counted.
type summary struct {
	yearly float64   // times in a year
	gap    int       // alarms with at most so many times between them are one incident
	limits []float64 // false incidents a series and year at which methods are compared
}

// compareSeries runs methods, and alarms at random, over n series, judged from time first on.
func compareSeries(methods []method, seed uint64, n, first int, series func(i int) (with, without, cases []int), by summary, progress func(done int)) []SeriesResult {
	made := eachTrial(n, len(methods)+1, progress, func(i int) []trial {
		with, without, cases := series(i)
		chance := method{marks: random(draws{rand.New(rand.NewPCG(seed+1, uint64(i)))})}
		trials := make([]trial, 0, len(methods)+1)
		for _, m := range append(slices.Clip(methods), chance) {
			trials = append(trials, trial{cases: cases[first:], with: m.marks(with, first), without: m.marks(without, first)})
		}
		return trials
	})
	var out []SeriesResult
	for m, one := range append(slices.Clip(methods), method{name: "random alarms", native: 0.99, ranks: true}) {
		out = append(out, summarise(one, made[m], by))
	}
	return out
}

// summarise measures a method over trials.
func summarise(m method, trials []trial, by summary) SeriesResult {
	out := SeriesResult{Method: m.name, Series: len(trials)}
	out.POD, out.Sensitivity = detected(trials, m.native)
	alarms, quiet, hits, early, late := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, tr := range trials {
		first, last, hit := span(tr.cases), 0, -1
		for t, mark := range tr.with {
			if tr.cases[t] > 0 {
				last = t
			}
			if mark > m.native {
				alarms++
				if tr.cases[t] > 0 {
					hits++
					if hit < 0 {
						hit = t
					}
				}
			}
		}
		switch {
		case hit < 0:
			late++
		default:
			late += float64(hit-first) / float64(last-first+1)
		}
		if hit == first {
			early++
		}
		for _, mark := range tr.without {
			if mark > m.native {
				out.FalseRate++
			}
			quiet++
		}
	}
	n := float64(len(trials))
	out.FalseRate /= quiet
	out.POD1, out.Timeliness, out.Precision = early/n, late/n, hits/max(1, alarms)
	if !m.ranks {
		return out
	}
	years := quiet / by.yearly
	for _, limit := range by.limits {
		threshold := matchThreshold(trials, limit*years, by.gap)
		one := Matched{Limit: limit}
		one.POD, one.Sensitivity = detected(trials, threshold)
		out.Matched = append(out.Matched, one)
	}
	return out
}

// span returns the first time with cases.
func span(cases []int) int { return slices.IndexFunc(cases, func(n int) bool { return n > 0 }) }

// detected returns the share of outbreaks with an alarm in one of their times, and of these times.
func detected(trials []trial, threshold float64) (pod, sensitivity float64) {
	found, hits, times := 0.0, 0.0, 0.0
	for _, tr := range trials {
		hit := false
		for t, n := range tr.cases {
			if n > 0 {
				times++
				if tr.with[t] > threshold {
					hits++
					hit = true
				}
			}
		}
		if hit {
			found++
		}
	}
	return found / float64(len(trials)), hits / max(1, times)
}

// matchThreshold returns the lowest mark that gives at most so many false incidents in all, coming from above.
func matchThreshold(trials []trial, most float64, gap int) float64 {
	var marks []float64
	for _, tr := range trials {
		marks = append(marks, tr.without...)
	}
	slices.SortFunc(marks, func(a, b float64) int { return cmp.Compare(b, a) })
	incidents := func(threshold float64) float64 {
		n := 0.0
		for _, tr := range trials {
			last := -1 - gap - 1
			for t, mark := range tr.without {
				if mark > threshold {
					if t-last > gap+1 {
						n++
					}
					last = t
				}
			}
		}
		return n
	}
	low, high := 0, len(marks)-1 // incidents(marks[low]) <= most; runs join only where there are many
	for low < high {
		middle := (low + high + 1) / 2
		if incidents(marks[middle]) <= most {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return marks[low]
}

// eachTrial makes trials by all methods, as many at a time as there are processors. What is made follows from the
// index alone.
func eachTrial(n, methods int, progress func(done int), make func(i int) []trial) [][]trial {
	made := newTable(methods, n)
	var wait sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				trials := make(i)
				mu.Lock()
				for m, tr := range trials {
					made[m][i] = tr
				}
				done++
				progress(done)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return made
}

func newTable(methods, n int) [][]trial {
	table := make([][]trial, methods)
	for i := range table {
		table[i] = make([]trial, n)
	}
	return table
}

// draws makes the random numbers of a simulation.
type draws struct{ *rand.Rand }

func (d draws) gamma(shape, rate float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: rate, Src: d.Rand}.Rand()
}

func (d draws) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	return int(distuv.Poisson{Lambda: mean, Src: d.Rand}.Rand())
}

// count draws a negative binomial count of variance phi x mean; Poisson at phi 1.
func (d draws) count(mean, phi float64) int {
	if mean <= 0 {
		return 0
	}
	if phi > 1 {
		mean = d.gamma(mean/(phi-1), 1/(phi-1))
	}
	return d.poisson(mean)
}

// logNormal draws a log-normal number.
func (d draws) logNormal(mu, sigma float64) float64 { return math.Exp(mu + sigma*d.NormFloat64()) }
