package index

import (
	"cmp"
	"context"
	"slices"
	"time"

	"suqiu/hotline"
)

// eachPage is how many documents Each reads at a time.
const eachPage = 1000

// History is what the documents of one caller, account or matter tell over time.
type History struct {
	Contacts int       `json:"contacts"`
	Matters  int       `json:"matters"` // distinct ones
	Callers  int       `json:"callers"` // distinct known ones
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Months   []Month   `json:"months"` // those with contacts, the oldest first
}

// Month is one month of a history.
type Month struct {
	Month    string   `json:"month"` // 2026-11
	Contacts int      `json:"contacts"`
	Labels   []Bucket `json:"labels"` // by how many contacts, the most first, ties by code
}

// HistoryOf reads the documents of a filter, which is meant to narrow them down to one caller, account or matter, and
// tells what they say over time. Months are those of the zone.
func HistoryOf(ctx context.Context, s Searcher, f Filter, zone *time.Location) (History, error) {
	var h History
	matters, callers := map[string]bool{}, map[string]bool{}
	months := map[string]map[string]int64{}
	contacts := map[string]int{}
	err := Each(ctx, s, f, func(doc *hotline.Document) {
		c := &doc.Call
		at := c.Received.In(zone)
		if h.Contacts++; h.Contacts == 1 || at.Before(h.First) {
			h.First = at
		}
		if at.After(h.Last) {
			h.Last = at
		}
		matters[c.Matter] = true
		if c.Caller != "" {
			callers[c.Caller] = true
		}
		month := at.Format("2006-01")
		contacts[month]++
		if months[month] == nil {
			months[month] = map[string]int64{}
		}
		for _, code := range doc.Analysis.Codes() {
			months[month][code]++
		}
	})
	if err != nil {
		return History{}, err
	}
	h.Matters, h.Callers, h.Months = len(matters), len(callers), []Month{}
	for month, codes := range months {
		m := Month{Month: month, Contacts: contacts[month], Labels: []Bucket{}}
		for code, n := range codes {
			m.Labels = append(m.Labels, Bucket{Value: code, Count: n})
		}
		slices.SortFunc(m.Labels, func(a, b Bucket) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
		h.Months = append(h.Months, m)
	}
	slices.SortFunc(h.Months, func(a, b Month) int { return cmp.Compare(a.Month, b.Month) })
	return h, nil
}

// Each calls use with every document of a filter that was not withdrawn upstream, in the order of their ids.
func Each(ctx context.Context, s Searcher, f Filter, use func(*hotline.Document)) error {
	for token := ""; ; {
		docs, next, err := s.Scan(ctx, f, token, eachPage)
		if err != nil {
			return err
		}
		for i := range docs {
			if !docs[i].Call.Tombstone {
				use(&docs[i])
			}
		}
		if next == "" {
			return nil
		}
		token = next
	}
}
