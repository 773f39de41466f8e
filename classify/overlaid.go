package classify

import (
	"fmt"
	"slices"
	"strings"
)

// overlays finds out what in the layers over a rule changes what its examples show. The sets without those layers are compiled
// when an example asks for them, each once.
type overlays struct {
	rs   *RuleSet // without word weights
	sets map[int]*RuleSet
	top  int
}

func newOverlays(rs *RuleSet) *overlays {
	return &overlays{rs: rs, sets: map[int]*RuleSet{}, top: rs.top()}
}

// upTo is the set of the layers up to one; nil where they do not stand by themselves.
func (o *overlays) upTo(layer int) *RuleSet {
	if set, ok := o.sets[layer]; ok {
		return set
	}
	files := slices.DeleteFunc(slices.Clone(o.rs.sources), func(f file) bool { return f.layer > layer })
	set, err := compileFiles(files, o.rs.segmenter.with)
	if err != nil {
		set = nil
	} else {
		set = set.InZone(o.rs.zone).WithWords(nil)
	}
	o.sets[layer] = set
	return set
}

// cause is what changes an example of a layer below.
type cause struct {
	place yamlNode // in the layer that does it
	what  string
	group bool // a shared group that takes the place of another, perhaps by chance
}

// cause says what lies over the rule and its example and makes it fail, which holds without it; nil where it fails by itself.
func (o *overlays) cause(r *rule, kind exampleKind, e example) *cause {
	text, layer := e.text, max(r.place.file.layer, e.node.file.layer)
	if layer == o.top {
		return nil
	}
	below := o.upTo(layer)
	if below == nil {
		return nil
	}
	old := below.rule(r.source.decides, r.id)
	if old == nil || below.fires(old, text) != (kind == exampleMatch) {
		return nil
	}
	groups := o.rs.sharedBy(r.when)
	var labels *cause
	if testsLabel(r.when) {
		var more []string
		labels, more = o.labelCause(below, layer, text)
		groups = append(groups, more...)
	}
	if group := o.groupCause(below, layer, groups); group != nil {
		return group
	}
	if labels != nil {
		return labels
	}
	for _, f := range o.rs.sources {
		if f.layer > layer && (f.path == cuesPath || strings.HasPrefix(f.path, "lexicon/")) {
			return &cause{place: yamlNode{file: f}, what: "您的 " + f.name() + " 里有了别的词"}
		}
	}
	return nil
}

// groupCause finds one of the shared groups that a layer above redefines.
func (o *overlays) groupCause(below *RuleSet, layer int, names []string) *cause {
	for _, name := range names {
		now, old := o.rs.files.groups[name], below.files.groups[name]
		if now.layer > layer && old.place.Node != nil {
			return &cause{now.place, fmt.Sprintf("您的词组 %s（%s）取代了 @%s（%s）；给它改名", name, placeOf(now.place), name, placeOf(old.place)), true}
		}
	}
	return nil
}

// labelCause finds what in the layers above gives the text other labels, and the shared groups of the rules that gave it labels
// before.
func (o *overlays) labelCause(below *RuleSet, layer int, text string) (*cause, []string) {
	was, before := below.fired(text)
	is, now := o.rs.fired(text)
	var found *cause
	note := func(place yamlNode, what string) {
		if found == nil && place.Node != nil && place.file.layer > layer {
			found = &cause{place: place, what: fmt.Sprintf("有了您的%s，这段文字的标签是 %s，没有它是 %s", what, labelsText(is), labelsText(was))}
		}
	}
	for _, r := range now {
		note(r.place, "规则 "+r.id)
	}
	var groups []string
	for _, r := range before {
		groups = slices.Concat(groups, below.sharedBy(r.when), below.sharedBy(below.requires[below.taxonomy.index[r.label]]))
		if i, ok := o.rs.files.byID[r.id]; ok {
			note(o.rs.files.rules[i].place, "规则 "+r.id)
		}
	}
	for _, code := range slices.Concat(is, was) {
		if info, ok := o.rs.taxonomy.Label(code); ok {
			note(info.place, "标签 "+code)
		}
	}
	return found, groups
}

// fired lists the labels of an example, the strongest first, and the rules that fired for labels.
func (rs *RuleSet) fired(text string) (codes []string, rules []*rule) {
	m := rs.take(exampleCall(text), false)
	defer rs.give(m)
	scores := rs.score(m)
	for _, i := range m.given {
		codes = append(codes, rs.taxonomy.Labels[i].Code)
	}
	for i := range scores {
		for _, r := range scores[i].fired {
			rules = append(rules, &rs.rules[decidesLabel][r])
		}
	}
	return codes, rules
}

// rule finds a rule by what it decides and its id; nil if there is none.
func (rs *RuleSet) rule(on decision, id string) *rule {
	if i := slices.IndexFunc(rs.rules[on], func(r rule) bool { return r.id == id }); i >= 0 {
		return &rs.rules[on][i]
	}
	return nil
}

// sharedBy names the shared groups that a condition rests on, those taken in by others and by masks too.
func (p *program) sharedBy(when *expr) []string {
	var names []string
	var take func(patterns []placedPattern)
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
			take(p.files.groups[name].any)
			take(p.files.groups[name].mask)
		}
	}
	take = func(patterns []placedPattern) {
		for _, pattern := range patterns {
			if name, ok := strings.CutPrefix(pattern.text, "@"); ok {
				add(name)
			}
		}
	}
	if when == nil {
		return nil
	}
	when.walk(func(e *expr) {
		if e.op != opGroup {
			return
		}
		if name, ok := strings.CutPrefix(p.groups[e.group].name, "@"); ok {
			add(name)
		}
		take(p.groups[e.group].patterns)
	})
	return names
}

// testsLabel reports whether a condition asks for the labels given.
func testsLabel(when *expr) bool {
	found := false
	when.walk(func(e *expr) { found = found || e.op == opTest && e.name == "label" })
	return found
}

// labelsText names labels in a message.
func labelsText(codes []string) string {
	if len(codes) == 0 {
		return "没有标签"
	}
	return strings.Join(codes, ", ")
}
