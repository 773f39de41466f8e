package classify

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// measureOne measures a rule set with mutation.
func measureOne(t *testing.T, rules string) *Measure {
	t.Helper()
	m, err := mustCompile(t, testFS(rules)).Measure(t.Context(), Scope{}, true)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// told writes gaps as "line:column: what".
func told(gaps []Gap) []string {
	var all []string
	for _, g := range gaps {
		all = append(all, strings.TrimPrefix(g.Place.String(), "rules/test.yaml:"))
	}
	return all
}

// Each operator's mutant survives examples that do not tell it from the rule, and falls to the one that does.
func TestMutation(t *testing.T) {
	tests := []struct {
		name, groups, when string
		match, noMatch     string // as YAML lists; the rule holds them
		killer             string // one more example, as "match: …" or "no_match: …"
		survivor           string
	}{
		{"drop operand of and", "", "「停电」 and 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电了", "去掉一项：「赔偿」"},
		{"drop operand of or", "", "「停电」 or 「断电」", "[停电了]", "[天气好]", "match: 断电了", "去掉一项：「断电」"},
		{"drop operand of near", "", "「停电」 near/4 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电了", "去掉一项：「赔偿」"},
		{"and to or", "", "「停电」 and 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电了", "and 改 or：「停电」 and 「赔偿」"},
		{"or to and", "", "「停电」 or 「断电」", "[停电又断电]", "[天气好]", "match: 断电了", "or 改 and：「停电」 or 「断电」"},
		{"not off", "", "「停电」 and not 「计划」", "[]", "[天气好]", "match: 停电了", "去掉 not：not 「计划」"},
		{"distance off", "", "「停电」 near/4 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电了一天才来人还说没有什么可以给我们赔偿", "取消距离：「停电」 near/4 「赔偿」"},
		{"distance halved", "", "「停电」 near/4 「赔偿」", "[停电要赔偿]", "[天气好]", "match: 停电了可以赔偿", "距离减半：「停电」 near/4 「赔偿」，4 改为 2"},
		{"distance doubled", "", "「停电」 near/4 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电的事情怎么赔偿吧", "距离加倍：「停电」 near/4 「赔偿」，4 改为 8"},
		{"clause to sentence", "", "「停电」 near/c 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 停电了，要赔偿", "距离加倍：「停电」 near/c 「赔偿」，分句改为整句"},
		{"sentence to clause", "", "「停电」 near/s 「赔偿」", "[停电要赔偿]", "[天气好]", "match: 停电了，要赔偿", "距离减半：「停电」 near/s 「赔偿」，整句改为分句"},
		{"before to near", "", "「停电」 before/4 「赔偿」", "[停电要赔偿]", "[天气好]", "no_match: 赔偿停电", "before 改 near：「停电」 before/4 「赔偿」"},
		{"count raised", "", "count(「停电」) >= 2", "[停电停电停电]", "[天气好]", "match: 停电停电", "改次数：count(「停电」) >= 2，改为 3"},
		{"count lowered", "", "count(「停电」) >= 2", "[停电停电]", "[天气好]", "no_match: 停电", "改次数：count(「停电」) >= 2，改为 1"},
		{"title off", "", "title(「停电」)", `["标题：停电"]`, "[天气好]", "no_match: 停电了", "去掉位置：title(「停电」)"},
		{"first off", "", "first(「停电」, 5)", "[停电]", "[天气好]", "no_match: 我们这里又双叒叕停电了", "去掉位置：first(「停电」, 5)"},
		{"comparison off", "{cut: 停了#times}", "times(cut) >= 3", "[停了四次]", "[天气好]", "no_match: 停了两次", "去掉比较：times(cut) >= 3"},
		{"bound changed", "{cut: 停了#times}", "times(cut) >= 3", "[停了四次]", "[天气好]", "match: 停了三次", "改界限：times(cut) >= 3，>= 改为 >"},
		{"neg ignored", "{cut: 停电}", "cut", "[停电]", "[天气好]", "no_match: 没有停电", "不管线索：词组 cut，neg 由 exclude 改为 ignore"},
		{"hyp ignored", "{cut: {any: 停电, hyp: exclude}}", "cut", "[停电]", "[天气好]", "no_match: 如果停电", "不管线索：词组 cut，hyp 由 exclude 改为 ignore"},
		{"border any", "{cut: {any: 网国, border: nocross}}", "cut or 「电费」", "[电费]", "[天气好]", "no_match: 网上国网国际", "不限边界：词组 cut，border 由 nocross 改为 any"},
		{"mask off", "{cut: {any: 停电, border: any, mask: 停电费}}", "cut", "[停电]", "[天气好]", "no_match: 停电费", "去掉 mask：词组 cut"},
		{"role any", "{cut: {any: 停电, role: agent}}", "cut", `["坐席：停电"]`, "[天气好]", "no_match: 客户：停电", "不限角色：词组 cut"},
		{"fillers kept", "{cut: {any: 停电了, filler: skip}}", "cut", "[停电了]", "[天气好]", "match: 停停电电了", "不跳口头语：词组 cut"},
		{"pinyin off", "{cut: {any: 变压器, pinyin: toneless}}", "cut", "[变压器]", "[天气好]", "match: 我家变鸭器坏", "不按读音：词组 cut"},
		{"drop pattern", "{cut: 停电 断电}", "cut", "[停电又断电]", "[天气好]", "match: 断电", "去掉模式：断电"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rules := func(match, noMatch string) string {
				text := "rules:\n  - id: r\n    label: a.one\n    when: " + test.when + "\n"
				if test.groups != "" {
					text += "    groups: " + test.groups + "\n"
				}
				return text + "    examples:\n      match: " + match + "\n      no_match: " + noMatch + "\n"
			}
			survives := func(m *Measure) bool {
				return slices.ContainsFunc(m.Mutation.Survivors, func(g Gap) bool { return strings.HasSuffix(g.Place.What, test.survivor) })
			}
			before := measureOne(t, rules(test.match, test.noMatch))
			if !survives(before) {
				t.Errorf("the mutant is not among the survivors: %q", told(before.Mutation.Survivors))
			}
			match, noMatch := test.match, test.noMatch
			if text, ok := strings.CutPrefix(test.killer, "match: "); ok {
				match = `["` + text + `", ` + strings.TrimPrefix(match, "[")
			} else {
				noMatch = `["` + strings.TrimPrefix(test.killer, "no_match: ") + `", ` + strings.TrimPrefix(noMatch, "[")
			}
			rs := mustCompile(t, testFS(rules(match, noMatch)))
			if failed := rs.Test().Failed; len(failed) > 0 {
				t.Fatalf("the examples do not hold: %v", failed)
			}
			if after := measureOne(t, rules(match, noMatch)); survives(after) {
				t.Errorf("the mutant survived %s", test.killer)
			}
		})
	}
}

