package classify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/hotline"
)

// testNames are the tests of a contact that a condition may hold.
var testNames = []string{"hotline", "kind", "channel", "weekday", "hour", "month", "label"}

// calendarRanges are the values of the tests of time: weekday 1 is Monday, 7 Sunday.
var calendarRanges = map[string][2]int{"weekday": {1, 7}, "hour": {0, 23}, "month": {1, 12}}

// readRange reads 5 or 1-5 within the bounds. 22-6 goes over the end.
func readRange(text string, bounds [2]int) (from, to int, ok bool) {
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		high = low
	}
	from, err := strconv.Atoi(low)
	to, err2 := strconv.Atoi(high)
	ok = err == nil && err2 == nil && min(from, to) >= bounds[0] && max(from, to) <= bounds[1]
	return from, to, ok
}

// tests reports whether the contact, or a label given to it, is one of the values.
func (m *matches) tests(e *expr) bool {
	call := m.doc.call
	switch e.name {
	case "hotline":
		return slices.Contains(e.values, string(call.Hotline))
	case "kind":
		return slices.Contains(e.values, string(call.Kind))
	case "channel":
		return slices.Contains(e.values, call.Channel)
	case "weekday", "hour", "month":
		return m.received(e)
	}
	return slices.ContainsFunc(e.values, func(v string) bool {
		return slices.ContainsFunc(m.labels, func(code string) bool { return under(code, v) })
	})
}

// tested is what the contact has where a test asks for something else; empty where nothing is told.
func (m *matches) tested(e *expr) string {
	call := m.doc.call
	switch e.name {
	case "hotline":
		return string(call.Hotline)
	case "kind":
		return string(call.Kind)
	case "channel":
		return call.Channel
	case "label":
		return labelsText(m.labels)
	}
	if call.Received.IsZero() {
		return ""
	}
	return call.Received.In(m.zone).Format("2006-01-02 15:04")
}

// received tests when the contact came, by the clock of the hotlines' zone. A contact of which only the day is known has
// no hour.
func (m *matches) received(e *expr) bool {
	call := m.doc.call
	if call.Received.IsZero() || e.name == "hour" && call.Precision == hotline.PrecisionDay {
		return false
	}
	at := call.Received.In(m.zone)
	value := map[string]int{"weekday": int(at.Weekday()+6)%7 + 1, "hour": at.Hour(), "month": int(at.Month())}[e.name]
	return slices.ContainsFunc(e.values, func(v string) bool {
		from, to, _ := readRange(v, calendarRanges[e.name])
		if from > to {
			return value >= from || value <= to
		}
		return from <= value && value <= to
	})
}

// InZone returns the same set for contacts whose weekdays, hours and months are those of the zone; without it they are
// Shanghai's.
func (rs *RuleSet) InZone(zone *time.Location) *RuleSet {
	next := *rs
	program := *rs.program
	program.zone = zone
	next.program = &program
	next.pool = newPool(&program)
	return &next
}
