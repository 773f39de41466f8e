package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// concerns reports whether the bulletin tells of an incident: one in its area that was first located in the week, or
// before it and somebody still has to see to it. What counts is the bucket, as one of the week's last day is opened
// when that day is over.
func (b *builder) concerns(i *remedy.Incident) bool {
	if !i.Alive() || !hotline.Covers(b.in.Area, i.Area) || !i.First.Before(b.in.Period.To) {
		return false
	}
	return b.in.Period.holds(i.First) || !i.Ended()
}

func (b *builder) problems(r *Report) {
	for k := range b.in.Incidents {
		i := &b.in.Incidents[k]
		if !b.concerns(i) {
			continue
		}
		p := b.problem(i)
		r.Problems = append(r.Problems, p)
		if p.New {
			r.Opened++
		}
		if i.Ended() {
			continue
		}
		r.Open++
		if p.Overdue {
			r.Overdue++
		}
		if !i.Assignment.Owned() {
			r.Unowned++
		}
	}
	slices.SortFunc(r.Problems, func(x, y Problem) int {
		rank := func(p Problem) int {
			switch {
			case p.Owner == "":
				return 0
			case p.Overdue:
				return 1
			case p.New:
				return 2
			}
			return 3
		}
		return cmp.Or(cmp.Compare(rank(x), rank(y)), y.Opened.Compare(x.Opened), cmp.Compare(x.ID, y.ID))
	})
}

func (b *builder) labelNames(codes []string) string {
	names := make([]string, len(codes))
	for n, code := range codes {
		names[n] = cmp.Or(b.labels[code].Name, code)
	}
	return join(names)
}

func (b *builder) problem(i *remedy.Incident) Problem {
	told := i.Latest.Told
	p := Problem{
		ID: i.ID, Label: b.labelNames(i.Labels), Area: areaName(i.Area), Opened: i.Opened, New: b.in.Period.holds(i.First),
		Signal: i.Signal.Name(), Work: i.Work.Name(), Unowned: i.Assignment.Unowned, Observed: i.Latest.Observed, Expected: i.Latest.Expected,
		Callers: told.Callers, Explains: i.Explains,
	}
	for _, c := range i.Latest.Counted {
		if text := c.Text(); !slices.Contains(p.Counted, text) {
			p.Counted = append(p.Counted, text)
		}
	}
	if who := i.Assignment.Owner; i.Assignment.Owned() {
		p.Owner = cmp.Or(who.Name, who.ID)
		if who.Role != "" {
			p.Owner += "（" + who.Role + "）"
		}
	}
	if i.Clock.Step != "" && !i.Ended() {
		p.Due, p.Limit, p.Overdue = i.Clock.Due, i.Clock.Name, b.in.Made.After(i.Clock.Due)
	}
	if n := len(i.Effects); n > 0 {
		p.Effect = fmt.Sprintf("第 %d 天 %s", i.Effects[n-1].Day, i.Effects[n-1])
	}
	sensitive := i.Assignment.Sensitive || slices.ContainsFunc(i.Labels, func(code string) bool { return b.labels[code].Sensitive })
	if p.Hidden = i.Assignment.HideExamples || sensitive && told.Callers < owner.LeastCallers; p.Hidden {
		return p
	}
	for _, e := range told.Examples {
		p.Examples = append(p.Examples, strings.Join(strings.Fields(e.Text), " "))
	}
	return p
}

// visits tells of those that are due by the end of the week after the bulletin, and of the rates of those that were made.
func (b *builder) visits(r *Report) {
	by := b.in.Made.AddDate(0, 0, 7)
	if next := b.in.Period.To.AddDate(0, 0, 7); next.After(by) {
		by = next
	}
	lastWeek := b.in.Period.back(1)
	var now, earlier []remedy.Visit
	for k := range b.in.Incidents {
		i := &b.in.Incidents[k]
		if !i.Alive() || !hotline.Covers(b.in.Area, i.Area) {
			continue
		}
		for _, v := range i.AllVisits() {
			switch {
			case b.in.Period.holds(v.At):
				now = append(now, v)
			case lastWeek.holds(v.At):
				earlier = append(earlier, v)
			}
		}
		days := map[int]*Visits{}
		for _, v := range i.OpenVisits(by) {
			if days[v.Day] == nil {
				days[v.Day] = &Visits{Incident: i.ID, Label: b.labelNames(i.Labels), Area: areaName(i.Area), Day: v.Day, Due: v.Due, Late: v.Due.Before(b.in.Made)}
			}
			days[v.Day].Orders++
		}
		for _, v := range days {
			r.Visits = append(r.Visits, *v)
		}
	}
	slices.SortFunc(r.Visits, func(x, y Visits) int {
		return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.Incident, y.Incident), cmp.Compare(x.Day, y.Day))
	})
	r.Rates, r.Before = remedy.RatesOf(now, remedy.DefaultWeights()), remedy.RatesOf(earlier, remedy.DefaultWeights())
}

// highlights are what whoever reads nothing else should read (本周要点).
func (b *builder) highlights(r *Report) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	var hotlines []string
	for _, h := range r.Hotlines {
		hotlines = append(hotlines, fmt.Sprintf("%s %d 件", h.Name, h.Contacts))
	}
	say("受理诉求 %d 件（%s），涉及事项 %d 个、来电人 %d 位；环比上周 %s，比前四周均值 %s，同比 %s。", r.Total.Contacts, join(hotlines), r.Total.Matters,
		r.Total.Callers, r.Total.Week.text(), r.Total.FourWeeks.text(), r.Total.Year.text())
	var top []string
	for _, row := range r.Classes {
		if row.Value != blank && row.Contacts > 0 && len(top) < 3 {
			top = append(top, fmt.Sprintf("%s %d 件（占 %s）", row.Name, row.Contacts, percent(row.Share)))
		}
	}
	if len(top) > 0 {
		say("居前的诉求：%s。", join(top))
	}
	var above []string
	for _, row := range r.Labels {
		if row.Expected.Above() {
			above = append(above, fmt.Sprintf("%s %d 个（预期 %s）", row.Name, row.Expected.Observed, row.Expected.text()))
		}
	}
	if len(above) > 0 {
		say("事项数高于基线区间的标签：%s。", join(above))
	}
	say("本周新立问题 %d 个；未结问题 %d 个，其中超期 %d 个、无责任人 %d 个。", r.Opened, r.Open, r.Overdue, r.Unowned)
	if r.Rates.Valid > 0 {
		say("有效回访 %d 件：响应率 %s，解决率 %s，满意率 %s。", r.Rates.Valid, percent(r.Rates.Response), percent(r.Rates.Solution), percent(r.Rates.Satisfaction))
	}
	return out
}