const measuredRules = `
groups:
  power: 停电 断电
  claim: {any: 赔偿 赔钱, mask: 赔偿标准}
rules:
  - id: claim
    label: a.one
    when: "@power near/6 @claim or 「索赔」 and not 「标准」"
    examples:
      match: [停电了要赔偿]
      no_match: [停电赔偿标准]
  - id: bare
    label: b.one
    when: 「电费」
`

// Coverage tells rules, groups, patterns and branches that no example reaches, with their places.
func TestCoverage(t *testing.T) {
	c := measureOne(t, measuredRules).Coverage
	for _, test := range []struct {
		name string
		got  Tally
		want Tally
		gaps []Gap
		told []string
	}{
		{"rules", c.Rules, Tally{1, 2}, c.RuleGaps, []string{"12:5: 规则 bare 在它的示例上从不成立；在 match 下加几个"}},
		{"groups", c.Groups, Tally{3, 5}, c.GroupGaps, []string{
			"8:36: claim 的示例中没有词组 「索赔」 的词；加一个有的示例", "14:11: bare 的示例中没有词组 「电费」 的词；加一个有的示例"}},
		{"patterns", c.Patterns, Tally{3, 7}, c.PatternGaps, []string{
			"3:13: 没有一个示例有模式 断电；加一个有的示例", "4:19: 没有一个示例有模式 赔钱；加一个有的示例", "8:37: 没有一个示例有模式 索赔；加一个有的示例", "14:12: 没有一个示例有模式 电费；加一个有的示例"}},
		{"branches", c.Branches, Tally{2, 3}, c.BranchGaps, []string{"8:41: 「索赔」 and not 「标准」 在 claim 的示例中从不成立；加一个它成立的示例"}},
	} {
		if test.got != test.want || !slices.Equal(told(test.gaps), test.told) {
			t.Errorf("%s: %v %q\nwant %v %q", test.name, test.got, told(test.gaps), test.want, test.told)
		}
	}
}

