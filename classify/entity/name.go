package entity

import (
	"slices"
	"strconv"
	"strings"

	"suqiu/classify/quantity"
	"suqiu/hotline"
)

// Bounds of a name, in characters before its suffix.
const (
	leastName = 2
	mostName  = 10
	mostWords = 4
)

// names finds communities, places, transformer areas and feeders: a suffix that says what it is, and the words before it
// back to one that is part of no name.
func (f *finder) names() {
	for i, r := range f.Runes {
		if !isHan(r) {
			continue
		}
		if start, end := f.token(i); end > i+1 && !heads[string(f.Runes[start:i+1])] {
			continue // a suffix ends where its token does, but in words such as 小区业主
		}
		switch {
		case strings.ContainsRune("区变器", r) && f.transformer(i+1):
		case r == '线' || f.at(i-1) == '线':
			f.feeder(i + 1)
		default:
			f.place(i + 1)
		}
	}
}

// ending gives the start of the longest of the suffixes that ends before end, -1 for none.
func (t *Text) ending(end int, suffixes map[rune][][]rune) int {
	start := -1
	for _, s := range suffixes[t.at(end-1)] {
		if at := end - len(s); at >= 0 && slices.Equal(t.Runes[at:end], s) && (start < 0 || at < start) {
			start = at
		}
	}
	return start
}

// place adds the community or place whose name ends before end.
func (f *finder) place(end int) {
	kind, at := hotline.EntityCommunity, f.ending(end, communitySuffixes)
	if other := f.ending(end, placeSuffixes); at < 0 || other >= 0 && other < at {
		kind, at = hotline.EntityPlace, other
	}
	if at < 0 {
		return
	}
	if start, _ := f.token(end - 1); start < at && noPlaces[string(f.Runes[start:end])] {
		return // 线路, 农村
	}
	if start, ok := f.name(at, placeWord); ok {
		f.add(kind, start, end, string(f.Runes[start:end]))
	}
}

// name walks back from the suffix at end over the words that may be part of the name, and reports whether it is one.
func (f *finder) name(end int, part func(word string) bool) (start int, ok bool) {
	start = end
	plain := false   // a word that is not soft is in it
	var starts []int // of its words, the last first
	for start > 0 {
		from, _ := f.token(start - 1)
		if end-from > mostName {
			break
		}
		word := string(f.Runes[from:start])
		if stops[word] || !part(word) {
			break
		}
		plain = plain || !soft[word]
		start = from
		starts = append(starts, start)
	}
	if len(starts) > mostWords {
		start = starts[1] // no name has so many words: they are part of the sentence, but for the last
	}
	return start, plain && end-start >= leastName
}

// placeWord reports whether a word may be part of the name of a place: Han characters, and not the end of the name of a
// larger one.
func placeWord(word string) bool {
	for _, r := range word {
		if !isHan(r) {
			return false
		}
	}
	if endsLarger[word] {
		return true
	}
	return !slices.ContainsFunc(largerEnds, func(end string) bool { return strings.HasSuffix(word, end) })
}

// equipmentWord reports whether a word may be part of the name of a transformer area: that of a place and more.
func equipmentWord(word string) bool {
	for _, r := range word {
		if !isHan(r) && !isDigit(r) && !isLatin(r) {
			return false
		}
	}
	return !strings.HasSuffix(word, "市") && !strings.HasSuffix(word, "县") && !strings.HasSuffix(word, "镇") && !strings.HasSuffix(word, "乡") && !strings.HasSuffix(word, "kv") && word != "千伏"
}

// transformer adds the transformer area (台区, 公变, 配变) that ends before end: with a name, a number, or both.
func (f *finder) transformer(end int) bool {
	at := f.ending(end, transformerSuffixes)
	if at < 0 || at == end-1 && f.at(end) != 0 && strings.ContainsRune(notEquipment, f.at(end)) {
		return false
	}
	suffix := string(f.Runes[at:end])
	number, before := f.numbered(at)
	start, named := f.name(before, equipmentWord)
	if number == "" && (!named || suffix == "变" || suffix == "变压器") {
		return false
	}
	if !named {
		start = before
	}
	f.add(hotline.EntityTransformer, start, end, string(f.Runes[start:before])+number+suffix)
	return true
}

// numbered reads the number of a piece of equipment that ends before end: 2号, 二号, #2, 2#. It is written 2号.
func (t *Text) numbered(end int) (number string, start int) {
	i := end
	marked := i > 0 && (t.Runes[i-1] == '号' || t.Runes[i-1] == '#')
	if marked {
		i--
	}
	digits := i
	for i > 0 && digits-i < 3 && isNumeral(t.Runes[i-1]) {
		i--
	}
	if i == digits || i > 0 && isNumeral(t.Runes[i-1]) {
		return "", end
	}
	if !marked {
		if i == 0 || t.Runes[i-1] != '#' {
			return "", end
		}
		start = i - 1
	} else {
		start = i
	}
	value, after := t.count(i, 0, 999)
	if after != digits {
		return "", end
	}
	return strconv.Itoa(value) + "号", start
}

// feeder adds the line (线路) whose name ends before end: one told with its voltage, or one of which the text says what
// befell it.
func (f *finder) feeder(end int) {
	if f.at(end-1) != '线' {
		return
	}
	if voltage, start, from := f.voltage(end - 1); voltage != "" {
		name := string(f.Runes[from : end-1])
		branch := !strings.Contains(name, "线") || strings.HasSuffix(name, "支") || strings.HasSuffix(name, "分")
		if branch && !noFeeders[name] && !slices.ContainsFunc(cables, func(c string) bool { return strings.HasSuffix(name, c) && len(name) <= len(c)+len("主") }) {
			f.add(hotline.EntityFeeder, start, end, voltage+name+"线")
		}
		return
	}
	start, ok := f.name(end-1, feederWord)
	name := string(f.Runes[start : end-1])
	if !ok || !isHan(f.Runes[start]) || slices.ContainsFunc(cables, func(c string) bool { return strings.HasSuffix(name, c) }) {
		return
	}
	if f.oneOf(end, feederFates) > 0 || f.anyWithin(start-6, start, []string{"线路:", "线路为", "线路是", "线路名称"}) {
		f.add(hotline.EntityFeeder, start, end, name+"线")
	}
}

// voltageUnits follow the number of a voltage.
var voltageUnits = byEnd("千伏", "kv")

// feederWord reports whether a word may be part of a line's name.
func feederWord(word string) bool { return equipmentWord(word) && !strings.HasSuffix(word, "线") }

// voltage finds the voltage before the name that ends at end: as it is written, where it begins and where the name does.
func (t *Text) voltage(end int) (voltage string, start, name int) {
	for name = end - 1; name > 0 && end-name <= mostName; name-- {
		if r := t.Runes[name]; !isHan(r) && !isDigit(r) && !isLatin(r) || strings.ContainsRune("的是和与及因为在", r) {
			return "", 0, 0
		}
		at := t.ending(name, voltageUnits)
		if at < 0 {
			continue
		}
		for start = at; start > 0 && isNumeral(t.Runes[start-1]); start-- {
		}
		value, after, ok := quantity.Number(t.Runes[:at], start)
		if !ok || after != at {
			return "", 0, 0
		}
		return strconv.Itoa(int(value)) + "千伏", start, name
	}
	return "", 0, 0
}
