package ingest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// deadLetters opens the topic of dead letters of a test's broker.
func (b *testBroker) deadLetters() *DeadLetters {
	b.t.Helper()
	d, err := NewDeadLetters(b.cluster(), "", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.t.Error(err)
		}
	})
	return d
}

func letter(id string, offset int64, at time.Time) DeadLetter {
	return DeadLetter{Schema: 1, ID: id, Source: "95598", Origin: hotline.Origin{Topic: "calls", Offset: offset},
		Reason: decode.ReasonTime, Why: "no readable time", At: at, Bytes: 2}
}

func ids(letters []DeadLetter) string {
	var all []string
	for _, d := range letters {
		all = append(all, d.ID)
	}
	return strings.Join(all, " ")
}

// Of the letters of one id the last counts; tombstones remove, and what is no letter does no harm.
func TestDeadLettersList(t *testing.T) {
	b := newTestBroker(t, 3, DeadLetterTopic)
	d := b.deadLetters()
	if letters, err := d.List(t.Context(), DeadFilter{}); err != nil || len(letters) != 0 {
		t.Fatalf("empty topic: %v, %v", letters, err)
	}
	resolved := letter("calls/0/3", 3, today)
	resolved.Resolved = today.Add(time.Hour)
	bury := func(letters ...DeadLetter) {
		t.Helper()
		if err := d.Bury(t.Context(), letters); err != nil {
			t.Fatal(err)
		}
	}
	newer := letter("calls/0/1", 1, today.Add(time.Minute))
	newer.Reason = decode.ReasonID
	bury(letter("calls/0/1", 1, today), letter("calls/0/2", 2, today), letter("calls/0/3", 3, today), letter("calls/0/4", 4, today))
	bury(newer, resolved, letter("calls/0/2", 2, today))
	bury(letter("calls/0/3", 3, today)) // a duplicate that comes after the resolution
	if err := d.writer.WriteMessages(t.Context(), kafka.Message{Key: []byte("calls/0/4")}, kafka.Message{Key: []byte("odd"), Value: []byte("nonsense")}); err != nil {
		t.Fatal(err)
	}
	letters, err := d.List(t.Context(), DeadFilter{})
	if err != nil || ids(letters) != "calls/0/2 calls/0/1" {
		t.Errorf("open letters %q, %v", ids(letters), err)
	}
	all, err := d.List(t.Context(), DeadFilter{Resolved: true})
	if err != nil || ids(all) != "calls/0/2 calls/0/3 calls/0/1" {
		t.Errorf("all letters %q, %v", ids(all), err)
	}
	counts := CountDeadLetters(letters)
	if fmt.Sprint(counts) != "[{95598 id 1} {95598 time 1}]" {
		t.Errorf("counts %v", counts)
	}
}

// The first call after a restart of the broker meets a dead connection, and tries again.
func TestDeadLettersRetry(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	if err := d.Bury(t.Context(), []DeadLetter{letter("calls/0/1", 1, today)}); err != nil {
		t.Fatal(err)
	}
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 2})
	if letters, err := d.List(t.Context(), DeadFilter{}); err != nil || len(letters) != 1 {
		t.Errorf("%v, %v", letters, err)
	}
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if _, err := d.List(t.Context(), DeadFilter{}); err == nil || !strings.Contains(err.Error(), "give the user the right Read on topic "+DeadLetterTopic) {
		t.Errorf("error %v, want one that says which right is missing", err)
	}
}

// A letter that the broker did not take is not buried.
func TestBuryTellsRefusal(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if err := d.Bury(t.Context(), []DeadLetter{letter("calls/0/1", 1, today)}); err == nil || !strings.Contains(err.Error(), DeadLetterTopic) {
		t.Errorf("error %v, want one that names the topic", err)
	}
}

func TestDeadLettersTopicMissing(t *testing.T) {
	b := newTestBroker(t, 1)
	if _, err := b.deadLetters().List(t.Context(), DeadFilter{}); err == nil || !strings.Contains(err.Error(), "suqiu kafka setup") {
		t.Errorf("error %v, want one that names suqiu kafka setup", err)
	}
}

