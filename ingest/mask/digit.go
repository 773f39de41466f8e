package mask

import (
	"strings"
	"unicode/utf8"
)

// digitOf returns the digit that r writes or speaks, 0 to 9, or -1. Spoken digits include those of radio and
// telephone usage: 幺 1, 两 2, 拐 7, 勾 9, 洞 0.
func digitOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '０' && r <= '９':
		return int(r - '０')
	}
	switch r {
	case '零', '〇', '洞', '○':
		return 0
	case '一', '幺', '壹', '吆':
		return 1
	case '二', '两', '贰', '俩':
		return 2
	case '三', '叁', '仨':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒', '拐':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖', '勾':
		return 9
	}
	return -1
}

// spokenDigit reports whether r is a digit that is not written as a figure.
func spokenDigit(r rune) bool { return r > '９' || r > '9' && r < '０' }

// digitsOf returns the digits in s, written or spoken, with 四个零 read as 0000.
func digitsOf(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		d := digitOf(r)
		if d < 0 {
			i += n
			continue
		}
		if repeated, length := repeat(s[i:]); length > 0 {
			b.WriteString(repeated)
			i += length
			continue
		}
		b.WriteByte(byte('0' + d))
		i += n
	}
	return b.String()
}

// repeat reads 四个零 at the beginning of s: the digits meant and the bytes read, or 0 bytes.
func repeat(s string) (digits string, length int) {
	r, n := utf8.DecodeRuneInString(s)
	count := digitOf(r)
	if count < 2 || !strings.HasPrefix(s[n:], "个") {
		return "", 0
	}
	n += len("个")
	r, m := utf8.DecodeRuneInString(s[n:])
	d := digitOf(r)
	if d < 0 || d == 2 && r == '两' {
		return "", 0
	}
	return strings.Repeat(string(rune('0'+d)), count), n + m
}

// isMobile reports whether d is a mainland mobile number: 11 digits, 13… to 19….
func isMobile(d string) bool {
	return len(d) == 11 && d[0] == '1' && d[1] >= '3'
}

// areaCode returns the length of the long-distance area code (长途区号) that d begins with: 3 for 010 and 02x, 4 for
// 03xx to 09xx, 0 when there is none.
func areaCode(d string) int {
	switch {
	case len(d) < 10 || d[0] != '0':
		return 0
	case d[1] == '2' && d[2] != '6', d[1] == '1' && d[2] == '0':
		return 3
	case d[1] >= '3':
		return 4
	}
	return 0
}

// provinces are the first two digits of division codes (GB/T 2260), which identity cards and many accounts begin with.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

func beginsWithProvince(d string) bool {
	return len(d) >= 2 && strings.Contains(provinces, " "+d[:2]+" ")
}

// isDate reports whether d begins with a day written yyyymmdd of the years 1900 to 2099.
func isDate(d string) bool {
	if len(d) < 8 || d[:2] != "19" && d[:2] != "20" {
		return false
	}
	month, day := d[4:6], d[6:8]
	return month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// isIdentity reports whether d is shaped like an identity card number (GB 11643): division, day of birth, sequence.
// The check digit is not asked for: numbers are misheard and mistyped, and the shape alone is rare enough.
func isIdentity(d string) bool {
	return len(d) == 18 && beginsWithProvince(d) && isDate(d[6:])
}

// isOldIdentity reports whether d is shaped like one of the first generation: 15 digits, year of birth of two.
func isOldIdentity(d string) bool {
	return len(d) == 15 && beginsWithProvince(d) && isDate("19"+d[6:])
}

// luhn reports whether the check digit of a bank card number (GB/T 15694, ISO/IEC 7812) is right.
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
