package mask

import "unicode/utf8"

// The lengths of what people are called by messengers (微信号 has 6 to 20 signs, QQ nicknames fewer), and the digits of
// travel documents: E12345678 of a passport (护照), C12345678 of a permit (通行证), H with ten digits for Hong Kong.
const (
	minHandle, maxHandle     = 5, 20
	minPassport, maxPassport = 6, 10
)

// handle masks the name with a messenger (微信号, QQ) or the number of a travel document that begins at byte i, where a
// label says that it is one; it returns its end, or 0. Digits alone are left to number.
func (sc *scanner) handle(i int) (end int) {
	if !isHandleByte(sc.s[i]) || i > 0 && isHandleByte(sc.s[i-1]) {
		return 0
	}
	name, letter := i, false
	for name < len(sc.s) && isHandleByte(sc.s[name]) {
		letter = letter || isLetter(sc.s[name])
		name++
	}
	document := documentEnd(sc.s, i)
	if (!letter || name-i < minHandle || name-i > maxHandle) && document == 0 {
		return 0
	}
	is, gap := labelBefore(sc.s, i)
	if !direct(gap) {
		return 0
	}
	if number := i - len(gap) - len("号码"); is == labelPhone && number > 0 {
		is, _ = labelBefore(sc.s, number) // 本人持护照，号码…
	}
	switch {
	case is == labelMessenger && letter && name-i >= minHandle:
		end = name
	case is == labelPassport || is == labelIdentity:
		end = document
	}
	if end > 0 {
		sc.add(span{start: i, end: end, token: tokenNumber})
	}
	return end
}

func isHandleByte(b byte) bool { return isLetter(b) || isDigitByte(b) || b == '_' || b == '-' }

// documentEnd returns the end of one or two letters and the digits behind them, written or spoken, from byte i of s; 0
// if there are none or their number is not that of a travel document.
func documentEnd(s string, i int) int {
	letters := 0
	for letters < 2 && isLetterAt(s, i) {
		i++
		letters++
	}
	if letters == 0 || isLetterAt(s, i) {
		return 0
	}
	figures := 0
	for end := skip(s, i, " -"); ; {
		r, n := utf8.DecodeRuneInString(s[end:])
		if digitOf(r) < 0 {
			if figures < minPassport || figures > maxPassport {
				return 0
			}
			return end
		}
		end += n
		figures++
	}
}
