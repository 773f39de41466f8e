package entity

import (
	"fmt"
	"math"
	"strings"

	"suqiu/classify/quantity"
	"suqiu/hotline"
)

// relativeDays are days told from the day of speaking, as they are told and in one way of writing.
var relativeDays = [][2]string{
	{"大前天", "大前天"}, {"大后天", "大后天"}, {"前天", "前天"}, {"昨天", "昨天"}, {"昨日", "昨天"}, {"今天", "今天"}, {"今日", "今天"},
	{"明天", "明天"}, {"明日", "明天"}, {"后天", "后天"},
	{"昨晚", "昨天晚上"}, {"昨夜", "昨天晚上"}, {"今晚", "今天晚上"}, {"今夜", "今天晚上"}, {"前晚", "前天晚上"}, {"明晚", "明天晚上"}, {"今早", "今天早上"}, {"今晨", "今天早上"},
	{"明早", "明天早上"}, {"昨早", "昨天早上"},
}

// dayParts are the parts of a day, in one way of writing.
var dayParts = [][2]string{
	{"早上", "早上"}, {"早晨", "早上"}, {"清晨", "早上"}, {"上午", "上午"}, {"中午", "中午"}, {"下午", "下午"}, {"傍晚", "傍晚"}, {"晚上", "晚上"}, {"晚间", "晚上"},
	{"夜里", "晚上"}, {"夜间", "晚上"}, {"凌晨", "凌晨"}, {"半夜", "凌晨"}, {"晚", "晚上"}, {"早", "早上"},
}

// counted follow a number with 号 that is no date: 8号楼, 3号台区.
const counted = "栋幢楼院台公专配变线杆门单元表店铺库厂机房商仓桥井坑箱塔客坐柜室电路煤车充集"

// addressed stand before the number of a house: 中山路8号.
const addressed = "路街巷道村区里弄园苑城院厦座栋组桥坊镇乡段湾庄屯寨"

// times finds dates and times of day (时间). The value has numbers in Arabic digits and clocks of 24 hours, and is as
// relative as what is told: 昨天 20:30.
func (f *finder) times() {
	for i := 0; i < len(f.Runes); {
		if !beginsTime(f.Runes[i]) {
			i++
			continue
		}
		end := f.time(i)
		if end == 0 {
			end = f.numberEnd(i) // not 8点 of 18点
		}
		i = max(end, i+1)
	}
}

// beginsTime reports whether a time may begin with the character; it spares most characters the reading.
func beginsTime(r rune) bool {
	switch r {
	case '大', '前', '昨', '今', '明', '后', '早', '清', '上', '中', '下', '傍', '晚', '夜', '凌', '半', '星', '礼', '周', '这', '本', '去':
		return true
	}
	return isNumeral(r)
}

// time adds the time that begins at i and gives its end, 0 for none.
func (f *finder) time(i int) int {
	date, end := f.date(i)
	next := end
	if date != "" && (f.at(next) == ' ' || f.at(next) == '的' || f.at(next) == 't') {
		next++
	}
	part, partEnd := pick(&f.Text, next, dayParts)
	if date == "" && part != "" && partEnd == next+1 {
		part, partEnd = "", next // 晚 and 早 alone say so only behind a day: 昨天晚8点
	}
	told := part
	if told == "" {
		told = date
	}
	clock, clockEnd := f.clock(partEnd, told, part != "" || date != "")
	switch {
	case clock != "":
		if day := strings.TrimSuffix(strings.TrimSuffix(date, "晚上"), "早上"); day != "" {
			clock = day + " " + clock
		}
		f.add(hotline.EntityTime, i, clockEnd, clock)
		return clockEnd
	case date == "":
		return 0
	case part != "" && partEnd > next+1: // 今天早上
		f.add(hotline.EntityTime, i, partEnd, date+part)
		return partEnd
	}
	f.add(hotline.EntityTime, i, end, date)
	return end
}

// pick gives the second of the first pair whose first stands at i, and where it ends.
func pick(t *Text, i int, pairs [][2]string) (string, int) {
	for _, p := range pairs {
		if t.has(i, p[0]) {
			return p[1], i + len([]rune(p[0]))
		}
	}
	return "", i
}

// date reads a day, a month or a weekday at i.
func (f *finder) date(i int) (value string, end int) {
	if value, end := pick(&f.Text, i, relativeDays); value != "" {
		return value, end
	}
	if value, end := f.weekday(i); value != "" {
		return value, end
	}
	if value, end := f.isoDate(i); value != "" {
		return value, end
	}
	if value, end := pick(&f.Text, i, [][2]string{{"去年", "去年"}, {"今年", "今年"}, {"前年", "前年"}}); value != "" {
		if month, monthEnd := f.month(end); month != "" {
			return value + month, monthEnd
		}
		return "", i
	}
	year, end := f.count(i, 1990, 2099)
	if year > 0 && f.at(end) == '年' {
		value, end = fmt.Sprintf("%d年", year), end+1
		month, monthEnd := f.month(end)
		return value + month, max(end, monthEnd)
	}
	if value, end := f.month(i); value != "" {
		return value, end
	}
	if i > 0 && strings.ContainsRune(addressed, f.at(i-1)) || f.has(i, "一日") {
		return "", i
	}
	day, end := f.count(i, 1, 31)
	if day > 0 && (f.at(end) == '号' || f.at(end) == '日') && (f.at(end+1) == 0 || !strings.ContainsRune(counted, f.at(end+1))) {
		return fmt.Sprintf("%d日", day), end + 1
	}
	return "", i
}

