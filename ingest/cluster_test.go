package ingest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// selfSigned returns the two ends of a TLS connection to 127.0.0.1.
func selfSigned(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

// All ways of authenticating carry the whole loop: consumer group, fetching, commits and dead letters, over TLS.
func TestSecuredCluster(t *testing.T) {
	server, client := selfSigned(t)
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.TLS(server), kfake.EnableSASL(), kfake.GroupMinSessionTimeout(time.Second),
		kfake.Superuser("PLAIN", "plain", "p1"), kfake.Superuser("SCRAM-SHA-256", "s256", "p2"), kfake.Superuser("SCRAM-SHA-512", "s512", "p3"),
		kfake.SeedTopics(1, "calls", DeadLetterTopic))
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	for i, sasl := range []SASL{{"PLAIN", "plain", "p1"}, {"SCRAM-SHA-256", "s256", "p2"}, {"SCRAM-SHA-512", "s512", "p3"}} {
		t.Run(sasl.Mechanism, func(t *testing.T) {
			cluster := Cluster{Brokers: fake.ListenAddrs(), TLS: client.Clone(), SASL: sasl}
			p, err := NewProducer(cluster, "calls")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if _, err := p.Produce(t.Context(), &source95598, "x", strings.NewReader(contact(sasl.User, 1)+"\n{\n")); err != nil {
				t.Fatal(err)
			}
			letters, err := NewDeadLetters(cluster, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer letters.Close()
			store := newMemStore()
			b := &testBroker{t: t}
			c := b.consumeFrom(cluster, store, letters, nil)
			await(t, "the contact to be stored", func() bool { return store.size() == 1 })
			await(t, "the commit", func() bool {
				s := c.Status()
				return len(s.Partitions) == 1 && s.Partitions[0].Committed == int64(2*i+2)
			})
			c.stop()
			if open, err := letters.List(t.Context(), DeadFilter{}); err != nil || len(open) != i+1 {
				t.Errorf("letters %q, %v", ids(open), err)
			}
		})
	}
	t.Run("WrongPassword", func(t *testing.T) {
		cluster := Cluster{Brokers: fake.ListenAddrs(), TLS: client.Clone(), SASL: SASL{"SCRAM-SHA-512", "s512", "wrong"}}
		c := (&testBroker{t: t}).consumeFrom(cluster, newMemStore(), newMemSink(), nil)
		await(t, "the refusal to be told", func() bool {
			err := c.Ready()
			return err != nil && strings.Contains(err.Error(), "kafka.sasl")
		})
	})
}

// planText is a plan in one line.
func planText(plan []TopicPlan) string {
	var all []string
	for _, p := range plan {
		if p.Missing {
			all = append(all, p.Topic.Name+" is missing")
		}
		for _, c := range p.Changes {
			text := fmt.Sprintf("%s %s %s>%s", p.Topic.Name, c.Setting, c.Old, c.New)
			if c.Refused {
				text += " refused"
			}
			if c.Loses {
				text += " loses"
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

func TestTopics(t *testing.T) {
	b := newTestBroker(t, 2)
	day := 24 * time.Hour
	for _, step := range []struct {
		name   string
		topics []Topic
		dry    bool
		want   string
	}{
		{"DryRun", []Topic{{Name: "letters", Partitions: 3, Replicas: 1, Compact: true}}, true, "letters is missing"},
		{"Created", []Topic{{Name: "letters", Partitions: 3, Replicas: 1, Compact: true}, {Name: "incidents", Partitions: 2, Replicas: 1, Retention: 2 * day}}, false,
			"letters is missing; incidents is missing"},
		{"Same", []Topic{{Name: "letters", Partitions: 3, Replicas: 1, Compact: true}, {Name: "incidents", Partitions: 2, Replicas: 1, Retention: 2 * day}}, false, ""},
		{"DryRunOfChange", []Topic{{Name: "incidents", Partitions: 4, Replicas: 1, Retention: day}}, true,
			"incidents partitions 2>4; incidents retention.ms 172800000>86400000 loses"},
		{"Changed", []Topic{{Name: "incidents", Partitions: 4, Replicas: 1, Retention: day}}, false,
			"incidents partitions 2>4; incidents retention.ms 172800000>86400000 loses"},
		{"Refused", []Topic{{Name: "incidents", Partitions: 3, Replicas: 2, Retention: day}}, false,
			"incidents partitions 4>3 refused; incidents replicas 1>2 refused"},
		{"StillSame", []Topic{{Name: "incidents", Partitions: 4, Replicas: 1, Retention: day}}, false, ""},
	} {
		plan, err := PlanTopics(t.Context(), b.cluster(), step.topics)
		if err != nil {
			t.Fatal(err)
		}
		if got := planText(plan); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
		if step.dry {
			continue
		}
		if err := ApplyTopics(t.Context(), b.cluster(), plan); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	if n := len(b.Cluster().PartitionInfos("incidents")); n != 4 {
		t.Errorf("the topic has %d partitions now, want 4", n)
	}
	for topic, want := range map[string][2]string{"letters": {"compact", "-1"}, "incidents": {"delete", "86400000"}} {
		configs := b.Cluster().TopicInfo(topic).Configs
		if got := [2]string{*configs["cleanup.policy"], *configs["retention.ms"]}; got != want {
			t.Errorf("%s has %q, want %q", topic, got, want)
		}
	}
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAuthorizationFailed})
	if err := ApplyTopics(t.Context(), b.cluster(), []TopicPlan{{Topic: Topic{Name: "more", Partitions: 1, Replicas: 1}, Missing: true}}); err == nil || !strings.Contains(err.Error(), "topic more") {
		t.Errorf("error %v, want one that names the topic", err)
	}
}

func TestGroupPositions(t *testing.T) {
	b := newTestBroker(t, 2)
	payloads, _ := contacts("a", 5)
	b.write("calls", 0, payloads...)
	positions := func() []GroupPosition {
		t.Helper()
		all, err := GroupPositions(t.Context(), b.cluster(), "suqiu", []string{"calls"})
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all
	}
	before := positions()
	if before[0] != (GroupPosition{Topic: "calls", Committed: -1, End: 5}) || before[0].Lag() != 5 || before[1].Lag() != 0 {
		t.Errorf("before: %+v", before)
	}
	b.consume(newMemStore(), newMemSink(), nil)
	b.awaitCommits("calls", 5, 0)
	if after := positions(); after[0].Committed != 5 || after[0].Lag() != 0 {
		t.Errorf("after: %+v", after)
	}
	listing := b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Partitions: []int32{1}, Err: kerr.LeaderNotAvailable, Count: -1})
	if some := positions(); some[0].Unknown || some[1] != (GroupPosition{Topic: "calls", Partition: 1, First: -1, End: -1, Unknown: true}) || some[1].Lag() != 0 {
		t.Errorf("the leader of partition 1 is silent: %+v", some)
	}
	if _, err := MirrorLag(t.Context(), b.cluster(), "suqiu", "calls"); err == nil || !strings.Contains(err.Error(), "partition calls/1: its leader does not answer") {
		t.Errorf("lag of the mirror with a silent leader: %v", err)
	}
	listing.Remove()
	b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Partitions: []int32{0}, Err: kerr.NotLeaderForPartition})
	if again := positions(); again[0].Unknown || again[0].End != 5 {
		t.Errorf("after a change of the leader: %+v", again)
	}
	fetching := b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch}, Partitions: []int32{0}, Err: kerr.UnstableOffsetCommit, Count: -1})
	if untold := positions(); untold[0] != (GroupPosition{Topic: "calls", Committed: -1, End: 5, Unknown: true}) || untold[1].Unknown {
		t.Errorf("the committed offset is not told: %+v", untold)
	}
	fetching.Remove()
	forbidding := b.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Partitions: []int32{0}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if _, err := GroupPositions(t.Context(), b.cluster(), "suqiu", []string{"calls"}); err == nil || !strings.Contains(err.Error(), "calls/0") || !strings.Contains(err.Error(), "give the user the right Describe on topic calls") {
		t.Errorf("without the right to read: %v", err)
	}
	forbidding.Remove()
	if _, err := GroupPositions(t.Context(), b.cluster(), "suqiu", []string{"none"}); err == nil || !strings.Contains(err.Error(), "suqiu kafka setup") {
		t.Errorf("missing topic: %v", err)
	}
}

