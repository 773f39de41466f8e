package classify

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Tally counts what is well among all.
type Tally struct {
	Good, All int
}

// Share is the share that is well; 1 where there is nothing.
func (t Tally) Share() float64 {
	if t.All == 0 {
		return 1
	}
	return float64(t.Good) / float64(t.All)
}

// Gap is something that no example reaches, or a mutant that no example notices.
type Gap struct {
	Place Problem
	Rule  string // empty for a shared group
}

// Coverage says what of the rules the examples reach; a todo reaches nothing. A rule is covered when it fires on an
// example; a group when a word of it stands in one, past its filters; a pattern the same; a branch, which is an operand
// of or or of not, when it holds in one.
type Coverage struct {
	Rules, Groups, Patterns, Branches Tally

	RuleGaps, GroupGaps, PatternGaps, BranchGaps []Gap
}

// Mutation says how many of the changed rules an example notices. Weak are rules whose examples notice none.
type Mutation struct {
	Killed    Tally
	Operators map[string]Tally
	Survivors []Gap
	Weak      []Gap
}

// Measure is how well the examples hold the rules. Mutation is empty where it was not asked for.
type Measure struct {
	Coverage Coverage
	Mutation Mutation
	Demands  []Gap // what the examples of each rule lack; see demands
}

// Scope chooses what is measured: all rules and shared groups where it is zero.
type Scope struct {
	Overlay bool   // only what stands in a layer over the base
	Prefix  string // only rules whose id begins with it; then no shared group, since other rules hold it too
}

// covers reports whether the rule or shared group that a gap is of belongs to the scope.
func (s Scope) covers(g Gap) bool {
	return strings.HasPrefix(g.Rule, s.Prefix) && (!s.Overlay || g.Place.Overlay())
}

// Measure runs the examples of the rules in scope on the rule and, where mutate is set, on the rule changed in small ways, one at
// a time. Only examples that hold count. A shared group in scope is held by the examples of any rule that uses it, in scope or
// not. It fails where the segmenter is not ready or ctx ends.
func (rs *RuleSet) Measure(ctx context.Context, scope Scope, mutate bool) (*Measure, error) {
	if err := rs.Ready(); err != nil {
		return nil, err
	}
	m := newMeasurer(rs, scope, mutate)
	if err := m.all(ctx); err != nil {
		return nil, err
	}
	return m.finish(), nil
}

func newMeasurer(rs *RuleSet, scope Scope, mutate bool) *measurer {
	return &measurer{
		lab: newLab(rs), scope: scope, mutate: mutate, groups: map[int32]*reach{}, patterns: map[int32]*reach{}, shared: map[int32][]*mutant{},
		dropped: map[int32]*mutant{}, tried: map[*rule][]*mutant{}, result: &Measure{Mutation: Mutation{Operators: map[string]Tally{}}},
	}
}

// all measures every rule that the scope needs.
func (m *measurer) all(ctx context.Context) error {
	for _, rules := range m.rs.rules {
		for i := range rules {
			if err := ctx.Err(); err != nil {
				return err
			}
			if r := &rules[i]; m.counts(r) || m.holdsShared(r) {
				m.rule(r)
			}
		}
	}
	return nil
}

// counts reports whether a rule is in scope.
func (m *measurer) counts(r *rule) bool { return m.scope.covers(Gap{r.place.describe(0, ""), r.id}) }

// holdsShared reports whether a rule uses a shared group that is in scope.
func (m *measurer) holdsShared(r *rule) bool {
	return slices.ContainsFunc(m.program.sharedBy(r.when), func(name string) bool {
		return m.scope.covers(Gap{Place: m.program.files.groups[name].place.describe(0, "")})
	})
}

// measurer gathers what the rules show one after another.
type measurer struct {
	*lab
	scope    Scope
	mutate   bool
	groups   map[int32]*reach
	patterns map[int32]*reach // by unit
	shared   map[int32][]*mutant
	dropped  map[int32]*mutant // by unit
	mutants  []*mutant
	tried    map[*rule][]*mutant // its own, and those of the shared groups it uses
	result   *Measure
}

// reach is whether an example reached a group or pattern, and how it is told when none did.
type reach struct {
	gap  Gap
	done bool
}

func (m *measurer) rule(r *rule) {
	trials := m.trials(r)
	counts := m.counts(r)
	if counts {
		m.result.Demands = append(m.result.Demands, m.demands(r, trials)...)
		m.cover(r, trials)
	}
	r.when.walk(func(e *expr) {
		if e.op == opGroup {
			m.coverGroup(r, e, trials)
		}
	})
	if !m.mutate {
		return
	}
	m.decisive(r, trials)
	own := mutateWhen(r)
	wanted := groupsOf(r.when, true)
	var foreign []*mutant
	seen, places := map[int32]bool{}, map[int32]Problem{}
	r.when.walk(func(e *expr) {
		if e.op != opGroup || seen[e.group] {
			return
		}
		seen[e.group] = true
		if e.shared {
			if _, known := m.shared[e.group]; !known {
				m.shared[e.group] = m.mutateGroup(e.group, "", m.program.files.groups[e.name].place, 0, false)
				m.mutants = append(m.mutants, m.shared[e.group]...)
			}
			foreign = append(foreign, m.shared[e.group]...)
			return
		}
		place, at := r.source.when, e.at
		for _, g := range r.source.groups {
			if !e.inline && g.name == e.name {
				place, at = g.place, 0
			}
		}
		places[e.group] = place.describe(at, "")
		own = append(own, m.mutateGroup(e.group, r.id, place, at, slices.Contains(wanted, e.group))...)
	})
	own = append(own, m.mutateRoles(r, func(g int32) Problem { return places[g] })...)
	for g := range seen {
		for _, u := range m.byGroup[g] {
			if d := m.dropped[u]; d != nil {
				foreign = append(foreign, d)
			}
		}
	}
	m.tried[r] = slices.Concat(own, foreign)
	for _, c := range m.tried[r] {
		c.killed = c.killed || m.killedBy(c, r, trials)
	}
	m.mutants = append(m.mutants, own...)
	if counts && len(trials) > 0 && len(own) > 0 && !slices.ContainsFunc(own, func(c *mutant) bool { return c.killed }) {
		m.result.Mutation.Weak = append(m.result.Mutation.Weak, Gap{r.place.describe(0, "规则 %s 怎么改动，示例都发现不了；示例太弱，加几个差一点就匹配的", r.id), r.id})
	}
}