// A measure is of the scope alone: shares, gaps, survivors and demands. What stands in an overlay counts there with the shared
// groups that it writes; a prefix is of rules alone, and what their groups take in of shared ones is none of theirs.
func TestScope(t *testing.T) {
	overlay := fstest.MapFS{"rules/mine.yaml": {Data: []byte(`
groups:
  power: 停电 断电 黑灯
rules:
  - id: mine.box
    label: a.one
    groups: {box: "@claim 表箱"}
    when: box near/6 「嗡嗡响」
`)}}
	rules := mustCompile(t, testFS(measuredRules), overlay)
	for _, test := range []struct {
		name           string
		scope          Scope
		rules, groups  Tally
		patterns       Tally
		told, survived []string // gaps of groups; files of survivors
		demands        int
	}{
		{"all", Scope{}, Tally{1, 3}, Tally{3, 7}, Tally{3, 10}, []string{"box", "「嗡嗡响」", "「索赔」", "「电费」"}, []string{"mine", "test"}, 6},
		{"overlay", Scope{Overlay: true}, Tally{0, 1}, Tally{1, 3}, Tally{1, 5}, []string{"box", "「嗡嗡响」"}, []string{"mine"}, 2},
		{"prefix", Scope{Prefix: "mine."}, Tally{0, 1}, Tally{0, 2}, Tally{0, 2}, []string{"box", "「嗡嗡响」"}, []string{"mine"}, 2},
		{"prefix of the base", Scope{Prefix: "cl"}, Tally{1, 1}, Tally{1, 2}, Tally{1, 2}, []string{"「索赔」"}, []string{"test"}, 2},
		{"nothing", Scope{Prefix: "x"}, Tally{}, Tally{}, Tally{}, nil, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := rules.Measure(t.Context(), test.scope, true)
			if err != nil {
				t.Fatal(err)
			}
			c := m.Coverage
			if c.Rules != test.rules || c.Groups != test.groups || c.Patterns != test.patterns || len(m.Demands) != test.demands {
				t.Errorf("rules %v, groups %v, patterns %v, %d demands", c.Rules, c.Groups, c.Patterns, len(m.Demands))
			}
			if len(c.GroupGaps) != len(test.told) {
				t.Fatalf("gaps %q, want of %q", told(c.GroupGaps), test.told)
			}
			for i, gap := range c.GroupGaps {
				if !strings.Contains(gap.Place.What, test.told[i]) {
					t.Errorf("gaps %q, want of %q", told(c.GroupGaps), test.told)
				}
			}
			var files []string
			for _, gap := range m.Mutation.Survivors {
				files = append(files, strings.TrimSuffix(filepath.Base(gap.Place.File), ".yaml"))
			}
			slices.Sort(files)
			if files = slices.Compact(files); !slices.Equal(files, test.survived) {
				t.Errorf("survivors of %q, want %q", files, test.survived)
			}
		})
	}
}

// A shared group's mutants fall to an example of any rule that uses it.
func TestMutationOfSharedGroup(t *testing.T) {
	without := measureOne(t, strings.Replace(measuredRules, "[停电赔偿标准]", "[天气好]", 1))
	with := measureOne(t, measuredRules+"    examples: {match: [电费, 收电费], no_match: [天气]}\n")
	const mask = "4:3: 去掉 mask：词组 @claim"
	if !slices.Contains(told(without.Mutation.Survivors), mask) {
		t.Errorf("survivors %q, want %q", told(without.Mutation.Survivors), mask)
	}
	if slices.Contains(told(with.Mutation.Survivors), mask) {
		t.Errorf("%q survived the example that it is for", mask)
	}
	if m := with.Mutation; m.Killed.Good+len(m.Survivors) != m.Killed.All || m.Operators[MutateMaskOff] != (Tally{1, 1}) {
		t.Errorf("tallies do not add up: %+v", m)
	}
}

