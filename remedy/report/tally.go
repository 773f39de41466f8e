package report

import (
	"slices"
	"time"

	"suqiu/hotline"
)

// Contact is what the bulletin counts of one contact.
type Contact struct {
	ID          string
	Source      string
	Hotline     hotline.Hotline
	Kind        hotline.Kind
	Channel     string
	Received    time.Time
	Matter      string
	Caller      string // pseudonym
	Area        string // path in the tree that is reported
	Unit        string
	Labels      []string
	Nature      hotline.Nature
	Responsible hotline.Responsible
	Found       hotline.Responsible // by what the handlers found
	Experience  []hotline.Experience
	Closed      bool // an order that was answered
	Overdue     bool // an order whose answer is late
}

// dimension is one way of breaking contacts down.
type dimension string

const (
	byTotal       dimension = "total"
	byHotline     dimension = "hotline"
	byClass       dimension = "class"
	byLabel       dimension = "label"
	byArea        dimension = "area"  // with all that lies below
	byPlace       dimension = "place" // the end of the path alone
	byUnit        dimension = "unit"
	byChannel     dimension = "channel"
	byNature      dimension = "nature"
	byResponsible dimension = "responsible"
	byFound       dimension = "found"
	byExperience  dimension = "experience"
	byWish        dimension = "wish" // nature and hotline together: see wish
)

// blank is the value of contacts that tell nothing of a dimension.
const blank = ""

type key struct {
	by    dimension
	value string
}

// weekly counts contacts in the weeks of the charts and in the week a year ago.
type weekly [Weeks + 1]int

// cell is what was told under one value of a dimension.
type cell struct {
	sources map[string]*weekly
	matters map[string]struct{} // of the reported week
	callers map[string]struct{} // likewise; a contact without a caller counts as one of its own
}

func newCell() *cell {
	return &cell{sources: map[string]*weekly{}, matters: map[string]struct{}{}, callers: map[string]struct{}{}}
}

// Tally counts contacts for a bulletin, one by one, whatever their order.
type Tally struct {
	period  Period
	weeks   [Weeks + 1]Period
	area    string
	classes map[string]string // label → class
	cells   map[key]*cell
	orders  Orders
}

// Orders tells of the orders of the week (工单办理).
type Orders struct {
	Received int `json:"received"`
	Closed   int `json:"closed"`
	Overdue  int `json:"overdue"` // not answered although the time limit has passed
}

// NewTally counts the contacts of an area, "" for all, for the bulletin of a period.
func NewTally(period Period, area string, labels []Label) *Tally {
	t := &Tally{period: period, area: area, classes: map[string]string{}, cells: map[key]*cell{}}
	for place := range t.weeks {
		t.weeks[place] = period.week(place)
	}
	for _, l := range labels {
		t.classes[l.Code] = l.Class
	}
	return t
}

// Add counts a contact. One outside the periods of the bulletin, or of another area, counts nowhere.
func (t *Tally) Add(c *Contact) {
	place := slices.IndexFunc(t.weeks[:], func(p Period) bool { return p.holds(c.Received) })
	if place < 0 || !hotline.Covers(t.area, c.Area) {
		return
	}
	if place == Weeks-1 && c.Kind == hotline.KindOrder {
		t.orders.Received++
		switch {
		case c.Closed:
			t.orders.Closed++
		case c.Overdue:
			t.orders.Overdue++
		}
	}
	channel := c.Channel
	if channel == "" {
		channel = c.Kind.Name()
	}
	t.put(byTotal, c, place, blank)
	t.put(byHotline, c, place, string(c.Hotline))
	t.put(byChannel, c, place, channel)
	t.put(byNature, c, place, string(c.Nature))
	t.put(byResponsible, c, place, string(c.Responsible))
	t.put(byFound, c, place, string(c.Found))
	t.put(byWish, c, place, wish(c.Nature, c.Hotline))
	t.put(byUnit, c, place, c.Unit)
	t.put(byArea, c, place, orBlank(hotline.Ancestors(c.Area))...)
	t.put(byPlace, c, place, c.Area)
	t.put(byLabel, c, place, orBlank(c.Labels)...)
	var classes, experience []string
	for _, code := range c.Labels {
		classes = append(classes, t.class(code))
	}
	for _, e := range c.Experience {
		experience = append(experience, string(e))
	}
	t.put(byClass, c, place, orBlank(classes)...)
	t.put(byExperience, c, place, orBlank(experience)...)
}

// wish is the value of a nature told over a hotline.
func wish(n hotline.Nature, h hotline.Hotline) string { return string(n) + "\x00" + string(h) }

// class is the first level of a label; a label that the taxonomy no longer has is its own.
func (t *Tally) class(code string) string {
	if class, known := t.classes[code]; known {
		return class
	}
	return code
}

func orBlank(values []string) []string {
	if len(values) == 0 {
		return []string{blank}
	}
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func (t *Tally) put(by dimension, c *Contact, place int, values ...string) {
	for _, value := range values {
		at := t.cells[key{by, value}]
		if at == nil {
			at = newCell()
			t.cells[key{by, value}] = at
		}
		weeks := at.sources[c.Source]
		if weeks == nil {
			weeks = &weekly{}
			at.sources[c.Source] = weeks
		}
		weeks[place]++
		if place != Weeks-1 {
			continue
		}
		at.matters[c.Matter] = struct{}{}
		caller := c.Caller
		if caller == "" {
			caller = "\x00" + c.ID
		}
		at.callers[caller] = struct{}{}
	}
}

// of returns a cell, an empty one where nothing was told.
func (t *Tally) of(by dimension, value string) *cell {
	if at := t.cells[key{by, value}]; at != nil {
		return at
	}
	return newCell()
}

// values lists the values of a dimension that were told of, sorted.
func (t *Tally) values(by dimension) []string {
	var all []string
	for k := range t.cells {
		if k.by == by {
			all = append(all, k.value)
		}
	}
	slices.Sort(all)
	return all
}

// count is how many contacts of some sources, or of all if nil, a cell has in a week.
func (c *cell) count(place int, of func(source string) bool) int {
	n := 0
	for source, weeks := range c.sources {
		if of == nil || of(source) {
			n += weeks[place]
		}
	}
	return n
}

// add joins another cell.
func (c *cell) add(o *cell) {
	for source, weeks := range o.sources {
		if c.sources[source] == nil {
			c.sources[source] = &weekly{}
		}
		for place, n := range weeks {
			c.sources[source][place] += n
		}
	}
	for m := range o.matters {
		c.matters[m] = struct{}{}
	}
	for m := range o.callers {
		c.callers[m] = struct{}{}
	}
}

// Empty reports whether no contact was counted.
func (t *Tally) Empty() bool { return len(t.cells) == 0 }
