package report

import (
	"fmt"
	"time"
)

// Weeks is how many weeks the charts show, the reported one included.
const Weeks = 12

// lastYear is the place of the week a year ago behind the weeks of the charts.
const lastYear = Weeks

// Period is the week that is reported: seven days, From included and To not.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// WeekBefore is the last week, Monday to Sunday, that was over at now.
func WeekBefore(now time.Time) Period {
	monday := midnight(now).AddDate(0, 0, -(int(now.Weekday())+6)%7)
	return Period{monday.AddDate(0, 0, -7), monday}
}

// ParseWeek reads a week of ISO 8601, such as 2026-W46, in a zone.
func ParseWeek(text string, zone *time.Location) (Period, error) {
	var year, week int
	if n, err := fmt.Sscanf(text, "%4d-W%2d", &year, &week); err != nil || n != 2 || fmt.Sprintf("%04d-W%02d", year, week) != text {
		return Period{}, fmt.Errorf("%q 不是周；写成 2026-W46", text)
	}
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, zone) // lies in the first week by definition
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(week-1))
	if y, w := monday.ISOWeek(); y != year || w != week {
		return Period{}, fmt.Errorf("%d 年没有第 %d 周", year, week)
	}
	return Period{monday, monday.AddDate(0, 0, 7)}, nil
}

// EndingBefore is the seven days before a day.
func EndingBefore(day time.Time) Period {
	to := midnight(day)
	return Period{to.AddDate(0, 0, -7), to}
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// String writes the period as 2026-11-09 至 2026-11-15, with the number of its week if it is one of ISO 8601.
func (p Period) String() string {
	text := p.From.Format(time.DateOnly) + " 至 " + p.To.AddDate(0, 0, -1).Format(time.DateOnly)
	if p.From.Weekday() != time.Monday {
		return text
	}
	year, week := p.From.ISOWeek()
	return fmt.Sprintf("%d 年第 %d 周（%s）", year, week, text)
}

// Spans are the periods that contacts are needed of: the weeks of the charts, and the week 52 weeks before the reported
// one, whose weekdays are the same.
func (p Period) Spans() [2]Period {
	return [2]Period{p.back(Weeks - 1).join(p), p.back(52)}
}

// back is the period some weeks earlier.
func (p Period) back(weeks int) Period {
	return Period{p.From.AddDate(0, 0, -7*weeks), p.To.AddDate(0, 0, -7*weeks)}
}

func (p Period) join(later Period) Period { return Period{p.From, later.To} }

func (p Period) holds(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// week is the period of a place in a cell's counts.
func (p Period) week(place int) Period {
	if place == lastYear {
		return p.back(52)
	}
	return p.back(Weeks - 1 - place)
}
