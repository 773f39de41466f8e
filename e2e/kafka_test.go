//go:build e2e && unix

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/cli"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/mask"
)

// Topics of the tests.
const (
	kafkaCalls = "kafka.calls"
	kafkaGap   = "kafka.gap"
	kafkaLate  = "kafka.late"
	kafkaDead  = "kafka.deadletter"
)

// kafkaTest is what the subtests of TestKafka share.
type kafkaTest struct {
	*kafkaCluster
	store  *elastic.Store
	config string // file
	masker *mask.Masker
}

// TestKafka runs suqiu on three real brokers, over TLS and SASL.
func TestKafka(t *testing.T) {
	t.Parallel() // with processes of its own, for which it waits most of the time
	k := &kafkaTest{kafkaCluster: startKafka(t), store: openElastic(t, "kafka")}
	dir := t.TempDir()
	k.config = filepath.Join(dir, "suqiu.yaml")
	settings := fmt.Sprintf(`
areas: [jiangdong]
log: {level: error}
kafka: {brokers: ["%s"], group: kafka, ca_file: %s, sasl: scram-sha-512, username: %s}
elasticsearch: {addresses: [%q], prefix: kafka, replicas: 0}
mask: {key_file: %s}
deadletter: {topic: %s}
sources:
  - {topic: %s, name: calls, hotline: "95598", format: auto}
  - {topic: %s, name: gap, hotline: "95598", format: auto}
  - {topic: %s, name: late, hotline: "12345", format: auto}
`, strings.Join(k.secured, `", "`), filepath.Join(dir, "ca.pem"), kafkaUser, cluster.URL(), filepath.Join(dir, "keys"), kafkaDead, kafkaCalls, kafkaGap, kafkaLate)
	key := mask.NewKey("k1")
	for name, text := range map[string]string{"suqiu.yaml": settings, "ca.pem": string(k.ca), "keys": key} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keyring, err := mask.ParseKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	if k.masker, err = mask.New(keyring, nil); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"Setup", k.setup}, {"SetupAltered", k.setupAltered}, {"Mechanisms", k.mechanisms}, {"Refused", k.refused},
		{"BrokerKilled", k.brokerKilled}, {"Gap", k.gap}, {"Replay", k.replay},
	} {
		if !t.Run(step.name, step.run) {
			t.FailNow() // the others would wait for what it has not done
		}
	}
}

// suqiu runs a command in this process and returns its exit code and what it printed.
func (k *kafkaTest) suqiu(ctx context.Context, args ...string) (code int, out string) {
	var printed bytes.Buffer
	env := cli.Env{
		Stdin: strings.NewReader(""), Stdout: &printed, Stderr: &printed, Now: time.Now,
		Environ: append(environment(), "SUQIU_KAFKA_PASSWORD="+kafkaPass),
	}
	code = cli.Run(ctx, slices.Concat([]string{"suqiu"}, args, []string{"--config", k.config}), env)
	return code, printed.String()
}

// refused: each way of not getting in says what to do about it. A user without rights is not shown the topics there
// are, and learns that when it would make one.
func (k *kafkaTest) refused(t *testing.T) {
	for _, c := range []struct {
		name string
		set  []string
		says string
	}{
		{"WrongUser", []string{"kafka.username=nobody"}, "check kafka.sasl"},
		{"WrongPassword", []string{"kafka.password=wrong"}, "check kafka.sasl"},
		{"WrongUserPlain", []string{"kafka.sasl=plain", "kafka.username=nobody"}, "check kafka.sasl"},
		{"MissingRight", []string{"kafka.sasl=plain", "kafka.username=" + kafkaGuest}, "give the user the right"},
		{"NoTLS", []string{"kafka.ca_file="}, "check kafka.tls"},
		{"UnknownCA", []string{"kafka.ca_file=", "kafka.tls=true"}, "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"kafka", "setup", "--set", "deadletter.topic=kafka.other"}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			code, out := k.suqiu(t.Context(), args...)
			if code == 0 || !strings.Contains(out, c.says) {
				t.Errorf("got code %d and %q, want a failure that says %q", code, out, c.says)
			}
		})
	}
}

