package owner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Holding is who holds a role in an area at a moment.
type Holding struct {
	Role, Area string // the role's code; "" for everywhere
	Person     Person // who is there; the zero Person if nobody is
	For        Person // whose post or shift it is
	Duty       bool   // by the roster (值班), not by post
	Until      time.Time
}

// Holdings lists every seat that somebody holds at a moment, by role and area.
func (d *Directory) Holdings(at time.Time) []Holding {
	at = at.In(d.zone)
	var all []Holding
	add := func(seat seat, id string, duty bool, until time.Time) {
		s := &search{Directory: d, at: at}
		h := Holding{Role: seat.role, Area: seat.area, For: d.people[id].Person, Duty: duty, Until: until}
		h.Person, _ = s.present(id, "")
		all = append(all, h)
	}
	for seat, posts := range d.posts {
		for _, p := range posts {
			if p.holds(at) {
				add(seat, p.person, false, p.to)
			}
		}
	}
	for seat, shifts := range d.shifts {
		for _, s := range shifts {
			if s.holds(at) {
				add(seat, s.person, true, s.days.to)
			}
		}
	}
	slices.SortFunc(all, func(a, b Holding) int {
		duty := map[bool]int{true: 0, false: 1}
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Area, b.Area), cmp.Compare(duty[a.Duty], duty[b.Duty]))
	})
	return all
}

// Policy is what the directory decides by.
func (d *Directory) Policy() *Policy { return d.policy }

// Review looks for what will leave problems without an owner within some days: roles that nobody holds, posts and people that
// end without a successor, and hours that a roster leaves out. It returns a sentence each, in Chinese.
func (d *Directory) Review(now time.Time, days int) []string {
	now = now.In(d.zone)
	end := now.AddDate(0, 0, days)
	var said []string
	holdings := d.Holdings(now)
	for _, r := range d.policy.Roles {
		if !slices.ContainsFunc(holdings, func(h Holding) bool { return h.Role == r.Code && h.Person.ID != "" }) {
			said = append(said, fmt.Sprintf("岗位 %s（%s）现在没有人在岗", r.Name, r.Code))
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(d.posts), compareSeats) {
		for _, p := range d.posts[at] {
			if p.holds(now) && !p.to.IsZero() && p.to.Before(end) && !slices.ContainsFunc(d.posts[at], func(o post) bool { return o.holds(p.to) }) {
				said = append(said, fmt.Sprintf("岗位 %s，%s：%s 到 %s 为止，没有接任", d.policy.names[at.role], place(at.area), d.people[p.person].Name, p.to.AddDate(0, 0, -1).Format(time.DateOnly)))
			}
			if who := d.people[p.person]; p.holds(now) && !who.to.IsZero() && who.to.Before(end) && (p.to.IsZero() || who.to.Before(p.to)) {
				said = append(said, fmt.Sprintf("岗位 %s，%s：%s 的人员记录到 %s 为止，任职却更长", d.policy.names[at.role], place(at.area), who.Name, who.to.AddDate(0, 0, -1).Format(time.DateOnly)))
			}
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(d.shifts), compareSeats) {
		if gap, found := d.gap(at, now, end); found {
			said = append(said, fmt.Sprintf("值班 %s，%s：%s 起无人值班", d.policy.names[at.role], place(at.area), gap.Format("2006-01-02 15:04")))
		}
	}
	return said
}

func compareSeats(a, b seat) int {
	return cmp.Or(cmp.Compare(a.role, b.role), cmp.Compare(a.area, b.area))
}

// gap finds the first quarter of an hour that no shift of a seat covers.
func (d *Directory) gap(at seat, from, to time.Time) (time.Time, bool) {
	for t := from.Truncate(15 * time.Minute); t.Before(to); t = t.Add(15 * time.Minute) {
		if !slices.ContainsFunc(d.shifts[at], func(s shift) bool { return s.holds(t) }) {
			return t, true
		}
	}
	return time.Time{}, false
}
