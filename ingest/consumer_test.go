package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/ingest/decode"
	"suqiu/ingest/embedded"
)

// testBroker is a broker of the test's own with the topic "calls".
type testBroker struct {
	*embedded.Broker
	t testing.TB
}

func newTestBroker(t testing.TB, partitions int, topics ...string) *testBroker {
	t.Helper()
	if len(topics) == 0 {
		topics = []string{"calls"}
	}
	b, err := embedded.Start(t.TempDir(), embedded.Options{Topics: topics, Partitions: partitions})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testBroker{b, t}
}

func (b *testBroker) cluster() Cluster { return Cluster{Brokers: []string{b.Addr()}} }

// write appends values to one partition.
func (b *testBroker) write(topic string, partition int, values ...string) {
	b.t.Helper()
	broker, err := b.cluster().connect()
	if err != nil {
		b.t.Fatal(err)
	}
	defer broker.close()
	records := make([]kafka.Record, len(values))
	for i, v := range values {
		records[i] = kafka.Record{Time: today, Value: kafka.NewBytes([]byte(v))}
	}
	response, err := broker.client.Produce(b.t.Context(), &kafka.ProduceRequest{Topic: topic, Partition: partition,
		RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...)})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// writeTransactions appends n contacts to partition 0, each in a transaction of its own, whose mark follows it.
func (b *testBroker) writeTransactions(topic string, n int) {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.TransactionalID("t"), kgo.DefaultProduceTopic(topic))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	for i := range n {
		if err := client.BeginTransaction(); err != nil {
			b.t.Fatal(err)
		}
		r := &kgo.Record{Value: []byte(contact(fmt.Sprintf("t%d", i), 1)), Timestamp: today}
		if err := client.ProduceSync(b.t.Context(), r).FirstErr(); err != nil {
			b.t.Fatal(err)
		}
		if err := client.EndTransaction(b.t.Context(), kgo.TryCommit); err != nil {
			b.t.Fatal(err)
		}
	}
}

// committed is the offset the group has committed, -1 for none.
func (b *testBroker) committed(topic string, partition int) int64 {
	info := b.Cluster().GroupInfo("suqiu")
	if info == nil {
		return -1
	}
	commit, ok := info.Commits[topic][int32(partition)]
	if !ok {
		return -1
	}
	return commit.Offset
}

// awaitCommits waits until the group has committed these offsets, the first of partition 0.
func (b *testBroker) awaitCommits(topic string, offsets ...int64) {
	b.t.Helper()
	await(b.t, fmt.Sprintf("commits of %v", offsets), func() bool {
		for p, want := range offsets {
			if b.committed(topic, p) != want {
				return false
			}
		}
		return true
	})
}

