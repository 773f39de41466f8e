package peers

import (
	"fmt"
	"math"

	"suqiu/trend/stat"
)

// Threshold says how Farrington's method turns a fitted mean into an upper bound.
type Threshold string

// The thresholds.
const (
	Delta    Threshold = "delta"    // normal on the 2/3 power scale (Farrington 1996)
	NBPlugin Threshold = "nbPlugin" // quantile of the negative binomial at the fitted mean
	Muan     Threshold = "muan"     // the same at the upper bound of the fitted mean
)

// Farrington holds the settings of Farrington's method. Flexible and Original return the customary ones.
type Farrington struct {
	Years            int     // b: how many earlier years
	HalfWindow       int     // w: weeks to either side of the same week
	Period           int     // weeks in a year
	Reweight         bool    // give past outbreaks less weight
	WeightsThreshold float64 // residuals above it count as past outbreaks
	Alpha            float64 // level of one test
	TwoSided         bool    // Alpha is that of a two-sided interval, as in 1996
	Trend            bool
	TrendP           float64 // a trend is kept only below this p-value
	Cases, Within    int     // no alarm unless there were so many cases in so many weeks
	Periods          int     // noPeriods: levels a year is cut into; 1 uses the windows alone
	Guard            int     // pastWeeksNotIncluded
	Threshold        Threshold

	// RelativeErrors scales standard errors by the squared coefficient of variation instead of the dispersion. The R
	// package's flexible method does so wherever it reweights, as the weights of the fit replace the working weights;
	// its original method does not.
	RelativeErrors bool
}

// Flexible returns the settings of Farrington Flexible (Noufaily et al. 2013, Stat Med 32:1206).
func Flexible() Farrington {
	return Farrington{Years: 5, HalfWindow: 3, Period: 52, Reweight: true, WeightsThreshold: 2.58, Alpha: 0.01,
		Trend: true, TrendP: 1, Cases: 0, Within: 4, Periods: 10, Guard: 26, Threshold: NBPlugin,
		RelativeErrors: true}
}

// Original returns the settings of Farrington et al. 1996 (JRSS A 159:547).
func Original() Farrington {
	return Farrington{Years: 5, HalfWindow: 3, Period: 52, Reweight: true, WeightsThreshold: 1, Alpha: 0.01, TwoSided: true,
		Trend: true, TrendP: 0.05, Cases: 5, Within: 4, Periods: 1, Guard: 0, Threshold: Delta}
}

// FarringtonResult is what Farrington's method says of one week.
type FarringtonResult struct {
	Result
	Expected   float64
	SE         float64 // of the expected count
	Dispersion float64 // at least 1
	Trend      bool    // whether a trend was kept
	Slope      float64 // of the trend, a week
	P          float64 // P(Y >= y)
	Score      float64 // (y - expected) / (upper - expected)
}

// At judges week t by a quasi-Poisson regression on the same weeks of earlier years, on a factor of ten levels for the
// seasons where Periods is above 1, and on a trend. An error says that the series is too short or can't be fitted.
func (f Farrington) At(y []int, t int) (FarringtonResult, error) {
	if t >= len(y) || t-f.Years*f.Period-f.HalfWindow < 0 {
		return FarringtonResult{}, fmt.Errorf("Farrington at week %d of %d: it needs %d years and %d weeks before", t+1, len(y), f.Years, f.HalfWindow)
	}
	var out FarringtonResult
	model, err := f.model(&out, y, t)
	if err != nil {
		return out, fmt.Errorf("Farrington at week %d: %w", t+1, err)
	}
	f.judge(&out, model, y, t)
	return out, nil
}

// model fits with a trend, and again without where it is not to be kept.
func (f Farrington) model(out *FarringtonResult, y []int, t int) (*stat.Fit, error) {
	weeks, levels := f.reference(t)
	trend := f.Trend
	model, err := f.fit(y, t, weeks, levels, trend)
	if err != nil && trend {
		trend = false
		model, err = f.fit(y, t, weeks, levels, false)
	}
	if err != nil || !trend {
		return model, err
	}
	slope := model.Coef[1]
	p := stat.StudentTwoSided(slope/model.StandardError(1, f.scale(model, model.Dispersion)), float64(model.DF))
	eta, _ := model.Predict(f.row(t, t, f.Periods, true), 1)
	most := 0
	for _, week := range weeks {
		most = max(most, y[week])
	}
	if p < f.TrendP && f.Years >= 3 && math.Exp(eta) <= float64(most) {
		out.Trend, out.Slope = true, slope
		return model, nil
	}
	return f.fit(y, t, weeks, levels, false)
}