// cover notes what the trials of a rule reach of it and of its branches.
func (m *measurer) cover(r *rule, trials []*trial) {
	c := &m.result.Coverage
	c.Rules.All++
	if slices.ContainsFunc(trials, func(t *trial) bool { return t.fires && t.right() }) {
		c.Rules.Good++
	} else {
		c.RuleGaps = append(c.RuleGaps, Gap{r.place.describe(0, "规则 %s 在它的示例上从不成立；在 match 下加几个", r.id), r.id})
	}
	visit(r.when, true, func(e *expr, _ bool) {
		if e.op != opOr && e.op != opNot {
			return
		}
		for _, child := range e.children {
			c.Branches.All++
			if slices.ContainsFunc(trials, func(t *trial) bool { return t.again(r, child) }) {
				c.Branches.Good++
				continue
			}
			c.BranchGaps = append(c.BranchGaps, Gap{r.source.when.describe(child.at, "%s 在 %s 的示例中从不成立；加一个它成立的示例", child, r.id), r.id})
		}
	})
}

func (m *measurer) coverGroup(r *rule, e *expr, trials []*trial) {
	id, owner := e.group, r.id
	if m.groups[id] == nil {
		place := r.source.when.describe(e.at, "%s 的示例中没有词组 %s 的词；加一个有的示例", r.id, e)
		if e.shared {
			owner = ""
			place = m.program.files.groups[e.name].place.describe(0, "没有一个示例有共用词组 %s 的词；加一个有的示例", e)
		}
		m.groups[id] = &reach{gap: Gap{place, owner}}
	}
	for _, u := range m.byGroup[id] {
		if p := &m.units[u]; m.patterns[u] == nil {
			of := owner
			if !m.program.groups[id].writes(p.placedPattern) {
				of = "" // taken in with a shared group
			}
			m.patterns[u] = &reach{gap: Gap{p.node.describe(p.at, "没有一个示例有模式 %s；加一个有的示例", p.text), of}}
		}
	}
	for _, t := range trials {
		t.again(r, e) // fills the words with the filters as they are
		for _, u := range m.exercised(t, id) {
			m.groups[id].done, m.patterns[u].done = true, true
		}
	}
}

// decisive makes a mutant for each pattern by whose words the rule held an example, or an exclusion kept it from firing.
func (m *measurer) decisive(r *rule, trials []*trial) {
	for _, t := range trials {
		if !t.right() {
			continue
		}
		fires := t.again(r, r.when)
		used := slices.Clone(t.m.used)
		r.when.walk(func(e *expr) {
			if e.op == opNot && !fires && t.again(r, e.children[0]) {
				used = append(used, t.m.used...)
			}
		})
		for _, s := range used {
			for _, u := range m.byGroup[m.program.groups[s.group].base] {
				if m.dropped[u] != nil || !holdsSpan(t.units[u], s) {
					continue
				}
				p := &m.units[u]
				m.dropped[u] = &mutant{
					operator: MutateDropPattern, rule: m.patterns[u].gap.Rule, unit: u,
					place: p.node.describe(p.at, "%s：%s", MutateDropPattern, p.text),
				}
				m.mutants = append(m.mutants, m.dropped[u])
			}
		}
	}
}

// finish counts what was gathered.
func (m *measurer) finish() *Measure {
	c := &m.result.Coverage
	c.Groups, c.GroupGaps = m.tally(m.groups)
	c.Patterns, c.PatternGaps = m.tally(m.patterns)
	for _, mutant := range m.mutants {
		gap := Gap{mutant.place, mutant.rule}
		if !m.scope.covers(gap) {
			continue
		}
		operator := m.result.Mutation.Operators[mutant.operator]
		operator.All++
		m.result.Mutation.Killed.All++
		if mutant.killed {
			operator.Good++
			m.result.Mutation.Killed.Good++
		} else {
			m.result.Mutation.Survivors = append(m.result.Mutation.Survivors, gap)
		}
		m.result.Mutation.Operators[mutant.operator] = operator
	}
	sortGaps(c.BranchGaps)
	sortGaps(m.result.Mutation.Survivors)
	return m.result
}

func (m *measurer) tally(reached map[int32]*reach) (t Tally, gaps []Gap) {
	for _, r := range reached {
		if !m.scope.covers(r.gap) {
			continue
		}
		if t.All++; r.done {
			t.Good++
			continue
		}
		gaps = append(gaps, r.gap)
	}
	sortGaps(gaps)
	return t, gaps
}

func sortGaps(gaps []Gap) {
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Place.File, b.Place.File), a.Place.Line-b.Place.Line, a.Place.Column-b.Place.Column, cmp.Compare(a.Place.What, b.Place.What))
	})
}
