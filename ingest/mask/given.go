package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Characters that follow a name more often than they end one. Those of neverGiven are no part of a given name; those
// of maybeGiven are (小明, 家豪, 有才, 和平), and only where the name ends tells which they are.
const (
	neverGiven = "是的了吗呢吧啊我你您他她它们没不很都就也还又与及或等说讲问报反打总去到住这那昨此因被把给跟对电手身户地联系要请称表主某哦嗯呀啦着过让叫做被，族"
	maybeGiven = "小家来有和可先能会男女同向在今由将从自致想师经得"
	notGiven   = neverGiven + maybeGiven
)

// Of maybeGiven, linking are those that in running text link what stands around them, so that a name ends before
// them unless the text ends there or it stands behind a sure word; final are those that names end with.
const (
	linking = "来有可先能会同向在今由将从得和"
	final   = "男女致想"
)

// afterGiven are characters besides notGiven that a name after a label is often followed by.
const afterGiven = "停查咨投举求刚现咱俺本妻丈父母儿之老夫"

// titles follow a surname or a full name.
var titles = [...]string{"先生", "女士", "小姐", "同志", "师傅", "师父", "经理", "主任", "老师", "老板", "书记", "科长", "队长", "所长", "村长", "医生", "女儿", "女婿"}

// openings are words that begin like a given name and go on with the sentence.
var openings = [...]string{
	"来电", "来信", "来访", "来人", "家住", "家里", "家中", "家属", "家庭", "家人", "家电器", "有人", "有事", "有限", "有关", "有没", "有误", "在家", "在外", "可以", "可能", "能否", "会议", "先后",
	"小区", "小孩", "小组", "今天", "今年", "今日", "今早", "今晚", "今晨", "今后", "家庄", "同意", "将于", "从事", "自己", "自行", "自来水", "经常", "经过", "经营", "经办", "经济", "来到", "来自", "和他", "和她", "和我",
}

