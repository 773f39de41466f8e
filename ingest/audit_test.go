package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Origins implements Holdings.
func (s *memStore) Origins(_ context.Context, asked hotline.Offsets) ([]hotline.Block, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	blocks := make(map[int64]*hotline.Block)
	twice := make(map[int64]bool)
	for _, d := range s.docs {
		if o := d.Call.Origin; o.Topic == asked.Topic && o.Partition == asked.Partition && !o.Shared && asked.From <= o.Offset && o.Offset < asked.Until {
			first := o.Offset / hotline.BlockOffsets * hotline.BlockOffsets
			if blocks[first] == nil {
				blocks[first] = &hotline.Block{First: first}
			}
			b, bit := blocks[first], uint64(1)<<(o.Offset-first)
			twice[first] = twice[first] || b.Held&bit != 0
			b.Held |= bit
			b.Millis += d.Call.Arrived.UnixMilli()
		}
	}
	var all []hotline.Block
	for _, first := range slices.Sorted(maps.Keys(blocks)) {
		if !twice[first] {
			all = append(all, *blocks[first])
		}
	}
	return all, nil
}

// Revisions implements Holdings.
func (s *memStore) Revisions(_ context.Context, ids []string) (map[string]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make(map[string]int64)
	for _, id := range ids {
		if d, ok := s.docs[id]; ok {
			held[id] = d.Call.ContentRev
		}
	}
	return held, nil
}

// Every committed offset is accounted for, and exactly what the store has lost is named.
func TestAudit(t *testing.T) {
	b := newTestBroker(t, 2, "calls", DeadLetterTopic)
	letters := b.deadLetters()
	old := strings.Replace(contact("old", 1), "2026-11-18", "2019-11-18", 1)
	b.write("calls", 0, contact("a", 1), contact("a", 2), contact("b", 1)+"\n"+contact("c", 1), "{", contact("d", 1)+"\n{", old)
	b.write("calls", 1, contact("e", 1), contact("f", 2), contact("g", 1))
	store := newMemStore()
	c := b.consume(store, letters, nil)
	b.awaitCommits("calls", 6, 3)
	c.stop()
	b.write("calls", 1, contact("later", 1)) // not committed: no matter of the audit's
	pipeline := testPipeline(newFakeClock())
	pipeline.RetentionStart = func(now time.Time) time.Time { return now.AddDate(-3, 0, 0) }
	auditor := &Auditor{Pipeline: pipeline, Cluster: b.cluster(), Group: "suqiu", Store: store, Letters: letters,
		Sources: map[string]decode.Source{"calls": source95598}}
	audit := func() (string, []string) {
		t.Helper()
		var missing []string
		accounts, err := auditor.Audit(t.Context(), func(m Missing) { missing = append(missing, m.Place+" "+m.Document) })
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, a := range accounts {
			if sum := a.Stored + a.Dead + a.Expired + a.NoRecord + a.Missing; sum != a.Through-a.From {
				t.Errorf("%+v accounts for %d of %d offsets", a, sum, a.Through-a.From)
			}
			fmt.Fprintf(&text, "%d: stored %d, dead %d, expired %d, missing %d; ", a.Partition, a.Stored, a.Dead, a.Expired, a.Missing)
		}
		slices.Sort(missing) // partitions are audited side by side
		return text.String(), missing
	}
	// The store keeps everything, even what has become too old.
	if got, missing := audit(); got != "0: stored 4, dead 2, expired 0, missing 0; 1: stored 3, dead 0, expired 0, missing 0; " || missing != nil {
		t.Errorf("all there: %s %q", got, missing)
	}
	older := store.docs["95598:f"]
	older.Call.ContentRev-- // from the same offset of a topic of the same name, before it was deleted and made again
	older.Call.Arrived = older.Call.Arrived.Add(-time.Hour)
	store.docs["95598:f"] = older
	for _, id := range []string{"95598:c", "95598:e", "95598:old"} {
		delete(store.docs, id)
	}
	got, missing := audit()
	if got != "0: stored 2, dead 2, expired 1, missing 1; 1: stored 1, dead 0, expired 0, missing 2; " {
		t.Errorf("some lost: %s", got)
	}
	if want := "calls/0/2/1 95598:c, calls/1/0 95598:e, calls/1/1 95598:f"; strings.Join(missing, ", ") != want {
		t.Errorf("missing %q, want %q", missing, want)
	}
	// A dead letter that was lost shows too.
	auditor.Letters = newTestBroker(t, 1, DeadLetterTopic).deadLetters()
	if _, missing := audit(); !strings.Contains(strings.Join(missing, ", "), "calls/0/3 , calls/0/4/1 ") {
		t.Errorf("missing %q, want the offsets of the dead letters among them", missing)
	}
}

// askedStore notes which documents it is asked for by id.
type askedStore struct {
	*memStore
	ids []string
}

func (s *askedStore) Revisions(ctx context.Context, ids []string) (map[string]int64, error) {
	s.ids = append(s.ids, ids...)
	return s.memStore.Revisions(ctx, ids)
}

