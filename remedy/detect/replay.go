package detect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
)

// Contact is what a replay needs to know of one contact.
type Contact struct {
	ID        string
	Source    string
	Hotline   hotline.Hotline
	Received  time.Time
	Precision hotline.Precision
	Arrived   time.Time // when it was known
	Matter    string
	Caller    string
	Account   string
	Community string // 小区, that the text names
	Area      string
	Labels    []string
	Text      string // masked, for an example
}

// Replay is a source that tells, at each moment of a replay, what was known then. Its contacts must be sorted by SortContacts.
type Replay struct {
	Contacts []Contact // by time of arrival
	Spans    []hotline.Coverage
	Zone     *time.Location
	Now      time.Time // of the replay
	Depth    int       // levels of the area's path at which matters are counted; 0 for all

	byAccount, byCaller map[string][]int // places in Contacts
}

var _ Source = (*Replay)(nil)

// SortContacts puts contacts in the order of their arrival.
func SortContacts(contacts []Contact) {
	slices.SortFunc(contacts, func(a, b Contact) int { return cmp.Or(a.Arrived.Compare(b.Arrived), cmp.Compare(a.ID, b.ID)) })
}

// arrived are the contacts that were known at the moment of the replay.
func (r *Replay) arrived() []Contact {
	n, _ := slices.BinarySearchFunc(r.Contacts, r.Now, func(c Contact, now time.Time) int {
		if c.Arrived.After(now) {
			return 1
		}
		return -1
	})
	return r.Contacts[:n]
}

// Coverage implements Source: what is complete now was complete up to the moment of the replay.
func (r *Replay) Coverage(ctx context.Context) ([]hotline.Coverage, error) {
	var out []hotline.Coverage
	for _, s := range r.Spans {
		if s.Through.After(r.Now) {
			s.Through = r.Now
		}
		if s.From.Before(s.Through) {
			out = append(out, s)
		}
	}
	return out, ctx.Err()
}

// Known implements Source.
func (r *Replay) Known(context.Context) ([]string, error) {
	known := map[string]bool{}
	var out []string
	for _, c := range r.arrived() {
		if !known[c.Source] {
			known[c.Source] = true
			out = append(out, c.Source)
		}
	}
	return out, nil
}

// Held implements Source: a replay analyses all contacts by the same rules.
func (r *Replay) Held(context.Context, time.Time, time.Time) (map[string]string, int64, error) {
	return nil, 0, nil
}

// within reports whether a contact is one of those that are asked for.
func (q *Query) within(c *Contact) bool {
	return !c.Received.Before(q.From) && c.Received.Before(q.To) && (len(q.Sources) == 0 || slices.Contains(q.Sources, c.Source)) &&
		hotline.Covers(q.Area, c.Area) && (q.Interval != trend.Hourly || c.Precision != hotline.PrecisionDay)
}

// bucket is the start of the bucket of a time.
func (q *Query) bucket(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	if q.Interval == trend.Hourly {
		return t.Truncate(time.Hour)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// Count implements Source.
func (r *Replay) Count(ctx context.Context, q Query) ([]hotline.Count, error) {
	type cell struct {
		label, area string
		bucket      int64
	}
	matters := map[cell]map[string]bool{}
	contacts := r.arrived()
	for k := range contacts {
		c := &contacts[k]
		if !q.within(c) {
			continue
		}
		at, area := q.bucket(c.Received, r.Zone).Unix(), Cut(c.Area, r.Depth)
		for _, label := range c.Labels {
			key := cell{label, area, at}
			if matters[key] == nil {
				matters[key] = map[string]bool{}
			}
			matters[key][c.Matter] = true
		}
	}
	out := make([]hotline.Count, 0, len(matters))
	for key, told := range matters {
		out = append(out, hotline.Count{Label: key.label, Area: key.area, Bucket: time.Unix(key.bucket, 0).In(r.Zone), Matters: int64(len(told))})
	}
	slices.SortFunc(out, func(a, b hotline.Count) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Area, b.Area), a.Bucket.Compare(b.Bucket))
	})
	return out, ctx.Err()
}

// Cut shortens an area's path to so many levels; 0 leaves it as it is.
func Cut(path string, depth int) string {
	levels := strings.Split(path, hotline.AreaSeparator)
	if depth < 1 || len(levels) <= depth {
		return path
	}
	return strings.Join(levels[:depth], hotline.AreaSeparator)
}

