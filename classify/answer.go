package classify

import "suqiu/hotline"

// answerSet is how an agent asks and a caller answers: groups of the matcher.
type answerSet struct {
	ask, choice, yes, no, except int32
}

// answerSource is an answerSet as it is read.
type answerSource struct {
	ask    []placedPattern // makes the last sentence of an agent's turn a question
	choice []placedPattern // makes it one that yes and no do not answer: 还是
	yes    []placedPattern
	no     []placedPattern
	except []placedPattern // phrases in which none of the above is one
}

func (a *answerSource) read(n yamlNode) {
	lists := map[string]*[]placedPattern{"ask": &a.ask, "choice": &a.choice, "yes": &a.yes, "no": &a.no, "except": &a.except}
	for _, f := range n.fields("ask", "choice", "yes", "no", "except") {
		*lists[f.key] = append(*lists[f.key], placedPatterns(f.value)...)
	}
}

// findAnswers marks the questions of agents that the caller's next turn affirms or denies.
func (m *matches) findAnswers() {
	turns := m.doc.turns
	for i := range turns {
		t := &turns[i]
		t.answered = 0
		if i+1 == len(turns) || t.role != hotline.RoleAgent || turns[i+1].bit&rolesCaller == 0 {
			continue
		}
		if start, ok := m.question(t); ok {
			t.asked, t.answered = start, m.answerOf(&turns[i+1])
		}
	}
}

// question finds where the last sentence of a turn begins, if that is a question that yes or no answers.
func (m *matches) question(t *turnSpan) (start int32, ok bool) {
	d := &m.doc
	start = t.end
	for start > t.start && endsSentence(d.runes[start-1]) {
		ok = ok || d.runes[start-1] == '?'
		start--
	}
	end := start
	for start > t.start && !endsSentence(d.runes[start-1]) {
		start--
	}
	return start, (ok || m.stands(m.answer.ask, start, end)) && !m.stands(m.answer.choice, start, end)
}

// stands reports whether a word of the group that is in no exception stands in the stretch.
func (m *matches) stands(group, start, end int32) bool {
	words := m.raw[group]
	for i := firstFrom(words, start); i < len(words) && words[i].start < end; i++ {
		if _, excepted := m.covering(m.answer.except, words[i]); !excepted && words[i].end <= end {
			return true
		}
	}
	return false
}

// answerOf reads how a turn begins. 嗯 and other fillers may stand before the answer proper, and alone they affirm.
func (m *matches) answerOf(t *turnSpan) roleSet {
	d := &m.doc
	var answer roleSet
	for at := t.start; at < t.end; {
		yes, no := m.answerAt(m.answer.yes, at, t), m.answerAt(m.answer.no, at, t)
		filler := m.longestAt(m.fillers, at)
		switch {
		case no > yes:
			return roleDenied
		case yes > at:
			answer = roleAffirmed
			if filler <= at {
				return answer
			}
			at = max(yes, filler)
		case filler > at:
			at = filler
		case isPause(d.runes[at]):
			at++
		default:
			return answer
		}
	}
	return answer
}

// answerAt is the end of the longest word of the group at the place, or the place. One character counts only where a
// clause ends behind it: 有 answers, 有电 does not.
func (m *matches) answerAt(group, at int32, t *turnSpan) int32 {
	end := m.longestAt(group, at)
	if end == at {
		return at
	}
	if _, excepted := m.covering(m.answer.except, span{start: at, end: end}); excepted {
		return at
	}
	if end == at+1 && end < t.end && !endsClause(m.doc.runes, int(end)) {
		return at
	}
	return end
}

// longestAt is the end of the longest word of the group that begins at the place, or the place.
func (m *matches) longestAt(group, at int32) int32 {
	words, end := m.raw[group], at
	for i := firstFrom(words, at); i < len(words) && words[i].start == at; i++ {
		end = max(end, words[i].end)
	}
	return end
}

// rolesAt tells whose words stand at a place. An agent's question that the caller affirmed or denied is both.
func (d *document) rolesAt(i int32) roleSet {
	t := d.turnOf(i)
	if i >= t.asked {
		return t.bit | t.answered
	}
	return t.bit
}
