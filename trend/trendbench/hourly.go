package trendbench

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"suqiu/trend"
)

const (
	hourlySeries    = 300
	hourlyHistory   = 28 // days
	hourlyEvaluated = 14
	hourlyWithin    = 72  // hours from the onset in which a rise counts as found
	hourlyFalse     = 100 // days of a series a false incident
)

// HourlyResult is what a way of judging by the hour achieved on series of one rate.
type HourlyResult struct {
	Way   string
	Rate  float64 // matters a day
	POD   float64 // share of the rises found within three days, at one false incident a hundred series-days
	Delay float64 // median hours from the onset, of those found
	Tens  float64 // -log10 of the p-value that gives so many
}

// way is how series are judged.
type way struct {
	name     string
	config   trend.Config
	midnight bool // only at the end of a day
}

// hourlyHotline is one category in many areas, hour by hour: with a rise in each area, and without.
type hourlyHotline struct {
	with, without [][]int // [hour][area], the root first
	onset         []int   // by area; -1 of the root
	shares        [24]float64
}

// hourlyShares is the profile of a day: little at night, most in the morning and the evening.
func hourlyShares() (out [24]float64) {
	sum := 0.0
	for h := range out {
		out[h] = 1 + 0.8*math.Sin(2*math.Pi*float64(h-7)/24) + 0.3*math.Sin(4*math.Pi*float64(h-7)/24)
		sum += out[h]
	}
	for h := range out {
		out[h] /= sum
	}
	return out
}

func newHourly(seed uint64, rate float64) *hourlyHotline {
	d := draws{rand.New(rand.NewPCG(seed, math.Float64bits(rate)))}
	hours := 24 * (hourlyHistory + hourlyEvaluated)
	h := &hourlyHotline{onset: make([]int, 1+hourlySeries), shares: hourlyShares()}
	h.onset[0] = -1
	for hour := range hours {
		row := make([]int, 1+hourlySeries)
		for area := 1; area < len(row); area++ {
			row[area] = d.count(rate*h.shares[hour%24], scatter)
			row[0] += row[area]
		}
		h.without, h.with = append(h.without, row), append(h.with, slices.Clone(row))
	}
	for area := 1; area <= hourlySeries; area++ {
		onset := 24*hourlyHistory + d.IntN(24*hourlyEvaluated-hourlyWithin)
		h.onset[area] = onset
		for range max(4, d.poisson(5*(math.Sqrt(scatter*rate)+1))) {
			if hour := onset + int(d.logNormal(math.Log(8), 0.7)); hour < hours {
				h.with[hour][area]++
				h.with[hour][0]++
			}
		}
	}
	return h
}

// marks judges every hour that is evaluated: [hour][area]. Each hour of the day has its own detector, whose days end
// there.
func (h *hourlyHotline) marks(counts [][]int, w way) ([][]float64, error) {
	first := 24 * hourlyHistory
	marks := make([][]float64, len(counts)-first)
	for i := range marks {
		marks[i] = make([]float64, 1+hourlySeries)
	}
	areas := make(trend.Areas, 1+hourlySeries)
	areas[0] = -1
	for end := range 24 {
		if w.midnight && end > 0 {
			break
		}
		d, err := trend.NewDetector(areas, 1, w.config)
		if err != nil {
			return nil, err
		}
		for from := end; from+24 <= len(counts); from += 24 {
			day := h.day(counts, from, w.config)
			limit := 0.0
			if from+24 > first {
				limit = 1
			}
			e, err := d.Next(day, limit)
			if err != nil {
				return nil, err
			}
			for _, c := range e.Cells {
				marks[from+24-first-1][c.Area] = log10(c.P)
			}
		}
	}
	return marks, nil
}

// day adds up 24 hours and breaks up their end.
func (h *hourlyHotline) day(counts [][]int, from int, config trend.Config) trend.Day {
	sum := make([]int, 1+hourlySeries)
	for _, row := range counts[from : from+24] {
		for area, n := range row {
			sum[area] += n
		}
	}
	day := trend.Day{Weekday: time.Weekday(from / 24 % 7), Counts: [][]int{sum}}
	if len(config.Short) > 0 {
		day.Hours = &trend.Hours{Shares: [][]float64{nil}}
		for back := range slices.Max(config.Short) {
			hour := from + 23 - back
			day.Hours.Counts = append(day.Hours.Counts, [][]int{counts[hour]})
			day.Hours.Shares[0] = append(day.Hours.Shares[0], h.shares[hour%24])
		}
	}
	return day
}

// Hourly compares judging at midnight, judging every hour the last 24, and judging every hour windows of one hour to
// seven days, on areas of one rate each.
func Hourly(seed uint64, rates []float64, progress func(done int)) ([]HourlyResult, error) {
	whole := trend.DefaultConfig()
	days, one := whole, whole
	days.Short = nil
	one.Windows, one.Factors, one.Short = []int{1}, []float64{1}, nil
	var out []HourlyResult
	for i, rate := range rates {
		h := newHourly(seed, rate)
		for _, w := range []way{{"once a day", days, true}, {"every hour, 24 h", one, false}, {"every hour, 1 h to 7 d", whole, false}} {
			r, err := h.measure(w)
			if err != nil {
				return nil, err
			}
			r.Rate = rate
			out = append(out, r)
		}
		progress(i + 1)
	}
	return out, nil
}

func (h *hourlyHotline) measure(w way) (HourlyResult, error) {
	without, err := h.marks(h.without, w)
	if err != nil {
		return HourlyResult{}, err
	}
	with, err := h.marks(h.with, w)
	if err != nil {
		return HourlyResult{}, err
	}
	trials := make([]trial, hourlySeries)
	for i := range trials {
		for hour := range without {
			trials[i].without = append(trials[i].without, without[hour][i+1])
		}
	}
	r := HourlyResult{Way: w.name, Tens: matchThreshold(trials, float64(hourlySeries*hourlyEvaluated)/hourlyFalse, 24)}
	var delays []float64
	for area := 1; area <= hourlySeries; area++ {
		onset := h.onset[area] - 24*hourlyHistory
		for hour := onset; hour < min(onset+hourlyWithin, len(with)); hour++ {
			if with[hour][area] > r.Tens {
				delays = append(delays, float64(hour-onset+1))
				break
			}
		}
	}
	slices.SortFunc(delays, cmp.Compare)
	r.POD = float64(len(delays)) / hourlySeries
	if len(delays) > 0 {
		r.Delay = delays[len(delays)/2]
	}
	return r, nil
}
