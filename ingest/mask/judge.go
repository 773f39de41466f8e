package mask

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// part is a run of groups of one chain that may be one number.
type part struct {
	digits      string
	groups      []group
	joint       joint // the loosest between its groups
	spoken      bool  // every group is
	widest      int   // digits of its longest group
	first, last bool  // whether the label stands right before it, and whether it ends the chain
}

func (p *part) start() int { return p.groups[0].start }
func (p *part) end() int   { return p.groups[len(p.groups)-1].end }

// What speaks for a number, the surest first. Of two readings that begin with the same group the surer wins, and of
// two equally sure the longer.
const (
	rankKnown    = iota + 1 // it is the record's own number
	rankLabelled            // the words before it and its length agree
	rankShape               // it can be nothing else
	rankArea                // a landline with its area code
	rankCheck               // the check digit is right
	rankLabel               // the words before it alone
	rankBare                // it looks like an account
	rankFragment            // a part of a number that was spoken
)

// judge says what p is: the token that replaces it, how sure that is, and where it ends. Rank 0 means nothing; an
// empty token with a rank means a number that stays.
func (sc *scanner) judge(p *part) (token string, rank, end int) {
	n, end := len(p.digits), p.end()
	if last := p.groups[len(p.groups)-1]; last.to-last.from < longGroup && decimal(sc.s[end:]) {
		return "", 0, 0
	}
	if token, rank := sc.known.whole(sc, p); rank > 0 {
		return token, rank, end
	}
	if n >= 7 && sc.m.own[NormalisePhone(p.digits)] {
		return "", rankKnown, end
	}
	is := sc.label()
	if token, rank := sc.short(p, is); rank > 0 {
		return token, rank, max(end, p.groups[len(p.groups)-1].checkX)
	}
	// What is called an order is one, unless it is shaped like a person's number.
	if is == labelOther && sc.directly(p) && !isMobile(p.digits) && !isIdentity(p.digits) &&
		(n >= longGroup && len(p.groups) == 1 || p.spoken && p.last) {
		return "", rankLabelled, end
	}
	if token, rank, end := sc.card(p, is); rank > 0 {
		return token, rank, end
	}
	if token, rank := sc.phone(p, is); rank > 0 {
		return token, rank, end
	}
	if token, rank := sc.account(p, is); rank > 0 {
		return token, rank, end
	}
	token, rank = sc.known.fragment(sc, p)
	return token, rank, end
}

// label returns what the words before the chain say; it is looked up once a chain, and no more once a number used it.
func (sc *scanner) label() label {
	c := &sc.chain
	if !c.looked {
		c.looked = true
		c.label, c.gap = labelBefore(sc.s[sc.masked:], c.groups[0].start-sc.masked)
		if between := sc.s[sc.masked:c.groups[0].start]; between != "" && strings.Trim(between, "，,、或和及与/；; ") == "" {
			c.label, c.gap = sc.listed(), "" // 电话88880000、88880001
		}
	}
	return c.label
}

// listed returns what a number is that follows the last one in a list. Accounts need no such help: they are known by
// their length, and orders are listed after them.
func (sc *scanner) listed() label {
	if sc.last == tokenMobile || sc.last == tokenLandline {
		return labelPhone
	}
	return labelNone
}

// directly reports whether nothing but 是, 为, a colon and the like stand between the label and the first group.
func (sc *scanner) directly(p *part) bool {
	if !p.first {
		return false
	}
	return direct(sc.chain.gap)
}

// direct reports whether gap, the text between a label and its number, only leads over to it.
func direct(gap string) bool {
	return strings.TrimLeft(gap, "是为：: 　（(【[“\"#号码叫分别的就啊嗯呢有NOno.") == ""
}

