package trend

import (
	"strings"
	"testing"
	"time"
)

// town is a root with two areas below it, told of evenly.
var town = Areas{-1, 0, 0}

// quiet is a day on which each of the two areas tells n matters of the one category.
func quiet(day, n int) Day {
	return Day{Weekday: time.Weekday(day % 7), Counts: [][]int{{2 * n, n, n}}}
}

func newDetector(t testing.TB) *Detector {
	t.Helper()
	d, err := NewDetector(town, 1, DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func next(t testing.TB, d *Detector, day Day) Evaluation {
	t.Helper()
	e, err := d.Next(day, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRiseIsLocated(t *testing.T) {
	d := newDetector(t)
	for i := range 28 {
		if e := next(t, d, quiet(i, 5)); len(e.Cells) > 0 {
			t.Fatalf("day %d: %+v", i, e.Cells)
		}
	}
	day := quiet(28, 5)
	day.Counts[0] = []int{35, 30, 5}
	e := next(t, d, day)
	places := Locate(town, Reject(e, 0.05), DefaultConfig())
	if len(places) != 1 || places[0].Area != 1 || places[0].Window.Days != 1 || places[0].Window.Observed != 30 {
		t.Fatalf("located %+v", places)
	}
}

// A storm that raises all places alike is one place: the parent.
func TestStormIsTheParent(t *testing.T) {
	d := newDetector(t)
	for i := range 28 {
		next(t, d, quiet(i, 20))
	}
	e := next(t, d, quiet(28, 100))
	places := Locate(town, Reject(e, 0.05), DefaultConfig())
	if len(places) != 1 || places[0].Area != 0 {
		t.Errorf("located %+v", places)
	}
}

// Absent is not zero: a fortnight of which nothing is known neither lowers the baseline nor raises an alarm after it.
func TestUnknownDaysTeachNothing(t *testing.T) {
	d := newDetector(t)
	for i := range 28 {
		next(t, d, quiet(i, 20))
	}
	for i := 28; i < 42; i++ {
		gap := quiet(i, 0)
		gap.Unknown = []bool{true, true, true}
		if e := next(t, d, gap); len(e.Cells) > 0 {
			t.Fatalf("day %d: %+v", i, e.Cells)
		}
	}
	for i := 42; i < 60; i++ {
		if e := next(t, d, quiet(i, 20)); len(e.Cells) > 0 {
			t.Fatalf("day %d: %+v", i, e.Cells)
		}
	}
}

func TestNewDetectorRefuses(t *testing.T) {
	good := DefaultConfig()
	for name, c := range map[string]struct {
		areas      Areas
		categories int
		change     func(*Config)
		says       string
	}{
		"ErrNoAreas":           {Areas{}, 1, func(*Config) {}, "empty"},
		"ErrChildBeforeParent": {Areas{-1, 2, 0}, 1, func(*Config) {}, "area 1 has the parent 2"},
		"ErrTwoRoots":          {Areas{-1, -1}, 1, func(*Config) {}, "area 1 has the parent -1"},
		"ErrNoCategory":        {town, 0, func(*Config) {}, "at least one category"},
		"ErrDiscount":          {town, 1, func(c *Config) { c.Discount = 0 }, "discount"},
		"ErrFactors":           {town, 1, func(c *Config) { c.Factors = []float64{2} }, "as many factors as windows"},
		"ErrFactorBelowOne":    {town, 1, func(c *Config) { c.Factors = []float64{1, 1, 1, 1, 0.5} }, "at least 1"},
		"ErrWindowsDescend":    {town, 1, func(c *Config) { c.Windows, c.Factors = []int{3, 1}, []float64{1, 1} }, "ascend"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			c.change(&config)
			if _, err := NewDetector(c.areas, c.categories, config); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestNextRefusesOtherShapes(t *testing.T) {
	for name, day := range map[string]Day{
		"ErrCategories": {Counts: [][]int{{1, 1, 0}, {1, 1, 0}}},
		"ErrAreas":      {Counts: [][]int{{1}}},
		"ErrUnknown":    {Counts: [][]int{{1, 1, 0}}, Unknown: []bool{true}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newDetector(t).Next(day, 0.01); err == nil {
				t.Error("accepted")
			}
		})
	}
}
