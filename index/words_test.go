package index_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/width"

	"suqiu/hotline"
	"suqiu/index"
)

func TestTokenize(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"Han characters one by one", "智能电表", []string{"智", "能", "电", "表"}},
		{"beyond the bmp", "𠮷野家", []string{"𠮷", "野", "家"}},
		{"punctuation and blanks", " 停电！？（急）\n", []string{"停", "电", "急"}},
		{"letters and digits", "App上K8s，3.14元", []string{"app", "上", "k8s", "3.14", "元"}},
		{"thousands", "1,000度", []string{"1,000", "度"}},
		{"underscore joins", "a_b-c", []string{"a_b", "c"}},
		{"apostrophe joins", "don't", []string{"don't"}},
		{"full width", "ＡＢＣ１２３", []string{"abc123"}},
		{"half-width kana", "ﾃﾚﾒｰﾀｰ", []string{"テレメーター"}},
		{"kana one by one, katakana together", "でんきメーター", []string{"で", "ん", "き", "メーター"}},
		{"emoji", "停😡电👨‍👩‍👧", []string{"停", "😡", "电", "👨‍👩‍👧"}},
		{"older emoji", "停★电❤️©", []string{"停", "★", "电", "❤️", "©"}},
		{"symbols that are no emoji", "停●电→㎡℃①", []string{"停", "电"}},
		{"circled letters and radicals", "Ⓐ⺀", []string{"ⓐ", "⺀"}},
		{"lone underscore", "_ __", nil},
		{"controls", "停\x00电\u200b表", []string{"停", "电", "表"}},
		{"accents", "É e\u0301", []string{"é", "e\u0301"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, token := range index.Tokenize(c.text) {
				got = append(got, token.Text)
				if token.Text != index.Fold(c.text[token.Start:token.End]) {
					t.Errorf("%q stands at %q", token.Text, c.text[token.Start:token.End])
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestFold holds the short cut of Fold against the whole of it, for every character of the two planes that have letters
// of two cases or widths.
func TestFold(t *testing.T) {
	for r := range rune(0x20000) {
		if !utf8.ValidRune(r) {
			continue
		}
		text := string(r)
		if got, want := index.Fold(text), strings.ToLower(width.Fold.String(text)); got != want {
			t.Errorf("%U: got %q, want %q", r, got, want)
		}
	}
}

// written puts words into one line: phrases parted by commas, excluded ones with a hyphen.
func written(w index.Words) string {
	var all []string
	for _, p := range w.All {
		all = append(all, p.String())
	}
	for _, p := range w.None {
		all = append(all, "-"+p.String())
	}
	return strings.Join(all, ", ")
}

func TestParseWords(t *testing.T) {
	for _, c := range []struct{ name, words, want string }{
		{"nothing", "", ""},
		{"blanks", " \t\u3000\n", ""},
		{"one word", "停电", "停 电"},
		{"two words", "停电 电表", "停 电, 电 表"},
		{"ideographic blank", "停电\u3000电表", "停 电, 电 表"},
		{"phrase", `"停电 电表"`, "停 电 电 表"},
		{"Chinese quotes", "“停电 电表”", "停 电 电 表"},
		{"two closing quotes", "”停电 电表”", "停 电 电 表"},
		{"corner quotes", "「停电 电表」", "停 电 电 表"},
		{"white corner quotes", "『停电 电表』", "停 电 电 表"},
		{"full-width quotes", "＂停电 电表＂", "停 电 电 表"},
		{"quotes of one kind within another", "「“停电” 电表」", "停 电 电 表"},
		{"phrase beside a word", `停电"电表 坏"没有`, "停 电, 电 表 坏, 没 有"},
		{"excluded word", "停电 -电表", "停 电, -电 表"},
		{"excluded phrase", `-"停电 电表"`, "-停 电 电 表"},
		{"full-width hyphen", "－停电", "-停 电"},
		{"hyphen within a word", "停电-电表", "停 电 电 表"},
		{"letters", "K8S Wi-Fi", "k8s, wi fi"},
		{"full width", "ＡＢＣ　１２", "abc, 12"},
		{"punctuation beside a word", "停电？", "停 电"},
		{"operators are text", "停电 AND NOT (电表*)", "停 电, and, not, 电 表"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := index.ParseWords(c.words)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(w); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseWordsErrors(t *testing.T) {
	for _, c := range []struct{ name, words, want string }{
		{"open quote", `停电 "电表`, `引号 " 没有合上；写成 "…"`},
		{"open corner quote", "「停电", "引号 「 没有合上；写成 「…」"},
		{"empty quotes", `停电 ""`, "减号后面或引号之间没有词"},
		{"lone hyphen", "停电 - 电表", "减号后面或引号之间没有词"},
		{"only punctuation", "停电 ？", `"？" 里没有文字和数字`},
		{"only punctuation in quotes", `"，。"`, `"，。" 里没有文字和数字`},
		{"not UTF-8", "停电\xff", "检索词不是 UTF-8 编码"},
		{"too long", strings.Repeat("电", index.MaxWordsBytes), "最多 4096"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := index.ParseWords(c.words)
			if !errors.Is(err, index.ErrQuery) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want ErrQuery with %q", err, c.want)
			}
		})
	}
}

func TestHighlights(t *testing.T) {
	for _, c := range []struct {
		name, words string
		turns       []string
		want        []string
	}{
		{"every place", "电", []string{"停电，来电", "电"}, []string{"0:电", "0:电", "1:电"}},
		{"across word borders and punctuation", "电表", []string{"智能电表", "电，表"}, []string{"0:电表", "1:电，表"}},
		{"not across turns", "电表", []string{"停电", "表"}, nil},
		{"side by side", "停电", []string{"停电停电"}, []string{"0:停电", "0:停电"}},
		{"overlapping itself", "哈哈", []string{"哈哈哈"}, []string{"0:哈哈哈"}},
		{"overlapping another", "停电表 电表坏", []string{"停电表坏"}, []string{"0:停电表坏"}},
		{"one within another", "智能电表 电", []string{"智能电表"}, []string{"0:智能电表"}},
		{"excluded words are not marked", "停 -电", []string{"停电"}, []string{"0:停"}},
		{"as it is written", "abc", []string{"ＡＢＣ！"}, []string{"0:ＡＢＣ"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := index.ParseWords(c.words)
			if err != nil {
				t.Fatal(err)
			}
			turns := make([]hotline.Turn, len(c.turns))
			for i := range turns {
				turns[i].Text = c.turns[i]
			}
			var got []string
			for _, h := range w.Highlights(turns) {
				got = append(got, fmt.Sprintf("%d:%s", h.Turn, turns[h.Turn].Text[h.Start:h.End]))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzParseWords: whatever is typed is read or refused with ErrQuery; what is read, written out as quoted phrases,
// reads the same; and each phrase is found in its own text.
func FuzzParseWords(f *testing.F) {
	for _, words := range []string{"", "停电", `停电 "电表 坏" -来电`, "「停电」“电表”", "Wi-Fi 3.14 ＡＢＣ", "-", `"`, "\xff", "א\"ב", "😡👨‍👩‍👧 𠮷"} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		w, err := index.ParseWords(words)
		if err != nil {
			if !errors.Is(err, index.ErrQuery) {
				t.Fatalf("got %v, want ErrQuery", err)
			}
			return
		}
		var again []string
		for i, p := range slices.Concat(w.All, w.None) {
			if strings.ContainsAny(p.String(), "」") {
				t.Fatalf("a quote is in the token %q", p)
			}
			quoted := "「" + p.String() + "」"
			if i >= len(w.All) {
				quoted = "-" + quoted
			}
			again = append(again, quoted)
			if i < len(w.All) {
				turn := hotline.Turn{Text: p.String()}
				want := []index.Highlight{{End: len(turn.Text)}}
				if got := (index.Words{All: []index.Phrase{p}}).Highlights([]hotline.Turn{turn}); !slices.Equal(got, want) {
					t.Errorf("phrase %q in its own text: got %v, want %v", p, got, want)
				}
			}
		}
		if joined := strings.Join(again, " "); len(joined) <= index.MaxWordsBytes {
			second, err := index.ParseWords(joined)
			if err != nil || written(second) != written(w) {
				t.Errorf("got %q, then %q, %v", written(w), written(second), err)
			}
		}
	})
}

func BenchmarkTokenize(b *testing.B) {
	text := strings.Repeat("家里的智能电表走得太快，App上显示3.14元", 4)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(index.Tokenize(text)) == 0 {
			b.Fatal("no token")
		}
	}
}
