package classify

import (
	"cmp"
	"slices"
)

// Terms are the words of the lexicon of three syllables and more. Where a text only sounds like one, as a recogniser mishears
// it, the rules' words are also looked for in the text with the term put in its place: 冲电状 is read as 充电桩, so a pattern
// such as 充电桩*坏 finds it too. A term has as many characters as what is written for it, so places stay what they are.

// misheard is a place where the text sounds like a term.
type misheard struct {
	start, end int32
	term       int32 // index in program.terms
	same       int   // characters that are written as in the term
}

// spokenTerms are the words of the lexicon that are looked for by their sound.
func (l *Lexicon) spokenTerms() [][]rune {
	var terms [][]rune
	for _, w := range l.Words {
		term := []rune(w.Text)
		if n := len(term); !w.Written && n >= defaultSyllables && n <= maxSyllables && soundTable().sounds(term) {
			terms = append(terms, term)
		}
	}
	return terms
}

// sounds reports whether each of the characters is one that is spoken as a syllable.
func (s *sounds) sounds(chars []rune) bool {
	return !slices.ContainsFunc(chars, func(r rune) bool { return len(s.readings[r]) == 0 })
}

// addTerms has the matcher of the text as it sounds look for the terms, as groups after all others.
func (c *compiler) addTerms() {
	if len(c.terms) == 0 {
		return
	}
	all := &c.views[viewSound].patterns
	*all = append(*all, make([][]pattern, len(c.groups)-len(*all))...)
	for _, term := range c.terms {
		sounding, _ := soundTable().sequence([]*part{{literal: term}}, pinyinFuzzy)
		*all = append(*all, []pattern{sounding})
	}
}

// hearing gives the groups that a condition wants a twin for what only sounds like their words, and lists those twins.
// What stands under a not gets none: only words as they are written exclude.
func (c *compiler) hearing(e *expr) []int32 {
	var twins []int32
	for _, id := range groupsOf(e, true) {
		opts := c.groups[id].opts
		if opts.pinyin == pinyinOff {
			continue
		}
		if len(c.terms) > 0 {
			twins = append(twins, c.heardTwin(id))
			if mask := c.groups[id].mask; mask >= 0 {
				c.heardTwin(mask)
			}
		}
		if twin, ok := c.soundTwin(id); ok {
			twins = append(twins, twin)
		}
	}
	return twins
}

// heardTwin gives a group a twin for its words in the text with the terms put in.
func (c *compiler) heardTwin(id int32) int32 {
	if twin, ok := c.twinOf(id, viewHeard); ok {
		return twin
	}
	return c.addTwin(id, viewHeard, nil)
}

// soundTwin gives a group a twin for what sounds like its own words; none where it has none that are looked for so.
func (c *compiler) soundTwin(id int32) (twin int32, ok bool) {
	if twin, ok := c.twinOf(id, viewSound); ok {
		return twin, true
	}
	opts := c.groups[id].opts
	if !opts.pinyin.ofOwn() {
		return 0, false
	}
	sounding, words := soundPatterns(c.patterns[id], opts.pinyin, opts.pinyinLeast)
	if len(words) == 0 {
		return 0, false
	}
	twin = c.addTwin(id, viewSound, sounding)
	c.groups[twin].spoken = words
	return twin, true
}

// hear notes a term that the text sounds like at a place, if it may be one misheard: it is not written so, no single word
// of the segmenter, and none of its wrong characters belongs to a word that reaches beyond it (保险实 of 保险实施 is no 保险丝).
func (m *matches) hear(s span) {
	d, term := &m.doc, s.group-int32(len(m.groups))
	if d.token[s.start] == d.token[s.end-1] {
		return
	}
	word, same := m.terms[term], 0
	for i, r := range word {
		at := s.start + int32(i)
		if d.runes[at] == r {
			same++
			continue
		}
		if s.start > 0 && d.token[at] == d.token[s.start-1] || d.token[at] == d.token[s.end] {
			return
		}
	}
	if same < len(word) {
		m.misheard = append(m.misheard, misheard{s.start, s.end, term, same})
	}
}

// findHeard finds the words that stand in the text once the terms are put in that it only sounds like.
func (m *matches) findHeard() {
	if m.chooseMisheard(); len(m.misheard) == 0 {
		return
	}
	d := &m.doc
	m.row.runes = append(m.row.runes[:0], d.runes...)
	for _, h := range m.misheard {
		copy(m.row.runes[h.start:h.end], m.terms[h.term])
	}
	touched := len(m.touched)
	for done, i := int32(0), 0; i < len(m.misheard); i++ {
		// A word that holds a character of the term begins and ends no farther from it than a pattern may span.
		h := m.misheard[i]
		turn := d.turnOf(h.start)
		from, to := max(turn.start, h.start-maxSpan, done), min(turn.end+1, h.end+maxSpan)
		for ; i+1 < len(m.misheard) && m.misheard[i+1].start-maxSpan < to; i++ {
			to = min(d.turnOf(m.misheard[i+1].start).end+1, m.misheard[i+1].end+maxSpan)
		}
		m.matcher.match(&m.search, m.row.runes[from:to], func(g, start, end int32) { m.takeHeard(g, start+from, end+from) })
		done = to
	}
	for _, g := range m.touched[touched:] {
		m.raw[g] = sortSpans(m.raw[g])
	}
}

// chooseMisheard keeps of terms that overlap the longest, of those the one written most alike, of those the first, by place.
func (m *matches) chooseMisheard() {
	if len(m.misheard) < 2 {
		return
	}
	slices.SortFunc(m.misheard, func(a, b misheard) int {
		return cmp.Or(cmp.Compare(b.end-b.start, a.end-a.start), cmp.Compare(b.same, a.same), cmp.Compare(a.start, b.start), cmp.Compare(a.term, b.term))
	})
	kept := m.misheard[:0]
	for _, h := range m.misheard {
		if !slices.ContainsFunc(kept, func(k misheard) bool { return h.start < k.end && k.start < h.end }) {
			kept = append(kept, h)
		}
	}
	m.misheard = kept
	slices.SortFunc(m.misheard, func(a, b misheard) int { return cmp.Compare(a.start, b.start) })
}

// takeHeard notes a word of a group that listens, if it holds a character that was put in and does not stand in the text anyhow.
func (m *matches) takeHeard(g, start, end int32) {
	twin, ok := m.twinOf(g, viewHeard)
	if !ok || slices.Equal(m.row.runes[start:end], m.doc.runes[start:end]) || holdsSpan(m.raw[g], span{start: start, end: end}) {
		return
	}
	if len(m.raw[twin]) == 0 {
		m.touched = append(m.touched, twin)
	}
	if len(m.raw[twin]) < maxHits {
		m.raw[twin] = append(m.raw[twin], span{start, end, twin, -1})
	}
}
