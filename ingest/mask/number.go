package mask

import (
	"strings"
	"unicode/utf8"
)

// group is a run of digits with nothing between them.
type group struct {
	start, end int   // bytes of the text
	from, to   int   // digits of the chain
	joint      joint // how it is bound to the group before
	spoken     bool
	checkX     int // where the X (叉) that follows ends, the last sign of an identity card; 0 without
}

// Bounds of one chain: what is longer is read in pieces.
const (
	maxGroups  = 48
	maxDigits  = 64
	maxNumber  = 24 // digits of the longest number, with prefix
	minAccount = 5  // digits of the shortest account, when words say that it is one
	longGroup  = 7  // a group of this many digits is no quantity, whatever follows it
)

// chain is a sequence of groups that may be the parts of one number, or of several.
type chain struct {
	digits []byte
	text   string // digits, once they are all there
	groups []group
	label  label
	gap    string
	looked bool // whether label and gap are known
	labels int  // the group that the label stands before
}

// number reads the chain of digits that begins at byte i, adds a span for each personal number in it, and returns
// where to go on.
func (sc *scanner) number(i int) int {
	c := &sc.chain
	c.digits, c.groups, c.label, c.gap, c.looked = c.digits[:0], c.groups[:0], labelNone, "", false
	c.labels = 0
	end := sc.gather(i)
	if len(c.digits) < 3 {
		return end
	}
	c.text = string(c.digits)
	if sc.inWord(i) && !isMobile(c.text) {
		return end
	}
	for g := 0; g < len(c.groups); {
		to, sp := sc.best(g)
		if to == 0 {
			g++
			continue
		}
		c.label, c.gap, c.looked = labelNone, "", true
		if sp.token != "" {
			sc.add(sp)
			sc.nameBefore(sp)
			sc.masked, sc.last = sp.end, sp.token
			c.label, c.labels = sc.listed(), to
		}
		g = to
	}
	return end
}

// inWord reports whether the digits at byte i end a word of Latin letters (UU0082253) or a decimal number.
func (sc *scanner) inWord(i int) bool {
	if i == 0 {
		return false
	}
	b := sc.s[i-1]
	if b == '.' {
		return i > 1 && isDigitByte(sc.s[i-2])
	}
	if !isLetter(b) {
		return false
	}
	from := i
	for from > 0 && i-from < 12 && (isLetter(sc.s[from-1]) || isDigitByte(sc.s[from-1])) {
		from--
	}
	switch strings.ToLower(sc.s[from:i]) {
	case "tel", "phone", "mobile", "t", "m", "p", "qq":
		return false
	}
	return true
}

// gather fills the chain with the groups from byte i on and returns the end of the last.
func (sc *scanner) gather(i int) int {
	c := &sc.chain
	how := jointFirst
	for {
		g := group{start: i, from: len(c.digits), joint: how}
		i = sc.group(&g, i)
		if len(c.digits) > g.from {
			g.end, g.to = i, len(c.digits)
			r, n := utf8.DecodeRuneInString(sc.s[i:])
			if r == 'X' || r == 'x' || r == 'Ｘ' || r == '叉' {
				g.checkX = i + n
			}
			if g.to-g.from < longGroup && (isUnit(r) && sc.quantity(&g, r) || unitLetter(r) || dateGoesOn(string(c.digits[g.from:]), sc.s[i:]) || isHotline(string(c.digits[g.from:]))) {
				c.digits = c.digits[:g.from]
				return i
			}
			c.groups = append(c.groups, g)
		}
		if len(c.groups) == maxGroups || len(c.digits) >= maxDigits {
			return i
		}
		next, joint := sc.join(i)
		if joint == jointBroken {
			return i
		}
		i, how = next, joint
	}
}

// unitLetter reports whether r begins a unit such as kV, not the X of an identity card.
func unitLetter(r rune) bool { return latin(r) && r != 'X' && r != 'x' }

// dateGoesOn reports whether year is one and rest goes on with a month and a day: -11-28, .5.30.
func dateGoesOn(year, rest string) bool {
	if len(year) != 4 || year[:2] != "19" && year[:2] != "20" {
		return false
	}
	for range 2 {
		if rest == "" || !strings.ContainsRune("-./", rune(rest[0])) {
			return false
		}
		digits := strings.TrimLeft(rest[1:], "0123456789")
		if n := len(rest) - 1 - len(digits); n < 1 || n > 2 {
			return false
		}
		rest = digits
	}
	return true
}

// quantity reports whether unit makes the group before it a quantity. 人 and the like do not after four and more
// spoken digits, where the next clause may begin with them.
func (sc *scanner) quantity(g *group, unit rune) bool {
	if unit == '号' && agentBefore(sc.s[g.end:]) {
		return false
	}
	if !g.spoken || g.to-g.from < 4 {
		return true
	}
	switch unit {
	case '年', '度', '块', '元', '伏', '千', '百', '万', '点', '线', '十':
		return true
	}
	return false
}

// group reads digits from byte i and returns where they end.
func (sc *scanner) group(g *group, i int) int {
	c := &sc.chain
	for i < len(sc.s) && len(c.digits) < maxDigits {
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		d := digitOf(r)
		if d < 0 {
			break
		}
		g.spoken = g.spoken || spokenDigit(r)
		if digits, length := repeat(sc.s[i:]); length > 0 {
			c.digits = append(c.digits, digits...)
			i += length
			continue
		}
		c.digits = append(c.digits, byte('0'+d))
		i += n
	}
	return i
}

// best returns the surest number that begins with group g: the group after it and its span. An empty token tells of a
// number that stays; a group of 0 tells that there is none.
func (sc *scanner) best(g int) (to int, sp span) {
	c := &sc.chain
	first := &c.groups[g]
	rank := 100
	loosest, spoken, widest := jointFirst, true, 0
	for j := g; j < len(c.groups); j++ {
		last := &c.groups[j]
		if j > g {
			loosest = max(loosest, last.joint)
		}
		if last.to-first.from > maxNumber {
			break
		}
		spoken = spoken && last.spoken
		widest = max(widest, last.to-last.from)
		d := c.text[first.from:last.to]
		if len(d) < 3 {
			continue
		}
		p := part{digits: d, groups: c.groups[g : j+1], joint: loosest, spoken: spoken, widest: widest, first: g == c.labels, last: j+1 == len(c.groups)}
		token, r, end := sc.judge(&p)
		if r == 0 || r > rank {
			continue
		}
		rank, to = r, j+1
		sp = span{start: first.start, end: end, token: token, digits: d}
	}
	if to > 0 {
		sp.start = sc.openBracket(sp.start, sp.end)
		if sp.token == tokenMobile && len(sp.digits) == 10 {
			sp.start -= misheard(sc.s[:sp.start])
		}
	}
	return to, sp
}

// openBracket moves the start of (0571)88880000 before its bracket.
func (sc *scanner) openBracket(start, end int) int {
	inside := sc.s[start:end]
	before, n := utf8.DecodeLastRuneInString(sc.s[:start])
	if before == '(' && strings.Contains(inside, ")") || before == '（' && strings.Contains(inside, "）") || before == '+' {
		return start - n
	}
	return start
}
