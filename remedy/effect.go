package remedy

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
)

// Tally is what was told over some days: matters of an incident's labels in its area, and of the same labels in all the
// rest of what is counted.
type Tally struct {
	Days      int `json:"days"`
	Told      int `json:"told"`
	Elsewhere int `json:"elsewhere"`
}

// Expected is what the effect of a measure is held against: what was told in the window that fired, frozen at onset.
type Expected struct {
	Root
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Sources []string  `json:"sources,omitempty"` // that were counted
	Tally
}

const (
	// leastExpected is the number below which an effect can't be judged.
	leastExpected = 5
	// elsewherePrior is how many matters a day are added elsewhere, so that a ratio of two small numbers stays near 1.
	elsewherePrior = 0.2
	// dispersion is the variance over the mean of counts within a day, as detection takes it.
	dispersion = 1.2
	// tailZ is the 95th percentile of the standard normal distribution: a 90 % interval has 5 % on each side.
	tailZ = 1.6449
)

// Effect is how far a problem fell against what was to be expected without a measure: the level at which it fired, times
// how the same labels fared elsewhere, times the fall that incidents show which nobody remedied (regression towards the
// mean: an alarm is raised where the count is high by chance, too).
type Effect struct {
	Day      int       `json:"day"` // after the measure: of VisitDays; 0 for other comparisons
	Measure  int       `json:"measure"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Told     int       `json:"told"`
	Expected float64   `json:"expected"`
	Change   float64   `json:"change"` // -0.46: 46 % less than expected
	Low      float64   `json:"low"`    // of the 90 % interval
	High     float64   `json:"high"`
	TooFew   bool      `json:"too_few,omitempty"` // fewer than five expected: nothing can be said
}

// String tells the effect as an analyst reads it.
func (e Effect) String() string {
	if e.TooFew {
		return fmt.Sprintf("预期仅 %.1f 件，太少，无法判断", e.Expected)
	}
	return fmt.Sprintf("%s [%s, %s]（实际 %d 件，预期 %.1f 件）", percent(e.Change), percent(e.Low), percent(e.High), e.Told, e.Expected)
}

func percent(share float64) string {
	return fmt.Sprintf("%s%.0f %%", map[bool]string{true: "−", false: "+"}[share < 0], math.Abs(share)*100)
}

// Fall is what incidents do that nobody remedies, by how long after the alarm and over how many days one looks.
type Fall struct {
	Points []FallPoint `json:"points"`
}

// FallPoint is what was seen Lag days after the alarm over Days days, of N incidents: the mean of told over expected, and
// how much incidents differ in its logarithm beyond the scatter of counts.
type FallPoint struct {
	Lag      int     `json:"lag"`
	Days     int     `json:"days"`
	N        int     `json:"n"`
	Mean     float64 `json:"mean"`
	Variance float64 `json:"variance"` // of the logarithm between incidents
	Low      float64 `json:"low"`      // 5th percentile of the standardised logarithm
	High     float64 `json:"high"`     // 95th
}

// steady is the comparison of two periods that no alarm chose; its variance is that of levels that drift by some 10 %.
var steady = FallPoint{Mean: 1, Variance: 0.01, Low: -tailZ, High: tailZ}

// ratio is how the rest fared from the frozen window to the days looked at.
func (t Tally) ratio(frozen Tally) float64 {
	return (float64(t.Elsewhere) + elsewherePrior*float64(t.Days)) / (float64(frozen.Elsewhere) + elsewherePrior*float64(frozen.Days))
}

// raw is what would be told if the level of the frozen window went on as the rest did.
func (t Tally) raw(frozen Tally) float64 { return float64(frozen.Told) * t.ratio(frozen) }

// compare holds what was told against what was frozen.
func (f FallPoint) compare(frozen, after Tally) Effect {
	e := Effect{Told: after.Told, Expected: after.raw(frozen) * f.Mean}
	if e.Expected < leastExpected {
		e.TooFew = true
		return e
	}
	e.Change = float64(after.Told)/e.Expected - 1
	middle := math.Log((float64(after.Told) + 0.5) / (e.Expected + 0.5))
	sd := math.Sqrt(f.Variance + scatter(float64(after.Told), frozen))
	e.Low, e.High = math.Exp(middle-f.High*sd)-1, math.Exp(middle-f.Low*sd)-1
	return e
}

// scatter is the variance of the logarithm of told over expected that comes from counting alone.
func scatter(told float64, frozen Tally) float64 {
	return dispersion * (1/(told+0.5) + 1/(float64(frozen.Told)+0.5) + 1/(float64(frozen.Elsewhere)+0.5+elsewherePrior*float64(frozen.Days)))
}

// Followed is an incident that nobody remedied: what fired it, and what was told afterwards.
type Followed struct {
	Frozen, After Tally
}

// LearnFall learns what such incidents do. Those of which too little was expected to be judged are left out, as they are
// when an effect is measured.
func LearnFall(lag, days int, all []Followed) FallPoint {
	p := FallPoint{Lag: lag, Days: days, Mean: 1, Low: -tailZ, High: tailZ}
	var ratios []float64
	var kept []Followed
	for _, f := range all {
		if raw := f.After.raw(f.Frozen); raw >= leastExpected {
			kept = append(kept, f)
			ratios = append(ratios, float64(f.After.Told)/raw)
		}
	}
	p.N = len(kept)
	if p.N == 0 {
		return p
	}
	p.Mean = max(stat.Mean(ratios, nil), 0.05)
	logs, own := make([]float64, p.N), make([]float64, p.N)
	for k, f := range kept {
		expected := f.After.raw(f.Frozen) * p.Mean
		logs[k] = math.Log((float64(f.After.Told) + 0.5) / (expected + 0.5))
		own[k] = scatter(float64(f.After.Told), f.Frozen)
	}
	total := 0.0
	for _, l := range logs {
		total += l * l
	}
	p.Variance = max(0, total/float64(p.N)-stat.Mean(own, nil))
	for k := range logs {
		logs[k] /= math.Sqrt(p.Variance + own[k])
	}
	slices.Sort(logs)
	if p.N >= LeastFollowed {
		p.Low, p.High = stat.Quantile(0.05, stat.Empirical, logs, nil), stat.Quantile(0.95, stat.Empirical, logs, nil)
	}
	return p
}

// LeastFollowed is how many incidents a point must be learned from: of fewer, percentiles are chance, and how much
// incidents differ looks far too small.
const LeastFollowed = 40

// Learned counts the points that were learned from enough incidents.
func (f Fall) Learned() int {
	n := 0
	for _, p := range f.Points {
		if p.N >= LeastFollowed {
			n++
		}
	}
	return n
}

// Over lays what was learned over a default, which holds for each point that was learned from too few incidents, and for
// days that nothing was learned of.
func (f Fall) Over(base Fall) Fall {
	var out Fall
	for _, p := range f.Points {
		if p.N < LeastFollowed {
			lag := p.Lag
			p = base.at(p.Lag, p.Days)
			p.Lag = lag
		}
		out.Points = append(out.Points, p)
	}
	for _, p := range base.Points {
		if !slices.ContainsFunc(f.Points, func(own FallPoint) bool { return own.Days == p.Days }) {
			out.Points = append(out.Points, p)
		}
	}
	return out
}

// at is the point that is nearest: of as many days, and of them the nearest lag. Without any, nothing falls by itself.
func (f Fall) at(lag, days int) FallPoint {
	if len(f.Points) == 0 {
		return steady
	}
	return slices.MinFunc(f.Points, func(a, b FallPoint) int {
		return cmp.Or(cmp.Compare(distance(a.Days, days), distance(b.Days, days)), cmp.Compare(distance(a.Lag, lag), distance(b.Lag, lag)))
	})
}

func distance(a, b int) int { return max(a-b, b-a) }

// Compare holds an area against itself, before and after something that no alarm chose, such as an area manager's (片区经理)
// taking over: what was told after against what was told before, times how the rest fared.
func Compare(before, after Expected) Effect {
	e := steady.compare(before.Tally, after.Tally)
	e.From, e.To = after.From, after.To
	return e
}

// days counts whole days.
func days(d time.Duration) int { return int(d.Round(24*time.Hour) / (24 * time.Hour)) }

// measure computes the effects that can be and have not been measured yet.
func (w *Watcher) measure(ctx context.Context, i *Incident, now time.Time) ([]Effect, error) {
	if w.Gauge == nil || !i.Alive() || len(i.Measures) == 0 || i.Frozen.Days == 0 {
		return nil, nil
	}
	last := len(i.Measures) - 1
	taken := i.Measures[last].When
	from := time.Date(taken.Year(), taken.Month(), taken.Day()+1, 0, 0, 0, 0, taken.Location())
	var out []Effect
	for _, day := range VisitDays {
		to := from.AddDate(0, 0, day)
		if now.Before(to) || slices.ContainsFunc(i.Effects, func(e Effect) bool { return e.Day == day && e.Measure == last }) {
			continue
		}
		after, known, err := w.Gauge.Tally(ctx, i.Frozen, from, to)
		if err != nil {
			return nil, fmt.Errorf("measure the effect on incident %s: %w", i.ID, err)
		}
		if !known {
			continue
		}
		e := w.Fall.at(days(from.Sub(i.Frozen.To)), day).compare(i.Frozen.Tally, after)
		e.Day, e.Measure, e.From, e.To = day, last, from, to
		out = append(out, e)
	}
	return out, nil
}

// addEffects keeps those effects that are new, and reports whether any was.
func (i *Incident) addEffects(effects []Effect, now time.Time) bool {
	added := false
	for _, e := range effects {
		if slices.ContainsFunc(i.Effects, func(known Effect) bool { return known.Day == e.Day && known.Measure == e.Measure }) {
			continue
		}
		i.Effects = append(i.Effects, e)
		i.remind(Message{Kind: KindMeasured, At: now, To: i.Assignment.people(), Note: fmt.Sprintf("第 %d 天：%s", e.Day, e)})
		added = true
	}
	return added
}

// DefaultFall is what incidents do that nobody remedies on simulated hotlines (TestEffectOfSimulatedMeasures), for as long
// as a backtest over the company's own history has not learned better.
func DefaultFall() Fall {
	return Fall{Points: []FallPoint{
		{Lag: 5, Days: 7, N: 598, Mean: 0.58, Variance: 0.392, Low: -1.67, High: 1.00},
		{Lag: 5, Days: 30, N: 472, Mean: 0.51, Variance: 0.538, Low: -1.98, High: 0.92},
	}}
}
