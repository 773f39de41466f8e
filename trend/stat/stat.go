// Package stat holds the few distributions and the regression that detection needs, where no library gives them in the
// form wanted: tails of counts that stay exact when tiny, and quasi-Poisson regression that stops where R's glm stops.
// Everything is a pure function of its arguments.
package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
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

// BinomialUpper returns P(X >= k) of n trials that succeed with probability p each, exact to the precision of the incomplete
// beta function (Abramowitz & Stegun, Handbook of Mathematical Functions, 26.5.24).
func BinomialUpper(k, n int, p float64) float64 {
	switch {
	case k <= 0 || p >= 1:
		return 1
	case k > n || p <= 0:
		return 0
	}
	return mathext.RegIncBeta(float64(k), float64(n-k)+1, p)
}

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
