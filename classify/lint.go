package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Remark is something in a rule set that compiles and yet is probably not meant.
type Remark struct {
	Kind string `json:"kind"`
	Problem
}

// The kinds of remarks. RemarkHidden and RemarkExample are no faults: they tell what an overlay takes the place of, and what it
// changes.
const (
	RemarkDead      = "dead pattern"       // finds nothing that the group does not find without it, or nothing at all
	RemarkDuplicate = "duplicate"          // a pattern, group or rule that is there twice
	RemarkShadowed  = "shadowed rule"      // fires only where another rule of its label does, which suffices
	RemarkNoAnchor  = "no anchor"          // can fire without a single word
	RemarkIdle      = "idle rule"          // of weight 0: it fires and changes nothing
	RemarkExamples  = "without examples"   // a rule that nothing shows to fire, or nothing to be silent
	RemarkUnused    = "unused"             // a shared group that no rule uses
	RemarkNoRule    = "label without rule" // a label whose rules can't reach its threshold
	RemarkHidden    = "hidden"
	RemarkExample   = "example below" // one of a layer below that holds only without what lies over it
	RemarkUnread    = "unread"        // a file of the folder that changes nothing; found by dicts.Strays
)

// linter gathers remarks.
type linter struct {
	rs      *RuleSet
	remarks []Remark
}

