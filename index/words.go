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
// punctuation belong to no token. Tokens are folded; their places are those of the text as given.
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

const firstEmoji = 0x1F000 // symbols of the supplementary plane; older ones such as ☎ and ★ count as punctuation

func findable(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Nl, r) || r >= firstEmoji && unicode.Is(unicode.So, r)
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

// ParseWords reads Query.Words. Errors wrap ErrQuery and say what to write instead.
func ParseWords(s string) (Words, error) {
	if len(s) > MaxWordsBytes {
		return Words{}, fmt.Errorf("%w: the words have %d bytes, at most %d", ErrQuery, len(s), MaxWordsBytes)
	}
	if !utf8.ValidString(s) {
		return Words{}, fmt.Errorf("%w: the words are not UTF-8", ErrQuery)
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
			return Words{}, fmt.Errorf("%w: a word is missing after a hyphen or between quotes", ErrQuery)
		case len(phrase) == 0:
			return Words{}, fmt.Errorf("%w: %q holds neither a letter nor a digit, so it can't be searched for; leave it out", ErrQuery, word)
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
			return "", "", fmt.Errorf("%w: the quote %c is not closed; write %c…%c", ErrQuery, open, open, []rune(closing)[0])
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
