package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"suqiu/hotline"
)

// mostRows is how many places or units a table names; the others are one row.
const mostRows = 20

type builder struct {
	in       Input
	complete coverage
	all      []string // sources
	total    int
	labels   map[string]Label
}

// Build makes the bulletin. The same input gives the same bulletin.
func Build(in Input) *Report {
	b := &builder{in: in, complete: coverage{in.Area, in.Coverage, in.Dropped}, labels: map[string]Label{}}
	b.all = b.sources()
	for _, l := range in.Labels {
		b.labels[l.Code] = l
	}
	t := in.Tally
	whole := t.of(byTotal, blank)
	b.total = whole.count(Weeks-1, nil)
	r := &Report{Title: strings.TrimSpace(last(in.Area) + " 供电热线诉求周报"), Period: in.Period, Area: in.Area, Made: in.Made, Gaps: b.gaps(), Orders: t.orders}
	r.Total = b.row(blank, "合计", whole, watchAll)
	for _, h := range hotline.Hotlines {
		r.Hotlines = append(r.Hotlines, b.row(string(h), string(h), t.of(byHotline, string(h)), ""))
	}
	r.Classes = b.table(byClass, func(code string) string { return b.className(code) }, watchClass, "未归类")
	r.Labels = b.table(byLabel, func(code string) string { return cmp.Or(b.labels[code].Name, code) }, watchLabel, "未归类")
	r.Channels = b.table(byChannel, plain, "", "未填")
	r.Natures = b.table(byNature, plain, "", "不明")
	r.Responsible = b.table(byResponsible, func(code string) string { return hotline.Responsible(code).Name() }, "", "不明")
	r.Found = b.table(byFound, func(code string) string { return hotline.Responsible(code).Name() }, "", "未查实")
	for _, row := range r.Natures {
		w := Wish{Nature: row.Name, Hotlines: map[hotline.Hotline]int{}, Contacts: row.Contacts}
		for _, h := range hotline.Hotlines {
			w.Hotlines[h] = t.of(byWish, wish(hotline.Nature(row.Value), h)).count(Weeks-1, nil)
		}
		r.Wishes = append(r.Wishes, w)
	}
	r.Experience = b.table(byExperience, func(code string) string { return hotline.Experience(code).Name() }, "", "不涉及")
	r.Units = b.most(b.table(byUnit, plain, "", "未填"), byUnit, "其他单位")
	base := t.base()
	r.Base = base
	r.Areas, r.Places = b.areas(base, 1), b.most(b.areas(base, 2), byArea, "其他地区")
	r.All = b.series("全部标签", watchAll)
	for _, row := range r.Classes {
		if row.Value != blank {
			r.Series = append(r.Series, b.series(row.Name, watchClass+row.Value))
		}
	}
	b.problems(r)
	b.visits(r)
	r.Highlights = b.highlights(r)
	return r
}

func plain(value string) string { return value }

func (b *builder) className(code string) string {
	for _, l := range b.in.Labels {
		if l.Class == code {
			return l.ClassName
		}
	}
	return code
}

// row tells of one cell.
func (b *builder) row(value, name string, c *cell, watched string) Row {
	r := Row{Value: value, Name: name, Contacts: c.count(Weeks-1, nil), Matters: len(c.matters), Callers: len(c.callers)}
	if b.total > 0 {
		r.Share = float64(r.Contacts) / float64(b.total)
	}
	if watched != "" {
		r.Expected = b.expected(watched)
	}
	r.Week, r.FourWeeks, r.Year = b.change(c, before...), b.change(c, fourBefore...), b.change(c, yearBefore...)
	return r
}

// told reports whether a cell has contacts in any week that the bulletin compares.
func told(c *cell) bool {
	for _, place := range append([]int{Weeks - 1, lastYear}, fourBefore...) {
		if c.count(place, nil) > 0 {
			return true
		}
	}
	return false
}

