package classify

import (
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

// exampleCall reads an example: plain text is one turn of an unknown speaker; a line that begins with 客户：, 坐席：, 导航：,
// 回复： or 引用： is a turn of its own, 标题： the title.
func exampleCall(text string) *hotline.Call {
	call := &hotline.Call{Schema: hotline.Schema, Source: "example", Hotline: hotline.Hotline12345, ID: "example", Kind: hotline.KindMessage}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		turn := hotline.Turn{Role: hotline.RoleUnknown, Text: line}
		before, after, found := strings.Cut(line, "：")
		if found && before == "标题" {
			call.Title = after
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

// Test runs the examples of every rule. A problem is an example that its rule contradicts; learnt are examples under
// todo that now match and can move to match.
func (rs *RuleSet) Test() (failed, learnt []Problem) {
	for _, rules := range rs.rules {
		for i := range rules {
			r := &rules[i]
			for kind, examples := range r.examples {
				for _, e := range examples {
					fires := rs.fires(r, e.text)
					switch {
					case exampleKind(kind) == exampleMatch && !fires:
						failed = append(failed, e.node.describe(0, "the rule %s does not match this example: %s", r.id, e.text))
					case exampleKind(kind) == exampleNoMatch && fires:
						failed = append(failed, e.node.describe(0, "the rule %s matches this example: %s", r.id, e.text))
					case exampleKind(kind) == exampleTodo && fires:
						learnt = append(learnt, e.node.describe(0, "the rule %s matches this example now; move it to match: %s", r.id, e.text))
					}
				}
			}
		}
	}
	return failed, learnt
}

// fires reports whether the rule alone fires on an example. Tests of labels see the labels of the whole set.
func (rs *RuleSet) fires(r *rule, text string) bool {
	call := exampleCall(text)
	m := rs.take(call, false)
	defer rs.give(m)
	for i, s := range rs.score(m) {
		if s.given() {
			m.labels = append(m.labels, rs.taxonomy.Labels[i].Code)
		}
	}
	_, fires := m.fires(r)
	return fires
}

// check makes a failed example an error.
func (rs *RuleSet) check() error {
	if err := rs.Ready(); err != nil {
		return err
	}
	failed, _ := rs.Test()
	if len(failed) == 0 {
		return nil
	}
	return &LoadError{failed}
}
