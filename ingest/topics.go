package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// Topic is a topic as it should be.
type Topic struct {
	Name       string
	Partitions int // as many consumers can share the work
	Replicas   int
	Retention  time.Duration // 0: for ever
	Compact    bool          // keep the last record of each key instead of a time
}

// settings are the topic's configuration as Kafka names it.
func (t Topic) settings() []kafka.ConfigEntry {
	retention := "-1"
	if t.Retention > 0 {
		retention = strconv.FormatInt(t.Retention.Milliseconds(), 10)
	}
	policy := "delete"
	if t.Compact {
		policy = "compact"
	}
	return []kafka.ConfigEntry{{ConfigName: "retention.ms", ConfigValue: retention}, {ConfigName: "cleanup.policy", ConfigValue: policy}}
}

// CreateTopics creates those of the topics that the cluster does not have and returns their names; with dryRun it
// only tells which they are. Topics that exist are left as they are.
func CreateTopics(ctx context.Context, cluster Cluster, topics []Topic, dryRun bool) ([]string, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	defer b.close()
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	var missing []string
	err = retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() error {
		missing, err = b.missing(ctx, names)
		return err
	})
	if err != nil || dryRun || len(missing) == 0 {
		return missing, err
	}
	request := &kafka.CreateTopicsRequest{}
	for _, t := range topics {
		if slices.Contains(missing, t.Name) {
			request.Topics = append(request.Topics, kafka.TopicConfig{
				Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replicas, ConfigEntries: t.settings(),
			})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := b.client.CreateTopics(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("create topics: %w", err)
	}
	var failed []error
	for _, name := range missing {
		if err := response.Errors[name]; err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			err = fmt.Errorf("create topic %s: %w", name, err)
			if hint, _ := setupHint(err); hint != "" {
				err = fmt.Errorf("%w (%s)", err, hint)
			}
			failed = append(failed, err)
		}
	}
	return missing, errors.Join(failed...)
}

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
