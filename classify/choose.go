package classify

import (
	"cmp"
	"slices"

	"suqiu/hotline"
)

// Salience says how much evidence counts when labels stand beside each other. The zero value weighs all alike.
type Salience struct {
	LateAfter float64 // a share of what the caller says, 0 to 1; what begins past it is late. The title is the beginning.
	Late      float64 // what the weight of a rule counts whose evidence begins late, 0 to 1
	FewUnder  int     // characters; evidence of fewer is little
	Few       float64 // what a label counts that rests on little evidence, 0 to 1
}

// Abstain says which labels are dropped beside stronger ones. The zero value drops none.
type Abstain struct {
	Below   float64 // a share of the strongest label's strength, 0 to 1
	Covered bool    // also a label all of whose words are words of a stronger one
}

// reasonToYield is why a label gives way to another.
type reasonToYield int8

const (
	yieldsNot reasonToYield = iota
	yieldsUnless
	yieldsExclusive
	yieldsWeak
	yieldsCovered
)

// yieldNames are the reasons in JSON.
var yieldNames = [...]string{yieldsUnless: "unless", yieldsExclusive: "exclusive", yieldsWeak: "below", yieldsCovered: "covered"}

// trace is a rule that fired: what it weighs for a label, and where its evidence stands in told.
type trace struct {
	label    int32
	weight   float64
	from, to int32
}

// candidate is a label that nothing but other labels can keep from being given.
type candidate struct {
	label    int32
	strength float64
	first    int32  // where its evidence begins
	words    []span // its evidence, joined where it overlaps, by place
	length   int    // of them, in characters
}

// choose decides which of the labels that reached their thresholds stand beside each other, and lists those given, the
// strongest first. Ties go to the higher priority, then to the evidence that stands first, then to the longer one, then to the
// taxonomy's order.
func (rs *RuleSet) choose(m *matches, scores []score) {
	m.given = m.given[:0]
	for i := range scores {
		if scores[i].given() {
			m.given = append(m.given, int32(i))
		}
	}
	if len(m.given) < 2 {
		return
	}
	candidates := slices.Grow(m.candidates[:0], len(m.given))[:len(m.given)]
	m.candidates = candidates
	for i, label := range m.given {
		rs.weigh(m, label, &candidates[i])
		scores[label].strength = candidates[i].strength
	}
	labels := rs.taxonomy.Labels
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(labels[b.label].Priority, labels[a.label].Priority), cmp.Compare(a.first, b.first), b.length-a.length)
	})
	kept := candidates[:1]
	for i := 1; i < len(candidates); i++ {
		c := &candidates[i]
		to, reason := rs.yields(c, kept)
		if reason != yieldsNot {
			scores[c.label].silencedBy, scores[c.label].reason = labels[to].Code, reason
			continue
		}
		candidates[len(kept)], candidates[i] = candidates[i], candidates[len(kept)] // each keeps its own memory
		kept = candidates[:len(kept)+1]
	}
	m.given = m.given[:0]
	for _, c := range kept {
		m.given = append(m.given, c.label)
	}
}

// yields finds the first of the stronger labels to which a label gives way.
func (rs *RuleSet) yields(c *candidate, stronger []candidate) (to int32, reason reasonToYield) {
	t := rs.taxonomy
	for _, s := range stronger {
		if slices.ContainsFunc(t.exclusive, func(set []int32) bool { return slices.Contains(set, c.label) && slices.Contains(set, s.label) }) {
			return s.label, yieldsExclusive
		}
	}
	if c.strength < t.Abstain.Below*stronger[0].strength {
		return stronger[0].label, yieldsWeak
	}
	for _, s := range stronger {
		if t.Abstain.Covered && covers(s.words, c.words) {
			return s.label, yieldsCovered
		}
	}
	return 0, yieldsNot
}

// weigh fills a candidate, whose memory it keeps, with the evidence of a label.
func (rs *RuleSet) weigh(m *matches, label int32, c *candidate) {
	*c = candidate{label: label, first: int32(len(m.doc.runes)), words: c.words[:0]}
	salience := rs.taxonomy.Salience
	for _, t := range m.traces {
		if t.label != label {
			continue
		}
		spans, weight := m.told[t.from:t.to], t.weight
		if len(spans) > 0 {
			first := slices.MinFunc(spans, compareSpans).start
			if salience.LateAfter > 0 && m.doc.progress(first) > salience.LateAfter {
				weight *= salience.Late
			}
			c.first = min(c.first, first)
			c.words = append(c.words, spans...)
		}
		c.strength += weight
	}
	c.words = joined(c.words)
	for _, s := range c.words {
		c.length += int(s.end - s.start)
	}
	if c.length < salience.FewUnder {
		c.strength *= salience.Few
	}
}

// joined sorts spans and makes one of those that overlap.
func joined(spans []span) []span {
	slices.SortFunc(spans, compareSpans)
	kept := spans[:0]
	for _, s := range spans {
		if last := len(kept) - 1; last >= 0 && s.start <= kept[last].end {
			kept[last].end = max(kept[last].end, s.end)
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// covers reports whether every character of inner, which is not empty, stands in outer; both are joined.
func covers(outer, inner []span) bool {
	return len(inner) > 0 && !slices.ContainsFunc(inner, func(s span) bool {
		return !slices.ContainsFunc(outer, func(o span) bool { return o.start <= s.start && s.end <= o.end })
	})
}

// progress is the share of what the caller says that stands before a place, 0 to 1. The title stands before all of it.
func (d *document) progress(at int32) float64 {
	before, all := int32(0), int32(0)
	for _, t := range d.turns {
		if t.index == TitleTurn || t.role != hotline.RoleCustomer && t.role != hotline.RoleUnknown {
			continue
		}
		all += t.end - t.start
		before += max(min(at, t.end)-t.start, 0)
	}
	if all == 0 {
		return 0
	}
	return float64(before) / float64(all)
}
