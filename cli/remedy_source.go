package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/classify"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/trend"
)

// grain says of which tree of areas, down to which level, matters are counted.
type grain struct {
	tree  index.Tree
	level int
}

// liveSource tells the watcher what the store holds.
type liveSource struct {
	store  index.Store
	zone   *time.Location
	labels []string // of the rules in force
	grain

	changed map[string]changes // by the hash of the older and of the newer rule set
}

// changes are the labels that two rule sets may give differently.
type changes struct {
	labels []string
	all    bool
}

var _ detect.Source = (*liveSource)(nil)

// live is what the store holds, for the watcher and for comparisons.
func (s *session) live(store index.Store, of grain) (*liveSource, error) {
	labels, err := s.labels()
	if err != nil {
		return nil, err
	}
	return &liveSource{store: store, zone: s.zone, labels: labels, grain: of, changed: map[string]changes{}}, nil
}

// Coverage implements detect.Source.
func (s *liveSource) Coverage(ctx context.Context) ([]hotline.Coverage, error) {
	return index.Coverage(ctx, s.store)
}

// Known implements detect.Source.
func (s *liveSource) Known(ctx context.Context) ([]string, error) {
	if err := s.store.Refresh(ctx); err != nil {
		return nil, err
	}
	found, err := s.store.Search(ctx, index.Query{Facets: []index.Field{index.FacetSource}, FacetSize: 1000})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, b := range found.Facets[index.FacetSource] {
		names = append(names, b.Value)
	}
	return names, nil
}

func (s *liveSource) filter(q detect.Query) index.Filter {
	f := index.Filter{From: q.From, To: q.To, Sources: q.Sources}
	if q.Area != "" {
		f.Areas = []string{q.Area}
	}
	return f
}

// Count implements detect.Source. Labels of which it counts contacts of several revisions of their rules are held: see Held.
func (s *liveSource) Count(ctx context.Context, q detect.Query) ([]hotline.Count, error) {
	interval := index.IntervalDay
	if q.Interval == trend.Hourly {
		interval = index.IntervalHour
	}
	return s.store.Count(ctx, index.CountQuery{Filter: s.filter(q), Interval: interval, Zone: s.zone, Tree: s.tree, Level: s.level})
}

// Held implements detect.Source: labels whose rules have changed since the contacts of the period were analysed are held
// until these are reclassified.
func (s *liveSource) Held(ctx context.Context, from, to time.Time) (map[string]string, int64, error) {
	all, err := index.Rulesets(ctx, s.store)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	latest := all[len(all)-1]
	below := func(rev int64) (int64, error) { // contacts of revisions before one
		found, err := s.store.Search(ctx, index.Query{Filter: index.Filter{From: from, To: to, RulesetBelow: rev}})
		return found.Total, err
	}
	held := map[string]string{}
	left, err := below(latest.Rev)
	for k := len(all) - 2; k >= 0 && left > 0 && err == nil; k-- {
		var older int64
		if older, err = below(all[k].Rev); err != nil || older == left {
			continue // nothing is of this revision
		}
		left = older
		var change changes
		if change, err = s.between(ctx, all[k], latest); err != nil {
			continue
		}
		labels := change.labels
		if change.all {
			labels = s.labels
		}
		for _, label := range labels {
			if held[label] == "" {
				held[label] = fmt.Sprintf("规则已是第 %d 版，而这段时间还有第 %d 版的结果；运行 suqiu reclassify --from %s 后再判断", latest.Rev, all[k].Rev, from.Format(time.DateOnly))
			}
		}
	}
	return held, latest.Rev, err
}

// between compares an older revision of the rules with the latest one.
func (s *liveSource) between(ctx context.Context, older, latest index.Ruleset) (changes, error) {
	key := older.Hash + latest.Hash
	if known, ok := s.changed[key]; ok {
		return known, nil
	}
	var sets [2]*classify.RuleSet
	for i, hash := range []string{older.Hash, latest.Hash} {
		source, err := index.RulesetSource(ctx, s.store, hash)
		if err != nil {
			return changes{}, err
		}
		if sets[i], err = classify.FromSource(source); err != nil {
			s.changed[key] = changes{all: true} // of a build that knew other rules
			return s.changed[key], nil
		}
	}
	labels, all := classify.ChangedLabels(sets[0], sets[1])
	s.changed[key] = changes{labels, all}
	return s.changed[key], nil
}

