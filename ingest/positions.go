package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"
)

// GroupPosition is how far a consumer group has come in one partition.
type GroupPosition struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	First     int64  `json:"first"`     // oldest offset that the log still has
	Committed int64  `json:"committed"` // -1: nothing yet
	End       int64  `json:"end"`

	// Unknown: the partition's leader does not tell what its log holds, or the brokers not what is committed. What is not known is -1.
	Unknown bool `json:"unknown,omitempty"`
}

// Lag is the number of records that the group has not committed yet; 0 where that is unknown.
func (p GroupPosition) Lag() int64 {
	if p.Unknown {
		return 0
	}
	return p.End - max(p.Committed, p.First)
}

// silentHint is for a partition of which the brokers do not tell.
const silentHint = "see whether the broker that leads it runs and is reachable from here, and try again"

// silent is the error of a position that is unknown.
func (p GroupPosition) silent() error {
	return fmt.Errorf("partition %s/%d: its leader does not answer (%s)", p.Topic, p.Partition, silentHint)
}

// GroupPositions asks the cluster how far a group has come in the topics, whether or not a member is running.
// It tells of every partition, if only that its position is unknown; those are asked for once more before.
func GroupPositions(ctx context.Context, cluster Cluster, group string, topics []string) ([]GroupPosition, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	defer b.close()
	var all []GroupPosition
	for _, topic := range topics {
		positions, err := b.askPositions(ctx, group, topic)
		if err == nil && slices.ContainsFunc(positions, isUnknown) { // perhaps the leader has just changed
			positions, err = b.askPositions(ctx, group, topic)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, positions...)
	}
	return all, nil
}

func isUnknown(p GroupPosition) bool { return p.Unknown }

// askPositions tries a broker that does not answer again.
func (b *broker) askPositions(ctx context.Context, group, topic string) (positions []GroupPosition, err error) {
	err = retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() (err error) {
		positions, err = b.groupPositions(ctx, group, topic)
		return err
	})
	return positions, err
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
	committed, untold := make(map[int]int64), make(map[int]bool)
	if err == nil {
		for _, p := range response.Topics[topic] {
			if _, lasting := setupHint(p.Error); lasting {
				return nil, fmt.Errorf("ask for the offset of group %s in %s/%d: %w", group, topic, p.Partition, p.Error)
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
