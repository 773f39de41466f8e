package remedy

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"suqiu/trend"
)

// simulated is a hotline of six labels in a root, six counties and 48 stations, with problems that begin at random, last
// for some weeks or to the end, and are remedied by nobody.
type simulated struct {
	rng    *rand.Rand
	areas  trend.Areas
	days   []trend.Day
	alarms []simulatedAlarm
}

type simulatedAlarm struct {
	category, area, day int
	frozen              Tally
}

const (
	simLabels  = 6
	simHistory = 28
	simDays    = 150
)

func simulate(t *testing.T, seed uint64) *simulated {
	t.Helper()
	s := &simulated{rng: rand.New(rand.NewPCG(seed, 7))}
	s.areas = append(s.areas, -1)
	for range 6 {
		s.areas = append(s.areas, 0)
	}
	for k := range 48 {
		s.areas = append(s.areas, 1+k%6)
	}
	base := make([][]float64, simLabels)
	for c := range base {
		base[c] = make([]float64, len(s.areas))
		for a := 7; a < len(s.areas); a++ {
			base[c][a] = 0.15 * math.Exp(float64(c)*0.5+0.6*s.rng.NormFloat64())
		}
	}
	type problem struct {
		category, area, from, to int
		extra                    float64
	}
	var problems []problem
	for range 60 {
		p := problem{category: s.rng.IntN(simLabels), area: 7 + s.rng.IntN(48), from: simHistory + s.rng.IntN(simDays-simHistory)}
		p.extra = (base[p.category][p.area] + 0.3) * (0.7 + 2.5*s.rng.Float64())
		p.to = p.from + 1 + int(s.rng.ExpFloat64()*45)
		problems = append(problems, p)
	}
	week := [7]float64{0.75, 1.15, 1.05, 1, 1, 1, 0.85}
	level := 0.0
	for day := range simDays {
		level = 0.97*level + 0.03*s.rng.NormFloat64()
		d := trend.Day{Weekday: time.Weekday(day % 7), Counts: make([][]int, simLabels)}
		for c := range d.Counts {
			d.Counts[c] = make([]int, len(s.areas))
			for a := 7; a < len(s.areas); a++ {
				mean := base[c][a]
				for _, p := range problems {
					if p.category == c && p.area == a && day >= p.from && day < p.to {
						mean += p.extra
					}
				}
				mean *= week[day%7] * math.Exp(level)
				n := 0
				if spread := s.gamma(5*mean) / 5; spread > 0 { // negative binomial of variance 1.2 x mean
					n = int(distuv.Poisson{Lambda: spread, Src: s.rng}.Rand())
				}
				for up := a; up >= 0; up = s.areas[up] {
					d.Counts[c][up] += n
				}
			}
		}
		s.days = append(s.days, d)
	}
	s.detect(t)
	return s
}

func (s *simulated) gamma(shape float64) float64 {
	return distuv.Gamma{Alpha: shape, Beta: 1, Src: s.rng}.Rand()
}

// detect finds the rises as watch does.
func (s *simulated) detect(t *testing.T) {
	t.Helper()
	config := trend.DefaultConfig()
	detector, err := trend.NewDetector(s.areas, simLabels, config)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[2]int]int{} // the last day on which a label was located in an area
	for day, counts := range s.days {
		limit := 0.05
		if day < simHistory {
			limit = 0
		}
		e, err := detector.Next(counts, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range trend.Locate(s.areas, trend.Reject(e, trend.DefaultLevel), config) {
			at := [2]int{r.Category, r.Area}
			last, known := seen[at]
			seen[at] = day
			if r.Area == 0 || known && day-last <= 7 { // everywhere, where there is no elsewhere; or the same problem still
				continue
			}
			s.alarms = append(s.alarms, simulatedAlarm{r.Category, r.Area, day, s.tally(r.Category, r.Area, day+1-r.Window.Days, day+1)})
		}
	}
}

func (s *simulated) tally(category, area, from, to int) Tally {
	out := Tally{Days: to - from}
	for _, d := range s.days[from:to] {
		out.Told += d.Counts[category][area]
		out.Elsewhere += d.Counts[category][0] - d.Counts[category][area]
	}
	return out
}

const simLag = 5 // days from the alarm to the measure

// followed is what every alarm was followed by, thinned by a true effect: 0 or -0.3.
func (s *simulated) followed(days int, effect float64) []Followed {
	var out []Followed
	for _, a := range s.alarms {
		from := a.day + 1 + simLag
		if from+days > len(s.days) {
			continue
		}
		after := s.tally(a.category, a.area, from, from+days)
		kept := 0
		for range after.Told {
			if s.rng.Float64() < 1+effect {
				kept++
			}
		}
		after.Told = kept
		out = append(out, Followed{Frozen: a.frozen, After: after})
	}
	return out
}

// Over simulated incidents with a true effect of 0, -30 and -60 %, the 90 % interval holds the truth at least 85 times in a
// hundred, and where nothing was done the mean says so.
func TestEffectOfSimulatedMeasures(t *testing.T) {
	for _, days := range VisitDays {
		var unremedied []Followed
		for seed := range uint64(12) {
			unremedied = append(unremedied, simulate(t, 100+seed).followed(days, 0)...)
		}
		point := LearnFall(simLag, days, unremedied)
		t.Logf("day %d: %d of %d incidents that nobody remedied went to %.2f of the expected, variance between them %.3f, percentiles %.2f %.2f",
			days, point.N, len(unremedied), point.Mean, point.Variance, point.Low, point.High)
		if told := DefaultFall().at(simLag, days); math.Abs(told.Mean-point.Mean) > 0.1 || math.Abs(math.Log(told.Variance/point.Variance)) > math.Ln2 {
			t.Errorf("DefaultFall tells %+v, simulated hotlines %+v", told, point)
		}
		for _, truth := range []float64{0, -0.3, -0.6} {
			var changes []float64
			covered, few := 0, 0
			for seed := uint64(0); len(changes) < 200; seed++ {
				for _, f := range simulate(t, seed).followed(days, truth) {
					e := point.compare(f.Frozen, f.After)
					switch {
					case len(changes) == 200:
					case e.TooFew:
						few++
					default:
						changes = append(changes, e.Change)
						if e.Low <= truth && truth <= e.High {
							covered++
						}
					}
				}
			}
			mean := stat.Mean(changes, nil)
			t.Logf("day %d, true effect %+.0f %%: mean %+.1f %%, the interval covers %.1f %%, too few in %d beside", days, truth*100, mean*100, float64(covered)/2, few)
			if covered < 170 {
				t.Errorf("the interval covers %.1f %% of %d", float64(covered)/2, len(changes))
			}
			if truth == 0 && math.Abs(mean) > 0.05 {
				t.Errorf("without an effect the mean is %+.1f %%", mean*100)
			}
		}
	}
}
