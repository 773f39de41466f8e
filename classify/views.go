package classify

import "slices"

// view is a way to read the text: a group may look for its words in more than one.
type view int

const (
	viewText   view = iota // as it stands
	viewFluent             // without fillers and stutters (口头语、重复)
	viewSound              // as it sounds (同音)
	viewHeard              // with terms in the place of what only sounds like them (听错的词还原); the matcher of the text finds its words
	views
)

// bySound reports whether the words of the view only sound like those of the group.
func (v view) bySound() bool { return v == viewSound || v == viewHeard }

// viewMatcher finds the twins of groups in a view of the text: a twin has its group's words as the view shows them.
type viewMatcher struct {
	matcher  *matcher
	patterns [][]pattern // by group; emptied once the matcher is made
}

// row is the text in a view: its characters and where each stands in the document.
type row struct {
	runes []rune
	at    []int32
}

func (r *row) reset() { r.runes, r.at = r.runes[:0], r.at[:0] }

func (r *row) add(char rune, at int32) {
	r.runes = append(r.runes, char)
	r.at = append(r.at, at)
}

// addTwin adds to a group a twin that looks for the patterns in a view. Where the text reads the same in the view, the
// group's own words are found already, so a twin has only what they lack.
func (c *compiler) addTwin(id int32, v view, patterns []pattern) int32 {
	twin := c.groups[id]
	twin.view, twin.twins = v, nil
	if twin.opts.border != borderAny {
		twin.opts.border = borderNoCross // a word that a filler parts is no single token
	}
	if v.bySound() {
		twin.opts.border = borderAny // a misheard word is cut anyhow; soundsOnly and mishears look at its tokens
	}
	at := int32(len(c.groups))
	c.groups = append(c.groups, twin)
	c.patterns = append(c.patterns, nil)
	c.groups[id].twins = append(c.groups[id].twins, at)
	if len(patterns) > 0 {
		all := &c.views[v].patterns
		*all = append(*all, make([][]pattern, int(at)-len(*all))...)
		*all = append(*all, patterns)
	}
	return at
}

// twinOf finds the twin of a group in a view.
func (p *program) twinOf(id int32, v view) (twin int32, ok bool) {
	twins := p.groups[id].twins
	i := slices.IndexFunc(twins, func(t int32) bool { return p.groups[t].view == v })
	if i < 0 {
		return 0, false
	}
	return twins[i], true
}

// findViews matches the twins in their views, after the text itself has been matched.
func (m *matches) findViews() {
	if v := m.views[viewFluent]; v.matcher != nil && m.layFluent() {
		m.findTwins(v.matcher, func(s span, length int) bool { return int(s.end-s.start) == length })
	}
	if v := m.views[viewSound]; v.matcher != nil {
		m.laySound()
		m.findTwins(v.matcher, func(s span, _ int) bool { return !m.soundsOnly(s) })
		m.findHeard()
	}
}

// findTwins matches the row. drop tells which words, of so many characters in the row, are none.
func (m *matches) findTwins(matcher *matcher, drop func(s span, length int) bool) {
	from := len(m.touched)
	matcher.match(&m.search, m.row.runes, func(g, start, end int32) {
		s := span{m.row.at[start], m.row.at[end-1] + 1, g, -1}
		if int(g) >= len(m.groups) {
			m.hear(s)
			return
		}
		if hits := m.raw[g]; len(hits) < maxHits && !drop(s, int(end-start)) && !m.cutsNumber(s.start, s.end) {
			if len(hits) == 0 {
				m.touched = append(m.touched, g)
			}
			m.raw[g] = append(hits, s)
		}
	})
	for _, g := range m.touched[from:] {
		m.raw[g] = sortSpans(m.raw[g])
	}
}