// Dead letters are written to Kafka before their records are committed, and what was mended can be replayed from
// where it stands in the log, at its old place.
func TestReplayFromTopic(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	letters := b.deadLetters()
	undated := `{"schema":1,"id":"%s","kind":"message","text":"停电"}`
	// The second payload has three items, the last of which stays broken.
	b.write("calls", 0, contact("a", 1), fmt.Sprintf(undated, "b")+"\n"+contact("c", 1)+"\n{", fmt.Sprintf(undated, "d"))
	store := newMemStore()
	c := b.consume(store, letters, nil)
	b.awaitCommits("calls", 3)
	c.stop()
	open, err := letters.List(t.Context(), DeadFilter{})
	if err != nil || ids(open) != "calls/0/1/0 calls/0/1/2 calls/0/2" {
		t.Fatalf("letters %q, %v", ids(open), err)
	}
	mended := source95598
	mended.Received = today.Add(-24 * time.Hour)
	r := &Replayer{Letters: letters, Topics: map[string]decode.Source{"calls": mended},
		Loop: newTestLoop(t, store, letters, func(c *LoopConfig) { c.DeadShare = 1 })}
	outcomes, err := r.Replay(t.Context(), open)
	if err != nil {
		t.Fatal(err)
	}
	if outcomes[0].Outcome != ReplayStored || outcomes[1].Outcome != ReplayDead || outcomes[2].Outcome != ReplayStored {
		t.Errorf("outcomes %+v", outcomes)
	}
	if origin := store.docs["95598:d"].Call.Origin; origin != (hotline.Origin{Topic: "calls", Offset: 2}) {
		t.Errorf("origin %+v", origin)
	}
	left, err := letters.List(t.Context(), DeadFilter{})
	if err != nil || ids(left) != "calls/0/1/2" {
		t.Errorf("letters left %q, %v", ids(left), err)
	}
}

// When the log does not hold the record any more, the sealed payload does; without the key it is gone.
func TestReplaySealed(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	letters := b.deadLetters()
	sealer, identity := testSealer(t)
	b.write("calls", 0, `{"schema":1,"id":"b","kind":"message","text":"停电"}`)
	store := newMemStore()
	c := b.consume(store, letters, func(_ *ConsumerConfig, l *LoopConfig) { l.Sealer = sealer })
	b.awaitCommits("calls", 1)
	c.stop()
	if err := b.Cluster().DeleteRecords("calls", 0, -1); err != nil {
		t.Fatal(err)
	}
	open, err := letters.List(t.Context(), DeadFilter{})
	if err != nil || len(open) != 1 {
		t.Fatalf("letters %v, %v", open, err)
	}
	if bare, err := letters.List(t.Context(), DeadFilter{Bare: true}); err != nil || len(bare) != 1 || len(bare[0].Sealed) != 0 {
		t.Errorf("bare letters %v, %v", bare, err)
	}
	mended := source95598
	mended.Received = today.Add(-24 * time.Hour)
	r := &Replayer{Letters: letters, Topics: map[string]decode.Source{"calls": mended}, Loop: newTestLoop(t, store, letters, nil)}
	if outcomes, err := r.Replay(t.Context(), open); err != nil || outcomes[0].Outcome != ReplayGone || !strings.Contains(outcomes[0].Why, "does not hold") {
		t.Errorf("without the key: %+v, %v", outcomes, err)
	}
	r.Identities = []age.Identity{identity}
	if outcomes, err := r.Replay(t.Context(), open); err != nil || outcomes[0].Outcome != ReplayStored {
		t.Errorf("with the key: %+v, %v", outcomes, err)
	}
	if call := store.docs["95598:b"].Call; call.Origin != (hotline.Origin{Topic: "calls"}) || !call.Arrived.Equal(today) {
		t.Errorf("origin %+v, arrived %s", call.Origin, call.Arrived)
	}
}

