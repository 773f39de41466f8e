package ingest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// laterRules analyse like plainParts by a later rule set.
type laterRules struct{ plainParts }

func (laterRules) Analyze(*hotline.Call) hotline.Analysis {
	return hotline.Analysis{RulesetRev: 4, RulesetHash: "r4"}
}

// rereader is one over the broker's topic calls, whose documents are of rule set 4.
func (b *testBroker) rereader(store Store, sink Sink, ledger Ledger) *Rereader {
	b.t.Helper()
	pipeline := testPipeline(SystemClock{})
	pipeline.Analyze = laterRules{}
	loop, err := NewLoop(LoopConfig{Pipeline: pipeline, Store: store, Sink: sink, DeadShare: 1, Backoff: Backoff{First: time.Millisecond, Max: 20 * time.Millisecond}})
	if err != nil {
		b.t.Fatal(err)
	}
	return &Rereader{Loop: loop, Cluster: b.cluster(), Topics: map[string]decode.Source{"calls": source95598}, Ledger: ledger, Job: "r4", Workers: 2}
}

// writeAt appends a contact that reached the log at a time of its own.
func (b *testBroker) writeAt(partition int, at time.Time, value string) {
	b.t.Helper()
	broker, err := b.cluster().connect()
	if err != nil {
		b.t.Fatal(err)
	}
	defer broker.close()
	_, err = broker.client.Produce(b.t.Context(), &kafka.ProduceRequest{Topic: "calls", Partition: partition, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Time: at, Value: kafka.NewBytes([]byte(value))})})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A scope gives the offsets that the log holds of it, and tells what retention has removed.
