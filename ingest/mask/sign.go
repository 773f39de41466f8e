package mask

import (
	"strings"
	"unicode/utf8"
)

// plate masks the number plate (机动车号牌, GA 36) whose province's character ends at byte i: a letter and five or six
// more letters or digits, of which digits may be spoken and the last may be 挂, 学, 警, 港, 澳.
func (sc *scanner) plate(start, i int) (end int) {
	i = skip(sc.s, i, " ")
	letter, n := utf8.DecodeRuneInString(sc.s[i:])
	if !latin(letter) {
		return 0
	}
	i = skip(sc.s, i+n, " ·•.-－")
	signs, figures := 0, 0
	for signs < 6 {
		i = single(sc.s, i)
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		switch {
		case digitOf(r) >= 0:
			figures++
		case latin(r):
		case signs >= 4 && strings.ContainsRune("挂学警港澳领试", r):
			i += n
			sc.add(span{start: start, end: i, token: tokenPlate})
			return i
		default:
			n = 0
		}
		if n == 0 {
			break
		}
		signs++
		i += n
	}
	after, _ := utf8.DecodeRuneInString(sc.s[i:])
	if signs < 5 || figures < 2 || after == '线' || digitOf(after) >= 0 && after < '0'+10 {
		return 0
	}
	sc.add(span{start: start, end: i, token: tokenPlate})
	return i
}

// single returns i, or the byte after it where s[i] is a space before a sign that stands alone: 浙A 1 2 3 4 5.
func single(s string, i int) int {
	if i+1 >= len(s) || s[i] != ' ' || !isDigitByte(s[i+1]) && !isLetter(s[i+1]) {
		return i
	}
	if i+2 < len(s) && (isDigitByte(s[i+2]) || isLetter(s[i+2])) {
		return i
	}
	return i + 1
}

func latin(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 'Ａ' && r <= 'Ｚ'
}

// atSigns are the ways in which @ is written so that machines do not find it, and spoken.
var atSigns = [...]string{"@", "＠", "艾特", "圈a", "圈A", "(at)", "（at）", " at "}

// atSign returns the length of the @ at the beginning of s; 0 when there is none.
func atSign(s string) int {
	for _, sign := range atSigns {
		if strings.HasPrefix(s, sign) {
			return len(sign)
		}
	}
	return 0
}

// maxEmail bounds the bytes on either side of the sign @.
const maxEmail = 128

// email masks the address around the sign @ (艾特) of n bytes at i. Digits before a spoken 艾特 may be spoken too.
func (sc *scanner) email(i, n int) int {
	start, end := i, i+n
	if spoken := n > 1; spoken {
		start = len(strings.TrimRight(sc.s[:i], " "))
	}
	before := start
	for start > 0 && before-start < maxEmail {
		r, m := utf8.DecodeLastRuneInString(sc.s[:start])
		if !addressRune(r) && (digitOf(r) < 0 || n == 1) {
			break
		}
		start -= m
	}
	dotted, domain := false, false
	for end < len(sc.s) && end-i < maxEmail {
		r, m := utf8.DecodeRuneInString(sc.s[end:])
		dot := r == '.' || r == '点' || r == '．' || r == '。' && isLetterAt(sc.s, end+m)
		space := r == ' ' && domain
		foreign := !dot && !addressRune(r) && (n == 1 || r != ' ' && digitOf(r) < 0)
		if space || foreign {
			break
		}
		dotted = dotted || dot
		domain = dotted && latin(r)
		end += m
	}
	for end > i+n && (sc.s[end-1] == '.' || sc.s[end-1] == ' ') {
		end--
	}
	if start == before || end == i+n || !dotted {
		return i + n
	}
	sc.add(span{start: start, end: end, token: tokenEmail})
	return end
}

func isLetterAt(s string, i int) bool { return i < len(s) && isLetter(s[i]) }

func addressRune(r rune) bool {
	if r >= utf8.RuneSelf {
		return false
	}
	b := byte(r)
	return isLetter(b) || isDigitByte(b) || b == '.' || b == '_' || b == '-' || b == '%' || b == '+'
}

// maxAddress bounds how much of an address is read.
const maxAddress = 512

// audio masks the address of a recording (录音), which can be opened, at byte i. Other addresses stay.
func (sc *scanner) audio(i int) int {
	rest := sc.s[i:]
	colon := strings.Index(rest[:min(len(rest), 8)], "://")
	if colon < 0 {
		return i + 1
	}
	n := 0
	for n < min(len(rest), maxAddress) && rest[n] > ' ' && rest[n] < utf8.RuneSelf && rest[n] != '"' && rest[n] != '<' && rest[n] != '>' {
		n++
	}
	address := strings.ToLower(rest[:n])
	for _, sign := range [...]string{".wav", ".mp3", ".amr", ".m4a", ".aac", ".pcm", ".v3", "record", "voice"} {
		if strings.Contains(address, sign) {
			sc.add(span{start: i, end: i + n, token: tokenAudio})
			return i + n
		}
	}
	return i + colon
}

// skip returns the first byte from i on that begins none of the characters in set; it passes at most two.
func skip(s string, i int, set string) int {
	for range 2 {
		r, n := utf8.DecodeRuneInString(s[i:])
		if n == 0 || !strings.ContainsRune(set, r) {
			break
		}
		i += n
	}
	return i
}