// short judges labelled numbers of few digits: those of agents (工号), the last digits of others, plates, messengers.
func (sc *scanner) short(p *part, is label) (token string, rank int) {
	n := len(p.digits)
	if n >= 3 && n <= 6 && len(p.groups) == 1 && agentBefore(sc.s[p.end():]) {
		return tokenAgent, rankLabelled
	}
	if !p.first {
		return "", 0
	}
	switch is {
	case labelAgent:
		if n >= 3 && n <= 10 && near(sc.chain.gap, 6) && (p.spoken || len(p.groups) == 1) {
			return tokenAgent, rankLabelled
		}
	case labelTail:
		if n >= 3 && n <= 8 && near(sc.chain.gap, 16) && len(p.groups) <= 2 {
			return tokenTail, rankLabelled
		}
	case labelPlate:
		if n >= 4 && n <= 6 && near(sc.chain.gap, 5) && len(p.groups) == 1 {
			return tokenPlate, rankLabel
		}
	case labelMessenger:
		if n >= 5 && n <= 12 && sc.directly(p) && !isMobile(p.digits) && !isMobile(p.digits[1:]) && len(p.groups) == 1 {
			return tokenNumber, rankLabelled
		}
	case labelPassport:
		if n >= 7 && n <= 9 && sc.directly(p) && len(p.groups) == 1 && !isDate(p.digits) {
			return tokenNumber, rankLabelled
		}
	}
	return "", 0
}

// agentBefore reports whether s, which follows digits, makes them the number of an agent: 八八零二号为您服务.
func agentBefore(s string) bool {
	for _, greeting := range [...]string{"号为您", "号为你", "号请讲", "号请问", "号话务", "号客服", "号坐席", "号座席"} {
		if strings.HasPrefix(s, greeting) {
			return true
		}
	}
	return false
}

// card judges identity cards (居民身份证) and bank cards.
func (sc *scanner) card(p *part, is label) (token string, rank, end int) {
	n, end := len(p.digits), p.end()
	loose := p.joint > jointTight && !p.spoken && (p.joint < jointFiller || is != labelIdentity && is != labelBank)
	if loose {
		return "", 0, 0
	}
	x := p.groups[len(p.groups)-1].checkX
	switch {
	case n == 17 && x > 0 && (is == labelIdentity || isIdentity(p.digits+"0")):
		return tokenIdentity, rankLabelled, x
	case is == labelIdentity && (n == 18 || n == 15):
		return tokenIdentity, rankLabelled, end
	case isIdentity(p.digits) && p.widest >= 3:
		return tokenIdentity, rankShape, end
	case is == labelBank && n >= 16 && n <= 19:
		return tokenBank, rankLabelled, end
	case n >= 16 && n <= 19 && luhn(p.digits) && strings.HasPrefix(p.digits, "62"):
		return tokenBank, rankCheck, end
	case isOldIdentity(p.digits) && len(p.groups) == 1:
		return tokenIdentity, rankCheck, end
	case is == labelIdentity && n >= 6 && n <= 18 && (p.spoken || near(sc.chain.gap, 8)) && !p.date():
		return tokenIdentity, rankLabel, end
	case is == labelBank && n >= 12 && n <= 21:
		return tokenBank, rankLabel, end
	}
	return "", 0, 0
}

// phone judges mobile numbers and landlines.
func (sc *scanner) phone(p *part, is label) (token string, rank int) {
	d := p.digits
	for _, prefix := range [...]string{"0086", "86", "0"} {
		if rest, ok := strings.CutPrefix(d, prefix); ok && isMobile(rest) {
			d = rest
			break
		}
	}
	if len(d) == 22 && len(p.groups) == 1 && isMobile(d[:11]) && isMobile(d[11:]) {
		return tokenMobile, rankShape // told twice without a pause
	}
	if p.spoken && len(d) == 10 && d[0] >= '3' && misheard(sc.s[:p.start()]) > 0 {
		return tokenMobile, rankShape // 要三八零零零零六幺二七
	}
	if isMobile(d) {
		if p.spoken || is == labelPhone || mobileShape(p.groups) {
			return tokenMobile, rankShape
		}
		return "", 0
	}
	if p.joint > jointTight && !p.spoken && is != labelPhone {
		return "", 0
	}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(d, "00"), "86"); ok && (d[0] == '0' || sc.s[max(0, p.start()-1)] == '+') {
		d = "0" + strings.TrimPrefix(rest, "0") // +86-10-66660000
	}
	n := len(d)
	if area := areaCode(d); area > 0 && n-area <= 8 && landlineLength(d[area:]) == n-area && !p.date() {
		if is == labelAccount {
			return tokenAccount, rankLabel
		}
		return tokenLandline, rankArea
	}
	if is != labelPhone || public(d) {
		return "", 0
	}
	after, _ := utf8.DecodeRuneInString(sc.s[p.end():])
	if (n == 7 || n == 8) && d[0] >= '2' && !isDate(d) && !latin(after) && (p.spoken || p.first && near(sc.chain.gap, 10)) {
		return tokenLandline, rankLabel
	}
	if p.spoken && n >= longGroup && n <= 12 && !isDate(d) {
		return tokenNumber, rankFragment
	}
	return "", 0
}

