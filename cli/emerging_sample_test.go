package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/classify/draft"
	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/trend/emerging"
)

// storeSample masks, classifies and stores the contacts of an invented hotline from a day on, in a store of their own.
func storeSample(t *testing.T, s *session, contacts []sample.Contact, from time.Time) index.Store {
	t.Helper()
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	pipeline, err := s.typedPipeline()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := s.sources()
	if err != nil {
		t.Fatal(err)
	}
	contacts = slices.DeleteFunc(slices.Clone(contacts), func(c sample.Contact) bool { return c.Received.Before(from) })
	lines, err := sample.Lines(contacts)
	if err != nil {
		t.Fatal(err)
	}
	for topic, text := range lines {
		src := sources[topic]
		var docs []hotline.Document
		if err := s.analyse(t.Context(), pipeline, &src, topic, text, func(a analysed) error {
			if a.dead != nil {
				t.Fatalf("%s: %+v", topic, a.dead)
			}
			docs = append(docs, *a.doc)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for batch := range slices.Chunk(docs, 500) {
			if _, err := store.Put(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// Over ten invented hotlines the new topic, told by 12 callers, is found as one topic with a draft rule that tells it,
// and no other one is, neither in its week nor in the one before, in which nothing is new but four problems rise.
func TestEmergingInSample(t *testing.T) {
	t.Parallel() // it computes for long, in one goroutine
	const hotlines = 10
	found, other, falseTopics := 0, 0, 0
	s := testSession(t)
	rules, err := s.examined()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(hotlines) {
		o := sample.DefaultOptions(time.Date(2026, time.November, 28, 12, 0, 0, 0, calendar.Shanghai()))
		o.Seed, o.PerDay = 2000+seed, 40
		contacts, truth, err := sample.Generate(o)
		if err != nil {
			t.Fatal(err)
		}
		store := storeSample(t, s, contacts, o.Start.AddDate(0, 0, 14)) // four weeks before the last but one
		look := func(week int) (emergingQuery, emerging.Result) {
			q := emergingQuery{as: "other.power"}
			q.window = index.Filter{From: o.Start.AddDate(0, 0, 7*week), To: o.Start.AddDate(0, 0, 7*(week+1))}
			q.background = index.Filter{From: q.window.From.AddDate(0, 0, -28), To: q.window.From}
			r, err := s.findTopics(t.Context(), store, q)
			if err != nil {
				t.Fatal(err)
			}
			return q, r
		}
		_, before := look(o.Weeks - 2)
		falseTopics += len(before.Topics)
		for _, topic := range before.Topics {
			t.Logf("seed %d, the week before: %s, %d callers, chance %.2g", o.Seed, topic.Name, topic.Callers, topic.Chance)
		}
		q, r := look(o.Weeks - 1)
		report, err := s.draftTopics(t.Context(), store, rules, q, r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range report.Topics {
			topic := &report.Topics[i]
			if !strings.Contains(topic.Name, sample.TopicPhrase) {
				other++
				t.Logf("seed %d: another topic, %s, %d callers, chance %.2g", o.Seed, topic.Name, topic.Callers, topic.Chance)
				continue
			}
			found++
			for _, id := range topic.Members {
				if !truth.Planted[truth.Topic.Name][id] {
					t.Errorf("seed %d: %s is none of the topic's", o.Seed, id)
				}
			}
			if topic.Main() != "" || topic.Callers != 12 { // words may give single ones a label
				t.Errorf("seed %d: %d callers, labels %v", o.Seed, topic.Callers, topic.Labels)
			}
			if d := topic.Draft; d.Refused != "" || d.Hits > 0 || d.Contacts != r.Background.Contacts || d.Matched != topic.Contacts {
				t.Errorf("seed %d: draft %+v", o.Seed, d.Verdict)
			}
			if trial, err := draft.NewTrial(rules, []draft.Rule{topic.Draft.from}); err != nil || len(topic.Draft.from.Examples) == 0 || trial.Verdicts()[0].Detail != "" {
				t.Errorf("seed %d: its draft, tried again: %v", o.Seed, err)
			}
		}
	}
	t.Logf("%d hotlines: the topic found in %d, %d others beside it; in the week before it %d false topics", hotlines, found, other, falseTopics)
	if found != hotlines || other > 0 || falseTopics > 0 {
		t.Error("want the topic once in each, and no other")
	}
}
