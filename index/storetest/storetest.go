// Package storetest is the conformance suite of index.Store: every promise of the interface comments is a subtest, in
// the groups Writer, Searcher, Counter, Ledger, Corrections and Derived. A store that passes can stand in for any other.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// Run checks every promise of the store that open gives. Each subtest calls open once and does not close what it
// gets: open registers a clean-up. Where a store is expensive, open may give the same one each time, even one that
// holds other documents: every subtest writes under a source, pseudonyms and ledger keys of its own, all received
// in March to May 2026, and reads back nothing else.
func Run(t *testing.T, open func(t *testing.T) index.Store) {
	for _, group := range []struct {
		name     string
		promises []promise
	}{
		{"Writer", writerPromises},
		{"Searcher", slices.Concat(searchPromises, filterPromises, scanPromises)},
		{"Counter", counterPromises},
		{"Ledger", ledgerPromises},
		{"Corrections", correctionPromises},
		{"Derived", derivedPromises},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, p := range group.promises {
				t.Run(p.name, func(t *testing.T) { p.check(newScope(t, open(t))) })
			}
		})
	}
}

// promise is one sentence of the contract and the test of it.
type promise struct {
	name  string
	check func(*scope)
}

// scope is what one subtest works in: a store, and names nobody else uses.
type scope struct {
	*testing.T
	store index.Store
	unit  string // prefix of sources, pseudonyms and ledger keys
}

func newScope(t *testing.T, store index.Store) *scope {
	var random [6]byte
	if _, err := rand.Read(random[:]); err != nil {
		t.Fatal(err)
	}
	return &scope{T: t, store: store, unit: "t" + hex.EncodeToString(random[:])}
}

func (s *scope) id(call string) string { return hotline.DocID(s.unit, call) }

// shanghai is UTC+8 without daylight saving in the months the suite uses.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// day returns noon of a day in 2026.
func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 12, 0, 0, 0, shanghai)
}

// call returns a valid document of one customer turn, received on 10 March 2026, that changes alter.
func (s *scope) call(id, text string, changes ...func(*hotline.Document)) hotline.Document {
	doc := hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: s.unit, Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindCall,
			Received: day(time.March, 10), Precision: hotline.PrecisionSecond, Arrived: day(time.March, 11),
			ContentRev: day(time.March, 11).UnixMilli(), Matter: s.id(id),
			Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}},
		},
		Analysis: hotline.Analysis{RulesetRev: 1, RulesetHash: "5e1f"},
	}
	for _, change := range changes {
		change(&doc)
	}
	return doc
}

func contentRev(ms int64) func(*hotline.Document) {
	return func(d *hotline.Document) { d.Call.ContentRev = ms }
}

func rulesetRev(rev int64) func(*hotline.Document) {
	return func(d *hotline.Document) { d.Analysis.RulesetRev = rev }
}

func received(at time.Time) func(*hotline.Document) {
	return func(d *hotline.Document) { d.Call.Received = at }
}

func labels(codes ...string) func(*hotline.Document) {
	return func(d *hotline.Document) {
		for _, c := range codes {
			d.Analysis.Labels = append(d.Analysis.Labels, hotline.Label{Code: c, Weight: 1})
		}
	}
}

func area(grid, division string) func(*hotline.Document) {
	return func(d *hotline.Document) {
		d.Call.Area = hotline.Area{Grid: grid, Division: division, Method: hotline.AreaByCode, Confidence: 1}
	}
}

func caller(pseudonym string) func(*hotline.Document) {
	return func(d *hotline.Document) { d.Call.Caller = pseudonym }
}

func matter(id string) func(*hotline.Document) {
	return func(d *hotline.Document) { d.Call.Matter = id }
}

func tombstone(d *hotline.Document) { d.Call.Tombstone = true }

// put stores documents, of which each must be accepted, and makes them visible.
func (s *scope) put(docs ...hotline.Document) {
	s.Helper()
	for i, v := range s.putAll(docs...) {
		if v.Outcome != hotline.Stored {
			s.Fatalf("put %s: got %s (%s), want stored", docs[i].Call.DocID(), v.Outcome, v.Reason)
		}
	}
}

