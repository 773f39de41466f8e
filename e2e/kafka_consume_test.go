//go:build e2e && unix

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
	"suqiu/ingest/decode"
)

// contacts are numbered messages in native JSON, received on one day.
func contacts(prefix string, n int, received string) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, `{"schema":1,"id":"%s-%d","kind":"message","received":%q,"text":"小区停电"}`+"\n", prefix, i, received)
	}
	return lines.String()
}

const receivedJuly = "2026-07-02T20:47:11+08:00"

// produce writes contacts until all replicas have them. A broker that dies meanwhile makes it write some of them twice.
func (k *kafkaTest) produce(ctx context.Context, topic, lines string) error {
	for {
		producer, err := ingest.NewProducer(k.as("SCRAM-SHA-256"), topic)
		if err != nil {
			return err
		}
		_, err = producer.Produce(ctx, k.source(topic), "contacts.jsonl", strings.NewReader(lines))
		if closed := producer.Close(); err == nil {
			return closed
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (k *kafkaTest) source(topic string) *decode.Source {
	return &decode.Source{Name: topic[len("kafka."):], Hotline: hotline.Hotline95598, Format: decode.Native, Zone: time.UTC}
}

// unlabelled stands for the rules, which these tests are not about, and for the tables of places.
type unlabelled struct{}

func (unlabelled) Analyze(*hotline.Call) hotline.Analysis { return hotline.Analysis{RulesetRev: 1} }

func (unlabelled) Locate(*decode.Record, string) hotline.Area { return hotline.Area{} }

// consuming is a consumer at work.
type consuming struct {
	*ingest.Consumer
	stop func()
}

// consume starts a member of the group that reads one topic.
func (k *kafkaTest) consume(t *testing.T, topic string, change func(*ingest.ConsumerConfig, *ingest.Pipeline)) *consuming {
	t.Helper()
	letters, err := ingest.NewDeadLetters(k.as("PLAIN"), kafkaDead, nil)
	if err != nil {
		t.Fatal(err)
	}
	pipeline := &ingest.Pipeline{Locate: unlabelled{}, Mask: k.masker, Analyze: unlabelled{}, Clock: ingest.SystemClock{}}
	config := ingest.ConsumerConfig{
		Cluster: k.as("SCRAM-SHA-512"), Group: "kafka", Sources: map[string]decode.Source{topic: *k.source(topic)},
		BatchRecords: 50, CommitEvery: 200 * time.Millisecond, SessionTimeout: 6 * time.Second, Heartbeat: time.Second, RebalanceTimeout: 6 * time.Second,
		ProbeEvery: time.Second,
	}
	change(&config, pipeline)
	config.Loop, err = ingest.NewLoop(ingest.LoopConfig{Pipeline: pipeline, Store: k.store, Sink: letters, DeadShare: 1})
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := ingest.NewConsumer(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := consumer.Run(ctx); err != nil {
			t.Errorf("consume %s: %v", topic, err)
		}
	})
	stop := sync.OnceFunc(func() {
		cancel()
		running.Wait()
		_ = letters.Close()
	})
	t.Cleanup(stop)
	return &consuming{consumer, stop}
}

func asIs(*ingest.ConsumerConfig, *ingest.Pipeline) {}

// lag is how many records of a topic the group has not committed; -1: the cluster does not tell of all partitions.
func (k *kafkaTest) lag(ctx context.Context, topic string, partitions int) int64 {
	positions, err := ingest.GroupPositions(ctx, k.as("PLAIN"), "kafka", []string{topic})
	if err != nil || len(positions) != partitions {
		return -1
	}
	var lag int64
	for _, p := range positions {
		lag += p.Lag()
	}
	return lag
}

// stored returns the ids of a source's documents, one for each time that a document is found.
func (k *kafkaTest) stored(t *testing.T, source string) []string {
	t.Helper()
	if err := k.store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for token := ""; ; {
		docs, next, err := k.store.Scan(t.Context(), index.Filter{Sources: []string{source}}, token, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			ids = append(ids, d.Call.DocID())
		}
		if token = next; token == "" {
			return ids
		}
	}
}

func holding(c *consuming) bool { return len(c.Status().Partitions) > 0 }

// brokerKilled: more members than partitions, of which those at work leave, and the broker that leads a partition is
// killed while records are produced and consumed. Afterwards each contact is stored once, and nothing is missing.
func (k *kafkaTest) brokerKilled(t *testing.T) {
	const batches, batch = 40, 50
	members := make([]*consuming, 4)
	for i := range members {
		members[i] = k.consume(t, kafkaCalls, asIs)
	}
	until(t, "two of four members to hold a partition", func() bool {
		n := 0
		for _, m := range members {
			n += len(m.Status().Partitions)
		}
		return n == 2
	})
	produced := make(chan error, 1)
	go func() {
		for n := range batches {
			if err := k.produce(t.Context(), kafkaCalls, contacts(fmt.Sprint(n), batch, receivedJuly)); err != nil {
				produced <- err
				return
			}
		}
		produced <- nil
	}()
	until(t, "the first contacts to be stored", func() bool { return len(k.stored(t, "calls")) > 0 })
	leaving := slices.IndexFunc(members, holding)
	members[leaving].stop()
	leader, err := k.leader(t.Context(), kafkaCalls, 0)
	if err != nil {
		t.Fatal(err)
	}
	leader.Kill()
	until(t, "another broker to lead", func() bool {
		now, err := k.leader(t.Context(), kafkaCalls, 0)
		return err == nil && now != leader
	})
	if err := <-produced; err != nil {
		t.Fatal(err)
	}
	if err := leader.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the group to come to the end", func() bool { return k.lag(t.Context(), kafkaCalls, 2) == 0 })
	ids := k.stored(t, "calls")
	if got, distinct := len(ids), len(slices.Compact(slices.Sorted(slices.Values(ids)))); got != batches*batch || distinct != got {
		t.Errorf("stored: got %d documents of %d contacts, want %d of as many", got, distinct, batches*batch)
	}
	k.audit(t)
}

// audit checks that every committed offset is accounted for.
func (k *kafkaTest) audit(t *testing.T) {
	t.Helper()
	if code, out := k.suqiu(t.Context(), "audit"); code != 0 || strings.Contains(out, "\n缺失 ") {
		t.Errorf("audit: got code %d and\n%s", code, out)
	}
}

// gap: records that were deleted before they were read stop their partition, and are counted where that is allowed.
func (k *kafkaTest) gap(t *testing.T) {
	if err := k.produce(t.Context(), kafkaGap, contacts("early", 10, receivedJuly)); err != nil {
		t.Fatal(err)
	}
	first := k.consume(t, kafkaGap, asIs)
	until(t, "the first records to be committed", func() bool { return k.lag(t.Context(), kafkaGap, 2) == 0 })
	first.stop()
	if err := k.produce(t.Context(), kafkaGap, contacts("unread", 20, receivedJuly)); err != nil {
		t.Fatal(err)
	}
	positions, err := ingest.GroupPositions(t.Context(), k.as("PLAIN"), "kafka", []string{kafkaGap})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(positions, func(p ingest.GroupPosition) bool { return p.Lag() > 2 })
	deleteRecords(t, k.plain, kafkaGap, positions[at].Partition, positions[at].Committed+2)

	strict := k.consume(t, kafkaGap, asIs)
	until(t, "the gap to be told", func() bool {
		err := strict.Ready()
		return err != nil && strings.Contains(err.Error(), "retention has removed")
	})
	strict.stop()
	lenient := k.consume(t, kafkaGap, func(c *ingest.ConsumerConfig, _ *ingest.Pipeline) { c.OnGap = ingest.GapContinue })
	until(t, "the rest to be read", func() bool { return k.lag(t.Context(), kafkaGap, 2) == 0 })
	lenient.stop()
	if got := len(k.stored(t, "gap")); got != 10+20-2 {
		t.Errorf("stored: got %d, want all but the two that were deleted", got)
	}
}

// deleteRecords moves the beginning of a partition's log, as retention does.
func deleteRecords(t *testing.T, brokers []string, topic string, partition int, before int64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.TimeoutMillis = 10_000
	request.Topics = []kmsg.DeleteRecordsRequestTopic{{
		Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Partition: int32(partition), Offset: before}},
	}}
	answer, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	if p := answer.Topics[0].Partitions[0]; p.ErrorCode != 0 || p.LowWatermark != before {
		t.Fatalf("delete records before %d: got %+v", before, p)
	}
}

