package trend

import (
	"fmt"
	"math"

	"suqiu/trend/stat"
)

// Detector follows categories in areas day by day. The baseline of a cell is a gamma distribution of its daily rate,
// whose evidence fades (a discounted gamma-Poisson filter: West & Harrison, Bayesian Forecasting and Dynamic Models,
// §10.8) towards what the totals of its area and its category let expect, so that a new cell can be judged from the
// first day. A day's expectation is rate x weekday factor x holiday factor; a window's count is compared with a
// negative binomial that holds the scatter of counts, of levels from day to day, and of the baseline itself.
type Detector struct {
	config Config
	areas  Areas
	levels []int
	cats   []category
	days   int
	recent []lived // the last days, the newest last
}

// category is what is known of one category.
type category struct {
	weekdays profile
	factor   [7]float64
	holiday  [2]ratio // of holidays, and of the Spring Festival
	cells    []cell
	drift    []float64 // rho: squared coefficient of variation of a day's level, by level of the tree
	scatter  []moments // by level of the tree
}

// cell is one category in one area.
type cell struct {
	cases, exposure float64 // a and b of the gamma distribution
	prior           float64 // the rate borrowed from area and category
	sum             float64 // matters of the last days, fading: for the prior
}

// profile sums up the weekdays of a category at the root.
type profile struct {
	sum, days [7]float64
}

// ratio compares holidays with what would have been expected of working days.
type ratio struct{ observed, expected float64 }

// moments estimate how much the level of a day varies.
type moments struct{ excess, squares float64 }

// lived is a day gone by.
type lived struct {
	Day
	factors []float64 // of each category
}

const (
	fade         = 1 - 1.0/28 // of the sums for the prior
	driftFade    = 1 - 1.0/60
	weekdayPrior = 200 // matters' worth of trust in the profile of all categories
	holidayPrior = 100 // matters' worth of trust in what the settings say of holidays
	refresh      = 7   // days between two estimates of factors and priors
	driftFactor  = 1.5 // by which the drift of a window's days is taken larger, as they go together
)

// NewDetector returns a detector that has seen nothing yet.
func NewDetector(areas Areas, categories int, config Config) (*Detector, error) {
	if err := areas.Check(); err != nil {
		return nil, err
	}
	if err := config.Check(); err != nil {
		return nil, err
	}
	if categories < 1 {
		return nil, fmt.Errorf("detection needs at least one category, not %d", categories)
	}
	d := &Detector{config: config, areas: areas, levels: areas.Levels(), cats: make([]category, categories)}
	deepest := 0
	for _, l := range d.levels {
		deepest = max(deepest, l)
	}
	for c := range d.cats {
		k := &d.cats[c]
		k.cells = make([]cell, len(areas))
		k.drift, k.scatter = make([]float64, deepest+1), make([]moments, deepest+1)
		for i := range k.factor {
			k.factor[i] = 1
		}
		for i := range k.drift {
			k.drift[i] = 0.02
		}
	}
	return d, nil
}

// Evaluation is what a detector says of one day.
type Evaluation struct {
	Cells  []Cell // those whose p-value is below the limit, by category and area
	Tested []int  // of how many areas each category was known, whatever was told there
}

// Next takes in the next day, and returns the cells whose p-value is below limit, 0 … 1. With a limit of 0 it only
// learns.
func (d *Detector) Next(day Day, limit float64) (Evaluation, error) {
	out := Evaluation{Tested: make([]int, len(d.cats))}
	if err := d.check(day); err != nil {
		return out, err
	}
	now := lived{Day: day, factors: make([]float64, len(d.cats))}
	for c := range d.cats {
		now.factors[c] = d.cats[c].expect(day, d.config)
	}
	d.days++
	d.recent = append(d.recent, now)
	longest := d.config.Windows[len(d.config.Windows)-1]
	if keep := max(longest, d.config.Guard+1); len(d.recent) > keep {
		d.recent = d.recent[1:]
	}
	if old := len(d.recent) - 1 - d.config.Guard; old >= 0 {
		d.learn(d.recent[old])
	}
	if limit <= 0 || d.days <= d.config.Guard+1 {
		return out, nil
	}
	for c := range d.cats {
		for area := range d.areas {
			if day.Unknown != nil && day.Unknown[area] {
				continue
			}
			out.Tested[c]++
			if cell := d.judge(c, area, limit); cell.P < limit {
				out.Cells = append(out.Cells, cell)
			}
		}
	}
	return out, nil
}

