package trend

import (
	"errors"
	"fmt"
	"math"

	"suqiu/trend/stat"
)

// Seasonal judges a series that is long and dense enough for its seasons to be estimated: a quasi-Poisson regression on
// trend, weekdays, holidays and the waves of the year, in which past rises weigh little, moved to the level of the last
// weeks, and the same test of trailing windows as the detector's. The estimation is that of Noufaily et al. 2013
// (Stat Med 32:1206) with waves instead of levels for the seasons.
type Seasonal struct {
	Period    float64 // times in a year: 365.25 days, 52 weeks
	Weekdays  bool    // the times are days: weekdays and holidays are estimated
	Reach     int     // times before the judged one that are estimated from, at most
	Guard     int     // times before the judged one that are not
	Level     int     // times over which the level is adjusted; 0 for none
	Windows   []int   // trailing windows, in times, ascending
	Factors   []float64
	Harmonics int // waves in a year
	Origin    int // number of the first time of a series, so that series that begin at different times are fitted alike
}

// SeasonalDays are the settings for days: at least a year of them.
func SeasonalDays(config Config) Seasonal {
	return Seasonal{Period: 365.25, Weekdays: true, Reach: 3 * 366, Guard: 10, Level: 56, Windows: config.Windows, Factors: config.Factors, Harmonics: 2}
}

// SeasonalWeeks are the settings for weeks.
func SeasonalWeeks() Seasonal {
	return Seasonal{Period: 52, Reach: 6 * 52, Guard: 8, Windows: []int{1, 2, 3}, Factors: []float64{1.7, 1.7, 1.7}, Harmonics: 2}
}

const (
	pastRise      = 2.58 // standardised residuals above it are past rises
	robustRounds  = 2
	trendT        = 1.96 // t statistic below which a trend is dropped
	waveP         = 0.05 // p-value above which the waves are dropped
	levelPrior    = 20   // matters' worth of trust in the fitted level, divided by the dispersion
	seasonalLeast = 2    // parameters that a fit must leave free, times its number of parameters
)

// Fitted is what is expected of each time of a series, and of those after it.
type Fitted struct {
	seasonal   Seasonal
	columns    columns
	fit        *stat.Fit
	dispersion float64
	level      float64
	at         int // time fitted for, counted from where Origin counts from
	t          int
}

// columns says which parts a regression has.
type columns struct {
	trend, waves, holiday, festival bool
}

// Fit estimates what is to be expected at time t, 0 … len(y)-1, from the times before it. days tells the weekdays and
// holidays of the series and of the future; it may be nil where Weekdays is false. Times of which nothing is known are
// told by unknown, which may be nil. An error says that the series is too short or can't be fitted.
func (s Seasonal) Fit(y []int, days []Day, unknown []bool, t int) (*Fitted, error) {
	from, to := max(0, t-s.Reach), t-s.Guard
	if float64(to-from) < 0.8*s.Period {
		return nil, fmt.Errorf("seasons at time %d: they need most of a year before", t+1)
	}
	f := &Fitted{seasonal: s, at: t + s.Origin, t: t, columns: columns{trend: true, waves: true}}
	if s.Weekdays {
		for i := from; i < to; i++ {
			f.columns.holiday = f.columns.holiday || days[i].Holiday && !days[i].Festival
			f.columns.festival = f.columns.festival || days[i].Festival
		}
	}
	counts, weights := make([]float64, to-from), make([]float64, to-from)
	for i := range counts {
		counts[i], weights[i] = float64(y[from+i]), 1
		if unknown != nil && unknown[from+i] {
			weights[i] = 0
		}
	}
	if err := f.estimate(counts, weights, days, from); err != nil {
		return nil, fmt.Errorf("seasons at time %d: %w", t+1, err)
	}
	f.adjust(y, days, unknown)
	f.fit.Mean, f.fit.Hat = nil, nil // as long as the series, and of no more use
	return f, nil
}

