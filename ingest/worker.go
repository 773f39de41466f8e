package ingest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// idleWait is how long a broker is asked to wait for a first record. It bounds how late a worker notices that its
// generation has ended.
const idleWait = 500 * time.Millisecond

// maxFetchBytes is up to where a fetch grows when a batch of records does not fit.
const maxFetchBytes = 64 << 20

// worker brings the records of one partition to their end, in order, one batch at a time, for the life of one
// generation. It never returns before that, because the return of any worker ends the generation for all.
type worker struct {
	c        *Consumer
	id       partitionID
	source   *decode.Source
	assigned int64 // the committed offset, or a kafka.FirstOffset
	acks     *acks
	state    *State
	progress *progress

	next   int64    // to be fetched
	buffer []record // fetched and not yet in a batch
	room   int      // bytes to ask for
}

func newWorker(c *Consumer, id partitionID, source *decode.Source, assigned int64, acks *acks) *worker {
	return &worker{c: c, id: id, source: source, assigned: assigned, acks: acks, room: c.cfg.FetchBytes,
		state: NewState(c.clock), progress: newProgress(c.clock, assigned)}
}

func (w *worker) name() string { return w.id.topic + "/" + strconv.Itoa(w.id.id) }

// run works until the generation, whose context it gets, has ended.
func (w *worker) run(ctx context.Context) {
	work, cancel := outlive(ctx, w.c.cfg.drain())
	defer cancel()
	if err := w.work(ctx, work); err != nil && ctx.Err() == nil {
		if errors.Is(err, errBeginAnew) {
			return // so that the generation ends, and the next one begins where the task then says
		}
		why, do := explain(err)
		w.state.paused(why, do)
		w.gauge(w.c.clock.Now())
		w.c.log.Error("partition paused", "partition", w.name(), "source", w.source.Name, "why", why, "hint", do)
		<-ctx.Done()
	}
}

// work returns when ctx ends, or with the reason why the partition must stand still.
func (w *worker) work(ctx, work context.Context) error {
	if err := w.start(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := w.c.task.ready(w); err != nil {
			return err
		}
		batch, err := w.collect(ctx)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil // what was read but not begun is left to the next owner
		}
		w.progress.hold(batch[0].time)
		done, err := w.c.task.finish(work, w, batch)
		w.ack(batch, done)
		if err != nil {
			return err
		}
	}
	return nil
}

// start finds out where to begin.
func (w *worker) start(ctx context.Context) error {
	next, err := w.c.task.begin(ctx, w)
	if err != nil {
		return err
	}
	w.next = next
	w.progress.begin(w.next)
	return nil
}

// span asks, for as long as it takes, what the log holds.
func (w *worker) span(ctx context.Context) (span, error) {
	for attempt := 0; ; attempt++ {
		s, err := w.c.broker.span(ctx, w.id.topic, w.id.id)
		if err == nil {
			return s, nil
		}
		if err := w.wait(ctx, err, attempt); err != nil {
			return span{}, err
		}
	}
}

// collect gathers a batch: it waits for a first record, then takes more until there are enough, or too long has
// passed, or the log has no more and lingering is over. It returns early when ctx ends.
func (w *worker) collect(ctx context.Context) ([]record, error) {
	var batch []record
	var size int
	var until time.Time
	for failures := 0; ctx.Err() == nil; {
		for len(w.buffer) > 0 {
			r := w.buffer[0]
			if len(batch) >= w.c.cfg.BatchRecords || len(batch) > 0 && size+len(r.value) > w.c.cfg.BatchBytes {
				return batch, nil
			}
			batch, size, w.buffer = append(batch, r), size+len(r.value), w.buffer[1:]
		}
		wait := idleWait
		if len(batch) > 0 {
			if until.IsZero() {
				until = w.c.clock.Now().Add(w.c.cfg.Linger)
			}
			wait = until.Sub(w.c.clock.Now())
			if len(batch) >= w.c.cfg.BatchRecords || size >= w.c.cfg.BatchBytes || wait <= 0 {
				return batch, nil
			}
		}
		got, err := w.c.broker.fetch(ctx, w.id.topic, w.id.id, w.next, w.room, min(wait, idleWait))
		switch {
		case ctx.Err() != nil:
			return batch, nil
		case errors.Is(err, kafka.OffsetOutOfRange):
			if len(batch) > 0 {
				return batch, nil // bring to its end what came before the gap
			}
			if err := w.gap(ctx); err != nil {
				return nil, err
			}
		case err != nil && len(batch) > 0:
			return batch, nil
		case err != nil:
			if err := w.wait(ctx, err, failures); err != nil {
				return nil, err
			}
			failures++
		default:
			failures = 0
			w.take(got, len(batch) == 0)
		}
	}
	return batch, nil
}

