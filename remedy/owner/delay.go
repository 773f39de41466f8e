package owner

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"suqiu/calendar"
)

// DayTime is a stretch of the day in minutes from midnight, From included and To not. One that ends before it begins passes
// midnight and belongs to the day on which it begins; From equal to To is the whole day.
type DayTime struct{ From, To int }

const dayMinutes = 24 * 60

// ParseDayTime reads HH:MM-HH:MM.
func ParseDayTime(text string) (DayTime, error) {
	from, to, ok := strings.Cut(text, "-")
	a, errA := parseClock(from)
	b, errB := parseClock(to)
	if err := errors.Join(errA, errB); !ok || err != nil {
		return DayTime{}, fmt.Errorf("%q must be a stretch of the day such as 08:30-17:30", text)
	}
	return DayTime{a, b}, nil
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

// String writes the stretch as a policy does.
func (s DayTime) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// Holds reports whether t lies in the stretch, and the day on which the one that holds it began. t must be in the zone that
// is meant.
func (s DayTime) Holds(t time.Time) (began time.Time, ok bool) {
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
func (d *Directory) addDelay(t time.Time, delay calendar.Delay) time.Time {
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
func checkOffice(spans []DayTime) error {
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
