package classify

import (
	"errors"
	"strings"
	"testing"
)

// What authors of rules usually do wrong is told with its place and with how to mend it.
func TestMistakes(t *testing.T) {
	const rule = "rules:\n  - id: r\n    label: a.one\n"
	for _, test := range []struct {
		name, rules string
		want        string // the beginning of a problem: line:column: what
		remedy      string // stands in it
	}{
		{"misspelt key", rule + "    whne: 「停电」\n", `4:5: unknown key "whne"`, "did you mean when?"},
		{"misspelt key of examples", rule + "    when: 「停电」\n    examples:\n      match: 停电了\n      nomatch: 没有停电\n", `7:7: unknown key "nomatch"`, "did you mean no_match?"},
		{"indent too small", "rules:\n  - id: r\n   label: a.one\n    when: 「停电」\n", "3:4: not YAML", "begin in the same column"},
		{"indent too large", rule + "      when: 「停电」\n", "3:12: not YAML", "begin in the same column"},
		{"tab", rule + "\twhen: 「停电」\n", "4:1: not YAML", "indent with spaces"},
		{"full-width colon", "rules:\n  - id: r\n    label：a.one\n    when: 「停电」\n", "3:5: not YAML", "half-width"},
		{"unclosed brace", rule + "    groups: {g: 停电\n    when: g\n", "5:5: not YAML", "close the {"},
		{"unclosed quote", rule + "    when: 「停电」\n    examples:\n      match: [\"停电了]\n", "6:15: not YAML", "close the quotation mark"},
		{"leading @", rule + "    when: @other\n", "4:11: not YAML", "in quotes"},
		{"leading [", rule + "    groups:\n      g: [没未]通知\n    when: g\n", "5:14: not YAML", "in quotes"},
		{"leading *", rule + "    groups:\n      g: *停电\n    when: g\n", "5:10: expected a text", "in quotes"},
		{"leading #", rule + "    groups:\n      g: #次\n    when: g\n", "5:9: expected a text", "YAML takes # for the beginning of a comment"},
		{"# behind a space", rule + "    groups:\n      g: 停了 #次\n    when: g\n", `5:13: YAML takes "#次" for a comment`, "in quotes"},
		{"# behind a space in braces", rule + "    groups: {g: 停了 #次}\n    when: g\n", "5:5: not YAML", "YAML takes # behind a space"},
		{"key twice", rule + "    groups:\n      g: 停电\n      g: \"@other\"\n    when: g\n", "6:7: not YAML", "rename one"},
		{"full-width colons alone", "规则：\n  id：x\n", "1:1: expected a mapping", "half-width"},
		{"text alone", "停电\n", "1:1: expected a mapping", "a colon before it"},
		{"label by its name", "rules:\n  - {id: r, label: 甲/一, when: 「停电」}\n", "2:20: there is no label 甲/一", "write a.one"},
		{"label by the end of its name", "rules:\n  - {id: r, label: 二, when: 「停电」}\n", "2:20: there is no label 二", "write a.two"},
		{"word in quotes", rule + "    when: \"停电\" near/3 「赔偿」\n", "4:16: not YAML", "words in a condition stand in 「」"},
		{"rule without a dash", "rules:\n  id: r\n  label: a.one\n  when: 「停电」\n", "2:3: expected a list", `begin each entry with "- "`},
		{"rules without a key", "- id: r\n  label: a.one\n  when: 「停电」\n", "1:1: expected a mapping", "the name of what it holds"},
		{"examples without a kind", rule + "    when: 「停电」\n    examples: [停电了]\n", "5:15: expected a mapping", "the name of what it holds"},

		{"unknown group", rule + "    groups: {word: 停电}\n    when: wrod\n", "5:11: there is no group wrod", "did you mean word?"},
		{"word for a group", rule + "    when: 停电 and other\n", "4:11: there is no group 停电", "write 「停电」"},
		{"shared group without @", "groups: {other: 停电}\n" + rule + "    when: other\n", "5:11: there is no group other", "write @other"},
		{"unknown shared group", "groups: {other: 停电}\n" + rule + "    groups: {g: \"断电 @othr\"}\n    when: g\n", "5:21: there is no shared group othr", "did you mean other?"},
		{"circular shared group", "groups: {b: 停电 @a, a: \"@b\"}\n" + rule + "    when: \"@a\"\n", "1:24: the shared group b takes in itself", "break the circle"},
		{"near without a distance", rule + "    when: 「停电」 near 「赔」\n", `4:21: expected "/" and a distance`, "near/12"},
		{"near with an empty distance", rule + "    when: 「停电」 near/ 「赔」\n", "4:22: a distance is", "(same sentence)"},
		{"not alone", rule + "    when: not 「停电」\n", "4:11: the rule r can fire without a single word", "require a group"},
		{"AND", rule + "    when: 「停电」 AND 「赔偿」\n", `4:16: unexpected "AND"`, "write and"},
		{"&&", rule + "    when: 「停电」 && 「赔偿」\n", `4:16: unexpected "&"`, "write and"},
		{"full-width parenthesis", rule + "    when: 「停电」 and （「赔」 or 「偿」）\n", "4:20: （ is full width", "write ("},
		{"unclosed inline group", rule + "    when: 「停电」 and 「赔偿\n", "4:20: 「 is never closed", "add 」"},
		{"unclosed parenthesis", rule + "    when: 「停电」 and not (「赔偿」\n", "4:29: expected", `")"`},

		{"empty group", rule + "    groups: {g: \"\"}\n    when: g\n", "4:14: the group g holds no words", "under any"},
		{"group without a value", rule + "    groups:\n      g:\n    when: g\n", "5:9: expected a text, found nothing", "write it behind the colon"},
		{"comma between patterns", rule + "    groups: {g: 停电，断电}\n    when: g\n", "4:19: pattern 停电，断电", "parted by a space"},
		{"enumeration comma", rule + "    groups: {g: 停电、断电}\n    when: g\n", "4:19: pattern 停电、断电", "parted by a space"},
		{"full-width brackets", rule + "    groups: {g: （停|断）电}\n    when: g\n", "4:17: pattern （停|断）电", "write ("},
		{"full-width closing bracket", rule + "    groups: {g: 停(电|了）}\n    when: g\n", "4:22: pattern 停(电|了）", "write )"},
		{"regular expression", rule + "    groups: {g: \"停.*电\"}\n    when: g\n", "4:19: pattern 停.*电", "write * alone"},
		{"repetition", rule + "    groups: {g: \"停+电\"}\n    when: g\n", "4:19: pattern 停+电", "there is no repetition"},
		{"negative look", rule + "    groups: {g: \"停(?!电费)电\"}\n    when: g\n", "4:20: pattern 停(?!电费)电", "mask"},
		{"gap last", rule + "    groups: {g: \"停电*\"}\n    when: g\n", "4:18: pattern 停电*", "remove the gap"},
		{"pattern too wide", rule + "    groups: {g: \"停{0,30}电\"}\n    when: g\n", "4:24: pattern 停{0,30}电", "up to 12"},
		{"fault in a block", rule + "    groups:\n      g: |\n        停电 断电\n        跳闸 停(电\n    when: g\n", "7:15: pattern 停(电", "add )"},

		{"duplicate id", rule + "    when: 「停电」\n  - {id: r, label: a.one, when: 「断电」}\n", "5:5: the rule id r stands in", "rename one"},
		{"unknown label", "rules:\n  - id: r\n    label: a.noe\n    when: 「停电」\n", "3:12: there is no label a.noe", "did you mean a.one?"},
		{"unknown role", rule + "    role: custmer\n    when: 「停电」\n", `4:11: "custmer" is not one of`, "did you mean customer?"},
		{"unknown hotline", rule + "    when: 「停电」 and hotline(95958)\n", "4:20: there is no hotline 95958", "did you mean 95598?"},
		{"hour out of range", rule + "    when: 「停电」 and hour(18-24)\n", `4:20: "18-24" is no hour`, "from 0 to 23"},
		{"weight out of range", rule + "    weight: 5000\n    when: 「停电」\n", "4:13: expected a number", "from -1000 to 1000"},
		{"misspelt policy", rule + "    groups: {g: {any: 停电, neg: excluded}}\n    when: g\n", `4:32: "excluded" is not one of`, "did you mean exclude?"},
		{"misspelt quantity", rule + "    groups: {g: \"停了#tims\"}\n    when: g\n", "4:21: pattern 停了#tims", "did you mean times?"},

		{"example that does not match", rule + "    when: 「停电」\n    examples: {match: [没有停电]}\n", "5:24: the rule r does not match this example", "negated: 「停电」 by 「没有」"},
		{"example that matches", rule + "    when: 「停电」\n    examples: {no_match: [电停了又停电]}\n", "5:27: the rule r matches this example", "it fires by 「停电」"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs, err := compileTest(testFS(test.rules))
			if err == nil {
				err = rs.Check()
			}
			var fault *LoadError
			if !errors.As(err, &fault) {
				t.Fatalf("compiled, or another error: %v", err)
			}
			for _, p := range fault.Problems {
				if strings.HasPrefix(p.String(), "rules/test.yaml:"+test.want) && strings.Contains(p.What, test.remedy) {
					return
				}
			}
			t.Errorf("got  %v\nwant %s … %s", fault.Problems, test.want, test.remedy)
		})
	}
}
