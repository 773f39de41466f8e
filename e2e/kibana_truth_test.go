//go:build e2e && unix

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/mask"
	"suqiu/kibana/kibanatest"
)

// kibanaKey is the key of pseudonyms: a fixed one, so that every run asks the same.
const kibanaKey = "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// kibanaTruth is the demo's contacts, smaller, and what is true of each. It stands in for places and rules, since
// panels are tested here and not those: a difference is then the panel's.
type kibanaTruth struct {
	contacts []sample.Contact
	truth    sample.Truth
	number   map[string]int // document id to its place among the contacts
	callers  map[string]string
}

func newKibanaTruth(t *testing.T) *kibanaTruth {
	t.Helper()
	start := time.Date(2026, time.September, 28, 0, 0, 0, 0, calendar.Shanghai())
	contacts, truth, err := sample.Generate(sample.Options{Seed: 95598, Start: start, Weeks: 8, PerDay: 20})
	if err != nil {
		t.Fatal(err)
	}
	k := &kibanaTruth{contacts: contacts, truth: truth, number: map[string]int{}, callers: map[string]string{}}
	for i := range contacts {
		k.number[contacts[i].DocID()] = i
	}
	return k
}

// Locate implements ingest.Locator. What is not about electricity is nowhere.
func (k *kibanaTruth) Locate(r *decode.Record, _ string) hotline.Area {
	c := &k.contacts[k.number[r.Call.DocID()]]
	if c.Label == "" {
		return hotline.Area{Method: hotline.AreaUnknown}
	}
	return hotline.Area{Grid: c.Place.Grid, Method: methodOf(c), Confidence: 1}
}

func methodOf(c *sample.Contact) hotline.AreaMethod {
	if c.Hotline == hotline.Hotline95598 {
		return hotline.AreaByCode
	}
	return hotline.AreaByUnit
}

// labelsOf are the labels of a contact; who asks again complains of delay as well.
func labelsOf(c *sample.Contact) []string {
	switch {
	case c.Label == "":
		return nil
	case c.Main != "" && c.Label != "service.delay":
		return []string{c.Label, "service.delay"}
	}
	return []string{c.Label}
}

func marginOf(i int) float64 { return []float64{0, 0.25, 0.5, 1, 1.75, 2, 4, 7}[i%8] }

func revisionOf(i int) int64 { return int64(1 + i%3) }

func responsibleOf(c *sample.Contact) hotline.Responsible {
	family, _, _ := strings.Cut(c.Label, ".")
	switch family {
	case "third":
		return hotline.ResponsibleThirdParty
	case "customer":
		return hotline.ResponsibleCustomer
	case "":
		return hotline.ResponsibleUnknown
	}
	return hotline.ResponsibleUtility
}

// entitiesOf are what a contact names: its community, and now and then a transformer area and a feeder.
func entitiesOf(i int, c *sample.Contact) []hotline.Entity {
	named := []hotline.Entity{{Kind: hotline.EntityCommunity, Value: c.Place.Community}}
	if i%3 == 0 {
		named = append(named, hotline.Entity{Kind: hotline.EntityTransformer, Value: fmt.Sprint(c.Place.Community, i%5, "号台区")})
	}
	if i%4 == 0 {
		named = append(named, hotline.Entity{Kind: hotline.EntityFeeder, Value: fmt.Sprint(c.Place.County, i%7, "线")})
	}
	return named
}

// Analyze implements ingest.Analyzer.
func (k *kibanaTruth) Analyze(call *hotline.Call) hotline.Analysis {
	i := k.number[call.DocID()]
	c := &k.contacts[i]
	a := hotline.Analysis{
		Nature: hotline.Nature(c.Nature), Responsible: responsibleOf(c), RulesetRev: revisionOf(i), RulesetHash: "5e1f",
		Entities: entitiesOf(i, c),
	}
	for _, code := range labelsOf(c) {
		a.Labels = append(a.Labels, hotline.Label{Code: code, Weight: 1})
		a.Margin = marginOf(i)
	}
	return a
}