// Errors that only the operator can mend say how; others are waited for.
func TestSetupHint(t *testing.T) {
	for _, tt := range []struct {
		err     error
		hint    string
		lasting bool
	}{
		{refused(kafka.TopicAuthorizationFailed, hint.Of(hint.TopicRight, "Read", "calls")), "give the user the right Read on topic calls", true},
		{refused(kafka.GroupAuthorizationFailed, hint.Of(hint.GroupRight, "Read", "suqiu")), "give the user the right Read on group suqiu", true},
		{refused(kafka.UnknownTopicOrPartition, hint.Of(hint.TopicRight, "Read", "calls")), "suqiu kafka setup", true},
		{kafka.ClusterAuthorizationFailed, "rights that docs/operation.md lists", true},
		{kafka.SASLAuthenticationFailed, "kafka.sasl", true},
		{kafka.UnsupportedSASLMechanism, "kafka.sasl against the mechanisms", true},
		{kafka.UnknownTopicOrPartition, "suqiu kafka setup", true},
		{io.ErrUnexpectedEOF, "kafka.tls", false},
		{context.DeadlineExceeded, "see whether every broker runs", false},
		{kafka.NotLeaderForPartition, "", false},
	} {
		do, lasting := setupHint(fmt.Errorf("fetch: %w", tt.err))
		if !strings.Contains(do.String(), tt.hint) || lasting != tt.lasting || do.IsZero() != (tt.hint == "") {
			t.Errorf("%v: %q, %v", tt.err, do, lasting)
		}
	}
}