// Documents are looked up by id only where no document of the record's offset is held, or not all of its block arrived
// with their records.
func TestAuditAsks(t *testing.T) {
	read := func(d *hotline.Document, offset int64, since time.Duration) {
		d.Call.Origin.Offset, d.Call.Arrived = offset, d.Call.Arrived.Add(since)
	}
	for _, c := range []struct {
		name   string
		change func(docs map[string]hotline.Document)
		want   string
	}{
		{"NothingReplaced", func(map[string]hotline.Document) {}, ""},
		{"Replaced", func(docs map[string]hotline.Document) {
			d := docs["95598:c1"]
			read(&d, 90, time.Minute)
			docs["95598:c1"] = d
		}, "95598:c1"},
		{"OffsetOfFormerTopic", func(docs map[string]hotline.Document) {
			d := docs["95598:c49"]
			read(&d, 49, -time.Hour)
			docs["95598:c49"] = d
		}, "95598:c48 95598:c49"},
		{"OffsetOfBothTopics", func(docs map[string]hotline.Document) {
			d := docs["95598:c48"]
			d.Call.ID = "former"
			read(&d, 48, -time.Hour)
			docs[d.Call.DocID()] = d
		}, "95598:c48 95598:c49"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTestBroker(t, 1, "calls", DeadLetterTopic)
			contacts := make([]string, hotline.BlockOffsets+2)
			for i := range contacts {
				contacts[i] = contact(fmt.Sprint("c", i), 1)
			}
			b.write("calls", 0, contacts...)
			store := &askedStore{memStore: newMemStore()}
			consumer := b.consume(store.memStore, newMemSink(), nil)
			b.awaitCommits("calls", int64(len(contacts)))
			consumer.stop()
			c.change(store.docs)
			auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: store, Letters: b.deadLetters(),
				Sources: map[string]decode.Source{"calls": source95598}}
			accounts, err := auditor.Audit(t.Context(), func(m Missing) { t.Errorf("missing %+v", m) })
			if err != nil || len(accounts) != 1 || accounts[0].Stored != int64(len(contacts)) {
				t.Errorf("got %+v, %v, want %d stored", accounts, err, len(contacts))
			}
			if got := strings.Join(store.ids, " "); got != c.want {
				t.Errorf("asked for %q, want %q", got, c.want)
			}
		})
	}
}

// More records than are judged at once are all accounted for, in their order.
func TestAuditManyMissing(t *testing.T) {
	const many = auditOffsets + 2
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	contacts := make([]string, many)
	for i := range contacts {
		contacts[i] = contact(fmt.Sprint("c", i), 1)
	}
	for some := range slices.Chunk(contacts, 5000) {
		b.write("calls", 0, some...)
	}
	b.commit("suqiu", "calls", many)
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: newMemStore(), Letters: b.deadLetters(),
		Sources: map[string]decode.Source{"calls": source95598}}
	next := 0
	accounts, err := auditor.Audit(t.Context(), func(m Missing) {
		if want := fmt.Sprintf("calls/0/%d", next); m.Place != want {
			t.Errorf("missing %s, want %s", m.Place, want)
		}
		next++
	})
	if want := (Account{Topic: "calls", Through: many, Committed: many, End: many, Missing: many}); err != nil || !reflect.DeepEqual(accounts, []Account{want}) {
		t.Errorf("got %+v, %v, want %+v", accounts, err, want)
	}
}

// Marks of transactions are no records, and retention moves the start.
func TestAuditNoRecords(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	b.writeTransactions("calls", 3)
	store := newMemStore()
	b.consume(store, newMemSink(), nil)
	b.awaitCommits("calls", 6)
	if err := b.Cluster().DeleteRecords("calls", 0, 2); err != nil {
		t.Fatal(err)
	}
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: store, Letters: b.deadLetters(),
		Sources: map[string]decode.Source{"calls": source95598}}
	accounts, err := auditor.Audit(t.Context(), func(m Missing) { t.Errorf("missing %+v", m) })
	if err != nil || !reflect.DeepEqual(accounts, []Account{{Topic: "calls", From: 2, Through: 6, Committed: 6, End: 6, Stored: 2, NoRecord: 2}}) {
		t.Errorf("%+v, %v", accounts, err)
	}
}

// What retention has removed is named, while the partition waits before it and after it was passed over.
func TestAuditGap(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	store, letters := newMemStore(), b.deadLetters()
	b.write("calls", 0, contact("a", 1), contact("b", 1))
	c := b.consume(store, letters, nil)
	b.awaitCommits("calls", 2)
	c.stop()
	b.write("calls", 0, contact("c", 1), contact("d", 1), contact("e", 1))
	if err := b.Cluster().DeleteRecords("calls", 0, 4); err != nil {
		t.Fatal(err)
	}
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: store, Letters: letters,
		Sources: map[string]decode.Source{"calls": source95598}}
	audit := func(want Account) {
		t.Helper()
		accounts, err := auditor.Audit(t.Context(), func(m Missing) { t.Errorf("missing %+v", m) })
		if err != nil || !reflect.DeepEqual(accounts, []Account{want}) {
			t.Errorf("got %+v, %v, want %+v", accounts, err, want)
		}
	}
	audit(Account{Topic: "calls", From: 4, Through: 4, Committed: 2, End: 5, Gaps: []Gap{{From: 2, Until: 4, Open: true}}})
	b.consume(store, letters, func(c *ConsumerConfig, _ *LoopConfig) { c.OnGap = GapContinue })
	b.awaitCommits("calls", 5)
	audit(Account{Topic: "calls", From: 4, Through: 5, Committed: 5, End: 5, Stored: 1, Gaps: []Gap{{From: 2, Until: 4}}})
}

