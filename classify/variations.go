package classify

import "strings"

// variations gathers what may notice a change of a rule, out of one text on which the rule fires.
type variations struct {
	*proposer
	change *mutant
	base   baseText
	all    []variation
}

func (v *variations) match(text string)  { v.all = append(v.all, variation{text, true}) }
func (v *variations) reject(text string) { v.all = append(v.all, variation{text, false}) }

// whole is the text as it is.
func (v *variations) whole() string { return v.base.prefix + string(v.base.body) }

// before and after are the text with words before or behind it.
func (v *variations) before(words string) string { return v.base.prefix + words + string(v.base.body) }
func (v *variations) after(words string) string  { return v.whole() + words }

// list varies the text as the kind of change asks for.
func (v *variations) list() []variation {
	switch v.change.operator {
	case MutateDropPattern:
		v.dropPattern()
	case MutateCueOff:
		v.cueOff()
	case MutateMaskOff:
		v.maskOff()
	case MutateRoleOff:
		v.roleOff()
	case MutateDropOperand:
		v.operand(v.change.child)
	case MutateAndOr:
		for i := range v.change.node.children {
			v.operand(i)
		}
	case MutateNearOff, MutateFarther, MutateNearer, MutateUnordered:
		if v.change.node.op == opNear {
			v.distance()
		} else {
			v.place()
		}
	case MutatePlaceOff:
		v.placeOff()
	}
	return v.all
}

// dropPattern puts a realisation of the pattern in the place of the words that the rule fires by, and behind the text.
func (v *variations) dropPattern() {
	unit := &v.units[v.change.unit]
	words := v.spoken(unit.text)
	for _, s := range v.base.of(unit.groups) {
		for _, w := range words {
			v.match(v.base.with(s.start, s.end, w))
		}
	}
	for _, w := range words {
		v.reject(v.after("，" + w))
	}
}

// cueOff negates the words, or says them again behind the text with the cue.
func (v *variations) cueOff() {
	for _, cue := range v.plain(v.program.cues[v.change.cue].before) {
		for _, s := range v.base.of(v.change.groups) {
			v.reject(v.base.with(s.start, s.start, cue))
		}
		for _, w := range v.plain(v.change.groups[0]) {
			v.match(v.after("，" + cue + w))
		}
	}
}

// maskOff puts the words into a phrase of the mask, and the phrase behind the text.
func (v *variations) maskOff() {
	for _, phrase := range v.plain(v.program.groups[v.change.groups[0]].mask) {
		for _, s := range v.base.of(v.change.groups) {
			if strings.Contains(phrase, string(v.base.body[s.start:s.end])) {
				v.reject(v.base.with(s.start, s.end, phrase))
			}
		}
		v.match(v.after("，" + phrase))
	}
}

// roleOff puts the text, the clauses of the words, or the words into an agent's mouth.
func (v *variations) roleOff() {
	body := string(v.base.body)
	v.reject("坐席：" + body + "\n客户：不是的")
	for _, s := range v.base.of(v.change.groups) {
		from, to := v.base.clause(s)
		said := strings.Trim(string(v.base.body[from:to]), "，。、；")
		rest := strings.Trim(string(v.base.body[:from])+string(v.base.body[to:]), "，。、；")
		v.reject("坐席：" + said + "\n客户：" + rest)
		v.reject("客户：" + rest + "\n坐席：" + said)
	}
	for _, w := range v.plain(v.change.groups[0]) {
		v.match("坐席：" + w + "\n客户：" + body)
	}
}

// operand tells one part of a condition from the others.
func (v *variations) operand(i int) {
	node := v.change.node
	child := node.children[i]
	switch {
	case node.op == opOr:
		for _, w := range v.words(child) {
			for _, s := range v.base.of(groupsOf(node, true)) {
				v.match(v.base.with(s.start, s.end, w))
			}
			v.match(v.after("，" + w))
		}
	case child.op == opNot:
		for _, w := range v.words(child.children[0]) {
			v.reject(v.after("，" + w))
			v.reject(v.before(w + "，"))
		}
	default:
		v.reject(v.base.without(groupsOf(child, true), true))
		v.reject(v.base.without(groupsOf(child, true), false))
		for _, w := range v.words(node) { // where it is part of an exclusion
			v.reject(v.after("，" + w))
		}
		for j, other := range node.children {
			for _, w := range v.words(other) {
				if j != i {
					v.match(v.after("，" + w))
				}
			}
		}
	}
}

// place fills the text before or behind the words, so that they stand farther from its beginning or end.
func (v *variations) place() {
	n, match := v.change.node.distance, v.change.operator == MutateNearer
	for _, filler := range v.fillers(n/2, 2*n) {
		v.all = append(v.all, variation{v.before(filler + "。"), match}, variation{v.after("。" + filler), match})
	}
}

// distance parts the words of both sides, or swaps them.
func (v *variations) distance() {
	b, children := &v.base, v.change.node.children
	right := b.of(groupsOf(children[1], true))
	for _, first := range b.of(groupsOf(children[0], true)) {
		for _, second := range right {
			a, z := first, second
			if z.start < a.start {
				a, z = z, a
			}
			if a.end > z.start {
				continue
			}
			if v.change.operator == MutateUnordered {
				swapped := string(b.body[z.start:z.end]) + string(b.body[a.end:z.start]) + string(b.body[a.start:a.end])
				v.reject(b.with(a.start, z.end, swapped))
				continue
			}
			for _, text := range v.parted(*b, a, z, v.change) {
				v.all = append(v.all, variation{text, v.change.operator == MutateNearer})
			}
		}
	}
}

// placeOff fills the text until the words stand beyond the place that the condition asks for.
func (v *variations) placeOff() {
	n := v.change.node.distance
	for _, filler := range v.fillers(n, 2*n) {
		v.reject(v.before(filler + "。"))
		v.reject(v.after("。" + filler))
	}
}
