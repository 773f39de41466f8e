package owner

import (
	"time"

	"suqiu/remedy"
)

// LeastCallers is the number of callers below which an example of a sensitive problem could show who complained.
const LeastCallers = 5

var _ remedy.Router = (*Directory)(nil)

// Route implements remedy.Router. It never fails: where nobody is found the assignment says why.
func (d *Directory) Route(q remedy.Question) (remedy.Assignment, error) {
	decision := d.Decide(questionOf(q))
	return remedy.Assignment{
		Owner: d.told(decision.Owner, decision.Role), Unowned: decision.Unowned, Path: decision.Path, Sensitive: q.Sensitive,
		HideExamples: q.Sensitive && q.Callers < LeastCallers,
	}, nil
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

func (d *Directory) told(p Person, role string) remedy.Person {
	if p.ID == "" {
		return remedy.Person{}
	}
	return remedy.Person{ID: p.ID, Name: p.Name, Role: d.policy.RoleName(role), Unit: p.Unit}
}

func questionOf(q remedy.Question) Question {
	return Question{Labels: q.Labels, Sensitive: q.Sensitive, Area: q.Area, Responsible: q.Responsible, Hotlines: q.Hotlines, At: q.At}
}
