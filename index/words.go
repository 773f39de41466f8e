package index

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/width"

	"suqiu/hotline"
)

// MaxWordsBytes bounds Query.Words.
const MaxWordsBytes = 4096

// Token is one unit of text that a search can find, and where it stands in bytes.
type Token struct {
	Text       string // folded
	Start, End int
}

// Fold is what text goes through before its tokens are compared: full-width letters and digits become ASCII ones,
// half-width kana full-width ones, and letters lower case. A store whose analyzer knows no width indexes Fold(text).
func Fold(text string) string {
	if !strings.ContainsFunc(text, folds) {
		return text // nearly all Chinese text
	}
	return strings.ToLower(width.Fold.String(text))
}

// folds reports whether Fold changes a character: one of those blocks of Unicode that hold other widths, or a capital.
func folds(r rune) bool {
	return r >= '\uff00' && r <= '\uffef' || r == '\u3000' || unicode.ToLower(r) != r
}

// Tokenize cuts text as Elasticsearch's standard analyzer does, at the word borders of UAX #29: each Han character
// is a token; so is a run of letters and digits of other scripts ("k8s", "3.14", "a_b"), and an emoji. Blanks and
// punctuation belong to no token. Tokens are folded; their places are those of the text as given. Beside Lucene 9.12
// it differs in scripts that are written without blanks and not in Han or kana (Thai, Lao, Khmer: a token a letter),
// in a lone half of a flag, and in characters newer than Lucene's Unicode 12.
func Tokenize(text string) []Token {
	var tokens []Token
	state := -1
	for start := 0; start < len(text); {
		var segment string
		segment, _, state = uniseg.FirstWordInString(text[start:], state)
		if strings.ContainsFunc(segment, findable) {
			tokens = append(tokens, Token{Text: Fold(segment), Start: start, End: start + len(segment)})
		}
		start += len(segment)
	}
	return tokens
}

// findable reports whether a character makes the segment that holds it a token: letters and digits of all scripts,
// Han radicals and circled kana, and emoji.
func findable(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nd, unicode.Nl, unicode.Han, unicode.Katakana, emoji) || r >= 0x1F000 && unicode.Is(unicode.So, r)
}

// emoji are the characters below U+1F000 that Unicode counts as Extended_Pictographic (emoji-data.txt), and the circled
// letters; above, nearly all symbols are emoji.
var emoji = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xa9, 0xa9, 1}, {0xae, 0xae, 1}, {0x203c, 0x203c, 1}, {0x2049, 0x2049, 1}, {0x2122, 0x2122, 1}, {0x2139, 0x2139, 1},
		{0x2194, 0x2199, 1}, {0x21a9, 0x21aa, 1}, {0x231a, 0x231b, 1}, {0x2328, 0x2328, 1}, {0x2388, 0x2388, 1}, {0x23cf, 0x23cf, 1},
		{0x23e9, 0x23f3, 1}, {0x23f8, 0x23fa, 1}, {0x24b6, 0x24e9, 1}, {0x25aa, 0x25ab, 1}, {0x25b6, 0x25b6, 1}, {0x25c0, 0x25c0, 1},
		{0x25fb, 0x25fe, 1}, {0x2600, 0x2605, 1}, {0x2607, 0x2612, 1}, {0x2614, 0x2685, 1}, {0x2690, 0x2705, 1}, {0x2708, 0x2712, 1},
		{0x2714, 0x2714, 1}, {0x2716, 0x2716, 1}, {0x271d, 0x271d, 1}, {0x2721, 0x2721, 1}, {0x2728, 0x2728, 1}, {0x2733, 0x2734, 1},
		{0x2744, 0x2744, 1}, {0x2747, 0x2747, 1}, {0x274c, 0x274c, 1}, {0x274e, 0x274e, 1}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1},
		{0x2763, 0x2767, 1}, {0x2795, 0x2797, 1}, {0x27a1, 0x27a1, 1}, {0x27b0, 0x27b0, 1}, {0x27bf, 0x27bf, 1}, {0x2934, 0x2935, 1},
		{0x2b05, 0x2b07, 1}, {0x2b1b, 0x2b1c, 1}, {0x2b50, 0x2b50, 1}, {0x2b55, 0x2b55, 1}, {0x3030, 0x3030, 1}, {0x303d, 0x303d, 1},
		{0x3297, 0x3297, 1}, {0x3299, 0x3299, 1},
	},
	LatinOffset: 2,
}

