package classify

import (
	"fmt"
	"slices"
	"strings"
)

// Operators by which rules are changed, as a survivor names them.
const (
	MutateDropOperand = "去掉一项" // of and, or, near
	MutateAndOr       = "and 改 or"
	MutateOrAnd       = "or 改 and"
	MutateNotOff      = "去掉 not"
	MutateNearOff     = "取消距离" // near becomes and
	MutateNearer      = "距离减半"
	MutateFarther     = "距离加倍"
	MutateUnordered   = "before 改 near"
	MutateCount       = "改次数"
	MutatePlaceOff    = "去掉位置" // title, first or last
	MutateMeasureOff  = "去掉比较" // of a quantity
	MutateBound       = "改界限"  // >= becomes >, and so on
	MutateCueOff      = "不管线索" // neg, hyp or aside: exclude or require becomes ignore
	MutateBorderOff   = "不限边界"
	MutateMaskOff     = "去掉 mask"
	MutateRoleOff     = "不限角色"
	MutateFillerOff   = "不跳口头语"
	MutatePinyinOff   = "不按读音"
	MutateDropPattern = "去掉模式"
)

// edit is one change of a node of a condition.
type edit struct {
	operator, what string
	child          int // that is dropped
	do             func(*expr)
}

// mutant is one changed rule, or a shared group changed for all rules that use it.
type mutant struct {
	operator string
	place    Problem // What says what was changed
	rule     string  // empty for a shared group
	groups   []int32 // whose filters change
	change   func(*group)
	when     *expr // instead of the rule's, or nil
	node     *expr // of the rule's condition that was changed, or nil
	child    int   // of the node that is dropped
	cue      cueKind
	unit     int32 // that is dropped, or -1
	killed   bool
}

// clone copies a condition with all below it.
func (e *expr) clone() *expr {
	c := *e
	c.children = make([]*expr, len(e.children))
	for i, child := range e.children {
		c.children[i] = child.clone()
	}
	return &c
}

// nth is the node that walk visits as number n, counted from 0.
func (e *expr) nth(n int) *expr {
	var found *expr
	e.walk(func(node *expr) {
		if n == 0 {
			found = node
		}
		n--
	})
	return found
}

// mutateWhen makes every mutant of a rule's condition.
func mutateWhen(r *rule) []*mutant {
	var mutants []*mutant
	n := 0
	visit(r.when, true, func(e *expr, free bool) {
		for _, edit := range edits(e, free) {
			changed := r.when.clone()
			edit.do(changed.nth(n))
			mutants = append(mutants, &mutant{
				operator: edit.operator, rule: r.id, unit: -1, when: changed, node: e, child: edit.child,
				place: r.source.when.describe(e.at, "%s：%s", edit.operator, edit.what),
			})
		}
		n++
	})
	return mutants
}

// visit walks a condition and tells of each node whether it stands free: not as an operand that near measures from.
func visit(e *expr, free bool, do func(e *expr, free bool)) {
	do(e, free)
	for _, c := range e.children {
		visit(c, free && e.op != opNear && e.op != opCount && !ofSpans(e), do)
	}
}

// ofSpans reports whether a node narrows the places of its only operand.
func ofSpans(e *expr) bool {
	switch e.op {
	case opTitle, opMeasure, opFirst, opLast:
		return true
	}
	return false
}

// loosened are the comparisons that differ from others only at the bound.
var loosened = map[string]string{">=": ">", ">": ">=", "<=": "<", "<": "<=", "=": ">="}

// edits are the changes that a node allows.
func edits(e *expr, free bool) []edit {
	var all []edit
	add := func(operator, what string, do func(*expr)) { all = append(all, edit{operator, what, 0, do}) }
	addDistances := func() {
		if half := e.distance / 2; half > 0 || e.op == opNear && e.distance > 0 {
			add(MutateNearer, fmt.Sprintf("%s，%d 改为 %d", e, e.distance, half), func(e *expr) { e.distance = half })
		}
		if e.distance > 0 {
			add(MutateFarther, fmt.Sprintf("%s，%d 改为 %d", e, e.distance, 2*e.distance), func(e *expr) { e.distance *= 2 })
		}
	}
	if e.op == opAnd || e.op == opOr || e.op == opNear {
		for i, c := range e.children {
			all = append(all, edit{MutateDropOperand, c.String(), i, func(e *expr) { e.drop(i) }})
		}
	}
	switch e.op {
	case opAnd:
		add(MutateAndOr, e.String(), func(e *expr) { e.op = opOr })
	case opOr:
		if free {
			add(MutateOrAnd, e.String(), func(e *expr) { e.op = opAnd })
		}
	case opNot:
		add(MutateNotOff, e.String(), toOperand)
	case opNear:
		if free {
			add(MutateNearOff, e.String(), func(e *expr) { e.op = opAnd })
		}
		if e.ordered {
			add(MutateUnordered, e.String(), func(e *expr) { e.ordered = false })
		}
		switch e.unit {
		case unitClause:
			add(MutateFarther, e.String()+"，分句改为整句", func(e *expr) { e.unit = unitSentence })
		case unitSentence:
			add(MutateNearer, e.String()+"，整句改为分句", func(e *expr) { e.unit = unitClause })
		default:
			addDistances()
		}
	case opCount:
		add(MutateCount, fmt.Sprintf("%s，改为 %d", e, e.least+1), func(e *expr) { e.least++ })
		if e.least > 1 {
			add(MutateCount, fmt.Sprintf("%s，改为 %d", e, e.least-1), func(e *expr) { e.least-- })
		}
	case opTitle:
		add(MutatePlaceOff, e.String(), toOperand)
	case opFirst, opLast:
		add(MutatePlaceOff, e.String(), toOperand)
		addDistances()
	case opMeasure:
		add(MutateMeasureOff, e.String(), toOperand)
		other := loosened[e.compare]
		add(MutateBound, e.String()+"，"+e.compare+" 改为 "+other, func(e *expr) { e.compare = other })
	}
	return all
}

