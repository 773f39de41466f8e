package classify

import "slices"

// What the examples of each rule must be, so that they hold it from both sides.
const (
	minMatch    = 3 // matching examples
	minNoMatch  = 2 // rejecting examples
	minDistance = 4 // edits between any two of a rule's examples: nearer ones test the same
)

// demands says what the examples of a rule lack: their number, their variety, and one that has every word the rule wants
// and yet is rejected, which alone shows that the rule asks for more than words.
func (l *lab) demands(r *rule, trials []*trial) []Gap {
	var gaps []Gap
	lacks := func(node yamlNode, format string, args ...any) {
		gaps = append(gaps, Gap{node.describe(0, format, args...), r.id})
	}
	match, noMatch := len(r.examples[exampleMatch]), len(r.examples[exampleNoMatch])
	if match < minMatch {
		lacks(r.place, "规则 %s 的 match 下有 %d 个示例；至少要 %d 个", r.id, match, minMatch)
	}
	if noMatch < minNoMatch {
		lacks(r.place, "规则 %s 的 no_match 下有 %d 个示例；至少要 %d 个", r.id, noMatch, minNoMatch)
	}
	if noMatch > 0 && !slices.ContainsFunc(trials, func(t *trial) bool { return t.kind == exampleNoMatch && t.m.hasWords(r.when) }) {
		lacks(r.place, "规则 %s 的 no_match 下没有一个示例含有它所要的每组词；加一个各组词都有、说的却是另一回事的", r.id)
	}
	for i, t := range trials {
		for _, other := range trials[:i] {
			if EditDistance(t.text, other.text) < minDistance {
				lacks(t.node, "%s 的这个示例与第 %d 行的相差不到 %d 个字；改掉或去掉一个", r.id, other.node.position().Line, minDistance)
			}
		}
	}
	return gaps
}

// hasWords reports whether the words that a condition wants stand in the text, hidden or not and wherever.
func (m *matches) hasWords(e *expr) bool {
	switch e.op {
	case opGroup:
		return len(m.places(e.group)) > 0
	case opOr:
		return slices.ContainsFunc(e.children, m.hasWords)
	case opNot:
		return true
	}
	return !slices.ContainsFunc(e.children, func(c *expr) bool { return !m.hasWords(c) })
}