// Phrase is a run of tokens that must stand next to each other in one turn. Only punctuation and blanks may stand
// between them, so a phrase of Chinese characters is an exact substring search that pays no heed to word borders:
// 电表 is found in 智能电表, and in 电，表.
type Phrase []string

// String joins the tokens by blanks; Tokenize gives them back.
func (p Phrase) String() string { return strings.Join(p, " ") }

// Words is Query.Words as read: a document matches if every phrase of All occurs in one of its turns, and none of
// None in any.
type Words struct {
	All, None []Phrase
}

// closers gives, for a quote that opens a phrase, those that close it. Chinese keyboards make it easy to type two
// closing quotes, so any double quote closes any other.
func closers(open rune) string {
	switch open {
	case '"', '\uff02', '“', '”', '„', '〝', '〞':
		return "\"\uff02“”„〝〞"
	case '「', '」':
		return "」"
	case '『', '』':
		return "』"
	}
	return ""
}

// ParseWords reads Query.Words: words between blanks of any width; a phrase between quotes, "…", “…”, 「…」 or 『…』, which
// ends the word before it; a hyphen before a word or phrase excludes it. There are no other operators: AND, *, ( and :
// are text like any other. Errors wrap ErrQuery and say what to write instead.
func ParseWords(s string) (Words, error) {
	if len(s) > MaxWordsBytes {
		return Words{}, fmt.Errorf("%w: 检索词共 %d 字节，最多 %d；减少几个", ErrQuery, len(s), MaxWordsBytes)
	}
	if !utf8.ValidString(s) {
		return Words{}, fmt.Errorf("%w: 检索词不是 UTF-8 编码", ErrQuery)
	}
	var words Words
	for rest := strings.TrimSpace(s); rest != ""; rest = strings.TrimSpace(rest) {
		excluded := false
		if first, size := utf8.DecodeRuneInString(rest); first == '-' || first == '\uff0d' {
			excluded, rest = true, rest[size:]
		}
		var word string
		var err error
		if word, rest, err = nextWord(rest); err != nil {
			return Words{}, err
		}
		var phrase Phrase
		for _, t := range Tokenize(word) {
			phrase = append(phrase, t.Text)
		}
		switch {
		case len(phrase) == 0 && word == "":
			return Words{}, fmt.Errorf("%w: 减号后面或引号之间没有词；补上，或去掉它", ErrQuery)
		case len(phrase) == 0:
			return Words{}, fmt.Errorf("%w: %q 里没有文字和数字，无法检索；去掉它", ErrQuery, word)
		case excluded:
			words.None = append(words.None, phrase)
		default:
			words.All = append(words.All, phrase)
		}
	}
	return words, nil
}

// nextWord cuts the first word or quoted phrase off s.
func nextWord(s string) (word, rest string, err error) {
	open, size := utf8.DecodeRuneInString(s)
	if closing := closers(open); size > 0 && closing != "" {
		s = s[size:]
		end := strings.IndexAny(s, closing)
		if end < 0 {
			return "", "", fmt.Errorf("%w: 引号 %c 没有合上；写成 %c…%c", ErrQuery, open, open, []rune(closing)[0])
		}
		_, size = utf8.DecodeRuneInString(s[end:])
		return s[:end], s[end+size:], nil
	}
	end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || closers(r) != "" })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:], nil
}

// Highlights returns where the phrases of All stand in the turns, ordered by place; places that overlap are joined.
func (w Words) Highlights(turns []hotline.Turn) []Highlight {
	if len(w.All) == 0 {
		return nil
	}
	var all []Highlight
	for i, turn := range turns {
		tokens := Tokenize(turn.Text)
		var found []Highlight
		for at := range tokens {
			for _, p := range w.All {
				if p.at(tokens[at:]) {
					found = append(found, Highlight{Turn: i, Start: tokens[at].Start, End: tokens[at+len(p)-1].End})
				}
			}
		}
		all = append(all, join(found)...)
	}
	return all
}

func (p Phrase) at(tokens []Token) bool {
	if len(tokens) < len(p) {
		return false
	}
	for i, text := range p {
		if tokens[i].Text != text {
			return false
		}
	}
	return true
}

// join unites places of one turn that overlap.
func join(places []Highlight) []Highlight {
	slices.SortFunc(places, func(a, b Highlight) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var joined []Highlight
	for _, p := range places {
		if last := len(joined) - 1; last >= 0 && p.Start < joined[last].End {
			joined[last].End = max(joined[last].End, p.End)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}
