// Package trend notices which problems are rising where. It counts nothing and stores nothing: NewPlan says which counts
// to read, Judge says of them what is rising in the last complete bucket, and Follow joins what rises in one bucket to
// what rose before. Same input, same output; there is no I/O and no clock.
package trend

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Areas is a tree of areas as the parent of each, -1 for the root. The root is area 0, and parents stand before their
// children.
type Areas []int

// Check says what is wrong with a tree.
func (a Areas) Check() error {
	if len(a) == 0 {
		return errors.New("tree of areas: it is empty; give at least the root")
	}
	for i, parent := range a {
		if (i == 0) != (parent < 0) || parent >= i {
			return fmt.Errorf("tree of areas: area %d has the parent %d; the root stands first and parents before their children", i, parent)
		}
	}
	return nil
}

// Levels returns how far each area is below the root.
func (a Areas) Levels() []int {
	levels := make([]int, len(a))
	for i, parent := range a {
		if parent >= 0 {
			levels[i] = levels[parent] + 1
		}
	}
	return levels
}

// Related reports whether two areas are the same or one lies in the other.
func (a Areas) Related(x, y int) bool { return a.under(x, y) || a.under(y, x) }

// under reports whether x is y or lies in it.
func (a Areas) under(x, y int) bool {
	for x > y {
		x = a[x]
	}
	return x == y
}

// Day is what one day brought.
type Day struct {
	Weekday time.Weekday
	// Holiday marks a public holiday (法定节假日), Festival one of the Spring Festival (春节), which is like no other; make-up
	// workdays (调休上班) are Mondays.
	Holiday, Festival bool
	// Counts holds the matters of each category in each area, those of the areas below included.
	Counts [][]int
	// Unknown marks areas of which not every source was complete: absent is not zero. Such a day neither raises a
	// signal there nor teaches anything. Nil if all are known.
	Unknown []bool
	// Hours breaks the end of the day up, so that it can be judged by the hour; nil for a day that is not.
	Hours *Hours
}

// Hours holds the last hours of a day, the newest first.
type Hours struct {
	Counts [][][]int   // [hour back][category][area], those of the areas below included
	Shares [][]float64 // [category][hour back]: which part of a day's matters that hour of the day has, on average
}

// Config holds the settings of a detector. DefaultConfig gives those that the benchmarks are measured with.
type Config struct {
	Discount    float64   // share of the past that a day keeps, 0 … 1
	Prior       float64   // days' worth of the expectation borrowed from the parents
	Guard       int       // days before the present that do not teach yet
	Dispersion  float64   // variance over mean of counts within a day
	Windows     []int     // lengths of the trailing windows, days, ascending
	Factors     []float64 // by which the p-value of each window is multiplied before the least of them is taken
	Short       []int     // lengths of further windows in hours, ascending, for days that have Hours
	ShortLeast  float64   // matters a day that a cell must let expect for these to be looked at
	ShortFactor float64   // by which their p-values are multiplied
	Least       int       // matters in the longest window below which a cell is not tested
	Clip        float64   // standard deviations above the mean at which a day's lesson is clipped

	// Holiday and Festival are by how much more is told on holidays and at Spring Festival than on a Sunday, as long as
	// none was seen; 1 for as much.
	Holiday, Festival float64
}

const maxWindows = 16

// DefaultConfig returns the settings that the benchmarks are measured with (suqiu bench trend): changing one means
// measuring again. Those of the baseline were chosen on simulated hotlines, where they matter little as long as they
// keep their order of size.
func DefaultConfig() Config {
	return Config{
		Discount:   0.98,                 // of each day: half of the past is gone after 34 days, so a slow change of the level is followed
		Prior:      14,                   // days: the parents say as much of a cell as two weeks of its own, so it is judged from its first day
		Guard:      5,                    // days: a rise is to be found within them, before it is part of its own baseline
		Dispersion: 1.2,                  // variance / mean: one disturbance makes several people call; 1 is Poisson
		Windows:    []int{1, 2, 3, 5, 7}, // days: a jump shows on its first, a slow rise over a week, which holds each weekday once

		// Five windows are five chances to alarm by accident. The shortest, whose counts are the least certain, pay the most;
		// five alike would be a factor of 5 at most (Bonferroni), and less because windows overlap.
		Factors: []float64{12, 5, 2.5, 1.5, 1.5},

		Short:       []int{1, 3, 6, 12}, // hours: a rise is to be seen on the day of its onset
		ShortLeast:  2,                  // matters a day: below, an hour lets expect so little that two calls would alarm
		ShortFactor: 20,                 // 24 looks a day at four windows that overlap
		Least:       3,                  // matters: two callers make no problem of a place
		Clip:        3,                  // standard deviations: a day beyond is a rise or a storm, and teaches no more than this

		Holiday: 1, Festival: 1, // times a Sunday: nothing is claimed of holidays before one was seen
	}
}

// Check says what is wrong with the settings.
func (c Config) Check() error {
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{c.Discount <= 0 || c.Discount > 1, "discount must be above 0 and at most 1"},
		{c.Prior <= 0, "prior must be above 0 days"},
		{c.Guard < 0 || c.Guard > 30, "guard must be 0 to 30 days"},
		{c.Dispersion < 1, "dispersion must be at least 1, that of a Poisson count"},
		{len(c.Windows) == 0 || len(c.Windows) > maxWindows, "give 1 to 16 windows"},
		{len(c.Factors) != len(c.Windows), "give as many factors as windows"},
		{slices.ContainsFunc(c.Factors, func(f float64) bool { return !(f >= 1) }), "factors must be at least 1"},
		{len(c.Windows)+len(c.Short) > maxWindows, "give at most 16 windows, those in hours included"},
		{len(c.Short) > 0 && c.ShortFactor < 1, "short factor must be at least 1"},
		{c.Clip <= 0, "clip must be above 0 standard deviations"},
		{c.Holiday <= 0 || c.Festival <= 0, "holiday and festival must be above 0 times what is told on a Sunday"},
	} {
		if rule.broken {
			return fmt.Errorf("settings of detection: %s", rule.says)
		}
	}
	for i, w := range c.Windows {
		if w < 1 || i > 0 && w <= c.Windows[i-1] {
			return fmt.Errorf("settings of detection: windows must be at least a day and ascend, but number %d is %d", i+1, w)
		}
	}
	return nil
}

// Cell is what a detector says of one category in one area on one day.
type Cell struct {
	Category, Area int
	P              float64  // small where more was told than the past explains; 1 where not
	Windows        []Window // one a window of the settings
}

// Window compares what was told over some days with what was expected.
type Window struct {
	Days     int // 0 for one of hours
	Hours    int // 0 for one of days
	Observed int
	Expected float64
	Variance float64 // of the observed count about the expected one
}
