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
	Count       int    // within the level's time, until At
	At          time.Time
	IDs         []string // of the contacts counted, in the order of time
}

// Find applies rules to contacts. It tells of each rule and key the gravest level reached by a contact of (since, now],
// over the level's time before that contact, and of equal ones the latest. Contacts before since count, and therefore
// have to reach back as far as the longest level (see Reach). Findings are ordered by rule and key.
func Find(rules []Rule, contacts []Contact, since, now time.Time) []Finding {
	var out []Finding
	for _, rule := range rules {
		byKey := map[string][]Contact{}
		for _, c := range contacts {
			key, ok := rule.key(c)
			if ok && !c.At.After(now) && carries(c, rule.Labels) {
				byKey[key] = append(byKey[key], c)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(byKey)) {
			told := byKey[key]
			slices.SortFunc(told, func(a, b Contact) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
			if f, ok := rule.find(told, since); ok {
				f.Key = key
				out = append(out, f)
			}
		}
	}
	return out
}

// Reach is how far before since contacts are needed.
func Reach(rules []Rule) time.Duration {
	longest := time.Duration(0)
	for _, r := range rules {
		for _, l := range r.Levels {
			longest = max(longest, l.Within)
		}
	}
	return longest
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
			if !carries(c, level.Labels) {
				continue
			}
			counted := r.counted(told[:last+1], level)
			if len(counted) < level.Least {
				continue
			}
			f := Finding{Rule: r.Name, Level: level.Name, By: r.By, Count: len(counted), At: c.At}
			for _, c := range counted {
				f.IDs = append(f.IDs, c.ID)
			}
			return f, true
		}
	}
	return Finding{}, false
}

// counted returns the contacts that count for a level, up to the last one given, the first of each matter or caller
// alone.
func (r Rule) counted(told []Contact, level Level) []Contact {
	begin := told[len(told)-1].At.Add(-level.Within)
	seen := map[string]bool{}
	var out []Contact
	for _, c := range told {
		if !c.At.After(begin) || !carries(c, level.Labels) {
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
