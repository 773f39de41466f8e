// Package quantity reads numbers as callers and orders tell them, in Arabic and Chinese numerals, by value or by digits, and
// what they measure: times, money, durations, voltages and times of day. It is pure and works on folded characters (half
// width, lower case, simplified).
package quantity

import (
	"strconv"
	"strings"
)

// Kind is what a number with its unit measures.
type Kind int

// The kinds. Kinds is their number.
const (
	Times    Kind = iota // 次数, in times
	Money                // 金额, in yuan
	Duration             // 时长, in hours; a month has 30 days, a year 365
	Voltage              // 电压, in volts
	Clock                // 钟点, in hours since midnight
	Date                 // 日期, a pattern only: it has no value to compare
	Kinds
)

// Names are the kinds' names in the rule language.
var Names = [Kinds]string{"times", "money", "duration", "voltage", "clock", "date"}

// Patterns are what #times and its like stand for, in the notation of patterns.
var Patterns = [Kinds]string{
	"#(余|来)?[次回遍趟道]",
	"#(余|来)?[块元毛角蚊文]",
	"#(余|来)?(秒|分钟|刻钟|天|日|昼夜|周|年|个?(半|多)?(小时|钟|星期|礼拜)|个(半|多)?月)",
	"#(余|来|个)?(伏|千伏|v|kv)",
	"#([点时]|:#)",
	"(#月#|#[日号]|[今昨前明后][天日])",
}

// unit is one unit and what it is worth in the kind's own unit.
type unit struct {
	name  string
	worth float64
}

// units are the units as they stand behind a number, a longer one before its beginning.
var units = [Kinds][]unit{
	{{"次", 1}, {"回", 1}, {"遍", 1}, {"趟", 1}, {"道", 1}},
	{{"块", 1}, {"元", 1}, {"蚊", 1}, {"文", 1}, {"毛", 0.1}, {"角", 0.1}, {"分", 0.01}},
	{
		{"秒", 1.0 / 3600}, {"分钟", 1.0 / 60}, {"刻钟", 0.25}, {"小时", 1}, {"钟头", 1}, {"钟", 1}, {"天", 24}, {"日", 24}, {"昼夜", 24},
		{"礼拜", 168}, {"星期", 168}, {"周", 168}, {"个月", 720}, {"年", 8760}, {"min", 1.0 / 60}, {"h", 1}, {"d", 24},
	},
	{{"千伏", 1000}, {"伏", 1}, {"kv", 1000}, {"v", 1}},
	{{"点", 1}, {"时", 1}, {":", 1}},
	nil,
}

// Read reads a number and its unit at the place, and what smaller units follow it (两小时三十分钟, 一块五). Vague
// numbers stand for the least that they are usually understood to be: 几 is 3, 多 adds nothing, 两三 is 2.
func Read(runes []rune, at int, kind Kind) (value float64, end int, ok bool) {
	number, end, ok := Number(runes, at)
	if !ok {
		return 0, at, false
	}
	unit, end, ok := readUnit(runes, end, kind, &number)
	if !ok || kind == Duration && unit.name == "年" && number >= 1900 {
		return 0, at, false // 2026年 is a date
	}
	value = number * unit.worth
	if kind == Times || kind == Voltage {
		return value, end, true
	}
	if end < len(runes) && runes[end] == '半' {
		return value + unit.worth/2, end + 1, true
	}
	if rest, restEnd, more := Read(runes, end, kind); more && rest < unit.worth && kind != Clock {
		return value + rest, restEnd, true
	}
	limit := len(runes)
	if kind == Money { // 一块五一度
		limit = min(limit, end+1)
	}
	part, partEnd, more := Number(runes[:limit], end)
	switch {
	case !more:
	case kind == Money:
		if partEnd < len(runes) && strings.ContainsRune("度个户天月年字次", runes[partEnd]) {
			return value, end, true // 一块一度
		}
		return value + part*unit.worth/10, partEnd, true
	case kind == Clock && part < 60:
		if partEnd < len(runes) && runes[partEnd] == '刻' {
			part *= 15
		}
		return value + part/60, partEnd, true
	}
	return value, end, true
}

