package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// Topic is a topic as it should be.
type Topic struct {
	Name       string
	Partitions int           // as many consumers can share the work
	Replicas   int           // 0: DefaultReplicas of the cluster's brokers, or what a topic that exists has
	Retention  time.Duration // 0: for ever
	Compact    bool          // keep the last record of each key instead of a time
}

// Settings of a topic; all but the first two as Kafka names them.
const (
	SettingPartitions = "partitions"
	SettingReplicas   = "replicas"
	SettingRetention  = "retention.ms"
	settingCleanup    = "cleanup.policy"
	settingInSync     = "min.insync.replicas"
	settingUnclean    = "unclean.leader.election.enable"
)

// configNames are the settings that are compared with the cluster's.
var configNames = []string{SettingRetention, settingCleanup, settingInSync, settingUnclean}

// DefaultReplicas is how many copies of a record a cluster of so many brokers is to keep: three, of which one may be
// away and another die, or as many as there are brokers.
func DefaultReplicas(brokers int) int { return max(1, min(3, brokers)) }

// inSync is how many copies must have a record before it is acknowledged: all but one, so that a broker can be away
// and what was acknowledged still outlives the loss of another where there are three.
func inSync(replicas int) int { return max(1, replicas-1) }

// settings are the topic's configuration in Kafka's terms.
func (t Topic) settings() map[string]string {
	settings := map[string]string{settingCleanup: "delete", SettingRetention: "-1",
		settingInSync: strconv.Itoa(inSync(t.Replicas)), settingUnclean: "false"}
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
	for _, t := range meta.Topics {
		switch {
		case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
		case t.Error != nil:
			return nil, fmt.Errorf("look up topic %s: %w", t.Name, refused(t.Error, hint.Of(hint.TopicRight, "Describe", t.Name)))
		default:
			there[t.Name] = t
		}
	}
	settings, err := b.topicSettings(ctx, slices.Sorted(maps.Keys(there)))
	if err != nil {
		return nil, err
	}
	plan := make([]TopicPlan, len(topics))
	for i, t := range topics {
		known, ok := there[t.Name]
		if t.Replicas == 0 {
			t.Replicas = DefaultReplicas(len(meta.Brokers))
			if copies := replicas(known); ok && copies > 0 {
				t.Replicas = copies
			}
		}
		plan[i] = TopicPlan{Topic: t, Missing: !ok}
		if ok {
			plan[i].Changes = t.changes(known, settings[t.Name])
		}
	}
	return plan, nil
}

// topicSettings reads those settings of topics that are compared.
func (b *broker) topicSettings(ctx context.Context, topics []string) (map[string]map[string]string, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	request := &kafka.DescribeConfigsRequest{}
	for _, name := range topics {
		request.Resources = append(request.Resources, kafka.DescribeConfigRequestResource{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: name, ConfigNames: configNames,
		})
	}
	answer, err := b.client.DescribeConfigs(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("read the settings of topics: %w", err)
	}
	settings := map[string]map[string]string{}
	for _, r := range answer.Resources {
		if r.Error != nil {
			return nil, fmt.Errorf("read the settings of topic %s: %w", r.ResourceName, refused(r.Error, hint.Of(hint.TopicRight, "DescribeConfigs", r.ResourceName)))
		}
		settings[r.ResourceName] = map[string]string{}
		for _, entry := range r.ConfigEntries {
			settings[r.ResourceName][entry.ConfigName] = entry.ConfigValue
		}
	}
	return settings, nil
}

// replicas is how many copies a topic keeps: of its partitions, the one with the fewest.
func replicas(t kafka.Topic) int {
	least := 0
	for i, p := range t.Partitions {
		if i == 0 || len(p.Replicas) < least {
			least = len(p.Replicas)
		}
	}
	return least
}

// changes says what would have to change for a topic of the cluster with these settings to be as it should be. How many
// copies must have a record follows from how many there are, and is only ever raised.
func (t Topic) changes(known kafka.Topic, settings map[string]string) []TopicChange {
	var all []TopicChange
	note := func(c TopicChange) {
		if c.Old != c.New {
			all = append(all, c)
		}
	}
	n := len(known.Partitions)
	note(TopicChange{Setting: SettingPartitions, Old: strconv.Itoa(n), New: strconv.Itoa(t.Partitions), Refused: t.Partitions < n})
	copies := replicas(known)
	if n > 0 {
		note(TopicChange{Setting: SettingReplicas, Old: strconv.Itoa(copies), New: strconv.Itoa(t.Replicas), Refused: true})
	}
	want := t.settings()
	note(TopicChange{Setting: settingCleanup, Old: settings[settingCleanup], New: want[settingCleanup]})
	before, err := strconv.ParseInt(settings[SettingRetention], 10, 64)
	note(TopicChange{Setting: SettingRetention, Old: settings[SettingRetention], New: want[SettingRetention],
		Loses: t.Retention > 0 && (err != nil || before < 0 || before > t.Retention.Milliseconds())})
	return append(all, unsafe(copies, settings)...)
}

// unsafe says which settings of a topic with so many copies let what was acknowledged be lost. What a broker does not
// tell it does not have.
func unsafe(copies int, settings map[string]string) []TopicChange {
	var all []TopicChange
	if now, err := strconv.Atoi(settings[settingInSync]); err == nil && now < inSync(copies) {
		all = append(all, TopicChange{Setting: settingInSync, Old: settings[settingInSync], New: strconv.Itoa(inSync(copies))})
	}
	if settings[settingUnclean] == "true" {
		all = append(all, TopicChange{Setting: settingUnclean, Old: "true", New: "false"})
	}
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
			return fmt.Errorf("create topic %s: %w", t.Name, refused(err, hint.Of(hint.TopicRight, "Create", t.Name)))
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
				return fmt.Errorf("give topic %s %d partitions: %w", t.Name, t.Partitions, refused(err, hint.Of(hint.TopicRight, "Alter", t.Name)))
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
		return fmt.Errorf("alter the settings of topic %s: %w", t.Name, refused(err, hint.Of(hint.TopicRight, "AlterConfigs", t.Name)))
	}
	return nil
}
