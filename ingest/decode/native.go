package decode

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"suqiu/hotline"
)

// isNative recognises suqiu's own JSON: a schema, or text or turns beside a field that only it has so named.
func isNative(top map[string]json.RawMessage) bool {
	has := func(name string) bool { _, ok := top[name]; return ok }
	return has("schema") || (has("text") || has("turns")) &&
		(has("id") || has("hotline") || has("source") || has("received") || has("received_at"))
}

// decodeNative reads suqiu's own JSON (docs/call.schema.json). Fields it does not know are kept in extra.
func decodeNative(src *Source, in *Input) ([]Record, *Error) {
	doc, ok := parseJSON(in.Value).(map[string]any)
	if !ok {
		return nil, &Error{Reason: ReasonFormat, Why: "a JSON value that is not an object", Hint: "send one JSON object a record"}
	}
	n := native{doc: doc, src: src, used: make([]string, 0, 48)}
	r := n.record()
	if n.err != nil {
		return []Record{r}, n.err
	}
	return []Record{r}, complete(src, in, &r, doc)
}

// native reads the fields of one document; the first fault stays in err and the rest is read as empty.
type native struct {
	doc  map[string]any
	src  *Source
	used []string // the fields taken; nil: nobody asks for the others
	err  *Error
}

func (n *native) record() Record {
	if v := n.scalar("schema"); v != "" && v != strconv.Itoa(hotline.Schema) {
		n.fail(ReasonSchema, "schema", fmt.Sprintf("this build reads schema %d", hotline.Schema))
	}
	c := hotline.Call{
		ID: n.scalar("id"), Hotline: n.hotline(), Kind: hotline.Kind(n.scalar("kind")), Channel: n.scalar("channel"),
		Title: n.scalar("title"), Unit: n.scalar("unit"), Class: strings.Join(n.list("class"), "/"),
	}
	if c.Hotline == "" {
		c.Hotline = n.src.Hotline
	}
	if c.Kind == "" {
		c.Kind = n.src.Kind
	}
	c.Turns = n.turns("turns")
	if c.Kind == "" {
		c.Kind = guessKind(&c)
	}
	var named []string
	if written := n.scalar("text"); written != "" && len(c.Turns) == 0 {
		t := split(written)
		c.Turns, named = t.turns, t.orders
	} else if written != "" {
		addExtra(&c, "text", written) // beside turns, a text is a summary of them
	}
	if len(c.Turns) == 0 || c.Kind != hotline.KindCall {
		leadWithTitle(&c)
	}
	for _, reply := range n.list("reply") {
		c.Turns = append(c.Turns, hotline.Turn{Role: hotline.RoleReply, Text: reply})
	}
	if t, p := n.time("received", "received_at"); !t.IsZero() {
		c.Received, c.Precision = t, p
	}
	if p := n.scalar("precision"); p != "" {
		c.Precision = hotline.Precision(p)
	}
	if t, _ := n.time("updated", "updated_at"); !t.IsZero() {
		c.ContentRev = t.UnixMilli()
	}
	if b, ok := n.take("tombstone").(bool); ok {
		c.Tombstone = b
	}
	c.Life = n.life()
	refs := references{main: n.scalar("matter"), linked: n.list("links"), told: named}
	refs.apply(n.src, &c)
	r := Record{Call: c,
		Person: Person{Phone: n.scalar("caller"), Account: n.scalar("account"), Names: n.list("names"), Agent: n.scalar("agent")},
		Place: Place{OrgCode: n.scalar("org_code"), DivisionCode: n.scalar("division_code"), Unit: c.Unit,
			Address: strings.Join(append(n.list("region"), n.list("address")...), " ")}}
	n.extra(&r.Call)
	return r
}

// guessKind tells the kind of a record that does not: a call has turns; the power company and the regulator write
// orders; what 12345 passes on in the citizen's words is a message.
func guessKind(c *hotline.Call) hotline.Kind {
	switch {
	case len(c.Turns) > 0:
		return hotline.KindCall
	case c.Hotline == hotline.Hotline12345:
		return hotline.KindMessage
	}
	return hotline.KindOrder
}

func (n *native) fail(reason Reason, place, why string) {
	if n.err == nil {
		n.err = &Error{Reason: reason, Place: place, Why: why, Hint: "see docs/call.schema.json"}
	}
}

func (n *native) take(name string) any {
	if n.used != nil {
		n.used = append(n.used, name)
	}
	return n.doc[name]
}

