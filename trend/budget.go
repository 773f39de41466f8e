package trend

import (
	"errors"
	"fmt"
)

// ErrShort says that there is not enough history to find a level from.
var ErrShort = errors.New("it needs at least five weeks of history, by the day")

// Dial is a level, and how many incidents it would have opened.
type Dial struct {
	Level   float64
	PerWeek float64 // incidents a week over the days looked at
	Days    int     // looked at
}

const (
	budgetDays  = 8 * 7 // looked at, at most
	budgetLearn = 28    // days before them from which is learnt
)

// budgetLevels are those to choose from.
var budgetLevels = [...]float64{0.5, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001}

// Budget finds the highest level at which the last eight weeks of the history would have opened at most so many
// incidents a week, true and false ones alike: what the people who must look at them can deal with. If even the lowest
// level opens more, that is returned. A history of less than five weeks, four of them to learn from, is ErrShort.
func Budget(p Plan, in Input, perWeek float64) (Dial, error) {
	in.defaults()
	if p.Bucket.IsZero() || p.Interval != Daily {
		return Dial{}, fmt.Errorf("find a level for %v incidents a week: %w", perWeek, ErrShort)
	}
	h, err := newHistory(p, in)
	if err != nil {
		return Dial{}, err
	}
	days := min(budgetDays, len(h.days)-budgetLearn)
	if days < 7 || len(h.labels) == 0 {
		return Dial{}, fmt.Errorf("find a level for %v incidents a week: %w", perWeek, ErrShort)
	}
	past, err := h.replay(days)
	if err != nil {
		return Dial{}, err
	}
	var dial Dial
	for _, level := range budgetLevels {
		dial = Dial{Level: level, Days: days, PerWeek: float64(h.incidents(past, level)) * 7 / float64(days)}
		if dial.PerWeek <= perWeek {
			break
		}
	}
	return dial, nil
}

// replay evaluates each of the last days.
func (h *history) replay(days int) ([]Evaluation, error) {
	d, err := NewDetector(h.areas, len(h.labels), h.in.Config)
	if err != nil {
		return nil, err
	}
	recent := h.days[max(0, len(h.days)-days-dailyReach):]
	var out []Evaluation
	for i, day := range recent {
		limit := 0.0
		if i >= len(recent)-days {
			limit = rejectLimit
		}
		e, err := d.Next(h.day(day, false), limit)
		if err != nil {
			return nil, err
		}
		if limit > 0 {
			out = append(out, e)
		}
	}
	byDay := map[int]*Evaluation{}
	for i := range out {
		byDay[len(h.days)-len(out)+i] = &out[i]
	}
	h.seasons(byDay, rejectLimit)
	return out, nil
}

// incidents counts the courses that a level would have opened on the last days.
func (h *history) incidents(past []Evaluation, level float64) int {
	in := h.in
	in.Level = level
	var courses []Course
	for i, e := range past {
		bucket := h.days[len(h.days)-len(past)+i].from
		var rises []Rise
		for _, place := range Locate(h.areas, in.reject(e), in.Config) {
			label := h.labels[place.Category]
			rises = append(rises, Rise{Label: label, Family: in.Families(label), Area: h.place(place.Area), Score: place.Score})
		}
		courses = Follow(courses, bucket, rises)
	}
	n := 0
	for i, c := range courses {
		if c.Into == i {
			n++
		}
	}
	return n
}