func TestStretches(t *testing.T) {
	b := newTestBroker(t, 2)
	for i, id := range []string{"a", "b", "c", "d", "e"} {
		b.writeAt(0, today.Add(time.Duration(i)*time.Hour), contact(id, 1))
	}
	b.write("calls", 1, contact("f", 1))
	if err := b.Cluster().DeleteRecords("calls", 0, 1); err != nil {
		t.Fatal(err)
	}
	topics := map[string]decode.Source{"calls": source95598}
	for name, test := range map[string]struct {
		scope RereadScope
		want  []Stretch
	}{
		"All":          {RereadScope{}, []Stretch{{"calls", 0, 1, 5, 0}, {"calls", 1, 0, 1, 0}}},
		"Partition":    {RereadScope{Topic: "calls", Partitions: []int{1}}, []Stretch{{"calls", 1, 0, 1, 0}}},
		"Offsets":      {RereadScope{Partitions: []int{0}, From: new(int64(2)), Until: new(int64(4))}, []Stretch{{"calls", 0, 2, 4, 0}}},
		"Lost":         {RereadScope{Partitions: []int{0}, From: new(int64(0)), Until: new(int64(3))}, []Stretch{{"calls", 0, 1, 3, 1}}},
		"AllLost":      {RereadScope{Partitions: []int{0}, From: new(int64(0)), Until: new(int64(1))}, []Stretch{{"calls", 0, 1, 1, 1}}},
		"PastEnd":      {RereadScope{Partitions: []int{0}, From: new(int64(9))}, nil},
		"Since":        {RereadScope{Partitions: []int{0}, Since: today.Add(150 * time.Minute)}, []Stretch{{"calls", 0, 3, 5, 0}}},
		"Before":       {RereadScope{Before: today.Add(2 * time.Hour)}, []Stretch{{"calls", 0, 1, 2, 0}, {"calls", 1, 0, 1, 0}}},
		"Period":       {RereadScope{Partitions: []int{0}, Since: today.Add(time.Hour), Before: today.Add(3 * time.Hour)}, []Stretch{{"calls", 0, 1, 3, 0}}},
		"AfterTheLast": {RereadScope{Since: today.Add(24 * time.Hour)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Stretches(t.Context(), b.cluster(), topics, test.scope)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	if _, err := Stretches(t.Context(), b.cluster(), topics, RereadScope{Topic: "others"}); err == nil || !strings.Contains(err.Error(), "no source is configured for topic others") {
		t.Errorf("got %v", err)
	}
}

// Records go the whole way once more: newer rules replace older ones, newer content stays, what can't be read is a dead
// letter under its old id, and nothing is committed.
func TestReread(t *testing.T) {
	b := newTestBroker(t, 2)
	store, sink := newMemStore(), newMemSink()
	b.write("calls", 0, contact("a", 1), contact("a", 2), "{", contact("b", 1))
	b.write("calls", 1, contact("c", 1), contact("d", 1))
	c := b.consume(store, sink, nil)
	b.awaitCommits("calls", 4, 2)
	c.stop()
	letters := len(sink.letters)
	b.write("calls", 1, contact("e", 1)) // not consumed yet
	newer := store.docs["95598:d"]
	newer.Call.ContentRev += 1000 // came in another way
	store.docs["95598:d"] = newer
	r := b.rereader(store, sink, nil)
	var last RereadProgress
	r.Progress = func(p RereadProgress) { last = p }
	stretches, err := Stretches(t.Context(), r.Cluster, r.Topics, RereadScope{})
	if err != nil {
		t.Fatal(err)
	}
	progress, err := r.Run(t.Context(), stretches)
	if err != nil || progress != last || progress.Read != 7 || progress.Total != 7 || progress.Stored != 4 || progress.Superseded != 2 || progress.Dead != 1 {
		t.Errorf("progress %+v, told %+v, %v", progress, last, err)
	}
	for id, rev := range map[string]int64{"a": 4, "b": 4, "c": 4, "d": 3, "e": 4} {
		if doc := store.docs["95598:"+id]; doc.Analysis.RulesetRev != rev {
			t.Errorf("%s has rule set %d, want %d", id, doc.Analysis.RulesetRev, rev)
		}
	}
	if got := store.docs["95598:a"].Call.Turns[0].Text; !strings.Contains(got, "第2版") {
		t.Errorf("a has %q, want its newer content", got)
	}
	if len(sink.letters) != letters {
		t.Errorf("%d dead letters, want %d as before", len(sink.letters), letters)
	}
	if got := b.committed("calls", 1); got != 2 {
		t.Errorf("committed %d, want 2 as before", got)
	}
}

// Control records and what retention removes while it runs are passed over.
func TestRereadNoRecords(t *testing.T) {
	b := newTestBroker(t, 1)
	b.writeTransactions("calls", 3)
	store := newMemStore()
	r := b.rereader(store, newMemSink(), nil)
	stretches, err := Stretches(t.Context(), r.Cluster, r.Topics, RereadScope{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Cluster().DeleteRecords("calls", 0, 2); err != nil {
		t.Fatal(err)
	}
	progress, err := r.Run(t.Context(), stretches)
	if err != nil || progress.Read != 6 || progress.Stored != 2 {
		t.Errorf("progress %+v, %v", progress, err)
	}
}

// A run that was interrupted goes on where it was; one that came to its end begins anew, and so does another job.
func TestRereadResumes(t *testing.T) {
	b := newTestBroker(t, 1)
	for i := range 3 * rereadRecords {
		b.write("calls", 0, contact("r"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), 1))
	}
	store, ledger := newMemStore(), newMemLedger()
	r := b.rereader(store, newMemSink(), ledger)
	stretches, err := Stretches(t.Context(), r.Cluster, r.Topics, RereadScope{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.Progress = func(p RereadProgress) {
		if p.Units > 0 {
			cancel()
		}
	}
	if progress, err := r.Run(ctx, stretches); !errors.Is(err, context.Canceled) || progress.Read == 0 || progress.Read == progress.Total {
		t.Fatalf("progress %+v, %v; want an interruption half way", progress, err)
	}
	r.Progress = nil
	if progress, err := r.Run(t.Context(), stretches); err != nil || progress.Resumed == 0 || progress.Read != progress.Total || len(store.docs) != 3*rereadRecords {
		t.Errorf("resumed: %+v, %v; %d documents", progress, err, len(store.docs))
	}
	for _, job := range []string{"r4", "r5"} {
		r.Job = job
		if progress, err := r.Run(t.Context(), stretches); err != nil || progress.Resumed != 0 || progress.Units != 3*rereadRecords {
			t.Errorf("job %s anew: %+v, %v", job, progress, err)
		}
	}
}

// A rate holds over all partitions.
func TestRereadRate(t *testing.T) {
	b := newTestBroker(t, 2)
	for p := range 2 {
		b.write("calls", p, contact("a", 1), contact("b", 1), contact("c", 1))
	}
	clock := newFakeClock()
	r := b.rereader(newMemStore(), newMemSink(), nil)
	r.Loop.cfg.Clock, r.Rate = clock, 2
	stretches, err := Stretches(t.Context(), r.Cluster, r.Topics, RereadScope{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), stretches); err != nil {
		t.Fatal(err)
	}
	if took := clock.Now().Sub(today); took < 3*time.Second {
		t.Errorf("six records took %v at two a second", took)
	}
}

// A preview hands over what each record of the stretches gives, tells how far it is, and writes and commits nothing; an error of
// who takes them ends it.
func TestPreview(t *testing.T) {
	b := newTestBroker(t, 2)
	b.write("calls", 0, contact("a", 1), "no JSON", contact("b", 1))
	b.write("calls", 1, contact("c", 1))
	pipeline := testPipeline(SystemClock{})
	topics := map[string]decode.Source{"calls": source95598}
	stretches, err := Stretches(t.Context(), b.cluster(), topics, RereadScope{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	var read, total int64
	v := Preview{Cluster: b.cluster(), Topics: topics, Pipeline: pipeline, Workers: 2,
		Progress: func(r, all int64) { read, total = r, all },
		Hand: func(unit Unit) error {
			for _, entry := range unit {
				if entry.Dead != nil {
					ids = append(ids, "dead "+entry.Place.ID)
				} else {
					ids = append(ids, entry.Document.Call.DocID())
				}
			}
			return nil
		}}
	if err := v.Run(t.Context(), stretches); err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	if want := []string{"95598:a", "95598:b", "95598:c", "dead calls/0/1"}; !slices.Equal(ids, want) || read != 4 || total != 4 {
		t.Errorf("got %q, %d of %d, want %q", ids, read, total, want)
	}
	stop := errors.New("enough")
	v.Hand = func(Unit) error { return stop }
	if err := v.Run(t.Context(), stretches); !errors.Is(err, stop) {
		t.Errorf("got %v, want the taker's error", err)
	}
	if got := b.committed("calls", 0); got != -1 {
		t.Errorf("committed %d, want nothing", got)
	}
}
