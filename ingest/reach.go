package ingest

import (
	"context"
	"slices"
	"time"
)

// Reach says that all records of a source that arrived in [From, Through) are done: stored or dead letters.
type Reach struct {
	// From is when the oldest record that the log still holds arrived. Zero if it holds none: then nothing was lost
	// since whatever was reached before.
	From    time.Time
	Through time.Time
}

// tellReach tells, every so often, how far each source has come, and remembers it, whoever of the group has its
// partitions: the member that has the first partition does it. What can't be found out now is told the next time.
func (c *Consumer) tellReach(ctx context.Context) {
	ticker := time.NewTicker(c.cfg.ReachEvery)
	defer ticker.Stop()
	for {
		_, workers := c.snapshot()
		for _, w := range workers {
			if w.id.id != 0 {
				continue
			}
			if err := c.tellTopic(ctx, w.id.topic, w.source.Name); err != nil && ctx.Err() == nil {
				c.log.Warn("how far a source is complete was not recorded, the next time covers it", "source", w.source.Name, "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *Consumer) tellTopic(ctx context.Context, topic, source string) error {
	asked := c.clock.Now() // before the ends of the logs are: what comes later is in none of the answers
	positions, err := c.positions(ctx, topic)
	if err != nil {
		return err
	}
	if c.cfg.Places != nil {
		if err := (places{c.cfg.Places, c.cfg.Group}).save(ctx, topic, positions); err != nil {
			return err
		}
	}
	if c.cfg.Reached == nil {
		return nil
	}
	reach, known, err := c.reach(ctx, positions, asked)
	if err != nil || !known {
		return err
	}
	return c.cfg.Reached(ctx, source, reach)
}

// reach finds out how far the group has come in a topic; known is false where that can't be told.
func (c *Consumer) reach(ctx context.Context, positions []GroupPosition, asked time.Time) (reach Reach, known bool, err error) {
	var oldest, kept time.Time // first record of all partitions, and the latest first one of those that lost older ones
	for _, p := range positions {
		through, ok, err := c.through(ctx, p, asked)
		if err != nil || !ok {
			return reach, false, err
		}
		if reach.Through.IsZero() || through.Before(reach.Through) {
			reach.Through = through
		}
		if p.First == p.End {
			continue
		}
		first, ok, err := c.arrival(ctx, p, p.First)
		if err != nil || !ok {
			return reach, false, err
		}
		if oldest.IsZero() || first.Before(oldest) {
			oldest = first
		}
		if p.First > 0 && first.After(kept) {
			kept = first
		}
	}
	if reach.From = oldest; !kept.IsZero() {
		reach.From = kept
	}
	return reach, reach.From.Before(reach.Through), nil
}

// positions asks how far the group has come in all partitions of a topic.
func (c *Consumer) positions(ctx context.Context, topic string) ([]GroupPosition, error) {
	positions, err := c.broker.groupPositions(ctx, c.cfg.Group, topic)
	if err != nil {
		return nil, err
	}
	if at := slices.IndexFunc(positions, isUnknown); at >= 0 {
		return nil, positions[at].silent()
	}
	return positions, nil
}

// through is until when all that arrived in a partition is done: until it was asked, if nothing was left then, else
// until the next record arrived. It is not known where nothing was done yet, or records were removed unread.
func (c *Consumer) through(ctx context.Context, p GroupPosition, asked time.Time) (at time.Time, known bool, err error) {
	switch {
	case max(p.Committed, 0) >= p.End:
		return asked, true, nil
	case p.Committed < p.First:
		return at, false, nil
	}
	return c.arrival(ctx, p, p.Committed)
}

// arrivalBytes is what is asked for to see when one record arrived; brokers send a record that is larger all the same.
const arrivalBytes = 64 << 10

// arrival is when the first record at or after an offset arrived; known is false where none is.
func (c *Consumer) arrival(ctx context.Context, p GroupPosition, offset int64) (at time.Time, known bool, err error) {
	got, err := c.broker.fetch(ctx, p.Topic, p.Partition, offset, arrivalBytes, time.Millisecond)
	if err != nil || len(got.records) == 0 {
		return at, false, err
	}
	return got.records[0].time, true, nil
}
