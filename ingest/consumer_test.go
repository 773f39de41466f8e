package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Records, payloads of several items and dead letters: all are brought to their end, then committed, and a second
// run begins where the first ended.
func TestConsume(t *testing.T) {
	b := newTestBroker(t, 2)
	first, want0 := contacts("a", 120)
	second, want1 := contacts("b", 30)
	b.write("calls", 0, first...)
	b.write("calls", 1, append(second, "{", contact("c", 1)+"\n"+contact("d", 1))...)
	store, sink := newMemStore(), newMemSink()
	c := b.consume(store, sink, nil)
	b.awaitCommits("calls", 120, 32)
	want := merge(want0, want1, map[string]string{"95598:c": "小区停电 第1版", "95598:d": "小区停电 第1版"})
	equalMaps(t, store.texts(), want)
	if ids := sink.ids(); len(ids) != 1 || ids[0] != "calls/1/30" {
		t.Errorf("letters %q, want calls/1/30", ids)
	}
	if origin := store.docs["95598:d"].Call.Origin; origin != (hotline.Origin{Topic: "calls", Partition: 1, Offset: 31, Shared: true}) {
		t.Errorf("origin %+v", origin)
	}
	await(t, "readiness without a lag", func() bool {
		s := c.Status()
		return len(s.Partitions) == 2 && s.Partitions[0].Committed == 120 && s.Partitions[0].Lag == 0 && s.Problem == ""
	})
	if err := errors.Join(c.Ready(), c.Live()); err != nil {
		t.Error(err)
	}
	if n := measure(t, c.cfg.Loop.cfg.Metrics.records.WithLabelValues("95598")); n != 152 {
		t.Errorf("%v records counted, want 152", n)
	}
	c.stop()
	if err := c.Ready(); err == nil {
		t.Error("ready after it has left the group")
	}
	if members := b.Cluster().GroupInfo("suqiu").Members; len(members) != 0 {
		t.Errorf("%d members after leaving", len(members))
	}
	puts := store.puts
	b.consume(store, sink, nil)
	b.write("calls", 0, contact("e", 1))
	b.awaitCommits("calls", 121, 32)
	if store.puts != puts+1 {
		t.Errorf("%d puts in the second run, want 1", store.puts-puts)
	}
}

// A record whose producer set no time, or one in another unit, has no plausible arrival: it is refused and says so.
func TestConsumeRecordOfNoTime(t *testing.T) {
	b := newTestBroker(t, 1, "calls", DeadLetterTopic)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.DefaultProduceTopic("calls")) // kafka-go would set the time
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i, at := range []time.Time{time.UnixMilli(0), time.UnixMilli(-1), time.UnixMilli(today.UnixMicro()), today} {
		r := &kgo.Record{Value: []byte(contact(fmt.Sprint("t", i), 1)), Timestamp: at}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	store, letters := newMemStore(), b.deadLetters()
	b.consume(store, letters, nil)
	b.awaitCommits("calls", 4)
	equalMaps(t, store.texts(), map[string]string{"95598:t3": "小区停电 第1版"})
	buried, err := letters.List(t.Context(), DeadFilter{})
	if err != nil || len(buried) != 3 {
		t.Errorf("letters %q, %v, want three", ids(buried), err)
	}
	for _, letter := range buried {
		if letter.Reason != decode.ReasonTime || !strings.HasSuffix(letter.Place, "arrived") || !strings.Contains(letter.Hint, "LogAppendTime") {
			t.Errorf("letter %+v", letter)
		}
	}
}

// Whatever goes wrong while three members come and go, nothing is lost and nothing doubled.
func TestConsumeChurn(t *testing.T) {
	const partitions, records = 4, 600
	b := newTestBroker(t, partitions)
	want, newest := map[string]string{}, map[string]int{}
	rng := rand.New(rand.NewPCG(5, 6))
	for p := range partitions {
		var payloads []string
		for range records {
			id, rev := fmt.Sprintf("p%d-%d", p, rng.IntN(records)), rng.IntN(5)
			payloads = append(payloads, contact(id, rev))
			if rev >= newest[id] {
				newest[id] = rev
				want["95598:"+id] = fmt.Sprintf("小区停电 第%d版", rev)
			}
		}
		b.write("calls", p, payloads...)
	}
	store, sink := newMemStore(), newMemSink()
	var mu sync.Mutex
	store.fault = func(_ int, docs []hotline.Document) fault {
		mu.Lock()
		defer mu.Unlock()
		switch n := rng.IntN(100); {
		case n < 10:
			return fault{err: errUnavailable}
		case n < 20:
			return fault{err: errUnavailable, apply: true}
		case n < 25 && len(docs) > 1:
			return fault{err: errTooLarge}
		case n < 40:
			return fault{item: func(d *hotline.Document) *hotline.Verdict {
				if d.Call.ContentRev%3 == 0 {
					return &hotline.Verdict{ID: d.Call.DocID(), Outcome: hotline.Retry}
				}
				return nil
			}}
		}
		time.Sleep(3 * time.Millisecond) // a store takes its time, so that members leave in the middle
		return fault{}
	}
	small := func(c *ConsumerConfig, _ *LoopConfig) { c.BatchRecords = 7 }
	members := []*running{b.consume(store, sink, small)}
	for round := range 5 {
		await(t, "progress", func() bool { return store.size() > (round+1)*100 })
		members = append(members, b.consume(store, sink, small))
		if len(members) > 2 {
			members[0].stop()
			members = members[1:]
		}
	}
	b.awaitCommits("calls", records, records, records, records)
	equalMaps(t, store.texts(), want)
	if len(sink.letters) != 0 {
		t.Errorf("dead letters %q", sink.ids())
	}
}

