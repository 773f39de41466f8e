package classify

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What authors of rules usually do wrong is told with its place and with how to mend it, and nothing beside it is told that only
// follows from it.
func TestMistakes(t *testing.T) {
	several := []string{"misspelt key", "word for a group", "keyword for a group", "keyword for a group in a condition"} // faults, or one at two places
	const rule = "rules:\n  - id: r\n    label: a.one\n"
	for _, test := range []struct {
		name, rules string
		want        string // the beginning of a problem: line:column: what
		remedy      string // stands in it
	}{
		{"misspelt key", rule + "    whne: 「停电」\n", `4:5: 不认识的键 "whne"`, "是不是 when？"},
		{"misspelt key of examples", rule + "    when: 「停电」\n    examples:\n      match: 停电了\n      nomatch: 没有停电\n", `7:7: 不认识的键 "nomatch"`, "是不是 no_match？"},
		{"indent too small", "rules:\n  - id: r\n   label: a.one\n    when: 「停电」\n", "3:4: 不是有效的 YAML", "要从同一列开始"},
		{"indent too large", rule + "      when: 「停电」\n", "3:12: 不是有效的 YAML", "要从同一列开始"},
		{"tab", rule + "\twhen: 「停电」\n", "4:1: 不是有效的 YAML", "用空格缩进"},
		{"full-width colon", "rules:\n  - id: r\n    label：a.one\n    when: 「停电」\n", "3:5: 不是有效的 YAML", "半角冒号"},
		{"unclosed brace", rule + "    groups: {g: 停电\n    when: g\n", "5:5: 不是有效的 YAML", "没有合上的 }"},
		{"unclosed quote", rule + "    when: 「停电」\n    examples:\n      match: [\"停电了]\n", "6:15: 不是有效的 YAML", "补上引号"},
		{"leading @", rule + "    when: @other\n", "4:11: 不是有效的 YAML", "加上引号"},
		{"leading [", rule + "    groups:\n      g: [没未]通知\n    when: g\n", "5:14: 不是有效的 YAML", "加上引号"},
		{"leading *", rule + "    groups:\n      g: *停电\n    when: g\n", "5:10: 这里应是文本", "加上引号"},
		{"leading #", rule + "    groups:\n      g: #次\n    when: g\n", "5:9: 这里应是文本", "YAML 把 # 当作注释的开头"},
		{"# behind a space", rule + "    groups:\n      g: 停了 #次\n    when: g\n", `5:13: YAML 把 "#次" 当作注释`, "加上引号"},
		{"# behind a space in braces", rule + "    groups: {g: 停了 #次}\n    when: g\n", "5:5: 不是有效的 YAML", "YAML 把空格后面的 # 当作注释"},
		{"key twice", rule + "    groups:\n      g: 停电\n      g: \"@other\"\n    when: g\n", "6:7: 不是有效的 YAML", "改名"},
		{"full-width colons alone", "规则：\n  id：x\n", "1:1: 这里应是映射", "半角冒号"},
		{"text alone", "停电\n", "1:1: 这里应是映射", "前面写上它的键和冒号"},
		{"label by its name", "rules:\n  - {id: r, label: 甲/一, when: 「停电」}\n", "2:20: 分类体系中没有标签 甲/一", "写 a.one"},
		{"label by the end of its name", "rules:\n  - {id: r, label: 二, when: 「停电」}\n", "2:20: 分类体系中没有标签 二", "写 a.two"},
		{"word in quotes", rule + "    when: \"停电\" near/3 「赔偿」\n", "4:16: 不是有效的 YAML", "条件中的词语写在「」里"},
		{"rule without a dash", "rules:\n  id: r\n  label: a.one\n  when: 「停电」\n", "2:3: 这里应是列表", `每一项以 "- " 开头`},
		{"rules without a key", "- id: r\n  label: a.one\n  when: 「停电」\n", "1:1: 这里应是映射", "前面写上它的键"},
		{"examples without a kind", rule + "    when: 「停电」\n    examples: [停电了]\n", "5:15: 这里应是映射", "前面写上它的键"},

		{"unknown group", rule + "    groups: {word: 停电}\n    when: wrod\n", "5:11: 没有词组 wrod", "是不是 word？"},
		{"word for a group", rule + "    when: 停电 and other\n", "4:11: 没有词组 停电", "写「停电」"},
		{"shared group without @", "groups: {other: 停电}\n" + rule + "    when: other\n", "5:11: 没有词组 other", "写作 @other"},
		{"unknown shared group", "groups: {other: 停电}\n" + rule + "    groups: {g: \"断电 @othr\"}\n    when: g\n", "5:21: 没有共用词组 othr", "是不是 @other？"},
		{"unknown shared group in a condition", "groups: {other: 停电}\n" + rule + "    when: 「断电」 and @othr\n", "5:20: 没有词组 othr", "是不是 @other？"},
		{"unknown group like a shared one", "groups: {other: 停电}\n" + rule + "    when: 「断电」 and othr\n", "5:20: 没有词组 othr", "是不是 @other？"},
		{"circular shared group", "groups: {b: 停电 @a, a: \"@b\"}\n" + rule + "    when: \"@a\"\n", "1:24: 共用词组 b 引入了它自己", "去掉循环"},
		{"near without a distance", rule + "    when: 「停电」 near 「赔」\n", `4:21: 缺少 "/" 和距离`, "near/12"},
		{"near with an empty distance", rule + "    when: 「停电」 near/ 「赔」\n", "4:22: 缺少距离", "s（同一句）"},
		{"not alone", rule + "    when: not 「停电」\n", "4:11: 规则 r 一个词都不需要就能成立", "让它至少需要一个词组"},
		{"AND", rule + "    when: 「停电」 AND 「赔偿」\n", `4:16: 这里不该有 "AND"`, "写 and"},
		{"&&", rule + "    when: 「停电」 && 「赔偿」\n", `4:16: 这里不该有 "&"`, "写 and"},
		{"full-width parenthesis", rule + "    when: 「停电」 and （「赔」 or 「偿」）\n", "4:20: （ 是全角的", "写 ("},
		{"unclosed inline group", rule + "    when: 「停电」 and 「赔偿\n", "4:20: 「 没有合上", "补上 」"},
		{"unclosed parenthesis", rule + "    when: 「停电」 and not (「赔偿」\n", "4:29: 缺少", `")"`},

		{"empty group", rule + "    groups: {g: \"\"}\n    when: g\n", "4:14: 词组 g 没有词语", "在 any 下"},
		{"group without a value", rule + "    groups:\n      g:\n    when: g\n", "5:9: 这里应是文本，却什么也没有", "写在冒号后面"},
		{"comma between patterns", rule + "    groups: {g: 停电，断电}\n    when: g\n", "4:19: 模式 停电，断电", "用空格隔开"},
		{"enumeration comma", rule + "    groups: {g: 停电、断电}\n    when: g\n", "4:19: 模式 停电、断电", "用空格隔开"},
		{"full-width brackets", rule + "    groups: {g: （停|断）电}\n    when: g\n", "4:17: 模式 （停|断）电", "写 ("},
		{"full-width closing bracket", rule + "    groups: {g: 停(电|了）}\n    when: g\n", "4:22: 模式 停(电|了）", "写 )"},
		{"regular expression", rule + "    groups: {g: \"停.*电\"}\n    when: g\n", "4:19: 模式 停.*电", "只写 *"},
		{"repetition", rule + "    groups: {g: \"停+电\"}\n    when: g\n", "4:19: 模式 停+电", "没有重复的写法"},
		{"negative look", rule + "    groups: {g: \"停(?!电费)电\"}\n    when: g\n", "4:20: 模式 停(?!电费)电", "mask"},
		{"gap last", rule + "    groups: {g: \"停电*\"}\n    when: g\n", "4:18: 模式 停电*", "去掉末尾的间隔"},
		{"pattern too wide", rule + "    groups: {g: \"停{0,30}电\"}\n    when: g\n", "4:24: 模式 停{0,30}电", "最多不超过 12"},
		{"fault in a block", rule + "    groups:\n      g: |\n        停电 断电\n        跳闸 停(电\n    when: g\n", "7:15: 模式 停(电", "补上 )"},

		{"duplicate id", rule + "    when: 「停电」\n  - {id: r, label: a.one, when: 「断电」}\n", "5:5: 规则的 id r 在", "改名"},
		{"unknown label", "rules:\n  - id: r\n    label: a.noe\n    when: 「停电」\n", "3:12: 分类体系中没有标签 a.noe", "是不是 a.one？"},
		{"unknown role", rule + "    role: custmer\n    when: 「停电」\n", `4:11: 没有 "custmer" 这个角色`, "是不是 customer？"},
		{"unknown hotline", rule + "    when: 「停电」 and hotline(95958)\n", "4:20: hotline 没有 95958 这个值", "是不是 95598？"},
		{"hour out of range", rule + "    when: 「停电」 and hour(18-24)\n", `4:20: "18-24" 不是 hour 的值`, "0 到 23"},
		{"weight out of range", rule + "    weight: 5000\n    when: 「停电」\n", "4:13: 这里应是 -1000 到 1000 的数", "改正它"},
		{"misspelt policy", rule + "    groups: {g: {any: 停电, neg: excluded}}\n    when: g\n", `4:32: 不能写 "excluded"`, "是不是 exclude？"},
		{"misspelt quantity", rule + "    groups: {g: \"停了#tims\"}\n    when: g\n", "4:21: 模式 停了#tims", "是不是 times？"},

		{"groups as a list", rule + "    groups:\n      - g: 停电\n      - h: 断电\n    when: g and h\n", "5:7: 这里应是映射（名称: 词语），却是列表", "每个词组写成 名称: 词语"},
		{"groups as a list of named ones", rule + "    groups:\n      - label: g\n        any: [停电]\n    when: g\n", "5:7: 这里应是映射（名称: 词语），却是列表", "名称: {any: 词语"},
		{"shared groups as a list", "groups:\n  - 停电\n  - 断电\n" + rule + "    when: 「停电」\n", "2:3: 这里应是映射（名称: 词语），却是列表", "每个词组写成 名称: 词语"},
		{"keyword for a group", "groups:\n  label:\n    - 停电\n" + rule + "    when: \"@label\"\n", `2:3: "label" 不能作词组的名称`, "它是条件的关键字；换个名称"},
		{"keyword for a group in a condition", "groups:\n  label:\n    - 停电\n" + rule + "    when: \"@label\"\n", "7:13: label 是条件的关键字", "词组换个名称"},
		{"hyphen in a group's name", rule + "    groups: {my-word: 停电}\n    when: my-word\n", `4:14: "my-word" 不能作词组的名称`, "只用文字、数字和 _"},
		{"keys of a group as a list", rule + "    groups:\n      g:\n        - any: 停电\n        - mask: 停电费\n    when: g\n", "6:9: 词组 g 的 any、mask 等键写成了列表", "去掉它们前面的"},
		{"words as a mapping", rule + "    groups:\n      g:\n        any:\n          停电: 断电\n    when: g\n", "7:11: 这里应是词语，却是映射", "用空格隔开"},
		{"key of a group on the rule", rule + "    mask: 停电费\n    when: 「停电」\n", `4:5: 不认识的键 "mask"`, "写在 groups 下的词组里"},
		{"key of a rule beside the rules", rule + "    when: 「停电」\nexamples:\n  match: [停电了]\n", `5:1: 不认识的键 "examples"`, "缩进到与规则的 id 对齐"},
		{"kind of examples on the rule", rule + "    when: 「停电」\n    match: [停电了]\n", `5:5: 不认识的键 "match"`, "写在 examples 下"},
		{"comma between words in braces", rule + "    groups: {g: 停电, 断电, h: 赔偿}\n    when: g and h\n", `4:21: 花括号里的逗号分开的是各个键，"断电" 成了没有值的键`, "如 g: 停电 断电"},
		{"comma between words of any in braces", rule + "    groups:\n      g: {any: 停电, 断电, neg: exclude}\n    when: g\n", `5:20: 花括号里的逗号分开的是各个键，"断电" 成了没有值的键`, "如 any: 停电 断电"},
		{"full-width comma between keys in braces", rule + "    groups: {g: 停电，h: 断电}\n    when: g and h\n", "4:17: 花括号里各个键之间写半角逗号", "改掉"},
		{"full-width colon in braces", rule + "    groups: {g：停电}\n    when: g\n", "4:14: 键后面写半角冒号", "如 g: 停电"},
		{"key without a value in braces", rule + "    groups: {g}\n    when: g\n", `4:14: 花括号里的 "g" 后面没有冒号和值`, "写成 名称: 值"},
		{"full-width braces", rule + "    groups: ｛g: 停电｝\n    when: g\n", "4:13: 不是有效的 YAML", "写半角的 { }"},
		{"brackets in braces", rule + "    groups: {g: 停[水电]}\n    when: g\n", "4:18: 不是有效的 YAML", "给它加上引号"},
		{"leading |", rule + "    groups:\n      g: |停电|断电\n    when: g\n", "5:10: 不是有效的 YAML", "给值加上引号"},
		{"no space behind the dash", "rules:\n  -id: r\n   label: a.one\n", "2:8: 不是有效的 YAML", "- 后面空一格"},
		{"no space behind the colons", "rules:\n  - id:r\n    label:a.one\n    when:「停电」\n", "2:5: 这里应是映射", "id: 的冒号后面空一格"},
		{"several labels", "rules:\n  - id: r\n    label: [a.one, a.two]\n    when: 「停电」\n", "3:12: 一条规则只给一个标签", "每个标签写一条规则"},
		{"id as a list", "rules:\n  - id:\n      - r\n    label: a.one\n    when: 「停电」\n", "3:7: 这里应是文本，却是列表", "只写一个值"},
		{"condition as a list", rule + "    when:\n      - 停电\n      - 断电\n", "5:7: 条件应是一行文本", "词语写在「」里"},
		{"condition as a mapping", rule + "    when:\n      any: 停电\n", "5:7: 条件应是一行文本", "词语写在「」里"},
		{"condition without a value", rule + "    when:\n", "4:11: 这里应是文本，却什么也没有", "写在冒号后面"},
		{"examples as a list", rule + "    when: 「停电」\n    examples:\n      - 停电了\n", "6:7: 这里应是映射（键: 值），却是列表", "可写 match、no_match、todo"},
		{"examples with a colon at the end", rule + "    when: 「停电」\n    examples:\n      match:\n        停电了:\n        又停电:\n", "7:9: 这里应是文本，却是映射", `每一项以 "- " 开头，末尾不写冒号`},
		{"speaker in an example", rule + "    when: 「停电」\n    examples:\n      match:\n        - 客户: 停电了\n", "7:11: 这里应是文本，却是映射", "加上引号"},
		{"defaults as a list", "defaults:\n  - neg: ignore\n" + rule + "    when: 「停电」\n", "2:3: 这里应是映射（键: 值），却是列表", "去掉每一项前面的"},
		{"rules by their names", "rules:\n  my.r:\n    label: a.one\n    when: 「停电」\n", "2:3: 这里应是列表，却是映射", "写成 - id: my.r"},
		{"words for rules", "rules:\n  - 停电\n", "2:5: 这里应是映射（键: 值），却是文本", "可写 id、label"},
		{"nature among labels", "rules:\n  - {id: r, label: 投诉, when: 「停电」}\n", "2:20: 分类体系中没有标签 投诉", "decides: nature"},
		{"party among labels", "rules:\n  - {id: r, label: customer, when: 「停电」}\n", "2:20: 分类体系中没有标签 customer", "decides: responsible"},
		{"和", rule + "    when: 「停电」 和 「赔偿」\n", `4:16: 这里不该有 "和"`, "写 and"},
		{"非", rule + "    when: 「停电」 and 非 「赔偿」\n", `4:22: "非" 写作 not`, "写 not 「赔偿」"},
		{"other quotation marks", rule + "    when: 『停电』\n", "4:11: 这里应是词组", "词语写在「」里"},

		{"example that does not match", rule + "    when: 「停电」\n    examples: {match: [没有停电]}\n", "5:24: 规则 r 不匹配这个示例", "被否定：「停电」，因为「没有」"},
		{"example that matches", rule + "    when: 「停电」\n    examples: {no_match: [电停了又停电]}\n", "5:27: 规则 r 匹配了这个示例", "依据是「停电」"},
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
			if len(fault.Problems) > 1 && !slices.Contains(several, test.name) {
				t.Errorf("several problems: %v", fault.Problems)
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
