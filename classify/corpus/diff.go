package corpus

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"suqiu/classify"
	"suqiu/hotline"
)

// Sample is a call whose label changed: the turn in which the label's words stand, and where.
type Sample struct {
	ID    string   `json:"id"`
	Text  string   `json:"text"`
	Spans [][2]int `json:"spans,omitempty"` // bytes of the text
}

// LabelChange is how one label changed.
type LabelChange struct {
	Code   string   `json:"code"`
	Old    int      `json:"old"` // calls that had it
	New    int      `json:"new"` // calls that have it
	Gained int      `json:"gained"`
	Lost   int      `json:"lost"`
	Now    []Sample `json:"gained_samples,omitempty"`
	Before []Sample `json:"lost_samples,omitempty"`
}

// none stands in a confusion table for no label.
const none = "-"

// Change is what changed from one rule set to another.
type Change struct {
	Calls       int           `json:"calls"`
	Changed     int           `json:"changed"`     // calls with any difference
	Labels      []LabelChange `json:"labels"`      // the most changed first; those that did not change are left out
	Confusion   []Pair        `json:"confusion"`   // labels lost and those gained on the same call; - for none
	Nature      []Pair        `json:"nature"`      // before and now
	Responsible []Pair        `json:"responsible"` // before and now
}

// Diff compares two rule sets over the calls that are added. It is not safe for concurrent use.
type Diff struct {
	old, now    *classify.RuleSet
	samples     int
	change      Change
	labels      map[string]*LabelChange
	confusion   map[[2]string]int
	nature      map[[2]string]int
	responsible map[[2]string]int
}

// NewDiff compares two rule sets, which must be ready, and keeps so many samples of each label gained and lost.
func NewDiff(old, now *classify.RuleSet, samples int) *Diff {
	return &Diff{
		old: old, now: now, samples: samples, labels: map[string]*LabelChange{},
		confusion: map[[2]string]int{}, nature: map[[2]string]int{}, responsible: map[[2]string]int{},
	}
}

// Add analyses a call by both.
func (d *Diff) Add(call *hotline.Call) { d.Compare(call, d.old.Analyze(call), d.now.Analyze(call)) }

// Compare adds a call with analyses that were made already. A Diff that is only given such needs no rule sets.
func (d *Diff) Compare(call *hotline.Call, before, now hotline.Analysis) {
	d.change.Calls++
	lost, gained := d.only(before, now), d.only(now, before)
	for _, l := range before.Labels {
		d.label(l.Code).Old++
	}
	for _, l := range now.Labels {
		d.label(l.Code).New++
	}
	for _, l := range lost {
		c := d.label(l.Code)
		if c.Lost++; len(c.Before) < d.samples {
			c.Before = append(c.Before, sample(call, l))
		}
	}
	for _, l := range gained {
		c := d.label(l.Code)
		if c.Gained++; len(c.Now) < d.samples {
			c.Now = append(c.Now, sample(call, l))
		}
	}
	differs := len(lost)+len(gained) > 0
	if differs {
		for _, from := range codesOr(lost) {
			for _, to := range codesOr(gained) {
				d.confusion[[2]string{from, to}]++
			}
		}
	}
	if before.Nature != now.Nature {
		differs = true
		d.nature[[2]string{string(before.Nature), string(now.Nature)}]++
	}
	if before.Responsible != now.Responsible {
		differs = true
		d.responsible[[2]string{string(before.Responsible), string(now.Responsible)}]++
	}
	if differs {
		d.change.Changed++
	}
}

// only gives the labels of a that b has not.
func (d *Diff) only(a, b hotline.Analysis) []hotline.Label {
	codes := b.Codes()
	return slices.DeleteFunc(slices.Clone(a.Labels), func(l hotline.Label) bool { return slices.Contains(codes, l.Code) })
}

func codesOr(labels []hotline.Label) []string {
	if len(labels) == 0 {
		return []string{none}
	}
	codes := make([]string, len(labels))
	for i, l := range labels {
		codes[i] = l.Code
	}
	return codes
}

func (d *Diff) label(code string) *LabelChange {
	if d.labels[code] == nil {
		d.labels[code] = &LabelChange{Code: code}
	}
	return d.labels[code]
}

// sample takes the turn of the label's first word.
func sample(call *hotline.Call, l hotline.Label) Sample {
	s := Sample{ID: call.DocID(), Text: call.Title}
	turn := classify.TitleTurn
	if len(l.Hits) > 0 {
		turn = l.Hits[0].Turn
	}
	if turn >= 0 && turn < len(call.Turns) {
		s.Text = call.Turns[turn].Text
	}
	for _, h := range l.Hits {
		if h.Turn == turn {
			s.Spans = append(s.Spans, [2]int{h.Start, h.End})
		}
	}
	s.Text = strings.Clone(s.Text) // lets go of the rest of the call
	return s
}

// Change sums up.
func (d *Diff) Change() Change {
	c := d.change
	c.Labels = []LabelChange{}
	for _, code := range slices.Sorted(maps.Keys(d.labels)) {
		if l := d.labels[code]; l.Gained+l.Lost > 0 {
			c.Labels = append(c.Labels, *l)
		}
	}
	slices.SortStableFunc(c.Labels, func(a, b LabelChange) int { return cmp.Compare(b.Gained+b.Lost, a.Gained+a.Lost) })
	c.Confusion, c.Nature, c.Responsible = pairs(d.confusion), pairs(d.nature), pairs(d.responsible)
	return c
}
