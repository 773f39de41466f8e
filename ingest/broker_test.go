package ingest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

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

func (b *testBroker) cluster() Cluster {
	return Cluster{Brokers: []string{b.Addr()}, Patience: 2500 * time.Millisecond}
}

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

// commit says that a group has come to an offset of partition 0.
func (b *testBroker) commit(group, topic string, offset int64) {
	b.t.Helper()
	broker, err := b.cluster().connect()
	if err != nil {
		b.t.Fatal(err)
	}
	defer broker.close()
	_, err = broker.client.OffsetCommit(b.t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1,
		Topics: map[string][]kafka.OffsetCommit{topic: {{Offset: offset}}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// committed is the offset the group has committed, -1 for none.
func (b *testBroker) committed(topic string, partition int) int64 {
	return b.committedBy("suqiu", topic, partition)
}

func (b *testBroker) committedBy(group, topic string, partition int) int64 {
	info := b.Cluster().GroupInfo(group)
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