func (d *Detector) check(day Day) error {
	if len(day.Counts) != len(d.cats) {
		return fmt.Errorf("day %d brings %d categories; the detector follows %d", d.days+1, len(day.Counts), len(d.cats))
	}
	for c, counts := range day.Counts {
		if len(counts) != len(d.areas) {
			return fmt.Errorf("day %d, category %d brings %d areas; the tree has %d", d.days+1, c, len(counts), len(d.areas))
		}
	}
	if day.Unknown != nil && len(day.Unknown) != len(d.areas) {
		return fmt.Errorf("day %d says of %d areas whether they are known; the tree has %d", d.days+1, len(day.Unknown), len(d.areas))
	}
	return nil
}

// expect is the factor of a day: of its weekday and, on holidays, times that of holidays.
func (k *category) expect(day Day, config Config) float64 {
	f := k.factor[day.Weekday]
	if day.Holiday {
		known, prior := k.holiday[day.kind()], [2]float64{config.Holiday, config.Festival}[day.kind()]
		f *= min(3, max(0.3, (known.observed+holidayPrior*prior)/(known.expected+holidayPrior)))
	}
	return f
}

// kind is which ratio of holidays a holiday belongs to.
func (d Day) kind() int {
	if d.Festival {
		return 1
	}
	return 0
}

// judge compares the trailing windows of a cell with its baseline.
func (d *Detector) judge(c, area int, limit float64) (out Cell) {
	k := &d.cats[c]
	at := k.cells[area]
	out = Cell{Category: c, Area: area, P: 1}
	rate := at.cases / at.exposure
	spread := at.cases / (at.exposure * at.exposure)
	rho := driftFactor * k.drift[d.levels[area]]
	observed, factors, squares := 0, 0.0, 0.0
	next := 0
	var windows [maxWindows]Window
	for i := len(d.recent) - 1; i >= 0 && next < len(d.config.Windows); i-- {
		day := d.recent[i]
		if day.Unknown == nil || !day.Unknown[area] {
			f := day.factors[c]
			observed += day.Counts[c][area]
			factors += f
			squares += f * f
		}
		if len(d.recent)-i != d.config.Windows[next] {
			continue
		}
		expected := rate * factors
		w := Window{Days: d.config.Windows[next], Observed: observed, Expected: expected,
			Variance: d.config.Dispersion*expected + rho*rate*rate*squares + spread*factors*factors}
		if observed > 0 {
			out.P = min(out.P, d.config.Factors[next]*stat.MidTail(observed, w.Expected, w.Variance))
		}
		windows[next] = w
		next++
	}
	if hours := d.recent[len(d.recent)-1].Hours; hours != nil {
		next += d.judgeHours(&out, hours, windows[next:], rho)
	}
	if observed < d.config.Least {
		out.P = 1
	}
	if out.P < limit {
		out.Windows = append(out.Windows, windows[:next]...)
	}
	return out
}

// judgeHours compares the last hours of a cell with their share of the day that its baseline expects, fills in their
// windows and returns how many there are.
func (d *Detector) judgeHours(out *Cell, hours *Hours, windows []Window, rho float64) int {
	at := d.cats[out.Category].cells[out.Area]
	factor := d.recent[len(d.recent)-1].factors[out.Category]
	rate, spread := at.cases/at.exposure*factor, at.cases/(at.exposure*at.exposure)*factor*factor
	observed, share, back := 0, 0.0, 0
	for i, length := range d.config.Short {
		for ; back < min(length, len(hours.Counts)); back++ {
			observed += hours.Counts[back][out.Category][out.Area]
			share += hours.Shares[out.Category][back]
		}
		expected := rate * share
		w := Window{Hours: length, Observed: observed, Expected: expected, Variance: d.config.Dispersion*expected + rho*expected*expected + spread*share*share}
		if observed > 0 && rate >= d.config.ShortLeast {
			out.P = min(out.P, d.config.ShortFactor*stat.MidTail(observed, w.Expected, w.Variance))
		}
		windows[i] = w
	}
	return len(d.config.Short)
}

