//go:build e2e && unix

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/index"
	"suqiu/ingest"
)

// wrongSetup is one thing that is wrong, and what suqiu says of it.
type wrongSetup struct {
	name   string
	set    []string // settings that differ from the right ones
	topic  string   // of the source; by default setups.calls
	ahead  time.Duration
	spoil  func(t *testing.T, w *wrongSetups, prefix string) // the index of the case, which is set up otherwise
	before func(t *testing.T, w *wrongSetups, group string)
	says   string // by doctor, and by consume unless works
	works  bool   // consume does its work all the same
}

const callsMonth = "-calls-2026.07"

// monthOf makes the month of the contacts with a mapping of another version.
func monthOf(version int) func(*testing.T, *wrongSetups, string) {
	return func(t *testing.T, w *wrongSetups, prefix string) {
		w.ask(t, http.MethodPut, "/"+prefix+callsMonth, "")
		w.ask(t, http.MethodPut, "/"+prefix+callsMonth+"/_mapping", fmt.Sprintf(`{"_meta":{"mapping_version":%d}}`, version))
	}
}

func wrongSetupCases(w *wrongSetups) []wrongSetup {
	const nobody = "127.0.0.1:1"
	es := func(url string, more ...string) []string {
		return append([]string{"elasticsearch.addresses=" + url}, more...)
	}
	plain := func(user string) []string { return []string{"kafka.sasl=plain", "kafka.username=" + user} }
	listener := func(name, ca string) []string {
		return []string{"kafka.brokers=" + w.listeners[name], "kafka.sasl=", "kafka.ca_file=" + w.path(ca)}
	}
	block := func(name string) func(*testing.T, *wrongSetups, string) {
		return func(t *testing.T, w *wrongSetups, prefix string) {
			w.ask(t, http.MethodPut, "/"+prefix+callsMonth, "")
			w.ask(t, http.MethodPut, "/"+prefix+callsMonth+"/_settings", `{"`+name+`":true}`)
		}
	}
	secured := strings.Replace(w.elastic.URL(), "http:", "https:", 1)
	return []wrongSetup{
		{name: "KafkaPort", set: []string{"kafka.brokers=" + nobody}, says: "nothing listens there: check host and port in kafka.brokers"},
		{name: "KafkaMechanismUnknown", set: []string{"kafka.sasl=kerberos"}, says: "must be one of , plain, scram-sha-256, scram-sha-512"},
		{name: "KafkaAuthority", set: []string{"kafka.ca_file=" + w.path("other.ca")}, says: "set kafka.ca_file to the certificate of the authority"},
		{name: "KafkaCertificateExpired", set: listener("EXPIRED", "expired.ca"), says: "have the server's certificate renewed"},
		{name: "KafkaCertificateOfOtherHost", set: listener("AWAY", "away.ca"), says: "the certificate is another host's"},
		{name: "KafkaTopicMissing", topic: "setups.none", says: "create the topics with suqiu kafka setup, or give the user the right Describe on them"},
		{name: "KafkaTopicNotShown", set: plain(kafkaGuest), says: "or give the user the right Describe on them"},
		{name: "KafkaGroupRight", set: plain(kafkaReader), says: "give the user the right Read on group setups-"},
		{name: "KafkaDeadLetterRight", set: plain(kafkaMute), says: "give the user the right Write on topic " + setupsDead, works: true},
		{name: "KafkaLettersGroupRight", set: plain(kafkaOneGroup), before: func(t *testing.T, w *wrongSetups, group string) {
			w.allow(t, right(kafkaOneGroup, kafka.ResourceTypeGroup, group, kafka.ACLOperationTypeRead))
		}, says: "give the user the right Read on group setups-", works: true},
		{name: "KafkaRetentionOvertook", topic: "setups.gap", before: func(t *testing.T, w *wrongSetups, group string) {
			commitAt(t, w, group, "setups.gap", 5)
		}, says: "find out what was lost (suqiu audit)"},
		{name: "KafkaOneBrokerAway", set: []string{"kafka.brokers=" + w.listeners["SECURED"] + "," + nobody}, says: "nothing listens there: check host and port in kafka.brokers", works: true},
		{name: "ElasticPort", set: es("http://" + nobody), says: "nothing listens there: check host and port in elasticsearch.addresses"},
		{name: "ElasticName", set: es("http://es.invalid:9200"), says: "check the host names in elasticsearch.addresses"},
		{name: "ElasticPassword", set: []string{"elasticsearch.password=wrong"}, says: "check the user name and password, or the API key"},
		{name: "ElasticAPIKey", set: es(w.fronts["key"], "elasticsearch.username=", "elasticsearch.password=", "elasticsearch.api_key=aWQ6YmFk"), says: "check the user name and password, or the API key"},
		{name: "ElasticReadOnlyUser", set: []string{"elasticsearch.username=setups-reader"}, spoil: asItIs, says: "the user needs monitor on the cluster and read, write"},
		{name: "ElasticTLSToPlain", set: es(secured), says: "check http:// and https:// in elasticsearch.addresses"},
		{name: "ElasticPlainToTLS", set: es(strings.Replace(w.fronts["good"], "https:", "http:", 1)), says: "check http:// and https:// in elasticsearch.addresses"},
		{name: "ElasticAuthority", set: es(w.fronts["good"], "elasticsearch.ca_file="+w.path("other.ca")), says: "set elasticsearch.ca_file to the certificate of the authority"},
		{name: "ElasticFingerprint", set: es(w.fronts["good"], "elasticsearch.fingerprint="+strings.Repeat("0", 64)), says: "set elasticsearch.fingerprint to the SHA-256"},
		{name: "ElasticCertificateExpired", set: es(w.fronts["expired"], "elasticsearch.ca_file="+w.path("expired.ca")), says: "have the server's certificate renewed"},
		{name: "ElasticCertificateOfOtherHost", set: es(w.fronts["away"], "elasticsearch.ca_file="+w.path("away.ca")), says: "the certificate is another host's"},
		{name: "ElasticOneAddressAway", set: es(w.elastic.URL() + ",http://" + nobody), spoil: asItIs, says: "nothing listens there: check host and port in elasticsearch.addresses", works: true},
		{name: "ElasticIsAProxy", set: es(w.fronts["proxy"]), says: "check host, port and base path in elasticsearch.addresses"},
		{name: "ElasticIsAnotherServer", set: es(w.fronts["nothing"]), says: "check host, port and base path in elasticsearch.addresses"},
		{name: "ElasticPath", set: es(w.elastic.URL() + "/nowhere"), says: "check host, port and base path in elasticsearch.addresses"},
		{name: "NoSetup", set: []string{"elasticsearch.prefix=setups-nosetup"}, says: "run suqiu index setup"},
		{name: "TemplateMissing", spoil: func(t *testing.T, w *wrongSetups, prefix string) {
			w.ask(t, http.MethodDelete, "/_index_template/"+prefix+"-calls", "")
		}, says: "run suqiu index setup"},
		{name: "LettersMissing", spoil: func(t *testing.T, w *wrongSetups, prefix string) {
			w.ask(t, http.MethodDelete, "/"+prefix+"-letters", "")
			w.ask(t, http.MethodDelete, "/_index_template/"+prefix+"-letters", "")
		}, says: "-letters: it is missing (run suqiu index setup)", works: true},
		{name: "TemplateEdited", spoil: func(t *testing.T, w *wrongSetups, prefix string) {
			w.ask(t, http.MethodPut, "/_component_template/"+prefix+"-calls-settings", `{"template":{"settings":{"index.number_of_replicas":0}}}`)
		}, says: "put it back with suqiu index setup --overwrite", works: true},
		{name: "MappingOld", spoil: monthOf(0), says: "run suqiu index migrate"},
		{name: "MappingNew", spoil: monthOf(99), says: "update suqiu"},
		{name: "WriteBlock", spoil: block("index.blocks.write"), says: "free disk space if Elasticsearch set the block"},
		{name: "FloodStage", spoil: block("index.blocks.read_only_allow_delete"), says: "free disk space if Elasticsearch set the block"},
		{name: "MonthOfTwoIndices", spoil: func(t *testing.T, w *wrongSetups, prefix string) {
			for _, half := range []string{"a", "b"} {
				w.ask(t, http.MethodPut, "/"+prefix+"-"+half, "")
				w.ask(t, http.MethodPut, "/"+prefix+"-"+half+"/_alias/"+prefix+callsMonth, "")
			}
		}, says: "remove the alias"},
		{name: "AliasMissing", spoil: func(t *testing.T, w *wrongSetups, prefix string) {
			w.ask(t, http.MethodPut, "/"+prefix+callsMonth, "")
			w.ask(t, http.MethodDelete, "/"+prefix+callsMonth+"/_alias/"+prefix+"-calls", "")
		}, says: "run suqiu index setup", works: true},
		{name: "ClockAhead", ahead: 2 * time.Hour, says: "set the clocks of this machine and of the servers by NTP"},
		{name: "ClockBehind", ahead: -2 * time.Hour, says: "set the clocks of this machine and of the servers by NTP"},
		{name: "KeyFileMissing", set: []string{"mask.key_file=" + w.path("none")}, says: "make one with suqiu key new"},
		{name: "KeyFileOpen", set: []string{"mask.key_file=" + w.path("open.keys")}, says: "take their rights with chmod o-rwx", works: true},
		{name: "DictsMissing", set: []string{"dicts=" + w.path("none")}, says: "correct dicts, or give the user the right to read it"},
	}
}

