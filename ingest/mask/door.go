package mask

import (
	"strings"
	"unicode/utf8"
)

// door masks what stands below the building in an address (单元, 楼层, 室) and begins with the digits at byte i. It
// returns where that ends, or 0. The building itself stays: areas are counted by it.
func (sc *scanner) door(i int) (end int) {
	if at, n := numeral(sc.s, i); n < 3 || n > 5 {
		if suffix, _ := doorSuffix(sc.s[at:]); n > 5 || suffix == suffixNone {
			return 0 // most digits: find out without looking back
		}
	}
	start := i
	if i > 0 && isLetter(sc.s[i-1]) && (i == 1 || !isLetter(sc.s[i-2])) && !isDigitByte(sc.s[max(0, i-2)]) {
		start = i - 1 // B515房
	}
	below := sc.belowBuilding(start)
	signs, from, hyphens := 0, i, 0
	unit, room := false, false
	for parts := 0; parts < 6; parts++ {
		at, n := numeral(sc.s, i)
		if n == 0 || n > 5 {
			break
		}
		suffix, length := doorSuffix(sc.s[at:])
		switch suffix {
		case suffixUnit:
			unit = true
			end = at + length
		case suffixFloor:
			if !below && !unit {
				next := skip(sc.s, at+length, " ")
				a, m := numeral(sc.s, next)
				numbered := m <= 4 && strings.HasPrefix(sc.s[next:], sc.s[i:at]) && sc.ends(a) && !strings.HasPrefix(sc.s[a:], "户") // 15楼1502
				if m < 3 || m > 5 || !isRoom(sc.s[a:]) && !numbered {
					return 0
				}
				unit = true
			}
			end = at + length
		case suffixRoom:
			if n < 3 && !below && !unit && hyphens == 0 && !(signs > 0) {
				return 0
			}
			room, end = true, at+length
		case suffixHyphen:
			if n > 3 {
				return 0
			}
			hyphens++
			if hyphens == 1 && !below {
				if n > 2 || !placeBefore(sc.s, start) && !sc.threeParts(at+length) {
					return 0
				}
				from = at // the building's number before the hyphen stays
			}
			i = at + length
			signs += n
			continue
		case suffixList:
			if n < 3 {
				return 0
			}
			i = at + length
			if _, m := numeral(sc.s, i); m < 3 || m > 5 {
				return 0
			}
			continue
		default:
			if n >= 3 && n <= 4 && (below || unit || hyphens > 0) && sc.ends(at) || hyphens > 1 && n <= 4 && sc.ends(at) {
				room, end = true, at
			} else if hyphens > 0 {
				return 0
			}
		}
		if end == 0 || room {
			break
		}
		i = skip(sc.s, end, " ，,")
	}
	// A floor alone is a building's, a 单元 alone is a part of one that is named before it.
	if end == 0 || !room && !sc.side(end) && !(unit && below) {
		return 0
	}
	for _, side := range sides {
		if strings.HasPrefix(sc.s[end:], side) {
			end += len(side)
			break
		}
	}
	if from == i && start < from || hyphens == 0 {
		from = start
	}
	sc.add(span{start: from, end: end, token: tokenDoor})
	return end
}

var sides = [...]string{"东户", "西户", "中户", "南户", "北户", "左户", "右户", "东门", "西门", "左手", "右手", "东边", "西边", "左边", "右边", "中间户", "号房", "号室"}

func (sc *scanner) side(at int) bool {
	for _, side := range sides {
		if strings.HasPrefix(sc.s[at:], side) {
			return true
		}
	}
	return false
}

// ends reports whether a bare room number ends at byte i: what follows makes it neither a longer number nor a
// quantity.
func (sc *scanner) ends(i int) bool {
	r, _ := utf8.DecodeRuneInString(sc.s[i:])
	if r == '.' || r == '-' || r == '号' || digitOf(r) >= 0 || isUnit(r) && r != '户' && r != '的' || r < utf8.RuneSelf && isLetter(byte(r)) {
		return false
	}
	next := skip(sc.s, i, " ")
	r, _ = utf8.DecodeRuneInString(sc.s[next:])
	return next == i || digitOf(r) < 0
}

