package classify

import (
	"slices"
	"strings"
	"testing"
)

// Each construct of the language has texts on which a rule must and must not fire. A text may hold turns (客户：…).
func TestLanguage(t *testing.T) {
	tests := []struct {
		name  string
		rule  string // what stands below "- id: r, label: a.one"
		fires []string
		not   []string
	}{
		{"word", `when: 「停电」`, []string{"昨天停电了", "停電了"}, []string{"昨天来电了", ""}},
		{"and", `when: 「停电」 and 「冰箱」`, []string{"冰箱坏了，停电"}, []string{"停电", "冰箱"}},
		{"or", `when: 「停电」 or 「断电」`, []string{"停电", "断电"}, []string{"有电"}},
		{"and binds before or", `when: 「甲」 or 「乙」 and 「丙」`, []string{"甲", "乙丙"}, []string{"乙", "丙"}},
		{"not", `when: 「停电」 and not 「计划」`, []string{"停电"}, []string{"计划停电"}},
		{"two nots", `when: 「停电」 and not not 「计划」`, []string{"计划停电"}, []string{"停电"}},
		{"parentheses", `when: (「甲」 or 「乙」) and 「丙」`, []string{"乙丙"}, []string{"甲", "丙"}},
		{"near in characters", `when: 「甲」 near/2 「乙」`, []string{"甲乙", "甲一二乙", "乙一二甲"}, []string{"甲一二三乙", "客户：甲\n客户：乙"}},
		{"near in tokens", `when: 「停电」 near/1t 「赔偿」`, []string{"停电必须赔偿"}, []string{"停电必须马上赔偿"}},
		{"near in turns", `when: 「甲」 near/1u 「乙」`, []string{"客户：甲\n客户：乙", "甲乙"}, []string{"客户：甲\n坐席：好\n客户：乙"}},
		{"near in the same turn", `when: 「甲」 near/0u 「乙」`, []string{"甲。好的。乙"}, []string{"客户：甲\n客户：乙"}},
		{"near in the sentence", `when: 「甲」 near/s 「乙」`, []string{"甲，一二三四五六七八九乙"}, []string{"甲。乙", "甲\n乙"}},
		{"near in the clause", `when: 「甲」 near/c 「乙」`, []string{"甲一二三四五六七八九乙", "甲1,000乙"}, []string{"甲，乙", "甲 乙"}},
		{"before", `when: 「甲」 before/2 「乙」`, []string{"甲乙"}, []string{"乙甲"}},
		{"words of near do not overlap", `when: 「停电」 near/4 「电费」`, []string{"停电，电费"}, []string{"停电费"}},
		{"chain", `when: 「甲」 near/1 「乙」 near/1 「丙」`, []string{"甲乙丙", "丙甲乙", "乙甲一丙"}, []string{"甲乙一一丙"}},
		{"near over or", `when: (「甲」 or 「丁」) near/1 「乙」`, []string{"丁乙"}, []string{"甲一一乙"}},
		{"near takes the nearest", `when: 「甲」 near/1 「乙」`, []string{"乙一一一一甲乙", "乙甲一一一一乙"}, nil},
		{"count", `when: count(g) >= 2
    groups: {g: 停电 停电了}`, []string{"停电了又停电"}, []string{"停电了", "标题：停电\n停电了"}},
		{"title", `when: title(g)
    groups: {g: 停电}`, []string{"标题：停电\n你好"}, []string{"标题：你好\n停电"}},
		{"title is the caller's words", `when: 「停电」`, []string{"标题：停电\n你好"}, nil},
		{"hotline", `when: 「停电」 and hotline(12345)`, []string{"停电"}, nil},
		{"other hotline", `when: 「停电」 and hotline(95598, 12398)`, nil, []string{"停电"}},
		{"kind", `when: 「停电」 and kind(call)`, []string{"客户：停电"}, []string{"停电"}},
		{"shared group", `when: "@shared"`, []string{"分享"}, []string{"停电"}},
		{"shared group taken in", `when: g
    groups: {g: 停电 @shared}`, []string{"分享", "停电"}, []string{"享"}},

		{"shared group taken in with its mask", `when: g
    groups: {g: {any: "@masked", mask: 大停电}}`, []string{"停电"}, []string{"停电费", "大停电"}},

		{"role is the caller by default", `when: 「停电」`, []string{"客户：停电", "停电"}, []string{"坐席：停电", "回复：停电", "引用：停电", "导航：停电"}},
		{"role of a group", `when: g
    groups: {g: {any: 停电, role: agent}}`, []string{"坐席：停电"}, []string{"客户：停电"}},
		{"role of a rule", `when: 「停电」 or g
    role: [agent, reply]
    groups: {g: {any: 断电, role: any}}`, []string{"坐席：停电", "回复：停电", "客户：断电"}, []string{"客户：停电"}},

		{"digits do not cut a number", `when: g
    groups: {g: 110 (二|2)相开关}`, []string{"电压110伏", "拨打110。", "１１０伏", "12相开关"}, []string{"工单2110298", "1100伏", "第2110"}},
		{"digits are no stutter", `when: g
    groups: {g: {any: 10 50伏, filler: skip}}`, []string{"10度", "50嗯伏"}, []string{"100度", "110度", "500伏"}},
		{"two characters do not cut tokens", `when: 「供暖」`, []string{"供暖不热"}, []string{"提供暖气"}},
		{"longer words may cut tokens", `when: 「电费高」`, []string{"电费高昂"}, nil},
		{"border any", `when: g
    groups: {g: {any: 供暖, border: any}}`, []string{"提供暖气"}, nil},
		{"border nocross", `when: g
    groups: {g: {any: 提供暖, border: nocross}}`, nil, []string{"提供暖气"}},
		{"border exact", `when: g
    groups: {g: {any: 地铁, border: exact}}`, []string{"地铁，很快"}, []string{"地铁站"}},
		{"mask hides the word under it", `when: g
    groups: {g: {any: 没电, mask: 手机没电 没电费}}`, []string{"家里没电", "手机没电，家里没电"}, []string{"手机没电了", "没电费了"}},
		{"mask must cover the word", `when: g
    groups: {g: {any: 停电, mask: 电费}}`, []string{"停电，电费"}, nil},

		{"negated", `when: 「停电」`, []string{"没有通知就停电", "没电，停电"}, []string{"没有停电", "没停电", "不是停电"}},
		{"negation ends at the clause", `when: 「停电」`, []string{"没有，停电了", "没有 停电了", "没有。停电"}, nil},
		{"negation ends at a break", `when: 「停电」`, []string{"没有但停电"}, nil},
		{"negation reaches so far", `when: 「停电」`, []string{"没有一直在停电"}, []string{"没有再停电"}},
		{"double negation", `when: 「停电」`, []string{"不是没有停电"}, nil},
		{"double negation around a word", `when: 「跳闸」`, []string{"没一天不跳闸"}, nil},
		{"negations side by side", `when: 「跳闸」`, nil, []string{"没停电没跳闸", "没有停电没跳闸"}},
		{"cue in an exception", `when: 「跳闸」`, []string{"不停跳闸", "有没有跳闸", "不得不跳闸"}, nil},
		{"cue behind", `when: 「停电」`, nil, []string{"停电没有的"}},
		{"cue inside the word", `when: 「没人来修」 or 「没电」`, []string{"没人来修", "没电"}, nil},
		{"neg require", `when: g
    groups: {g: {any: 通知, neg: require}}`, []string{"没有通知"}, []string{"通知了"}},
		{"neg ignore", `when: g
    groups: {g: {any: 停电, neg: ignore}}`, []string{"没有停电"}, nil},
		{"hyp is ignored by default", `when: 「停电」`, []string{"如果停电", "停电吗"}, nil},
		{"hyp exclude", `when: g
    groups: {g: {any: 停电, hyp: exclude}}`, []string{"停电"}, []string{"如果再停电", "会不会停电", "停电吗", "停电的话"}},
		{"hyp require", `when: g
    groups: {g: {any: 停电, hyp: require}}`, []string{"会不会停电"}, []string{"停电了"}},
		{"aside exclude", `when: g
    groups: {g: {any: 停电, aside: exclude}}`, []string{"我家停电"}, []string{"隔壁小区停电", "新闻说停电"}},

		{"fillers are kept by default", `when: 「变压器」`, nil, []string{"变嗯压器"}},
		{"filler skip", `when: g
    groups: {g: {any: 变压器 停电, filler: skip}}`, []string{"变嗯压器", "变，呃，压器", "变那个 压器", "停停电", "停就是说停电", "没人来停停电"}, []string{"变坏压器", "停停电影", "没有停停电"}},
		{"filler skip sees masks", `when: g
    groups: {g: {any: 变压器, filler: skip, mask: "变嗯压器厂"}}`, []string{"变嗯压器"}, []string{"变嗯压器厂"}},

		{"a word that is no term is not heard by default", `when: 「变压器」`, nil, []string{"变鸭器"}},
		{"a term is heard by default", `when: 「网上国网」`, []string{"网上国旺打不开", "往尚锅亡", "我那个往上国网"}, []string{"网上国庆", "网上国", "上国网"}},
		{"a term is heard as far as a pattern goes", `when: 「国网」`, []string{"网上国旺"}, []string{"国旺"}},
		{"a term is heard in a pattern with a gap", `when: 「国网*打不开」`, []string{"网上国旺老是打不开"}, []string{"网上国旺。打不开"}},
		{"a term is heard in a sum of patterns", `when: 「(网上|手机)国网」 near/4 「经理」`, []string{"网上国旺，台区经里"}, []string{"网上国旺，台区"}},
		{"a wrong character of a word that goes on is not heard", `when: 「国网」`, nil, []string{"网上国旺季"}},
		{"a single word is not heard as another", `when: 「经理」`, nil, []string{"抬区经历史"}},
		{"a term is heard by its role", `when: g
    groups: {g: {any: 国网, role: agent}}`, []string{"坐席：网上国旺"}, []string{"客户：网上国旺"}},
		{"a term is heard in the reach of cues", `when: 「国网」`, []string{"网上国旺"}, []string{"没有网上国旺"}},
		{"pinyin off hears no term", `when: g
    groups: {g: {any: 国网, pinyin: off}}`, []string{"网上国网"}, []string{"网上国旺"}},
		{"what is heard excludes nothing", `when: 「停电」 and not 「国网」`, []string{"停电，网上国旺"}, []string{"停电，网上国网"}},
		{"a mask that is heard hides what is heard", `when: g
    groups: {g: {any: 国网, mask: 网上国网 国网大厦}}`, []string{"国网"}, []string{"网上国旺", "网上国旺大厦"}},
		{"a mask that is heard hides nothing that is written", `when: g
    groups: {g: {any: 网上, mask: 网上国网}}`, []string{"网上国旺"}, []string{"网上国网"}},
		{"pinyin toneless", `when: g
    groups: {g: {any: 变压器 阶梯电价, pinyin: toneless}}`, []string{"变鸭器坏了", "接替电价", "变压器"}, []string{"变压", "变牙刷", "没有变鸭器"}},
		{"pinyin toneless does not blur", `when: g
    groups: {g: {any: 充电桩, pinyin: toneless}}`, []string{"冲店庄"}, []string{"冲店专"}},
		{"pinyin fuzzy", `when: g
    groups: {g: {any: 充电桩, pinyin: fuzzy}}`, []string{"冲店专", "充电装"}, []string{"充电站"}},
		{"pinyin of two syllables is not looked for", `when: g and 「没有」
    groups: {g: {any: 停电, pinyin: toneless}}`, nil, []string{"没有亭店"}},
		{"pinyin of two syllables", `when: g and 「通知」
    groups: {g: {any: 停电, pinyin: toneless, pinyin_from: 2}}`, []string{"通知亭店"}, []string{"通知。亭店", "亭店"}},
		{"pinyin excludes nothing", `when: 「停电」 and not g
    groups: {g: {any: 变压器, pinyin: toneless}}`, []string{"停电，变鸭器"}, []string{"停电，变压器"}},
		{"pinyin in a chain", `when: g near/3 「爆」
    groups: {g: {any: 变压器, pinyin: toneless}}`, []string{"变鸭器又爆"}, []string{"变鸭器今天它又爆"}},
		{"pinyin of a class", `when: g
    groups: {g: {any: "变[压电]器", pinyin: toneless}}`, []string{"变店器"}, nil},
		{"pinyin of a gap is none", `when: g
    groups: {g: {any: "变压*器", pinyin: toneless}}`, nil, []string{"变鸭器"}},

		{"earlier is ignored by default", `when: 「停电」`, []string{"上次停电"}, nil},
		{"earlier exclude", `when: g
    groups: {g: {any: 停电, earlier: exclude}}`, []string{"停电", "上次说过，现在停电", "上次是现在停电"}, []string{"上次停电", "之前那单说停电"}},
		{"earlier require", `when: g
    groups: {g: {any: 停电, earlier: require}}`, []string{"上次也停电"}, []string{"停电"}},

		{"affirmed question", `when: g
    groups: {g: {any: 停电, role: [caller, affirmed], hyp: exclude}}`,
			[]string{"坐席：您家是停电吗\n客户：对", "坐席：停电？\n客户：是的，两天了", "坐席：停电吗\n客户：嗯，没错", "坐席：停电吗\n客户：嗯", "客户：停电"},
			[]string{"坐席：停电吗\n客户：没有", "坐席：停电吗\n客户：嗯不是的", "坐席：停电\n客户：对", "坐席：停电吗\n客户：对面不知道", "坐席：停电吗\n客户：是我",
				"坐席：停电还是缺相吗\n客户：对", "坐席：停电我知道了。您贵姓吗\n客户：对", "坐席：停电吗", "坐席：停电吗\n坐席：对", "坐席：没有停电吗\n客户：对", "客户：停电吗"}},
		{"denied question", `when: g
    groups: {g: {any: 停电, role: denied}}`, []string{"坐席：停电吗\n客户：没有", "坐席：停电吗\n客户：呃，不是"}, []string{"坐席：停电吗\n客户：对", "客户：停电"}},

		{"gap", `when: 「停了*次」`, []string{"停了次", "停了好几次", "停了，三次"}, []string{"停了一二三四五六七次", "停了。三次"}},
		{"bounded gap", `when: 「停{1,2}电」`, []string{"停了电", "停过了电"}, []string{"停电", "停一二三电"}},
		{"number", `when: 「停了#次」`, []string{"停了三次", "停了12次", "停了十几次"}, []string{"停了次", "停了好次"}},
		{"number in front", `when: 「#块#」`, []string{"一块五", "1块2"}, []string{"块五", "一块糖"}},
		{"times", `when: 「停#times」`, []string{"停三次", "停12回", "停两三趟"}, []string{"停次", "停三天"}},
		{"money", `when: 「电费#money」`, []string{"电费八百块", "电费3毛"}, []string{"电费三度"}},
		{"duration", `when: 「等了#duration」`, []string{"等了两天", "等了三个多小时", "等了5分钟", "等了半个月", "等了俩小时", "等了一个半钟"}, []string{"等了三次"}},
		{"voltage", `when: 「只有#voltage」`, []string{"只有180V", "只有一百八十伏", "只有10千伏"}, []string{"只有三度"}},
		{"clock", `when: 「#clock停电」`, []string{"早上8点停电"}, []string{"8号停电"}},
		{"clock with a colon", `when: 「#clock」`, []string{"8:15"}, []string{"8"}},
		{"date", `when: 「#date停电」`, []string{"8号停电", "3月12停电", "明天停电", "十二月三日停电"}, []string{"8点停电"}},
		{"number in spoken digits", `when: 「#号楼」`, []string{"幺号楼", "俩号楼"}, nil},
		{"times compared", `when: times(g) >= 3
    groups: {g: 停了#times}`, []string{"停了三次", "停了十几回", "停了两次，又停了4次"}, []string{"停了两次", "停了两三次"}},
		{"money compared", `when: money(g) > 1元
    groups: {g: "#money"}`, []string{"一块五一度", "1.2元", "一块二毛"}, []string{"一块一度", "八毛"}},
		{"duration compared", `when: duration(g) >= 2小时
    groups: {g: 等了#duration}`, []string{"等了两小时", "等了三天", "等了两个半小时"}, []string{"等了一个半小时", "等了90分钟"}},
		{"duration compared in Latin units", `when: duration(g) < 90min
    groups: {g: 等了#duration}`, []string{"等了一小时"}, []string{"等了90分钟"}},
		{"voltage compared", `when: voltage(g) < 198
    groups: {g: 电压*#voltage}`, []string{"电压只有一百八十伏"}, []string{"电压220V", "电压10kV"}},
		{"clock compared", `when: clock(g) >= 18
    groups: {g: "#clock"}`, []string{"晚上8点停电", "20:30停电"}, []string{"早上8点停电"}},
		{"measure in a chain", `when: times(g) >= 3 near/s 「投诉」
    groups: {g: "#times"}`, []string{"停了三次，我要投诉"}, []string{"停了三次。我要投诉", "停了两次，我要投诉"}},
		{"first in turns", `when: first(g, 1u)
    groups: {g: 停电}`, []string{"客户：停电\n客户：你好", "标题：你好\n停电"}, []string{"客户：你好\n客户：停电", "标题：停电\n你好"}},
		{"last in turns", `when: last(g, 1u)
    groups: {g: 停电}`, []string{"客户：你好\n客户：停电", "停电"}, []string{"客户：停电\n客户：你好"}},
		{"first in characters", `when: first(g, 4)
    groups: {g: 停电}`, []string{"昨天停电"}, []string{"昨天又停电"}},
		{"last in characters", `when: last(g near/1 「了」, 4)
    groups: {g: 停电}`, []string{"又停电了"}, []string{"又停电了你好"}},
		{"function's name for a group", `when: first and times
    groups: {first: 停电, times: 三次}`, []string{"停电三次"}, []string{"停电"}},
		{"class and choice", `when: 「[没未](提前)?(通知|告知)」`, []string{"没通知", "未提前告知"}, []string{"提前通知", "没说"}},
		{"optional character", `when: 「停过?电」`, []string{"停电", "停过电"}, []string{"停了电"}},
		{"escape", `when: 「什么\?」`, []string{"什么？", "什么?"}, []string{"什么"}},
		{"width and case are folded", `when: 「ＡＰＰ登录」`, []string{"app登录", "App登录", "ＡＰＰ登录"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, testFS("groups: {shared: 分享, masked: {any: 停电, mask: 停电费}}\nrules:\n  - id: r\n    label: a.one\n    "+test.rule+"\n"))
			r := &rs.rules[decidesLabel][0]
			for _, text := range test.fires {
				if !rs.fires(r, text) {
					t.Errorf("does not fire on %q\n%s", text, rs.Explain(exampleCall(text)))
				}
			}
			for _, text := range test.not {
				if rs.fires(r, text) {
					t.Errorf("fires on %q\n%s", text, rs.Explain(exampleCall(text)))
				}
			}
		})
	}
}

