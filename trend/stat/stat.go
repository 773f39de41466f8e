// Package stat holds the few distributions and the regression that detection needs, where no library gives them in the
// form wanted: tails of counts that stay exact when tiny, and quasi-Poisson regression that stops where R's glm stops.
// Everything is a pure function of its arguments.
package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/combin"
	"gonum.org/v1/gonum/stat/distuv"
)

// Normal returns the quantile of the standard normal distribution, 0 < p < 1.
func Normal(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// StudentTwoSided returns P(|T| > |t|) for Student's t distribution with df degrees of freedom.
func StudentTwoSided(t, df float64) float64 {
	return mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
}

// FUpper returns P(F > f) for the F distribution with n and d degrees of freedom.
func FUpper(f, n, d float64) float64 {
	if f <= 0 {
		return 1
	}
	return mathext.RegIncBeta(d/2, n/2, d/(d+n*f))
}

// Table is a 2×2 table with its margins held: of Total things Marked are marked, and Drawn are drawn at random.
type Table struct{ Drawn, Marked, Total int }

// TablesUpper returns P(X >= k) of the number X of marked things drawn in all tables together: the exact test of several 2×2
// tables for a common odds ratio of 1 (Zelen, Biometrika 58, 1971); with one table it is Fisher's. Numbers must not be
// negative, nor Drawn and Marked above Total.
func TablesUpper(k int, tables []Table) float64 {
	all := []float64{1} // P(X = least+i)
	least := 0
	for _, t := range tables {
		low, p := t.distribution()
		sum := make([]float64, len(all)+len(p)-1)
		for i, a := range all {
			for j, b := range p {
				sum[i+j] += a * b
			}
		}
		all, least = sum, least+low
	}
	tail := 0.0
	for i := len(all) - 1; i >= max(0, k-least); i-- { // the smallest first
		tail += all[i]
	}
	return min(tail, 1)
}

// distribution is that of the marked things drawn, hypergeometric, from its least possible number on.
func (t Table) distribution() (low int, p []float64) {
	low, high := max(0, t.Drawn+t.Marked-t.Total), min(t.Drawn, t.Marked)
	for x := low; x <= high; x++ {
		p = append(p, math.Exp(logChoose(t.Marked, x)+logChoose(t.Total-t.Marked, t.Drawn-x)-logChoose(t.Total, t.Drawn)))
	}
	return low, p
}

// logChoose is the logarithm of the binomial coefficient.
func logChoose(n, k int) float64 { return combin.LogGeneralizedBinomial(float64(n), float64(k)) }

// nearPoisson is the share of the mean by which a variance must exceed it to be told from a Poisson distribution's.
const nearPoisson = 1e-9

// CountCDF returns P(Y <= y) of a count with the given mean and variance: Poisson where they are equal, else negative
// binomial of size mean²/(variance-mean).
func CountCDF(y int, mean, variance float64) float64 {
	switch {
	case y < 0:
		return 0
	case mean <= 0:
		return 1
	case variance <= mean*(1+nearPoisson):
		return mathext.GammaIncRegComp(float64(y)+1, mean)
	}
	size := mean * mean / (variance - mean)
	return mathext.RegIncBeta(size, float64(y)+1, mean/variance)
}

// CountQuantile returns the smallest y with P(Y <= y) >= p, for 0 <= p < 1, of a count with the given mean and variance.
func CountQuantile(p, mean, variance float64) int {
	if mean <= 0 {
		return 0
	}
	z := Normal(min(max(p, 1e-12), 1-1e-12))
	guess := mean + z*math.Sqrt(variance)
	if guess > 1e9 {
		return int(min(guess, 1e15)) // the normal limit, where counting one by one has lost its sense
	}
	low, high := -1, max(1, int(guess)) // P(Y <= low) < p <= P(Y <= high)
	for CountCDF(high, mean, variance) < p {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := low + (high-low)/2; CountCDF(middle, mean, variance) >= p {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// MidTail returns P(Y > y) + P(Y = y)/2 of a count with the given mean and variance, the mid-p value of y; exact to
// about 1e-12 of itself in the upper tail. From y at or below the mean nothing rises: the result is then 1.
func MidTail(y int, mean, variance float64) float64 {
	if float64(y) <= mean {
		return 1
	}
	if mean <= 0 {
		return 0
	}
	k := float64(y)
	ratio, offset, log := 0.0, 0.0, 0.0 // pmf(k+1)/pmf(k) = ratio (k+offset)/(k+1)
	lfact, _ := math.Lgamma(k + 1)
	if variance <= mean*(1+nearPoisson) {
		log = k*math.Log(mean) - mean - lfact
	} else {
		size := mean * mean / (variance - mean)
		up, _ := math.Lgamma(k + size)
		down, _ := math.Lgamma(size)
		ratio, offset = (variance-mean)/variance, size
		log = up - down - lfact + size*math.Log(mean/variance) + k*math.Log(ratio)
	}
	term := 1.0
	sum := 0.5
	for j := k; ; j++ {
		if ratio == 0 {
			term *= mean / (j + 1)
		} else {
			term *= ratio * (j + offset) / (j + 1)
		}
		sum += term
		if term < 1e-13*sum {
			return math.Exp(log) * sum
		}
	}
}
