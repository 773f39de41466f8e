package owner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
)

// search is one look for a person, with the path that it took.
type search struct {
	*Directory
	at     time.Time // in the directory's zone
	start  string    // the area at which it begins
	deep   bool      // it may look below start, for a place whose cells are all one person's
	named  string    // the unit named by a sensitive problem: nobody of it may be found; "" for none
	passed []string  // who has been told already
	path   []string
}

func (s *search) say(format string, args ...any) {
	s.path = append(s.path, fmt.Sprintf(format, args...))
}

// begin prepares the search for a question at a moment. A sensitive problem is looked for from the superior unit (上级单位)
// of the unit named on, never in that unit or below it.
func (d *Directory) begin(q *Question, at time.Time) *search {
	s := &search{Directory: d, at: at.In(d.zone), start: q.Area, deep: strings.Count(q.Area, hotline.AreaSeparator) >= d.policy.unitLevel}
	if q.Sensitive {
		s.named = d.unit(q.Area)
		s.start, s.deep = above(s.named), false
	}
	return s
}

// unit is the lowest unit that an area is in: the area itself, or what is above the places that have no head of their own.
func (d *Directory) unit(area string) string {
	for strings.Count(area, hotline.AreaSeparator) >= d.policy.unitLevel {
		area = above(area)
	}
	return area
}

// Decide finds the owner.
func (d *Directory) Decide(q Question) Decision {
	s := d.begin(&q, q.At)
	n := s.route(&q)
	decision := Decision{Sensitive: q.Sensitive, Options: n.options}
	decision.Owner, decision.Role, decision.Area = s.find(n.roles)
	if !decision.Owned() {
		decision.Unowned = s.nobody(n.roles)
		s.say("无责任人：%s", decision.Unowned)
	}
	decision.Path = s.path
	return decision
}

// Manager is who looks after the people of an area (片区经理): the holder of the policy's cell_role there, or in all cells
// below it that somebody holds, or in an area above it.
func (d *Directory) Manager(area string, at time.Time) (Person, bool) {
	s := d.begin(&Question{Area: area}, at)
	p, _, _ := s.find([]string{d.policy.cellRole})
	return p, p.ID != ""
}

// Escalate tells who is to be told at each level when a problem that was handed over at opened is not acknowledged. Each
// level is decided by who holds the role at the moment when it is due; whoever was told before is passed over.
func (d *Directory) Escalate(q Question, opened time.Time) []Escalation {
	q.At = opened
	first := d.begin(&q, opened)
	n := first.route(&q)
	owner, _, _ := first.find(n.roles)
	told := []string{owner.ID}
	due := opened
	chain := make([]Escalation, len(n.escalate))
	for i, step := range n.escalate {
		if at := d.addDelay(opened, step.After); at.After(due) {
			due = at
		}
		s := d.begin(&q, due)
		s.passed = told
		e := Escalation{Level: i + 1, Due: due}
		e.Owner, e.Role, _ = s.find(step.Roles)
		if e.Owner.ID == "" {
			s.say("无人：%s", s.nobody(step.Roles))
		} else {
			told = append(told, e.Owner.ID)
		}
		e.Why = strings.Join(s.path, "；")
		chain[i] = e
	}
	return chain
}

// route follows the policy and notes the way.
func (s *search) route(q *Question) *node {
	root := s.policy.route
	if q.Sensitive {
		root = s.policy.sensitive
	}
	way := root.descend(q, s.at, s.calendar)
	names := make([]string, len(way))
	for i, n := range way {
		names[i] = n.name
	}
	s.say("路由：%s", strings.Join(names, " › "))
	if q.Sensitive {
		s.say("敏感诉求：被反映单位 %s，由上级 %s 起查找", place(s.named), place(s.start))
	}
	return way[len(way)-1]
}

// find asks for each role in turn: at the start, then (inside a unit) in its cells, then at each area above.
func (s *search) find(roles []string) (p Person, role, area string) {
	for _, role := range roles {
		name := s.policy.names[role]
		for at := s.start; ; at = above(at) {
			if p, ok := s.holder(seat{role, at}); ok {
				s.say("岗位 %s，%s：%s（%s）", name, place(at), p.Name, p.ID)
				return p, role, at
			}
			if at == s.start && s.deep {
				if p, ok := s.onlyBelow(role); ok {
					s.say("岗位 %s，%s 各网格同属一人：%s（%s）", name, place(at), p.Name, p.ID)
					return p, role, at
				}
			}
			if at == "" {
				break
			}
		}
		s.say("岗位 %s：自 %s 向上无人", name, place(s.start))
	}
	return Person{}, "", ""
}

// holder is who holds a seat at the moment: on duty, else by post; of those absent their deputy.
func (s *search) holder(at seat) (Person, bool) {
	for _, shift := range s.shifts[at] {
		if shift.holds(s.at) {
			if p, ok := s.present(shift.person, "值班"); ok {
				return p, true
			}
			break // no other shift covers the same moment
		}
	}
	for _, post := range s.posts[at] {
		if post.holds(s.at) {
			return s.present(post.person, "任职")
		}
	}
	return Person{}, false
}

// present is the person, or who stands in for them.
func (s *search) present(id, as string) (Person, bool) {
	var seen []string
	for {
		p := s.people[id]
		switch {
		case slices.Contains(seen, id):
			s.say("%s %s：代理循环", as, id)
			return Person{}, false
		case !p.holds(s.at):
			s.say("%s %s（%s）：不在有效期内", as, p.Name, id)
			return Person{}, false
		}
		seen = append(seen, id)
		i := slices.IndexFunc(s.away[id], func(a absence) bool { return a.holds(s.at) })
		if i < 0 {
			return s.allowed(p, as)
		}
		deputy := s.away[id][i].deputy
		if deputy == "" {
			s.say("%s %s（%s）：不在岗，无代理", as, p.Name, id)
			return Person{}, false
		}
		s.say("%s %s（%s）：不在岗，由 %s 代理", as, p.Name, id, deputy)
		id = deputy
	}
}

// allowed passes over who belongs to the unit named by a sensitive problem, and who was told before.
func (s *search) allowed(p *person, as string) (Person, bool) {
	switch {
	case s.named != "" && hotline.Covers(s.named, p.Unit):
		s.say("%s %s（%s）：属于被反映单位，回避", as, p.Name, p.ID)
		return Person{}, false
	case slices.Contains(s.passed, p.ID):
		s.say("%s %s（%s）：已通知过", as, p.Name, p.ID)
		return Person{}, false
	}
	return p.Person, true
}

// onlyBelow is the one person who holds the role in all seats below the start that somebody holds.
func (s *search) onlyBelow(role string) (Person, bool) {
	areas := s.below[role]
	prefix := s.start + hotline.AreaSeparator
	i, _ := slices.BinarySearch(areas, prefix)
	var only Person
	for ; i < len(areas) && strings.HasPrefix(areas[i], prefix); i++ {
		p, ok := s.holder(seat{role, areas[i]})
		if !ok {
			continue
		}
		if only.ID != "" && only.ID != p.ID {
			s.say("岗位 %s，%s 以下各网格不是同一人，向上查找", s.policy.names[role], place(s.start))
			return Person{}, false
		}
		only = p
	}
	return only, only.ID != ""
}

// nobody says why a search found nobody, and what would help.
func (s *search) nobody(roles []string) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = s.policy.names[r]
	}
	return fmt.Sprintf("%s 及其上级在 %s 没有在岗的%s；请导入岗位、网格、值班或代理（suqiu owner import）",
		place(s.start), s.at.Format("2006-01-02 15:04"), strings.Join(names, "、"))
}