// Defaults of a file hold for its groups, its shared groups and its inline groups, unless they say otherwise.
func TestFileDefaults(t *testing.T) {
	rs := mustCompile(t, testFS(`
defaults: {neg: ignore, hyp: exclude, border: exact, role: any}
groups: {shared: 断电}
rules:
  - {id: inline, label: a.one, when: 「地铁」}
  - {id: named, label: a.one, groups: {g: {any: 停电, neg: exclude}}, when: g}
  - {id: shared, label: a.one, when: "@shared"}
`))
	for _, test := range []struct {
		text string
		want []string
	}{
		{"没有地铁", []string{"inline"}},
		{"地铁站", nil},
		{"会不会断电", nil},
		{"没有断电，没有停电", []string{"shared"}},
		{"坐席：停电", []string{"named"}},
	} {
		if got := firedOn(rs, test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: fired %v, want %v", test.text, got, test.want)
		}
	}
}

// firedOn lists the label rules that fire.
func firedOn(rs *RuleSet, text string) []string {
	var ids []string
	for i := range rs.rules[decidesLabel] {
		if r := &rs.rules[decidesLabel][i]; rs.fires(r, text) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// The words of a group are bounded, so a text of nothing but keywords stays cheap and still gets its label.
func TestHitsAreBounded(t *testing.T) {
	rs := mustCompile(t, testFS("rules: [{id: r, label: a.one, when: 「停电」 near/3 「停电」 near/3 「停电」 near/3 「停电」}]"))
	a := rs.Analyze(message(strings.Repeat("停电", 50_000)))
	if got := a.Codes(); !slices.Equal(got, []string{"a.one"}) {
		t.Fatalf("labels %v", got)
	}
	if n := len(a.Labels[0].Hits); n == 0 || n > maxLabelHits {
		t.Errorf("%d hits", n)
	}
}
