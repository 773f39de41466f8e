package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// brokersOf starts a cluster of several brokers.
func brokersOf(t *testing.T, n int) (*kfake.Cluster, Cluster) {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(n))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return fake, Cluster{Brokers: fake.ListenAddrs()}
}

func apply(t *testing.T, cluster Cluster, topics ...Topic) {
	t.Helper()
	plan, err := PlanTopics(t.Context(), cluster, topics)
	if err != nil {
		t.Fatal(err)
	}
	if err := ApplyTopics(t.Context(), cluster, plan); err != nil {
		t.Fatal(err)
	}
}

// Without a number of copies a new topic gets three where there are so many brokers, and all copies but one must have a
// record; one that exists keeps its copies.
func TestTopicsDefaultReplicas(t *testing.T) {
	for _, tt := range []struct{ brokers, replicas, inSync int }{{1, 1, 1}, {2, 2, 1}, {3, 3, 2}, {5, 3, 2}} {
		_, cluster := brokersOf(t, tt.brokers)
		plan, err := PlanTopics(t.Context(), cluster, []Topic{{Name: "calls", Partitions: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if got := plan[0].Topic; got.Replicas != tt.replicas || inSync(got.Replicas) != tt.inSync {
			t.Errorf("%d brokers: %d copies of which %d must have a record, want %d and %d", tt.brokers, got.Replicas, inSync(got.Replicas), tt.replicas, tt.inSync)
		}
	}
	_, cluster := brokersOf(t, 3)
	apply(t, cluster, Topic{Name: "calls", Partitions: 1, Replicas: 2, Retention: time.Hour})
	plan, err := PlanTopics(t.Context(), cluster, []Topic{{Name: "calls", Partitions: 1, Retention: time.Hour}})
	if err != nil || planText(plan) != "" {
		t.Errorf("a topic of two copies would change: %q, %v", planText(plan), err)
	}
}

// How many copies must have a record is set with the topic, raised where it is lower, and never lowered.
func TestTopicsInSync(t *testing.T) {
	fake, cluster := brokersOf(t, 3)
	topic := Topic{Name: "calls", Partitions: 1, Replicas: 3, Retention: time.Hour}
	apply(t, cluster, topic)
	inSyncNow := func() string { return *fake.TopicInfo("calls").Configs["min.insync.replicas"] }
	if inSyncNow() != "2" {
		t.Fatalf("made with %s", inSyncNow())
	}
	for _, step := range []struct{ by, plan, after string }{
		{"1", "calls min.insync.replicas 1>2", "2"},
		{"3", "", "3"},
	} {
		setConfig(t, cluster, "calls", "min.insync.replicas", step.by)
		plan, err := PlanTopics(t.Context(), cluster, []Topic{topic})
		if err != nil || planText(plan) != step.plan {
			t.Errorf("set to %s: plan %q, %v, want %q", step.by, planText(plan), err, step.plan)
		}
		apply(t, cluster, topic)
		if inSyncNow() != step.after {
			t.Errorf("set to %s: then %s, want %s", step.by, inSyncNow(), step.after)
		}
	}
}

func setConfig(t *testing.T, cluster Cluster, topic, name, value string) {
	t.Helper()
	b, err := cluster.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	_, err = b.client.IncrementalAlterConfigs(t.Context(), &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: topic,
		Configs: []kafka.IncrementalAlterConfigsRequestConfig{{Name: name, Value: value, ConfigOperation: kafka.ConfigOperationSet}}}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnsafe(t *testing.T) {
	for _, tt := range []struct {
		name     string
		copies   int
		settings map[string]string
		want     string
	}{
		{"Safe", 3, map[string]string{settingInSync: "2", settingUnclean: "false"}, ""},
		{"OneMustHaveIt", 3, map[string]string{settingInSync: "1", settingUnclean: "false"}, "min.insync.replicas 1>2"},
		{"LaggingLeader", 3, map[string]string{settingInSync: "2", settingUnclean: "true"}, "unclean.leader.election.enable true>false"},
		{"OneCopy", 1, map[string]string{settingInSync: "1", settingUnclean: "false"}, ""},
		{"NotTold", 3, nil, ""},
	} {
		var got []string
		for _, c := range unsafe(tt.copies, tt.settings) {
			got = append(got, c.Setting+" "+c.Old+">"+c.New)
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestExamineDurability(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		name     string
		calls    Topic
		change   func(*testing.T, *kfake.Cluster, Cluster)
		wrong    string
		warnings string
	}{
		{name: "Safe", calls: Topic{Retention: 3 * day}},
		{name: "OneCopy", calls: Topic{Replicas: 1, Retention: 3 * day}, wrong: "topics [calls]: one copy of each record on 3 brokers"},
		{name: "OneMustHaveIt", calls: Topic{Retention: 3 * day}, change: func(t *testing.T, _ *kfake.Cluster, c Cluster) {
			setConfig(t, c, "calls", "min.insync.replicas", "1")
		}, wrong: "topic calls: min.insync.replicas is 1 with 3 copies"},
		{name: "PositionsForgotten", calls: Topic{Retention: 30 * day}, warnings: "offsets.retention.minutes is 10080 (7 days), while topics keep records for 30 days"},
		{name: "MayNotSee", calls: Topic{Retention: 30 * day}, change: func(_ *testing.T, f *kfake.Cluster, _ Cluster) {
			f.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Err: kerr.TopicAuthorizationFailed})
		}, warnings: "the right DescribeConfigs on topic calls) (until then this is not checked)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake, cluster := brokersOf(t, 3)
			tt.calls.Name, tt.calls.Partitions = "calls", 1
			apply(t, cluster, tt.calls, Topic{Name: DeadLetterTopic, Partitions: 1, Compact: true})
			if tt.change != nil {
				tt.change(t, fake, cluster)
			}
			letters, err := NewDeadLetters(cluster, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer letters.Close()
			found, err := Examine(t.Context(), cluster, "suqiu", []string{"calls"}, letters, time.Now())
			if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("got %v, want %q", err, tt.wrong)
			}
			if got := fmt.Sprint(errors.Join(found.Warnings...)); tt.warnings == "" && len(found.Warnings) > 0 || !strings.Contains(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}