// numeral reads a number of written or spoken digits, 十 and 百 from byte i. It returns where it ends and how many
// signs it has.
func numeral(s string, i int) (end, signs int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	if latin(r) && i+n < len(s) && isDigitByte(s[i+n]) {
		i += n // B515
	}
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if digitOf(r) < 0 && r != '十' && r != '百' {
			break
		}
		i += n
		if signs++; signs > 5 {
			break
		}
	}
	if r, n := utf8.DecodeRuneInString(s[i:]); signs >= 3 && latin(r) { // 601A
		if after, _ := utf8.DecodeRuneInString(s[i+n:]); !latin(after) && digitOf(after) < 0 {
			i += n
		}
	}
	return i, signs
}

type doorPart int

const (
	suffixNone doorPart = iota
	suffixUnit
	suffixFloor
	suffixRoom
	suffixHyphen
	suffixList
)

func doorSuffix(s string) (doorPart, int) {
	switch {
	case strings.HasPrefix(s, "单元"):
		return suffixUnit, len("单元")
	case strings.HasPrefix(s, "门") && !strings.HasPrefix(s, "门口"):
		return suffixUnit, len("门")
	case isRoom(s):
		if strings.HasPrefix(s, "号") {
			return suffixRoom, len("号室")
		}
		return suffixRoom, len("室")
	case strings.HasPrefix(s, "楼"), strings.HasPrefix(s, "层"):
		return suffixFloor, len("楼")
	case strings.HasPrefix(s, "-"):
		return suffixHyphen, 1
	case strings.HasPrefix(s, "－"), strings.HasPrefix(s, "—"), strings.HasPrefix(s, "杠"), strings.HasPrefix(s, "–"):
		return suffixHyphen, len("杠")
	case strings.HasPrefix(s, "、"):
		return suffixList, len("、")
	}
	return suffixNone, 0
}

// isRoom reports whether s begins with 室 or 房 as the end of a room's number.
func isRoom(s string) bool {
	s = strings.TrimPrefix(s, "号")
	if strings.HasPrefix(s, "室") {
		return !strings.HasPrefix(s, "室一") && !strings.HasPrefix(s, "室两") && !strings.HasPrefix(s, "室二") && !strings.HasPrefix(s, "室1") && !strings.HasPrefix(s, "室2")
	}
	return strings.HasPrefix(s, "房") && !strings.HasPrefix(s, "房东") && !strings.HasPrefix(s, "房产") && !strings.HasPrefix(s, "房地") && !strings.HasPrefix(s, "房租") && !strings.HasPrefix(s, "房款")
}

// belowBuilding reports whether the text before byte i ends with a building: 5号楼, 12幢, A座, or a label such as 门牌号.
func (sc *scanner) belowBuilding(i int) bool {
	before := strings.TrimRight(sc.s[max(0, i-40):i], " ，,:：-－—是为的")
	for _, marker := range [...]string{"号楼", "栋", "幢", "座", "#楼", "#", "门牌号", "门牌", "房号", "房间号", "室号", "号院", "单元"} {
		if head, ok := strings.CutSuffix(before, marker); ok {
			r, _ := utf8.DecodeLastRuneInString(head)
			return digitOf(r) >= 0 || latin(r) || r == '十' || strings.HasPrefix(marker, "门牌") || strings.HasPrefix(marker, "房") || marker == "室号"
		}
	}
	if head, ok := strings.CutSuffix(before, "号"); ok {
		street := strings.TrimRight(head, "0123456789一二三四五六七八九十百零幺")
		if len(street) < len(head) {
			r, _ := utf8.DecodeLastRuneInString(street)
			return strings.ContainsRune("路街弄巷道里坊", r)
		}
	}
	return false
}

// threeParts reports whether s goes on at byte i with a unit, a hyphen and a room of no year: 3-402 of 5-3-402.
func (sc *scanner) threeParts(i int) bool {
	at, n := numeral(sc.s, i)
	suffix, length := doorSuffix(sc.s[at:])
	if n < 1 || n > 2 || suffix != suffixHyphen {
		return false
	}
	room := at + length
	end, m := numeral(sc.s, room)
	return m >= 3 && m <= 4 && sc.s[room] != '0' && !(m == 4 && dated(digitsOf(sc.s[room:end]))) && sc.ends(end)
}

// placeBefore reports whether a place stands before byte i, so that 3-402 after it is a door and no range.
func placeBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s[:i], " "))
	return strings.ContainsRune("区苑园庭院府城湾居寓厦弄村坊里邸墅郡轩阁庄舍景都家", r)
}
