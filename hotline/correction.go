package hotline

import (
	"cmp"
	"slices"
	"time"
)

// MaxCorrectionRev is how many corrections one call can have, undone ones counted: its six bits of the version.
const MaxCorrectionRev = 1<<6 - 1

// Correction (人工更正) is what a person who has read a call says of it where the rules are wrong. It holds for the call
// whatever rule set analyses it. One without changes takes back those before it.
type Correction struct {
	Rev         int64       `json:"rev"` // 1 … MaxCorrectionRev, counting what was said of this call
	Add         []string    `json:"add,omitempty"`
	Remove      []string    `json:"remove,omitempty"`
	Nature      Nature      `json:"nature,omitempty"`
	Responsible Responsible `json:"responsible,omitempty"`
	By          string      `json:"by"`
	Why         string      `json:"why,omitempty"` // masked
	At          time.Time   `json:"at"`
	Kept        []Kept      `json:"kept,omitempty"` // changes of labels above that were said before, and hold on
}

// Kept is a change of a label that an earlier correction made and a later one kept: who said so, and why.
type Kept struct {
	Label string    `json:"label"`
	By    string    `json:"by"`
	Why   string    `json:"why,omitempty"` // masked
	At    time.Time `json:"at"`
}

// said tells who made the change of a label, and why.
func (c *Correction) said(label string) Kept {
	for _, k := range c.Kept {
		if k.Label == label {
			return k
		}
	}
	return Kept{label, c.By, c.Why, c.At}
}

// Empty reports whether the correction changes nothing.
func (c *Correction) Empty() bool {
	return len(c.Add) == 0 && len(c.Remove) == 0 && c.Nature == "" && c.Responsible == ""
}

// After is the correction that follows another of the same call: what the other said holds on where c says nothing else,
// and if c is empty nothing holds.
func (c Correction) After(before Correction) Correction {
	c.Rev = before.Rev + 1
	if c.Empty() {
		return c
	}
	add, remove := c.Add, c.Remove
	c.Kept = nil
	for _, code := range slices.Concat(before.Add, before.Remove) {
		if !slices.Contains(add, code) && !slices.Contains(remove, code) {
			c.Kept = append(c.Kept, before.said(code))
		}
	}
	c.Add, c.Remove = union(before.Add, add, remove), union(before.Remove, remove, add)
	c.Nature, c.Responsible = cmp.Or(c.Nature, before.Nature), cmp.Or(c.Responsible, before.Responsible)
	return c
}

// union is what is in a or b, without what is in none.
func union(a, b, none []string) []string {
	var all []string
	for _, code := range slices.Concat(a, b) {
		if !slices.Contains(none, code) && !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	return all
}

// Corrected is the correction that is in force for a call, beside what the rules alone found.
type Corrected struct {
	Correction
	Rules Findings `json:"rules"`
}

// Findings is the part of an analysis that a person can correct.
type Findings struct {
	Labels      []Label     `json:"labels,omitempty"`
	Margin      float64     `json:"margin,omitempty"`
	Nature      Nature      `json:"nature,omitempty"`
	Responsible Responsible `json:"responsible,omitempty"`
}

// Correct puts a correction in force in the place of any other: the analysis becomes what the rules found, with its
// changes. Doing it twice is as good as once, and nothing that the analysis shares with another is written to. A label
// that a person gave stands before those of the rules and names its giver; if the rules gave it too, it keeps its hits.
// Without the strongest of the rules' labels the margin is 0.
func (a *Analysis) Correct(c Correction) {
	rules := Findings{a.Labels, a.Margin, a.Nature, a.Responsible}
	if a.Corrected != nil {
		rules = a.Corrected.Rules
	}
	a.Labels, a.Margin, a.Nature, a.Responsible = rules.Labels, rules.Margin, rules.Nature, rules.Responsible
	a.CorrectionRev, a.Corrected = c.Rev, nil
	if c.Empty() {
		return
	}
	a.Corrected = &Corrected{Correction: c, Rules: rules}
	a.Labels = make([]Label, 0, len(rules.Labels)+len(c.Add))
	for _, code := range c.Add {
		given := Label{Code: code}
		if i := slices.IndexFunc(rules.Labels, func(l Label) bool { return l.Code == code }); i >= 0 {
			given = rules.Labels[i]
		}
		given.By = c.said(code).By
		a.Labels = append(a.Labels, given)
	}
	for _, l := range rules.Labels {
		if !slices.Contains(c.Add, l.Code) && !slices.Contains(c.Remove, l.Code) {
			a.Labels = append(a.Labels, l)
		}
	}
	if len(rules.Labels) > 0 && slices.Contains(c.Remove, rules.Labels[0].Code) {
		a.Margin = 0
	}
	if c.Nature != "" {
		a.Nature = c.Nature
	}
	if c.Responsible != "" {
		a.Responsible = c.Responsible
	}
}
