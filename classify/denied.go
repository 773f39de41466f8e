package classify

import "slices"

// heeding lists, by label, the groups whose words its rules want and do not take where a cue denies, supposes or moves them away.
func (c *compiler) heeding() [][]int32 {
	heeding := make([][]int32, len(c.taxonomy.Labels))
	for i := range c.rules[decidesLabel] {
		r := &c.rules[decidesLabel][i]
		if r.weight <= 0 {
			continue
		}
		label := c.taxonomy.index[r.label]
		for _, g := range groupsOf(r.when, true) {
			if slices.Contains(c.groups[g].opts.cues[:], cueExclude) {
				heeding[label] = append(heeding[label], g)
			}
		}
	}
	for label := range heeding {
		slices.Sort(heeding[label])
		heeding[label] = slices.Compact(heeding[label])
	}
	return heeding
}

// denied finds the keywords of a label that a cue hides from its rules, joined, by place: 停电 in 并没有停电 is none. What words
// say there says nothing for the label.
func (rs *RuleSet) denied(m *matches, label int) []span {
	var spans []span
	for _, g := range rs.heeding[label] {
		for _, s := range m.raw[g] {
			if reason := m.filter(&m.groups[g], s).reason; reason != "" && slices.Contains(cueReasons[:], reason) {
				spans = append(spans, s)
			}
		}
	}
	return joined(spans)
}

// speaking lists the rows of the words that speak for or against a label: those spoken, but for what touches denied
// keywords only, if any are denied.
func (rs *RuleSet) speaking(m *matches, label int) (rows []int32, isDenied bool) {
	denied := rs.denied(m, label)
	if len(denied) == 0 {
		return m.spoken, false
	}
	m.doc.callerWords(func(start, end int32, word []byte) {
		if row, ok := rs.weights.rows[string(word)]; ok && !slices.ContainsFunc(denied, func(s span) bool { return start < s.end && s.start < end }) {
			rows = append(rows, row)
		}
	})
	slices.Sort(rows)
	return slices.Compact(rows), true
}