// replay: what was too old becomes a dead letter; after retention was raised a replay stores it with the place that it
// was read from, and the audit finds it in either state.
func (k *kafkaTest) replay(t *testing.T) {
	if err := k.produce(t.Context(), kafkaLate, contacts("late", 5, receivedJuly)); err != nil {
		t.Fatal(err)
	}
	member := k.consume(t, kafkaLate, func(_ *ingest.ConsumerConfig, p *ingest.Pipeline) {
		p.RetentionStart = func(now time.Time) time.Time { return now.AddDate(0, 0, -1) }
	})
	until(t, "the records to be committed", func() bool { return k.lag(t.Context(), kafkaLate, 2) == 0 })
	member.stop()
	if got := k.stored(t, "late"); len(got) != 0 {
		t.Fatalf("stored: got %v, want dead letters alone", got)
	}
	letters, err := ingest.NewDeadLetters(k.as("PLAIN"), kafkaDead, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer letters.Close()
	list := func() []ingest.DeadLetter {
		t.Helper()
		all, err := letters.List(t.Context(), ingest.DeadFilter{Source: "late"})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	dead := list()
	if len(dead) != 5 {
		t.Fatalf("dead letters: got %d, want 5", len(dead))
	}
	k.audit(t)
	if code, out := k.suqiu(t.Context(), "deadletter", "replay", "--reason", "time"); code != 0 {
		t.Fatalf("replay: got code %d and %s", code, out)
	}
	if left := list(); len(left) != 0 {
		t.Errorf("dead letters after the replay: got %v, want none", left)
	}
	places := map[hotline.Origin]bool{}
	for _, id := range k.stored(t, "late") {
		doc, err := k.store.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		places[doc.Call.Origin] = true
	}
	for _, d := range dead {
		if !places[d.Origin] {
			t.Errorf("no document has the place %+v of its dead letter", d.Origin)
		}
	}
	k.audit(t)
}
