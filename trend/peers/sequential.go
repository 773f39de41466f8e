package peers

import "math"

// CUSUM holds the settings of the cumulative sum of standardised counts (Rossi, Lampugnani & Marchi 1999).
type CUSUM struct {
	K, H  float64 // reference value and decision limit, in standard deviations; customary 1.04 and 2.26
	Rossi bool    // standardise by Rossi's formula instead of (y-m)/sqrt(m)
}

// Run returns the sums over counts with the given in-control means. At K and H a sum at or above H is an alarm; the
// sum goes on after it.
func (c CUSUM) Run(y []int, mean []float64) []float64 {
	sums := make([]float64, len(y))
	sum := 0.0
	for i, v := range y {
		x, m := float64(v), mean[i]
		z := (x - m) / math.Sqrt(m)
		if c.Rossi {
			z = (x - 3*m + 2*math.Sqrt(x*m)) / (2 * math.Sqrt(m))
		}
		sum = max(0, sum+z-c.K)
		sums[i] = sum
	}
	return sums
}

// GLR holds the settings of the generalised likelihood ratio chart for a rise of the level (Höhle & Paul 2008, CSDA
// 52:4357), negative binomial or Poisson.
type GLR struct {
	Limit    float64 // an alarm at or above it, after which the chart starts anew; customary 5
	Alpha    float64 // the variance is m + Alpha m²; 0 is Poisson
	Shortest int     // times that a change must have lasted to be looked for, at least 1
	Longest  int     // and how many before the present one at most; 0 for no limit
}

// Run returns the statistic at each time: the greatest log likelihood ratio, over the starts of a change and its size
// κ >= 1, of means κ m against m.
func (g GLR) Run(y []int, mean []float64) []float64 {
	out := make([]float64, len(y))
	begin := 0
	for n := range y {
		for k := n - max(g.Shortest, 1) + 1; k >= begin && (g.Longest == 0 || n-k <= g.Longest); k-- {
			out[n] = max(out[n], g.ratio(y[k:n+1], mean[k:n+1]))
		}
		if out[n] >= g.Limit {
			begin = n + 1
		}
	}
	return out
}

// ratio maximises the log likelihood ratio over κ.
func (g GLR) ratio(y []int, mean []float64) float64 {
	sum, expected := 0.0, 0.0
	for i, v := range y {
		sum += float64(v)
		expected += mean[i]
	}
	if sum == 0 {
		return 0
	}
	kappa := sum / expected
	for range 50 { // Newton on the score in log κ; exact at once where all means are equal or Alpha is 0
		score, curvature := 0.0, 0.0
		for i, v := range y {
			grown := 1 + g.Alpha*kappa*mean[i]
			score += (float64(v) - kappa*mean[i]) / grown
			curvature += kappa * mean[i] * (1 + g.Alpha*float64(v)) / (grown * grown)
		}
		step := score / curvature
		kappa *= math.Exp(max(-1, min(1, step)))
		if math.Abs(step) < 1e-10 {
			break
		}
	}
	if kappa <= 1 {
		return 0
	}
	llr := sum * math.Log(kappa)
	if g.Alpha == 0 {
		return llr - (kappa-1)*expected
	}
	for i, v := range y {
		llr -= (float64(v) + 1/g.Alpha) * (math.Log1p(g.Alpha*kappa*mean[i]) - math.Log1p(g.Alpha*mean[i]))
	}
	return llr
}