// A group that has committed nothing proves nothing, and one that has committed more than the log holds read another log.
func TestAuditForeignGroup(t *testing.T) {
	b := newTestBroker(t, 2, "calls", DeadLetterTopic)
	b.write("calls", 0, contact("a", 1), contact("b", 1))
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "typo", Store: newMemStore(), Letters: b.deadLetters(),
		Sources: map[string]decode.Source{"calls": source95598}}
	audit := func(unread int64, want Account) {
		t.Helper()
		accounts, err := auditor.Audit(t.Context(), func(m Missing) { t.Errorf("missing %+v", m) })
		if err != nil || !reflect.DeepEqual(accounts, []Account{want, {Topic: "calls", Partition: 1, Committed: -1}}) {
			t.Fatalf("got %+v, %v, want %+v and an empty partition", accounts, err, want)
		}
		if got := [2]int64{accounts[0].Unread(), accounts[1].Unread()}; got != [2]int64{unread, 0} {
			t.Errorf("unread: got %v, want %d and 0", got, unread)
		}
	}
	audit(2, Account{Topic: "calls", Committed: -1, End: 2})

	if err := b.Cluster().DeleteTopic("calls"); err != nil {
		t.Fatal(err)
	}
	if err := b.Cluster().CreateTopic("calls", 2, nil); err != nil {
		t.Fatal(err)
	}
	b.commit("typo", "calls", 2)
	audit(0, Account{Topic: "calls", Committed: 2, Gaps: []Gap{{Until: 2, Open: true, Remade: true}}})
}

// A partition whose leader is silent is named, and the others are accounted for.
func TestAuditSilentLeader(t *testing.T) {
	b := newTestBroker(t, 2, "calls", DeadLetterTopic)
	b.write("calls", 0, contact("a", 1))
	store := newMemStore()
	b.consume(store, newMemSink(), nil)
	b.awaitCommits("calls", 1, 0)
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "calls", Partitions: []int32{1}, Err: kerr.LeaderNotAvailable, Count: -1})
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: store, Letters: b.deadLetters(),
		Sources: map[string]decode.Source{"calls": source95598}}
	accounts, err := auditor.Audit(t.Context(), func(m Missing) { t.Errorf("missing %+v", m) })
	want := []Account{
		{Topic: "calls", Through: 1, Committed: 1, End: 1, Stored: 1},
		{Topic: "calls", Partition: 1, From: -1, Through: -1, End: -1, Unknown: true},
	}
	if err != nil || !reflect.DeepEqual(accounts, want) {
		t.Errorf("got %+v, %v, want %+v", accounts, err, want)
	}
}

func TestMergeGaps(t *testing.T) {
	for _, c := range []struct {
		name      string
		gaps, get []Gap
	}{
		{"None", nil, nil},
		{"Apart", []Gap{{From: 9, Until: 12}, {From: 2, Until: 4}}, []Gap{{From: 2, Until: 4}, {From: 9, Until: 12}}},
		{"Touching", []Gap{{From: 2, Until: 4}, {From: 4, Until: 6}}, []Gap{{From: 2, Until: 6}}},
		{"Within", []Gap{{From: 2, Until: 9}, {From: 4, Until: 6}}, []Gap{{From: 2, Until: 9}}},
		{"OpenAfterPassed", []Gap{{From: 2, Until: 4}, {From: 4, Until: 6, Open: true}}, []Gap{{From: 2, Until: 4}, {From: 4, Until: 6, Open: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mergeGaps(c.gaps); !reflect.DeepEqual(got, c.get) {
				t.Errorf("got %v, want %v", got, c.get)
			}
		})
	}
}

func TestAuditStoreDown(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	b.write("calls", 0, contact("a", 1))
	b.consume(newMemStore(), newMemSink(), nil)
	b.awaitCommits("calls", 1)
	auditor := &Auditor{Pipeline: testPipeline(newFakeClock()), Cluster: b.cluster(), Group: "suqiu", Store: noHoldings{}, Letters: b.deadLetters(),
		Sources: map[string]decode.Source{"calls": source95598}}
	if _, err := auditor.Audit(t.Context(), func(Missing) {}); !errors.Is(err, errUnavailable) {
		t.Errorf("error %v, want the store's", err)
	}
}

type noHoldings struct{}

func (noHoldings) Origins(context.Context, hotline.Offsets) ([]hotline.Block, error) {
	return nil, errUnavailable
}

func (noHoldings) Revisions(context.Context, []string) (map[string]int64, error) {
	return nil, errUnavailable
}
