//go:build e2e && unix

package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/embedded"
)

// BenchmarkLettersAnew fills the index of dead letters from a topic of 20,000, every second one with a sealed payload of
// 1 KiB, as after the index was lost.
func BenchmarkLettersAnew(b *testing.B) {
	const letters = 20_000
	broker, err := embedded.Start(b.TempDir(), embedded.Options{Topics: []string{deadTopic}, Partitions: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer broker.Close()
	cluster := ingest.Cluster{Brokers: []string{broker.Addr()}}
	topic, err := ingest.NewDeadLetters(cluster, deadTopic, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer topic.Close()
	all := make([]ingest.DeadLetter, letters)
	for i := range all {
		origin := hotline.Origin{Topic: topicOf(hotline.Hotline95598), Offset: int64(i)}
		all[i] = ingest.DeadLetter{
			Schema: ingest.DeadLetterSchema, ID: fmt.Sprintf("%s/0/%d", origin.Topic, i), Source: "95598", Origin: origin, Reason: decode.ReasonTime,
			Place: "受理时间", Why: "no readable time", Hint: "tell the source where the time stands", At: time.Now(), Arrived: time.Now(), Bytes: 812,
		}
		if i%2 == 0 {
			all[i].Sealed = make([]byte, 1<<10)
		}
	}
	if err := topic.Bury(b.Context(), all); err != nil {
		b.Fatal(err)
	}
	run := 0
	for b.Loop() {
		run++
		store := openElastic(b, fmt.Sprint("anew-", run))
		fillLetters(b, cluster, store, fmt.Sprint("anew-", run), letters)
	}
	b.ReportMetric(float64(b.N*letters)/b.Elapsed().Seconds(), "letters/s")
}

// fillLetters runs a mirror until it has committed so many letters.
func fillLetters(b *testing.B, cluster ingest.Cluster, store *elastic.Store, group string, letters int64) {
	b.Helper()
	m, err := ingest.NewMirror(ingest.MirrorConfig{Cluster: cluster, Group: group, Topic: deadTopic, Copies: store})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if p := m.Status().Partitions; len(p) == 1 && p[0].Position == letters {
			break
		}
		if time.Now().After(deadline) {
			b.Fatalf("not filled: %+v", m.Status())
		}
	}
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
