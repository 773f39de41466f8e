package calendar

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/hint"
	"suqiu/table"
)

// Kind says what sort of day it is.
type Kind string

// The kinds of day.
const (
	Workday  Kind = "workday"  // 工作日, make-up workdays (调休上班) included
	Weekend  Kind = "weekend"  // 周末
	Holiday  Kind = "holiday"  // 法定节假日 and the days joined to it
	Festival Kind = "festival" // the Spring Festival holidays (春节), which are like no other
)

// Calendar knows which days are holidays and workdays. It never changes after it was loaded.
type Calendar struct {
	zone  *time.Location
	known map[date]arranged
	years []int // with data, ascending
}

// arranged is what the State Council's notice says of a day.
type arranged struct {
	kind Kind
	name string
}

const holidayFolder = "holidays"

var holidayColumns = []table.Column{table.Needed("自", "from"), table.Optional("至", "to"), table.Needed("安排", "kind"), table.Needed("节日", "name")}

// Load reads the holidays of each year from holidays/YEAR.csv in the given file systems (dicts/holidays/README.md); a
// later file system's file of a year replaces an earlier one's. Days are those of zone.
func Load(zone *time.Location, systems ...fs.FS) (*Calendar, error) {
	files, err := readFolders(holidayFolder, systems)
	if err != nil {
		return nil, fmt.Errorf("load holidays: %w", err)
	}
	c := &Calendar{zone: zone, known: map[date]arranged{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := c.read(name, files[name]); err != nil {
			return nil, fmt.Errorf("load holidays: %w", err)
		}
	}
	return c, nil
}

// read takes in the file of one year.
func (c *Calendar) read(name string, data []byte) error {
	year, err := strconv.Atoi(strings.TrimSuffix(name, ".csv"))
	if err != nil || year < 1949 || year > 9999 {
		return &table.Error{File: path.Join(holidayFolder, name), Why: "is not named after a year", Hint: "name it as 2026.csv"}
	}
	rows, err := readTable(holidayFolder, name, data, holidayColumns)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := c.arrange(r, year); err != nil {
			return err
		}
	}
	c.years = append(c.years, year)
	return nil
}

// arrange takes in one row.
func (c *Calendar) arrange(r table.Row, year int) error {
	from, to, err := period(r)
	if err != nil {
		return err
	}
	if from.Year() != year || to.Year() != year {
		return wrong(r, "自", "put days into the file of their year", "%s to %s is not within %d", r.Values[0], to.Format(dateLayout), year)
	}
	a := arranged{name: r.Values[3]}
	switch r.Values[2] {
	case "放假", string(Holiday):
		a.kind = Holiday
		if strings.Contains(a.name, "春节") {
			a.kind = Festival
		}
	case "上班", string(Workday):
		a.kind = Workday
	default:
		return wrong(r, "安排", "write 放假 or 上班", "is %q", r.Values[2])
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		key := dateOf(day)
		if _, twice := c.known[key]; twice {
			return wrong(r, "自", "remove one", "%s stands there twice", day.Format(dateLayout))
		}
		c.known[key] = a
	}
	return nil
}

// period reads the two dates of a row, of which the second may be empty for one day alone. The times are in UTC.
func period(r table.Row) (from, to time.Time, err error) {
	const form = "write it as 2026-02-15"
	first, last := r.Values[0], r.Values[1]
	if from, err = time.Parse(dateLayout, first); err != nil {
		return from, to, wrong(r, "自", form, "%q is no date", first)
	}
	if last == "" {
		return from, from, nil
	}
	if to, err = time.Parse(dateLayout, last); err != nil {
		return from, to, wrong(r, "至", form, "%q is no date", last)
	}
	if to.Before(from) {
		return from, to, wrong(r, "至", "exchange them, or correct one", "it ends on %s, before it begins on %s", last, first)
	}
	if to.Sub(from) > 366*24*time.Hour {
		return from, to, wrong(r, "至", "correct one of the dates", "%s to %s is longer than a year", first, last)
	}
	return from, to, nil
}

// Zone returns the zone whose days these are.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Kind returns what sort of day t falls on, and the name of the festival if the State Council arranged it. In years
// without data (see Known), Monday to Friday are workdays.
func (c *Calendar) Kind(t time.Time) (kind Kind, festival string) {
	t = t.In(c.zone)
	if a, ok := c.known[dateOf(t)]; ok {
		return a.kind, a.name
	}
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return Weekend, ""
	}
	return Workday, ""
}

// Workday reports whether t falls on a workday.
func (c *Calendar) Workday(t time.Time) bool {
	kind, _ := c.Kind(t)
	return kind == Workday
}

// Weekday returns the day of the week that t's day is like: its own, but Monday for a weekend day worked to make up for
// a holiday (调休上班), and Sunday for a holiday.
func (c *Calendar) Weekday(t time.Time) time.Weekday {
	own := t.In(c.zone).Weekday()
	switch kind, _ := c.Kind(t); {
	case kind == Holiday || kind == Festival:
		return time.Sunday
	case kind == Workday && (own == time.Saturday || own == time.Sunday):
		return time.Monday
	}
	return own
}

// AddWorkdays returns the time n workdays (工作日) after t, at t's time of day. The day of t does not count (民法典
// 第二百零一条: 开始的当日不计入). With n = 0 it is t itself, or from a day off the next workday. n must not be negative.
func (c *Calendar) AddWorkdays(t time.Time, n int) time.Time {
	t = t.In(c.zone)
	if n == 0 {
		for !c.Workday(t) {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
	for range n {
		t = t.AddDate(0, 0, 1)
		for !c.Workday(t) {
			t = t.AddDate(0, 0, 1)
		}
	}
	return t
}

// Known reports whether there is data for the year of t.
func (c *Calendar) Known(t time.Time) bool { return slices.Contains(c.years, t.In(c.zone).Year()) }

// CheckEnd returns an error that says what to do if, from now on, the holidays are not known for so many days.
func (c *Calendar) CheckEnd(now time.Time, days int) error {
	now = now.In(c.zone)
	year := now.Year()
	for slices.Contains(c.years, year) {
		year++
	}
	end := time.Date(year, time.January, 1, 0, 0, 0, 0, c.zone)
	left := int(end.Sub(now).Hours() / 24)
	add := hint.Of(hint.Holidays, fmt.Sprintf("%s/%d.csv", holidayFolder, year))
	switch {
	case year == now.Year():
		return hint.With(fmt.Errorf("there are no holidays for %d", year), add)
	case left < days:
		return hint.With(fmt.Errorf("the holidays are known for %d more days, until %s", left, end.AddDate(0, 0, -1).Format(dateLayout)), add)
	}
	return nil
}
