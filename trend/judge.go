package trend

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

// Input is what an evaluation judges, beside its plan.
type Input struct {
	// Counts are those that the plan asks for, of one rule-set revision, at one level of one area tree: index.Counter
	// counts so. Only Label, Area, Bucket and Matters are read; what has no label is not judged.
	Counts   []hotline.Count
	Calendar *calendar.Calendar
	Causes   []calendar.Cause          // events that explain a rise
	Families func(label string) string // the cause that a label shares with others; nil for its topmost code
	Hold     map[string]string         // labels that are not judged, and why: their rules changed, and history is not reclassified
	Level    float64                   // that the labels share, 0 … 1; 0 for DefaultLevel. Budget finds one
	Strict   bool                      // reject by e-values: the level then holds whatever depends on what, at a cost in power
	Config   Config                    // zero for DefaultConfig
	Seasons  *Seasons                  // remembers regressions from one evaluation to the next; may be nil
	Watched  map[string]Watched        // what is followed, by a name of the caller's: Judgement.Readings says how it stands
}

// DefaultLevel gives about one false rise in nine days on simulated hotlines of 2,652 series (docs/benchmarks.md).
const DefaultLevel = 0.15

// hourlyLooks is by what the level is divided when every hour is judged: as many independent looks as the 24 of a day are
// worth, by the p-values that give equally many false incidents (docs/benchmarks.md).
const hourlyLooks = 8

// Judgement is what an evaluation says of one bucket.
type Judgement struct {
	Plan   Plan
	Rises  []Rise // the strongest first
	Tested int    // pairs of label and area that were judged
	Left   []Left // what was not judged: the plan's, and labels held

	Readings map[string]Reading // how what is watched stands in the bucket; what is not known completely is missing
}

// Rise is a label in an area of which more is told than the past, the areas around it and chance explain.
type Rise struct {
	Label  string
	Family string
	Area   string           // path
	Bucket time.Time        // that was judged
	Since  time.Time        // start of the window that tells most, of days or of hours
	P      float64          // adjusted for the windows tried
	Score  float64          // log likelihood ratio, over-dispersion taken off
	Window Window           // of days
	Causes []calendar.Cause // events that explain it; it stands all the same
	Older  []Older          // what the rules in use elsewhere say
}

// Ratio is how many times the expected was observed.
func (r Rise) Ratio() float64 { return r.Window.ratio() }

// Excess is how many matters more than expected were observed.
func (r Rise) Excess() float64 { return float64(r.Window.Observed) - r.Window.Expected }

// Judge says what is rising in the plan's bucket. It is a pure function of its arguments: the same counts give the same
// rises, whoever asks and however often. Without a bucket to judge there are no rises, and Left says why.
func Judge(p Plan, in Input) (Judgement, error) {
	out := Judgement{Plan: p, Left: slices.Clone(p.Left)}
	if p.Bucket.IsZero() {
		return out, nil
	}
	in.defaults()
	for _, label := range slices.Sorted(maps.Keys(in.Hold)) {
		out.Left = append(out.Left, Left{What: label, Why: in.Hold[label]})
	}
	h, err := newHistory(p, in)
	if err != nil || len(h.labels) == 0 {
		return out, err
	}
	d, e, err := h.evaluate(in.Config)
	if err != nil {
		return out, err
	}
	for _, n := range e.Tested {
		out.Tested += n
	}
	if p.Interval == Hourly {
		in.Level /= hourlyLooks
	}
	rejected := in.reject(e)
	out.Readings = h.readings(d, rejected)
	for _, place := range Locate(h.areas, rejected, in.Config) {
		out.Rises = append(out.Rises, h.rise(place, in))
	}
	slices.SortStableFunc(out.Rises, func(a, b Rise) int { return cmp.Compare(b.Score, a.Score) })
	return out, nil
}

func (in *Input) defaults() {
	if in.Level == 0 {
		in.Level = DefaultLevel
	}
	if in.Config.Windows == nil {
		in.Config = DefaultConfig()
	}
	if in.Families == nil {
		in.Families = func(label string) string {
			top, _, _ := strings.Cut(label, ".")
			return top
		}
	}
}

// reject returns the cells that stand out.
func (in *Input) reject(e Evaluation) []Cell {
	if in.Strict {
		return RejectStrict(e, in.Level)
	}
	return Reject(e, in.Level)
}

// rejectLimit is the p-value above which a cell can't be rejected at any useful level.
const rejectLimit = 0.05

// history is the counts of a plan by day, label and area.
type history struct {
	plan   Plan
	labels []string
	areas  Areas
	paths  []string
	days   []calendarDay
	in     Input
}

// calendarDay is a day of the history: the 24 hours that end where the judged bucket ends on their day.
type calendarDay struct {
	from, to time.Time
	counts   []cellCount
}

type cellCount struct{ label, area, matters, back int } // back: whole hours between the bucket and the end of the day

