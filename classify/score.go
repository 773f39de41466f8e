package classify

import (
	"slices"

	"suqiu/hotline"
)

// maxLabelHits bounds the evidence kept with one label.
const maxLabelHits = 20

// score is what the rules say of one label.
type score struct {
	weight     float64
	written    float64 // what it would be if all words stood as they are written
	fired      []int32 // rules
	hits       []hotline.Hit
	enough     bool    // the weight reaches the threshold
	allowed    bool    // what the label requires holds
	strength   float64 // the weight of its evidence beside other labels; 0 where there is none
	silencedBy string  // the label for which it gives way
	reason     reasonToYield

	contradicted bool // by the words of the caller
	byWords      bool // given by them alone

	byMark       string  // the urgency signal that alone gives it; empty otherwise
	firedForMark []int32 // the rules of that signal
}

func (s *score) given() bool { return s.byWords || s.byMark != "" || s.stands() && s.silencedBy == "" }

// stands reports whether nothing but other labels can keep the label from being given.
func (s *score) stands() bool { return s.enough && s.allowed && !s.contradicted }

// score evaluates the rules that may fire and gives each label its score, in the taxonomy's order. m.given lists the labels
// that are given.
func (rs *RuleSet) score(m *matches) []score {
	scores := make([]score, len(rs.taxonomy.Labels))
	rules := rs.rules[decidesLabel]
	m.traces, m.told = m.traces[:0], m.told[:0]
	if rs.weights != nil {
		rs.weights.listen(m)
	}
	for _, i := range m.anchored(decidesLabel) {
		r := &rules[i]
		weight, fires := m.fires(r)
		if !fires {
			continue
		}
		label := rs.taxonomy.index[r.label]
		s := &scores[label]
		s.weight += weight
		s.written += r.weight
		s.fired = append(s.fired, i)
		from := int32(len(m.told))
		if r.weight > 0 {
			s.hits = m.evidence(s.hits, r.id)
			m.told = append(m.told, m.used...)
		}
		m.traces = append(m.traces, trace{int32(label), weight, from, int32(len(m.told))})
	}
	for i := range scores {
		s := &scores[i]
		if len(s.fired) == 0 {
			continue
		}
		threshold := rs.taxonomy.Labels[i].Threshold
		if s.enough = s.written >= threshold; s.enough {
			s.weight = max(s.weight, threshold) // a misheard word makes a label weaker and takes none
		}
		s.allowed = rs.mayStand(m, i)
		s.contradicted = rs.contradicts(m, i, s.fired)
	}
	for i := range scores {
		for _, code := range rs.taxonomy.Labels[i].Unless {
			if other := scores[rs.taxonomy.index[code]]; other.stands() {
				scores[i].silencedBy, scores[i].reason = code, yieldsUnless
				break
			}
		}
	}
	rs.choose(m, scores)
	if rs.weights != nil {
		rs.addByWords(m, scores)
	}
	rs.addByMarks(m, scores)
	return scores
}

// anchored lists the rules of a decision of which an anchor group has a word, in their order.
func (m *matches) anchored(on decision) []int32 {
	m.anchors = slices.Grow(m.anchors[:0], len(m.rules[on]))[:len(m.rules[on])]
	clear(m.anchors)
	for _, i := range m.always[on] {
		m.anchors[i] = true
	}
	for _, g := range m.touched {
		for _, i := range m.byAnchor[on][g] {
			m.anchors[i] = true
		}
	}
	m.mayFire = m.mayFire[:0]
	for i, anchored := range m.anchors {
		if anchored {
			m.mayFire = append(m.mayFire, int32(i))
		}
	}
	return m.mayFire
}

// evidence writes the words that the last condition held by.
func (m *matches) evidence(hits []hotline.Hit, rule string) []hotline.Hit {
	from := len(hits)
	for _, s := range m.used {
		if len(hits) == maxLabelHits {
			break
		}
		h := m.doc.hit(rule, m.groups[s.group].name, s.start, s.end)
		h.Fuzzy = m.isFuzzy(s)
		if !slices.Contains(hits[from:], h) {
			hits = append(hits, h)
		}
	}
	return hits
}

// ballot is the vote on nature or responsibility, as told or as found.
type ballot struct {
	winner  string
	votes   map[string]float64
	rules   []ruleVote // that voted
	byLabel string     // the label whose default voted, if any
}

type ruleVote struct {
	id, value string
	weight    float64
	hits      []hotline.Hit
}

// vote decides the nature or the responsible party: the default of the strongest label is one vote, but for what handlers
// found, rules add theirs.
// m.labels are the labels given, the strongest first.
func (rs *RuleSet) vote(m *matches, on decision) ballot {
	b := ballot{votes: map[string]float64{}}
	order, fallback := stringsOf(hotline.Natures[:]), string(rs.taxonomy.Nature)
	switch on {
	case decidesResponsible:
		order, fallback = stringsOf(hotline.Parties[:]), string(hotline.ResponsibleUnknown)
	case decidesFound:
		order, fallback = stringsOf(hotline.Parties[:]), ""
	}
	if len(m.labels) > 0 && on != decidesFound {
		strongest, _ := rs.taxonomy.Label(m.labels[0])
		value := string(strongest.Nature)
		if on == decidesResponsible {
			value = string(strongest.Responsible)
		}
		if value != "" {
			b.votes[value]++
			b.byLabel = strongest.Code
		}
	}
	for _, i := range m.anchored(on) {
		r := &rs.rules[on][i]
		if weight, fires := m.fires(r); fires {
			b.votes[r.label] += weight
			b.rules = append(b.rules, ruleVote{r.id, r.label, weight, m.evidence(nil, r.id)})
		}
	}
	b.winner = fallback
	most := 0.0
	for _, value := range order {
		if b.votes[value] > most {
			b.winner, most = value, b.votes[value]
		}
	}
	return b
}