// putAll stores documents, makes them visible and returns the verdicts, of which there must be one each, in order.
func (s *scope) putAll(docs ...hotline.Document) []hotline.Verdict {
	s.Helper()
	verdicts, err := s.store.Put(s.Context(), docs)
	if err != nil {
		s.Fatalf("put %d documents: %v", len(docs), err)
	}
	if len(verdicts) != len(docs) {
		s.Fatalf("put %d documents: got %d verdicts", len(docs), len(verdicts))
	}
	for i, v := range verdicts {
		if want := docs[i].Call.DocID(); v.ID != want {
			s.Fatalf("verdict %d: got id %q, want %q", i, v.ID, want)
		}
	}
	s.refresh()
	return verdicts
}

func (s *scope) refresh() {
	s.Helper()
	if err := s.store.Refresh(s.Context()); err != nil {
		s.Fatalf("refresh: %v", err)
	}
}

// atOnce runs n writers side by side and waits for them.
func (s *scope) atOnce(n int, write func(writer int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { write(i) })
	}
	all.Wait()
}

// apply puts documents until each is Stored or Superseded; it may run in any goroutine.
func (s *scope) apply(docs ...hotline.Document) {
	for len(docs) > 0 {
		verdicts, err := s.store.Put(s.Context(), docs)
		if err != nil {
			s.Errorf("put %d documents: %v", len(docs), err)
			return
		}
		var again []hotline.Document
		for i, v := range verdicts {
			switch v.Outcome {
			case hotline.Stored, hotline.Superseded:
			case hotline.Retry:
				again = append(again, docs[i])
			default:
				s.Errorf("put %s: got %s (%s)", v.ID, v.Outcome, v.Reason)
			}
		}
		docs = again
	}
}

// get returns the document stored under a call id of this scope.
func (s *scope) get(call string) hotline.Document {
	s.Helper()
	doc, err := s.store.Get(s.Context(), s.id(call))
	if err != nil {
		s.Fatalf("get %s: %v", s.id(call), err)
	}
	return doc
}

// search runs a query among the documents of this scope.
func (s *scope) search(q index.Query) index.Result {
	s.Helper()
	q.Filter.Sources = []string{s.unit}
	result, err := s.store.Search(s.Context(), q)
	if err != nil {
		s.Fatalf("search %+v: %v", q, err)
	}
	return result
}

// found returns the call ids of a result, in its order.
func found(r index.Result) []string {
	ids := make([]string, len(r.Found))
	for i, f := range r.Found {
		ids[i] = f.Document.Call.ID
	}
	return ids
}

// wantFound checks that a query finds the documents want, whatever their order, and as many in total.
func (s *scope) wantFound(q index.Query, want ...string) {
	s.Helper()
	q.Size = 100
	result := s.search(q)
	got := found(result)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.Errorf("search %q %+v: got %v, want %v", q.Words, q.Filter, got, want)
	}
	if result.Total != int64(len(want)) {
		s.Errorf("search %q %+v: got a total of %d, want %d", q.Words, q.Filter, result.Total, len(want))
	}
}

// scan reads all documents of this scope that a filter accepts, size at a time, and calls between after each page.
func (s *scope) scan(f index.Filter, size int, between func()) []hotline.Document {
	s.Helper()
	f.Sources = []string{s.unit}
	var all []hotline.Document
	for token := ""; ; {
		docs, next, err := s.store.Scan(s.Context(), f, token, size)
		if err != nil {
			s.Fatalf("scan after %d documents: %v", len(all), err)
		}
		if len(docs) > size {
			s.Fatalf("scan: got a page of %d documents, want at most %d", len(docs), size)
		}
		all = append(all, docs...)
		if next == "" {
			return all
		}
		token = next
		if between != nil {
			between()
		}
	}
}

func callIDs(docs []hotline.Document) []string {
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].Call.ID
	}
	return ids
}

// asJSON is the form in which documents are compared: a store may return times in another location.
func asJSON(t testing.TB, doc hotline.Document) string {
	t.Helper()
	for _, at := range []*time.Time{
		&doc.Call.Received, &doc.Call.Arrived, &doc.Call.Life.Due, &doc.Call.Life.Contacted, &doc.Call.Life.Closed,
	} {
		*at = at.UTC()
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// numbered returns n call ids that sort as they are counted.
func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("c%05d", i)
	}
	return ids
}

// cancelled is a context that has ended already.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