func TestReplayFromFile(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	letters := b.deadLetters()
	path := filepath.Join(t.TempDir(), "undated.jsonl")
	undated := `{"schema":1,"id":"b","kind":"message","text":"停电"}`
	if err := os.WriteFile(path, []byte(contact("a", 1)+"\n"+undated+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store := newMemStore()
	loop := newTestLoop(t, store, letters, nil)
	begun := today.Add(-3 * time.Hour)
	if _, err := (&FileIngester{Loop: loop, AsOf: begun}).File(t.Context(), &source95598, path); err != nil {
		t.Fatal(err)
	}
	open, err := letters.List(t.Context(), DeadFilter{})
	if err != nil || len(open) != 1 {
		t.Fatalf("letters %v, %v", open, err)
	}
	mended := source95598
	mended.Received = today.Add(-24 * time.Hour)
	r := &Replayer{Letters: letters, Loop: loop}
	replay := func() Replayed {
		t.Helper()
		outcomes, err := r.Replay(t.Context(), open)
		if err != nil {
			t.Fatal(err)
		}
		return outcomes[0]
	}
	if got := replay(); got.Outcome != ReplayGone || !strings.Contains(got.Why, "no source is configured") {
		t.Errorf("without a source: %+v", got)
	}
	r.Sources = map[string]decode.Source{"95598": mended}
	if err := os.WriteFile(path, []byte(contact("a", 1)+"\n"+contact("other", 1)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := replay(); got.Outcome != ReplayGone || !strings.Contains(got.Why, "was changed") {
		t.Errorf("changed file: %+v", got)
	}
	if err := os.WriteFile(path, []byte(contact("a", 1)+"\n"+undated+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := replay(); got.Outcome != ReplayStored {
		t.Errorf("same file: %+v", got)
	}
	// It is as new as the reading of its file: a file that was read since stays newer.
	call := store.docs["95598:b"].Call
	if call.Origin != (hotline.Origin{File: path, Line: 2}) || !call.Arrived.Equal(begun) || call.ContentRev != begun.UnixMilli() {
		t.Errorf("origin %+v, arrived %s, content of %d, want %s", call.Origin, call.Arrived, call.ContentRev, begun)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := replay(); got.Outcome != ReplayGone {
		t.Errorf("removed file: %+v", got)
	}
}

// What comes out of a topic decodes alone to what stood in the file.
func TestProduce(t *testing.T) {
	csv := "工单编号,受理时间,诉求内容\n" +
		"HK1,2026-11-18 09:00:00,\"小区停电\n第二行\"\n" +
		"HK2,2026-11-18 10:00:00,电压低\n"
	for _, tt := range []struct {
		name, content string
		format        decode.Format
		keys          string
		undecoded     int64
	}{
		{"JSONLines", contact("a", 1) + "\n\n" + contact("b", 2) + "\n", decode.Native, "95598:a 95598:b", 0},
		{"BrokenLine", contact("a", 1) + "\n{\"schema\":1,\n" + contact("b", 2) + "\n", decode.Native, "95598:a - 95598:b", 1},
		{"CSV", csv, decode.Auto, "12345:HK1 12345:HK2", 0},
		{"CSVWithTitle", "热线工单,,\n" + csv, decode.Auto, "12345:HK1 12345:HK2", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTestBroker(t, 1)
			src := source95598
			src.Format = tt.format
			p, err := NewProducer(b.cluster(), "calls")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			calls := 0
			p.Progress = func(Produced) { calls++ }
			done, err := p.Produce(t.Context(), &src, "x", strings.NewReader(tt.content))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.broker.fetch(t.Context(), "calls", 0, 0, 1<<20, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, r := range got.records {
				items := decode.Decode(&src, &decode.Input{Value: r.value, Arrived: today})
				if len(r.key) == 0 {
					keys = append(keys, "-")
					continue
				}
				keys = append(keys, string(r.key))
				if len(items) != 1 || items[0].Err != nil || items[0].Records[0].Call.DocID() != string(r.key) {
					data, _ := json.Marshal(items)
					t.Errorf("%q decodes alone to %s", r.value, data)
				}
			}
			if strings.Join(keys, " ") != tt.keys || done.Records != int64(len(keys)) || done.Undecoded != tt.undecoded || calls != 1 {
				t.Errorf("keys %q, done %+v, %d calls of progress", keys, done, calls)
			}
		})
	}
}

func TestProduceErrors(t *testing.T) {
	b := newTestBroker(t, 1)
	p, err := NewProducer(b.cluster(), "none")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Produce(t.Context(), &source95598, "x", strings.NewReader(contact("a", 1))); err == nil || !strings.Contains(err.Error(), "suqiu kafka setup") {
		t.Errorf("error %v, want one that names suqiu kafka setup", err)
	}
	src := decode.Source{Name: "x", Format: decode.Auto}
	if _, err := p.Produce(t.Context(), &src, "x", strings.NewReader("甲,乙\n1,2\n")); err == nil {
		t.Error("a file of no known form is produced")
	}
}
