package trendbench

import (
	"math"
	"math/rand/v2"
	"time"

	"suqiu/trend"
	"suqiu/trend/peers"
	"suqiu/trend/stat"
)

// signal is a daily series of Noufaily et al. 2019 (Bioinformatics 35:3110): those with all seven days of the week.
type signal struct {
	waves, weekly  int
	alpha, beta    float64
	g1, g2, g3, g4 float64
	phi            float64
	shift          int
}

func signals() []signal {
	return []signal{
		{1, 2, 6, 0, .2, .2, .5, .4, 2, 29},
		{1, 2, .5, 0, 1.5, 1.4, .5, .4, 1, -167},
		{0, 2, 5.5, 0, 0, 0, .3, .25, 1, 1},
		{0, 2, 2, 0, 0, 0, .3, .25, 1, 1},
		{1, 2, 2, .0005, .8, .8, .8, .4, 4, 57},
		{4, 1, .05, 0, .01, .01, 1.8, .1, 1, -85},
		{1, 2, 3, 0, .8, .6, .8, .4, 4, 29},
		{0, 2, 6, 0, 0, 0, .8, .4, 4, 1},
	}
}

const (
	yearDays      = 364
	signalDays    = 7 * yearDays
	evaluatedDays = 49 * 7
	holidayRise   = 2
)

// holidays are the days of the year, from 1, on which twice as much is told.
func isHoliday(t int) bool {
	switch t%yearDays + 1 {
	case 1, 2, 3, 95, 121, 122, 170, 260, 275, 276, 277, 278:
		return true
	}
	return false
}

func isWeekend(t int) bool { return t%7 >= 5 }

func (s signal) mean(t int) float64 {
	at := float64(t + 1 + s.shift)
	log := s.alpha + s.beta*at
	for j := 1; j <= s.waves; j++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(j) * at / yearDays)
		log += s.g1*cos + s.g2*sin
	}
	for j := 1; j <= s.weekly; j++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(j) * at / 7)
		log += s.g3*cos + s.g4*sin
	}
	if isHoliday(t) {
		log += math.Log(holidayRise)
	}
	return math.Exp(log)
}

// daily makes series number i, with an outbreak of one of the strengths in the last 49 weeks.
func daily(seed uint64, i int, strengths []float64) (with, without, cases []int) {
	all := signals()
	s := all[i%len(all)]
	d := draws{rand.New(rand.NewPCG(seed, uint64(i)))}
	without = make([]int, signalDays)
	for t := range without {
		without[t] = d.count(s.mean(t), s.phi)
	}
	with, cases = append(with, without...), make([]int, signalDays)
	start := signalDays - evaluatedDays + d.IntN(evaluatedDays-14)
	n := 0
	for n < 2 {
		n = d.poisson(7 * strengths[i/len(all)%len(strengths)] * math.Sqrt(s.phi*s.mean(start)))
	}
	for range n {
		t := start + int(d.logNormal(0, 0.5)/0.25)
		if t >= signalDays {
			continue
		}
		cases[t]++
		if isWeekend(t) {
			cases[t]++
		}
	}
	for t, c := range cases {
		with[t] += c
	}
	return with, without, cases
}

// signalWeek tells the weekday and holidays of a signal's days.
func signalWeek() []trend.Day {
	days := make([]trend.Day, signalDays)
	for t := range days {
		days[t] = trend.Day{Weekday: time.Weekday((t + 1) % 7), Holiday: isHoliday(t)}
	}
	return days
}

// sevenDays judges sums of seven days, as UKHSA does, by Farrington Flexible.
func sevenDays(y []int, t int) float64 {
	n := (t + 1) / 7
	sums := make([]int, n)
	for week := range sums {
		end := t - 7*(n-1-week)
		for _, v := range y[end-6 : end+1] {
			sums[week] += v
		}
	}
	return farringtonMark(peers.Flexible())(sums, n-1)
}

func ratioMark(least int, now, before func(y []int, t int) int) func([]int, int) float64 {
	return func(y []int, t int) float64 {
		if n := now(y, t); n >= least {
			return float64(n) / (float64(before(y, t)) + 1e-9)
		}
		return 0
	}
}

func sumOf(days, back int) func([]int, int) int {
	return func(y []int, t int) int {
		sum := 0
		for _, v := range y[t-back-days+1 : t-back+1] {
			sum += v
		}
		return sum
	}
}

func sigmaMark(y []int, t int) float64 { return above(y[:t+1], y[t-28:t]) }

func dailyMethods() []method {
	z := stat.Normal(1 - 0.001)
	return []method{
		{"seasonal regression", 2, true, seasonalMarks(trend.SeasonalDays(trend.DefaultConfig()), signalWeek(), 7)},
		{"Farrington Flexible, 7-day sums", 2, true, each(sevenDays)},
		{"EARS C1, .001", z, true, each(earsMark(peers.C1))},
		{"EARS C2, .001", z, true, each(earsMark(peers.C2))},
		{"EARS C3, sum > 2", 2, true, each(c3Mark)},
		{"mean + 3 sd of 28 days", 3, true, each(sigmaMark)},
		{"spike x 2, at least 3", 2, true, each(ratioMark(3, sumOf(1, 0), sumOf(1, 1)))},
		{"same weekday x 1.5, at least 3", 1.5, true, each(ratioMark(3, sumOf(1, 0), sumOf(1, 7)))},
		{"7 days + 30 %", 1.3, true, each(ratioMark(0, sumOf(7, 0), sumOf(7, 7)))},
	}
}

// Daily compares the seasonal regression and the established methods on n daily series of eight signals; hard ones hold
// rises an eighth as strong.
func Daily(seed uint64, n int, hard bool, progress func(done int)) []SeriesResult {
	strengths := []float64{2, 3, 5, 10}
	if hard {
		strengths = []float64{0.25, 0.5, 1, 1.5}
	}
	return compareSeries(dailyMethods(), seed, n, signalDays-evaluatedDays, func(i int) (with, without, cases []int) { return daily(seed, i, strengths) },
		summary{yearly: yearDays, gap: 3, limits: []float64{1, 2, 4}}, progress)
}
