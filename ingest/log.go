package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"golang.org/x/sync/errgroup"

	"suqiu/hint"
)

// record is one Kafka record.
type record struct {
	offset  int64
	time    time.Time
	key     []byte
	value   []byte
	headers map[string]string
}

// chunk is what one fetch gave.
type chunk struct {
	records []record
	next    int64 // where to go on: after the last record, and after what is no record (control, compacted away)
	high    int64 // the log's end

	room []byte // for keys and values
}

// span is what a partition's log holds: offsets first ≤ o < end.
type span struct{ first, end int64 }

// fetch reads records of a partition from offset on, waiting up to wait when there are none. It asks the broker
// directly, not through kafka.Reader, which passes over records that retention has removed without a word: here that
// is the error kafka.OffsetOutOfRange.
func (b *broker) fetch(ctx context.Context, topic string, partition int, offset int64, maxBytes int, wait time.Duration) (chunk, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+callTimeout)
	defer cancel()
	response, err := b.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: topic, Partition: partition, Offset: offset,
		MinBytes: 1, MaxBytes: int64(maxBytes), MaxWait: max(wait, time.Millisecond),
	})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return chunk{}, fmt.Errorf("fetch %s/%d from offset %d: %w", topic, partition, offset, refused(err, hint.Of(hint.TopicRight, "Read", topic)))
	}
	got := chunk{next: offset, high: response.HighWatermark}
	batches := 0
	if stream, ok := response.Records.(*protocol.RecordStream); ok {
		batches = len(stream.Records)
		for _, batch := range stream.Records {
			if err := got.read(batch, offset); err != nil {
				return chunk{}, fmt.Errorf("fetch %s/%d from offset %d: %w", topic, partition, offset, err)
			}
		}
	}
	if batches > 0 && got.next == offset {
		// A batch covers the offset but has no record there or after it: compaction has removed it.
		got.next = offset + 1
	}
	return got, nil
}

// read adds the records of one batch that stand at or after from. Control records (marks of transactions) only move
// the position.
func (c *chunk) read(batch kafka.RecordReader, from int64) error {
	_, control := batch.(*protocol.ControlBatch)
	for {
		r, err := batch.ReadRecord()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := c.take(r.Key)
		if err != nil {
			return err
		}
		value, err := c.take(r.Value)
		if err != nil {
			return err
		}
		if r.Offset < from {
			continue // a batch is sent whole, from before the offset asked for
		}
		c.next = r.Offset + 1
		if control {
			continue
		}
		rec := record{offset: r.Offset, time: r.Time, key: key, value: value}
		if len(r.Headers) > 0 {
			rec.headers = make(map[string]string, len(r.Headers))
			for _, h := range r.Headers {
				rec.headers[h.Key] = string(h.Value)
			}
		}
		if len(c.records) == cap(c.records) {
			c.records = slices.Grow(c.records, max(256, len(c.records)))
		}
		c.records = append(c.records, rec)
	}
}

// roomBytes is how much keys and values are given room for at once.
const roomBytes = 64 << 10

// take copies bytes out of kafka-go's page buffers, several records into one piece of memory, and gives the pages back.
func (c *chunk) take(b kafka.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	defer b.Close()
	n := b.Len()
	if n > len(c.room) {
		c.room = make([]byte, max(n, roomBytes))
	}
	taken := c.room[:n:n]
	c.room = c.room[n:]
	_, err := io.ReadFull(b, taken)
	return taken, err
}

// leaderTimeout bounds what a partition's leader, or the coordinator of a group, is asked. It is short, because who is
// asked for several partitions waits for that of the broker that hangs; what does not answer is asked again.
const leaderTimeout = 3 * time.Second

// spans returns what the logs of some partitions hold. Partitions whose leader does not answer are left out, whether it
// refuses, is out of reach or hangs. Each is asked in a request of its own: kafka-go connects to the leaders of one
// request in turn, so that one that hangs would hold up the others.
func (b *broker) spans(ctx context.Context, topic string, partitions []int) (map[int]span, error) {
	var mu sync.Mutex
	spans := make(map[int]span, len(partitions))
	var group errgroup.Group
	for _, p := range partitions {
		group.Go(func() error {
			s, err := b.span(ctx, topic, p)
			if _, lasting := setupHint(err); lasting {
				return err
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				spans[p] = s
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return spans, ctx.Err()
}

// span returns what the log of one partition holds.
func (b *broker) span(ctx context.Context, topic string, partition int) (span, error) {
	ctx, cancel := context.WithTimeout(ctx, leaderTimeout)
	defer cancel()
	response, err := b.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)}},
	})
	if err != nil {
		return span{}, fmt.Errorf("ask the leader of %s/%d for its offsets: %w", topic, partition, err)
	}
	told := response.Topics[topic]
	if len(told) == 0 {
		return span{}, fmt.Errorf("ask the leader of %s/%d for its offsets: it tells of none", topic, partition)
	}
	if err := told[0].Error; err != nil {
		return span{}, fmt.Errorf("ask the leader of %s/%d for its offsets: %w", topic, partition, refused(err, hint.Of(hint.TopicRight, "Describe", topic)))
	}
	return span{told[0].FirstOffset, told[0].LastOffset}, nil
}