// readUnit reads the unit behind a number; 个 and 半 may stand between, and a 半 is added to the number.
func readUnit(runes []rune, at int, kind Kind, number *float64) (unit, int, bool) {
	counted := at < len(runes) && runes[at] == '个'
	for passed := 0; at < len(runes) && passed < 3; passed++ {
		rest := string(runes[at:min(at+3, len(runes))])
		for _, u := range units[kind] {
			if strings.HasPrefix(rest, u.name) {
				return u, at + len([]rune(u.name)), !strings.HasPrefix(rest, "分钟") || kind == Duration
			}
		}
		if counted && kind == Duration && runes[at] == '月' {
			return unit{"个月", 720}, at + 1, true
		}
		switch runes[at] {
		case '半':
			*number += 0.5
		case '个', '余', '来', '多', '几':
		default:
			return unit{}, at, false
		}
		at++
	}
	return unit{}, at, false
}

var (
	numberDigits = map[rune]int{
		'零': 0, '〇': 0, '一': 1, '幺': 1, '二': 2, '两': 2, '俩': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '几': 3, '数': 3,
	}
	numberUnits = map[rune]float64{'十': 10, '百': 100, '千': 1000, '万': 10_000, '亿': 100_000_000}
)

// Number reads a number in Arabic or Chinese numerals, spoken by value (二百二十) or by digits (二二零).
func Number(runes []rune, at int) (value float64, end int, ok bool) {
	end = at
	for end < len(runes) && (isDigit(runes[end]) || runes[end] == '.' && end > at && end+1 < len(runes) && isDigit(runes[end+1])) {
		end++
	}
	if end > at {
		value, err := strconv.ParseFloat(string(runes[at:end]), 64)
		for ; end < len(runes) && numberUnits[runes[end]] > 0; end++ {
			value *= numberUnits[runes[end]]
		}
		return value, end, err == nil
	}
	if at < len(runes) && runes[at] == '半' {
		return 0.5, at + 1, true
	}
	var section, lowest float64 = 0, 1 // below the last 万; the last unit read
	for end < len(runes) {
		digits := end
		for digits < len(runes) && isChineseDigit(runes[digits]) {
			digits++
		}
		n := chineseDigits(runes[end:digits])
		hasDigits := digits > end
		var unit float64
		if digits < len(runes) && !strings.HasPrefix(string(runes[digits:min(digits+2, len(runes))]), "千伏") {
			unit = numberUnits[runes[digits]]
		}
		switch {
		case !hasDigits && unit == 0:
			return value + section, end, end > at
		case unit == 0: // 一百二 is 120, 一百零二 is 102
			if lowest > 10 && digits == end+1 && runes[end] != '几' && runes[end] != '数' {
				n *= lowest / 10
			}
			return value + section + n, digits, true
		case unit >= 10_000:
			if value = (value + section + n) * unit; !hasDigits && end == at {
				return 0, at, false
			}
			section = 0
		case hasDigits:
			section += n * unit
		default:
			section += unit
		}
		lowest, end = unit, digits+1
	}
	return value + section, end, end > at
}

func isChineseDigit(r rune) bool {
	_, ok := numberDigits[r]
	return ok
}

// chineseDigits is the value of digits that stand together: 二二零 is 220, but 两三 and 三五 name a range, of which the
// lower end counts.
func chineseDigits(runes []rune) float64 {
	if len(runes) == 2 {
		a, b := numberDigits[runes[0]], numberDigits[runes[1]]
		if a > 0 && (b == a+1 || a == 3 && b == 5) {
			return float64(a)
		}
	}
	value := 0.0
	for _, r := range runes {
		value = value*10 + float64(numberDigits[r])
	}
	return value
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