// While one source waits for the operator, its member keeps its place in the group and reads the others.
func TestConsumePausedSource(t *testing.T) {
	b := newTestBroker(t, 1, "calls", "orders")
	store, sink := newMemStore(), newMemSink()
	orders := source95598
	orders.Name = "orders"
	c := b.consume(store, sink, func(c *ConsumerConfig, l *LoopConfig) {
		c.Sources["orders"] = orders
		l.DeadWindow = 100
	})
	b.write("calls", 0, append([]string{contact("good", 1)}, repeat(20, func(int) string { return "{" })...)...)
	await(t, "the pause to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "source 95598: 6 of its last 100 records")
	})
	generation := c.Status().Generation
	payloads, _ := contacts("a", 200)
	b.write("orders", 0, payloads...)
	b.awaitCommits("orders", 200)
	time.Sleep(3 * c.cfg.Heartbeat)
	if now := c.Status().Generation; now != generation {
		t.Errorf("generation %d became %d: the pause has cost the membership", generation, now)
	}
	b.awaitCommits("calls", 6) // the good one and the five that the limit bears
	if len(sink.letters) != 5 {
		t.Errorf("%d letters, want 5", len(sink.letters))
	}
	if n := measure(t, c.metrics.paused.WithLabelValues("calls", "0")); n != 1 {
		t.Errorf("paused shows %v, want 1", n)
	}
}

// On a stop the batch in hand is finished and committed, if the store lets it within the drain time.
func TestConsumeDrain(t *testing.T) {
	for _, tt := range []struct {
		name string
		hang bool
		want int64
	}{{"Answers", false, 1}, {"Hangs", true, -1}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTestBroker(t, 1)
			store := newMemStore()
			entered, stopping := make(chan struct{}), make(chan struct{})
			store.fault = func(put int, _ []hotline.Document) fault {
				if put == 1 {
					close(entered)
					<-stopping
				}
				return fault{hang: tt.hang}
			}
			c := b.consume(store, newMemSink(), func(_ *ConsumerConfig, l *LoopConfig) { l.PutTimeout = time.Hour })
			b.write("calls", 0, contact("a", 1))
			<-entered
			time.AfterFunc(30*time.Millisecond, func() { close(stopping) })
			begin := time.Now()
			c.stop()
			if took := time.Since(begin); took > 2*c.cfg.drain()+2*time.Second {
				t.Errorf("stopping took %s, the drain is %s", took, c.cfg.drain())
			}
			if got := b.committed("calls", 0); got != tt.want {
				t.Errorf("committed %d, want %d", got, tt.want)
			}
		})
	}
}

func TestConsumerConfigFaults(t *testing.T) {
	loop := newTestLoop(t, newMemStore(), newMemSink(), nil)
	good := ConsumerConfig{Loop: loop, Cluster: Cluster{Brokers: []string{"127.0.0.1:1"}}, Sources: map[string]decode.Source{"calls": source95598}}
	for _, tt := range []struct {
		name   string
		change func(*ConsumerConfig)
		want   string
	}{
		{"NoLoop", func(c *ConsumerConfig) { c.Loop = nil }, "needs a loop"},
		{"NoSources", func(c *ConsumerConfig) { c.Sources = nil }, "no topic has a source"},
		{"NoBrokers", func(c *ConsumerConfig) { c.Cluster.Brokers = nil }, "kafka.brokers"},
		{"UnknownPolicy", func(c *ConsumerConfig) { c.OnGap = "skip" }, `on_gap is "skip"`},
		{"NegativeLinger", func(c *ConsumerConfig) { c.Linger = -1 }, "linger"},
		{"NegativeBatch", func(c *ConsumerConfig) { c.BatchRecords = -1 }, "batch_records"},
		{"SlowHeartbeat", func(c *ConsumerConfig) { c.Heartbeat, c.SessionTimeout = time.Minute, time.Minute }, "heartbeat"},
		{"UnknownMechanism", func(c *ConsumerConfig) { c.Cluster.SASL.Mechanism = "GSSAPI" }, "GSSAPI"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			if _, err := NewConsumer(cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
