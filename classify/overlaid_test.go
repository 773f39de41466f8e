package classify

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// belowRules are rules whose examples rest on labels, shared groups and cues.
const belowRules = `
groups: {power: 停电 没电}
rules:
  - {id: dark, label: a.one, when: "@power"}
`

const belowNature = `
decides: nature
rules:
  - id: report
    label: 报修
    when: 「家里」 and label(a.one)
    examples: {match: [家里停电], no_match: [家里没事]}
  - id: ask
    label: 咨询
    groups: {asks: "@asked 请问"}
    when: asks
    examples: {match: [请问]}
`

const belowGroups = "groups: {asked: 想问}\n"

// An example of a layer below that fails by what lies over it is no fault where rules, labels or cues do it, which is
// their office, and one where a shared group was redefined, which is done by chance. Either names what does it.
func TestExamplesBelow(t *testing.T) {
	base := testFS(belowRules)
	base["rules/nature.yaml"], base["rules/groups.yaml"] = fileOf(belowNature), fileOf(belowGroups)
	tests := []struct {
		name             string
		over             fstest.MapFS
		failed, overlaid []string // what each problem begins with
	}{
		{"nothing of it", fstest.MapFS{"rules/mine.yaml": fileOf("rules: [{id: mine, label: b.one, when: 「电费」}]")}, nil, nil},
		{"a rule takes the label away", fstest.MapFS{
			"rules/mine.yaml": fileOf("rules:\n  - {id: mine, label: a.one, weight: -1, when: 「家里停电」}")}, nil,
			[]string{"overlay1/rules/mine.yaml:2:5: 有了您的规则 mine，这段文字的标签是 没有标签，没有它是 a.one；因此规则 report 不匹配这个示例：家里停电（rules/nature.yaml:7）"}},
		{"a rule gives the label", fstest.MapFS{
			"rules/mine.yaml": fileOf("rules:\n  - {id: mine, label: a.one, when: 「没事」}")}, nil,
			[]string{"overlay1/rules/mine.yaml:2:5: 有了您的规则 mine，这段文字的标签是 a.one，没有它是 没有标签；因此规则 report 匹配了这个示例：家里没事（rules/nature.yaml:7）"}},
		{"a rule is taken away", fstest.MapFS{
			"rules/mine.yaml": fileOf("rules:\n  - {id: dark, disabled: true}")}, nil,
			[]string{"overlay1/rules/mine.yaml:2:5: 有了您的规则 dark，这段文字的标签是 没有标签，没有它是 a.one；因此规则 report"}},
		{"a label wants more", fstest.MapFS{
			taxonomyPath: fileOf("labels:\n  - {code: a.one, name: 甲/一, parent: a, threshold: 2}")}, nil,
			[]string{"overlay1/taxonomy.yaml:2:5: 有了您的标签 a.one，这段文字的标签是 没有标签，没有它是 a.one；因此规则 report"}},
		{"a cue", fstest.MapFS{cuesPath: fileOf("neg: {before: 家里}")}, nil,
			[]string{"overlay1/cues.yaml: 您的 overlay1/cues.yaml 里有了别的词；因此规则 report"}},
		{"a group of the rule", fstest.MapFS{"rules/mine.yaml": fileOf("groups:\n  asked: {any: 咨询, mask: 请问}")},
			[]string{"rules/nature.yaml:12:24: 规则 ask 不匹配这个示例：请问；您的词组 asked（overlay1/rules/mine.yaml:2）取代了 @asked（rules/groups.yaml:1）；给它改名"}, nil},
		{"a group of the label", fstest.MapFS{"rules/mine.yaml": fileOf("groups:\n  power: 断电")},
			[]string{"rules/nature.yaml:7:24: 规则 report 不匹配这个示例：家里停电；您的词组 power（overlay1/rules/mine.yaml:2）取代了 @power（rules/test.yaml:2）；给它改名"}, nil},
		{"its own", fstest.MapFS{"rules/mine.yaml": fileOf("decides: nature\nrules:\n  - {id: mine, label: 投诉, when: 「家里」 and label(b.one), examples: {match: [家里停电], no_match: [家里没事]}}")},
			[]string{"overlay1/rules/mine.yaml:3:75: 规则 mine 不匹配这个示例：家里停电；热线、形式、渠道、时间或标签不符：label(b.one)，实为 a.one；改正示例"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, base, test.over)
			v := rs.Test()
			for _, c := range []struct {
				what string
				got  []Problem
				want []string
			}{{"failed", v.Failed, test.failed}, {"overlaid", v.Overlaid, test.overlaid}} {
				if !slices.EqualFunc(c.got, c.want, func(p Problem, want string) bool { return strings.HasPrefix(p.String(), want) }) {
					t.Errorf("%s\ngot  %v\nwant %q", c.what, c.got, c.want)
				}
			}
			for _, p := range v.Overlaid {
				if !p.Overlay() {
					t.Errorf("%v stands in no overlay", p)
				}
			}
			var fault *LoadError
			if err := rs.Check(); errors.As(err, &fault) != (len(test.failed) > 0) {
				t.Errorf("check: %v", err)
			}
		})
	}
}

// A failed example says what its rule asks for, what the contact has, and how to mend it.
func TestExampleRemedies(t *testing.T) {
	tests := []struct{ name, decides, when, examples, want string }{
		{"missing", "label", "「停电」", "match: [断电了]", "文中没有：「停电」；把示例中的词加进词组 「停电」"},
		{"hotline", "nature", "「停电」 and hotline(95598,12398)", "match: [停电]", "标签不符：hotline(95598,12398)，实为 12345；改正示例"},
		{"kind", "nature", "「停电」 and kind(call)", "match: [停电]", "标签不符：kind(call)，实为 message；改正示例"},
		{"distance", "label", "「停电」 near/1 「赔」", "match: [停电了要你赔]", "相距过远：「停电」, 「赔」；改词组或它的选项"},
		{"fires", "label", "「停电」", "no_match: [停电了]", "依据是「停电」；让规则要求更多"},
		{"fires by a label", "nature", "「怎么」 and not label(a.one)", "no_match: [怎么办]", "依据是「怎么」、这段文字的标签是 没有标签；让规则要求更多"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			label := map[string]string{"label": "a.one", "nature": "投诉"}[test.decides]
			rs := mustCompile(t, testFS("decides: "+test.decides+"\nrules:\n  - {id: r, label: "+label+", when: '"+test.when+"', examples: {"+test.examples+"}}\n"))
			failed := rs.Test().Failed
			if len(failed) != 1 || !strings.Contains(failed[0].What, test.want) {
				t.Errorf("got %v, want one with %q", failed, test.want)
			}
		})
	}
}

// What a test found instead is told in an explanation, times by the set's zone.
func TestTested(t *testing.T) {
	call := message("停电")
	call.Channel, call.Received = "微信", time.Date(2026, 7, 1, 4, 30, 0, 0, time.UTC)
	rs := mustCompile(t, testFS("rules:\n  - {id: r, label: a.one, when: 「停电」 and channel(电话) and hour(1-2)}\n"))
	got := rs.Explain(call).String()
	for _, want := range []string{"channel(电话)，实为 微信", "hour(1-2)，实为 2026-07-01 12:30"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}
