package owner

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Delay is a length of time: of the clock, of office hours, or of workdays.
type Delay struct {
	Clock    time.Duration // 30m, 2h, 1d
	Office   time.Duration // 4wh: hours of work (办公时间)
	Workdays int           // 2wd: workdays (工作日), to the same time of day
}

var errDelay = errors.New(`must be a length of time such as 30m, 2h, 1d, 4wh (office hours) or 2wd (workdays)`)

// ParseDelay reads a delay as a policy writes it.
func ParseDelay(text string) (Delay, error) {
	unit := strings.TrimLeft(text, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(text, unit))
	if err != nil || n < 1 || n > 10_000 {
		return Delay{}, fmt.Errorf("%q %w", text, errDelay)
	}
	switch unit {
	case "m":
		return Delay{Clock: time.Duration(n) * time.Minute}, nil
	case "h":
		return Delay{Clock: time.Duration(n) * time.Hour}, nil
	case "d":
		return Delay{Clock: time.Duration(n) * 24 * time.Hour}, nil
	case "wh":
		return Delay{Office: time.Duration(n) * time.Hour}, nil
	case "wd":
		return Delay{Workdays: n}, nil
	}
	return Delay{}, fmt.Errorf("%q %w", text, errDelay)
}

// String writes the delay in Chinese.
func (d Delay) String() string {
	switch {
	case d.Workdays > 0:
		return fmt.Sprintf("%d个工作日", d.Workdays)
	case d.Office > 0:
		return fmt.Sprintf("%d个办公小时", d.Office/time.Hour)
	case d.Clock%time.Hour > 0:
		return fmt.Sprintf("%d分钟", d.Clock/time.Minute)
	}
	return fmt.Sprintf("%d小时", d.Clock/time.Hour)
}

// Span is a stretch of the day in minutes from midnight, From included and To not. One that ends before it begins passes
// midnight and belongs to the day on which it begins; From equal to To is the whole day.
type Span struct{ From, To int }

const dayMinutes = 24 * 60

// ParseSpan reads HH:MM-HH:MM.
func ParseSpan(text string) (Span, error) {
	from, to, ok := strings.Cut(text, "-")
	a, errA := parseClock(from)
	b, errB := parseClock(to)
	if err := errors.Join(errA, errB); !ok || err != nil {
		return Span{}, fmt.Errorf("%q must be a stretch of the day such as 08:30-17:30", text)
	}
	return Span{a, b}, nil
}

// parseClock reads HH:MM, 24:00 included, as minutes from midnight.
func parseClock(text string) (int, error) {
	h, m, ok := strings.Cut(strings.TrimSpace(text), ":")
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	if !ok || errH != nil || errM != nil || len(h) > 2 || len(m) != 2 || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > dayMinutes {
		return 0, fmt.Errorf("%q is no time of day; write HH:MM", text)
	}
	return hour*60 + minute, nil
}

// String writes the span as a policy does.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// Holds reports whether t lies in the span, and the day on which the span that holds it began. t must be in the zone that
// is meant.
func (s Span) Holds(t time.Time) (began time.Time, ok bool) {
	minute := t.Hour()*60 + t.Minute()
	if s.From < s.To {
		return t, minute >= s.From && minute < s.To
	}
	if minute >= s.From {
		return t, true
	}
	return t.AddDate(0, 0, -1), minute < s.To
}

// addDelay is the moment that lies a delay after t. Workdays count from the day after t, to the same time of day; office
// hours count within the policy's spans on workdays.
func (d *Directory) addDelay(t time.Time, delay Delay) time.Time {
	t = t.In(d.zone)
	switch {
	case delay.Workdays > 0:
		return d.calendar.AddWorkdays(t, delay.Workdays)
	case delay.Office > 0:
		return d.addOffice(t, delay.Office)
	}
	return t.Add(delay.Clock)
}

func (d *Directory) addOffice(t time.Time, left time.Duration) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, d.zone)
	for ; ; day = day.AddDate(0, 0, 1) {
		if !d.calendar.Workday(day) {
			continue
		}
		for _, s := range d.policy.office {
			from := day.Add(time.Duration(s.From) * time.Minute)
			to := day.Add(time.Duration(s.To) * time.Minute)
			if from.Before(t) {
				from = t
			}
			if open := to.Sub(from); open >= left {
				return from.Add(left)
			} else if open > 0 {
				left -= open
			}
		}
	}
}

// checkOffice says what is wrong with the spans of office hours: they must ascend and not pass midnight.
func checkOffice(spans []Span) error {
	for i, s := range spans {
		if s.From >= s.To || i > 0 && s.From < spans[i-1].To {
			return fmt.Errorf("office: %s must end after it begins, and begin after the one before it", s)
		}
	}
	if len(spans) == 0 {
		return errors.New("office: give at least one stretch of the day, such as 08:30-17:30")
	}
	return nil
}