// layFluent fills the row with the text without fillers, the pauses beside them, and repeated characters (停停电) but digits. It
// tells whether that changed anything.
func (m *matches) layFluent() bool {
	d := &m.doc
	fillers := m.raw[m.fillers]
	m.row.reset()
	next := 0 // filler
	for i := int32(0); i < int32(len(d.runes)); i++ {
		for next < len(fillers) && fillers[next].start < i {
			next++
		}
		if next < len(fillers) && fillers[next].start == i {
			for next+1 < len(fillers) && fillers[next+1].start == i { // the longest of those that begin here
				next++
			}
			for n := len(m.row.runes); n > 0 && isPause(m.row.runes[n-1]); n-- {
				m.row.runes, m.row.at = m.row.runes[:n-1], m.row.at[:n-1]
			}
			i = fillers[next].end - 1
			for i+1 < int32(len(d.runes)) && isPause(d.runes[i+1]) {
				i++
			}
			continue
		}
		if n := len(m.row.runes); n > 0 && m.row.runes[n-1] == d.runes[i] && d.runes[i] != unseen && !isDigit(d.runes[i]) {
			continue
		}
		m.row.add(d.runes[i], i)
	}
	return len(m.row.runes) < len(d.runes)
}

// isPause reports whether the character is how a recogniser writes a short silence.
func isPause(r rune) bool { return r == ' ' || r == ',' || r == '、' }

// laySound fills the row with the text as it sounds.
func (m *matches) laySound() {
	m.row.reset()
	sounds := soundTable()
	for i, r := range m.doc.runes {
		if s := sounds.of(r); s != 0 {
			r = s
		}
		m.row.add(r, int32(i))
	}
}

// soundsOnly reports whether a word that sounds like a keyword may be one misheard: it is not written so, and to the
// segmenter it looks broken, not a word or part of a word of its own (亿元 is no 医院).
func (m *matches) soundsOnly(s span) bool {
	d := &m.doc
	if d.token[s.start] == d.token[s.end-1] {
		return false
	}
	written := m.raw[m.groups[s.group].base]
	for i := firstFrom(written, s.start-maxSpan); i < len(written) && written[i].start < s.end; i++ {
		if written[i].end > s.start {
			return false
		}
	}
	return true
}

// isFuzzy reports whether the span is a word that only sounds like one of its group.
func (m *matches) isFuzzy(s span) bool { return m.groups[s.group].view.bySound() }

// places gives every place where a word of the group or of its twins stands, before the filters.
func (m *matches) places(id int32) []span {
	all := m.raw[id]
	for _, twin := range m.groups[id].twins {
		if len(m.raw[twin]) > 0 {
			all = slices.Concat(all, m.raw[twin])
		}
	}
	return all
}

// fuzzyWeight is what a rule weighs that fires only thanks to words that sound like keywords.
const fuzzyWeight = 0.8

// fires evaluates a rule by the words as they stand; where they are not enough, by those too that only sound like
// keywords, and then its weight is less. The words it fires by are left in used.
func (m *matches) fires(r *rule) (weight float64, ok bool) {
	m.used, m.pairs = m.used[:0], m.pairs[:0]
	if m.holds(r.when) {
		return r.weight, true
	}
	if m.views[viewSound].matcher == nil || !slices.ContainsFunc(r.sounds, func(g int32) bool { return len(m.raw[g]) > 0 }) {
		return 0, false
	}
	m.sounding = true
	defer func() { m.sounding = false }()
	m.used, m.pairs = m.used[:0], m.pairs[:0]
	return r.weight * fuzzyWeight, m.holds(r.when) && m.backed()
}

// backed reports whether each short word that only sounds like a keyword has a word as it is written beside it, in its
// sentence: two syllables alone are too common.
func (m *matches) backed() bool {
	for _, s := range m.used {
		if m.groups[s.group].view != viewSound || s.end-s.start > 2 {
			continue
		}
		if !slices.ContainsFunc(m.used, func(o span) bool { return !m.isFuzzy(o) && m.doc.sentence[o.start] == m.doc.sentence[s.start] }) {
			return false
		}
	}
	return true
}