// Read implements Source.
func (r *Replay) Read(ctx context.Context, q Query) ([]Contact, error) {
	arrived := r.arrived()
	var out []Contact
	take := func(c *Contact) {
		if q.within(c) && (len(q.Labels) == 0 || slices.ContainsFunc(c.Labels, q.asks)) {
			out = append(out, *c)
		}
	}
	if q.Account == "" && q.Caller == "" {
		for k := range arrived {
			take(&arrived[k])
		}
		return out, ctx.Err()
	}
	r.group()
	places := r.byAccount[q.Account]
	if q.Account == "" {
		places = r.byCaller[q.Caller]
	}
	for _, k := range places {
		if k < len(arrived) && (q.Caller == "" || arrived[k].Caller == q.Caller) {
			take(&arrived[k])
		}
	}
	return out, ctx.Err()
}

// asks reports whether a label is one that is asked for, or lies below one.
func (q *Query) asks(label string) bool {
	return slices.ContainsFunc(q.Labels, func(code string) bool { return label == code || strings.HasPrefix(label, code+".") })
}

// group remembers, once, which contacts are of which account and caller.
func (r *Replay) group() {
	if r.byAccount != nil {
		return
	}
	r.byAccount, r.byCaller = map[string][]int{}, map[string][]int{}
	for k := range r.Contacts {
		if c := &r.Contacts[k]; c.Account != "" {
			r.byAccount[c.Account] = append(r.byAccount[c.Account], k)
		}
		if c := &r.Contacts[k]; c.Caller != "" {
			r.byCaller[c.Caller] = append(r.byCaller[c.Caller], k)
		}
	}
}

// Told implements Source.
func (r *Replay) Told(ctx context.Context, labels []string, q Query) (remedy.Told, error) {
	told := NewTelling()
	contacts := r.arrived()
	for k := range contacts {
		c := &contacts[k]
		if q.within(c) && slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(c.Labels, l) }) {
			told.Add(c)
		}
	}
	return told.Told(), ctx.Err()
}

// Telling gathers what the contacts of a sighting tell.
type Telling struct {
	matters, callers map[string]bool
	hotlines         map[hotline.Hotline]bool
	latest           []Contact
}

// NewTelling returns one that has heard nothing.
func NewTelling() *Telling {
	return &Telling{matters: map[string]bool{}, callers: map[string]bool{}, hotlines: map[hotline.Hotline]bool{}}
}

const (
	examples    = 3   // shown of a sighting
	exampleSize = 120 // characters of each
)

// Add takes in a contact. One without a caller counts as a caller of its own.
func (t *Telling) Add(c *Contact) {
	t.matters[c.Matter] = true
	t.callers[cmp.Or(c.Caller, c.ID)] = true
	t.hotlines[c.Hotline] = true
	t.latest = append(t.latest, *c)
	slices.SortFunc(t.latest, func(a, b Contact) int { return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(a.ID, b.ID)) })
	t.latest = t.latest[:min(examples, len(t.latest))]
}

// Told sums up.
func (t *Telling) Told() remedy.Told {
	out := remedy.Told{Matters: len(t.matters), Callers: len(t.callers)}
	for _, h := range hotline.Hotlines {
		if t.hotlines[h] {
			out.Hotlines = append(out.Hotlines, h)
		}
	}
	for _, c := range t.latest {
		text := []rune(strings.Join(strings.Fields(c.Text), " "))
		if len(text) > exampleSize {
			text = append(text[:exampleSize-1], '…')
		}
		out.Examples = append(out.Examples, remedy.Example{ID: c.ID, Text: string(text)})
	}
	return out
}

// AssumeComplete takes every source of the contacts for complete, from the day after its first contact up to a time.
func (r *Replay) AssumeComplete(to time.Time) {
	first := map[string]time.Time{}
	for _, c := range r.Contacts {
		if at, known := first[c.Source]; !known || c.Received.Before(at) {
			first[c.Source] = c.Received
		}
	}
	r.Spans = nil
	for source, at := range first {
		at = at.In(r.Zone)
		r.Spans = append(r.Spans, hotline.Coverage{Source: source, From: time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, r.Zone), Through: to})
	}
	slices.SortFunc(r.Spans, func(a, b hotline.Coverage) int { return cmp.Compare(a.Source, b.Source) })
}