// store takes the contacts through decoding and masking into Elasticsearch, corrections too, and adds some that were
// withdrawn.
func (k *kibanaTruth) store(t *testing.T, store *elastic.Store) {
	t.Helper()
	keys, err := mask.ParseKeyring(kibanaKey)
	if err != nil {
		t.Fatal(err)
	}
	masker, err := mask.New(keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	pipeline := &ingest.Pipeline{Locate: k, Mask: masker, Analyze: k, Clock: ingest.SystemClock{}}
	var docs []hotline.Document
	for i := range k.contacts {
		c := &k.contacts[i]
		records, err := sample.Records(c)
		if err != nil {
			t.Fatal(err)
		}
		src := decode.Source{Name: string(c.Hotline), Hotline: c.Hotline, Format: "auto", Zone: calendar.Shanghai()}
		for _, r := range records {
			input := &decode.Input{Value: r.Value, Key: []byte(r.Key), Arrived: r.Updated.Add(time.Minute)}
			for _, entry := range pipeline.Payload(&src, input, ingest.Place{ID: r.DocID, Origin: hotline.Origin{Topic: r.Topic}}) {
				if entry.Dead != nil {
					t.Fatalf("%s: %s %s", r.DocID, entry.Dead.Place, entry.Dead.Why)
				}
				docs = append(docs, *entry.Document)
			}
		}
		doc := docs[len(docs)-1]
		if known, there := k.callers[c.Person.Phone]; there && known != doc.Call.Caller {
			t.Fatalf("%s has two pseudonyms", c.Person.Phone)
		}
		k.callers[c.Person.Phone] = doc.Call.Caller
		if i%100 == 0 {
			doc.Call.ID += "-withdrawn"
			doc.Call.Tombstone = true
			docs = append(docs, doc)
		}
	}
	for batch := range slices.Chunk(docs, 500) {
		verdicts, err := store.Put(t.Context(), batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			if v.Outcome != hotline.Stored && v.Outcome != hotline.Superseded {
				t.Fatalf("%s: %s %s", v.ID, v.Outcome, v.Reason)
			}
		}
	}
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// records says of each contact what the fields of its document must hold.
func (k *kibanaTruth) records() []kibanatest.Record {
	var all []kibanatest.Record
	for i := range k.contacts {
		c := &k.contacts[i]
		r := kibanatest.Record{Received: c.Received, Values: map[string][]string{
			"id": {c.DocID()}, "hotline": {string(c.Hotline)}, "source": {string(c.Hotline)}, "kind": {string(c.Kind)}, "precision": {"second"},
			"matter": {c.DocID()}, "nature": {c.Nature}, "responsible": {string(responsibleOf(c))}, "area_method": {string(hotline.AreaUnknown)},
			"ruleset_rev": {strconv.FormatInt(revisionOf(i), 10)}, "margin": {"0"}, "tombstone": {"false"},
		}}
		if c.Hotline == hotline.Hotline95598 && c.Kind == hotline.KindOrder { // its orders tell no seconds
			r.Received, r.Values["precision"] = c.Received.Truncate(time.Minute), []string{"minute"}
		}
		if c.Main != "" {
			r.Values["matter"] = []string{hotline.DocID(string(c.Hotline), c.Main)}
		}
		r.Values["person"] = []string{c.DocID()}
		if caller := k.callers[c.Person.Phone]; caller != "" {
			r.Values["caller"], r.Values["person"] = []string{caller}, []string{caller}
		}
		for _, e := range entitiesOf(i, c) {
			r.Values["entities"] = append(r.Values["entities"], e.Key())
		}
		if c.Label != "" {
			r.Values["margin"] = []string{strconv.FormatFloat(marginOf(i), 'g', -1, 64)}
			r.Values["area_method"] = []string{string(methodOf(c))}
			r.Values["labels"] = labelsOf(c)
			for _, code := range labelsOf(c) {
				family, _, _ := strings.Cut(code, ".")
				for _, each := range []string{family, code} {
					if !slices.Contains(r.Values["label_tree"], each) {
						r.Values["label_tree"] = append(r.Values["label_tree"], each)
					}
				}
			}
			path := hotline.Ancestors(c.Place.Grid)
			r.Values["areas"], r.Values["grid"] = path, []string{c.Place.Grid}
			for level := 1; level <= hotline.MaxAreaDepth; level++ {
				r.Values[fmt.Sprintf("grid_level.%d", level)] = []string{path[min(level, len(path))-1]}
			}
		}
		all = append(all, r)
		if i%100 == 0 {
			gone := kibanatest.Record{Received: r.Received, Values: maps.Clone(r.Values)}
			gone.Values["id"], gone.Values["tombstone"] = []string{c.DocID() + "-withdrawn"}, []string{"true"}
			all = append(all, gone)
		}
	}
	return all
}
