package trend

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"suqiu/hotline"
)

// Course is one problem followed over buckets: what becomes an incident.
type Course struct {
	Family string
	Area   string // path of the topmost area so far
	First  time.Time
	Last   time.Time // buckets in which it rose
	Rises  []Rise    // as given, and those that joined it, in the order of their buckets
	Into   int       // index of the older course that has swallowed it, or its own
}

// JoinWithin is how long a problem may show no sign and still be the same when it shows one again.
const JoinWithin = 3 * 24 * time.Hour

// Follow joins the rises of a bucket to the open courses, and returns these, in their order, and after them those that
// began. A rise joins the oldest course of its family whose area is the rise's, one above or one below it, and whose
// last sign is at most JoinWithin back; the course's area moves up if the rise is above. Where a family rises in three
// areas directly below one parent in the same bucket, the parent is the place (see gather). Courses that come to be at or below
// another of their family are swallowed by the older of the two.
func Follow(open []Course, bucket time.Time, rises []Rise) []Course {
	courses := slices.Clone(open)
	for i := range courses {
		courses[i].Into = i
	}
	places := slices.Clone(rises)
	slices.SortStableFunc(places, func(a, b Rise) int { return cmp.Compare(b.Score, a.Score) })
	byFamily := map[string][]string{}
	for _, r := range places {
		byFamily[r.Family] = append(byFamily[r.Family], r.Area)
	}
	for family, marked := range byFamily {
		byFamily[family] = gather(marked)
	}
	live := func(c Course) bool { return bucket.Sub(c.Last) <= JoinWithin }
	for _, r := range places {
		top := r.Area
		for _, common := range byFamily[r.Family] {
			if hotline.Covers(common, top) {
				top = common
			}
		}
		at := -1
		for i, c := range courses {
			if c.Into == i && c.Family == r.Family && live(c) && (hotline.Covers(top, c.Area) || hotline.Covers(c.Area, top)) && (at < 0 || c.First.Before(courses[at].First)) {
				at = i
			}
		}
		if at < 0 {
			courses = append(courses, Course{Family: r.Family, Area: top, First: bucket, Last: bucket, Rises: []Rise{r}, Into: len(courses)})
			continue
		}
		c := &courses[at]
		c.Last = bucket
		c.Rises = append(slices.Clip(c.Rises), r)
		if hotline.Covers(top, c.Area) {
			c.Area = top
		}
		for i := range courses {
			if o := &courses[i]; i != at && o.Into == i && o.Family == c.Family && live(*o) && hotline.Covers(c.Area, o.Area) {
				o.Into = at
			}
		}
	}
	return courses
}

const (
	// commonCause is in how many areas directly below one a family must rise in one bucket for that to be the place.
	commonCause = 3
	// scattered is how many places must rise in them where these areas do not rise as a whole.
	scattered = 4
)

// gather returns the areas that are the place of what rises below them, from below upwards: those of which three areas
// directly below rise or were gathered; and below the topmost, those with four places that rise in three areas directly
// below.
func gather(marked []string) []string {
	here, all, places := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, area := range marked {
		if here[area] {
			continue
		}
		here[area] = true
		for ; area != ""; area = parent(area) {
			all[area] = true
			places[area]++
		}
		all[""] = true
	}
	rising, holding := map[string]int{}, map[string]int{} // areas directly below that rise, and that hold places which do
	var out []string
	for _, area := range slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(depth(b), depth(a)), cmp.Compare(a, b)) }) {
		if rising[area] >= commonCause || depth(area) > 0 && holding[area] >= commonCause && places[area] >= scattered {
			here[area] = true
			out = append(out, area)
		}
		if area == "" {
			break
		}
		holding[parent(area)]++
		if here[area] {
			rising[parent(area)]++
		}
	}
	return out
}
