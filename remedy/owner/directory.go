package owner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
)

// Directory is policy and tables, ready to decide. It is not changed after New and is safe for concurrent use.
type Directory struct {
	policy   *Policy
	calendar *calendar.Calendar
	zone     *time.Location

	people map[string]*person
	posts  map[seat][]post
	shifts map[seat][]shift
	away   map[string][]absence
	below  map[string][]string // role → areas in which somebody holds it, sorted
}

// seat is a role in an area.
type seat struct{ role, area string }

// period is [from, to); a zero time is open.
type period struct{ from, to time.Time }

func (p period) holds(t time.Time) bool {
	return !t.Before(p.from) && (p.to.IsZero() || t.Before(p.to))
}

func (p period) overlaps(o period) bool {
	return (p.to.IsZero() || o.from.Before(p.to)) && (o.to.IsZero() || p.from.Before(o.to))
}

type person struct {
	Person
	period
}

type post struct {
	person string
	period
}

type shift struct {
	person string
	days   period // on which it begins
	span   DayTime
}

type absence struct {
	deputy string // "" for nobody
	period
}

// New joins policy and tables; a missing table is an empty one. It fails, with every fault, when a row names somebody
// unknown, two people hold one post at one time, two shifts overlap, or somebody has two absences at one time: then
// nobody could say who it is.
func New(policy *Policy, tables map[Kind]*Table, days *calendar.Calendar) (*Directory, error) {
	d := &Directory{
		policy: policy, calendar: days, zone: days.Zone(),
		people: map[string]*person{}, posts: map[seat][]post{}, shifts: map[seat][]shift{}, away: map[string][]absence{}, below: map[string][]string{},
	}
	b := &builder{Directory: d}
	for _, k := range Kinds {
		if tables[k] == nil {
			continue
		}
		for _, row := range tables[k].Rows {
			if len(row) != len(columns(k)) {
				b.fault(k, fmt.Sprint(row), "has %d values instead of %d; import the table anew", len(row), len(columns(k)))
				continue
			}
			b.add(k, row)
		}
	}
	b.overlaps()
	for at := range d.posts {
		d.below[at.role] = append(d.below[at.role], at.area)
	}
	for _, areas := range d.below {
		slices.Sort(areas)
	}
	if err := errors.Join(b.faults...); err != nil {
		return nil, err
	}
	return d, nil
}

type builder struct {
	*Directory
	faults []error
}

func (b *builder) fault(k Kind, key, format string, args ...any) {
	b.faults = append(b.faults, fmt.Errorf("owner table %s, %s: %s", k, key, fmt.Sprintf(format, args...)))
}

// period reads the days between which a row holds, the last one included.
func (b *builder) period(k Kind, row []string) period {
	from, to, _ := validity(k, row)
	var p period
	for _, side := range []struct {
		text string
		days int
		to   *time.Time
	}{{from, 0, &p.from}, {to, 1, &p.to}} {
		if side.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, side.text, b.zone)
		if err != nil {
			b.fault(k, k.key(row), "%q is no day; import the table anew", side.text)
			continue
		}
		*side.to = day.AddDate(0, 0, side.days)
	}
	return p
}

func (b *builder) known(k Kind, row []string, id string) {
	if b.people[id] == nil {
		b.fault(k, k.key(row), "there is nobody with the number (工号) %s among the people; import people first", id)
	}
}

func (b *builder) seat(k Kind, row []string, role, area string) seat {
	if b.policy.names[role] == "" {
		b.fault(k, k.key(row), "the routing policy has no role %s any more; add it there, or import the table anew with --replace", role)
	}
	if area == Everywhere {
		area = ""
	}
	return seat{role, area}
}

