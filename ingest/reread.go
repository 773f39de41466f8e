package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// Rereader takes records of the log the whole way once more, outside of any consumer group: decoded, located, masked and
// analysed as now, and put through the same writer. A document's version keeps newer content and newer rules in force, and
// what can't be read becomes a dead letter, under the id that it would have in the stream: it may run beside the consumers,
// and again. Nothing is committed. Loop, Cluster and Topics are needed.
type Rereader struct {
	Loop     *Loop
	Cluster  Cluster
	Topics   map[string]decode.Source
	Ledger   Ledger               // keeps resume points; nil: a stretch that was interrupted begins anew, which is harmless
	Job      string               // names the resume points: another job reads the same stretches anew
	Workers  int                  // partitions at once; default 1
	Rate     int                  // records a second, over all partitions; 0: as fast as the store takes them
	Progress func(RereadProgress) // called after each batch, by one goroutine at a time; may be nil
}

// RereadScope says which records are read again. Its zero value is all that the log holds of all topics.
type RereadScope struct {
	Topic      string // empty: all
	Partitions []int  // empty: all
	From       *int64 // the first offset; nil: the oldest that the log holds
	Until      *int64 // the offset after the last; nil: the log's end at the time of asking
	Since      time.Time
	Before     time.Time // records that reached the log from Since on and before Before; zero: no such bound
}

// Stretch is a range of offsets of one partition: From ≤ o < Until.
type Stretch struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	From      int64  `json:"from"`
	Until     int64  `json:"until"`
	Lost      int64  `json:"lost,omitempty"` // offsets of the scope before From that retention has removed
}

// Len is the number of offsets.
func (s Stretch) Len() int64 { return s.Until - s.From }

// RereadProgress tells what was done of all stretches.
type RereadProgress struct {
	Tally
	Read    int64 `json:"read"`    // offsets that are done, with those of an earlier run
	Total   int64 `json:"total"`   // offsets of the scope
	Resumed int64 `json:"resumed"` // offsets that an earlier run had done
}

// Stretches finds the offsets of a scope in the log, by topic and partition; empty ones are left out. It only asks.
func Stretches(ctx context.Context, cluster Cluster, known map[string]decode.Source, scope RereadScope) ([]Stretch, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, fmt.Errorf("read the log again: %w", err)
	}
	defer b.close()
	topics := slices.Sorted(maps.Keys(known))
	if scope.Topic != "" {
		if _, ok := known[scope.Topic]; !ok {
			return nil, fmt.Errorf("read the log again: no source is configured for topic %s; there are %s", scope.Topic, strings.Join(topics, ", "))
		}
		topics = []string{scope.Topic}
	}
	var all []Stretch
	for _, topic := range topics {
		err := retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() error {
			some, err := b.stretches(ctx, topic, scope)
			if err == nil {
				all = append(all, some...)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the log again: %w", err)
		}
	}
	return all, nil
}

// stretches finds those of one topic.
func (b *broker) stretches(ctx context.Context, topic string, scope RereadScope) ([]Stretch, error) {
	partitions, err := b.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	if len(scope.Partitions) > 0 {
		partitions = slices.DeleteFunc(partitions, func(p int) bool { return !slices.Contains(scope.Partitions, p) })
	}
	spans, err := b.spans(ctx, topic, partitions)
	if err != nil {
		return nil, err
	}
	var all []Stretch
	for _, p := range partitions {
		log, ok := spans[p]
		if !ok {
			return nil, fmt.Errorf("ask for the offsets of %s/%d: its leader does not answer", topic, p)
		}
		s := Stretch{Topic: topic, Partition: p, From: log.first, Until: log.end}
		if scope.Until != nil {
			s.Until = min(s.Until, *scope.Until)
		}
		if scope.From != nil {
			s.From, s.Lost = max(s.From, *scope.From), max(0, min(log.first, s.Until)-*scope.From)
		}
		if !scope.Since.IsZero() {
			if s.From, err = b.atTime(ctx, topic, p, scope.Since, s.From, s.Until); err != nil {
				return nil, err
			}
		}
		if !scope.Before.IsZero() {
			if s.Until, err = b.atTime(ctx, topic, p, scope.Before, s.From, s.Until); err != nil {
				return nil, err
			}
		}
		if s.Len() > 0 || s.Lost > 0 {
			s.Until = max(s.Until, s.From)
			all = append(all, s)
		}
	}
	return all, nil
}