// learn takes a day into the baselines.
func (d *Detector) learn(day lived) {
	first := d.days == d.config.Guard+1
	for c := range d.cats {
		k := &d.cats[c]
		for area := range k.cells {
			if day.Unknown == nil || !day.Unknown[area] {
				at := &k.cells[area]
				at.sum = fade*at.sum + float64(day.Counts[c][area])
			}
		}
	}
	learned := d.days - d.config.Guard
	if first || learned%refresh == 0 {
		d.borrow(learned)
		d.profile()
	}
	for c := range d.cats {
		k := &d.cats[c]
		if day.Unknown == nil || !day.Unknown[0] {
			k.seasons(day, day.Counts[c][0], day.factors[c])
		}
		for l := range k.scatter {
			k.scatter[l].excess *= driftFade
			k.scatter[l].squares *= driftFade
		}
		for area := range k.cells {
			if day.Unknown == nil || !day.Unknown[area] {
				d.update(k, area, float64(day.Counts[c][area]), day.factors[c])
			}
		}
	}
	if learned%refresh == 0 {
		for c := range d.cats {
			k := &d.cats[c]
			for l, s := range k.scatter {
				if s.squares > 0 {
					k.drift[l] = min(0.2, max(0.002, s.excess/s.squares))
				}
			}
		}
	}
}

// update takes a day's count into the baseline of a cell, clipped so that a rise does not become its own baseline.
func (d *Detector) update(k *category, area int, y, factor float64) {
	at := &k.cells[area]
	level := d.levels[area]
	rate, spread := at.cases/at.exposure, at.cases/(at.exposure*at.exposure)
	mean := rate * factor
	variance := d.config.Dispersion*mean + driftFactor*k.drift[level]*mean*mean + spread*factor*factor
	clipped := min(y, math.Ceil(mean+d.config.Clip*math.Sqrt(variance)))
	k.scatter[level].excess += (clipped-mean)*(clipped-mean) - d.config.Dispersion*mean - spread*factor*factor
	k.scatter[level].squares += mean * mean
	toward := (1 - d.config.Discount) * 0.3 * d.config.Prior
	at.cases = d.config.Discount*at.cases + clipped + toward*at.prior
	at.exposure = d.config.Discount*at.exposure + factor + toward
}

// borrow sets the rate that each cell borrows: total of the area x total of the category / total of all. The first
// time it is also where the baselines start.
func (d *Detector) borrow(learned int) {
	weight := (1 - math.Pow(fade, float64(learned))) / (1 - fade) // days that the sums are worth
	byArea := make([]float64, len(d.areas))
	for c := range d.cats {
		for area, at := range d.cats[c].cells {
			byArea[area] += at.sum
		}
	}
	total := max(byArea[0], 1e-9)
	for c := range d.cats {
		k := &d.cats[c]
		ofCategory := k.cells[0].sum + 0.5 // a category of which nothing was told is not impossible
		for area := range k.cells {
			at := &k.cells[area]
			at.prior = max(1e-6, (byArea[area]+0.01)*ofCategory/(total+0.01)/weight)
			if at.exposure == 0 {
				at.cases, at.exposure = d.config.Prior*at.prior, d.config.Prior
			}
		}
	}
}

// seasons notes a day for the weekday profile or the holiday factor.
func (k *category) seasons(day lived, y int, factor float64) {
	root := k.cells[0]
	if day.Holiday {
		known := &k.holiday[day.kind()]
		known.observed += float64(y)
		known.expected += root.cases / root.exposure * k.factor[day.Weekday]
		return
	}
	expected := max(root.cases/root.exposure*factor, 1)
	sd := math.Sqrt(1.2*expected + 0.02*expected*expected)
	k.weekdays.sum[day.Weekday] += min(float64(y), expected+3*sd)
	k.weekdays.days[day.Weekday]++
}

// profile estimates the weekday factors, those of a small category drawn towards those of all together.
func (d *Detector) profile() {
	var all profile
	for _, k := range d.cats {
		for w := range all.sum {
			all.sum[w] += k.weekdays.sum[w]
			all.days[w] += k.weekdays.days[w] / float64(len(d.cats))
		}
	}
	shared := all.factors([7]float64{1, 1, 1, 1, 1, 1, 1})
	for c := range d.cats {
		d.cats[c].factor = d.cats[c].weekdays.factors(shared)
	}
}

// factors are (sum + 200 r) / (days x mean + 200) with r the factors drawn towards, normalised to a mean of 1.
func (p profile) factors(toward [7]float64) [7]float64 {
	sum, days := 0.0, 0.0
	for w := range p.sum {
		sum += p.sum[w]
		days += p.days[w]
	}
	if days == 0 {
		return toward
	}
	mean, total := sum/days, 0.0
	var out [7]float64
	for w := range out {
		out[w] = (p.sum[w] + weekdayPrior*toward[w]) / (p.days[w]*mean + weekdayPrior)
		total += out[w]
	}
	for w := range out {
		out[w] *= 7 / total
	}
	return out
}
