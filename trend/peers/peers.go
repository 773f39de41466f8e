// Package peers holds the established methods of outbreak detection and the rules in use at hotlines, so that the
// detector can be compared with them and an incident can tell what an older rule would have said. They are pure
// functions of a series of counts; a time is an index into it, from 0.
package peers

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	trendstat "suqiu/trend/stat"
)

// Result is what a method says of one time.
type Result struct {
	Alarm bool
	Upper float64 // counts above it are an alarm, unless the method says otherwise
}

// Variant is one of the three methods of the Early Aberration Reporting System (Hutwagner et al. 2003).
type Variant int

// The variants of EARS.
const (
	C1 Variant = iota + 1 // the seven counts just before
	C2                    // the seven counts before those of the last two
	C3                    // the excess of C2 over three times
)

// EARS holds the settings of the EARS methods.
type EARS struct {
	Variant  Variant
	Alpha    float64 // level of one test, usually .001; C3 .025
	MinSigma float64 // the standard deviation is taken at least this large
}

const earsWindow = 7

// First returns the first time that can be judged.
func (e EARS) First() int {
	switch e.Variant {
	case C1:
		return earsWindow
	case C2:
		return earsWindow + 2
	default:
		return earsWindow + 4
	}
}

// At judges time t. For C3 the bound is U = mean + sd (z - sum of max(0, C2(i)-1) over the two times before), as
// Hutwagner et al. document it and Salmon et al. 2016 (JSS 70(10), §2.1) print it: the present count is compared with
// its own baseline. An error says that the series is too short.
func (e EARS) At(y []int, t int) (Result, error) {
	if t < e.First() || t >= len(y) {
		return Result{}, fmt.Errorf("EARS C%d at time %d of %d: it needs %d times before", e.Variant, t, len(y), e.First())
	}
	lag := 2
	if e.Variant == C1 {
		lag = 0
	}
	mean, sd := e.baseline(y, t, lag)
	z := trendstat.Normal(1 - e.Alpha)
	if e.Variant != C3 {
		upper := mean + z*sd
		return Result{Alarm: float64(y[t]) > upper, Upper: upper}, nil
	}
	z -= e.excess(y, t-1) + e.excess(y, t-2)
	return Result{Alarm: e.c2(y, t) > z, Upper: mean + z*sd}, nil
}

// Sum returns C3 of time t as the CDC define it: the sum of max(0, C2(i)-1) over the last three times. Above 2 is an
// alarm.
func (e EARS) Sum(y []int, t int) (float64, error) {
	if t < earsWindow+4 || t >= len(y) {
		return 0, fmt.Errorf("EARS C3 at time %d of %d: it needs %d times before", t, len(y), earsWindow+4)
	}
	return e.excess(y, t) + e.excess(y, t-1) + e.excess(y, t-2), nil
}

// excess is max(0, C2-1) of time t.
func (e EARS) excess(y []int, t int) float64 { return max(0, e.c2(y, t)-1) }

// c2 is how many standard deviations the count is above its baseline; 0 where the baseline is constant.
func (e EARS) c2(y []int, t int) float64 {
	mean, sd := e.baseline(y, t, 2)
	if sd == 0 {
		return 0
	}
	return (float64(y[t]) - mean) / sd
}

func (e EARS) baseline(y []int, t, lag int) (mean, sd float64) {
	mean, sd = stat.MeanStdDev(floats(y[t-lag-earsWindow:t-lag]), nil)
	return mean, max(sd, e.MinSigma)
}

func floats(y []int) []float64 {
	out := make([]float64, len(y))
	for i, v := range y {
		out[i] = float64(v)
	}
	return out
}

// Bayes holds the settings of the Bayesian predictive rule (Riebler 2004; Höhle 2007): the counts of the W times
// before, and of W times to either side in each of Years earlier years, are Poisson with a Jeffreys prior.
type Bayes struct {
	W, Years int
	Period   int     // times in a year: 52 or 365
	Recent   bool    // the W times just before count
	Alpha    float64 // usually .05
}

// At judges time t; a count at the bound or above is an alarm.
func (b Bayes) At(y []int, t int) (Result, error) {
	n, sum := 0, 0
	add := func(from, to int) {
		for i := from; i < to; i++ {
			sum += y[i]
			n++
		}
	}
	if t-b.W < 0 || t-b.Years*b.Period-b.W < 0 || t >= len(y) {
		return Result{}, fmt.Errorf("Bayes rule at time %d of %d: it needs %d years and %d times before", t, len(y), b.Years, b.W)
	}
	if b.Recent {
		add(t-b.W, t)
	}
	for i := 1; i <= b.Years; i++ {
		add(t-i*b.Period-b.W, t-i*b.Period+b.W+1)
	}
	shape := float64(sum) + 0.5
	mean := shape / float64(n)
	upper := trendstat.CountQuantile(1-b.Alpha, mean, mean*(1+1/float64(n)))
	return Result{Alarm: y[t] > upper, Upper: float64(upper)}, nil
}

// Rule is a threshold rule as monitoring tools and bulletins use them.
type Rule func(y []int, t int) bool

// SameWeekday alarms if a day's count is above ratio times that of the same weekday a week ago (周同比).
func SameWeekday(ratio float64, least int) Rule {
	return func(y []int, t int) bool {
		return t >= 7 && y[t] >= least && float64(y[t]) > ratio*float64(y[t-7])
	}
}

// WeekOnWeek alarms if the count of seven days is above ratio times that of the seven days before (环比).
func WeekOnWeek(ratio float64, least int) Rule {
	return func(y []int, t int) bool {
		if t < 13 {
			return false
		}
		now, before := 0, 0
		for i := range 7 {
			now += y[t-i]
			before += y[t-7-i]
		}
		return now >= least && float64(now) > ratio*float64(before)
	}
}

// Sigma alarms if a count is above the mean of the days times before by k standard deviations.
func Sigma(days int, k float64) Rule {
	return func(y []int, t int) bool {
		if t < days {
			return false
		}
		mean, sd := stat.MeanStdDev(floats(y[t-days:t]), nil)
		return float64(y[t]) > mean+k*sd && !math.IsNaN(sd)
	}
}
