package classify

import "slices"

// maxEvidence bounds the words of one group that are kept as evidence of one rule.
const maxEvidence = 3

// maxPairs bounds the pairs of one near; a chain multiplies them.
const maxPairs = 4000

// holds reports whether a condition holds and adds the words it holds by to used.
func (m *matches) holds(e *expr) bool {
	mark := len(m.used)
	ok := m.decide(e)
	if !ok {
		m.used = m.used[:mark]
	}
	return ok
}

func (m *matches) decide(e *expr) bool {
	switch e.op {
	case opGroup:
		words := m.wordsOf(e.group)
		m.used = append(m.used, words[:min(len(words), maxEvidence)]...)
		return len(words) > 0
	case opNear, opMeasure, opFirst, opLast:
		spans := m.spans(e)
		if len(spans) == 0 {
			return false
		}
		m.use(spans[0])
		return true
	case opAnd:
		for _, c := range e.children {
			if !m.holds(c) {
				return false
			}
		}
		return true
	case opOr:
		return slices.ContainsFunc(e.children, m.holds)
	case opNot:
		mark, sounding := len(m.used), m.sounding
		m.sounding = false // what only sounds like a word excludes nothing
		ok := m.holds(e.children[0])
		m.used, m.sounding = m.used[:mark], sounding
		return !ok
	case opCount:
		return m.counts(e)
	case opTitle:
		for _, s := range m.wordsOf(e.children[0].group) {
			if m.doc.turnOf(s.start).index == TitleTurn {
				m.used = append(m.used, s)
				return true
			}
		}
		return false
	case opTest:
		return m.tests(e)
	}
	return false
}

// counts reports whether enough words that do not overlap stand outside the title.
func (m *matches) counts(e *expr) bool {
	n, edge := 0, int32(-1)
	for _, s := range m.wordsOf(e.children[0].group) {
		if s.start < edge || m.doc.turnOf(s.start).index == TitleTurn {
			continue
		}
		edge = s.end
		if n < maxEvidence {
			m.used = append(m.used, s)
		}
		if n++; n >= e.least {
			return true
		}
	}
	return false
}

// use adds a span, or the words it is joined of, to the evidence.
func (m *matches) use(s span) {
	if s.pair < 0 {
		m.used = append(m.used, s)
		return
	}
	m.use(m.pairs[s.pair][0])
	m.use(m.pairs[s.pair][1])
}

// spans gives the places for which a condition of groups and near stands, by start.
func (m *matches) spans(e *expr) []span {
	switch e.op {
	case opGroup:
		return m.wordsOf(e.group)
	case opOr:
		var all []span
		for _, c := range e.children {
			all = append(all, m.spans(c)...)
		}
		return sortSpans(all)
	case opMeasure:
		return m.measured(e, m.spans(e.children[0]))
	case opFirst, opLast:
		return m.placed(e, m.spans(e.children[0]))
	}
	left := m.spans(e.children[0])
	if len(left) == 0 {
		return nil
	}
	return m.join(e, left, m.spans(e.children[1]))
}

// join pairs each left span with the nearest right span on either side that is near enough.
func (m *matches) join(e *expr, left, right []span) []span {
	var joined []span
	add := func(a, b span) {
		joined = append(joined, span{min(a.start, b.start), max(a.end, b.end), -1, int32(len(m.pairs))})
		m.pairs = append(m.pairs, [2]span{a, b})
	}
	for _, a := range left {
		if len(joined) >= maxPairs {
			break
		}
		if i := firstFrom(right, a.end); i < len(right) && m.isNear(e, a, right[i]) {
			add(a, right[i])
		}
		if e.ordered {
			continue
		}
		for i := firstFrom(right, a.start) - 1; i >= 0; i-- {
			if b := right[i]; b.end <= a.start {
				if m.isNear(e, b, a) {
					add(a, b)
				}
				break
			}
		}
	}
	return sortSpans(joined)
}

// isNear reports whether b, which begins where a ends or later, is within the distance.
func (m *matches) isNear(e *expr, a, b span) bool {
	d := &m.doc
	switch e.unit {
	case unitSentence:
		return d.sentence[a.end-1] == d.sentence[b.start]
	case unitClause:
		return d.clause[a.end-1] == d.clause[b.start]
	case unitTurn:
		return d.turnOf(b.start).index-d.turnOf(a.end-1).index <= e.distance
	}
	if b.start >= d.turnOf(a.end-1).end {
		return false
	}
	if e.unit == unitToken {
		return int(d.token[b.start]-d.token[a.end-1])-1 <= e.distance
	}
	return int(b.start-a.end) <= e.distance
}

// placed keeps the spans that lie within so many characters or turns of the beginning, or of the end, of the contact.
// The title is no part of what is counted.
func (m *matches) placed(e *expr, spans []span) []span {
	d := &m.doc
	turns := d.turns
	if len(turns) > 0 && turns[0].index == TitleTurn {
		turns = turns[1:]
	}
	if len(turns) == 0 {
		return nil
	}
	n := e.distance
	from, to := turns[0].start, turns[len(turns)-1].end
	switch {
	case e.unit == unitTurn && e.op == opFirst:
		to = turns[min(n, len(turns))-1].end
	case e.unit == unitTurn:
		from = turns[max(len(turns)-n, 0)].start
	case e.op == opFirst:
		to = min(to, from+int32(n))
	default:
		from = max(from, to-int32(n))
	}
	var kept []span
	for _, s := range spans {
		if s.start >= from && s.end <= to {
			kept = append(kept, s)
		}
	}
	return kept
}
