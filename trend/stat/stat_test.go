package stat

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance*math.Abs(want) }

// The mid tail and the distribution function are two computations of one thing.
func TestMidTailIsTheDistributions(t *testing.T) {
	for _, c := range []struct {
		y              int
		mean, variance float64
	}{{3, 0.2, 0.2}, {3, 0.2, 0.5}, {12, 5, 5}, {12, 5, 9}, {130, 100, 120}, {780, 700, 900}, {40, 3, 30}} {
		above, below := 1-CountCDF(c.y, c.mean, c.variance), 1-CountCDF(c.y-1, c.mean, c.variance)
		if got, want := MidTail(c.y, c.mean, c.variance), (above+below)/2; !near(got, want, 1e-8) {
			t.Errorf("%+v: got %v, want %v", c, got, want)
		}
	}
	if got := MidTail(4, 5, 6); got != 1 {
		t.Errorf("below the mean: got %v", got)
	}
}

func TestCountCDF(t *testing.T) {
	if got, want := CountCDF(7, 5, 5), (distuv.Poisson{Lambda: 5}).CDF(7); !near(got, want, 1e-12) {
		t.Errorf("Poisson: got %v, want %v", got, want)
	}
	// A negative binomial of size 1 is geometric: P(Y <= y) = 1 - (m/(1+m))^(y+1).
	if got, want := CountCDF(3, 2, 6), 1-math.Pow(2.0/3, 4); !near(got, want, 1e-12) {
		t.Errorf("geometric: got %v, want %v", got, want)
	}
}

func TestBinomialUpper(t *testing.T) {
	for _, c := range []struct {
		k, n int
		p    float64
		want float64
	}{
		{1, 1, 0.3, 0.3}, {2, 2, 0.3, 0.09}, {1, 3, 0.5, 0.875}, {3, 3, 0.2, 0.008}, {12, 12, 0.2, 4.096e-9},
		{0, 5, 0.2, 1}, {6, 5, 0.2, 0}, {3, 5, 1, 1}, {1, 5, 0, 0}, {0, 0, 0.5, 1},
	} {
		if got := BinomialUpper(c.k, c.n, c.p); !near(got, c.want, 1e-10) {
			t.Errorf("%d of %d at %v: got %v, want %v", c.k, c.n, c.p, got, c.want)
		}
	}
	sum := 0.0
	for k := 7; k <= 40; k++ {
		sum += (distuv.Binomial{N: 40, P: 0.1}).Prob(float64(k))
	}
	if got := BinomialUpper(7, 40, 0.1); !near(got, sum, 1e-9) {
		t.Errorf("got %v, the terms add up to %v", got, sum)
	}
}

func TestCountQuantileInvertsCDF(t *testing.T) {
	for _, mean := range []float64{0, 0.05, 1, 20, 3000} {
		for _, p := range []float64{0, 0.01, 0.5, 0.99, 0.9999} {
			y := CountQuantile(p, mean, 1.7*mean)
			if CountCDF(y, mean, 1.7*mean) < p || y > 0 && CountCDF(y-1, mean, 1.7*mean) >= p {
				t.Errorf("mean %v, p %v: got %d", mean, p, y)
			}
		}
	}
}

func TestQuasiPoisson(t *testing.T) {
	// With a constant alone the fitted mean is the average, and Pearson's statistic is known.
	f, err := QuasiPoisson([][]float64{{1}, {1}, {1}, {1}}, []float64{2, 4, 6, 8}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !near(f.Mean[0], 5, 1e-9) || !near(f.Dispersion, 20.0/5/3, 1e-4) || !near(f.Hat[0], 0.25, 1e-9) || f.DF != 3 {
		t.Errorf("got %+v", f)
	}
	if _, err := QuasiPoisson([][]float64{{1, 2}, {1, 2}, {1, 2}}, []float64{1, 2, 3}, nil); !errors.Is(err, ErrSingular) {
		t.Errorf("of columns that depend on each other: %v", err)
	}
}
