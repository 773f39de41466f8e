package index

import (
	"cmp"
	"context"
	"slices"
	"time"

	"suqiu/hotline"
)

// RepeatWindow is the time within which a further contact about the same issue is a repeat (72 小时重复来电).
const RepeatWindow = 72 * time.Hour

// Repeat is a row of contacts of one caller, or of one account where the caller is not known, with the same label, of
// which each came within the window after the one before.
type Repeat struct {
	Caller   string    `json:"caller,omitempty"`
	Account  string    `json:"account,omitempty"`
	Label    string    `json:"label"`
	Contacts []Contact `json:"contacts"` // at least two, the oldest first
}

// Contact is one contact of a repeat.
type Contact struct {
	ID       string    `json:"id"`
	Received time.Time `json:"received"`
	Matter   string    `json:"matter"`
	order    bool
}

// FindRepeats reads the documents of a filter and finds the repeats among them, the longest first, then the newest. An
// order that was written for a call or message of the same matter and caller is not a contact of its own. Contacts
// before the filter's period are not looked at, so a row may have begun earlier. Labels are taken as they are, not up
// their tree. It keeps some hundred bytes in memory for each label of a document that tells a caller or an account.
func FindRepeats(ctx context.Context, s Searcher, f Filter, window time.Duration) ([]Repeat, error) {
	type key struct{ caller, account, label string }
	rows := map[key][]Contact{}
	err := Each(ctx, s, f, func(doc *hotline.Document) {
		c := &doc.Call
		who := key{caller: c.Caller}
		if c.Caller == "" {
			who.account = c.Account
		}
		if who == (key{}) {
			return
		}
		for _, code := range doc.Analysis.Codes() {
			who.label = code
			rows[who] = append(rows[who], Contact{ID: c.DocID(), Received: c.Received, Matter: c.Matter, order: c.Kind == hotline.KindOrder})
		}
	})
	if err != nil {
		return nil, err
	}
	repeats := []Repeat{}
	for who, contacts := range rows {
		for _, row := range rowsWithin(withoutPaperwork(contacts), window) {
			repeats = append(repeats, Repeat{Caller: who.caller, Account: who.account, Label: who.label, Contacts: row})
		}
	}
	slices.SortFunc(repeats, func(a, b Repeat) int {
		last := func(r Repeat) Contact { return r.Contacts[len(r.Contacts)-1] }
		return cmp.Or(cmp.Compare(len(b.Contacts), len(a.Contacts)), last(b).Received.Compare(last(a).Received),
			cmp.Compare(a.Label, b.Label), cmp.Compare(last(a).ID, last(b).ID))
	})
	return repeats, nil
}

// withoutPaperwork leaves out the orders that belong to a call or message that is there, too.
func withoutPaperwork(contacts []Contact) []Contact {
	told := map[string]bool{}
	for _, c := range contacts {
		if !c.order {
			told[c.Matter] = true
		}
	}
	return slices.DeleteFunc(contacts, func(c Contact) bool { return c.order && told[c.Matter] })
}

// rowsWithin parts contacts where more than the window lies between two, and leaves out single ones.
func rowsWithin(contacts []Contact, window time.Duration) [][]Contact {
	slices.SortFunc(contacts, func(a, b Contact) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	var rows [][]Contact
	for begin := 0; begin < len(contacts); {
		end := begin + 1
		for end < len(contacts) && contacts[end].Received.Sub(contacts[end-1].Received) <= window {
			end++
		}
		if end-begin > 1 {
			rows = append(rows, contacts[begin:end])
		}
		begin = end
	}
	return rows
}