// hotlines are the short numbers of services that callers name.
var hotlines = [...]string{"95598", "12398", "12345", "12315", "12318", "12358", "12369", "12333", "12319", "12328", "12378", "10086", "10010", "10000"}

func isHotline(d string) bool { return slices.Contains(hotlines[:], d) }

// misheard returns the length of a 幺 at the end of s that was recognised as a word that sounds like it; 0 without.
func misheard(s string) int {
	r, n := utf8.DecodeLastRuneInString(s)
	if strings.ContainsRune("要妖腰么", r) {
		return n
	}
	return 0
}

// public reports whether d is a line of a service: 400 and 800 numbers. Shorter ones have too few digits to be taken
// for a subscriber's anyway.
func public(d string) bool {
	return len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800"))
}

// mobileShape reports whether written groups of 11 digits together are split as people split a mobile number, not as
// a date or a list of quantities is.
func mobileShape(groups []group) bool {
	size := func(i int) int { return groups[i].to - groups[i].from }
	loosest := jointFirst
	ones := true
	for i := range groups {
		if i > 0 {
			loosest = max(loosest, groups[i].joint)
		}
		ones = ones && size(i) == 1
	}
	threes := len(groups) == 3 && size(0) == 3 && size(1) == 4
	switch loosest {
	case jointDot:
		return threes
	case jointComma:
		return threes || ones
	}
	return len(groups) < 3 || size(0) != 4 || size(1) > 2
}

// date reports whether the groups are written like a date: 2026-11-28 12.
func (p *part) date() bool {
	if len(p.groups) < 3 {
		return false
	}
	size := func(i int) int { return p.groups[i].to - p.groups[i].from }
	return size(0) == 4 && size(1) <= 2 && size(2) <= 2
}

// account judges account numbers (户号): 10 digits of old, 13 of 营销2.0, up to 16 elsewhere.
func (sc *scanner) account(p *part, is label) (token string, rank int) {
	d, n := p.digits, len(p.digits)
	if p.date() || public(d) || p.widest >= 10 && len(p.groups) > 1 {
		return "", 0 // a group of 10 is an account by itself
	}
	if is == labelAccount {
		loose := p.joint > jointTight && !p.spoken && p.joint != jointFiller && p.joint != jointTurn
		switch {
		case loose:
			return "", 0
		case n == 10 || n == 13 || n == 16:
			return tokenAccount, rankLabelled
		case n >= 5 && n <= maxNumber && (p.spoken || len(p.groups) == 1 || p.widest < longGroup) && (n >= 8 || near(sc.chain.gap, 12)) && !(n == 8 && isDate(d)):
			return tokenAccount, rankLabel
		}
		return "", 0
	}
	if dated(d) || is == labelOther && near(sc.chain.gap, 4) {
		return "", 0
	}
	if p.spoken {
		switch {
		case n >= 9 && n <= 13:
			return tokenAccount, rankBare
		case n >= longGroup && n <= 10 && d[0] == '1' && d[1] >= '3' && p.last:
			return tokenNumber, rankFragment
		}
		return "", 0
	}
	if len(p.groups) > 1 {
		return "", 0
	}
	if after, _ := utf8.DecodeRuneInString(sc.s[p.end():]); isUnit(after) || after < utf8.RuneSelf && isLetter(byte(after)) {
		return "", 0
	}
	// Thirteen digits that begin with 1 are milliseconds of a clock more often than an account of Beijing or Hebei.
	if n == 10 && d[0] != '1' || n == 13 && d[0] != '1' && beginsWithProvince(d) {
		return tokenAccount, rankBare
	}
	return "", 0
}

// decimal reports whether s goes on with the decimals of the number before it.
func decimal(s string) bool { return len(s) > 1 && s[0] == '.' && isDigitByte(s[1]) }

// dated reports whether d begins with a year of this age, as orders are numbered.
func dated(d string) bool {
	return d[:2] == "20" && d[2] <= '4' || len(d) >= 8 && isDate(d)
}