// judge fills in the bound and what follows from it.
func (f Farrington) judge(out *FarringtonResult, model *stat.Fit, y []int, t int) {
	phi := max(model.Dispersion, 1)
	eta, se := model.Predict(f.row(t, t, f.Periods, out.Trend), f.scale(model, phi))
	mu := math.Exp(eta)
	out.Expected, out.SE, out.Dispersion = mu, se*mu, phi
	level := f.Alpha
	if f.TwoSided {
		level /= 2
	}
	switch {
	case mu < 1e-12: // nothing was told in the reference weeks: any count is above
		out.Score = math.Inf(1)
	case f.Threshold == Delta:
		tau := phi + out.SE*out.SE/mu
		centre, scale := math.Pow(mu, 2.0/3), math.Sqrt(4.0/9*math.Cbrt(mu)*tau)
		out.Upper = math.Pow(max(0, centre+stat.Normal(1-level)*scale), 1.5)
		out.P = math.Erfc((math.Pow(float64(y[t]), 2.0/3)-centre)/(scale*math.Sqrt2)) / 2
	default:
		plugin := mu
		if f.Threshold == Muan {
			plugin = math.Exp(eta + stat.Normal(1-level)*se)
		}
		out.Upper = float64(stat.CountQuantile(1-level, plugin, phi*plugin))
		out.P = 1 - stat.CountCDF(y[t]-1, plugin, phi*plugin)
	}
	if mu >= 1e-12 {
		out.Score = (float64(y[t]) - mu) / (out.Upper - mu)
	}
	recent := 0
	for i := max(0, t-f.Within+1); i <= t; i++ {
		recent += y[i]
	}
	out.Alarm = recent >= f.Cases && out.Score > 1 && y[t] > 0
}

// scale is what standard errors are scaled by, at a dispersion.
func (f Farrington) scale(model *stat.Fit, dispersion float64) float64 {
	if f.RelativeErrors && f.Reweight {
		return model.Relative
	}
	return dispersion
}

// reference returns the weeks to fit on and the seasonal level of each.
func (f Farrington) reference(t int) (weeks, levels []int) {
	for i := f.Years; i >= 1; i-- {
		centre := t - i*f.Period
		for week := centre - f.HalfWindow; week <= centre+f.HalfWindow; week++ {
			weeks, levels = append(weeks, week), append(levels, f.Periods)
		}
		if f.Periods < 2 {
			continue
		}
		week := centre + f.HalfWindow + 1
		between := f.Period - 2*f.HalfWindow - 1
		length, rest := between/(f.Periods-1), between%(f.Periods-1)
		for level := 1; level < f.Periods; level++ {
			n := length
			if level <= rest {
				n++
			}
			for ; n > 0; n-- {
				if week < t-f.Guard {
					weeks, levels = append(weeks, week), append(levels, level)
				}
				week++
			}
		}
	}
	return weeks, levels
}

// row is the regression's row of a week; its time is told from t, which changes the intercept alone.
func (f Farrington) row(week, t, level int, trend bool) []float64 {
	row := []float64{1}
	if trend {
		row = append(row, float64(week-t))
	}
	for l := 2; l <= f.Periods; l++ {
		if l == level {
			row = append(row, 1)
		} else {
			row = append(row, 0)
		}
	}
	return row
}

// fit fits once, and again with past outbreaks weighted down.
func (f Farrington) fit(y []int, t int, weeks, levels []int, trend bool) (*stat.Fit, error) {
	rows, counts := make([][]float64, len(weeks)), make([]float64, len(weeks))
	for i, week := range weeks {
		rows[i], counts[i] = f.row(week, t, levels[i], trend), float64(y[week])
	}
	model, err := stat.QuasiPoisson(rows, counts, nil)
	if err != nil || !f.Reweight {
		return model, err
	}
	return stat.QuasiPoisson(rows, counts, outbreakWeights(stat.Anscombe(model, counts), f.WeightsThreshold))
}

// outbreakWeights weights rows with residuals above the threshold by the inverse square, so that all sum up to n.
func outbreakWeights(residuals []float64, threshold float64) []float64 {
	weights := make([]float64, len(residuals))
	sum := 0.0
	for i, a := range residuals {
		weights[i] = 1
		if a > threshold {
			weights[i] = 1 / (a * a)
		}
		sum += weights[i]
	}
	for i := range weights {
		weights[i] *= float64(len(weights)) / sum
	}
	return weights
}