func asItIs(*testing.T, *wrongSetups, string) {}

// commitAt makes a group's committed offset.
func commitAt(t *testing.T, w *wrongSetups, group, topic string, offset int64) {
	t.Helper()
	var answer *kafka.OffsetCommitResponse
	until(t, "the group's coordinator", func() bool {
		var err error
		answer, err = w.client().OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{
			GroupID: group, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{topic: {{Partition: 0, Offset: offset}}},
		})
		return err == nil && answer.Topics[topic][0].Error == nil
	})
}

// TestWrongSetups: doctor names the cause of each wrong set-up with its remedy and fails; consume pauses or refuses in
// the same words, or does its work where the fault lets it; no dead letter is written and nothing is committed that is
// not stored.
func TestWrongSetups(t *testing.T) {
	t.Parallel() // with processes of its own, for which it waits most of the time
	w := startWrongSetups(t)
	if err := w.store(t, "setups-common").Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("NothingWrong", func(t *testing.T) {
		for name, set := range map[string][]string{
			"consumer":    {"elasticsearch.username=setups"},
			"api key":     {"elasticsearch.addresses=" + w.fronts["key"], "elasticsearch.username=", "elasticsearch.password=", "elasticsearch.api_key=aWQ6Z29vZA=="},
			"fingerprint": {"elasticsearch.addresses=" + w.fronts["good"], "elasticsearch.fingerprint=" + w.sum},
			"authority":   {"elasticsearch.addresses=" + w.fronts["good"], "elasticsearch.ca_file=" + w.path("good.ca")},
			"addresses":   {"elasticsearch.addresses=" + w.elastic.URL() + "," + w.elastic.URL()},
		} {
			doctor := w.suqiu(t, &wrongSetup{set: set}, "setups-common", "none", "doctor")
			<-doctor.done
			if doctor.code != 0 {
				t.Errorf("%s: doctor fails:\n%s", name, doctor.text())
			}
		}
	})
	t.Run("StoreRights", w.storeRights)
	t.Run("Guide", w.guide)
	for i, c := range wrongSetupCases(w) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			prefix, group := "setups-common", fmt.Sprintf("setups-%d", i)
			if c.spoil != nil {
				prefix = fmt.Sprintf("setups-case%d", i)
				if err := w.store(t, prefix).Setup(t.Context()); err != nil {
					t.Fatal(err)
				}
				c.spoil(t, w, prefix)
			}
			if c.before != nil {
				c.before(t, w, group)
			}
			w.check(t, &c, prefix, group)
		})
	}
}

