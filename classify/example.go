package classify

import (
	"slices"
	"strings"

	"suqiu/hotline"
)

// speakers are the prefixes by which an example's lines tell who speaks.
var speakers = []struct {
	prefix string
	role   hotline.Role
}{
	{"客户", hotline.RoleCustomer}, {"坐席", hotline.RoleAgent}, {"导航", hotline.RoleIVR}, {"回复", hotline.RoleReply}, {"引用", hotline.RoleQuote},
}

// ReadSpoken reads a text that is written as the examples of rules are: a turn for each line, by the speaker that stands before
// it, the title after 标题：. It is false where no line has a turn's text or none names a speaker or a title: then it is plain text.
func ReadSpoken(text string) (title string, turns []hotline.Turn, spoken bool) {
	call := exampleCall(text)
	spoken = call.Title != "" || slices.ContainsFunc(call.Turns, func(t hotline.Turn) bool { return t.Role != hotline.RoleUnknown })
	turns = slices.DeleteFunc(call.Turns, func(t hotline.Turn) bool { return strings.TrimSpace(t.Text) == "" })
	return call.Title, turns, spoken && len(turns) > 0
}

// exampleCall reads an example: plain text is one turn of an unknown speaker; a line that begins with 客户：, 坐席：, 导航：,
// 回复： or 引用： is a turn of its own, 标题： the title; 热线：95598 names the hotline, which is 12345 otherwise.
func exampleCall(text string) *hotline.Call {
	call := &hotline.Call{Schema: hotline.Schema, Source: "example", Hotline: hotline.Hotline12345, ID: "example", Kind: hotline.KindMessage}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		turn := hotline.Turn{Role: hotline.RoleUnknown, Text: line}
		before, after, found := strings.Cut(line, "：")
		switch {
		case found && before == "标题":
			call.Title = after
			continue
		case found && before == "热线" && slices.Contains(hotline.Hotlines[:], hotline.Hotline(strings.TrimSpace(after))):
			call.Hotline = hotline.Hotline(strings.TrimSpace(after))
			continue
		}
		for _, s := range speakers {
			if found && before == s.prefix {
				turn = hotline.Turn{Role: s.role, Text: after}
				call.Kind = hotline.KindCall
			}
		}
		call.Turns = append(call.Turns, turn)
	}
	return call
}

// ExampleResult is one example and what its rule made of it.
type ExampleResult struct {
	Rule   string
	Kind   string // match, no_match or todo
	Text   string
	Place  Problem // What says what is wrong, or that a todo now matches; else it is empty
	Failed bool

	// Overlaid says that the example holds without the layers over its rule: what they add changes the labels or the words that
	// the rule sees, which is theirs to decide, so that it is no fault. Place is then theirs.
	Overlaid bool
}

// Verdict is what the examples of a set show.
type Verdict struct {
	Failed   []Problem // examples that their rule contradicts
	Learnt   []Problem // examples under todo that now match and can move to match
	Overlaid []Problem // examples that hold only without a layer over their rule
}

// Examples runs the examples of every rule, in the order of the files. It panics where Ready would fail.
func (rs *RuleSet) Examples() []ExampleResult {
	rs = rs.WithWords(nil) // examples are about rules, and weights are learned after them
	over := newOverlays(rs)
	var results []ExampleResult
	for _, rules := range rs.rules {
		for i := range rules {
			r := &rules[i]
			for kind, examples := range r.examples {
				for _, e := range examples {
					results = append(results, over.try(r, exampleKind(kind), e))
				}
			}
		}
	}
	return results
}

func (o *overlays) try(r *rule, kind exampleKind, e example) ExampleResult {
	rs := o.rs
	result := ExampleResult{Rule: r.id, Kind: exampleNames[kind], Text: e.text}
	what := ""
	switch fires := rs.fires(r, e.text); {
	case kind == exampleMatch && !fires:
		what, result.Failed = "规则 %s 不匹配这个示例：%s", true
	case kind == exampleNoMatch && fires:
		what, result.Failed = "规则 %s 匹配了这个示例：%s", true
	case kind == exampleTodo && fires:
		what = "规则 %s 现在匹配这个示例；移入 match：%s"
	}
	if what == "" {
		result.Place = e.node.describe(0, "")
		return result
	}
	result.Place = e.node.describe(0, what, r.id, e.text)
	if !result.Failed {
		return result
	}
	switch cause := o.cause(r, kind, e); {
	case cause == nil:
		result.Place.What += "；" + rs.because(r, e.text)
	case cause.group:
		result.Place.What += "；" + cause.what
	default:
		result.Failed, result.Overlaid = false, true
		at := placeOf(e.node)
		result.Place = cause.place.describe(0, "%s；因此"+what+"（%s）；若是有意如此，不必改", cause.what, r.id, e.text, at)
	}
	return result
}

