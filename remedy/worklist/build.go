package worklist

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
)

// Item is a person or a place on a worklist.
type Item struct {
	List     string    `json:"list"`
	Name     string    `json:"name"`             // of the list
	Person   string    `json:"person,omitempty"` // pseudonym of the caller, else of the account; empty for a place, and for one who told neither
	Place    string    `json:"place,omitempty"`
	Area     string    `json:"area"`     // path of the grid tree, of the last contact whose place is known
	Contacts int       `json:"contacts"` // one a day of the same person about the same matter
	Callers  int       `json:"callers"`  // distinct; one without caller and account counts as a caller of its own
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Orders   []string  `json:"orders"` // document ids, the last contact first
	Urgency  []string  `json:"urgency,omitempty"`
	Portrait []string  `json:"portrait,omitempty"`
}

// Build gathers the contacts of a list into items, the most urgent first: those with an urgency signal, then those that
// told of it most often, then the latest.
func Build(l *List, contacts []Contact) []Item {
	var mine []*Contact
	for i := range contacts {
		if l.Takes(&contacts[i]) {
			mine = append(mine, &contacts[i])
		}
	}
	slices.SortFunc(mine, func(a, b *Contact) int { return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID)) })
	var items []Item
	if l.By != ByPerson {
		var rest []*Contact
		groups := map[string][]*Contact{}
		for _, c := range mine {
			if key, _ := c.place(); key != "" {
				groups[key] = append(groups[key], c)
			} else {
				rest = append(rest, c)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			if group := groups[key]; l.enough(group) {
				_, place := group[len(group)-1].place()
				items = append(items, l.item(group, place))
			} else {
				rest = append(rest, group...)
			}
		}
		mine = rest
		slices.SortFunc(mine, func(a, b *Contact) int { return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID)) })
	}
	if l.By != ByPlace {
		for _, group := range people(mine) {
			if l.enough(group) {
				items = append(items, l.item(group, ""))
			}
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(min(1, len(b.Urgency)), min(1, len(a.Urgency))), cmp.Compare(b.Contacts, a.Contacts), b.Last.Compare(a.Last), cmp.Compare(a.Orders[0], b.Orders[0]))
	})
	return items
}

// county is the depth of the county (区县) in the grid tree: communities of one name in two counties are two.
const county = 3

// station is the depth of the supply station (供电所); a transformer area (台区) lies below it.
const station = 4

// place is where a contact is: what its text names first, else its transformer area. The key tells places of one name apart.
func (c *Contact) place() (key, name string) {
	levels := strings.Split(c.Area, hotline.AreaSeparator)
	above := strings.Join(levels[:min(county, len(levels))], hotline.AreaSeparator)
	switch {
	case len(c.Places) > 0:
		return above + "\x00" + c.Places[0], c.Places[0]
	case len(levels) > station:
		return c.Area, levels[station]
	}
	return "", ""
}

// people gathers contacts by who told: contacts with a caller or an account in common are one person's.
func people(contacts []*Contact) [][]*Contact {
	leader := make([]int, len(contacts))
	find := func(i int) int {
		for leader[i] != i {
			i = leader[i]
		}
		return i
	}
	first := map[string]int{}
	for i, c := range contacts {
		leader[i] = i
		for _, key := range []string{"caller " + c.Caller, "account " + c.Account} {
			if strings.HasSuffix(key, " ") {
				continue
			}
			if before, known := first[key]; known {
				a, b := find(before), find(i)
				leader[max(a, b)] = min(a, b)
			} else {
				first[key] = i
			}
		}
	}
	at := map[int]int{}
	var groups [][]*Contact
	for i, c := range contacts {
		root := find(i)
		n, known := at[root]
		if !known {
			n = len(groups)
			at[root] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], c)
	}
	return groups
}

// who tells callers apart.
func (c *Contact) who() string { return cmp.Or(c.Caller, c.Account, c.ID) }

// event is what counts once: a call, the order that was written for it and its copy are one.
func (c *Contact) event() string {
	return c.Matter + "\x00" + c.who() + "\x00" + c.Received.Format(time.DateOnly)
}

// enough reports whether so many contacts of so many callers as the list asks for lie within its span. They stand in
// the order of time.
func (l *List) enough(group []*Contact) bool {
	for i := range group {
		events, callers := map[string]bool{}, map[string]bool{}
		for _, c := range group[i:] {
			if c.Received.Sub(group[i].Received) > l.Within.Clock {
				break
			}
			events[c.event()], callers[c.who()] = true, true
		}
		if len(events) >= max(1, l.Contacts) && len(callers) >= l.Callers {
			return true
		}
	}
	return false
}

// item sums up the contacts of a person or a place, which stand in the order of time.
func (l *List) item(group []*Contact, place string) Item {
	last := group[len(group)-1]
	out := Item{List: l.Code, Name: l.Name, Place: place, First: group[0].Received, Last: last.Received}
	events, callers := map[string]bool{}, map[string]bool{}
	for _, c := range slices.Backward(group) {
		out.Orders = append(out.Orders, c.ID)
		events[c.event()], callers[c.who()] = true, true
		if out.Area == "" {
			out.Area = c.Area
		}
		out.Urgency = append(out.Urgency, c.Urgency...)
		out.Portrait = append(out.Portrait, c.Portrait...)
	}
	out.Contacts, out.Callers = len(events), len(callers)
	out.Urgency, out.Portrait = unique(out.Urgency), unique(out.Portrait)
	if place == "" {
		out.Person = cmp.Or(last.Caller, last.Account)
		_, out.Place = last.place()
	}
	return out
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