// take adds what was fetched to the buffer.
func (w *worker) take(got chunk, idle bool) {
	if idle {
		w.state.running()
	}
	switch {
	case got.next > w.next:
		w.room = w.c.cfg.FetchBytes
	case got.high > w.next && w.room < maxFetchBytes:
		w.room *= 2 // there is something, but it did not fit
	}
	w.next = got.next
	w.buffer = got.records
	w.progress.see(got.high)
	if idle && len(got.records) == 0 {
		w.acks.ack(w.id, w.next, 0) // past what is no record: marks of transactions, what was compacted away
		w.progress.advance(w.next, time.Time{})
	}
}

// gap deals with a position that the log does not hold: retention has removed the records there, or the topic was
// made anew and is shorter.
func (w *worker) gap(ctx context.Context) error {
	s, err := w.span(ctx)
	if err != nil {
		return err
	}
	var why string
	var lost int64
	switch {
	case w.next < s.first:
		lost = s.first - w.next
		why = fmt.Sprintf("retention has removed offsets %d to %d before they were read", w.next, s.first-1)
	case w.next > s.end:
		why = fmt.Sprintf("the log ends at offset %d, before the committed offset %d: the topic was made anew", s.end, w.next)
	default:
		return nil // the log has grown meanwhile
	}
	if err := w.c.task.gap(ctx, w, s, why); err != nil {
		return err
	}
	w.c.metrics.gap.WithLabelValues(w.id.topic).Add(float64(lost))
	w.c.log.Error("gap in the log, reading goes on after it", "partition", w.name(), "why", why)
	w.next = s.first
	w.acks.ack(w.id, w.next, 0)
	w.progress.advance(w.next, time.Time{})
	return nil
}

// wait is what follows a failed request to the broker: it says what is wrong and waits, for ever if need be.
func (w *worker) wait(ctx context.Context, err error, attempt int) error {
	do, lasting := setupHint(err)
	if lasting {
		w.state.paused(err.Error(), do)
		w.c.log.Error("can't read the partition, trying again", "partition", w.name(), "err", err, "hint", do)
		return w.c.clock.Sleep(ctx, w.c.backoff.Max)
	}
	w.state.waiting(err.Error(), do)
	w.c.log.Warn("can't read the partition, trying again", "partition", w.name(), "attempt", attempt+1, "err", err)
	return w.c.clock.Sleep(ctx, w.c.backoff.wait(attempt))
}

// unit processes one Kafka record.
func (l *Loop) unit(src *decode.Source, p partitionID, r *record) Unit {
	in, at := input(p, r)
	return l.cfg.Pipeline.Payload(src, in, at)
}

// input is what a Kafka record gives to decode, and where it stands.
func input(p partitionID, r *record) (*decode.Input, Place) {
	return &decode.Input{Value: r.value, Key: r.key, Headers: r.headers, Arrived: r.time},
		Place{ID: payloadID(p, r.offset), Origin: hotline.Origin{Topic: p.topic, Partition: p.id, Offset: r.offset}}
}

// payloadID names a Kafka record, for dead letters.
func payloadID(p partitionID, offset int64) string {
	return fmt.Sprintf("%s/%d/%d", p.topic, p.id, offset)
}

// ack acknowledges the first n records of a batch.
func (w *worker) ack(batch []record, n int) {
	if n == 0 {
		return
	}
	last := batch[n-1]
	w.acks.ack(w.id, last.offset+1, n)
	w.progress.advance(last.offset+1, last.time)
}

// gauge shows the partition's measures.
func (w *worker) gauge(now time.Time) {
	m, id := w.c.metrics, strconv.Itoa(w.id.id)
	p := w.progress.report(now)
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	m.lag.WithLabelValues(w.id.topic, id).Set(float64(p.lag))
	m.age.WithLabelValues(w.id.topic, id).Set(p.age.Seconds())
	m.position.WithLabelValues(w.id.topic, id).Set(float64(p.position))
	phase := w.state.Report().Phase
	m.paused.WithLabelValues(w.id.topic, id).Set(flag(phase == PhasePaused))
	m.waiting.WithLabelValues(w.id.topic, id).Set(flag(phase == PhaseWaiting))
	m.stalled.WithLabelValues(w.id.topic, id).Set(flag(p.lag > 0 && p.idle > w.c.cfg.StallAfter))
}

// outlive returns a context that ends d after ctx does, and a function that ends it at once.
func outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() {
		stop()
		cancel()
	}
}
