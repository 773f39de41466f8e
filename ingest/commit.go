package ingest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// commit commits, every so often, what the workers of a generation have acknowledged, and the rest when the
// generation ends and its workers have drained. Commits carry the generation, so the broker refuses those of a member
// that has lost its partitions. A commit that fails is covered by the next one; one that never comes means that the
// next owner does some records again, which alters nothing.
func (c *Consumer) commit(ctx context.Context, gen *kafka.Generation, acks *acks, workers *sync.WaitGroup) {
	ticker := time.NewTicker(c.cfg.CommitEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-acks.full:
		}
		if ctx.Err() == nil && !c.commitOnce(gen, acks) {
			return // fenced: the return ends this generation, and the workers with it
		}
	}
	workers.Wait()
	c.commitOnce(gen, acks)
}

// commitOnce commits what is due; false means that the group has gone on without this generation.
func (c *Consumer) commitOnce(gen *kafka.Generation, acks *acks) bool {
	due := acks.due()
	if due == nil {
		return true
	}
	err := gen.CommitOffsets(due)
	switch {
	case err == nil:
		acks.done(due)
		c.metrics.commits.WithLabelValues("ok").Inc()
		c.committed(gen.ID, due)
		return true
	case errors.Is(err, kafka.IllegalGeneration), errors.Is(err, kafka.UnknownMemberId):
		c.metrics.commits.WithLabelValues("fenced").Inc()
		c.log.Info("commit refused: the partitions have gone to another member, which does them again", "generation", gen.ID)
		return false
	default:
		c.metrics.commits.WithLabelValues("failed").Inc()
		c.log.Warn("commit failed, the next one covers it", "generation", gen.ID, "err", err)
		return true
	}
}

// committed tells the workers what is committed, for status.
func (c *Consumer) committed(generation int32, offsets map[string]map[int]int64) {
	current, workers := c.snapshot()
	if current != generation {
		return
	}
	for _, w := range workers {
		if next, ok := offsets[w.id.topic][w.id.id]; ok {
			w.progress.commit(next)
			c.metrics.committed.WithLabelValues(w.id.topic, strconv.Itoa(w.id.id)).Set(float64(next))
		}
	}
}

// probe asks for the ends of the logs, apart from the workers, so that a lag shows even when fetching hangs.
func (c *Consumer) probe(ctx context.Context) {
	ticker := time.NewTicker(c.cfg.ProbeEvery)
	defer ticker.Stop()
	for {
		c.probeOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *Consumer) probeOnce(ctx context.Context) {
	_, workers := c.snapshot()
	ids := make(map[string][]int)
	for _, w := range workers {
		ids[w.id.topic] = append(ids[w.id.topic], w.id.id)
	}
	for topic, partitions := range ids {
		spans, err := c.broker.spans(ctx, topic, partitions)
		if err != nil {
			if ctx.Err() == nil {
				c.log.Warn("can't see how far the log has grown", "topic", topic, "err", err)
			}
			continue
		}
		for _, w := range workers {
			if s, ok := spans[w.id.id]; ok && w.id.topic == topic {
				w.progress.see(s.end)
			}
		}
		silent := slices.DeleteFunc(partitions, func(p int) bool { _, ok := spans[p]; return ok })
		if len(silent) > 0 {
			c.log.Warn("can't see how far the log has grown: leaders do not answer", "topic", topic, "partitions", silent, "hint", hint.Of(hint.Leader))
		}
	}
	now := c.clock.Now()
	for _, w := range workers {
		w.gauge(now)
	}
}