func (b *builder) add(k Kind, row []string) {
	p := b.period(k, row)
	switch k {
	case People:
		b.people[row[colID]] = &person{Person: Person{
			ID: row[colID], Name: row[colName], Unit: row[colUnit], Phone: row[colPhone],
			WeCom: row[colWeCom], DingTalk: row[colDingTalk], Feishu: row[colFeishu], Email: row[colEmail],
		}, period: p}
	case Posts:
		b.known(k, row, row[colHolder])
		at := b.seat(k, row, row[colRole], row[colArea])
		b.posts[at] = append(b.posts[at], post{row[colHolder], p})
	case Cells:
		b.known(k, row, row[colManager])
		at := b.seat(k, row, b.policy.cellRole, row[colCell])
		b.posts[at] = append(b.posts[at], post{row[colManager], p})
	case Deputies:
		b.known(k, row, row[colAbsent])
		if row[colDeputy] != "" {
			b.known(k, row, row[colDeputy])
		}
		b.away[row[colAbsent]] = append(b.away[row[colAbsent]], absence{row[colDeputy], p})
	case Roster:
		b.known(k, row, row[colShiftPerson])
		span, err := ParseDayTime(row[colBegin] + "-" + row[colEnd])
		if err != nil {
			b.fault(k, k.key(row), "%v", err)
		}
		at := b.seat(k, row, row[colRole], row[colArea])
		b.shifts[at] = append(b.shifts[at], shift{row[colShiftPerson], p, span})
	}
}

// overlaps finds what two rows would decide differently.
func (b *builder) overlaps() {
	for at, posts := range b.posts {
		slices.SortStableFunc(posts, func(x, y post) int { return x.from.Compare(y.from) })
		for i := 1; i < len(posts); i++ {
			for j := range i {
				if posts[i].overlaps(posts[j].period) {
					b.fault(Posts, at.role+"@"+place(at.area), "%s and %s hold it at one time; end the earlier one (至) before the later begins (自)", posts[j].person, posts[i].person)
				}
			}
		}
	}
	for id, all := range b.away {
		slices.SortStableFunc(all, func(x, y absence) int { return x.from.Compare(y.from) })
		for i := 1; i < len(all); i++ {
			for j := range i {
				if all[i].overlaps(all[j].period) {
					b.fault(Deputies, id, "is away twice on %s; make it one row", all[i].from.Format(time.DateOnly))
				}
			}
		}
	}
	for at, shifts := range b.shifts {
		slices.SortStableFunc(shifts, func(x, y shift) int {
			return cmp.Or(x.days.from.Compare(y.days.from), cmp.Compare(x.span.From, y.span.From))
		})
		for i := 1; i < len(shifts); i++ {
			for j := range i {
				if day, both := shifts[i].meets(shifts[j]); both {
					b.fault(Roster, at.role+"@"+place(at.area), "%s and %s are both on duty on %s; correct one of the shifts", shifts[j].person, shifts[i].person, day.Format(time.DateOnly))
				}
			}
		}
	}
	slices.SortFunc(b.faults, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
}

// holds reports whether the shift covers t, which must be in the directory's zone.
func (s *shift) holds(t time.Time) bool {
	began, ok := s.span.Holds(t)
	return ok && s.days.holds(began)
}

// meets reports whether two shifts cover a common moment, and a day on which they do. Shifts repeat daily, so the
// starts of the one on the first and last days of the other decide, and those of the days beside them, for spans that
// pass midnight.
func (s *shift) meets(o shift) (time.Time, bool) {
	if s.days.from.After(o.days.to) || o.days.from.After(s.days.to) { // to is a day later than the last one, as far as a span may reach
		return time.Time{}, false
	}
	for _, pair := range [][2]*shift{{s, &o}, {&o, s}} {
		one, other := pair[0], pair[1]
		first := other.days.from.AddDate(0, 0, -1)
		if one.days.from.After(first) {
			first = one.days.from
		}
		for day := first; day.Before(one.days.to) && !day.After(other.days.to); day = day.AddDate(0, 0, 1) {
			start := day.Add(time.Duration(one.span.From) * time.Minute)
			if other.holds(start) {
				return day, true
			}
			if day.Sub(first) > 3*24*time.Hour {
				break
			}
		}
	}
	return time.Time{}, false
}
