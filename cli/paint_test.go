package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMarkSpans(t *testing.T) {
	const text = "我家停电了" // three bytes a character
	for _, tt := range []struct {
		name  string
		spans [][2]int
		want  string
	}{
		{"None", nil, "我家停电了"},
		{"One", [][2]int{{6, 12}}, "我家【停电】了"},
		{"All", [][2]int{{0, 15}}, "【我家停电了】"},
		{"OutOfOrder", [][2]int{{12, 15}, {0, 3}}, "【我】家停电【了】"},
		{"Overlapping", [][2]int{{3, 9}, {6, 12}}, "我【家停电】了"},
		{"Within", [][2]int{{3, 15}, {6, 9}}, "我【家停电了】"},
		{"Touching", [][2]int{{3, 6}, {6, 9}}, "我【家停】电了"},
		{"Twice", [][2]int{{6, 12}, {6, 12}}, "我家【停电】了"},
		{"Empty", [][2]int{{6, 6}}, "我家停电了"},
		{"Reversed", [][2]int{{12, 6}}, "我家停电了"},
		{"BeyondTheEnd", [][2]int{{6, 18}}, "我家停电了"},
		{"Negative", [][2]int{{-3, 6}}, "我家停电了"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := markSpans(text, slices.Clone(tt.spans), paint{}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// plainText has neither marks nor what colours are made of.
var plainText = rapid.StringOfN(rapid.SampledFrom([]rune("我家停电了ab 12，。\n")), 0, 400, -1)

// spansIn draws spans that lie on characters of the text, and some that do not lie in it.
func spansIn(t *rapid.T, text string) [][2]int {
	places := []int{-1, len(text) + 1}
	for i := range text {
		places = append(places, i)
	}
	places = append(places, len(text))
	place := rapid.SampledFrom(places)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int { return [2]int{place.Draw(t, "start"), place.Draw(t, "end")} }), 0, 8).Draw(t, "spans")
}

// Whatever is marked, without the marks it is the text again, and each span that lies in it is marked.
func TestMarkSpansKeepsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := plainText.Draw(t, "text")
		spans := spansIn(t, text)
		for _, p := range []paint{{}, {on: true}} {
			marked := markSpans(text, slices.Clone(spans), p)
			unmark := strings.NewReplacer("【", "", "】", "", "\x1b[1;33m", "", "\x1b[0m", "")
			if got := unmark.Replace(marked); got != text {
				t.Fatalf("without marks it is %q", got)
			}
			if !utf8.ValidString(marked) {
				t.Fatalf("%q cuts a character", marked)
			}
		}
	})
}

// An excerpt holds the marked words in their order, cuts no character, and is no longer than it must be.
func TestExcerpt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := plainText.Draw(t, "text")
		spans := slices.DeleteFunc(spansIn(t, text), func(s [2]int) bool { return s[0] < 0 || s[1] > len(text) || s[0] >= s[1] })
		got := excerpt(text, slices.Clone(spans), paint{})
		if !utf8.ValidString(got) {
			t.Fatalf("%q cuts a character", got)
		}
		plain := strings.NewReplacer("【", "", "】", "").Replace(got)
		rest := text
		for part := range strings.SplitSeq(plain, "…") {
			at := strings.Index(rest, part)
			if at < 0 {
				t.Fatalf("%q is not in the text, after what came before it", part)
			}
			rest = rest[at+len(part):]
		}
		if len([]rune(text)) <= excerptWhole && plain != text {
			t.Fatalf("a short text is shown as %q", got)
		}
		for _, s := range spans {
			if !strings.Contains(plain, text[s[0]:s[1]]) {
				t.Fatalf("the marked words %q are left out", text[s[0]:s[1]])
			}
		}
	})
}

func TestPaintOff(t *testing.T) {
	var p paint
	for _, got := range []string{p.bold("停"), p.faint("停"), p.label("停"), p.bad("停"), p.good("停")} {
		if got != "停" {
			t.Errorf("without colour it is %q", got)
		}
	}
	if got := (paint{on: true}).good(""); got != "" {
		t.Errorf("nothing is coloured as %q", got)
	}
	if got := newPaint(&strings.Builder{}); got.on {
		t.Error("what is no terminal is coloured")
	}
}
