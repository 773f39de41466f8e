package owner

import (
	"maps"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
)

// LeastCallers is the number of callers below which an example of a sensitive problem could show who complained.
const LeastCallers = 5

var _ remedy.Router = (*Directory)(nil)

// Route implements remedy.Router. It never fails: where nobody is found the assignment says why.
func (d *Directory) Route(q remedy.Question) (remedy.Assignment, error) {
	decision := d.Decide(questionOf(q))
	var post remedy.Post
	if by := (remedy.Post{Role: decision.Role, Area: decision.Area}); decision.Owned() && d.inPost(decision.Owner.ID, by, q.At) {
		post = by
	}
	return remedy.Assignment{
		Post:  post,
		Owner: d.told(decision.Owner, decision.Role), Unowned: decision.Unowned, Path: decision.Path, Sensitive: q.Sensitive,
		HideExamples: q.Sensitive && q.Callers < LeastCallers,
	}, nil
}

// Holds implements remedy.Router: the owner is in the table of people, and at the post by which the problem came to them.
func (d *Directory) Holds(a remedy.Assignment, at time.Time) (bool, error) {
	p, known := d.people[a.Owner.ID]
	return known && p.holds(at) && (a.Post == remedy.Post{} || d.inPost(a.Owner.ID, a.Post, at)), nil
}

// inPost reports whether somebody holds a role in an area by post or, where it has no post of its own, in one of its cells.
func (d *Directory) inPost(id string, by remedy.Post, at time.Time) bool {
	theirs := func(p post) bool { return p.person == id && p.holds(at) }
	if posts := d.posts[seat{by.Role, by.Area}]; len(posts) > 0 {
		return slices.ContainsFunc(posts, theirs)
	}
	return slices.ContainsFunc(d.below[by.Role], func(area string) bool {
		return hotline.Covers(by.Area, area) && slices.ContainsFunc(d.posts[seat{by.Role, area}], theirs)
	})
}

// Chain implements remedy.Router. It never fails: a level at which nobody is found says why.
func (d *Directory) Chain(q remedy.Question, from time.Time) ([]remedy.Escalation, error) {
	var chain []remedy.Escalation
	for _, e := range d.Escalate(questionOf(q), from) {
		chain = append(chain, remedy.Escalation{Level: e.Level, Due: e.Due, To: d.told(e.Owner, e.Role), Why: e.Why})
	}
	return chain, nil
}

// Person finds somebody by number, for the addresses that a message goes to.
func (d *Directory) Person(id string) (Person, bool) {
	p, known := d.people[id]
	if !known {
		return Person{}, false
	}
	return p.Person, true
}

// Find lists those who are in the table of people at a moment and have a number (工号) or name, by number, each with the
// roles that they hold then.
func (d *Directory) Find(who string, at time.Time) []remedy.Person {
	at = at.In(d.zone)
	var found []remedy.Person
	for id, p := range d.people {
		if (id == who || p.Name == who) && p.holds(at) {
			found = append(found, remedy.Person{ID: id, Name: p.Name, Unit: p.Unit})
		}
	}
	slices.SortFunc(found, func(a, b remedy.Person) int { return strings.Compare(a.ID, b.ID) })
	if len(found) == 0 {
		return nil
	}
	holdings := d.Holdings(at)
	for k := range found {
		var roles []string
		for _, h := range holdings {
			if name := d.policy.RoleName(h.Role); h.For.ID == found[k].ID && !slices.Contains(roles, name) {
				roles = append(roles, name)
			}
		}
		found[k].Role = strings.Join(roles, "、")
	}
	return found
}

// Peopled reports whether a table of people was imported.
func (d *Directory) Peopled() bool { return len(d.people) > 0 }

// Areas lists the areas in which there are posts, cells or rosters, each once and sorted; "" is everywhere.
func (d *Directory) Areas() []string {
	areas := map[string]bool{}
	for at := range d.posts {
		areas[at.area] = true
	}
	for at := range d.shifts {
		areas[at.area] = true
	}
	return slices.Sorted(maps.Keys(areas))
}

func (d *Directory) told(p Person, role string) remedy.Person {
	if p.ID == "" {
		return remedy.Person{}
	}
	return remedy.Person{ID: p.ID, Name: p.Name, Role: d.policy.RoleName(role), Unit: p.Unit}
}

func questionOf(q remedy.Question) Question {
	return Question{Labels: q.Labels, Sensitive: q.Sensitive, Area: q.Area, Responsible: q.Responsible, Hotlines: q.Hotlines, At: q.At}
}
