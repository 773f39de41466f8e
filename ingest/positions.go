package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// GroupPosition is how far a consumer group has come in one partition.
type GroupPosition struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	First     int64  `json:"first"`     // oldest offset that the log still has
	Committed int64  `json:"committed"` // -1: nothing yet
	End       int64  `json:"end"`

	// Unknown: the partition's leader does not tell what its log holds, or the brokers not what is committed. What is
	// not known is -1.
	Unknown bool `json:"unknown,omitempty"`
}

// Lag is the number of records that the group has not committed yet; 0 where that is unknown.
func (p GroupPosition) Lag() int64 {
	if p.Unknown {
		return 0
	}
	return p.End - max(p.Committed, p.First)
}

// silent is the error of a position that is unknown.
func (p GroupPosition) silent() error {
	return hint.With(fmt.Errorf("partition %s/%d: its leader does not answer", p.Topic, p.Partition), hint.Of(hint.Leader))
}

// GroupPositions asks the cluster how far a group has come in the topics, whether or not a member is running. It tells
// of every partition, if only that its position is unknown; before, the brokers are asked for those again until
// Cluster.Patience is over.
func GroupPositions(ctx context.Context, cluster Cluster, group string, topics []string) ([]GroupPosition, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	defer b.close()
	until := time.Now().Add(cluster.patience())
	var all []GroupPosition
	for _, topic := range topics {
		positions, err := b.askPositions(ctx, group, topic, until)
		if err != nil {
			return nil, err
		}
		all = append(all, positions...)
	}
	return all, nil
}

func isUnknown(p GroupPosition) bool { return p.Unknown }

// leaderPause is the wait before leaders that did not answer are asked again.
const leaderPause = time.Second

// askPositions tries a broker that does not answer again, and asks again while positions are unknown, until that time.
// It connects anew each time: a connection that is kept goes by who led what up to six seconds ago, and stays with a
// broker that hangs.
func (b *broker) askPositions(ctx context.Context, group, topic string, until time.Time) (positions []GroupPosition, err error) {
	for {
		err = retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() (err error) {
			if positions, err = b.groupPositions(ctx, group, topic); err != nil {
				b.close()
			}
			return err
		})
		if err != nil || !slices.ContainsFunc(positions, isUnknown) || time.Until(until) < leaderPause {
			return positions, err
		}
		b.close()
		if err := (SystemClock{}).Sleep(ctx, leaderPause); err != nil {
			return nil, err
		}
	}
}

func (b *broker) groupPositions(ctx context.Context, group, topic string) ([]GroupPosition, error) {
	prompt, cancel := context.WithTimeout(ctx, leaderTimeout)
	defer cancel()
	partitions, err := b.partitions(prompt, topic)
	if err != nil {
		return nil, err
	}
	spans, err := b.spans(ctx, topic, partitions)
	if err != nil {
		return nil, err
	}
	ctx, cancel = context.WithTimeout(ctx, leaderTimeout)
	defer cancel()
	response, err := b.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: partitions}})
	if err == nil {
		err = response.Error
	}
	// A group that nobody has joined yet has committed nothing; some brokers call that an error.
	if err != nil && !errors.Is(err, kafka.GroupIdNotFound) {
		return nil, fmt.Errorf("ask the coordinator of group %s for its offsets: %w", group, refused(err, hint.Of(hint.GroupRight, "Describe", group)))
	}
	committed, untold := make(map[int]int64), make(map[int]bool)
	if err == nil {
		for _, p := range response.Topics[topic] {
			if _, lasting := setupHint(p.Error); lasting {
				return nil, fmt.Errorf("ask for the offset of group %s in %s/%d: %w", group, topic, p.Partition, refused(p.Error, hint.Of(hint.TopicRight, "Describe", topic)))
			}
			if p.Error != nil {
				untold[p.Partition] = true
				continue
			}
			committed[p.Partition] = p.CommittedOffset
		}
	}
	var all []GroupPosition
	for _, p := range partitions {
		position := GroupPosition{Topic: topic, Partition: p, First: -1, Committed: -1, End: -1, Unknown: true}
		if s, ok := spans[p]; ok {
			position.First, position.End, position.Unknown = s.first, s.end, untold[p]
		}
		if offset, ok := committed[p]; ok {
			position.Committed = offset
		}
		all = append(all, position)
	}
	return all, nil
}
