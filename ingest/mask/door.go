package mask

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// door masks what stands below the building in an address (单元, 楼层, 室) and begins with the digits at byte i. It
// returns where that ends, or 0. The building itself stays: areas are counted by it.
func (sc *scanner) door(i int) (end int) {
	var room [maxDoorParts]doorPart
	parts := sc.doorParts(room[:0], i)
	if len(parts) == 0 || len(parts) == 1 && parts[0].suffix == suffixNone && parts[0].signs < 3 {
		return 0 // most digits: find out without looking back
	}
	start := i
	if i > 0 && isLetter(sc.s[i-1]) && (i == 1 || !isLetter(sc.s[i-2]) && !isDigitByte(sc.s[i-2])) {
		start-- // B515房
	}
	below := sc.belowBuilding(start)
	for ; len(parts) > 0; parts = parts[:len(parts)-1] {
		if !sc.isDoor(parts, start, below) {
			continue
		}
		if parts[0].suffix == suffixHyphen && !below {
			start = parts[0].number // the building's number before the first hyphen stays
		}
		end = parts[len(parts)-1].end
		end += sideLength(sc.s[end:])
		sc.add(span{start: start, end: end, token: tokenDoor})
		return end
	}
	return 0
}

// doorPart is a number in an address with what it counts.
type doorPart struct {
	suffix      doorSuffix
	number, end int // where the number ends, and what it counts
	signs       int // of the number
}

const maxDoorParts = 6

// doorParts appends to parts the numbers from byte i on that may make up a door.
func (sc *scanner) doorParts(parts []doorPart, i int) []doorPart {
	for len(parts) < maxDoorParts {
		at, signs := numeral(sc.s, i)
		if signs == 0 || signs > 5 {
			break
		}
		suffix, length := suffixOf(sc.s[at:])
		parts = append(parts, doorPart{suffix, at, at + length, signs})
		i = at + length
		switch suffix {
		case suffixNone, suffixRoom:
			return parts
		case suffixUnit, suffixFloor:
			i = skip(sc.s, i, " ，,")
		}
	}
	return parts
}

// isDoor reports whether parts, which begin at byte start, are a door.
func (sc *scanner) isDoor(parts []doorPart, start int, below bool) bool {
	first, last := parts[0], parts[len(parts)-1]
	if first.suffix == suffixHyphen && !below && !sc.hyphenated(parts, start) {
		return false
	}
	if slices.ContainsFunc(parts, func(p doorPart) bool { return p.suffix == suffixHyphen && p.signs > 3 }) {
		return false // 130-0000-0000
	}
	inUnit := slices.ContainsFunc(parts, func(p doorPart) bool { return p.suffix == suffixUnit })
	switch last.suffix {
	case suffixRoom:
		return last.signs >= 3 || below || len(parts) > 1
	case suffixUnit:
		return below || sideLength(sc.s[last.end:]) > 0
	case suffixFloor:
		return below && inUnit || (below || inUnit) && sideLength(sc.s[last.end:]) > 0
	case suffixNone:
		if last.signs < 3 || last.signs > 4 || !sc.ends(last.end) {
			return false
		}
		return below || inUnit || first.suffix == suffixHyphen || sc.numberedByFloor(parts, start)
	}
	return false
}

// hyphenated reports whether numbers with hyphens that follow no building's mark are a building and a door in it:
// 和平家园6-301 after a place, 6-2-301 anywhere unless it ends with a year.
func (sc *scanner) hyphenated(parts []doorPart, start int) bool {
	if parts[0].signs > 2 || len(parts) < 2 {
		return false
	}
	if placeBefore(sc.s, start) {
		return true
	}
	last := parts[len(parts)-1]
	return len(parts) == 3 && parts[1].suffix == suffixHyphen && parts[1].signs <= 2 && last.signs <= 4 &&
		!(last.signs == 4 && isYear(digitsOf(sc.s[parts[1].end:last.number])))
}

// isYear reports whether four digits are a year that dates here have; 2001 to 2009 are rooms on the 20th floor.
func isYear(d string) bool { return d >= "2010" && d < "2050" }

// numberedByFloor reports whether parts are a floor and a room whose number begins with the floor's: 15楼1502.
func (sc *scanner) numberedByFloor(parts []doorPart, start int) bool {
	if len(parts) != 2 || parts[0].suffix != suffixFloor || strings.HasPrefix(sc.s[parts[1].end:], "户") {
		return false
	}
	floor := digitsOf(sc.s[start:parts[0].number])
	return strings.HasPrefix(digitsOf(sc.s[parts[0].end:parts[1].number]), floor)
}

// sides are the doors of a landing.
var sides = [...]string{"东户", "西户", "中户", "南户", "北户", "左户", "右户", "东门", "西门", "左手", "右手", "东边", "西边", "左边", "右边", "中间户"}

// sideLength returns the length of the side of a landing (东户) at the beginning of s; 0 without one.
func sideLength(s string) int {
	for _, side := range sides {
		if strings.HasPrefix(s, side) {
			return len(side)
		}
	}
	return 0
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

// doorSuffix is what a number in an address counts.
type doorSuffix int

const (
	suffixNone doorSuffix = iota
	suffixUnit
	suffixFloor
	suffixRoom
	suffixHyphen
	suffixList
)

// suffixOf reads the suffix at the beginning of s and returns its length.
func suffixOf(s string) (doorSuffix, int) {
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
		return !hasAnyPrefix(s, layouts[:])
	}
	return strings.HasPrefix(s, "房") && !hasAnyPrefix(s, housing[:])
}

// layouts begin what tells of how many rooms a flat has: 3室一厅.
var layouts = [...]string{"室一", "室两", "室二", "室1", "室2"}

// housing are words that begin like the end of a room's number.
var housing = [...]string{"房东", "房产", "房地", "房租", "房款"}

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

// placeBefore reports whether a place stands before byte i, so that 3-402 after it is a door and no range.
func placeBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s[:i], " "))
	return strings.ContainsRune("区苑园庭院府城湾居寓厦弄村坊里邸墅郡轩阁庄舍景都家", r)
}