// Told implements detect.Source.
func (s *liveSource) Told(ctx context.Context, labels []string, q detect.Query) (remedy.Told, error) {
	filter := s.filter(q)
	filter.Labels = labels
	told := detect.NewTelling()
	err := index.Each(ctx, s.store, filter, func(doc *hotline.Document) {
		c := s.contact(doc)
		told.Add(&c)
	})
	return told.Told(), err
}

// Read implements detect.Source.
func (s *liveSource) Read(ctx context.Context, q detect.Query) ([]detect.Contact, error) {
	filter := s.filter(q)
	filter.Labels, filter.Account, filter.Caller = q.Labels, q.Account, q.Caller
	var out []detect.Contact
	err := index.Each(ctx, s.store, filter, func(doc *hotline.Document) { out = append(out, s.contact(doc)) })
	return out, err
}

// contact is what detection needs to know of a document.
func (c grain) contact(doc *hotline.Document) detect.Contact {
	call := &doc.Call
	out := detect.Contact{
		ID: call.DocID(), Source: call.Source, Hotline: call.Hotline, Received: call.Received, Precision: call.Precision, Arrived: call.Arrived,
		Matter: call.Matter, Caller: call.Caller, Account: call.Account, Area: c.path(call.Area), Labels: doc.Analysis.Codes(), Text: callerText(call),
	}
	for _, e := range doc.Analysis.Entities {
		if e.Kind == hotline.EntityCommunity {
			out.Community = e.Value
			break
		}
	}
	return out
}

// path is an area's path in the tree that is counted.
func (c grain) path(a hotline.Area) string {
	if c.tree == index.TreeDivision {
		return a.Division
	}
	return a.Grid
}

// callerText is what the caller says, or else the whole text.
func callerText(call *hotline.Call) string {
	return cmp.Or(call.Text(hotline.Role.Caller), call.Text(nil))
}

// replaySource reads the contacts of a period for a replay. With arrival each is known when it really arrived, else as
// soon as it was received.
func replaySource(ctx context.Context, store index.Store, from, to time.Time, zone *time.Location, c grain, arrival bool) (*detect.Replay, error) {
	spans, err := index.Coverage(ctx, store)
	if err != nil {
		return nil, err
	}
	r := &detect.Replay{Spans: spans, Zone: zone, Depth: c.level}
	err = index.Each(ctx, store, index.Filter{From: from, To: to}, func(doc *hotline.Document) {
		contact := c.contact(doc)
		contact.Text = string([]rune(contact.Text)[:min(200, len([]rune(contact.Text)))]) // a replay keeps all in memory
		if !arrival || contact.Arrived.IsZero() {
			contact.Arrived = contact.Received
		}
		r.Contacts = append(r.Contacts, contact)
	})
	detect.SortContacts(r.Contacts)
	return r, err
}

// contactsOf lists the contacts about an incident that were received before a time, and those from then on.
func contactsOf(ctx context.Context, store index.Store, i *remedy.Incident, until time.Time) (before, later []remedy.Contact, err error) {
	seen := map[string]bool{}
	use := func(doc *hotline.Document) {
		call := &doc.Call
		c := remedy.Contact{ID: call.DocID(), Caller: call.Caller, Matter: call.Matter, Order: call.Kind == hotline.KindOrder, Received: call.Received}
		if seen[c.ID] {
			return
		}
		seen[c.ID] = true
		if c.Received.Before(until) {
			before = append(before, c)
		} else {
			later = append(later, c)
		}
	}
	var counted []string
	for _, c := range slices.Concat(i.Fired.Counted, i.Latest.Counted) { // what a rule counted may tell of other labels
		counted = append(counted, c.IDs...)
	}
	if len(counted) > 0 {
		if err := index.Each(ctx, store, index.Filter{IDs: counted}, use); err != nil {
			return nil, nil, err
		}
	}
	if len(i.Labels) == 0 {
		return before, later, nil
	}
	filter := index.Filter{From: i.Fired.Bucket.AddDate(0, 0, 1-max(1, i.Fired.Days)), Labels: i.Labels}
	if i.Area != "" {
		filter.Areas = []string{i.Area}
	}
	return before, later, index.Each(ctx, store, filter, use)
}

// laterText tells of contacts that came after a measure was taken: nobody told them of it, and they are not visited.
func laterText(later []remedy.Contact) string {
	const named = 10
	ids := make([]string, min(named, len(later)))
	for k := range ids {
		ids[k] = later[k].ID
	}
	more := ""
	if len(later) > named {
		more = " …"
	}
	return fmt.Sprintf("整改后又来 %d 件，不在回访清单：%s%s", len(later), strings.Join(ids, " "), more)
}