// await waits for something that happens soon.
func await(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// running is a consumer that runs until stop.
type running struct {
	*Consumer
	stop func()
}

// consume starts a member of the group; it is stopped when the test ends, if not before.
func (b *testBroker) consume(store Store, sink Sink, change func(*ConsumerConfig, *LoopConfig)) *running {
	b.t.Helper()
	return b.consumeFrom(b.cluster(), store, sink, change)
}

// consumeFrom is consume with a cluster that need not be the test's broker.
func (b *testBroker) consumeFrom(cluster Cluster, store Store, sink Sink, change func(*ConsumerConfig, *LoopConfig)) *running {
	b.t.Helper()
	loop := LoopConfig{Pipeline: testPipeline(SystemClock{}), Store: store, Sink: sink, PutTimeout: time.Second,
		Backoff: Backoff{First: time.Millisecond, Max: 20 * time.Millisecond}, SetupWait: 20 * time.Millisecond}
	cfg := ConsumerConfig{Cluster: cluster, Sources: map[string]decode.Source{"calls": source95598}, BatchRecords: 50,
		Linger: 5 * time.Millisecond, CommitEvery: 20 * time.Millisecond, Heartbeat: 50 * time.Millisecond,
		SessionTimeout: 2 * time.Second, RebalanceTimeout: 2 * time.Second, ProbeEvery: 20 * time.Millisecond}
	if change != nil {
		change(&cfg, &loop)
	}
	var err error
	if cfg.Loop, err = NewLoop(loop); err != nil {
		b.t.Fatal(err)
	}
	c, err := NewConsumer(cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(stop)
	return &running{c, stop}
}

// contacts are n contacts whose ids begin with prefix, and what a store holds of them.
func contacts(prefix string, n int) (payloads []string, want map[string]string) {
	want = make(map[string]string)
	for i := range n {
		id := fmt.Sprintf("%s%d", prefix, i)
		payloads = append(payloads, contact(id, 1))
		want["95598:"+id] = "小区停电 第1版"
	}
	return payloads, want
}

func merge(parts ...map[string]string) map[string]string {
	all := make(map[string]string)
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

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
	if origin := store.docs["95598:d"].Call.Origin; origin != (hotline.Origin{Topic: "calls", Partition: 1, Offset: 31}) {
		t.Errorf("origin %+v", origin)
	}
	await(t, "readiness without a lag", func() bool {
		s := c.Status()
		return len(s.Partitions) == 2 && s.Partitions[0].Committed == 120 && s.Partitions[0].Lag == 0 && s.Problem == ""
	})
	if err := errors.Join(c.Ready(), c.Live()); err != nil {
		t.Error(err)
	}
	if n := measure(t, c.loop.cfg.Metrics.records.WithLabelValues("95598")); n != 152 {
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

// What retention removed before it was read is never passed over in silence.
func TestConsumeGap(t *testing.T) {
	for _, policy := range []GapPolicy{GapStop, GapContinue} {
		t.Run(string(policy), func(t *testing.T) {
			b := newTestBroker(t, 2)
			payloads, _ := contacts("a", 10)
			b.write("calls", 0, payloads...)
			b.write("calls", 1, payloads[0])
			store := newMemStore()
			b.consume(store, newMemSink(), nil).stop()
			c := b.consume(store, newMemSink(), nil)
			b.awaitCommits("calls", 10, 1)
			c.stop()
			more, _ := contacts("b", 10)
			b.write("calls", 0, more...)
			if err := b.Cluster().DeleteRecords("calls", 0, 14); err != nil {
				t.Fatal(err)
			}
			c = b.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) { c.OnGap = policy })
			b.write("calls", 1, contact("other", 1))
			if policy == GapContinue {
				b.awaitCommits("calls", 20, 2)
				if store.size() != 17 {
					t.Errorf("%d documents, want 17", store.size())
				}
				if n := measure(t, c.loop.cfg.Metrics.gap.WithLabelValues("calls")); n != 4 {
					t.Errorf("gap of %v, want 4", n)
				}
				return
			}
			await(t, "the pause to be told", func() bool {
				err := c.Ready()
				return err != nil && strings.Contains(err.Error(), "retention has removed offsets 10 to 13") && strings.Contains(err.Error(), "on_gap")
			})
			b.awaitCommits("calls", 10, 2) // the other partition goes on
		})
	}
}

// Retention can also overtake a consumer that runs.
func TestConsumeGapWhileRunning(t *testing.T) {
	b := newTestBroker(t, 1)
	store := newMemStore()
	blocked, release := make(chan struct{}), make(chan struct{})
	store.fault = func(put int, _ []hotline.Document) fault {
		if put == 1 {
			close(blocked)
			<-release
		}
		return fault{}
	}
	c := b.consume(store, newMemSink(), nil)
	b.write("calls", 0, contact("a", 1))
	<-blocked
	more, _ := contacts("b", 10)
	b.write("calls", 0, more...)
	if err := b.Cluster().DeleteRecords("calls", 0, 6); err != nil {
		t.Fatal(err)
	}
	close(release)
	await(t, "the pause to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "offsets 1 to 5")
	})
	b.awaitCommits("calls", 1)
}

// A topic that was made anew is shorter than what was committed; nothing of it may be taken for read.
func TestConsumeTopicMadeAnew(t *testing.T) {
	b := newTestBroker(t, 1)
	b.write("calls", 0, contact("new", 1))
	broker, err := b.cluster().connect()
	if err != nil {
		t.Fatal(err)
	}
	defer broker.close()
	response, err := broker.client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: "suqiu", GenerationID: -1,
		Topics: map[string][]kafka.OffsetCommit{"calls": {{Partition: 0, Offset: 5}}}})
	if err != nil || response.Topics["calls"][0].Error != nil {
		t.Fatalf("%+v, %v", response, err)
	}
	store := newMemStore()
	c := b.consume(store, newMemSink(), nil)
	await(t, "the pause to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "made anew")
	})
	c.stop()
	b.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) { c.OnGap = GapContinue })
	b.awaitCommits("calls", 1)
	if store.size() != 1 {
		t.Errorf("%d documents, want 1", store.size())
	}
}