// await waits until done, or the command has ended. A wait that is too long fails the test with what the command said.
func await(t *testing.T, c *command, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !c.ended() && !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("waited too long for %s:\n%s", what, c.text())
			return
		}
	}
}

func (w *wrongSetups) check(t *testing.T, c *wrongSetup, prefix, group string) {
	topic := c.topic
	if topic == "" {
		topic = "setups.calls"
	}
	committed := w.committed(t, group, topic)
	doctor := w.suqiu(t, c, prefix, group, "doctor")
	<-doctor.done
	if doctor.code == 0 || !strings.Contains(doctor.text(), c.says) {
		t.Errorf("doctor: got code %d, want a failure that says %q:\n%s", doctor.code, c.says, doctor.text())
	}
	if doctor.code == 3 && !strings.Contains(doctor.text(), "\n  原文：") { // else the settings themselves are refused
		t.Errorf("doctor says no remedy in Chinese:\n%s", doctor.text())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	consume := w.suqiuIn(ctx, t, c, prefix, group, "consume")
	if c.works {
		await(t, consume, "all to be committed", func() bool { return w.committed(t, group, topic) == 20 })
	} else {
		await(t, consume, "consume to say what is wrong", func() bool { return strings.Contains(consume.text(), c.says) })
	}
	refused := consume.ended()
	cancel()
	<-consume.done
	switch {
	case c.works && refused:
		t.Errorf("consume ended:\n%s", consume.text())
	case c.works:
		store := w.store(t, prefix)
		if err := store.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if result, err := store.Search(t.Context(), index.Query{}); err != nil || result.Total != 20 {
			t.Errorf("stored: got %d, %v, want 20", result.Total, err)
		}
	case !strings.Contains(consume.text(), c.says):
		t.Errorf("consume does not say %q:\n%s", c.says, consume.text())
	case refused && consume.code == 0:
		t.Error("consume refused with exit code 0")
	}
	if got := w.committed(t, group, topic); !c.works && got != committed {
		t.Errorf("committed: got %d, want %d as before", got, committed)
	}
	letters, err := ingest.NewDeadLetters(w.open(), setupsDead, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer letters.Close()
	if all, err := letters.List(t.Context(), ingest.DeadFilter{Resolved: true}); err != nil || len(all) > 0 {
		t.Errorf("dead letters: got %v, %v, want none", all, err)
	}
}

// committed is the group's offset; -1 where it has none or there is no such topic.
func (w *wrongSetups) committed(t *testing.T, group, topic string) int64 {
	if topic == "setups.none" {
		return -1
	}
	positions, err := ingest.GroupPositions(t.Context(), w.open(), group, []string{topic})
	if err != nil || len(positions) != 1 {
		t.Fatalf("positions of %s: got %v, %v", topic, positions, err)
	}
	return positions[0].Committed
}

// suqiu starts a command with the right settings but for those of the case.
func (w *wrongSetups) suqiu(t *testing.T, c *wrongSetup, prefix, group, name string) *command {
	t.Helper()
	return w.suqiuIn(t.Context(), t, c, prefix, group, name)
}

func (w *wrongSetups) suqiuIn(ctx context.Context, t *testing.T, c *wrongSetup, prefix, group, name string) *command {
	t.Helper()
	topic := c.topic
	if topic == "" {
		topic = "setups.calls"
	}
	file := strings.ReplaceAll(group+"-"+name+".yaml", "/", "-")
	w.write(t, file, fmt.Sprintf(`
areas: [jiangdong]
dicts: %s
kafka: {brokers: [%q], group: %s, ca_file: %s, sasl: scram-sha-256, username: %s, password: %s}
elasticsearch: {addresses: [%q], prefix: %s, replicas: 0, username: elastic, password: %s}
mask: {key_file: %s}
deadletter: {topic: %s}
sources:
  - {topic: %s, name: calls, hotline: "95598", format: auto}
`, w.path("dicts"), w.listeners["SECURED"], group, w.path("good.ca"), kafkaUser, kafkaPass, w.elastic.URL(), prefix, kafkaPass, w.path("keys"), setupsDead, topic), 0o600)
	args := []string{name, "--config", w.path(file)}
	for _, s := range c.set {
		args = append(args, "--set", s)
	}
	return start(ctx, c.ahead, args...)
}
