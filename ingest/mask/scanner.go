package mask

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// scanner finds the personal data of one text in one pass from left to right.
type scanner struct {
	s      string
	m      *Masker
	known  *known
	masked int    // where the last number that was masked ends: the words before it speak of it alone
	last   string // its token
	turns  bool   // line breaks stand between turns of a dialogue, over which numbers go on
	spans  []span
	chain  chain
}

// run returns the spans to be replaced, in order and apart.
func (sc *scanner) run() []span {
	sc.names()
	for i := 0; i < len(sc.s); {
		b := sc.s[i]
		if b < utf8.RuneSelf {
			i = sc.ascii(i, b)
			continue
		}
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		if digitOf(r) >= 0 || r == '十' {
			i = sc.digits(i, n)
			continue
		}
		i = sc.han(i, r, n)
	}
	return settle(sc.spans)
}

// ascii handles a byte of ASCII at i and returns where to go on.
func (sc *scanner) ascii(i int, b byte) int {
	if end := sc.handle(i); end > 0 {
		return end
	}
	switch {
	case isDigitByte(b):
		return sc.digits(i, 1)
	case b == '@' || b == '(' || b == ' ':
		if n := atSign(sc.s[i:]); n > 0 {
			return sc.email(i, n)
		}
	case b == 'h' && strings.HasPrefix(sc.s[i:], "http"):
		return sc.audio(i)
	case b == '<':
		return i + tokenLength(sc.s[i:])
	case b == ':':
		sc.labelledName(i, i+1)
	}
	return i + 1
}

// digits handles a digit of n bytes at i.
func (sc *scanner) digits(i, n int) int {
	if end := sc.door(i); end > 0 {
		return end
	}
	return max(i+n, sc.number(i))
}

// han handles any other character r of n bytes at i.
func (sc *scanner) han(i int, r rune, n int) int {
	switch r {
	case '叫':
		sc.called(i, i+n)
	case '姓':
		sc.surnamed(i, i+n)
	case '：', '是', '为', '名', '人', '主':
		sc.labelledName(i, i+n)
	case '先', '女', '小', '同', '师':
		sc.titled(i)
	case '＠', '艾', '圈', '（':
		if length := atSign(sc.s[i:]); length > 0 {
			return sc.email(i, length)
		}
	case '京', '津', '沪', '渝', '冀', '豫', '云', '辽', '黑', '湘', '皖', '鲁', '新', '苏', '浙', '赣', '鄂', '桂', '甘', '晋', '蒙', '陕', '吉', '闽', '贵', '粤',
		'青', '藏', '川', '宁', '琼':
		if end := sc.plate(i, i+n); end > 0 {
			return end
		}
	case '木', '弓', '耳', '双', '古', '口', '立', '草', '三', '言', '走':
		sc.described(i)
	}
	return i + n
}

// tokenLength returns the length of the token at the beginning of s, ours or one of upper-case letters that another
// masker left (<PLATE>), and 1 where there is none.
func tokenLength(s string) int {
	end := strings.IndexByte(s[:min(len(s), 24)], '>')
	if end < 0 {
		return 1
	}
	for _, r := range s[1:end] {
		if digitOf(r) >= 0 || r < utf8.RuneSelf && !isLetter(byte(r)) && r != '_' {
			return 1
		}
	}
	if s[1] >= utf8.RuneSelf && !ours(s[:end+1]) {
		return 1
	}
	return end + 1
}

func ours(token string) bool {
	switch token {
	case tokenMobile, tokenLandline, tokenIdentity, tokenBank, tokenAccount, tokenPlate, tokenEmail, tokenName, tokenDoor, tokenAgent, tokenTail, tokenNumber, tokenAudio:
		return true
	}
	return false
}

func (sc *scanner) add(sp span) { sc.spans = append(sc.spans, sp) }

// settle puts spans in order; of two that overlap the earlier stays, and of two that begin together the longer. What
// the other covers beyond it is masked too.
func settle(spans []span) []span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	kept := spans[:1]
	for _, sp := range spans[1:] {
		last := &kept[len(kept)-1]
		if sp.start >= last.end {
			kept = append(kept, sp)
			continue
		}
		last.end = max(last.end, sp.end)
	}
	return kept
}

func isDigitByte(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
