package remedy

import (
	"cmp"
	"time"

	"suqiu/hotline"
)

// Router says who must remedy a problem (派单). remedy/owner implements it. The same question gets the same answer; an error
// says that the policy can't be used at all.
type Router interface {
	Route(q Question) (Assignment, error)
	// Chain says who is told, and when, as long as an incident that was handed over at from is not acknowledged (升级链):
	// ascending by Due, each with who is on duty then.
	Chain(q Question, from time.Time) ([]Escalation, error)
	// Holds reports whether an owner still is somebody who can be: in office, and at the post by which the incident came to
	// them. Who has it by duty, as a deputy or by hand keeps it when the shift or the deputising ends.
	Holds(a Assignment, at time.Time) (bool, error)
}

// Question is what is asked of a Router.
type Question struct {
	Family      string
	Labels      []string
	Area        string // a path; "" is unknown or everywhere
	Responsible hotline.Responsible
	Hotlines    []hotline.Hotline // over which it was told
	At          time.Time
	Sensitive   bool // a label about people of the unit itself, such as attitude or bribery
	Callers     int
}

// Person is somebody who is told.
type Person struct {
	ID   string `json:"id,omitempty"` // key of the table of people
	Name string `json:"name,omitempty"`
	Role string `json:"role,omitempty"`
	Unit string `json:"unit,omitempty"`
}

// Assignment is a Router's answer: exactly one owner (责任人), or why there is none.
type Assignment struct {
	Owner        Person   `json:"owner,omitzero"`
	Unowned      string   `json:"unowned,omitempty"` // why nobody is; empty if Owner is somebody
	Path         []string `json:"path,omitempty"`    // how it was found
	Post         Post     `json:"post,omitzero"`     // of the owner, by which it was found; none for duty, deputies and what people assign
	Sensitive    bool     `json:"sensitive,omitempty"`
	HideExamples bool     `json:"hide_examples,omitempty"` // so few callers that an example would show who they are
}

// Post is a role (岗位) in an area.
type Post struct {
	Role string `json:"role"` // by code
	Area string `json:"area"` // "" for everywhere
}

// Escalation is a step of the chain.
type Escalation struct {
	Level int       `json:"level"` // from 1
	Due   time.Time `json:"due"`
	To    Person    `json:"to,omitzero"` // empty: nobody is on duty
	Why   string    `json:"why,omitempty"`
}

// Owned reports whether somebody is responsible.
func (a Assignment) Owned() bool { return a.Owner.ID != "" }

// who names the owner for people.
func (a Assignment) who() string {
	if !a.Owned() {
		return "无"
	}
	name := cmp.Or(a.Owner.Name, a.Owner.ID)
	if a.Owner.Role == "" {
		return name
	}
	return name + "（" + a.Owner.Role + "）"
}

// people are those who are told of an incident as a rule: its owner.
func (a Assignment) people() []Person {
	if !a.Owned() {
		return nil
	}
	return []Person{a.Owner}
}
