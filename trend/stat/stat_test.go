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

func TestTablesUpper(t *testing.T) {
	tea := Table{Drawn: 4, Marked: 4, Total: 8} // Fisher's lady: The Design of Experiments, 1935, §8
	for _, c := range []struct {
		name   string
		k      int
		tables []Table
		want   float64
	}{
		{"FishersTea", 4, []Table{tea}, 1.0 / 70},
		{"FishersTeaThree", 3, []Table{tea}, 17.0 / 70},
		{"TwoTables", 8, []Table{tea, tea}, 1.0 / 4900},
		{"TwoTablesSeven", 7, []Table{tea, tea}, 33.0 / 4900}, // both 4, or 4 and 3: 1 + 2·16
		{"MustBe", 2, []Table{{Drawn: 6, Marked: 4, Total: 8}}, 1},
		{"AllMarked", 5, []Table{{Drawn: 5, Marked: 9, Total: 9}}, 1},
		{"NoneMarked", 1, []Table{{Drawn: 5, Marked: 0, Total: 9}}, 0},
		{"TooMany", 6, []Table{{Drawn: 5, Marked: 9, Total: 20}}, 0},
		{"Nothing", 0, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := TablesUpper(c.k, c.tables); math.Abs(got-c.want) > 1e-12 {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	// Of very many things drawing is binomial.
	sum := 0.0
	for k := 7; k <= 40; k++ {
		sum += (distuv.Binomial{N: 40, P: 0.1}).Prob(float64(k))
	}
	if got := TablesUpper(7, []Table{{Drawn: 40, Marked: 10_000_000, Total: 100_000_000}}); !near(got, sum, 1e-5) {
		t.Errorf("got %v, the binomial terms add up to %v", got, sum)
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
