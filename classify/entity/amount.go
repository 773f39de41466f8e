package entity

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"suqiu/classify/quantity"
	"suqiu/hotline"
)

// vague digits stand in numbers that name no sum: 几百块.
const vague = "几数"

// pieces are what a 块 counts that is no money: 两块电表.
const pieces = "石砖板木牌表瓷玻铁砂区牧空田土布肉屏地工电太"

// amounts finds sums of money (金额); the value is in yuan.
func (f *finder) amounts() {
	for i := 0; i < len(f.Runes); {
		end := f.amount(i)
		if end == 0 {
			end = f.numberEnd(i) // not 20元 of 120元
		}
		i = max(end, i+1)
	}
}

// numberEnd is where the number ends that begins at i, i if none does.
func (t *Text) numberEnd(i int) int {
	for isNumeral(t.at(i)) || strings.ContainsRune("百千万.,", t.at(i)) && i > 0 && isNumeral(t.at(i-1)) {
		i++
	}
	return i
}

// amount adds the sum that begins at i and gives its end, 0 for none.
func (f *finder) amount(i int) int {
	if f.at(i) == '¥' || f.at(i) == '￥' {
		if number, end, ok := f.figure(i + 1); ok {
			f.add(hotline.EntityAmount, i, end, yuan(number))
			return end
		}
		return 0
	}
	if !isNumeral(f.at(i)) || strings.ContainsRune("这那第", f.at(i-1)) {
		return 0
	}
	value, end, ok := quantity.Read(f.Runes, i, quantity.Money)
	if sign := slices.Index(f.Runes[i:max(end, i)], '元'); sign >= 0 && !strings.ContainsRune("元角毛分", f.at(end-1)) {
		value, end, ok = quantity.Read(f.Runes[:i+sign+1], i, quantity.Money) // 14元 of 14元1平方
	}
	if number, after, grouped := f.figure(i); grouped && slices.Contains(f.Runes[i:after], ',') && f.at(after) == '元' {
		value, end, ok = number, after+1, true
	}
	if !ok || strings.ContainsAny(string(f.Runes[i:end]), vague) {
		return 0
	}
	unit := strings.IndexFunc(string(f.Runes[i:end]), func(r rune) bool { return strings.ContainsRune("元块毛角", r) })
	if unit < 0 {
		return 0
	}
	plain := end > i+1 && strings.ContainsRune("元块毛角", f.at(end-1)) // no smaller part follows
	switch f.at(end - 1) {
	case '块':
		if plain && strings.ContainsRune(pieces, f.at(end)) || f.at(i) == '一' && end == i+2 && f.at(end) != '钱' && f.at(end) != '一' && f.at(end) != '每' {
			return 0
		}
	case '元':
		if f.at(i) == '三' && end == i+2 && f.at(end) == '里' || strings.ContainsRune("旦宵", f.at(end)) {
			return 0
		}
	case '毛', '角':
		if f.at(i) == '一' && end == i+2 || f.at(end) == '病' { // 没收到一毛钱 is no sum
			return 0
		}
	}
	if f.at(end) == '钱' {
		end++
	}
	f.add(hotline.EntityAmount, i, end, yuan(value))
	return end
}

// figure reads a number in Arabic digits, with commas between groups of three.
func (t *Text) figure(i int) (value float64, end int, ok bool) {
	var digits []byte
	for end = i; end < len(t.Runes); end++ {
		r := t.Runes[end]
		switch {
		case isDigit(r), r == '.' && end > i && isDigit(t.at(end+1)):
			digits = append(digits, byte(r))
			continue
		case r == ',' && end > i && isDigit(t.at(end+1)) && isDigit(t.at(end+2)) && isDigit(t.at(end+3)) && !isDigit(t.at(end+4)):
			continue
		}
		break
	}
	value, err := strconv.ParseFloat(string(digits), 64)
	return value, end, err == nil
}

// yuan writes a sum to the cent, without needless zeros.
func yuan(value float64) string {
	return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64)
}