// Lint looks for what is probably not meant, in the order of files and lines. It needs no segmenter.
func (rs *RuleSet) Lint() []Remark {
	l := &linter{rs: rs}
	l.rules()
	l.patterns()
	l.unused()
	l.labels()
	l.hidden()
	slices.SortStableFunc(l.remarks, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return l.remarks
}

func (l *linter) add(kind string, p Problem) { l.remarks = append(l.remarks, Remark{kind, p}) }

// rules looks for rules that are there twice, do nothing beside another, or need no word.
func (l *linter) rules() {
	for d, rules := range l.rs.rules {
		for i := range rules {
			r := &rules[i]
			if r.weight == 0 {
				l.add(RemarkIdle, r.place.describe(0, "规则 %s 的权重是 0，不起作用；写别的权重，要停用它就写 disabled: true", r.id))
			}
			if lacking := r.lacksExamples(); lacking != "" {
				l.add(RemarkExamples, r.place.describe(0, "规则 %s 没有 %s 示例；写上几句，以后改坏了它才会被发现", r.id, lacking))
			}
			if decision(d) != decidesLabel && !needsSomething(r.when) {
				l.add(RemarkNoAnchor, r.source.when.describe(0, "规则 %s 没有词、没有标签也能成立；让它至少需要一个", r.id))
			}
			for j := range rules {
				if i != j && rules[j].label == r.label {
					l.pair(decision(d), r, &rules[j], j < i)
				}
			}
		}
	}
}

// lacksExamples names the kinds of examples, match and no_match, of which the rule has none.
func (r *rule) lacksExamples() string {
	var lacking []string
	for kind, name := range exampleNames[:exampleTodo] {
		if len(r.examples[kind]) == 0 {
			lacking = append(lacking, name)
		}
	}
	return strings.Join(lacking, "、")
}

// pair compares a rule with another of its label; later says that the other stands before it.
func (l *linter) pair(d decision, r, other *rule, later bool) {
	if !l.rs.implies(r.when, other.when) {
		return
	}
	at := other.place.describe(0, "")
	threshold := 0.0
	if d == decidesLabel {
		info, _ := l.rs.taxonomy.Label(r.label)
		threshold = info.Threshold
	}
	switch same := l.rs.implies(other.when, r.when); {
	case same && r.weight == other.weight:
		if later {
			l.add(RemarkDuplicate, r.place.describe(0, "规则 %s 的条件与 %s（%s:%d）相同；去掉一条", r.id, other.id, at.File, at.Line))
		}
	case r.weight > 0 && r.weight <= other.weight && other.weight >= threshold && d == decidesLabel:
		l.add(RemarkShadowed, r.place.describe(0, "规则 %s 只在 %s（%s:%d）成立时才成立，而后者独自就能给出 %s；去掉它，或让它要求别的", r.id, other.id, at.File, at.Line, r.label))
	}
}

// needsSomething reports whether a condition needs a word or a test to hold.
func needsSomething(e *expr) bool {
	if _, ok := anchorsOf(e); ok {
		return true
	}
	switch e.op {
	case opTest:
		return true
	case opAnd:
		return slices.ContainsFunc(e.children, needsSomething)
	case opOr:
		return !slices.ContainsFunc(e.children, func(c *expr) bool { return !needsSomething(c) })
	}
	return false
}

// unused looks for shared groups that nothing takes in.
func (l *linter) unused() {
	used := map[string]bool{}
	var take func(patterns []placedPattern)
	take = func(patterns []placedPattern) {
		for _, p := range patterns {
			if name, ok := strings.CutPrefix(p.text, "@"); ok && !used[name] {
				used[name] = true
				take(l.rs.files.groups[name].any)
			}
		}
	}
	for i := range l.rs.groups {
		g := &l.rs.groups[i]
		if name, ok := strings.CutPrefix(g.name, "@"); ok {
			used[name] = true
		}
		take(g.patterns)
	}
	for name, g := range l.rs.files.groups {
		if !used[name] {
			l.add(RemarkUnused, g.place.describe(0, "没有规则用到共用词组 %s；用上它，或去掉它", name))
		}
	}
}

// labels looks for labels that no rule can give.
func (l *linter) labels() {
	sums := map[string]float64{}
	for _, r := range l.rs.rules[decidesLabel] {
		sums[r.label] += max(r.weight, 0)
	}
	for i := range l.rs.taxonomy.Labels {
		label := &l.rs.taxonomy.Labels[i]
		if sum := sums[label.Code]; sum < label.Threshold {
			l.add(RemarkNoRule, label.place.describe(0, "%s 的规则权重合计 %g，阈值是 %g，永远不会给出；补充规则，或降低阈值", label.Code, sum, label.Threshold))
		}
	}
}

// hidden tells what each overlay takes the place of.
func (l *linter) hidden() {
	files := l.rs.sources
	top := files[len(files)-1].layer
	for layer := 1; layer <= top; layer++ {
		below, above := layersOf(files, func(n int) bool { return n < layer }), layersOf(files, func(n int) bool { return n == layer })
		for _, r := range above.rules.rules {
			i, ok := below.rules.byID[r.id]
			if !ok {
				continue
			}
			what := "规则 %s 取代了 %s 的那一条"
			if r.disabled {
				what = "规则 %s 去掉了 %s 的那一条"
			}
			l.add(RemarkHidden, r.place.describe(0, what, r.id, placeOf(below.rules.rules[i].place)))
		}
		for name, g := range above.rules.groups {
			if old, ok := below.rules.groups[name]; ok {
				l.add(RemarkHidden, g.place.describe(0, "共用词组 %s 取代了 %s 的那一个；用到它的规则也随之改变", name, placeOf(old.place)))
			}
		}
		for _, label := range above.taxonomy.Labels {
			if old, ok := below.taxonomy.Label(label.Code); ok {
				l.add(RemarkHidden, label.place.describe(0, "标签 %s 取代了 %s 的那一个", label.Code, placeOf(old.place)))
			}
		}
	}
}

// layered is what some layers hold.
type layered struct {
	rules    *ruleFiles
	taxonomy *Taxonomy
}

// layersOf reads the files of some layers; what a layer lacks by itself is no fault here.
func layersOf(files []file, of func(layer int) bool) layered {
	var some []file
	for _, f := range files {
		if of(f.layer) {
			some = append(some, f)
		}
	}
	var ignored problems
	return layered{readRuleFiles(some, &ignored), readTaxonomy(some, &ignored)}
}

func placeOf(n yamlNode) string { return fmt.Sprintf("%s:%d", n.file.name(), n.position().Line) }
