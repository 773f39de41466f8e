package classify

import (
	"slices"
	"sort"
)

// maxHits bounds the words of one group that are looked at in one call, so that no text can make near expensive.
const maxHits = 20_000

// matches is one call laid out with the words that stand in it. It is reused from call to call.
type matches struct {
	*program
	doc        document
	raw        [][]span // by group: every place of a word, by start, before the filters
	words      [][]span // by group: the places past the filters; valid where filtered is set
	filtered   []bool
	touched    []int32                       // groups with raw words
	mixed      []bool                        // by group: raw is not in order yet
	note       func(group, start, end int32) // take
	anchors    []bool                        // of anchored: by rule
	mayFire    []int32                       // of anchored
	pairs      [][2]span
	search     search
	row        row         // the text in the view being matched
	misheard   []misheard  // terms that the text only sounds like
	sounding   bool        // words count that only sound like keywords
	used       []span      // evidence of the condition being evaluated
	traces     []trace     // of the rules of labels that fired
	told       []span      // their evidence
	given      []int32     // labels, the strongest first
	candidates []candidate // of choose
	labels     []string
	spoken     []int32   // rows of the word weights, each once
	support    []float32 // by label: what the words say of it
	likely     []int32   // labels that words alone may give
}

// find forgets the former call and matches the words of all groups in the document.
func (m *matches) find() {
	for _, g := range m.touched {
		m.raw[g] = m.raw[g][:0]
	}
	clear(m.filtered)
	m.touched, m.pairs, m.used, m.labels, m.misheard = m.touched[:0], m.pairs[:0], m.used[:0], m.labels[:0], m.misheard[:0]
	m.matcher.match(&m.search, m.doc.runes, m.note)
	for _, g := range m.touched {
		if m.mixed[g] {
			m.raw[g], m.mixed[g] = sortSpans(m.raw[g]), false
		}
	}
	m.findViews()
	m.findAnswers()
}

// cutsNumber reports whether a stretch of the document is digits within a longer number: 110 is no word of 2110298. What has
// more than digits may begin there, as 2月 in 12月 does.
func (m *matches) cutsNumber(start, end int32) bool {
	runes := m.doc.runes
	if !isDigit(runes[start]) || !isDigit(runes[end-1]) {
		return false
	}
	longer := start > 0 && isDigit(runes[start-1]) || end < int32(len(runes)) && isDigit(runes[end])
	return longer && !slices.ContainsFunc(runes[start:end], func(r rune) bool { return !isDigit(r) })
}

// take notes a word that was found.
func (m *matches) take(g, start, end int32) {
	if m.cutsNumber(start, end) {
		return
	}
	hits := m.raw[g]
	if len(hits) == 0 {
		m.touched = append(m.touched, g)
	} else if last := hits[len(hits)-1]; start <= last.start {
		// Sequences end at the same place; numbers reach back before the character that found them.
		if start == last.start && end == last.end {
			return
		}
		m.mixed[g] = true
	}
	if len(hits) < maxHits {
		m.raw[g] = append(hits, span{start, end, g, -1})
	}
}

func compareSpans(a, b span) int {
	if a.start != b.start {
		return int(a.start - b.start)
	}
	return int(a.end - b.end)
}

func sortSpans(spans []span) []span {
	if !slices.IsSortedFunc(spans, compareSpans) {
		slices.SortFunc(spans, compareSpans)
	}
	return slices.CompactFunc(spans, func(a, b span) bool { return a.start == b.start && a.end == b.end })
}

// firstFrom is the index of the first span that starts at or after the place.
func firstFrom(spans []span, place int32) int {
	return sort.Search(len(spans), func(i int) bool { return spans[i].start >= place })
}

// covering finds a phrase of the group that lies over the whole span.
func (m *matches) covering(group int32, s span) (phrase span, ok bool) {
	phrases := m.raw[group]
	for i := firstFrom(phrases, s.start+1) - 1; i >= 0 && s.start-phrases[i].start <= maxSpan; i-- {
		if phrases[i].end >= s.end {
			return phrases[i], true
		}
	}
	return span{}, false
}

// between reports whether a word of the group lies within the stretch.
func (m *matches) between(group, start, end int32) bool {
	words := m.raw[group]
	for i := firstFrom(words, start); i < len(words) && words[i].start < end; i++ {
		if words[i].end <= end {
			return true
		}
	}
	return false
}

// block is why a filter hid a word.
type block struct {
	reason Reason
	by     span // the cue or phrase
}

// filter finds what hides a word of a group; reason is empty when nothing does.
func (m *matches) filter(g *group, s span) block {
	roles := g.opts.roles & m.doc.rolesAt(s.start)
	if roles == 0 {
		return block{reason: ReasonRole}
	}
	answered := roles&(roleAffirmed|roleDenied) != 0 // it is a question no more
	switch g.opts.border {
	case borderExact:
		if !m.doc.aligned(s.start, s.end) {
			return block{reason: ReasonBorder}
		}
	case borderNoCross, borderAuto:
		if (g.opts.border == borderNoCross || s.end-s.start <= 2) && m.doc.crosses(s.start, s.end) {
			return block{reason: ReasonBorder}
		}
	}
	if g.mask >= 0 {
		if phrase, ok := m.covering(g.mask, s); ok {
			return block{ReasonMask, phrase}
		}
		if twin, ok := m.twinOf(g.mask, viewHeard); ok && g.view == viewHeard {
			if phrase, ok := m.covering(twin, s); ok {
				return block{ReasonMask, phrase}
			}
		}
	}
	for k, policy := range g.opts.cues {
		if policy == cueIgnore || answered && cueKind(k) == cueHypothesis {
			continue
		}
		cue, in := m.cues[k].inReach(m, s.start, s.end, cueKind(k) == cueNegation)
		switch {
		case in && policy == cueExclude:
			return block{cueReasons[k], cue}
		case !in && policy == cueRequire:
			return block{reason: cueMissing[k]}
		}
	}
	return block{}
}

// wordsOf gives the words of a group past its filters, by place: as they stand, as they stand without fillers, and, while
// sounding, those that only sound like them.
func (m *matches) wordsOf(id int32) []span {
	words := m.pastFilters(id)
	for _, twin := range m.groups[id].twins {
		if len(m.raw[twin]) == 0 || m.groups[twin].view.bySound() && !m.sounding {
			continue
		}
		if more := m.pastFilters(twin); len(more) > 0 {
			words = sortSpans(slices.Concat(words, more))
		}
	}
	return words
}

func (m *matches) pastFilters(id int32) []span {
	if m.filtered[id] {
		return m.words[id]
	}
	words := m.words[id][:0]
	g := &m.groups[id]
	for _, s := range m.raw[id] {
		if m.filter(g, s).reason == "" {
			words = append(words, s)
		}
	}
	m.words[id], m.filtered[id] = words, true
	return words
}
