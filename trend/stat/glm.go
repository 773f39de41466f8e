package stat

import (
	"errors"
	"fmt"
	"math"
)

// Fit is a fitted quasi-Poisson regression with log link.
type Fit struct {
	Coef       []float64
	Mean       []float64 // fitted mean of each row
	Hat        []float64 // leverage of each row, 0 … 1
	Dispersion float64   // Pearson's chi square over the degrees of freedom; not bounded below
	Relative   float64   // sum of weight ((y-mean)/mean)² over the degrees of freedom: the squared coefficient of variation
	Deviance   float64   // weighted
	DF         int       // rows of positive weight less coefficients

	covariance []float64 // of the coefficients at dispersion 1, row by row
}

// ErrSingular says that a design's columns depend on each other.
var ErrSingular = errors.New("the columns of the regression depend on each other")

const (
	fitTolerance = 1e-8 // relative change of the deviance below which R's glm stops
	fitRounds    = 25   // and how often it tries
)

// QuasiPoisson regresses counts on the columns of rows by iteratively reweighted least squares (McCullagh & Nelder,
// Generalized Linear Models, 2nd ed., §2.5), starting at y+0.1 and stopping where R's glm does. Weights are nil for all
// equal; rows of weight 0 don't count.
func QuasiPoisson(rows [][]float64, y, weights []float64) (*Fit, error) {
	n := len(y)
	if n == 0 || len(rows) != n {
		return nil, fmt.Errorf("regression over %d rows and %d counts: both must be as many, and some", len(rows), n)
	}
	p := len(rows[0])
	f := &Fit{Mean: make([]float64, n), Hat: make([]float64, n)}
	eta, work := make([]float64, n), make([]float64, n)
	prior := func(i int) float64 {
		if weights == nil {
			return 1
		}
		return weights[i]
	}
	for i, v := range y {
		f.Mean[i] = v + 0.1
		eta[i] = math.Log(f.Mean[i])
	}
	deviance := poissonDeviance(y, f.Mean, prior)
	for range fitRounds {
		gram, right := make([]float64, p*p), make([]float64, p)
		for i, row := range rows {
			work[i] = prior(i) * f.Mean[i]
			z := eta[i] + (y[i]-f.Mean[i])/f.Mean[i]
			for j, a := range row {
				if a == 0 {
					continue
				}
				wa := work[i] * a
				right[j] += wa * z
				for k, b := range row[:j+1] {
					if b != 0 {
						gram[j*p+k] += wa * b
					}
				}
			}
		}
		lower, ok := cholesky(gram, p)
		if !ok {
			return nil, ErrSingular
		}
		f.covariance = invert(lower, p)
		f.Coef = multiply(f.covariance, right)
		for i, row := range rows {
			eta[i] = dot(row, f.Coef)
			f.Mean[i] = max(math.Exp(eta[i]), 2.220446e-16)
		}
		before := deviance
		deviance = poissonDeviance(y, f.Mean, prior)
		if math.Abs(deviance-before)/(math.Abs(deviance)+0.1) < fitTolerance {
			break
		}
	}
	f.Deviance, f.DF = deviance, -p
	for i, row := range rows {
		if prior(i) > 0 {
			f.DF++
		}
		f.Hat[i] = work[i] * f.quadratic(row)
		residual := (y[i] - f.Mean[i]) / f.Mean[i]
		f.Dispersion += work[i] * residual * residual
		f.Relative += prior(i) * residual * residual
	}
	f.Dispersion /= float64(f.DF)
	f.Relative /= float64(f.DF)
	return f, nil
}

// Predict returns the linear predictor at a row and its standard error at a dispersion.
func (f *Fit) Predict(row []float64, dispersion float64) (eta, se float64) {
	return dot(row, f.Coef), math.Sqrt(dispersion * f.quadratic(row))
}

// quadratic is row' covariance row.
func (f *Fit) quadratic(row []float64) float64 {
	sum := 0.0
	for i, a := range row {
		if a != 0 {
			sum += a * dot(f.covariance[i*len(row):(i+1)*len(row)], row)
		}
	}
	return sum
}

// StandardError returns that of coefficient j at a dispersion.
func (f *Fit) StandardError(j int, dispersion float64) float64 {
	return math.Sqrt(dispersion * f.covariance[j*len(f.Coef)+j])
}

func poissonDeviance(y, mean []float64, prior func(int) float64) float64 {
	sum := 0.0
	for i, v := range y {
		d := mean[i] - v
		if v > 0 {
			d += v * math.Log(v/mean[i])
		}
		sum += prior(i) * d
	}
	return 2 * sum
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func multiply(matrix, v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		out[i] = dot(matrix[i*len(v):(i+1)*len(v)], v)
	}
	return out
}

// cholesky returns the lower factor of a symmetric matrix of which the lower half is given; false if it has none.
func cholesky(a []float64, p int) ([]float64, bool) {
	for j := range p {
		pivot := a[j*p+j]
		scale := pivot
		for k := range j {
			pivot -= a[j*p+k] * a[j*p+k]
		}
		if !(pivot > 1e-14*scale) {
			return nil, false
		}
		a[j*p+j] = math.Sqrt(pivot)
		for i := j + 1; i < p; i++ {
			s := a[i*p+j]
			for k := range j {
				s -= a[i*p+k] * a[j*p+k]
			}
			a[i*p+j] = s / a[j*p+j]
		}
	}
	return a, true
}

// invert returns the inverse of lower times its transpose.
func invert(lower []float64, p int) []float64 {
	out := make([]float64, p*p)
	for c := range p {
		x := make([]float64, p)
		x[c] = 1
		for i := range p {
			for k := range i {
				x[i] -= lower[i*p+k] * x[k]
			}
			x[i] /= lower[i*p+i]
		}
		for i := p - 1; i >= 0; i-- {
			for k := i + 1; k < p; k++ {
				x[i] -= lower[k*p+i] * x[k]
			}
			x[i] /= lower[i*p+i]
		}
		for i := range p {
			out[i*p+c] = x[i]
		}
	}
	return out
}

// Anscombe returns the standardised Anscombe residuals of a fit, with the dispersion taken as at least 1 (Farrington
// et al. 1996, eq. 3): 3/2 (y^(2/3) m^(-1/6) - m^(1/2)) / sqrt(phi (1-h)).
func Anscombe(f *Fit, y []float64) []float64 {
	phi := max(f.Dispersion, 1)
	out := make([]float64, len(y))
	for i, v := range y {
		m := f.Mean[i]
		out[i] = 1.5 * (math.Pow(v, 2.0/3)*math.Pow(m, -1.0/6) - math.Sqrt(m)) / math.Sqrt(phi*(1-f.Hat[i]))
	}
	return out
}
