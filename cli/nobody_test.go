package cli

import (
	"time"

	"suqiu/remedy"
)

// nobody is the router of a company without owners.
type nobody struct{}

var _ remedy.Router = nobody{}

// Route implements remedy.Router.
func (nobody) Route(q remedy.Question) (remedy.Assignment, error) {
	return remedy.Assignment{Unowned: "没有责任人", Sensitive: q.Sensitive}, nil
}

// Chain implements remedy.Router.
func (nobody) Chain(remedy.Question, time.Time) ([]remedy.Escalation, error) { return nil, nil }
