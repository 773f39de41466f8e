package classify

import "slices"

// implies reports whether b holds in every contact in which a holds, as far as their forms tell: false means not
// known. It compares groups by their patterns and filters.
func (p *program) implies(a, b *expr) bool {
	all := func(list []*expr, holds func(*expr) bool) bool {
		return !slices.ContainsFunc(list, func(e *expr) bool { return !holds(e) })
	}
	switch { // the connectives that must be taken apart first
	case a.op == opOr:
		return all(a.children, func(c *expr) bool { return p.implies(c, b) })
	case b.op == opAnd:
		return all(b.children, func(c *expr) bool { return p.implies(a, c) })
	}
	if p.within(a, b) {
		return true
	}
	if b.op == opOr && slices.ContainsFunc(b.children, func(c *expr) bool { return p.implies(a, c) }) {
		return true
	}
	switch a.op {
	case opAnd:
		return slices.ContainsFunc(a.children, func(c *expr) bool { return p.implies(c, b) })
	case opNear:
		return b.op != opNear && slices.ContainsFunc(a.children, func(c *expr) bool { return p.implies(c, b) })
	case opNot:
		return b.op == opNot && p.implies(b.children[0], a.children[0])
	case opCount:
		if b.op == opCount && a.least < b.least {
			return false
		}
		return (b.op == opCount && p.within(a.children[0], b.children[0])) || (b.op == opGroup && p.within(a.children[0], b))
	case opTitle, opMeasure, opFirst, opLast:
		return a.op == opTitle && b.op == opTitle && p.within(a.children[0], b.children[0]) || p.implies(a.children[0], b)
	case opTest:
		return b.op == opTest && a.name == b.name && subset(a.values, b.values)
	}
	return false
}

// subset reports whether every value of a is among those of b.
func subset[T comparable](a, b []T) bool {
	return !slices.ContainsFunc(a, func(v T) bool { return !slices.Contains(b, v) })
}

// within reports whether every span of a is a span of b.
func (p *program) within(a, b *expr) bool {
	switch {
	case a.op == opGroup && b.op == opGroup:
		return p.groupWithin(a.group, b.group)
	case a.op == opOr && a.isSpan():
		return !slices.ContainsFunc(a.children, func(c *expr) bool { return !p.within(c, b) })
	case b.op == opOr && b.isSpan():
		return slices.ContainsFunc(b.children, func(c *expr) bool { return p.within(a, c) })
	case ofSpans(a) && a.op != opTitle:
		narrower := a.op == b.op && a.unit == b.unit && a.distance <= b.distance && a.kind == b.kind && a.compare == b.compare && a.bound == b.bound
		return narrower && p.within(a.children[0], b.children[0]) || p.within(a.children[0], b)
	case a.op == opNear && b.op == opNear:
		if b.ordered && !a.ordered || !distanceWithin(a, b) {
			return false
		}
		straight := p.within(a.children[0], b.children[0]) && p.within(a.children[1], b.children[1])
		crossed := !b.ordered && p.within(a.children[0], b.children[1]) && p.within(a.children[1], b.children[0])
		return straight || crossed
	}
	return false
}

// distanceWithin reports whether what is near enough for a is near enough for b.
func distanceWithin(a, b *expr) bool {
	switch a.unit {
	case b.unit:
		return a.distance <= b.distance // 0 for both clauses and sentences
	case unitClause:
		return b.unit == unitSentence || b.unit == unitTurn
	}
	return b.unit == unitTurn
}

// groupWithin reports whether every word of a is a word of b, past the filters.
func (p *program) groupWithin(a, b int32) bool {
	if a == b {
		return true
	}
	g, h := &p.groups[a], &p.groups[b]
	if g.opts.roles&^h.opts.roles != 0 || h.opts.border != borderAny && h.opts.border != g.opts.border {
		return false
	}
	if g.opts.skipsFillers && !h.opts.skipsFillers || !g.opts.heardWithin(&h.opts) {
		return false
	}
	for k, policy := range h.opts.cues {
		if policy != cueIgnore && policy != g.opts.cues[k] {
			return false
		}
	}
	if h.mask >= 0 && (g.mask < 0 || !subset(p.texts(h.mask), p.texts(g.mask))) {
		return false
	}
	return subset(p.texts(a), p.texts(b))
}

// texts are the patterns of a group as they are written, shared ones taken in.
func (p *program) texts(g int32) []string {
	var texts []string
	for _, pattern := range p.files.flatten(p.groups[g].patterns) {
		texts = append(texts, pattern.text)
	}
	return texts
}
