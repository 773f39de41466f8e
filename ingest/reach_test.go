package ingest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"suqiu/hotline"
)

// told keeps what a consumer tells of how far it has come.
type told struct {
	mu   sync.Mutex
	last Reach
	n    int
}

func (r *told) take(_ context.Context, source string, reach Reach) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if source == source95598.Name {
		r.last = reach
		r.n++
	}
	return nil
}

func (r *told) get() (Reach, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.n
}

// tells starts a consumer that tells often.
func (b *testBroker) tells(store Store, reached *told) *running {
	return b.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) {
		c.Reached, c.ReachEvery = reached.take, 10*time.Millisecond
	})
}

// Once nothing is left, a source is complete from its first record until now; while the store is away it is complete
// until the record that waits.
func TestReach(t *testing.T) {
	b := newTestBroker(t, 3) // of which one stays empty
	b.write("calls", 0, contact("a", 1))
	b.write("calls", 1, contact("b", 1))
	var reached told
	store := newMemStore()
	begun := time.Now()
	c := b.tells(store, &reached)
	await(t, "the source to be complete", func() bool {
		r, _ := reached.get()
		return r.From.Equal(today) && r.Through.After(begun)
	})
	c.stop()

	b.write("calls", 0, contact("c", 1)) // waits, having arrived at the time of the first
	var later told
	away := newMemStore()
	away.fault = func(int, []hotline.Document) fault {
		return fault{err: &hotline.Fault{Kind: hotline.FaultUnavailable, Err: errors.New("away")}}
	}
	stuck := b.tells(away, &later)
	await(t, "the consumer to wait for the store", func() bool {
		s := stuck.Status()
		return len(s.Partitions) == 3 && s.Partitions[0].Phase == PhaseWaiting
	})
	if r, _ := later.get(); r.Through.After(today) {
		t.Errorf("complete through %s with a record in hand that arrived at %s", r.Through, today)
	}
}

// What retention removed unread is not covered: the source is complete from after the gap only, and before the gap is
// passed nothing is told.
func TestReachAfterGap(t *testing.T) {
	b := newTestBroker(t, 1)
	payloads, _ := contacts("a", 4)
	b.write("calls", 0, payloads...)
	store := newMemStore()
	c := b.consume(store, newMemSink(), nil)
	b.awaitCommits("calls", 4)
	c.stop()
	more, _ := contacts("b", 6)
	b.write("calls", 0, more...)
	if err := b.Cluster().DeleteRecords("calls", 0, 8); err != nil {
		t.Fatal(err)
	}
	var stopped told
	c = b.tells(store, &stopped)
	await(t, "the pause", func() bool {
		return c.Ready() != nil && len(c.Status().Partitions) == 1 && c.Status().Partitions[0].Phase == PhasePaused
	})
	if r, n := stopped.get(); n > 0 {
		t.Errorf("before the gap is passed it tells %+v", r)
	}
	c.stop()
	var reached told
	b.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) {
		c.Reached, c.ReachEvery, c.OnGap = reached.take, 10*time.Millisecond, GapContinue
	})
	b.awaitCommits("calls", 10)
	await(t, "the source to be complete after the gap", func() bool {
		_, n := reached.get()
		return n > 0
	})
	if r, _ := reached.get(); !r.From.Equal(today) {
		t.Errorf("complete from %s, want from the first record after the gap, %s", r.From, today)
	}
	if err := b.Cluster().DeleteRecords("calls", 0, 10); err != nil { // all read: nothing is lost
		t.Fatal(err)
	}
	await(t, "an empty log to say so", func() bool {
		r, _ := reached.get()
		return r.From.IsZero() && !r.Through.IsZero()
	})
}