// toOperand replaces a node by its only operand.
func toOperand(e *expr) { *e = *e.children[0] }

// drop takes an operand out; one that is left alone stands for the node.
func (e *expr) drop(i int) {
	rest := make([]*expr, 0, len(e.children))
	rest = append(append(rest, e.children[:i]...), e.children[i+1:]...)
	if e.children = rest; len(rest) == 1 {
		*e = *rest[0]
	}
}

// mutateGroup makes every mutant of the filters of a group; wanted says that the rule wants its words, so that the
// default, to exclude negated ones, matters. owner is the rule, empty for a shared group.
func (l *lab) mutateGroup(id int32, owner string, place yamlNode, at int, wanted bool) []*mutant {
	g := &l.program.groups[id]
	var mutants []*mutant
	add := func(operator, what string, change func(*group)) { // what comes behind the name of the group
		mutants = append(mutants, &mutant{
			operator: operator, rule: owner, groups: []int32{id}, unit: -1, change: change,
			place: place.describe(at, "%s：词组 %s%s", operator, g.name, what),
		})
	}
	for k, policy := range g.opts.cues {
		byDefault := cueKind(k) == cueNegation && policy == cueExclude
		if policy != cueIgnore && (wanted || !byDefault) {
			add(MutateCueOff, "，"+cueNames[k]+" 由 "+policyNames[policy]+" 改为 ignore", func(g *group) { g.opts.cues[k] = cueIgnore })
			mutants[len(mutants)-1].cue = cueKind(k)
		}
	}
	if b := g.opts.border; b == borderNoCross || b == borderExact {
		add(MutateBorderOff, "，border 由 "+borderNames[b]+" 改为 any", func(g *group) { g.opts.border = borderAny })
	}
	if g.mask >= 0 {
		add(MutateMaskOff, "", func(g *group) { g.mask = -1 })
	}
	if owner == "" && g.hasRole() {
		add(MutateRoleOff, "", anyRole)
	}
	views := func(gone ...view) (present bool, change func(*group)) {
		of := func(twin int32) bool { return slices.Contains(gone, l.program.groups[twin].view) }
		return slices.ContainsFunc(g.twins, of), func(g *group) { g.twins = slices.DeleteFunc(slices.Clone(g.twins), of) }
	}
	if present, change := views(viewFluent); present {
		add(MutateFillerOff, "", change)
	}
	if present, change := views(viewSound, viewHeard); present && g.opts.pinyin.ofOwn() {
		add(MutatePinyinOff, "", change)
	}
	return mutants
}

func (g *group) hasRole() bool { return g.opts.roles != rolesCaller && g.opts.roles != rolesAny }

func anyRole(g *group) { g.opts.roles = rolesAny }

// mutateRoles makes the mutants of the roles of a rule's own groups. Groups that near ties into one turn are said by one speaker:
// the role of one of them alone changes nothing, so they lose it together. groupPlace tells where a group stands.
func (l *lab) mutateRoles(r *rule, groupPlace func(g int32) Problem) []*mutant {
	var mutants []*mutant
	sets := tied(r.when)
	done := map[int32]bool{}
	for _, g := range groupsOf(r.when, false) {
		if l.program.groups[g].name[0] == '@' || !l.program.groups[g].hasRole() || done[g] {
			continue
		}
		together := []int32{g}
		for _, other := range sets[g] {
			if l.program.groups[other].opts.roles == l.program.groups[g].opts.roles {
				together = append(together, other)
				done[other] = true
			}
		}
		slices.Sort(together)
		together = slices.Compact(together)
		place := groupPlace(g)
		names := make([]string, len(together))
		for i, id := range together {
			names[i] = l.program.groups[id].name
		}
		place.What = fmt.Sprintf("%s：词组 %s", MutateRoleOff, strings.Join(names, "、"))
		mutants = append(mutants, &mutant{operator: MutateRoleOff, rule: r.id, groups: together, unit: -1, change: anyRole, place: place})
	}
	return mutants
}

// tied tells of each group with which others its words stand in one turn, by near.
func tied(e *expr) map[int32][]int32 {
	sets := map[int32][]int32{}
	e.walk(func(e *expr) {
		if e.op != opNear || !e.oneTurn() || !e.children[0].oneTurn() || !e.children[1].oneTurn() {
			return
		}
		all := groupsOf(e, false)
		for _, g := range all {
			all = append(all, sets[g]...)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		for _, g := range all {
			sets[g] = all
		}
	})
	return sets
}

// oneTurn reports whether all words that a span is of stand in one turn.
func (e *expr) oneTurn() bool {
	if e.op == opNear && e.unit == unitTurn && e.distance > 0 {
		return false
	}
	return !slices.ContainsFunc(e.children, func(c *expr) bool { return !c.oneTurn() })
}

// killedBy reports whether an example fails with the mutant.
func (l *lab) killedBy(m *mutant, r *rule, trials []*trial) bool {
	when := r.when
	if m.when != nil {
		when = m.when
	}
	for _, id := range m.groups {
		for _, g := range append(slices.Clip(l.program.groups[id].twins), id) {
			before := l.program.groups[g]
			m.change(&l.program.groups[g])
			defer func() { l.program.groups[g] = before }()
		}
	}
	for _, t := range trials {
		fires := false
		if m.unit >= 0 {
			fires = l.without(t, m.unit, r, when)
		} else {
			fires = t.again(r, when)
		}
		if t.right() && fires != t.fires {
			return true
		}
	}
	return false
}
