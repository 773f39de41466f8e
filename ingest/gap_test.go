package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

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
			sink := newMemSink()
			c = b.consume(store, sink, func(c *ConsumerConfig, _ *LoopConfig) { c.OnGap = policy })
			b.write("calls", 1, contact("other", 1))
			if policy == GapContinue {
				b.awaitCommits("calls", 20, 2)
				if store.size() != 17 {
					t.Errorf("%d documents, want 17", store.size())
				}
				if n := measure(t, c.metrics.gap.WithLabelValues("calls")); n != 4 {
					t.Errorf("gap of %v, want 4", n)
				}
				letter := sink.letters["calls/0/10-13"]
				if letter.Reason != decode.ReasonGap || letter.Origin.Offset != 10 || letter.Until != 14 {
					t.Errorf("the gap's dead letter is %+v, want one of offsets 10 to 13", letter)
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

// Kafka forgets the offsets of a group that has stopped for long. What retention removed since is a gap all the same; where
// it removed nothing unread, reading begins at the oldest record.
func TestConsumeForgottenPlace(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ledger  bool
		remove  int64 // records below this offset
		gap     string
		letter  string
		commits int64
	}{
		{"Overtaken", true, 14, "retention has removed offsets 10 to 13", "calls/0/10-13", 20},
		{"NothingLost", true, 7, "", "", 20},
		{"NotRemembered", false, 14, "", "", 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTestBroker(t, 1)
			payloads, _ := contacts("a", 10)
			b.write("calls", 0, payloads...)
			ledger := newMemLedger()
			change := func(group string, policy GapPolicy) func(*ConsumerConfig, *LoopConfig) {
				return func(c *ConsumerConfig, _ *LoopConfig) {
					c.Group, c.OnGap, c.ReachEvery = group, policy, 10*time.Millisecond
					if tt.ledger {
						c.Places = ledger
					}
				}
			}
			store := newMemStore()
			c := b.consume(store, newMemSink(), change("suqiu", GapStop))
			b.awaitCommits("calls", 10)
			if tt.ledger {
				await(t, "the place to be remembered", func() bool {
					value, _, err := ledger.Get(t.Context(), "place/suqiu/calls")
					return err == nil && string(value) == `{"0":10}`
				})
			}
			c.stop()
			more, _ := contacts("b", 10)
			b.write("calls", 0, more...)
			if err := b.Cluster().DeleteRecords("calls", 0, tt.remove); err != nil {
				t.Fatal(err)
			}
			b.forget("suqiu")
			if tt.gap != "" {
				c = b.consume(store, newMemSink(), change("suqiu", GapStop))
				await(t, "the pause to be told", func() bool {
					err := c.Ready()
					return err != nil && strings.Contains(err.Error(), tt.gap)
				})
				c.stop()
			}
			sink := newMemSink()
			b.consume(store, sink, change("suqiu", GapContinue))
			b.awaitCommits("calls", tt.commits)
			if got := strings.Join(sink.ids(), " "); got != tt.letter {
				t.Errorf("dead letters %q, want %q", got, tt.letter)
			}
		})
	}
}

// forget removes the offsets of a group that nobody is in, as Kafka does when they have expired.
func (b *testBroker) forget(group string) {
	b.t.Helper()
	await(b.t, "the group to be left", func() bool {
		client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()))
		if err != nil {
			b.t.Fatal(err)
		}
		defer client.Close()
		request := kmsg.NewPtrDeleteGroupsRequest()
		request.Groups = []string{group}
		answer, err := request.RequestWith(b.t.Context(), client)
		return err == nil && answer.Groups[0].ErrorCode == 0
	})
}