// Test runs the examples of every rule.
func (rs *RuleSet) Test() Verdict {
	var v Verdict
	for _, r := range rs.Examples() {
		switch {
		case r.Failed:
			v.Failed = append(v.Failed, r.Place)
		case r.Overlaid:
			v.Overlaid = append(v.Overlaid, r.Place)
		case r.Place.What != "":
			v.Learnt = append(v.Learnt, r.Place)
		}
	}
	return v
}

// fires reports whether the rule alone fires on an example. Tests of labels see the labels of all rules.
func (rs *RuleSet) fires(r *rule, text string) bool {
	m := rs.take(exampleCall(text), false)
	defer rs.give(m)
	if r.testsLabels() {
		m.labels = rs.WithWords(nil).givenLabels(m)
	}
	_, fires := m.fires(r)
	return fires
}

// testsLabels reports whether the condition looks at the labels given.
func (r *rule) testsLabels() bool {
	found := false
	r.when.walk(func(e *expr) { found = found || e.op == opTest && e.name == "label" })
	return found
}

// givenLabels are the codes of the labels that the whole set gives, the strongest first.
func (rs *RuleSet) givenLabels(m *matches) []string {
	rs.score(m)
	codes := m.labels
	for _, i := range m.given {
		codes = append(codes, rs.taxonomy.Labels[i].Code)
	}
	return codes
}

// because says in a few words by what a rule fires on an example, or what keeps it from firing.
func (rs *RuleSet) because(r *rule, text string) string {
	m := rs.take(exampleCall(text), false)
	defer rs.give(m)
	m.labels = rs.givenLabels(m)
	var words []string
	if _, fires := m.fires(r); fires {
		for _, h := range m.evidence(nil, r.id) {
			words = append(words, "「"+h.Text+"」")
		}
		if testsLabel(r.when) {
			words = append(words, "这段文字的标签是 "+labelsText(m.labels))
		}
		if len(words) == 0 {
			words = []string{"没有要求的词"}
		}
		return "依据是" + strings.Join(words, "、") + "；让规则要求更多，排除或用 mask 遮住不同之处，或改正示例"
	}
	f := RuleFinding{Rule: r.id}
	m.why(r.when, &f)
	for _, b := range f.Blocks[:min(len(f.Blocks), maxBlocks)] {
		word := reasonNames[b.Reason] + "：" + b.Group
		if b.Hit != nil && b.Group != "「"+b.Hit.Text+"」" {
			word += " 「" + b.Hit.Text + "」"
		}
		if b.By != nil {
			word += "，因为「" + b.By.Text + "」"
		}
		if b.Found != "" {
			word += "，实为 " + b.Found
		}
		words = append(words, word)
	}
	return strings.Join(words, "，") + "；" + remedyOf(f.Blocks)
}

// remedyOf says what makes a rule match its example, by what keeps it from matching.
func remedyOf(blocks []Block) string {
	if len(blocks) == 0 {
		return "改正示例，或移入 todo"
	}
	b := blocks[0]
	switch b.Reason {
	case ReasonMissing:
		return "把示例中的词加进词组 " + b.Group + "，或改正示例，或移入 todo"
	case ReasonTest:
		return "改正示例，或规则所要求的；示例的热线是 12345，除非写了 热线：；它的标签是整个规则集给的"
	}
	return "改词组或它的选项，或改正示例，或移入 todo"
}

// Check loads the segmenter's dictionary, if it is not loaded yet, and runs the rules' examples: a *LoadError names
// those that fail.
func (rs *RuleSet) Check() error {
	if err := rs.Ready(); err != nil {
		return err
	}
	if failed := rs.Test().Failed; len(failed) > 0 {
		return &LoadError{failed}
	}
	return nil
}
