package ingest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hotline"
	"suqiu/ingest/embedded"
)

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

// When the process that runs the broker ends, the one that consumes beside it runs the broker too, and goes on where the
// other has stopped.
func TestConsumeBrokerHandedOn(t *testing.T) {
	folder := t.TempDir()
	keep := func() *embedded.Keeper {
		k, err := embedded.Keep(folder, embedded.Options{Topics: []string{"calls"}, Partitions: 4}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	store, sink := newMemStore(), newMemSink()
	first := keep()
	cluster := Cluster{Brokers: []string{first.Addr()}}
	produce := func(payloads []string) {
		t.Helper()
		p, err := NewProducer(cluster, "calls")
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		await(t, "records to be taken", func() bool { // again and again, while there is no broker
			_, err := p.Produce(t.Context(), &source95598, "calls", strings.NewReader(strings.Join(payloads, "\n")))
			return err == nil
		})
	}
	members := &testBroker{t: t}
	leaver := members.consumeFrom(cluster, store, sink, nil)
	second := keep()
	defer func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}()
	stayer := members.consumeFrom(cluster, store, sink, nil)
	before, wantBefore := contacts("before", 300)
	produce(before)
	await(t, "progress", func() bool { return store.size() > 100 })
	leaver.stop()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	after, wantAfter := contacts("after", 300)
	produce(after)
	want := merge(wantBefore, wantAfter)
	await(t, "all documents", func() bool { return store.size() == len(want) })
	stayer.stop()
	equalMaps(t, store.texts(), want)
	if len(sink.letters) > 0 {
		t.Errorf("dead letters %v", sink.ids())
	}
}