// table is a row for each value of a dimension, the largest first, and last the contacts that tell nothing of it.
func (b *builder) table(by dimension, name func(string) string, watched, rest string) []Row {
	var rows []Row
	for _, value := range b.in.Tally.values(by) {
		c := b.in.Tally.of(by, value)
		if !told(c) {
			continue
		}
		watch := ""
		if watched != "" && value != blank {
			watch = watched + value
		}
		row := b.row(value, name(value), c, watch)
		if value == blank {
			row.Name = rest
		}
		if b.held(b.in.Held, by, value) {
			row.Week, row.FourWeeks, row.Year, row.Expected = nil, nil, nil, nil
		}
		if b.held(b.in.HeldYear, by, value) {
			row.Year = nil
		}
		rows = append(rows, row)
	}
	sortRows(rows)
	return rows
}

// held reports whether the rules of a label, or of one of the labels of a class, changed.
func (b *builder) held(held map[string]string, by dimension, value string) bool {
	switch by {
	case byLabel:
		return held[value] != ""
	case byClass:
		return slices.ContainsFunc(b.in.Labels, func(l Label) bool { return l.Class == value && held[l.Code] != "" })
	}
	return false
}

func sortRows(rows []Row) {
	slices.SortStableFunc(rows, func(x, y Row) int {
		if (x.Value == blank) != (y.Value == blank) {
			return map[bool]int{true: 1, false: -1}[x.Value == blank]
		}
		return cmp.Or(cmp.Compare(y.Contacts, x.Contacts), cmp.Compare(x.Value, y.Value))
	})
}

// most keeps the largest rows and joins the others, so that the sum stays.
func (b *builder) most(rows []Row, by dimension, others string) []Row {
	named := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Value == blank || strings.HasPrefix(r.Value, hotline.AreaSeparator) })
	if len(named) <= mostRows {
		return rows
	}
	joined, count := newCell(), 0
	for _, r := range named[mostRows:] {
		joined.add(b.in.Tally.of(by, r.Value))
		count++
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r Row) bool {
		return slices.ContainsFunc(named[mostRows:], func(o Row) bool { return o.Value == r.Value })
	})
	rest := b.row(hotline.AreaSeparator+"others", fmt.Sprintf("%s（%d 个）", others, count), joined, "")
	return slices.Insert(rows, mostRows, rest)
}

// base is the area that the tables of areas begin below: that of the bulletin, or the place in which all known places lie.
func (t *Tally) base() string {
	base := t.area
	for {
		var below []string
		for _, area := range t.values(byArea) {
			if area != blank && depth(area) == depth(base)+1 && hotline.Covers(base, area) {
				below = append(below, area)
			}
		}
		if base != "" || len(below) != 1 {
			return base
		}
		base = below[0]
	}
}

func depth(path string) int {
	if path == "" {
		return 0
	}
	return strings.Count(path, hotline.AreaSeparator) + 1
}

// last is the name of an area without those above.
func last(path string) string { return path[strings.LastIndex(path, hotline.AreaSeparator)+1:] }

// areas is a row for each area some levels below the base, one for contacts of which only an area above is known, and
// one for those of no place: together they are all.
func (b *builder) areas(base string, levels int) []Row {
	var rows []Row
	t := b.in.Tally
	vague := newCell()
	for _, area := range t.values(byArea) {
		if c := t.of(byArea, area); area != blank && hotline.Covers(base, area) && depth(area) == depth(base)+levels && told(c) {
			name := strings.TrimPrefix(strings.TrimPrefix(area, base), hotline.AreaSeparator)
			rows = append(rows, b.row(area, strings.ReplaceAll(name, hotline.AreaSeparator, " / "), c, watchArea+area))
		}
	}
	sortRows(rows)
	for _, place := range t.values(byPlace) {
		if place != blank && depth(place) < depth(base)+levels {
			vague.add(t.of(byPlace, place))
		}
	}
	if told(vague) {
		rows = append(rows, b.row(hotline.AreaSeparator+"vague", "未细分到此级", vague, ""))
	}
	if nowhere := t.of(byPlace, blank); told(nowhere) {
		rows = append(rows, b.row(blank, "地点不详", nowhere, ""))
	}
	return rows
}

func areaName(path string) string {
	if path == "" {
		return "全部地区"
	}
	return path
}

func join(names []string) string { return strings.Join(names, "、") }
