//go:build e2e && unix

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/embedded"
	"suqiu/ingest/mask"
)

// auditCalls is how many calls the log of BenchmarkAudit holds.
const auditCalls = 200_000

// BenchmarkAudit reads a log of 200,000 calls, of which one in ten updates an earlier one, by the client library that
// does nothing with it, and audits it, in turn, and reports the medians and their ratio: how many times as long the
// audit takes. One operation is the whole log.
func BenchmarkAudit(b *testing.B) {
	b.Run("real", func(b *testing.B) {
		broker := startBroker(b)
		benchAudit(b, ingest.Cluster{Brokers: []string{broker.Address()}}, openElastic(b, "audit"))
	})
	b.Run("embedded", func(b *testing.B) {
		dir := b.TempDir()
		store, err := sqlite.Open(dir + "/index.db")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = store.Close() })
		broker, err := embedded.Start(dir, embedded.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = broker.Close() })
		benchAudit(b, ingest.Cluster{Brokers: []string{broker.Addr()}}, store)
	})
}

func benchAudit(b *testing.B, cluster ingest.Cluster, store index.Store) {
	const topic = "audit.calls"
	plan, err := ingest.PlanTopics(b.Context(), cluster, []ingest.Topic{{Name: topic, Partitions: 2, Replicas: 1}, {Name: ingest.DeadLetterTopic, Partitions: 1, Replicas: 1, Compact: true}})
	if err != nil {
		b.Fatal(err)
	}
	if err := ingest.ApplyTopics(b.Context(), cluster, plan); err != nil {
		b.Fatal(err)
	}
	source := decode.Source{Name: "calls", Hotline: hotline.Hotline95598, Format: decode.Native, Zone: time.UTC}
	produceCalls(b, cluster, topic, &source)
	keyring, err := mask.ParseKeyring(mask.NewKey("k1"))
	if err != nil {
		b.Fatal(err)
	}
	masker, err := mask.New(keyring, nil)
	if err != nil {
		b.Fatal(err)
	}
	pipeline := &ingest.Pipeline{Locate: unlabelled{}, Mask: masker, Analyze: unlabelled{}, Clock: ingest.SystemClock{}}
	storeCalls(b, cluster, topic, pipeline, &source, store)
	letters, err := ingest.NewDeadLetters(cluster, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = letters.Close() })
	auditor := ingest.Auditor{Pipeline: pipeline, Cluster: cluster, Group: "audit", Sources: map[string]decode.Source{topic: source}, Store: store, Letters: letters}
	var reading, auditing []time.Duration
	for b.Loop() {
		begin := time.Now()
		readLog(b, cluster, topic)
		reading = append(reading, time.Since(begin))
		begin = time.Now()
		accounts, err := auditor.Audit(b.Context(), func(m ingest.Missing) { b.Errorf("missing: %+v", m) })
		if err != nil {
			b.Fatal(err)
		}
		auditing = append(auditing, time.Since(begin))
		var stored int64
		for _, a := range accounts {
			stored += a.Stored
		}
		if stored != auditCalls {
			b.Fatalf("stored: got %d, want %d", stored, auditCalls)
		}
	}
	slices.Sort(reading)
	slices.Sort(auditing)
	read, audited := reading[len(reading)/2].Seconds(), auditing[len(auditing)/2].Seconds()
	b.ReportMetric(auditCalls/read, "read/s")
	b.ReportMetric(auditCalls/audited, "audited/s")
	b.ReportMetric(audited/read, "ratio")
}

// produceCalls writes calls of usual size, about 75 characters in three turns.
func produceCalls(b *testing.B, cluster ingest.Cluster, topic string, source *decode.Source) {
	b.Helper()
	producer, err := ingest.NewProducer(cluster, topic)
	if err != nil {
		b.Fatal(err)
	}
	defer producer.Close()
	random := rand.New(rand.NewPCG(1, 2))
	words := []rune("家里从昨天晚上八点开始停电到现在还没有来电费太高了请问什么时候能修好小区变压器跳闸电表不走字")
	var lines strings.Builder
	for n := range auditCalls {
		id, updated := n, 1
		if n%10 == 9 {
			id, updated = random.IntN(n), n
		}
		told := make([]rune, 30)
		for i := range told {
			told[i] = words[random.IntN(len(words))]
		}
		fmt.Fprintf(&lines, `{"schema":1,"id":"%09d","kind":"call","received":%q,"updated":%q,"caller":"13800000000","turns":[`+
			`{"role":"agent","text":"您好，请问有什么可以帮您"},{"role":"customer","text":"%s"},{"role":"agent","text":"好的，马上为您登记，请保持电话畅通"}]}`+"\n",
			id, receivedJuly, time.Date(2026, time.July, 20, 0, 0, updated, 0, time.UTC).Format(time.RFC3339), string(told))
	}
	if _, err := producer.Produce(b.Context(), source, "calls.jsonl", strings.NewReader(lines.String())); err != nil {
		b.Fatal(err)
	}
}

// storeCalls has a consumer store the calls and commit them.
func storeCalls(b *testing.B, cluster ingest.Cluster, topic string, pipeline *ingest.Pipeline, source *decode.Source, store index.Store) {
	b.Helper()
	letters, err := ingest.NewDeadLetters(cluster, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer letters.Close()
	loop, err := ingest.NewLoop(ingest.LoopConfig{Pipeline: pipeline, Store: store, Sink: letters})
	if err != nil {
		b.Fatal(err)
	}
	consumer, err := ingest.NewConsumer(ingest.ConsumerConfig{Loop: loop, Cluster: cluster, Group: "audit", Sources: map[string]decode.Source{topic: *source}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- consumer.Run(ctx) }()
	for lag := int64(1); lag > 0; time.Sleep(time.Second) {
		positions, err := ingest.GroupPositions(b.Context(), cluster, "audit", []string{topic})
		if err != nil {
			b.Fatal(err)
		}
		lag = 0
		for _, p := range positions {
			lag += p.End - max(p.Committed, 0)
		}
	}
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	if err := store.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// readLog reads all of a topic and nothing more, with suqiu's own client library, each partition by a reader of its own.
func readLog(b *testing.B, cluster ingest.Cluster, topic string) {
	b.Helper()
	positions, err := ingest.GroupPositions(b.Context(), cluster, "audit", []string{topic})
	if err != nil {
		b.Fatal(err)
	}
	var readers errgroup.Group
	for _, p := range positions {
		readers.Go(func() error {
			reader := kafka.NewReader(kafka.ReaderConfig{Brokers: cluster.Brokers, Topic: topic, Partition: p.Partition, MaxBytes: 8 << 20, MaxWait: 20 * time.Millisecond, QueueCapacity: 5000})
			defer reader.Close()
			for at := p.First; at < p.End; {
				m, err := reader.ReadMessage(b.Context())
				if err != nil {
					return err
				}
				at = m.Offset + 1
			}
			return nil
		})
	}
	if err := readers.Wait(); err != nil {
		b.Fatal(err)
	}
}
