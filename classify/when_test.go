package classify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"suqiu/classify/quantity"
)

// write gives a condition back with all its parentheses, to compare.
func (e *expr) write() string {
	var parts []string
	for _, c := range e.children {
		parts = append(parts, c.write())
	}
	switch e.op {
	case opOr:
		return "(" + strings.Join(parts, " or ") + ")"
	case opAnd:
		return "(" + strings.Join(parts, " and ") + ")"
	case opNot:
		return "not " + parts[0]
	case opNear:
		word := "near"
		if e.ordered {
			word = "before"
		}
		return fmt.Sprintf("(%s %s/%s %s)", parts[0], word, []string{fmt.Sprint(e.distance), fmt.Sprint(e.distance, "t"), fmt.Sprint(e.distance, "u"), "c", "s"}[e.unit], parts[1])
	case opCount:
		return fmt.Sprintf("count(%s) >= %d", parts[0], e.least)
	case opTitle:
		return "title(" + parts[0] + ")"
	case opMeasure:
		return fmt.Sprintf("%s(%s) %s %v%s", quantity.Names[e.kind], parts[0], e.compare, strconv.FormatFloat(e.bound, 'f', -1, 64), map[bool]string{true: "h"}[e.kind == quantity.Duration])
	case opFirst, opLast:
		return fmt.Sprintf("%s(%s, %d%s)", map[op]string{opFirst: "first", opLast: "last"}[e.op], parts[0], e.distance, map[bool]string{true: "u"}[e.unit == unitTurn])
	case opTest:
		return e.name + "(" + strings.Join(e.values, ",") + ")"
	}
	switch {
	case e.inline:
		return "「" + e.name + "」"
	case e.shared:
		return "@" + e.name
	}
	return e.name
}

func TestParseWhen(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a", "a"},
		{"a and b or c and not d", "((a and b) or (c and not d))"},
		{"a and (b or c)", "(a and (b or c))"},
		{"not not a", "a"},
		{"not not not a", "not a"},
		{"not a near/3 b", "not (a near/3 b)"},
		{"a near/12 b near/3t c before/1u d near/s e before/c f", "(((((a near/12 b) near/3t c) before/1u d) near/s e) before/c f)"},
		{"a near / 12 (b or @c)", "(a near/12 (b or @c))"},
		{"@停电 and 「停(电|了) 断」", "(@停电 and 「停(电|了) 断」)"},
		{"count(a)>=3 and title(@b)", "(count(a) >= 3 and title(@b))"},
		{"hotline(95598, 12398) and kind(call) and label(a.one,b)", "(hotline(95598,12398) and kind(call) and label(a.one,b))"},
		{"a\n  and\tb", "(a and b)"},
		{"weekday(6, 7) and hour(22 - 6) and hour", "(weekday(6,7) and hour(22-6) and hour)"},
		{"times(a)>=3 and first", "(times(a) >= 3 and first)"},
		{"duration(a or b) > 90min", "duration((a or b)) > 1.5h"},
		{"duration(a) < 2小时", "duration(a) < 2h"},
		{"voltage(a) = 10kV near/3 b", "(voltage(a) = 10000 near/3 b)"},
		{"first(a, 3u) and last(a before/2 b, 50)", "(first(a, 3u) and last((a before/2 b), 50))"},
	} {
		t.Run(test.text, func(t *testing.T) {
			e, err := parseWhen(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.write(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestParseWhenFaults(t *testing.T) {
	for _, test := range []struct {
		name, text string
		at         int
		what       string
	}{
		{"empty", "", 0, "补上词组"},
		{"ends early", "a and", 5, "补上词组"},
		{"two groups", "a b", 2, "条件之间用 and、or、near"},
		{"keyword for a group", "a and or", 6, `这里应是词组，却是"or"`},
		{"number for a group", "a and 12", 6, `却是"12"`},
		{"unclosed parenthesis", "(a or b", 7, `缺少 ")"（此处是条件末尾）`},
		{"unopened parenthesis", "a)", 1, `这里不该有 ")"`},
		{"unclosed inline group", "a and 「停电", 6, "没有合上"},
		{"near without a distance", "a near b", 7, `缺少 "/" 和距离（此处是"b"）；写成 near/12`},
		{"and in capitals", "a AND b", 2, "写 and"},
		{"ampersands", "a && b", 2, "条件之间写 and"},
		{"bar", "a | b", 2, "条件之间写 or"},
		{"full-width parenthesis", "a and （b）", 6, "（ 是全角的；写 ("},
		{"quoted word", `a and "停电"`, 6, "条件中的词语写在「」里"},
		{"wrong distance", "a near/x b", 7, "缺少距离"},
		{"distance too long", "a near/10001 b", 7, "缺少距离"},
		{"near of and", "(a and b) near/3 c", 10, "near 和 before 的两边只能是词组"},
		{"near of not", "a near/3 (not b)", 2, "near 和 before 的两边只能是词组"},
		{"count without a number", "count(a) >= b", 12, "缺少次数"},
		{"count of nothing", "count() >= 1", 6, `却是")"`},
		{"count without a comparison", "count(a)", 8, `缺少 ">="`},
		{"test without a value", "kind()", 5, "缺少一个值"},
		{"measure of a test", "times(not a) >= 3", 6, "里只能是词组"},
		{"measure without a comparison", "times(a)", 8, "后面缺少比较（此处是条件末尾）；写 >=、<=、>、< 或 ="},
		{"measure without a value", "money(a) > b", 11, `"b" 不是 money(…) 的值`},
		{"duration without a unit", "duration(a) >= 2", 15, "写成 2h"},
		{"date compared", "date(a) > 3", 0, "在模式里用 #date"},
		{"place without a number", "first(a)", 7, `缺少 ","`},
		{"place in tokens", "last(a, 3t)", 8, "字数（50）或话轮数（3u）"},
		{"strange character", "a ^ b", 2, "条件之间用 and、or、near"},
		{"too deep", strings.Repeat("(", 30) + "a", 20, "20 层以上"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseWhen(test.text)
			var fault *whenError
			if !errors.As(err, &fault) || fault.at != test.at || !strings.Contains(fault.what, test.what) {
				t.Errorf("got %+v, want %q at %d", err, test.what, test.at)
			}
		})
	}
}

// Parsing always ends, and what it gives parses again to the same condition.
func FuzzParseWhen(f *testing.F) {
	for _, text := range []string{"a near/3 b and not @c", "count(a)>=2 or 「停电」", "hotline(12345)", "((a", "times(a or b) >= 1.5 near/s first(c, 3u)", "duration(a)<2h", "not not a before/s b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseWhen(text)
		if err != nil {
			return
		}
		once := e.write()
		again, err := parseWhen(once)
		if err != nil {
			if strings.Contains(err.Error(), "20 层以上") {
				return // written with more parentheses
			}
			t.Fatalf("%q was written as %q: %v", text, once, err)
		}
		if twice := again.write(); twice != once {
			t.Fatalf("%q was written as %q, then as %q", text, once, twice)
		}
	})
}