func hasAnyPrefix(s string, of []string) bool {
	for _, p := range of {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func hasAnySuffix(s string, of []string) bool {
	for _, p := range of {
		if strings.HasSuffix(s, p) {
			return true
		}
	}
	return false
}

// closed reports whether a name ends before s: no Chinese character, one that no name holds, or a title stands there.
func closed(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return !unicode.Is(unicode.Han, r) || strings.ContainsRune(neverGiven, r) || hasAnyPrefix(s, titles[:])
}

// ended reports whether a name surely ends before s: it is closed, or the sentence goes on.
func ended(s string) bool { return closed(s) || hasAnyPrefix(s, openings[:]) }

// followed reports whether s begins like what follows a name.
func followed(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return closed(s) || strings.ContainsRune(maybeGiven, r) || strings.ContainsRune(afterGiven, r)
}

// cue says how surely the words before it make a text a name.
type cue int

const (
	cueWeak cue = iota // 我是, or a number that follows
	cueSure            // 我叫, 户主
	cueOnly            // 姓名：, after which nothing but a name stands
)

// nameLength returns the length of the name that s begins with: a surname and one or two characters, or parts with dots
// between; 0 when s begins with no name. After cueOnly any two to four characters that stand alone are one.
func nameLength(s string, by cue) int {
	if n := dottedLength(s); n > 0 {
		return n
	}
	n := surnameAt(s)
	if by > cueWeak && n > 0 && placeLike(s) {
		return 3 * utf8.RuneLen('城')
	}
	if organisation(s) {
		return 0
	}
	if by == cueOnly {
		if alone := hanLength(s); alone >= 6 && alone <= 12 {
			if n > 0 && n < alone && plausible(s[n:alone]) || !strings.ContainsAny(s[:alone], notGiven) {
				return alone
			}
		}
	}
	if n == 0 {
		return rareLength(s, by)
	}
	given := givenLength(s[n:])
	if given == 0 || isWord(s) && !(isNameToo(s) && (closed(s[6:]) || closed(s[n+given:]))) {
		return 0
	}
	return n + given
}

// rareLength returns the length of the name with a rare surname that s begins with, after a sure cue and before the end
// of the phrase: 计小红.
func rareLength(s string, by cue) int {
	r, n := utf8.DecodeRuneInString(s)
	if by == cueWeak || !strings.ContainsRune(rareSurnames, r) {
		return 0
	}
	given := givenLength(s[n:])
	if given != 2*n || !closed(s[n+given:]) && by < cueOnly {
		return 0
	}
	return n + given
}

// placeLike reports whether s begins with three characters that stand alone, the last of which ends names of places and
// of people: 张建城.
func placeLike(s string) bool {
	if isWord(s) || hanLength(s) < 9 || !closed(s[9:]) {
		return false
	}
	last, _ := utf8.DecodeRuneInString(s[6:])
	middle, _ := utf8.DecodeRuneInString(s[3:])
	return strings.ContainsRune("城路园州乡", last) && !strings.ContainsRune(notGiven, middle)
}

// givenLength returns the length of the given name that s, which follows a surname, begins with; 0 without one. It has
// one or two characters.
func givenLength(s string) int {
	if n := everydayGiven(s); n > 0 {
		return n
	}
	n := 0
	for range 2 {
		r, m := utf8.DecodeRuneInString(s[n:])
		if !unicode.Is(unicode.Han, r) || strings.ContainsRune(notGiven, r) {
			break
		}
		if next, _ := utf8.DecodeRuneInString(s[n+m:]); n > 0 && digitOf(r) >= 0 && digitOf(next) >= 0 {
			break // 张伟幺三八
		}
		n += m
	}
	return n
}

// everydayGiven returns the length of a given name that holds a character of maybeGiven, if what follows shows where
// it ends.
func everydayGiven(s string) int {
	if hasAnyPrefix(s, titles[:]) || hasAnyPrefix(s, openings[:]) {
		return 0
	}
	first, n := utf8.DecodeRuneInString(s)
	if !unicode.Is(unicode.Han, first) || strings.ContainsRune(neverGiven, first) {
		return 0
	}
	everyday := strings.ContainsRune(maybeGiven, first)
	one := 0
	if everyday && first != '师' && ended(s[n:]) {
		one = n
	}
	second, m := utf8.DecodeRuneInString(s[n:])
	rest := s[n+m:]
	if !unicode.Is(unicode.Han, second) || strings.ContainsRune(neverGiven, second) || hasAnyPrefix(s[n:], titles[:]) || hasAnyPrefix(s[n:], openings[:]) {
		return one
	}
	secondEveryday := strings.ContainsRune(maybeGiven, second)
	switch {
	case !everyday && !secondEveryday:
		return 0 // any text may follow
	case ended(rest):
	case secondEveryday && !(followed(rest) && strings.ContainsRune(final, second)):
		return one
	case strings.ContainsRune(linking, first) && !followed(rest):
		return one
	case digitOf(second) >= 0 && spokenDigitAt(rest):
		return one
	}
	return n + m
}

func spokenDigitAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return digitOf(r) >= 0
}

// plausible reports whether given, which stands alone behind a surname, may be a given name.
func plausible(given string) bool {
	if utf8.RuneCountInString(given) > 2 || strings.ContainsAny(given, neverGiven) || given == "师" {
		return false
	}
	return !hasAnyPrefix(given, titles[:]) && !hasAnyPrefix(given, openings[:])
}

// maxPart bounds the characters of one part of a name with a dot.
const maxPart = 7

// dottedLength returns the length of the name with dots between its parts (间隔号), as minority peoples write them, that
// s begins with: 阿依古丽·买买提. Its last part ends where the sentence is likely to go on.
func dottedLength(s string) int {
	n, parts := 0, 0
	for {
		part := partLength(s[n:])
		if part == 0 {
			return 0
		}
		n += part
		parts++
		r, m := utf8.DecodeRuneInString(s[n:])
		if !nameDot(r) {
			break
		}
		if partLength(s[n+m:]) == 0 {
			break
		}
		n += m
	}
	if parts < 2 {
		return 0
	}
	return n
}

// afterPart are characters that end a part of a name with dots, though they may stand first in it.
const afterPart = "的了吗呢吧啊我您她们没很就也还又或等说讲问打住这昨因把跟电手身户联系要请称某哦嗯呀啦让今家男女，"

// partLength returns the length of one part of a name with dots, up to a dot or to a character that no name holds.
func partLength(s string) int {
	n := 0
	for range maxPart {
		r, m := utf8.DecodeRuneInString(s[n:])
		if !unicode.Is(unicode.Han, r) {
			break
		}
		if n > 0 && strings.ContainsRune(afterPart, r) {
			break // 买买提的电表
		}
		if n > 0 && (hasAnyPrefix(s[n:], titles[:]) || hasAnyPrefix(s[n:], openings[:])) {
			break // 买买提先生, 买买提来电
		}
		n += m
	}
	return n
}

func nameDot(r rune) bool { return r == '·' || r == '•' || r == '・' || r == '‧' }

// dottedBefore returns where the name with dots that ends at byte end begins; end where none does.
func dottedBefore(s string, end int) int {
	start, dots := end, 0
	for count := 0; count <= maxPart; {
		r, n := utf8.DecodeLastRuneInString(s[:start])
		if nameDot(r) && count > 0 {
			dots++
			count = 0
			start -= n
			continue
		}
		if !unicode.Is(unicode.Han, r) || count == maxPart || strings.ContainsRune("的是为叫找请问户称系给被着过诉即业客用", r) {
			if dots == 0 || count == 0 {
				return end
			}
			return start
		}
		start -= n
		count++
	}
	return end
}