// Groups that near ties into one turn have one speaker, so their roles are one change; a group apart has its own.
func TestMutationOfRoles(t *testing.T) {
	for _, test := range []struct {
		name, when string
		want       []string
	}{
		{"near", "cut near/4 pay", []string{"不限角色：词组 cut、pay"}},
		{"chain", "cut near/c pay before/4 soon", []string{"不限角色：词组 cut、pay、soon"}},
		{"turns", "cut near/1u pay", []string{"不限角色：词组 cut", "不限角色：词组 pay"}},
		{"and", "cut and pay near/s soon", []string{"不限角色：词组 cut", "不限角色：词组 pay、soon"}},
		{"other roles", "cut near/4 said", []string{"不限角色：词组 cut", "不限角色：词组 said"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			groups := "{cut: 停电, pay: 赔偿, soon: 马上}"
			switch test.name {
			case "near", "turns":
				groups = "{cut: 停电, pay: 赔偿}"
			case "other roles":
				groups = "{cut: 停电, said: {any: 好的, role: agent}}"
			}
			m := measureOne(t, "rules:\n  - {id: r, label: a.one, role: [caller, affirmed], groups: "+groups+", when: "+test.when+"}\n")
			var got []string
			for _, g := range m.Mutation.Survivors {
				if strings.HasPrefix(g.Place.What, MutateRoleOff) {
					got = append(got, g.Place.What)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Examples that notice no change are said to be too weak.
func TestWeakExamples(t *testing.T) {
	const rule = "rules:\n  - id: r\n    label: a.one\n    when: 「停电」\n    examples: {no_match: [天气好]}\n"
	m := measureOne(t, rule)
	want := []string{"2:5: 规则 r 怎么改动，示例都发现不了；示例太弱，加几个差一点就匹配的"}
	if got := told(m.Mutation.Weak); !slices.Equal(got, want) || m.Mutation.Killed.Good != 0 {
		t.Errorf("got %q with %v killed, want %q", got, m.Mutation.Killed, want)
	}
}

// What the examples of a rule lack is told one by one; a full set lacks nothing.
func TestDemands(t *testing.T) {
	rule := func(examples string) string {
		return "rules:\n  - id: r\n    label: a.one\n    when: 「停电」 near/4 「赔偿」\n    examples:\n" + examples
	}
	for _, test := range []struct {
		name, examples string
		want           []string
	}{
		{"none", "      todo: [黑了]\n", []string{
			"2:5: 规则 r 的 match 下有 0 个示例；至少要 3 个", "2:5: 规则 r 的 no_match 下有 0 个示例；至少要 2 个"}},
		{"alike", "      match: [昨天停电要赔偿, 今天停电要赔偿, 供电所答应停电给赔偿]\n      no_match: [停电的事已经说了三遍，问问赔偿, 天气预报说要下雨]\n",
			[]string{"6:24: r 的这个示例与第 6 行的相差不到 4 个字；改掉或去掉一个"}},
		{"no near miss", "      match: [昨天停电要赔偿, 冰箱因为停电坏了电力局应赔偿吧停电赔偿, 供电所答应停电给赔偿]\n      no_match: [停电的事已经说了三遍, 天气预报说要下雨]\n",
			[]string{"2:5: 规则 r 的 no_match 下没有一个示例含有它所要的每组词；加一个各组词都有、说的却是另一回事的"}},
		{"full", "      match: [昨天停电要赔偿, 冰箱因为停电坏了电力局应赔偿吧停电赔偿, 供电所答应停电给赔偿]\n      no_match: [停电的事已经说了三遍，问问赔偿, 天气预报说要下雨]\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := told(measureOne(t, rule(test.examples)).Demands); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// A condition reads the same when it is written out and parsed again.
func TestConditionText(t *testing.T) {
	for _, text := range []string{
		"a", "@a and not (b or 「停电 断电」)", "a near/3 b before/2t c near/1u d", "(a or b) near/s (c near/c d)", "count(@a) >= 3 or title(b)",
		"times(a or b) >= 3 near/4 c", "duration(a) > 1.5h", "first(a, 3u) and last(b, 50)", "hotline(95598,12398) and kind(call)", "not (a and b)",
	} {
		e, err := parseWhen(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.String(); got != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	rs := mustCompile(b, testFS(measuredRules))
	for b.Loop() {
		if _, err := rs.Measure(b.Context(), Scope{}, true); err != nil {
			b.Fatal(err)
		}
	}
}
