package owner

import (
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

// descend follows the first child whose conditions hold, as deep as it goes. It returns the way, the node itself first.
func (n *node) descend(q *Question, at time.Time, days *calendar.Calendar) []*node {
	way := []*node{n}
	for {
		i := slices.IndexFunc(n.children, func(c *node) bool { return c.match.holds(q, at, days) })
		if i < 0 {
			return way
		}
		n = n.children[i]
		way = append(way, n)
	}
}

// holds reports whether all conditions hold at a moment in the zone of the hotlines.
func (m *match) holds(q *Question, at time.Time, days *calendar.Calendar) bool {
	if len(m.labels) > 0 && !slices.ContainsFunc(m.labels, func(l string) bool {
		return slices.ContainsFunc(q.Labels, func(code string) bool { return code == l || strings.HasPrefix(code, l+".") })
	}) {
		return false
	}
	if len(m.areas) > 0 && !slices.ContainsFunc(m.areas, func(a string) bool { return hotline.Covers(a, q.Area) }) {
		return false
	}
	responsible := q.Responsible
	if responsible == "" {
		responsible = hotline.ResponsibleUnknown
	}
	if len(m.responsible) > 0 && !slices.Contains(m.responsible, responsible) {
		return false
	}
	// A problem told over all hotlines is no matter of one of them.
	if len(m.hotlines) > 0 && (len(q.Hotlines) == 0 || slices.ContainsFunc(q.Hotlines, func(h hotline.Hotline) bool { return !slices.Contains(m.hotlines, h) })) {
		return false
	}
	if len(m.hours) == 0 {
		return m.onDay(at, days)
	}
	return slices.ContainsFunc(m.hours, func(s DayTime) bool {
		began, ok := s.Holds(at)
		return ok && m.onDay(began, days)
	})
}

func (m *match) onDay(day time.Time, days *calendar.Calendar) bool {
	return m.days == "" || days.Workday(day) == (m.days == workday)
}

// String writes the conditions for people.
func (m *match) String() string {
	var parts []string
	add := func(what string, values ...string) {
		if len(values) > 0 {
			parts = append(parts, what+strings.Join(values, "、"))
		}
	}
	add("标签 ", m.labels...)
	add("地区 ", m.areas...)
	for _, r := range m.responsible {
		add("责任 ", string(r))
	}
	for _, h := range m.hotlines {
		add("热线 ", string(h))
	}
	switch m.days {
	case workday:
		parts = append(parts, "工作日")
	case restday:
		parts = append(parts, "休息日")
	}
	for _, s := range m.hours {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, "，")
}
