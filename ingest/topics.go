package ingest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// Settings of a topic; the last two as Kafka names them.
const (
	SettingPartitions = "partitions"
	SettingReplicas   = "replicas"
	SettingRetention  = "retention.ms"
	settingCleanup    = "cleanup.policy"
)

// settings are the topic's configuration in Kafka's terms.
func (t Topic) settings() map[string]string {
	settings := map[string]string{settingCleanup: "delete", SettingRetention: "-1"}
	if t.Compact {
		settings[settingCleanup] = "compact"
	}
	if t.Retention > 0 {
		settings[SettingRetention] = strconv.FormatInt(t.Retention.Milliseconds(), 10)
	}
	return settings
}

// TopicPlan says how a topic of the cluster stands to what it should be.
type TopicPlan struct {
	Topic   Topic
	Missing bool
	Changes []TopicChange // of one that exists
}

// TopicChange is one difference of a topic that exists.
type TopicChange struct {
	Setting  string
	Old, New string
	Loses    bool // it removes records
	Refused  bool // Kafka can't make it, or not without moving data: ApplyTopics leaves it
}

// PlanTopics compares topics with those of the cluster. It only reads.
func PlanTopics(ctx context.Context, cluster Cluster, topics []Topic) ([]TopicPlan, error) {
	b, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	defer b.close()
	var plan []TopicPlan
	err = retry(ctx, SystemClock{}, Backoff{}.withDefaults(), func() error {
		plan, err = b.planTopics(ctx, topics)
		return err
	})
	return plan, err
}

func (b *broker) planTopics(ctx context.Context, topics []Topic) ([]TopicPlan, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	meta, err := b.client.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		return nil, fmt.Errorf("look up topics %s: %w", strings.Join(names, ", "), err)
	}
	there := map[string]kafka.Topic{}
	request := &kafka.DescribeConfigsRequest{}
	for _, t := range meta.Topics {
		switch {
		case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
		case t.Error != nil:
			return nil, fmt.Errorf("look up topic %s: %w", t.Name, t.Error)
		default:
			there[t.Name] = t
			request.Resources = append(request.Resources, kafka.DescribeConfigRequestResource{
				ResourceType: kafka.ResourceTypeTopic, ResourceName: t.Name, ConfigNames: []string{SettingRetention, settingCleanup},
			})
		}
	}
	settings := map[string]map[string]string{}
	if len(there) > 0 {
		answer, err := b.client.DescribeConfigs(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("read the settings of topics: %w", err)
		}
		for _, r := range answer.Resources {
			if r.Error != nil {
				return nil, fmt.Errorf("read the settings of topic %s: %w", r.ResourceName, r.Error)
			}
			settings[r.ResourceName] = map[string]string{}
			for _, entry := range r.ConfigEntries {
				settings[r.ResourceName][entry.ConfigName] = entry.ConfigValue
			}
		}
	}
	plan := make([]TopicPlan, len(topics))
	for i, t := range topics {
		known, ok := there[t.Name]
		plan[i] = TopicPlan{Topic: t, Missing: !ok}
		if ok {
			plan[i].Changes = t.changes(known.Partitions, settings[t.Name])
		}
	}
	return plan, nil
}

// changes says what would have to change for a topic with these partitions and settings to be as it should be.
func (t Topic) changes(partitions []kafka.Partition, settings map[string]string) []TopicChange {
	var all []TopicChange
	note := func(c TopicChange) {
		if c.Old != c.New {
			all = append(all, c)
		}
	}
	n := len(partitions)
	note(TopicChange{Setting: SettingPartitions, Old: strconv.Itoa(n), New: strconv.Itoa(t.Partitions), Refused: t.Partitions < n})
	if n > 0 {
		note(TopicChange{Setting: SettingReplicas, Old: strconv.Itoa(len(partitions[0].Replicas)), New: strconv.Itoa(t.Replicas), Refused: true})
	}
	want := t.settings()
	note(TopicChange{Setting: settingCleanup, Old: settings[settingCleanup], New: want[settingCleanup]})
	before, err := strconv.ParseInt(settings[SettingRetention], 10, 64)
	note(TopicChange{Setting: SettingRetention, Old: settings[SettingRetention], New: want[SettingRetention],
		Loses: t.Retention > 0 && (err != nil || before < 0 || before > t.Retention.Milliseconds())})
	return all
}

// ApplyTopics creates the topics that a plan found missing and makes its changes but for the refused ones. A topic
// that another process has just made is no error.
func ApplyTopics(ctx context.Context, cluster Cluster, plan []TopicPlan) error {
	b, err := cluster.connect()
	if err != nil {
		return err
	}
	defer b.close()
	var failed []error
	for i := range plan {
		change, cancel := context.WithTimeout(ctx, callTimeout)
		err := b.applyTopic(change, &plan[i])
		cancel()
		if err != nil {
			failed = append(failed, hinted(err))
		}
	}
	return errors.Join(failed...)
}

func (b *broker) applyTopic(ctx context.Context, p *TopicPlan) error {
	t := p.Topic
	if p.Missing {
		config := kafka.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replicas}
		for name, value := range t.settings() {
			config.ConfigEntries = append(config.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: value})
		}
		answer, err := b.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
		if err == nil {
			err = answer.Errors[t.Name]
		}
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", t.Name, err)
		}
		return nil
	}
	resource := kafka.IncrementalAlterConfigsRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: t.Name}
	for _, c := range p.Changes {
		switch {
		case c.Refused:
		case c.Setting == SettingPartitions:
			answer, err := b.client.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
				Topics: []kafka.TopicPartitionsConfig{{Name: t.Name, Count: int32(t.Partitions)}},
			})
			if err == nil {
				err = answer.Errors[t.Name]
			}
			if err != nil {
				return fmt.Errorf("give topic %s %d partitions: %w", t.Name, t.Partitions, err)
			}
		default:
			resource.Configs = append(resource.Configs, kafka.IncrementalAlterConfigsRequestConfig{Name: c.Setting, Value: c.New, ConfigOperation: kafka.ConfigOperationSet})
		}
	}
	if len(resource.Configs) == 0 {
		return nil
	}
	answer, err := b.client.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{resource}})
	for i := 0; err == nil && i < len(answer.Resources); i++ {
		err = answer.Resources[i].Error
	}
	if err != nil {
		return fmt.Errorf("alter the settings of topic %s: %w", t.Name, err)
	}
	return nil
}