// estimate fits, weights past rises down and fits again, and drops what does not show.
func (f *Fitted) estimate(counts, known []float64, days []Day, from int) error {
	weights := known
	rows, fits := map[columns][][]float64{}, map[columns]*stat.Fit{}
	fit := func() (err error) { // with the same parts and weights it is the same
		if f.fit = fits[f.columns]; f.fit != nil {
			return nil
		}
		if rows[f.columns] == nil {
			for i := range counts {
				rows[f.columns] = append(rows[f.columns], f.row(days, from+i))
			}
		}
		with := rows[f.columns]
		if f.fit, err = stat.QuasiPoisson(with, counts, weights); err == nil && f.fit.DF < seasonalLeast*len(with[0]) {
			err = errors.New("too few times are known")
		}
		if err == nil {
			fits[f.columns] = f.fit
		}
		return err
	}
	if err := fit(); err != nil {
		return err
	}
	for range robustRounds {
		weights = make([]float64, len(known))
		for i, a := range stat.Anscombe(f.fit, counts) {
			weights[i] = known[i]
			if a > pastRise {
				weights[i] *= (pastRise / a) * (pastRise / a)
			}
		}
		clear(fits)
		if err := fit(); err != nil {
			return err
		}
	}
	f.dispersion = max(1, f.fit.Dispersion)
	full := f.fit
	f.columns.waves = f.wavesShow(full, func() error {
		f.columns.waves = false
		return fit()
	})
	f.columns.trend = math.Abs(full.Coef[1]) >= trendT*full.StandardError(1, f.dispersion)
	if err := fit(); err != nil {
		return err
	}
	f.dispersion = max(1, f.fit.Dispersion)
	return nil
}

// wavesShow tests whether a fit with the waves of the year is better than one without, by the F test on deviances.
func (f *Fitted) wavesShow(full *stat.Fit, without func() error) bool {
	if without() != nil {
		return true
	}
	n := float64(2 * f.seasonal.Harmonics)
	return stat.FUpper((f.fit.Deviance-full.Deviance)/n/max(1, full.Dispersion), n, float64(full.DF)) <= waveP
}

// row is the regression's row of a time.
func (f *Fitted) row(days []Day, t int) []float64 {
	s := f.seasonal
	row, number := []float64{1}, t+s.Origin
	if f.columns.trend {
		row = append(row, float64(number-f.at)/s.Period)
	}
	if s.Weekdays {
		for w := 1; w < 7; w++ {
			row = append(row, indicator(int(days[t].Weekday) == w))
		}
		if f.columns.holiday {
			row = append(row, indicator(days[t].Holiday && !days[t].Festival))
		}
		if f.columns.festival {
			row = append(row, indicator(days[t].Festival))
		}
	}
	if f.columns.waves {
		for j := range s.Harmonics {
			sin, cos := math.Sincos(2 * math.Pi * float64(j+1) * float64(number) / s.Period)
			row = append(row, cos, sin)
		}
	}
	return row
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// adjust compares the last times with what was fitted.
func (f *Fitted) adjust(y []int, days []Day, unknown []bool) {
	observed, expected := 0.0, 0.0
	for t := max(0, f.t-f.seasonal.Guard-f.seasonal.Level); t < f.t-f.seasonal.Guard; t++ {
		if unknown != nil && unknown[t] {
			continue
		}
		eta, _ := f.fit.Predict(f.row(days, t), f.dispersion)
		mean := math.Exp(eta)
		observed += min(float64(y[t]), mean+pastRise*math.Sqrt(f.dispersion*mean))
		expected += mean
	}
	f.level = (levelPrior*f.dispersion + observed) / (levelPrior*f.dispersion + expected)
}

// Judge compares the windows that end at time t with what is expected, and returns the least p-value, adjusted for
// the windows.
func (f *Fitted) Judge(y []int, days []Day, unknown []bool, t int) (p float64, windows []Window) {
	p = 1
	observed, expected, uncertain, next := 0, 0.0, 0.0, 0
	for back := 0; next < len(f.seasonal.Windows) && t-back >= 0; back++ {
		if at := t - back; unknown == nil || !unknown[at] {
			eta, se := f.fit.Predict(f.row(days, at), f.dispersion)
			mean := f.level * math.Exp(eta)
			observed += y[at]
			expected += mean
			uncertain += mean * se
		}
		if back+1 != f.seasonal.Windows[next] {
			continue
		}
		w := Window{Days: back + 1, Observed: observed, Expected: expected, Variance: f.dispersion*expected + uncertain*uncertain}
		if observed > 0 {
			p = min(p, f.seasonal.Factors[next]*stat.MidTail(observed, w.Expected, w.Variance))
		}
		windows = append(windows, w)
		next++
	}
	return p, windows
}