// newHistory sorts counts into days, and builds the tree of their areas.
func newHistory(p Plan, in Input) (*history, error) {
	h := &history{plan: p, in: in}
	for end := p.To; end.After(p.From); end = end.AddDate(0, 0, -1) {
		h.days = append(h.days, calendarDay{from: end.AddDate(0, 0, -1), to: end})
	}
	slices.Reverse(h.days)
	labels, areas := map[string]int{}, map[string]int{p.Root: 0}
	counts := slices.DeleteFunc(slices.Clone(in.Counts), func(c hotline.Count) bool {
		_, held := in.Hold[c.Label]
		return c.Label == "" || held || !hotline.Covers(p.Root, c.Area) || c.Bucket.Before(p.From) || !c.Bucket.Before(p.To)
	})
	for _, c := range counts {
		labels[c.Label] = 0
		for area := c.Area; area != p.Root; area = parent(area) {
			areas[area] = 0
		}
	}
	h.labels = slices.Sorted(maps.Keys(labels))
	for i, label := range h.labels {
		labels[label] = i
	}
	h.paths = slices.SortedFunc(maps.Keys(areas), func(a, b string) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a, b))
	})
	for i, path := range h.paths {
		areas[path] = i
		if i == 0 {
			h.areas = append(h.areas, -1)
		} else {
			h.areas = append(h.areas, areas[parent(path)])
		}
	}
	for _, c := range counts {
		i, found := slices.BinarySearchFunc(h.days, c.Bucket, func(d calendarDay, t time.Time) int {
			switch {
			case !d.to.After(t):
				return -1
			case d.from.After(t):
				return 1
			}
			return 0
		})
		if found {
			h.days[i].counts = append(h.days[i].counts, cellCount{labels[c.Label], areas[c.Area], int(c.Matters), int(h.days[i].to.Sub(c.Bucket).Hours()+0.5) - 1})
		}
	}
	return h, h.areas.Check()
}

func depth(path string) int {
	if path == "" {
		return -1
	}
	return strings.Count(path, "/")
}

// day is a day as the detector takes it.
func (h *history) day(d calendarDay, last bool) Day {
	out := h.kind(d)
	out.Counts = make([][]int, len(h.labels))
	cells := make([]int, len(h.labels)*len(h.areas))
	for i := range out.Counts {
		out.Counts[i], cells = cells[:len(h.areas):len(h.areas)], cells[len(h.areas):]
	}
	for _, c := range d.counts {
		for area := c.area; area >= 0; area = h.areas[area] {
			out.Counts[c.label][area] += c.matters
		}
	}
	if last && h.plan.Interval == Hourly {
		out.Hours = h.hours()
	}
	for i, path := range h.paths {
		if !h.plan.knows(path, d.from, d.to) {
			if out.Unknown == nil {
				out.Unknown = make([]bool, len(h.areas))
			}
			out.Unknown[i] = true
		}
	}
	return out
}

// kind is a day's weekday and whether it is a holiday, without what was told.
func (h *history) kind(d calendarDay) Day {
	out := Day{Weekday: h.in.Calendar.Weekday(d.to.Add(-time.Second))}
	switch kind, _ := h.in.Calendar.Kind(d.from.Add(12 * time.Hour)); kind {
	case calendar.Holiday:
		out.Holiday = true
	case calendar.Festival:
		out.Holiday, out.Festival = true, true
	}
	return out
}

// evaluate runs the detector over the history and judges the last day.
func (h *history) evaluate(config Config) (*Detector, Evaluation, error) {
	d, err := NewDetector(h.areas, len(h.labels), config)
	if err != nil {
		return nil, Evaluation{}, err
	}
	var e Evaluation
	recent := h.days[max(0, len(h.days)-dailyReach):]
	for i, day := range recent {
		last := i == len(recent)-1
		limit := 0.0
		if last {
			limit = rejectLimit
		}
		if e, err = d.Next(h.day(day, last), limit); err != nil {
			return d, e, err
		}
	}
	h.seasons(map[int]*Evaluation{len(h.days) - 1: &e}, rejectLimit)
	return d, e, nil
}

// rise names a located place.
func (h *history) rise(place Located, in Input) Rise {
	label, area := h.labels[place.Category], h.place(place.Area)
	r := Rise{Label: label, Family: in.Families(label), Area: area, Bucket: h.plan.Bucket, P: place.P, Score: place.Score, Window: place.Window,
		Since: h.since(place)}
	for _, c := range in.Causes {
		if c.Concerns(label, area, r.Since, h.plan.To) {
			r.Causes = append(r.Causes, c)
		}
	}
	r.Older = older(h.series(place.Category, place.Area))
	return r
}

// place names an area. The whole of what is counted is the one area in which all of it lies that is told of a place, where
// there is one: what comes from unknown places is nobody's, what rises in all of a company is the company's.
func (h *history) place(area int) string {
	if h.paths[area] == "" && len(h.paths) > 1 {
		if top := h.paths[1]; !slices.ContainsFunc(h.paths[1:], func(path string) bool { return !hotline.Covers(top, path) }) {
			return top
		}
	}
	return h.paths[area]
}

// since is when the window that tells most begins, be it of days or of hours.
func (h *history) since(place Located) time.Time {
	best, score := place.Window, place.Window.score()
	for _, w := range place.Windows {
		if s := w.score(); w.Hours > 0 && s > score {
			best, score = w, s
		}
	}
	return h.plan.To.AddDate(0, 0, -best.Days).Add(-time.Duration(best.Hours) * time.Hour)
}

// series returns the counts of a cell day by day.
func (h *history) series(label, area int) []int {
	y := make([]int, len(h.days))
	for i, d := range h.days {
		for _, c := range d.counts {
			if c.label == label && h.areas.under(c.area, area) {
				y[i] += c.matters
			}
		}
	}
	return y
}
