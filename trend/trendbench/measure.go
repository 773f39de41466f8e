package trendbench

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/trend"
)

// Result is what detection achieved on one hotline.
type Result struct {
	POD1, POD5     float64 // share of the problems found within ten days, at 1 and 5 false alarms a day
	POD            float64 // after merging: share of the problems that a rise met
	FalseDaily     float64 // false rises a day
	Precision      float64 // share of the rises outside storms that are true
	Delay          float64 // days from onset to the rise, of the problems found
	StormRises     float64 // rises of storms
	NodeAlarms     int     // rejected cells
	Below01, Cells float64 // p-values below .01 in undisturbed cells, and how many of these there are
}

// alarm is a cell with a small p-value.
type alarm struct {
	day, category, area int
	p                   float64
}

const (
	within = 10   // days from the onset in which a problem counts as found
	limit  = 0.05 // p-values above it are not looked at
)

// Run runs the detector over a hotline. q is the level that the categories share.
func Run(h *Hotline, config trend.Config, q float64) (Result, error) {
	d, err := trend.NewDetector(h.Areas, categories, config)
	if err != nil {
		return Result{}, err
	}
	var out Result
	var alarms []alarm
	var courses []trend.Course
	for day, counts := range h.Days {
		level := limit
		if day < h.History {
			level = 0
		}
		e, err := d.Next(counts, level)
		if err != nil {
			return out, err
		}
		if day < h.History {
			continue
		}
		for _, c := range e.Cells {
			alarms = append(alarms, alarm{day, c.Category, c.Area, c.P})
		}
		for c := range categories {
			for area := range h.Areas {
				if h.undisturbed(day, c, area) {
					out.Cells++
				}
			}
		}
		rejected := trend.Reject(e, q)
		out.NodeAlarms += len(rejected)
		courses = trend.Follow(courses, moment(day), h.rises(day, trend.Locate(h.Areas, rejected, config)))
	}
	for _, a := range alarms {
		if a.p < 0.01 && h.undisturbed(a.day, a.category, a.area) {
			out.Below01++
		}
	}
	out.POD1, out.POD5 = h.found(alarms, 1), h.found(alarms, 5)
	h.merged(&out, courses)
	return out, nil
}

// quiet reports whether an alarm is false: neither a problem's nor a storm's.
func (h *Hotline) quiet(a alarm) bool {
	return !h.told(a.day, 2, a.category, a.area) && !h.storm[a.day][a.category][a.area]
}

// undisturbed reports whether a cell's longest window holds matters of no problem and no storm.
func (h *Hotline) undisturbed(day, category, area int) bool {
	return !h.told(day, longest, category, area) && !h.storm[day][category][area]
}

// longest is how many days before the present one the windows of the detector reach.
const longest = 6

// found returns the share of problems found at the lowest p-values that give so many false alarms a day.
func (h *Hotline) found(alarms []alarm, daily float64) float64 {
	slices.SortStableFunc(alarms, func(a, b alarm) int { return cmp.Compare(a.p, b.p) })
	found := make([]bool, len(h.Problems))
	wrong := 0
	for _, a := range alarms {
		if h.quiet(a) {
			if wrong++; float64(wrong) > daily*evaluated {
				break
			}
		}
		for i, p := range h.Problems {
			if a.category == p.Category && a.day >= p.Onset && a.day <= p.Onset+within && h.Areas.Related(a.area, p.Area) {
				found[i] = true
			}
		}
	}
	n := 0
	for _, f := range found {
		if f {
			n++
		}
	}
	return float64(n) / float64(len(found))
}

// moment is the time that stands for a day.
func moment(day int) time.Time { return time.Unix(int64(day)*86_400, 0).UTC() }

// dayOf is the day that a moment stands for.
func dayOf(at time.Time) int { return int(at.Unix() / 86_400) }

// rises names located places, as an evaluation over a store does.
func (h *Hotline) rises(day int, located []trend.Located) []trend.Rise {
	out := make([]trend.Rise, len(located))
	for i, place := range located {
		out[i] = trend.Rise{Label: strconv.Itoa(place.Category), Family: Family(place.Category), Area: h.path(place.Area), Bucket: moment(day),
			P: place.P, Score: place.Score, Window: place.Window}
	}
	return out
}

// path is an area's path, whose last name is its number.
func (h *Hotline) path(area int) string {
	path := strconv.Itoa(area)
	for area = h.Areas[area]; area >= 0; area = h.Areas[area] {
		path = strconv.Itoa(area) + "/" + path
	}
	return path
}

// cell is the category and the area that a rise names.
func cell(r trend.Rise) (category, area int) {
	category, _ = strconv.Atoi(r.Label)
	area, _ = strconv.Atoi(r.Area[strings.LastIndexByte(r.Area, '/')+1:])
	return category, area
}

// merged judges the courses: true if a place of theirs held matters of a problem on its day or the six before.
func (h *Hotline) merged(out *Result, courses []trend.Course) {
	right, wrong := 0.0, 0.0
	first := make([]int, len(h.Problems))
	for at, c := range courses {
		if c.Into != at {
			continue
		}
		real, storm := false, false
		for _, r := range c.Rises {
			day := dayOf(r.Bucket)
			category, area := cell(r)
			storm = storm || h.storm[day][category][area]
			real = real || h.told(day, 6, category, area)
			for i, p := range h.Problems {
				if category == p.Category && day >= p.Onset && day <= p.Onset+within && h.Areas.Related(area, p.Area) && first[i] == 0 {
					first[i] = day - p.Onset + 1
				}
			}
		}
		switch {
		case storm:
			out.StormRises++
		case real:
			right++
		default:
			wrong++
		}
	}
	n := 0.0
	for _, f := range first {
		if f > 0 {
			n++
			out.Delay += float64(f - 1)
		}
	}
	out.POD, out.FalseDaily = n/float64(len(first)), wrong/evaluated
	out.Delay /= max(1, n)
	out.Precision = right / max(1, right+wrong)
}
