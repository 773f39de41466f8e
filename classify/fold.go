package classify

import (
	"unicode"
	"unicode/utf8"
)

// folder brings characters that mean the same to one form, one character to one, so that positions survive:
// full width to half width, upper case to lower, traditional to simplified (繁→简) by a table.
type folder struct {
	variants map[rune]rune
	plane    []rune // the folded characters of the basic plane; may be left out
}

// newFolder returns a folder that has the basic plane at hand. variants must not be changed afterwards.
func newFolder(variants map[rune]rune) folder {
	slow := folder{variants: variants}
	plane := make([]rune, 1<<16)
	for r := range plane {
		plane[r] = slow.fold(rune(r))
	}
	return folder{variants: variants, plane: plane}
}

func (f folder) fold(r rune) rune {
	if int(r) < len(f.plane) {
		return f.plane[r]
	}
	switch {
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		r -= 0xFEE0
	case r == 0x3000:
		return ' '
	}
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if s, ok := f.variants[r]; ok {
		return s
	}
	return unicode.ToLower(r)
}

func (f folder) foldString(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = utf8.AppendRune(out, f.fold(r))
	}
	return string(out)
}

// endsSentence reports whether the folded character is the end of a sentence (句). A line break also parts turns.
func endsSentence(r rune) bool {
	switch r {
	case '。', '!', '?', '…', '\n', '\r':
		return true
	}
	return false
}

// endsClause reports whether the folded character at i ends a clause (小句). White space does, because a recogniser
// writes pauses so; a comma or colon inside a number does not.
func endsClause(runes []rune, i int) bool {
	switch r := runes[i]; r {
	case '、', ';', ' ', '\t', '\u00a0':
		return true
	case ',', ':':
		return i == 0 || i+1 == len(runes) || !isDigit(runes[i-1]) || !isDigit(runes[i+1])
	default:
		return endsSentence(r)
	}
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isNumber reports whether the folded character may stand in a spoken or written number.
func isNumber(r rune) bool {
	switch r {
	case '.', '零', '〇', '一', '幺', '二', '两', '俩', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '万', '几', '数', '多', '半':
		return true
	}
	return isDigit(r)
}