// month reads 3月, 3月份 or 3月12日 at i.
func (f *finder) month(i int) (value string, end int) {
	month, end := f.count(i, 1, 12)
	if month == 0 || f.at(end) != '月' || f.at(i) == '两' {
		return "", i
	}
	value, end = fmt.Sprintf("%d月", month), end+1
	if day, dayEnd := f.count(end, 1, 31); day > 0 && (f.at(dayEnd) == '日' || f.at(dayEnd) == '号') {
		return fmt.Sprintf("%s%d日", value, day), dayEnd + 1
	}
	if f.at(end) == '份' {
		end++
	}
	return value, end
}

// isoDate reads 2026-03-12, 2026/3/12 or 2026.3.12 at i.
func (f *finder) isoDate(i int) (value string, end int) {
	year, end := f.count(i, 1990, 2099)
	sign := f.at(end)
	if year == 0 || sign != '-' && sign != '/' && sign != '.' {
		return "", i
	}
	month, end := f.count(end+1, 1, 12)
	if month == 0 || f.at(end) != sign {
		return "", i
	}
	day, end := f.count(end+1, 1, 31)
	if day == 0 {
		return "", i
	}
	return fmt.Sprintf("%d年%d月%d日", year, month, day), end
}

// weekday reads 星期三, 周三 or 上周五 at i.
func (f *finder) weekday(i int) (value string, end int) {
	end = i
	for _, before := range []string{"上个", "这个", "下个", "上", "这", "本", "下"} {
		if f.has(i, before) {
			value, end = strings.TrimSuffix(before, "个"), i+len([]rune(before))
			break
		}
	}
	n := f.oneOf(end, []string{"星期", "礼拜", "周"})
	if n == 0 || f.at(end+n) == 0 || !strings.ContainsRune("一二三四五六日天末", f.at(end+n)) {
		return "", i
	}
	if value == "" && n == 1 && f.joined(end) { // 一周一次, 每周一次
		return "", i
	}
	which := f.at(end + n)
	if which == '天' {
		which = '日'
	}
	return value + "周" + string(which), end + n + 1
}

// joined reports whether the character at i belongs to a word with the one before, or a number stands there.
func (t *Text) joined(i int) bool {
	return i > 0 && (t.Tokens[i-1] == t.Tokens[i] || isNumeral(t.at(i-1)) || t.at(i-1) == '每')
}

// count reads a whole number between two bounds at i; 0 for none.
func (t *Text) count(i, least, most int) (value, end int) {
	if !isNumeral(t.at(i)) || i > 0 && isNumeral(t.at(i-1)) {
		return 0, i
	}
	number, end, ok := quantity.Number(t.Runes, i)
	if whole := int(number); ok && number == math.Trunc(number) && whole >= least && whole <= most {
		return whole, end
	}
	return 0, i
}

// clock reads a time of day at i; told is the part of the day or the day told before it, sure whether either is.
func (f *finder) clock(i int, told string, sure bool) (value string, end int) {
	if i > 0 && (isNumeral(f.at(i-1)) || f.at(i-1) == '第' || f.at(i-1) == '.') || !isNumeral(f.at(i)) {
		return "", i
	}
	hour, end, ok := quantity.Number(f.Runes, i)
	if !ok || hour != math.Trunc(hour) || hour > 24 {
		return "", i
	}
	sign := f.at(end)
	minute, minuteEnd, minutes := f.minute(end+1, sign)
	switch {
	case sign == ':':
		if !minutes || !isDigit(f.at(i)) || !isDigit(f.at(end+1)) {
			return "", i
		}
		if f.at(minuteEnd) == ':' && isDigit(f.at(minuteEnd+1)) && isDigit(f.at(minuteEnd+2)) {
			minuteEnd += 3
		}
	case sign == '点', sign == '时' && (minutes && isDigit(f.at(i)) || sure):
		if sign == '点' && !sure && !minutes && !f.oclock(i, end) {
			return "", i
		}
	default:
		return "", i
	}
	if !minutes {
		minute, minuteEnd = 0, end+1
		minuteEnd += f.oneOf(minuteEnd, []string{"钟", "整"})
	}
	h := int(hour)
	if h < 12 && (strings.HasPrefix(told, "下午") || strings.HasPrefix(told, "傍晚") || strings.HasSuffix(told, "晚上")) || h < 11 && strings.HasSuffix(told, "中午") {
		h += 12
	}
	return fmt.Sprintf("%d:%02d", h, minute), minuteEnd
}

// oclock reports whether a number with 点 at its end, between i and end, is a time of day without a word that says so.
func (t *Text) oclock(i, end int) bool {
	next := t.at(end + 1)
	switch {
	case t.at(i) == '一' && end == i+1: // 一点都没有
		return next == '钟' || next == '整' || next == '到'
	case isNumeral(next): // 一点五倍, 两点五元
		return false
	}
	return next == 0 || !strings.ContainsRune("建意要问原说希不诉理儿", next)
}

// minute reads the minutes behind the sign of an hour: 半, 一刻, 30分, 零五, 二十.
func (f *finder) minute(i int, sign rune) (value, end int, ok bool) {
	if sign != ':' {
		switch {
		case f.at(i) == '半':
			return 30, i + 1, true
		case f.has(i, "一刻"):
			return 15, i + 2, true
		case f.has(i, "三刻"):
			return 45, i + 2, true
		}
	}
	if !isNumeral(f.at(i)) {
		return 0, i, false
	}
	number, end, read := quantity.Number(f.Runes, i)
	if !read || number != math.Trunc(number) || number > 59 {
		return 0, i, false
	}
	if f.at(end) == '分' && sign != ':' {
		return int(number), end + 1, true
	}
	return int(number), end, end > i+1 // 八点二十, but not 三点五
}
