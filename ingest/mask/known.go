package mask

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// known holds what identifies the people of one record, to be masked in its text in every form.
type known struct {
	numbers []knownNumber
	names   []string // the longest first
	agent   string   // digits of 坐席工号; empty without
}

type knownNumber struct {
	digits string
	token  string
}

// minFragment is how many digits in a row of a known number are masked when they are spoken.
const minFragment = 4

// number adds a number, unless it is a dummy or a public line.
func (k *known) number(digits, token string) {
	digits = strings.TrimPrefix(digits, "+86")
	if len(digits) < 5 || monotone(digits) && len(digits) < 10 {
		return
	}
	for _, n := range k.numbers {
		if n.digits == digits {
			return
		}
	}
	k.numbers = append(k.numbers, knownNumber{digits, token})
}

// name adds a person's name without title. Dummies, single characters and companies are no names.
func (k *known) name(name string) {
	name = strings.TrimSpace(name)
	for _, title := range [...]string{"先生", "女士", "小姐", "同志", "师傅"} {
		name = strings.TrimSuffix(name, title)
	}
	if n := utf8.RuneCountInString(name); n < 2 || n > 15 || dummyName(name) {
		return
	}
	if !slices.Contains(k.names, name) {
		k.names = append(k.names, name)
		slices.SortFunc(k.names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	}
}

func dummyName(name string) bool {
	for _, dummy := range [...]string{"匿名", "保密", "未知", "不详", "未提供", "无名", "客户", "市民", "用户", "公司", "村委", "居委", "学校", "物业", "医院", "热线"} {
		if strings.Contains(name, dummy) {
			return true
		}
	}
	letters := false
	for _, r := range name {
		letters = letters || unicode.IsLetter(r) && digitOf(r) < 0
	}
	return !letters
}

// whole reports whether p is a known number, with or without its prefix.
func (k *known) whole(sc *scanner, p *part) (token string, rank int) {
	if k == nil {
		return "", 0
	}
	if k.agent != "" && p.digits == k.agent && (p.spoken || sc.label() == labelAgent) {
		return tokenAgent, rankKnown
	}
	for _, number := range k.numbers {
		if number.digits == p.digits {
			return number.token, rankKnown
		}
		if prefix, ok := strings.CutSuffix(p.digits, number.digits); ok && (prefix == "0" || prefix == "86" || prefix == "0086") {
			return number.token, rankKnown
		}
	}
	return "", 0
}

// fragment reports whether p is a part of a known number that was spoken, or written where it can be nothing else.
func (k *known) fragment(sc *scanner, p *part) (token string, rank int) {
	n := len(p.digits)
	if k == nil || n < minFragment || len(p.groups) > 3 {
		return "", 0
	}
	if !p.spoken && n < longGroup {
		if is := sc.label(); !p.first || is != labelTail && is != labelPhone && is != labelAccount || !near(sc.chain.gap, 8) {
			return "", 0
		}
	}
	for _, number := range k.numbers {
		if strings.Contains(number.digits, p.digits) {
			return tokenNumber, rankFragment
		}
	}
	return "", 0
}
