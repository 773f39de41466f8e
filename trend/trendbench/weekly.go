package trendbench

import (
	"math"
	"math/rand/v2"

	"suqiu/trend"
	"suqiu/trend/peers"
	"suqiu/trend/stat"
)

// scenario is one of the 42 of Noufaily et al. 2013 (Stat Med 32:1206, §4), whose parameters later comparisons took
// over: log mean = theta + beta t + sum over m waves of gamma1 cos + gamma2 sin, variance phi x mean.
type scenario struct {
	theta, phi, beta, gamma1, gamma2 float64
	trend                            bool
	waves                            int
}

func scenarios() []scenario {
	var out []scenario
	for _, g := range []scenario{
		{theta: 0.10, phi: 1.5, beta: 0.0025, gamma1: 0.6, gamma2: 0.6},
		{theta: -2.00, phi: 2.0, beta: 0.0050, gamma1: 0.1, gamma2: 0.3},
		{theta: 1.50, phi: 1.0, beta: 0.0030, gamma1: 0.2, gamma2: -0.4},
		{theta: 0.50, phi: 5.0, beta: 0.0020, gamma1: 0.5, gamma2: 0.5},
		{theta: 2.50, phi: 3.0, beta: 0.0010, gamma1: 1.0, gamma2: 0.1},
		{theta: 3.75, phi: 1.1, beta: 0.0010, gamma1: 0.1, gamma2: -0.1},
		{theta: 5.00, phi: 1.2, beta: 0.0001, gamma1: 0.05, gamma2: 0.01},
	} {
		for _, trend := range []bool{false, true} {
			for waves := range 3 {
				g.trend, g.waves = trend, waves
				out = append(out, g)
			}
		}
	}
	return out
}

const (
	weeks          = 624
	trainingWeeks  = 312
	evaluatedWeeks = 49
	pastOutbreaks  = 4
)

func (s scenario) mean(t int) float64 {
	log := s.theta
	if s.trend {
		log += s.beta * float64(t)
	}
	for j := 1; j <= s.waves; j++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(j*t) / 52)
		log += s.gamma1*cos + s.gamma2*sin
	}
	return math.Exp(log)
}

// outbreak adds cases of an outbreak of strength k that begins in week start, and returns how many each week got.
func (s scenario) outbreak(d draws, y []int, k float64, start, least int) []int {
	n := d.poisson(k * math.Sqrt(s.phi*s.mean(start+1)))
	for n < least {
		n = d.poisson(k * math.Sqrt(s.phi*s.mean(start+1)))
	}
	cases := make([]int, len(y))
	for range n {
		if week := start + int(d.logNormal(0, 0.5)); week < len(y) {
			y[week]++
			cases[week]++
		}
	}
	return cases
}

// weekly makes series number i: with the present outbreak, without it, and the outbreak.
func weekly(seed uint64, i int) (with, without, cases []int) {
	all := scenarios()
	s := all[i%len(all)]
	d := draws{rand.New(rand.NewPCG(seed, uint64(i)))}
	without = make([]int, weeks)
	for t := range without {
		without[t] = d.count(s.mean(t+1), s.phi)
	}
	rep := i / len(all)
	if past := []float64{0, 2, 3, 5, 10}[(i+rep)%5]; past > 0 {
		for range pastOutbreaks {
			s.outbreak(d, without, past, trainingWeeks+d.IntN(weeks-evaluatedWeeks-trainingWeeks), 0)
		}
	}
	with = append(with, without...)
	cases = s.outbreak(d, with, float64(1+i%10), weeks-evaluatedWeeks+d.IntN(evaluatedWeeks), 2)
	return with, without, cases
}

// log10 is how many tens a p-value is small by.
func log10(p float64) float64 { return -math.Log10(max(p, 1e-300)) }

// farringtonMark marks by the p-value; a series that can't be fitted gives no alarm.
func farringtonMark(f peers.Farrington) func([]int, int) float64 {
	return func(y []int, t int) float64 {
		r, err := f.At(y, t)
		if err != nil || y[t] == 0 {
			return 0
		}
		return log10(r.P)
	}
}

// flatSigma is the least standard deviation of a baseline by which counts are standardised to rank them: after seven
// weeks without any matter, a single one would stand above everything else.
const flatSigma = 0.5

