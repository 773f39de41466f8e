package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"suqiu/ingest/decode"
)

// Bounds of a batch, as a file's, and of patience.
const (
	rereadRecords = 500
	rereadBytes   = 4 << 20
	rereadTries   = 20 // of a fetch that gives nothing although the log goes on
)

// walk goes through stretches of the log.
type walk struct {
	broker  *broker
	clock   Clock
	backoff Backoff
	passed  func(offsets int64) // told of offsets without a record: control, compacted away, or gone
}

// stretch hands over the records of a stretch from the offset next on, in batches. hand returns up to which offset it is done,
// which is next where it is not, and an error that ends the walk.
func (w *walk) stretch(ctx context.Context, s Stretch, next int64, hand func(batch []record, next int64) (int64, error)) error {
	room, empty := rereadBytes, 0 // bytes to ask for; fetches in a row without a record
	for next < s.Until {
		var got chunk
		err := retry(ctx, w.clock, w.backoff, func() (err error) {
			got, err = w.broker.fetch(ctx, s.Topic, s.Partition, next, room, idleWait)
			if errors.Is(err, kafka.OffsetOutOfRange) {
				return nil // retention goes on; below
			}
			return err
		})
		if err != nil {
			return err
		}
		if got.next <= next {
			if got.next, err = w.past(ctx, partitionID{s.Topic, s.Partition}, next); err != nil {
				return err
			}
			room = min(2*room, maxFetchBytes)
			if empty++; got.next == next && empty > rereadTries {
				return fmt.Errorf("the broker gives no record at offset %d, in %d attempts of up to %d bytes", next, empty, room)
			}
		}
		records := slices.DeleteFunc(got.records, func(rec record) bool { return rec.offset >= s.Until })
		for batch := range slices.Chunk(records, rereadRecords) {
			done, err := hand(batch, next)
			if done > next {
				next, empty = done, 0
			}
			if err != nil {
				return err
			}
		}
		if rest := min(got.next, s.Until); rest > next {
			w.passed(rest - next)
			next, empty = rest, 0
		}
	}
	return nil
}

// past is where to go on when nothing came from an offset: there, or where the log begins now.
func (w *walk) past(ctx context.Context, p partitionID, offset int64) (int64, error) {
	var s span
	err := retry(ctx, w.clock, w.backoff, func() (err error) {
		s, err = w.broker.span(ctx, p.topic, p.id)
		return err
	})
	if err == nil && s.end <= offset {
		err = fmt.Errorf("the log ends at offset %d now: the topic was made anew", s.end)
	}
	return max(offset, s.first), err
}

// Preview takes the records of stretches the way that a Rereader would, up to what it would write, and writes nothing.
type Preview struct {
	Cluster  Cluster
	Topics   map[string]decode.Source
	Pipeline *Pipeline
	Workers  int                     // partitions at once; default 1
	Hand     func(Unit) error        // takes what a record gives, by one goroutine at a time; an error ends the run
	Progress func(read, total int64) // called after each batch with offsets, likewise; may be nil
}

// Run goes through the stretches.
func (v *Preview) Run(ctx context.Context, stretches []Stretch) error {
	b, err := v.Cluster.connect()
	if err != nil {
		return fmt.Errorf("read the log again: %w", err)
	}
	defer b.close()
	var mu sync.Mutex
	var read, total int64
	for _, s := range stretches {
		total += s.Len()
	}
	tell := func(offsets int64) {
		if read += offsets; v.Progress != nil {
			v.Progress(read, total)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, v.Workers))
	for _, s := range stretches {
		group.Go(func() error {
			src, p := v.Topics[s.Topic], partitionID{s.Topic, s.Partition}
			w := walk{broker: b, clock: v.Pipeline.Clock, backoff: Backoff{First: 100 * time.Millisecond}.withDefaults(), passed: func(offsets int64) {
				mu.Lock()
				defer mu.Unlock()
				tell(offsets)
			}}
			err := w.stretch(ctx, s, s.From, func(batch []record, next int64) (int64, error) {
				units := make([]Unit, len(batch))
				for i := range batch {
					in, at := input(p, &batch[i])
					units[i] = v.Pipeline.Payload(&src, in, at)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, unit := range units {
					if err := v.Hand(unit); err != nil {
						return next, err
					}
				}
				done := batch[len(batch)-1].offset + 1
				tell(done - next)
				return done, ctx.Err()
			})
			if err != nil {
				return fmt.Errorf("read %s/%d again: %w", s.Topic, s.Partition, err)
			}
			return nil
		})
	}
	return group.Wait()
}
