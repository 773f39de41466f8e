package classify

import (
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
)

const proposedRules = `
rules:
  - id: claim
    label: a.one
    groups:
      cut: {any: 停电 断电, border: any, mask: 停电费}
      pay: 赔偿 赔钱
    when: cut near/6 pay and not 「标准」
    examples:
      match: [昨天停电要赔偿]
      no_match: [天气好]
`

func propose(t *testing.T, passages ...Passage) []Proposal {
	t.Helper()
	found, err := mustCompile(t, testFS(proposedRules)).Propose(t.Context(), passages, "", func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// what lists the changes that a proposal notices.
func (p *Proposal) what() string {
	var all []string
	for _, n := range p.Notices {
		all = append(all, n.Place.What)
	}
	return strings.Join(all, "; ")
}

// textOf finds the proposal of a text.
func textOf(found []Proposal, text string) *Proposal {
	i := slices.IndexFunc(found, func(p Proposal) bool { return p.Text == text })
	if i < 0 {
		return nil
	}
	return &found[i]
}

// Passages are proposed that notice what no example does, as what the rule makes of them.
func TestProposePassages(t *testing.T) {
	const rejected, matched = "停电的事情不急，先说说我家的冰箱赔偿多少", "前天停电师傅答应赔偿"
	found := propose(t, Passage{Text: rejected, Whole: true}, Passage{Text: matched, Whole: true}, Passage{Text: "今天没有新鲜事", Whole: true})
	p := textOf(found, rejected)
	if p == nil || p.Match || !strings.Contains(p.what(), MutateNearOff) {
		t.Errorf("%q: got %+v, want it as one to reject that notices %q", rejected, p, MutateNearOff)
	}
	if textOf(found, "今天没有新鲜事") != nil {
		t.Error("a passage that notices nothing is proposed")
	}
	if p := textOf(found, matched); p == nil || !p.Match {
		t.Errorf("%q: got %+v, want it as one to match", matched, p)
	}
	for _, p := range found {
		if len(p.Notices) == 0 || p.Rule != "claim" {
			t.Errorf("%+v notices nothing or is of no rule", p)
		}
	}
}

// What careful readers found must not be contradicted, and what is like an example of the rule is none of its own.
func TestProposeJudged(t *testing.T) {
	const text = "前天停电师傅答应赔偿"
	for _, test := range []struct {
		name     string
		text     string
		judged   *Judgement
		proposed bool
	}{
		{"right", text, &Judgement{Labels: []string{"a.one"}}, true},
		{"not judged", text, nil, true},
		{"wrong", text, &Judgement{Labels: []string{"b.one"}}, false},
		{"either way", text, &Judgement{Also: []string{"a.one"}}, false},
		{"like an example", "昨天停电师傅说了要赔偿", &Judgement{Labels: []string{"a.one"}}, true},
		{"too like an example", "昨天停电说了要赔偿", &Judgement{Labels: []string{"a.one"}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if p := textOf(propose(t, Passage{Text: test.text, Judged: test.judged, Whole: true}), test.text); (p != nil) != test.proposed {
				t.Errorf("proposed %+v, want %v", p, test.proposed)
			}
		})
	}
}

// Where no passage helps, texts on which the rule fires are varied; each notices the change that it is told to notice.
func TestProposeVaries(t *testing.T) {
	found := propose(t, Passage{Text: "前天半夜停电鱼死了要赔偿，你们快来看看", Whole: true}, Passage{Text: "上个礼拜停电三天了要赔偿，谁来管一管这个事情", Whole: true})
	operators := map[string]bool{}
	for _, p := range found {
		rules := strings.Replace(proposedRules, "[天气好]", "[天气好, \""+strings.ReplaceAll(p.Text, "\n", "\\n")+"\"]", 1)
		if p.Match {
			rules = strings.Replace(proposedRules, "match: [昨天停电要赔偿]", "match: [昨天停电要赔偿, \""+strings.ReplaceAll(p.Text, "\n", "\\n")+"\"]", 1)
		}
		rs := mustCompile(t, testFS(rules))
		if failed := rs.Test().Failed; len(failed) > 0 {
			t.Errorf("%s does not hold: %v", p.Text, failed)
		}
		after := measureOne(t, rules)
		for _, n := range p.Notices {
			operators[strings.SplitN(n.Place.What, "：", 2)[0]] = true
			if slices.ContainsFunc(after.Mutation.Survivors, func(g Gap) bool { return g.Place.What == n.Place.What }) {
				t.Errorf("%s survives %q", n.Place.What, p.Text)
			}
		}
	}
	for _, want := range []string{MutateDropOperand, MutateNearOff, MutateFarther, MutateNearer, MutateCueOff} {
		if !operators[want] {
			t.Errorf("no variation notices %q; there are %v", want, operators)
		}
	}
}

// A contact is cut into runs of clauses, runs of turns, and its title before them; the hotline is told where it matters.
func TestPassages(t *testing.T) {
	texts := func(call *hotline.Call) (all []string) {
		for _, p := range Passages(call) {
			text := p.Text
			if !p.Whole {
				text = "…" + text
			}
			all = append(all, text)
		}
		return all
	}
	letter := message("我家昨天又停电了，师傅说（明天再来。真是没有办法了")
	if got, want := texts(letter), []string{"…我家昨天又停电了", "真是没有办法了"}; !slices.Equal(got, want[:1]) {
		t.Errorf("a letter: %q, want %q: half a pair of brackets and short clauses are left out", got, want[:1])
	}
	titled := message("我家昨天又停电了")
	titled.Title = "停电"
	if got, want := texts(titled), []string{"我家昨天又停电了", "标题：停电\n我家昨天又停电了"}; !slices.Equal(got, want) {
		t.Errorf("with a title: %q, want %q", got, want)
	}
	call := message("")
	call.Kind, call.Hotline = hotline.KindCall, hotline.Hotline95598
	call.Turns = []hotline.Turn{{Role: hotline.RoleAgent, Text: "请问您家停电了吗"}, {Role: hotline.RoleCustomer, Text: "对，我家昨天就停电了"}}
	want := []string{
		"坐席：请问您家停电了吗", "对，我家昨天就停电了", "…我家昨天就停电了", "客户：对，我家昨天就停电了", "…客户：我家昨天就停电了",
		"坐席：请问您家停电了吗\n客户：对，我家昨天就停电了",
	}
	for _, text := range want[:len(want):len(want)] {
		line, part := strings.CutPrefix(text, "…")
		line = "热线：95598\n" + line
		if part {
			line = "…" + line
		}
		want = append(want, line)
	}
	if got := texts(call); !slices.Equal(got, want) {
		t.Errorf("a call:\n got %q\nwant %q", got, want)
	}
}
