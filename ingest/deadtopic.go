package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// DeadLetterTopic is the default topic of dead letters.
const DeadLetterTopic = "suqiu.deadletter"

// DeadLetters writes and reads a topic of dead letters. Of several letters with one id the last one counts.
type DeadLetters struct {
	topic   string
	broker  *broker
	writer  *kafka.Writer
	clock   Clock
	backoff Backoff
	log     *slog.Logger
}

var _ Sink = (*DeadLetters)(nil)

// NewDeadLetters prepares the use of a topic, by default DeadLetterTopic. It does not connect yet.
func NewDeadLetters(cluster Cluster, topic string, log *slog.Logger) (*DeadLetters, error) {
	broker, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	if topic == "" {
		topic = DeadLetterTopic
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &DeadLetters{topic: topic, broker: broker, writer: broker.writer(topic), clock: SystemClock{},
		backoff: Backoff{}.withDefaults(), log: log}, nil
}

// writer returns a writer whose records are acknowledged by all replicas. One key goes to one partition.
func (b *broker) writer(topic string) *kafka.Writer {
	return &kafka.Writer{
		Addr:         kafka.TCP(b.brokers...),
		Topic:        topic,
		Balancer:     &kafka.Hash{},
		RequiredAcks: kafka.RequireAll, // a Writer's zero value asks for none
		BatchTimeout: 5 * time.Millisecond,
		BatchSize:    1000,
		WriteTimeout: callTimeout,
		ReadTimeout:  callTimeout,
		Transport:    b.transport,
		Compression:  kafka.Zstd,
	}
}

// Close ends the connections.
func (d *DeadLetters) Close() error {
	err := d.writer.Close()
	d.broker.close()
	return err
}

// Bury writes letters and returns when all replicas have them.
func (d *DeadLetters) Bury(ctx context.Context, letters []DeadLetter) error {
	messages := make([]kafka.Message, len(letters))
	for i := range letters {
		value, err := json.Marshal(&letters[i])
		if err != nil {
			return fmt.Errorf("write dead letter %s: %w", letters[i].ID, err)
		}
		messages[i] = kafka.Message{Key: []byte(letters[i].ID), Value: value}
	}
	if err := d.writer.WriteMessages(ctx, messages...); err != nil {
		return hinted(fmt.Errorf("write %d dead letters to %s: %w", len(letters), d.topic, refused(firstCause(err), hint.Of(hint.TopicRight, "Write", d.topic))))
	}
	return nil
}

// firstCause is the first of the errors that kafka-go's writer collects, one a message, in a type that hides them from
// errors.Is.
func firstCause(err error) error {
	var all kafka.WriteErrors
	if errors.As(err, &all) {
		for _, one := range all {
			if one != nil {
				return one
			}
		}
	}
	return err
}

// DeadFilter says which letters are wanted. Zero fields do not restrict.
type DeadFilter struct {
	IDs      []string
	Source   string
	Reason   decode.Reason
	Since    time.Time
	Resolved bool // also those that a replay has stored
	Bare     bool // without their sealed payloads, which may be large; enough to list and count
}

func (f *DeadFilter) accepts(d *DeadLetter) bool {
	return (len(f.IDs) == 0 || slices.Contains(f.IDs, d.ID)) &&
		(f.Source == "" || d.Source == f.Source) &&
		(f.Reason == "" || d.Reason == f.Reason) &&
		!d.At.Before(f.Since) &&
		(f.Resolved || d.Resolved.IsZero())
}

// List reads the topic as it is now and returns the wanted letters, ordered by time and id. What is no dead letter is
// logged and left out.
func (d *DeadLetters) List(ctx context.Context, f DeadFilter) ([]DeadLetter, error) {
	latest := make(map[string]DeadLetter)
	err := d.each(ctx, func(r *record) {
		if len(r.value) == 0 { // a tombstone: someone has removed the letter
			delete(latest, string(r.key))
			return
		}
		letter, err := ParseDeadLetter(r.value)
		if err != nil {
			d.log.Warn("not a dead letter", "topic", d.topic, "offset", r.offset, "err", err)
			return
		}
		if known, ok := latest[letter.ID]; ok && letter.late(known.Resolved) {
			return
		}
		if f.Bare {
			letter.Sealed = nil
		}
		latest[letter.ID] = letter
	})
	if err != nil {
		return nil, err
	}
	var letters []DeadLetter
	for _, letter := range latest {
		if f.accepts(&letter) {
			letters = append(letters, letter)
		}
	}
	slices.SortFunc(letters, func(a, b DeadLetter) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return letters, nil
}

// each reads all records of the topic, up to its present end.
func (d *DeadLetters) each(ctx context.Context, visit func(*record)) error {
	var ids []int
	err := retry(ctx, d.clock, d.backoff, func() (err error) {
		ids, err = d.broker.partitions(ctx, d.topic)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.partition(ctx, id, visit); err != nil {
			return fmt.Errorf("read dead letters: %w", err)
		}
	}
	return nil
}

func (d *DeadLetters) partition(ctx context.Context, id int, visit func(*record)) error {
	var s span
	err := retry(ctx, d.clock, d.backoff, func() (err error) {
		s, err = d.broker.span(ctx, d.topic, id)
		return err
	})
	if err != nil {
		return err
	}
	for size := maxFetchBytes / 16; s.first < s.end; {
		var got chunk
		err := retry(ctx, d.clock, d.backoff, func() (err error) {
			got, err = d.broker.fetch(ctx, d.topic, id, s.first, size, idleWait)
			return err
		})
		if err != nil {
			return err
		}
		if got.next == s.first {
			if size >= maxFetchBytes {
				return fmt.Errorf("read %s/%d: nothing can be had at offset %d", d.topic, id, s.first)
			}
			size *= 2
		}
		for i := range got.records {
			visit(&got.records[i])
		}
		s.first = got.next
	}
	return nil
}

// DeadCount is how many letters there are of one source and reason.
type DeadCount struct {
	Source string        `json:"source"`
	Reason decode.Reason `json:"reason"`
	Count  int           `json:"count"`
}

// CountDeadLetters counts letters by source and reason, in that order.
func CountDeadLetters(letters []DeadLetter) []DeadCount {
	type kind struct {
		source string
		reason decode.Reason
	}
	sums := make(map[kind]int)
	for i := range letters {
		sums[kind{letters[i].Source, letters[i].Reason}]++
	}
	counts := make([]DeadCount, 0, len(sums))
	for k, n := range sums {
		counts = append(counts, DeadCount{k.source, k.reason, n})
	}
	slices.SortFunc(counts, func(a, b DeadCount) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return strings.Compare(string(a.Reason), string(b.Reason))
	})
	return counts
}
