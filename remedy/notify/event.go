package notify

import (
	"time"

	"suqiu/remedy"
)

// Event is a notice for programs: a CloudEvent 1.0 in its structured JSON form (github.com/cloudevents/spec).
type Event struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`     // the notice's key: the same whenever it is sent again
	Source          string    `json:"source"` // suqiu
	Type            string    `json:"type"`   // suqiu.incident.opened …
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Duplicate       bool      `json:"possibleduplicate,omitempty"` // 可能重复
	Data            EventData `json:"data"`
}

// EventData is what a CloudEvent of suqiu carries. It names people by number and name, without addresses.
type EventData struct {
	remedy.Message
	LabelName string   `json:"label_name"`
	Sensitive bool     `json:"sensitive,omitempty"`
	Answer    string   `json:"answer,omitempty"`
	Todo      []string `json:"todo,omitempty"`
}

// eventType is the Content-Type of a CloudEvent.
const eventType = "application/cloudevents+json; charset=utf-8"

// event makes the CloudEvent of a notice.
func event(n *Notice, duplicate bool) Event {
	told := n.Message
	told.View.Examples, _ = n.examples()
	return Event{
		SpecVersion: "1.0", ID: n.key(), Source: "suqiu", Type: "suqiu.incident." + string(n.Kind), Subject: n.View.Incident,
		Time: n.At.UTC(), DataContentType: "application/json", Duplicate: duplicate,
		Data: EventData{Message: told, LabelName: n.LabelName, Sensitive: n.Sensitive, Answer: n.Answer, Todo: n.Todo},
	}
}