// Commits that fail are covered by later ones; a coordinator that is not yet there is waited for.
func TestConsumeGroupFaults(t *testing.T) {
	commit, find := kmsg.OffsetCommit, kmsg.FindCoordinator
	for _, tt := range []struct {
		name   string
		faults []kfake.Fault
	}{
		{"CoordinatorNotAvailable", []kfake.Fault{{Keys: []kmsg.Key{find}, Err: kerr.CoordinatorNotAvailable, Count: 3}}},
		{"CoordinatorLoading", []kfake.Fault{{Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.CoordinatorLoadInProgress, Count: 2}}},
		{"CommitTimesOut", []kfake.Fault{{Keys: []kmsg.Key{commit}, Err: kerr.RequestTimedOut, Count: 2}}},
		{"CommitNotCoordinator", []kfake.Fault{{Keys: []kmsg.Key{commit}, Err: kerr.NotCoordinator, Count: 2}}},
		{"CommitFenced", []kfake.Fault{{Keys: []kmsg.Key{commit}, Err: kerr.IllegalGeneration}}},
		{"CommitUnknownMember", []kfake.Fault{{Keys: []kmsg.Key{commit}, Err: kerr.UnknownMemberID}}},
		{"HeartbeatFenced", []kfake.Fault{{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.UnknownMemberID}}},
		{"FetchNotLeader", []kfake.Fault{{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 3}}},
		{"FetchForbidden", []kfake.Fault{{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.TopicAuthorizationFailed, Count: 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newTestBroker(t, 1)
			payloads, want := contacts("a", 100)
			b.write("calls", 0, payloads...)
			handle := b.Cluster().Fault(tt.faults...)
			store := newMemStore()
			b.consume(store, newMemSink(), nil)
			b.awaitCommits("calls", 100)
			equalMaps(t, store.texts(), want)
			await(t, "the fault to be met", func() bool { return handle.Hits() > 0 })
			b.write("calls", 0, contact("after", 1))
			b.awaitCommits("calls", 101)
		})
	}
}

// Missing topics are named, with the command that makes them, and waited for.
func TestConsumeMissingTopic(t *testing.T) {
	b := newTestBroker(t, 1, "other")
	store := newMemStore()
	c := b.consume(store, newMemSink(), nil)
	await(t, "the missing topic to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "missing topics: calls") && strings.Contains(err.Error(), "suqiu kafka setup")
	})
	if err := b.Cluster().CreateTopic("calls", 1, nil); err != nil {
		t.Fatal(err)
	}
	b.write("calls", 0, contact("a", 1))
	b.awaitCommits("calls", 1)
}

// A topic that is deleted under a running consumer is told like one that never was.
func TestConsumeTopicDeletedMeanwhile(t *testing.T) {
	b := newTestBroker(t, 1)
	b.write("calls", 0, contact("a", 1))
	c := b.consume(newMemStore(), newMemSink(), nil)
	b.awaitCommits("calls", 1)
	if err := b.Cluster().DeleteTopic("calls"); err != nil {
		t.Fatal(err)
	}
	await(t, "the loss of the topic to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "kafka setup")
	})
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
	if n := measure(t, c.loop.cfg.Metrics.paused.WithLabelValues("calls", "0")); n != 1 {
		t.Errorf("paused shows %v, want 1", n)
	}
}

