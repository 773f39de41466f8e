package ingest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hotline"
)

// memCopies keeps copies as an index must: the highest version of each, removals too, and marks beside them.
type memCopies struct {
	mu      sync.Mutex
	letters map[string]hotline.LetterCopy
	marks   map[string]hotline.LettersMark
	epoch   int64                                        // of the last mark that was begun
	writes  int                                          // of copies that were accepted
	fault   func(put int, l []hotline.LetterCopy) error  // of PutLetters, by the number of the call; nil: none
	verdict func(l *hotline.LetterCopy) *hotline.Verdict // not nil: this letter is not stored
	blocked func(ctx context.Context, put int)           // called before each put; nil: none
	puts    int
}

func newMemCopies() *memCopies {
	return &memCopies{letters: map[string]hotline.LetterCopy{}, marks: map[string]hotline.LettersMark{}}
}

func (c *memCopies) ResumeLetters(_ context.Context, topic string, partition int, first int64) (hotline.LettersMark, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := fmt.Sprint(topic, "/", partition)
	if _, ok := c.marks[key]; !ok {
		c.epoch++
		c.marks[key] = hotline.LettersMark{Epoch: c.epoch, Through: first}
	}
	return c.marks[key], nil
}

func (c *memCopies) ResolvedLetters(_ context.Context, ids []string) (map[string]time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	resolved := map[string]time.Time{}
	for _, id := range ids {
		if l := c.letters[id]; !l.Resolved.IsZero() {
			resolved[id] = l.Resolved
		}
	}
	return resolved, nil
}

func (c *memCopies) PutLetters(ctx context.Context, letters []hotline.LetterCopy) ([]hotline.Verdict, error) {
	c.mu.Lock()
	c.puts++
	put, fault, blocked := c.puts, c.fault, c.blocked
	c.mu.Unlock()
	if blocked != nil {
		blocked(ctx, put)
	}
	if fault != nil {
		if err := fault(put, letters); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	verdicts := make([]hotline.Verdict, len(letters))
	for i, l := range letters {
		v := hotline.Verdict{ID: l.ID, Outcome: hotline.Stored}
		known, there := c.letters[l.ID]
		if c.verdict != nil {
			if other := c.verdict(&l); other != nil {
				verdicts[i] = *other
				continue
			}
		}
		if there && known.Version() > l.Version() {
			v.Outcome = hotline.Superseded
		} else {
			c.letters[l.ID] = l
			c.writes++
		}
		verdicts[i] = v
	}
	return verdicts, nil
}

func (c *memCopies) ReachLetters(_ context.Context, topic string, partition int, from hotline.LettersMark, through int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := fmt.Sprint(topic, "/", partition)
	mark, there := c.marks[key]
	if !there || mark.Epoch != from.Epoch || mark.Through < from.Through {
		return hotline.ErrCopiesIncomplete
	}
	mark.Through = max(mark.Through, through)
	c.marks[key] = mark
	return nil
}

// lose empties the copies, as when their index was removed.
func (c *memCopies) lose() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.letters)
	clear(c.marks)
}

// held tells of each copy what it says of the letter.
func (c *memCopies) held() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := map[string]string{}
	for id, l := range c.letters {
		if !l.Removed {
			held[id] = fmt.Sprintln(l.Source, l.Origin, l.Reason, l.Place, l.Why, l.Hint, l.At.UnixMilli(), l.Arrived.UnixMilli(), l.Resolved.UnixMilli(), l.Bytes, l.Until)
		}
	}
	return held
}

// listed is what held must be: what the topic says.
func listed(t testing.TB, d *DeadLetters) map[string]string {
	t.Helper()
	letters, err := d.List(t.Context(), DeadFilter{Resolved: true})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, l := range letters {
		all[l.ID] = fmt.Sprintln(l.Source, l.Origin, l.Reason, l.Place, l.Why, l.Hint, l.At.UnixMilli(), l.Arrived.UnixMilli(), l.Resolved.UnixMilli(), l.Bytes, l.Until)
	}
	return all
}

// runningMirror is a mirror that runs until stop.
type runningMirror struct {
	*Mirror
	stop func()
}

func (b *testBroker) mirror(copies LetterCopies) *runningMirror {
	b.t.Helper()
	m, err := NewMirror(MirrorConfig{
		Cluster: b.cluster(), Group: "suqiu", Copies: copies, Hotlines: map[string]hotline.Hotline{"95598": hotline.Hotline95598},
		PutTimeout: time.Second, Backoff: Backoff{First: time.Millisecond, Max: 20 * time.Millisecond}, SetupWait: 20 * time.Millisecond,
		CommitEvery: 20 * time.Millisecond, Session: 2 * time.Second, CheckEvery: 20 * time.Millisecond,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	m.Consumer.cfg.BatchRecords, m.Consumer.cfg.Linger = 5, 2*time.Millisecond
	m.Consumer.cfg.Heartbeat, m.Consumer.cfg.ProbeEvery = 50*time.Millisecond, 20*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(stop)
	return &runningMirror{m, stop}
}

// mirrored is up to where the mirrors' group has committed.
func (b *testBroker) mirrored() int64 {
	return b.committedBy("suqiu.letters", DeadLetterTopic, 0)
}

func (b *testBroker) awaitMirrored(n int64) {
	b.t.Helper()
	await(b.t, fmt.Sprintf("copies up to offset %d", n), func() bool { return b.mirrored() == n })
}

// remove writes a tombstone.
func (d *DeadLetters) remove(t testing.TB, id string) {
	t.Helper()
	if err := d.writer.WriteMessages(t.Context(), kafka.Message{Key: []byte(id)}); err != nil {
		t.Fatal(err)
	}
}

func bury(t testing.TB, d *DeadLetters, letters ...DeadLetter) {
	t.Helper()
	for i := range letters { // one by one, so that their order is that of the topic
		if err := d.Bury(t.Context(), letters[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
}

func resolvedLetter(id string, offset int64, at, resolved time.Time) DeadLetter {
	l := letter(id, offset, at)
	l.Resolved = resolved
	return l
}