// setup: a dry run makes nothing, the next run makes the topics as asked for, and one more leaves them.
func (k *kafkaTest) setup(t *testing.T) {
	topics := []string{kafkaDead, kafkaCalls, kafkaGap, kafkaLate}
	run := func(want string, args ...string) {
		t.Helper()
		args = append([]string{"kafka", "setup", "--partitions", "2", "--retention-days", "7"}, args...)
		if code, out := k.suqiu(t.Context(), args...); code != 0 || !strings.Contains(out, want) {
			t.Fatalf("got code %d and %q, want %q", code, out, want)
		}
	}
	run("将建立 "+kafkaCalls, "--dry-run")
	run("已建立 " + kafkaCalls)
	run("主题 4 个，原有 4 个")
	request := &kafka.DescribeConfigsRequest{}
	for _, topic := range topics {
		request.Resources = append(request.Resources, kafka.DescribeConfigRequestResource{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{"retention.ms", "cleanup.policy", "min.insync.replicas", "unclean.leader.election.enable"},
		})
	}
	answer, err := k.client().DescribeConfigs(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range answer.Resources {
		for _, c := range r.ConfigEntries {
			got[r.ResourceName+" "+c.ConfigName] = c.ConfigValue
		}
	}
	for name, want := range map[string]string{
		kafkaCalls + " retention.ms": fmt.Sprint(7 * 24 * time.Hour.Milliseconds()), kafkaCalls + " cleanup.policy": "delete",
		kafkaDead + " retention.ms": "-1", kafkaDead + " cleanup.policy": "compact",
		kafkaCalls + " min.insync.replicas": "2", kafkaCalls + " unclean.leader.election.enable": "false",
		kafkaDead + " min.insync.replicas": "2", kafkaDead + " unclean.leader.election.enable": "false",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	metadata, err := k.client().Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{kafkaCalls, kafkaDead}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 1} {
		partitions := metadata.Topics[i].Partitions
		if len(partitions) != want || len(partitions[0].Replicas) != kafkaNodes {
			t.Errorf("%s: got %d partitions of %d replicas, want %d of %d", metadata.Topics[i].Name, len(partitions), len(partitions[0].Replicas), want, kafkaNodes)
		}
	}
}

// setupAltered: a topic that exists gets more partitions and another retention, after a dry run that alters nothing;
// fewer partitions and another number of replicas are refused.
func (k *kafkaTest) setupAltered(t *testing.T) {
	const topic = "kafka.altered"
	day := 24 * time.Hour
	for _, step := range []struct {
		name string
		want ingest.Topic
		dry  bool
		plan string
	}{
		{"Created", ingest.Topic{Partitions: 2, Replicas: 3, Retention: 7 * day}, false, "missing"},
		{"DryRun", ingest.Topic{Partitions: 3, Replicas: 3, Retention: 2 * day}, true, "partitions 2>3, retention.ms 604800000>172800000"},
		{"Altered", ingest.Topic{Partitions: 3, Replicas: 3, Retention: 2 * day}, false, "partitions 2>3, retention.ms 604800000>172800000"},
		{"Same", ingest.Topic{Partitions: 3, Replicas: 3, Retention: 2 * day}, true, ""},
		{"Compacted", ingest.Topic{Partitions: 3, Replicas: 3, Compact: true}, false, "cleanup.policy delete>compact, retention.ms 172800000>-1"},
		{"Refused", ingest.Topic{Partitions: 1, Replicas: 2, Compact: true}, false, "refused partitions 3>1, refused replicas 3>2"},
		{"StillSame", ingest.Topic{Partitions: 3, Replicas: 3, Compact: true}, true, ""},
	} {
		step.want.Name = topic
		var plan []ingest.TopicPlan
		until(t, step.name+" to be known to all brokers: "+step.plan, func() bool {
			var err error
			if plan, err = ingest.PlanTopics(t.Context(), k.as("PLAIN"), []ingest.Topic{step.want}); err != nil {
				t.Fatal(err)
			}
			var words []string
			if plan[0].Missing {
				words = append(words, "missing")
			}
			for _, c := range plan[0].Changes {
				refused := map[bool]string{true: "refused "}[c.Refused]
				words = append(words, fmt.Sprintf("%s%s %s>%s", refused, c.Setting, c.Old, c.New))
			}
			return strings.Join(words, ", ") == step.plan
		})
		if step.dry {
			continue
		}
		if err := ingest.ApplyTopics(t.Context(), k.as("PLAIN"), plan); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	args := []string{"kafka", "setup", "--partitions", "1", "--retention-days", "7", "--dry-run"}
	if code, out := k.suqiu(t.Context(), args...); code != 3 || !strings.Contains(out, "不能改动 "+kafkaCalls+" partitions：2 → 1") {
		t.Errorf("got code %d and %q, want a refusal", code, out)
	}
}

func (k *kafkaTest) mechanisms(t *testing.T) {
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		t.Run(mechanism, func(t *testing.T) {
			code, out := k.suqiu(t.Context(), "kafka", "setup", "--dry-run", "--set", "kafka.sasl="+mechanism)
			if code != 0 || !strings.Contains(out, "原有 4 个") {
				t.Errorf("got code %d and %q", code, out)
			}
		})
	}
}
