package decode

import (
	"fmt"
	"strconv"
	"strings"
)

// reading is the reading of one JSON document; it keeps the first thing found wrong, so that decoders read on
// without asking after each step and ask once at the end.
type reading struct {
	fault *Error
}

// node is a value of a JSON document and the place where it stands. A node that is absent or null reads as empty.
type node struct {
	reading *reading
	value   any
	place   *place
}

// place is where a node stands, as steps from the document down; it is written out only when something is wrong.
type place struct {
	up    *place
	name  string // of a field; empty for an element of an array
	index int
}

// String writes a place as tickets[0].dialogue[3].words; the document itself has none.
func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.name == "":
		return fmt.Sprintf("%s[%d]", p.up, p.index)
	case p.up == nil:
		return p.name
	}
	return p.up.String() + "." + p.name
}

// readJSON begins to read a value that checkJSON accepted.
func readJSON(value []byte) node {
	return node{reading: &reading{}, value: parseJSON(value)}
}

// fault gives the first thing found wrong in the document, or nil.
func (n node) fault() *Error { return n.reading.fault }

// wrong records what is wrong with the node, unless something was wrong before.
func (n node) wrong(why, hint string) {
	if n.reading.fault == nil {
		n.reading.fault = &Error{Reason: ReasonField, Place: n.place.String(), Why: why, Hint: hint}
	}
}

// absent reports whether there is nothing: no such field, or null.
func (n node) absent() bool { return n.value == nil }

// at gives the first field of these names that is there; the names are spellings of one field.
func (n node) at(names ...string) node {
	none := node{n.reading, nil, &place{up: n.place, name: names[0]}}
	if n.absent() {
		return none
	}
	fields, ok := n.value.(map[string]any)
	if !ok {
		n.wrong("is not an object", "")
		return none
	}
	for _, name := range names {
		if v := fields[name]; v != nil {
			return node{n.reading, v, none.place}
		}
	}
	return none
}

// object reports whether the node is an object.
func (n node) object() bool {
	_, ok := n.value.(map[string]any)
	return ok
}

// has reports whether the node is an object with one of the fields, even if it is null.
func (n node) has(names ...string) bool {
	fields, _ := n.value.(map[string]any)
	for _, name := range names {
		if _, ok := fields[name]; ok {
			return true
		}
	}
	return false
}

// need is at for a field without which the document makes no sense; null counts as there.
func (n node) need(names ...string) node {
	found := n.at(names...)
	if !n.has(names...) {
		found.wrong("is missing", "")
	}
	return found
}

// items gives the elements of an array.
func (n node) items() []node {
	if n.absent() {
		return nil
	}
	array, ok := n.value.([]any)
	if !ok {
		n.wrong("is not an array", "")
		return nil
	}
	nodes := make([]node, len(array))
	for i, v := range array {
		nodes[i] = node{n.reading, v, &place{up: n.place, index: i}}
	}
	return nodes
}

// oneOrMore gives the elements of an array, or the node itself when it is none.
func (n node) oneOrMore() []node {
	if _, ok := n.value.([]any); ok || n.absent() {
		return n.items()
	}
	return []node{n}
}

// text gives a string, or a number as it is written.
func (n node) text() string {
	switch n.value.(type) {
	case map[string]any, []any, bool:
		n.wrong("is not text", "")
		return ""
	}
	return strings.TrimSpace(text(n.value))
}

// millis gives milliseconds from the start of the contact, which recognisers write as numbers or as strings.
func (n node) millis() int64 {
	s := n.text()
	if s == "" {
		return 0
	}
	ms, err := strconv.ParseFloat(s, 64)
	if err != nil || !(ms >= 0 && ms <= longestCallMS) {
		n.wrong("is not a number of milliseconds within a day", "")
		return 0
	}
	return int64(ms)
}

const longestCallMS = 24 * 60 * 60 * 1000

// embedded gives the JSON that stands in a string of JSON; some services wrap their results so, some versions of
// them do not.
func (n node) embedded() node {
	s, ok := n.value.(string)
	if !ok {
		return n
	}
	if err := checkJSON([]byte(s)); err != nil {
		if n.reading.fault == nil {
			if err.Place != "" {
				err.Place = " " + err.Place
			}
			err.Place = n.place.String() + err.Place
			n.reading.fault = err
		}
		return node{n.reading, nil, n.place}
	}
	return node{n.reading, parseJSON([]byte(s)), n.place}
}
