package classify

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// lab tries rules on their examples, with small changes made to them for a while. It works on a copy of the program, so
// the rule set stays as it is, and compiles nothing anew: a pattern is dropped by taking its words out of the groups.
type lab struct {
	rs       *RuleSet
	program  *program
	units    []placedEntry
	byGroup  [][]int32 // the units of each group
	patterns *matcher  // finds the words of each unit
	search   search
}

// placedEntry is one pattern at its place in a file; the groups that take in a shared group have its units too.
type placedEntry struct {
	placedPattern
	groups []int32
}

func newLab(rs *RuleSet) *lab {
	rs = rs.WithWords(nil) // as the examples are run
	program := *rs.program
	program.groups = slices.Clone(program.groups)
	l := &lab{rs: rs, program: &program, byGroup: make([][]int32, len(program.groups))}
	type place struct {
		node ast.Node
		at   int
	}
	known := map[place]int32{}
	var read [][]pattern
	for g := range program.groups {
		if program.groups[g].base != int32(g) {
			continue // a twin has its base's patterns
		}
		for _, p := range program.files.flatten(program.groups[g].patterns) {
			id, ok := known[place{p.node.Node, p.at}]
			if !ok {
				id = int32(len(l.units))
				known[place{p.node.Node, p.at}] = id
				l.units = append(l.units, placedEntry{placedPattern: p})
				one, _ := readPattern(p.text, rs.segmenter.lexicon.folder) // it did when the set was compiled
				read = append(read, []pattern{one})
			}
			l.units[id].groups = append(l.units[id].groups, int32(g))
			l.byGroup[g] = append(l.byGroup[g], id)
		}
	}
	l.patterns = newMatcher(read)
	return l
}

// flatten replaces @name by the patterns of the shared group; the references are known to end.
func (r *ruleFiles) flatten(patterns []placedPattern) []placedPattern {
	var all []placedPattern
	for _, p := range patterns {
		if p.text[0] == '@' {
			all = append(all, r.flatten(r.groups[p.text[1:]].any)...)
			continue
		}
		all = append(all, p)
	}
	return all
}

// writes reports whether the group holds a pattern itself, not by taking in a shared group.
func (g *group) writes(p placedPattern) bool {
	return slices.ContainsFunc(g.patterns, func(own placedPattern) bool { return own.node.Node == p.node.Node && own.at == p.at })
}

// trial is one example of a rule, laid out with its words.
type trial struct {
	example
	kind  exampleKind
	m     *matches
	units map[int32][]span // the words of each unit, before the filters
	fires bool
}

// right reports whether the rule did what the example asks for.
func (t *trial) right() bool { return t.fires == (t.kind == exampleMatch) }

// trials lays out the examples that a rule must hold.
func (l *lab) trials(r *rule) []*trial {
	var trials []*trial
	for _, kind := range []exampleKind{exampleMatch, exampleNoMatch} {
		for _, e := range r.examples[kind] {
			t := &trial{example: e, kind: kind, m: newMatches(l.program), units: map[int32][]span{}}
			l.lay(t)
			if r.testsLabels() {
				t.m.labels = l.rs.givenLabels(t.m)
			}
			t.fires = t.again(r, r.when)
			trials = append(trials, t)
		}
	}
	return trials
}

// lay lays the text of a trial out and finds the words of all groups and units; labels it has none.
func (l *lab) lay(t *trial) {
	if err := t.m.doc.lay(exampleCall(t.text), l.rs.segmenter, false); err != nil {
		panic(err) // the caller has seen that the segmenter is ready
	}
	t.m.find()
	clear(t.units)
	l.patterns.match(&l.search, t.m.doc.runes, func(u, start, end int32) {
		t.units[u] = append(t.units[u], span{start, end, u, -1})
	})
}

// again evaluates a rule with a condition after a change of groups, patterns or the condition itself.
func (t *trial) again(r *rule, when *expr) bool {
	clear(t.m.filtered)
	changed := *r
	changed.when = when
	_, fires := t.m.fires(&changed)
	return fires
}

// without evaluates a condition as if the unit did not stand in the groups it stands in.
func (l *lab) without(t *trial, u int32, r *rule, when *expr) bool {
	hidden := map[int32][]span{}
	for _, g := range l.units[u].groups {
		all := t.m.raw[g]
		kept := slices.DeleteFunc(slices.Clone(all), func(s span) bool {
			return holdsSpan(t.units[u], s) && !slices.ContainsFunc(l.byGroup[g], func(other int32) bool {
				return other != u && holdsSpan(t.units[other], s)
			})
		})
		if len(kept) < len(all) {
			hidden[g], t.m.raw[g] = all, kept
		}
	}
	fires := t.again(r, when)
	for g, all := range hidden {
		t.m.raw[g] = all
	}
	return fires
}

// holdsSpan reports whether one of the spans covers the same characters.
func holdsSpan(spans []span, s span) bool {
	return slices.ContainsFunc(spans, func(o span) bool { return o.start == s.start && o.end == s.end })
}

// exercised lists the units of a group that have a word in the trial past the group's filters.
func (l *lab) exercised(t *trial, g int32) []int32 {
	words := t.m.wordsOf(g)
	var found []int32
	for _, u := range l.byGroup[g] {
		if slices.ContainsFunc(t.units[u], func(s span) bool { return holdsSpan(words, s) }) {
			found = append(found, u)
		}
	}
	return found
}

// groupsOf lists the groups of a condition, each once; wanted only those that are not under a not.
func groupsOf(e *expr, wanted bool) []int32 {
	if wanted && e.op == opNot {
		return nil
	}
	if e.op == opGroup {
		return []int32{e.group}
	}
	var all []int32
	for _, c := range e.children {
		all = append(all, groupsOf(c, wanted)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
