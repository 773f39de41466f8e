package area

import (
	"fmt"
	"strings"

	"suqiu/hotline"
)

// methods lists the ways of finding an area in the order of the report, with their official names.
var methods = [...]struct {
	method hotline.AreaMethod
	name   string
}{
	{hotline.AreaByCode, "供电单位编码"},
	{hotline.AreaByAccount, "户号"},
	{hotline.AreaByDivision, "行政区划代码"},
	{hotline.AreaByUnit, "承办单位"},
	{hotline.AreaByGazetteer, "地名"},
	{hotline.AreaByDefault, "来源默认"},
	{hotline.AreaUnknown, "未定位"},
}

// Levels of the report, from the lowest; a place lower than a village (台区, 网格) counts with it.
var levels = [...]string{"村及以下", "街道", "区县", "市", "省", "无"}

// Stats counts areas by method and level.
type Stats struct {
	trees  *Trees
	counts [len(methods)][len(levels)]int
	total  int
}

// Stats begins an empty count.
func (t *Trees) Stats() *Stats { return &Stats{trees: t} }

// Add counts one area, as Locate gave it.
func (s *Stats) Add(a hotline.Area) {
	method := len(methods) - 1
	for i, m := range methods {
		if m.method == a.Method {
			method = i
		}
	}
	s.counts[method][s.trees.level(a)]++
	s.total++
}

// level is the index in levels of the lowest place that the area tells, by division where it has one. A grid place
// without a division counts by its depth, the root being the province.
func (t *Trees) level(a hotline.Area) int {
	if n := t.divisions.byPath[a.Division]; n != nil {
		switch divisionLevel(n.code) {
		case "村":
			return 0
		case "街道":
			return 1
		case "区县":
			return 2
		case "市":
			return 3
		}
		return 4
	}
	depth := len(hotline.Ancestors(a.Grid))
	return max(len(levels)-1-depth, 0)
}

// Total is the number of areas counted.
func (s *Stats) Total() int { return s.total }

// Count is the number of areas found by the method.
func (s *Stats) Count(m hotline.AreaMethod) (n int) {
	for i := range methods {
		if methods[i].method == m {
			for _, c := range s.counts[i] {
				n += c
			}
		}
	}
	return n
}

// String is a table for people: a line a method, a column a level, and the share of each method.
func (s *Stats) String() string {
	var b strings.Builder
	row := func(first string, cells []string) {
		b.WriteString(pad(first, 14))
		for _, c := range cells {
			b.WriteString(strings.Repeat(" ", max(10-width(c), 1)) + c)
		}
		b.WriteByte('\n')
	}
	row("定位方式", append(levels[:], "合计", "占比"))
	var sums [len(levels)]int
	line := func(name string, counts [len(levels)]int) {
		cells := make([]string, 0, len(counts)+2)
		sum := 0
		for _, c := range counts {
			cells = append(cells, fmt.Sprint(c))
			sum += c
		}
		share := 0.0
		if s.total > 0 {
			share = 100 * float64(sum) / float64(s.total)
		}
		row(name, append(cells, fmt.Sprint(sum), fmt.Sprintf("%.1f%%", share)))
	}
	for i, m := range methods {
		line(m.name, s.counts[i])
		for l, c := range s.counts[i] {
			sums[l] += c
		}
	}
	line("合计", sums)
	return b.String()
}

// pad fills s up to n columns of a terminal.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }

// width is the number of terminal columns of s: Chinese characters take two.
func width(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x2E80 {
			n++
		}
	}
	return n
}
