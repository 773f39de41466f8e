package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/trend"
	"suqiu/trend/stat"
)

// coverage knows which source is complete when.
type coverage struct {
	area    string
	spans   []hotline.Coverage
	dropped []Period
}

// complete reports whether all that a source told of the area in a period is known.
func (c *coverage) complete(source string, p Period) bool {
	if slices.ContainsFunc(c.dropped, func(d Period) bool { return d.From.Before(p.To) && p.From.Before(d.To) }) {
		return false
	}
	return slices.ContainsFunc(c.spans, func(s hotline.Coverage) bool {
		return s.Source == source && s.Covers(c.area, p.From, p.To)
	})
}

// sources are those that something is known or told of.
func (b *builder) sources() []string {
	var all []string
	for _, s := range b.in.Coverage {
		all = append(all, s.Source)
	}
	for source := range b.in.Tally.of(byTotal, blank).sources {
		all = append(all, source)
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// change holds the week against the mean of some earlier weeks. It is nil where no source of the row was complete in all of them,
// or where the row's rules changed.
func (b *builder) change(c *cell, places ...int) *Change {
	comparable := map[string]bool{}
	for _, source := range b.all {
		comparable[source] = true
		for _, place := range append([]int{Weeks - 1}, places...) {
			comparable[source] = comparable[source] && b.complete.complete(source, b.in.Period.week(place))
		}
	}
	of := func(source string) bool { return comparable[source] }
	out := Change{Now: c.count(Weeks-1, of)}
	out.Part = out.Now < c.count(Weeks-1, nil)
	if !slices.ContainsFunc(b.all, func(source string) bool { return comparable[source] && c.sources[source] != nil }) {
		return nil
	}
	for _, place := range places {
		out.Before += float64(c.count(place, of)) / float64(len(places))
	}
	if out.Before > 0 {
		ratio := float64(out.Now)/out.Before - 1
		out.Ratio = &ratio
	}
	return &out
}

// Names under which Watched asks the detector for weeks.
const (
	watchAll   = "all"
	watchClass = "class/"
	watchLabel = "label/"
	watchArea  = "area/"
)

// Watched says what the detector is to read for a bulletin: all labels, each class and each label in the area, and all
// labels in each area two levels down. root is where the area of the bulletin lies in what is counted.
func Watched(t *Tally, labels []Label, held map[string]string, root string) map[string]trend.Watched {
	var codes []string
	classes := map[string][]string{}
	out := map[string]trend.Watched{}
	for _, l := range labels {
		if held[l.Code] != "" {
			continue
		}
		codes = append(codes, l.Code)
		classes[l.Class] = append(classes[l.Class], l.Code)
		out[watchLabel+l.Code] = trend.Watched{Labels: []string{l.Code}, Area: root}
	}
	for class, of := range classes {
		out[watchClass+class] = trend.Watched{Labels: of, Area: root}
	}
	out[watchAll] = trend.Watched{Labels: codes, Area: root}
	base := t.base()
	for _, area := range t.values(byArea) {
		if below := depth(area) - depth(base); area != blank && hotline.Covers(base, area) && (below == 1 || below == 2) {
			out[watchArea+area] = trend.Watched{Labels: codes, Area: area}
		}
	}
	return out
}

// expected is what the detector expected of the reported week, or nil.
func (b *builder) expected(name string) *Expectation {
	for _, w := range b.in.Weeks[name] {
		if w.To.Equal(b.in.Period.To) {
			return expectation(w)
		}
	}
	return nil
}

// expectation tells the interval that holds nine of ten weeks.
func expectation(w trend.Week) *Expectation {
	if !w.Known || !w.Judged {
		return nil
	}
	e := &Expectation{Observed: w.Observed, Expected: w.Expected}
	if w.Expected > 0 {
		e.Low, e.High = stat.CountQuantile(0.05, w.Expected, w.Variance), stat.CountQuantile(0.95, w.Expected, w.Variance)
	}
	return e
}

func (b *builder) series(name, watched string) Series {
	s := Series{Name: name}
	for place := range Weeks {
		p := b.in.Period.week(place)
		point := Point{From: p.From}
		for _, w := range b.in.Weeks[watched] {
			if w.To.Equal(p.To) && w.Known {
				point = Point{From: p.From, Known: true, Matters: w.Observed, Expected: expectation(w)}
			}
		}
		s.Points = append(s.Points, point)
	}
	return s
}

// gaps says what of the bulletin is not known completely.
func (b *builder) gaps() []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	week := b.in.Period
	for _, h := range hotline.Hotlines {
		if b.silent(h) {
			say("热线 %s 本周没有数据：没有诉求，还是没有接入，无从知道", h)
		}
	}
	for _, source := range b.all {
		if b.complete.complete(source, week) {
			continue
		}
		reach := ""
		for _, s := range b.in.Coverage {
			if s.Source == source {
				reach += fmt.Sprintf("，%s完整于 %s 至 %s", areaName(s.Area), stamp(s.From, week), stamp(s.Through, week))
			}
		}
		if reach == "" {
			reach = "，没有完整性记录（抽样或文件；完整的用 suqiu coverage add 声明）"
		}
		say("来源 %s 本周数据不完整%s；其件数如实列出，不作比较", source, reach)
	}
	for _, against := range []struct {
		name   string
		places []int
	}{{"环比（上周）", before}, {"环比（前四周均值）", fourBefore}, {"同比", yearBefore}} {
		var missing []string
		for _, source := range b.all {
			for _, place := range against.places {
				if b.complete.complete(source, week) && !b.complete.complete(source, week.week(place)) {
					missing = append(missing, source)
					break
				}
			}
		}
		if len(missing) > 0 {
			say("%s：来源 %s 在 %s 的数据不完整，无可比数据", against.name, join(missing), span(week, against.places))
		}
	}
	for _, p := range b.in.Dropped {
		say("%s 的明细已按保存期限清理，不作比较", p.From.Format("2006-01"))
	}
	for _, l := range b.in.Left {
		say("基线：%s %s", l.What, l.Why)
	}
	out = append(out, b.heldGaps()...)
	if b.otherTree() {
		say("上升的问题记在另一棵地区树上，不能按 %s 筛选，未列出；用 --tree 换一棵，或不加 --area", b.in.Area)
	}
	if n := len(b.in.HeldYear); n > 0 {
		say("去年同周之后有 %d 个标签的规则变过，其同比不作比较", n)
	}
	return out
}

// silent reports whether nothing is known of a hotline in the week: no contact, and no source that was complete.
func (b *builder) silent(h hotline.Hotline) bool {
	told := b.in.Tally.of(byHotline, string(h))
	if told.count(Weeks-1, nil) > 0 {
		return false
	}
	return !slices.ContainsFunc(b.all, func(source string) bool {
		of, configured := b.in.Sources[source]
		return (told.sources[source] != nil || configured && of == h) && b.complete.complete(source, b.in.Period)
	})
}

// otherTree reports whether all incidents lie in another tree of areas than the bulletin's: those of the grid (供电网格)
// can't be told by administrative division.
func (b *builder) otherTree() bool {
	top := func(path string) string {
		top, _, _ := strings.Cut(path, hotline.AreaSeparator)
		return top
	}
	placed := 0
	for k := range b.in.Incidents {
		area := b.in.Incidents[k].Area
		if area != "" && top(area) == top(b.in.Area) {
			return false
		}
		if area != "" {
			placed++
		}
	}
	return b.in.Area != "" && placed > 0
}

// heldGaps tells which labels are not compared as their rules changed, those with one reason together.
func (b *builder) heldGaps() []string {
	const named = 3
	labels, reasons := map[string][]string{}, []string(nil)
	for _, l := range b.in.Labels {
		why := b.in.Held[l.Code]
		if why == "" {
			continue
		}
		if labels[why] == nil {
			reasons = append(reasons, why)
		}
		labels[why] = append(labels[why], l.Name)
	}
	var out []string
	for _, why := range reasons {
		names := join(labels[why][:min(named, len(labels[why]))])
		if n := len(labels[why]); n > named {
			names += fmt.Sprintf(" 等 %d 个", n)
		}
		out = append(out, fmt.Sprintf("标签 %s 不作比较：%s", names, why))
	}
	return out
}

var (
	before     = []int{Weeks - 2}
	fourBefore = []int{Weeks - 5, Weeks - 4, Weeks - 3, Weeks - 2}
	yearBefore = []int{lastYear}
)

// span is from the first to the last of some weeks.
func span(p Period, places []int) string {
	return p.week(places[0]).From.Format(time.DateOnly) + " 至 " + p.week(places[len(places)-1]).To.AddDate(0, 0, -1).Format(time.DateOnly)
}

func stamp(t time.Time, p Period) string { return t.In(p.From.Location()).Format("2006-01-02 15:04") }