// atTime is the offset of the first record from … until-1 that reached the log at a time or later, until if none did.
func (b *broker) atTime(ctx context.Context, topic string, partition int, at time.Time, from, until int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := b.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.TimeOffsetOf(partition, at)},
	}})
	if err == nil && len(response.Topics[topic]) != 1 {
		err = errors.New("its leader does not answer")
	}
	if err == nil {
		err = response.Topics[topic][0].Error
	}
	if err != nil {
		return 0, fmt.Errorf("ask for the offset of %s/%d at %s: %w", topic, partition, at.Format(time.RFC3339), refused(err, hint.Of(hint.TopicRight, "Describe", topic)))
	}
	for offset := range response.Topics[topic][0].Offsets {
		if offset >= 0 {
			return min(max(offset, from), until), nil
		}
	}
	return until, nil // none is as late
}

// Run reads stretches again. An error ends it: the context's, a *Pause when too many records can't be used, or what is
// wrong with a resume point; what was done so far is returned with it, and a later run of the same job goes on from there.
func (r *Rereader) Run(ctx context.Context, stretches []Stretch) (RereadProgress, error) {
	b, err := r.Cluster.connect()
	if err != nil {
		return RereadProgress{}, fmt.Errorf("read the log again: %w", err)
	}
	defer b.close()
	run := &reread{Rereader: r, broker: b, begun: r.Loop.cfg.Clock.Now()}
	for _, s := range stretches {
		run.progress.Total += s.Len()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, r.Workers))
	for _, s := range stretches {
		group.Go(func() error {
			if err := run.stretch(ctx, s); err != nil {
				return fmt.Errorf("read %s/%d again: %w", s.Topic, s.Partition, err)
			}
			return nil
		})
	}
	err = group.Wait()
	return run.progress, err
}

// reread is one run.
type reread struct {
	*Rereader
	broker *broker
	begun  time.Time

	mu       sync.Mutex
	progress RereadProgress
}

// stretch brings the records of a stretch to their end, from where an earlier run was interrupted.
func (r *reread) stretch(ctx context.Context, s Stretch) error {
	src, p := r.Topics[s.Topic], partitionID{s.Topic, s.Partition}
	cfg := r.Loop.cfg
	point := &resume{Name: fmt.Sprintf("%s/%d", s.Topic, s.Partition), Items: s.From, Arrived: r.begun}
	saver := &resumeSaver{ledger: r.Ledger, key: fmt.Sprintf("reread/%s/%s/%d", r.Job, s.Topic, s.Partition), clock: cfg.Clock, backoff: cfg.Backoff, log: cfg.Log}
	if err := saver.load(ctx, point); err != nil {
		return err
	}
	from := min(max(point.Items, s.From), s.Until)
	r.tell(Tally{}, from-s.From, from-s.From)
	state := NewState(cfg.Clock)
	w := walk{broker: r.broker, clock: cfg.Clock, backoff: cfg.Backoff, passed: func(offsets int64) { r.tell(Tally{}, offsets, 0) }}
	err := w.stretch(ctx, s, from, func(batch []record, next int64) (int64, error) {
		units := make([]Unit, len(batch))
		for i := range batch {
			units[i] = r.Loop.unit(&src, p, &batch[i])
		}
		tally, err := r.Loop.Finish(ctx, units, state)
		if tally.Units > 0 {
			done := batch[tally.Units-1].offset + 1
			point.Items = done
			if err := saver.save(ctx, point); err != nil {
				return next, err
			}
			r.tell(tally, done-next, 0)
			next = done
		}
		if err != nil {
			return next, err
		}
		return next, r.pace(ctx)
	})
	if err != nil {
		return err
	}
	point.Done = true
	return saver.save(ctx, point)
}

// tell adds to the progress.
func (r *reread) tell(tally Tally, offsets, resumed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.add(tally)
	r.progress.Read += offsets
	r.progress.Resumed += resumed
	if r.Progress != nil {
		r.Progress(r.progress)
	}
}

// pace waits until what was done in this run is no more than the rate allows.
func (r *reread) pace(ctx context.Context) error {
	if r.Rate <= 0 {
		return ctx.Err()
	}
	r.mu.Lock()
	due := r.begun.Add(time.Duration(r.progress.Units) * time.Second / time.Duration(r.Rate))
	r.mu.Unlock()
	return r.Loop.cfg.Clock.Sleep(ctx, due.Sub(r.Loop.cfg.Clock.Now()))
}