// earsMark marks by the standardised count.
func earsMark(v peers.Variant) func([]int, int) float64 {
	z := stat.Normal(1 - 0.001)
	return func(y []int, t int) float64 {
		mean, err := peers.EARS{Variant: v, Alpha: 0.5}.At(y, t)
		if err != nil {
			return 0
		}
		upper, err := peers.EARS{Variant: v, Alpha: 0.001, MinSigma: flatSigma}.At(y, t)
		if err != nil {
			return 0
		}
		sd := (upper.Upper - mean.Upper) / z
		if over := float64(y[t]) - mean.Upper; over > 0 {
			return over / sd
		}
		return 0
	}
}

func c3Mark(y []int, t int) float64 {
	sum, err := peers.EARS{}.Sum(y, t)
	if err != nil {
		return 0
	}
	return sum
}

func bayesMark(b peers.Bayes) func([]int, int) float64 {
	return func(y []int, t int) float64 {
		r, err := b.At(y, t)
		if err != nil || !r.Alarm {
			return 0
		}
		return 1
	}
}

// cusumMarks are the sums from the first evaluated time on, about the mean before it.
func cusumMarks(y []int, first int) []float64 {
	sum := 0
	for _, v := range y[:first] {
		sum += v
	}
	mean := make([]float64, len(y)-first)
	for i := range mean {
		mean[i] = float64(sum) / float64(first)
	}
	return peers.CUSUM{K: 1.04, H: 2.26}.Run(y[first:], mean)
}

// seasonalMarks are the p-values of the seasonal regression, fitted anew every so many times; a series that can't be
// fitted gives no alarm.
func seasonalMarks(s trend.Seasonal, days []trend.Day, refit int) func([]int, int) []float64 {
	return func(y []int, first int) []float64 {
		marks := make([]float64, len(y)-first)
		var fitted *trend.Fitted
		for i := range marks {
			if i%refit == 0 {
				var err error
				if fitted, err = s.Fit(y, days, nil, first+i); err != nil {
					fitted = nil
				}
			}
			if fitted != nil {
				p, _ := fitted.Judge(y, days, nil, first+i)
				marks[i] = log10(p)
			}
		}
		return marks
	}
}

func weeklyMethods() []method {
	delta := peers.Flexible()
	delta.Threshold = peers.Delta
	original := peers.Original()
	original.Cases = 0
	z001, z01 := stat.Normal(1-0.001), stat.Normal(1-0.01)
	return []method{
		{"seasonal regression", 2, true, seasonalMarks(trend.SeasonalWeeks(), nil, 1)},
		{"Farrington Flexible, nbPlugin", 2, true, each(farringtonMark(peers.Flexible()))},
		{"Farrington Flexible, delta", 2, true, each(farringtonMark(delta))},
		{"Farrington 1996", log10(0.005), true, each(farringtonMark(original))},
		{"EARS C1, .001", z001, true, each(earsMark(peers.C1))},
		{"EARS C1, .01", z01, false, each(earsMark(peers.C1))},
		{"EARS C2, .001", z001, true, each(earsMark(peers.C2))},
		{"EARS C2, .01", z01, false, each(earsMark(peers.C2))},
		{"EARS C3, sum > 2", 2, false, each(c3Mark)},
		{"CUSUM k 1.04 h 2.26", 2.26, false, cusumMarks},
		{"Bayes 1", 0.5, false, each(bayesMark(peers.Bayes{W: 6, Period: 52, Recent: true, Alpha: 0.05}))},
		{"Bayes 3", 0.5, false, each(bayesMark(peers.Bayes{W: 4, Years: 2, Period: 52, Alpha: 0.05}))},
	}
}

// Weekly compares the seasonal regression and the established methods on n weekly series of the 42 scenarios, with a
// present outbreak of strength 1 to 10 each.
func Weekly(seed uint64, n int, progress func(done int)) []SeriesResult {
	const first = weeks - evaluatedWeeks
	return compareSeries(weeklyMethods(), seed, n, first, func(i int) (with, without, cases []int) { return weekly(seed, i) },
		summary{yearly: 52, limits: []float64{0.25, 0.5, 1}}, progress)
}
