// Package notify tells people of incidents: by 企业微信, 钉钉, 飞书, e-mail, signed webhook and Kafka. It drains the outbox
// that stands in the incidents' records and keeps a mark of its own for each message and channel, written before and
// after the sending. So every message goes out at least once by each of its channels under a stable key, however often
// the process is killed, and what a kill between sending and mark makes go out again says so (可能重复). Nobody can promise
// more over mail and webhooks. What can wait is grouped, kept through quiet hours, and repeated while nobody
// acknowledges. Clocks are passed in.
package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// Notice is a message of an incident's outbox with what is needed to send it.
type Notice struct {
	remedy.Message
	People    []owner.Person // whom it is for, with their addresses
	Options   owner.Options  // channels, quiet hours, repetition and grouping
	LabelName string         // of the leading label
	Sensitive bool           // examples are left out below owner.LeastCallers callers
	Outage    bool           // the cause is an outage: a draft notice for the community goes with it
	Answer    string         // the approved answer (口径)
	Todo      []string       // what to do
	Waiting   bool           // the incident still waits to be acknowledged, and this is the newest message that asks for it
	Repeat    int            // which repetition it is; 0 for the first time
}

// key is the notice's key, that of a repetition with its number.
func (n *Notice) key() string {
	if n.Repeat == 0 {
		return n.Key
	}
	return fmt.Sprintf("%s#%d", n.Key, n.Repeat)
}

// Message is what a channel sends: one notice, or several grouped into one.
type Message struct {
	ID        string // stable: the same whenever the same notices are sent again
	Notices   []Notice
	Duplicate bool // it may have been sent before
	Now       time.Time
}

// Urgent reports whether one of the notices is.
func (m *Message) Urgent() bool {
	return slices.ContainsFunc(m.Notices, func(n Notice) bool { return n.Urgent })
}

// people lists whom the message is for, each once.
func (m *Message) people() []owner.Person {
	var all []owner.Person
	seen := map[string]bool{}
	for i := range m.Notices {
		for _, p := range m.Notices[i].People {
			if !seen[p.ID] {
				seen[p.ID] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// Channel sends messages. Send returns when the other side has taken the message; any error means that it may have been
// taken or not. An error that wraps ErrRefused says that this message will never be taken.
type Channel interface {
	Name() string
	Limits() Limits
	Send(ctx context.Context, m *Message) error
}

// Limits are what a channel demands of its sender.
type Limits struct {
	PerMinute int  // messages; 0 for any number
	Machine   bool // programs read it: every notice goes out by itself and at once
}

// ErrRefused is wrapped by errors of messages that the other side will never take; all others are tried again.
var ErrRefused = errors.New("refused for good")

// retryAfter is an error that says how long to wait.
type retryAfter struct {
	error
	wait time.Duration
}

func (e retryAfter) Unwrap() error { return e.error }