// scalar reads a string or number; anything else but null is a fault.
func (n *native) scalar(name string) string {
	switch v := n.take(name).(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	n.fail(ReasonField, name, "must be a string")
	return ""
}

// list reads a string or a list of strings; empty ones are left out.
func (n *native) list(name string) []string {
	values, ok := n.take(name).([]any)
	if !ok {
		if s := n.scalar(name); s != "" {
			return []string{s}
		}
		return nil
	}
	var all []string
	for i, v := range values {
		switch v := v.(type) {
		case string, json.Number:
			if s := strings.TrimSpace(text(v)); s != "" {
				all = append(all, s)
			}
		case nil:
		default:
			n.fail(ReasonField, fmt.Sprintf("%s[%d]", name, i), "must be a string")
		}
	}
	return all
}

// time reads the first of several names that has a value.
func (n *native) time(names ...string) (first time.Time, precision hotline.Precision) {
	for _, name := range names {
		s := n.scalar(name)
		if s == "" || !first.IsZero() {
			continue
		}
		t, p, err := n.src.parseTime(s)
		if err != nil {
			n.fail(ReasonTime, name, err.Error())
			continue
		}
		first, precision = t, p
	}
	return first, precision
}

// hotline reads the hotline from its own field, or from source where that names one, as older exports do.
func (n *native) hotline() hotline.Hotline {
	h := hotline.Hotline(n.scalar("hotline"))
	if s, ok := n.doc["source"].(string); ok && hotline.Hotline(s).Valid() {
		n.take("source")
		if h == "" {
			h = hotline.Hotline(s)
		}
	}
	if h != "" && !h.Valid() {
		n.fail(ReasonHotline, "hotline", "must be 95598, 12398 or 12345")
	}
	return h
}

func (n *native) turns(name string) []hotline.Turn {
	raw := n.take(name)
	if raw == nil {
		return nil
	}
	list, ok := raw.([]any)
	if !ok {
		n.fail(ReasonField, name, "must be a list of {role, text}")
		return nil
	}
	turns := make([]hotline.Turn, 0, min(len(list), hotline.MaxTurns+1))
	for i, v := range list {
		place := func() string { return fmt.Sprintf("%s[%d]", name, i) }
		object, ok := v.(map[string]any)
		if !ok {
			n.fail(ReasonField, place(), "must be an object with role and text")
			return nil
		}
		t := native{doc: object, src: n.src}
		turn := hotline.Turn{Role: hotline.Role(roleWord(t.scalar("role"))), Text: t.scalar("text"), BeginMS: t.milliseconds("begin_ms"), EndMS: t.milliseconds("end_ms")}
		if turn.Role == "" {
			turn.Role = hotline.RoleUnknown
		}
		if t.err == nil && !turn.Role.Valid() {
			t.fail(ReasonField, "role", "must be customer, agent, ivr, unknown, reply or quote")
		}
		if t.err != nil {
			n.fail(t.err.Reason, place()+"."+t.err.Place, t.err.Why)
			return nil
		}
		turns = append(turns, turn)
	}
	return turns
}

func (n *native) milliseconds(name string) int64 {
	v := n.take(name)
	if v == nil {
		return 0
	}
	number, ok := v.(json.Number)
	ms, err := number.Int64()
	if !ok || err != nil || ms < 0 {
		n.fail(ReasonField, name, "must be a whole number of milliseconds, 0 or more")
		return 0
	}
	return ms
}

func (n *native) life() hotline.Life {
	raw := n.take("life")
	if raw == nil {
		return hotline.Life{}
	}
	object, ok := raw.(map[string]any)
	if !ok {
		n.fail(ReasonField, "life", "must be an object")
		return hotline.Life{}
	}
	l := native{doc: object, src: n.src}
	life := hotline.Life{Status: l.scalar("status"), Satisfaction: l.scalar("satisfaction")}
	life.Due, _ = l.time("due")
	life.Contacted, _ = l.time("contacted")
	life.Closed, _ = l.time("closed")
	if l.err != nil {
		n.fail(l.err.Reason, "life."+l.err.Place, l.err.Why)
	}
	return life
}

// extra keeps every field that was not used, and what an extra object holds.
func (n *native) extra(c *hotline.Call) {
	if object, ok := n.take("extra").(map[string]any); ok {
		for name, v := range object {
			addExtra(c, name, text(v))
		}
	}
	var names []string
	for name := range n.doc {
		if !slices.Contains(n.used, name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		addExtra(c, name, text(n.doc[name]))
	}
}
