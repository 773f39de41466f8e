package classify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// write gives a sequence back in the notation, to compare.
func (s sequence) write() string {
	var b strings.Builder
	for _, p := range s {
		switch {
		case p.isLiteral():
			b.WriteString(string(p.literal))
		case p.isClass():
			b.WriteString("[" + string(p.class) + "]")
		case p.number:
			b.WriteByte('#')
		default:
			fmt.Fprintf(&b, "{%d,%d}", p.min, p.max)
		}
	}
	return b.String()
}

func TestExpandPattern(t *testing.T) {
	for _, test := range []struct{ pattern, want string }{
		{"停电", "停电"},
		{"[停断]电", "[停断]电"},
		{"(停|断)电了?", "[停断]电了 [停断]电"},
		{"停[了过]*(次|回)", "停[了过]{0,6}[次回]"},
		{"停[了过]?电", "停[了过]电 停电"},
		{"#[次回]停", "#[次回]停"},
		{"(停|(断|掉))电", "[停断掉]电"},
		{"(没(有)?|未)通知", "没有通知 没通知 未通知"},
		{"停*次", "停{0,6}次"},
		{"停{2,5}#次", "停{2,5}#次"},
		{"#块#", "#块#"},
		{`\?\*\(`, "?*("},
		{`[\]a]b`, "[]a]b"},
		{"停[2-4b-d-]", "停[234bcd-]"},
		{`停[1\-3]`, "停[1-3]"},
		{"ＡＢ", "ab"},
		{"(a|)b", "ab b"},
		{"(停{1,2}?电)", "停{1,2}电 停电"},
	} {
		t.Run(test.pattern, func(t *testing.T) {
			sequences, err := expandPattern(test.pattern, folder{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range sequences {
				got = append(got, s.write())
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestExpandPatternFaults(t *testing.T) {
	for _, test := range []struct {
		name, pattern string
		at            int
		what          string
	}{
		{"empty", "(a|)", 0, "能匹配空文本"},
		{"unclosed choice", "停(电", 3, "没有合上"},
		{"unclosed class", "停[电", 3, "没有合上"},
		{"empty class", "停[]", 2, "里没有字符"},
		{"range turned round", "停[9-2]", 4, "不是数字或拉丁字母的范围"},
		{"range of other characters", "停[一-十]", 4, "不是数字或拉丁字母的范围"},
		{"unopened choice", "停)电", 1, "多了一个"},
		{"choice without parentheses", "停|断", 1, "要放进括号"},
		{"gap first", "*电", 0, "必须以字开头"},
		{"gap last", "停*", 0, "以间隔结尾"},
		{"only a number", "#", 0, "必须以字开头"},
		{"unknown quantity", "停了#tims", 3, "没有 #tims 这个量；可写 #times、#money、#duration、#voltage、#clock、#date，要匹配字母本身，写 \\t；是不是 times？"},
		{"number and gap first", "#*次", 0, "必须以字开头"},
		{"gap too long", "停{0,13}电", 6, "最多不超过 12"},
		{"gap turned round", "停{3,2}电", 5, "{最少,最多}"},
		{"gap without numbers", "停{,}电", 2, "{最少,最多}"},
		{"lonely question mark", "停??", 2, "不该有"},
		{"reference inside", "停@电", 1, "不该有"},
		{"backslash last", `停\`, 2, "反斜杠"},
		{"too many sequences", strings.Repeat("(停电|断)", 12), 72, "超过 4000 种"},
		{"too long", strings.Repeat("电", 61), 0, "最多 60 个"},
		{"too deep", strings.Repeat("(", 22) + "电", 21, "20 层以上"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := expandPattern(test.pattern, folder{})
			var fault *patternError
			if !errors.As(err, &fault) || fault.at != test.at || !strings.Contains(fault.what, test.what) {
				t.Errorf("got %+v, want %q at %d", err, test.what, test.at)
			}
		})
	}
}

// Whatever is written, expanding ends, stays in bounds, and gives sequences that the matcher can anchor.
func FuzzExpandPattern(f *testing.F) {
	for _, p := range []string{"(没|没有|未)(提前)?通知", "停了#次", "[一二]{0,4}电?", "((((", `\`, "#块#", "a{1,2}?"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		sequences, err := expandPattern(pattern, folder{})
		if err != nil {
			return
		}
		if len(sequences) == 0 || len(sequences) > maxSequences {
			t.Fatalf("%q: %d sequences", pattern, len(sequences))
		}
		for _, s := range sequences {
			if !slices.ContainsFunc(s[:min(2, len(s))], func(p part) bool { return p.isLiteral() || p.isClass() }) {
				t.Fatalf("%q: no anchor in %s", pattern, s.write())
			}
		}
	})
}
