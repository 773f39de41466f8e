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
