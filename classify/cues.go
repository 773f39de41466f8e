package classify

import "slices"

// cueKind is a way in which words around a keyword take its meaning away.
type cueKind int

const (
	cueNegation   cueKind = iota // 否定: neg
	cueHypothesis                // 假设、疑问: hyp
	cueAside                     // 旁及他人、他处、已了: aside
	cueEarlier                   // 以往、另一单: earlier
	cueKinds
)

var cueNames = [cueKinds]string{"neg", "hyp", "aside", "earlier"}

// policy says what a group does with words in the reach of a cue.
type policy int

const (
	cueIgnore policy = iota
	cueExclude
	cueRequire
)

var policyNames = []string{"ignore", "exclude", "require"}

// cueSet is one kind of cue: its words, as groups of the matcher, and how far they reach.
type cueSet struct {
	before, after, except, breaks int32
	reach, reachAfter             int32 // characters between cue and word
}

// cueSource is a cueSet as it is read.
type cueSource struct {
	before, after, except, breaks []placedPattern
	reach, reachAfter             int32
}

// cueSources is the content of cues.yaml.
type cueSources struct {
	kinds   [cueKinds]cueSource
	fillers []placedPattern // 口头语
	answer  answerSource
}

const maxReach = 200

// readCues reads cues.yaml of all layers; words are added up, a later reach replaces an earlier one.
func readCues(files []file, p *problems) (cues cueSources) {
	for _, f := range files {
		if f.path != cuesPath {
			continue
		}
		root, ok := parseYAML(f, p)
		if !ok {
			continue
		}
		for _, kind := range root.fields(append(cueNames[:], "filler", "answer")...) {
			switch kind.key {
			case "filler":
				cues.fillers = append(cues.fillers, placedPatterns(kind.value)...)
				continue
			case "answer":
				cues.answer.read(kind.value)
				continue
			}
			cues.kinds[slices.Index(cueNames[:], kind.key)].read(kind.value)
		}
	}
	return cues
}

func (c *cueSource) read(n yamlNode) {
	for _, f := range n.fields("before", "after", "except", "breaks", "reach", "reach_after") {
		switch f.key {
		case "before":
			c.before = append(c.before, placedPatterns(f.value)...)
		case "after":
			c.after = append(c.after, placedPatterns(f.value)...)
		case "except":
			c.except = append(c.except, placedPatterns(f.value)...)
		case "breaks":
			c.breaks = append(c.breaks, placedPatterns(f.value)...)
		case "reach":
			c.reach = int32(f.value.number(0, maxReach))
		case "reach_after":
			c.reachAfter = int32(f.value.number(0, maxReach))
		}
	}
}

// inReach reports whether the words from start to end stand in the reach of a cue of the set, and which one is
// nearest. Two cues in front that negate each other cancel out where double is set: 没有一天不停电. Two that begin alike with
// something between them do not, for they are said side by side: 没跳闸没停电.
func (s *cueSet) inReach(m *matches, start, end int32, double bool) (cue span, in bool) {
	d := &m.doc
	count := 0
	edge := start // the left end of the word, then of the last cue counted
	hits := m.raw[s.before]
	for i := firstFrom(hits, start) - 1; i >= 0; i-- {
		h := hits[i]
		if edge-h.start > s.reach+maxSpan || d.clause[h.start] != d.clause[edge] {
			break
		}
		if h.end > edge || edge-h.end > s.reach || m.between(s.breaks, h.end, edge) {
			continue
		}
		if _, excepted := m.covering(s.except, h); excepted {
			continue
		}
		if count > 0 && h.end < edge && d.runes[h.start] == d.runes[edge] {
			break
		}
		if count++; count == 1 {
			cue = h
		}
		if edge = h.start; !double {
			break
		}
	}
	if count%2 == 1 {
		return cue, true
	}
	hits = m.raw[s.after]
	for i := firstFrom(hits, end); i < len(hits); i++ {
		h := hits[i]
		if h.start-end > s.reachAfter || d.clause[h.start] != d.clause[end-1] {
			break
		}
		if _, excepted := m.covering(s.except, h); !excepted {
			return h, true
		}
	}
	return span{}, false
}
