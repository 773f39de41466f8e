package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// GroupPosition is how far a consumer group has come in one partition.
type GroupPosition struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	First     int64  `json:"first"`     // oldest offset that the log still has
	Committed int64  `json:"committed"` // -1: nothing yet
	End       int64  `json:"end"`
}

// Lag is the number of records that the group has not committed yet.
func (p GroupPosition) Lag() int64 { return p.End - max(p.Committed, p.First) }

// GroupPositions asks the cluster how far a group has come in the topics, whether or not a member is running.
// Partitions whose leader does not answer are left out.
func GroupPositions(ctx context.Context, cluster Cluster, group string, topics []string) ([]GroupPosition, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	defer b.close()
	var all []GroupPosition
	for _, topic := range topics {
		err := retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() error {
			positions, err := b.groupPositions(ctx, group, topic)
			if err == nil {
				all = append(all, positions...)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (b *broker) groupPositions(ctx context.Context, group, topic string) ([]GroupPosition, error) {
	partitions, err := b.partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	spans, err := b.spans(ctx, topic, partitions)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := b.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: partitions}})
	if err == nil {
		err = response.Error
	}
	// A group that nobody has joined yet has committed nothing; some brokers call that an error.
	if err != nil && !errors.Is(err, kafka.GroupIdNotFound) {
		return nil, fmt.Errorf("ask for the offsets of group %s: %w", group, err)
	}
	committed := make(map[int]int64)
	if err == nil {
		for _, p := range response.Topics[topic] {
			if p.Error == nil {
				committed[p.Partition] = p.CommittedOffset
			}
		}
	}
	var all []GroupPosition
	for _, p := range partitions {
		s, ok := spans[p]
		if !ok {
			continue
		}
		position := GroupPosition{Topic: topic, Partition: p, First: s.first, Committed: -1, End: s.end}
		if offset, ok := committed[p]; ok {
			position.Committed = offset
		}
		all = append(all, position)
	}
	return all, nil
}