// A store that is down blocks, keeps the membership, loses nothing, and is told after a while.
func TestConsumeStoreDown(t *testing.T) {
	b := newTestBroker(t, 1)
	store := newMemStore()
	var mu sync.Mutex
	down := true
	store.fault = func(int, []hotline.Document) fault {
		mu.Lock()
		defer mu.Unlock()
		if down {
			return fault{err: errUnavailable}
		}
		return fault{}
	}
	c := b.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) { c.StallAfter = 50 * time.Millisecond })
	payloads, want := contacts("a", 300)
	b.write("calls", 0, payloads...)
	await(t, "the stall to be told", func() bool {
		err := c.Ready()
		return err != nil && strings.Contains(err.Error(), "300 records behind") && strings.Contains(err.Error(), "503")
	})
	if age := c.Status().Partitions[0].Age; age < time.Since(today).Seconds()-60 {
		t.Errorf("the record in hand is %.0f s old, want the time since %s", age, today)
	}
	if err := c.Live(); err != nil {
		t.Errorf("not live: %v; a restart does not help against a store that is down", err)
	}
	generation := c.Status().Generation
	time.Sleep(5 * c.cfg.Heartbeat)
	if b.committed("calls", 0) > 0 || c.Status().Generation != generation {
		t.Errorf("committed %d, generation %d → %d", b.committed("calls", 0), generation, c.Status().Generation)
	}
	mu.Lock()
	down = false
	mu.Unlock()
	b.awaitCommits("calls", 300)
	equalMaps(t, store.texts(), want)
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

// Marks of transactions and what compaction left out are no records, and no lag remains of them.
func TestConsumeTransactions(t *testing.T) {
	b := newTestBroker(t, 1)
	b.writeTransactions("calls", 3)
	store, sink := newMemStore(), newMemSink()
	b.consume(store, sink, nil)
	b.awaitCommits("calls", 6)
	if store.size() != 3 || len(sink.letters) != 0 {
		t.Errorf("%d documents and letters %q, want 3 and none", store.size(), sink.ids())
	}
}

// Offsets that compaction has emptied are passed over and committed.
func TestConsumeCompacted(t *testing.T) {
	b := newTestBroker(t, 1, "other")
	if err := b.Cluster().CreateTopic("calls", 1, map[string]string{"cleanup.policy": "compact"}); err != nil {
		t.Fatal(err)
	}
	p, err := NewProducer(b.cluster(), "calls")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for rev := range 5 { // five versions under one key, each a batch of its own
		if _, err := p.Produce(t.Context(), &source95598, "x", strings.NewReader(contact("a", rev))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Produce(t.Context(), &source95598, "x", strings.NewReader(contact("b", 1))); err != nil {
		t.Fatal(err)
	}
	b.Cluster().Compact()
	store := newMemStore()
	b.consume(store, newMemSink(), nil)
	b.awaitCommits("calls", 6)
	equalMaps(t, store.texts(), map[string]string{"95598:a": "小区停电 第4版", "95598:b": "小区停电 第1版"})
	if store.writes["95598:a"] > 2 {
		t.Errorf("%d versions were read: compaction has removed nothing", store.writes["95598:a"])
	}
}

// A broker that stops and comes back on the same port is found again.
func TestConsumeBrokerRestart(t *testing.T) {
	folder := t.TempDir()
	start := func() *testBroker {
		b, err := embedded.Start(folder, embedded.Options{Topics: []string{"calls"}, Partitions: 1})
		if err != nil {
			t.Fatal(err)
		}
		return &testBroker{b, t}
	}
	b := start()
	store := newMemStore()
	c := b.consume(store, newMemSink(), nil)
	b.write("calls", 0, contact("a", 1))
	b.awaitCommits("calls", 1)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = start()
	b.write("calls", 0, contact("b", 1))
	b.awaitCommits("calls", 2)
	c.stop()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if store.size() != 2 {
		t.Errorf("%d documents, want 2", store.size())
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
