// Package countrule applies the rules that count instead of estimating: frequent outages (频繁停电), the same caller
// again and again, many callers of one place. The rules are data (dicts/counts); applying them is a pure function of
// contacts and a time.
package countrule

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// By says whose contacts are counted together.
type By string

// What is counted together.
const (
	ByAccount By = "account" // of one account (户号)
	ByCaller  By = "caller"
	ByPlace   By = "place" // of one community (小区), in one area
	ByArea    By = "area"  // of one area path
)

// Unit is what is counted.
type Unit string

// The units.
const (
	Matters  Unit = "matters"  // distinct problems
	Contacts Unit = "contacts" // calls, orders, messages
	Callers  Unit = "callers"  // distinct callers; contacts without a caller count as one each
)

// Rule is one rule.
type Rule struct {
	Name   string
	By     By
	Count  Unit
	Labels []string      // codes that count, each with those below; none: all
	Label  string        // code of what it finds; empty: what most of the contacts tell
	Each   bool          // only contacts with one label in common count together
	Apart  time.Duration // contacts of one key closer together count once; 0: each counts
	Levels []Level       // the gravest first
}

// Level is a number of counts within a time that is worth telling.
type Level struct {
	Name   string
	Least  int
	Within time.Duration
	Labels []string // of those of the rule, if only some count
}

// Contact is one contact, as far as it is counted.
type Contact struct {
	ID      string
	At      time.Time
	Day     bool // At is the day alone: it does not count within less than a day
	Matter  string
	Caller  string // pseudonym; empty if unknown
	Account string // pseudonym; empty if unknown
	Place   string // name of the community; empty if none is named
	Area    string // path
	Labels  []string
}

// Finding is a key of which the counts reached a level.
type Finding struct {
	Rule, Level string
	By          By
	Key         string // account, caller, area path, or area path and place joined by "/"
	Label       string // what it is about, by code; empty if the contacts tell nothing
	Area        string // of the last contact
	Count       int    // within the level's time, until At
	Unit        Unit
	Least       int
	Within      time.Duration
	At          time.Time
	IDs         []string // of the contacts counted, in the order of time
}

// Find applies rules to contacts. It tells of each rule and key the gravest level reached by a contact of (since, now],
// over the level's time before that contact, and of equal ones the latest. Contacts before since count, and therefore
// have to reach back as far as the longest level (see Reach). Findings are ordered by rule, key and label.
func Find(rules []Rule, contacts []Contact, since, now time.Time) []Finding {
	var out []Finding
	for _, rule := range rules {
		together := map[group][]Contact{}
		for _, c := range contacts {
			if !rule.Takes(c) || c.At.After(now) {
				continue
			}
			for _, g := range rule.groups(c) {
				together[g] = append(together[g], c)
			}
		}
		for _, g := range slices.SortedFunc(maps.Keys(together), func(a, b group) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.label, b.label)) }) {
			told := together[g]
			slices.SortFunc(told, func(a, b Contact) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
			if f, ok := rule.find(told, since); ok {
				f.Key, f.Label = g.key, cmp.Or(rule.Label, g.label, f.Label)
				out = append(out, f)
			}
		}
	}
	return out
}

// group is whose contacts count together, and of which label; "" for all.
type group struct{ key, label string }

// groups are those that a contact counts in.
func (r Rule) groups(c Contact) []group {
	key, _ := r.key(c)
	if !r.Each {
		return []group{{key: key}}
	}
	var out []group
	for _, label := range slices.Compact(slices.Sorted(slices.Values(c.Labels))) {
		if carries(Contact{Labels: []string{label}}, r.Labels) {
			out = append(out, group{key, label})
		}
	}
	return out
}

// Reach is how far before since contacts are needed.
func Reach(rules []Rule) time.Duration {
	longest := time.Duration(0)
	for _, r := range rules {
		longest = max(longest, r.Reach())
	}
	return longest
}

// Reach is how far before since contacts are needed of one rule.
func (r Rule) Reach() time.Duration {
	longest := time.Duration(0)
	for _, l := range r.Levels {
		longest = max(longest, l.Within)
	}
	return longest
}

// Takes reports whether a contact can count: it carries one of the rule's labels, and it is known whose it is.
func (r Rule) Takes(c Contact) bool {
	_, known := r.key(c)
	return known && carries(c, r.Labels)
}

// Concerns reports whether contacts with a label count for the rule because of it.
func (r Rule) Concerns(label string) bool {
	return len(r.Labels) > 0 && carries(Contact{Labels: []string{label}}, r.Labels)
}

// key says with which others a contact counts; false if with none.
func (r Rule) key(c Contact) (string, bool) {
	switch r.By {
	case ByAccount:
		return c.Account, c.Account != ""
	case ByCaller:
		return c.Caller, c.Caller != ""
	case ByPlace:
		return strings.Trim(c.Area+"/"+c.Place, "/"), c.Place != ""
	default:
		return c.Area, c.Area != ""
	}
}

// find looks for the gravest level in the contacts of one key, which are in the order of time.
func (r Rule) find(told []Contact, since time.Time) (Finding, bool) {
	for _, level := range r.Levels {
		for last, c := range slices.Backward(told) {
			if !c.At.After(since) {
				break
			}
			if !level.takes(c) {
				continue
			}
			counted := r.counted(told[:last+1], level)
			if len(counted) < level.Least {
				continue
			}
			f := Finding{Rule: r.Name, Level: level.Name, By: r.By, Label: commonest(counted), Area: c.Area,
				Count: len(counted), Unit: r.Count, Least: level.Least, Within: level.Within, At: c.At}
			for _, c := range counted {
				f.IDs = append(f.IDs, c.ID)
			}
			return f, true
		}
	}
	return Finding{}, false
}

// takes reports whether a contact counts for the level.
func (l Level) takes(c Contact) bool {
	return carries(c, l.Labels) && !(c.Day && l.Within < 24*time.Hour)
}

// commonest is the label that most contacts carry, of several the first by code.
func commonest(told []Contact) string {
	times := map[string]int{}
	for _, c := range told {
		for _, label := range c.Labels {
			times[label]++
		}
	}
	best := ""
	for _, label := range slices.Sorted(maps.Keys(times)) {
		if times[label] > times[best] {
			best = label
		}
	}
	return best
}

// counted returns the contacts that count for a level, up to the last one given, the first of each matter or caller
// alone.
func (r Rule) counted(told []Contact, level Level) []Contact {
	begin := told[len(told)-1].At.Add(-level.Within)
	seen := map[string]bool{}
	var out []Contact
	for _, c := range told {
		if !c.At.After(begin) || !level.takes(c) {
			continue
		}
		id := c.ID
		switch {
		case r.Count == Matters:
			id = c.Matter
		case r.Count == Callers && c.Caller != "":
			id = c.Caller
		}
		if seen[id] {
			continue
		}
		if r.Count != Callers && len(out) > 0 && c.At.Sub(out[len(out)-1].At) < r.Apart {
			continue
		}
		seen[id] = true
		out = append(out, c)
	}
	return out
}

// carries reports whether a contact has one of the codes, or one below it; all contacts carry none.
func carries(c Contact, codes []string) bool {
	return len(codes) == 0 || slices.ContainsFunc(c.Labels, func(label string) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return label == code || strings.HasPrefix(label, code+".") })
	})
}