func TestLoopConfigFaults(t *testing.T) {
	good := LoopConfig{Pipeline: testPipeline(newFakeClock()), Store: newMemStore(), Sink: newMemSink()}
	for name, change := range map[string]func(*LoopConfig){
		"NoPipeline":     func(c *LoopConfig) { c.Pipeline = nil },
		"NoStore":        func(c *LoopConfig) { c.Store = nil },
		"NoSink":         func(c *LoopConfig) { c.Sink = nil },
		"ShareAboveOne":  func(c *LoopConfig) { c.DeadShare = 5 },
		"NegativeWindow": func(c *LoopConfig) { c.DeadWindow = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			change(&cfg)
			if _, err := NewLoop(cfg); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, err := NewLoop(good); err != nil {
		t.Errorf("good configuration: %v", err)
	}
}

// What is shown of one batch; labels are sources, outcomes and reasons, never ids.
func TestMetrics(t *testing.T) {
	metrics := NewMetrics()
	registry := newRegistry(t, metrics)
	loop := newTestLoop(t, newMemStore(), newMemSink(), func(c *LoopConfig) { c.Metrics = metrics })
	if _, err := loop.Finish(t.Context(), unitsOf(loop, contact("a", 1), contact("b", 1), "{"), nil); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.Metric {
			words := []string{f.GetName()}
			for _, l := range m.Label {
				words = append(words, l.GetValue())
			}
			got[strings.Join(words, " ")] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"suqiu_ingest_records_total 95598":             3,
		"suqiu_ingest_documents_total stored 95598":    2,
		"suqiu_ingest_dead_letters_total syntax 95598": 1,
		"suqiu_ingest_put_seconds":                     1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v; all: %v", name, got[name], want, got)
		}
	}
}

// A source without the id's place is told so in the words of its configuration.
func TestSourceWithoutID(t *testing.T) {
	src := decode.Source{Name: "asr", Format: decode.FunASR, Hotline: hotline.Hotline95598, Received: today, ID: "key"}
	payload := `{"result":[{"sentence_info":[{"text":"停电了","start":0,"end":900,"spk":0}]}]}`
	entries := testPipeline(newFakeClock()).Payload(&src, &decode.Input{Value: []byte(payload), Arrived: today}, Place{ID: "x"})
	if d := entries[0].Dead; d == nil || d.Reason != decode.ReasonID {
		t.Errorf("entry %+v, want a dead letter about the id", entries[0].Dead)
	}
}
