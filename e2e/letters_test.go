//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/kibana"
	"suqiu/kibana/kibanatest"
)

const (
	lettersPrefix = "letters"
	lettersDead   = "letters.deadletter"
)

// lettersConfig is the configuration; start says where the time of a call stands.
func (n *oneNode) lettersConfig(start string) string {
	return fmt.Sprintf(`
kafka: {brokers: [%q], group: letters, session: 10s}
elasticsearch: {addresses: [%q], prefix: %s, replicas: 0}
deadletter: {topic: %s, limit: 1}
sources:
  - {topic: letters.calls, name: calls, hotline: "95598", format: auto, start: %q}
  - {topic: letters.orders, name: orders, hotline: "12345", format: auto}
`, n.broker.Address(), cluster.URL(), lettersPrefix, lettersDead, start)
}

// letters follows dead letters to where Kibana finds them: while consumers are killed, when a replay resolves them, when they
// are removed, and when the index is lost. The topic is the truth each time.
func (n *oneNode) letters(t *testing.T) {
	f := newFeed(t, t.TempDir(), 1)
	f.configure(n.lettersConfig("field:received"))
	f.retry("kafka", "setup", "--partitions", "2")
	f.retry("index", "setup")
	members := []*member{f.newMember(0), f.newMember(1)}
	for _, m := range members {
		m.start()
	}
	const rounds, each = 6, 40
	for round := range rounds {
		n.produceBroken(t, f, round, each)
		m := members[round%2]
		time.Sleep(time.Duration(round) * 300 * time.Millisecond) // so that it dies at different points of the way
		m.kill()
		m.start()
	}
	n.followed(t, f, "after consumers were killed", members)
	letters := f.suqiu.deadLetters(t)
	if want := rounds * each * 3 / 4; len(letters) != want {
		t.Fatalf("the topic lists %d dead letters, want %d", len(letters), want)
	}
	ndjson, err := kibana.Export(kibana.Options{Prefix: lettersPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("Fields", func(t *testing.T) { kibanaFields(t, elastic.LettersIndex(lettersPrefix), elastic.LetterFields()) })
	lettersShown(t, ndjson, letters)

	f.configure(n.lettersConfig("field:rang"))
	out, err := f.suqiu.run(t.Context(), "deadletter", "replay", "--reason", "time")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(strings.TrimSpace(out))
	n.followed(t, f, "after a replay", members)
	all := f.suqiu.deadLetters(t, "--resolved")
	if resolved := slices.DeleteFunc(slices.Clone(all), func(l ingest.DeadLetter) bool { return l.Resolved.IsZero() }); len(resolved) != rounds*each/4 {
		t.Errorf("%d letters are resolved, want %d", len(resolved), rounds*each/4)
	}
	lettersShown(t, ndjson, all)
	lettersAsked(t, ndjson, all)

	n.removeLetter(t, letters[0].ID)
	n.followed(t, f, "after a letter was removed", members)
	if len(lettersHeld(t)) != len(all)-1 {
		t.Errorf("the index holds %d letters, want one less than %d", len(lettersHeld(t)), len(all))
	}

	request(t, http.MethodDelete, "/"+elastic.LettersIndex(lettersPrefix), "")
	f.retry("index", "setup")
	n.followed(t, f, "after the index was lost", members)
	out, err = f.suqiu.run(t.Context(), "status", "--over", "0s")
	if err != nil || !strings.Contains(out, "死信副本（供 Kibana 查询）落后 0 条") {
		t.Errorf("status: got %q, %v", out, err)
	}
	for _, m := range members {
		m.watch()
		m.stop()
	}
}

// produceBroken writes calls without the time where it is looked for, without an id, and broken ones, each a quarter, and
// orders that are right.
func (n *oneNode) produceBroken(t *testing.T, f *feed, round, each int) {
	t.Helper()
	var calls, orders strings.Builder
	orders.WriteString("工单编号,受理时间,诉求内容\n")
	for i := range each {
		id := fmt.Sprintf("L-%d-%d", round, i)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&calls, `{"id":%q,"hotline":"95598","rang":"2026-07-02T20:47:11+08:00","text":"家里电压低"}`+"\n", id)
		case 1:
			fmt.Fprintf(&calls, `{"hotline":"95598","received":"2026-07-02T20:47:11+08:00","text":"家里没电"}`+"\n")
		case 2:
			fmt.Fprintf(&calls, `{"id":%q,"text":`+"\n", id)
		default:
			fmt.Fprintf(&orders, "%s,2026-07-03 07:03,小区停电\n", id)
		}
	}
	jsonl, csv := filepath.Join(f.dir, "calls.jsonl"), filepath.Join(f.dir, "orders.csv")
	if err := errors.Join(os.WriteFile(jsonl, []byte(calls.String()), 0o600), os.WriteFile(csv, []byte(orders.String()), 0o600)); err != nil {
		t.Fatal(err)
	}
	for topic, name := range map[string]string{"letters.calls": jsonl, "letters.orders": csv} {
		if out, err := f.suqiu.run(t.Context(), "produce", topic, name, "--hotline", "12345"); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
	}
}

// removeLetter takes a letter out of the topic.
func (n *oneNode) removeLetter(t *testing.T, id string) {
	t.Helper()
	w := &kafka.Writer{Addr: kafka.TCP(n.broker.Address()), Topic: lettersDead, Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond}
	if err := errors.Join(w.WriteMessages(t.Context(), kafka.Message{Key: []byte(id)}), w.Close()); err != nil {
		t.Fatal(err)
	}
}

// lettersHeld reads all letters of the index, by id.
func lettersHeld(t *testing.T) map[string]map[string]any {
	t.Helper()
	name := "/" + elastic.LettersIndex(lettersPrefix)
	request(t, http.MethodPost, name+"/_refresh", "")
	var answer struct {
		Hits struct {
			Hits []struct {
				Source map[string]any `json:"_source"`
			}
		}
	}
	text := request(t, http.MethodPost, name+"/_search", `{"size":10000,"query":{"exists":{"field":"id"}}}`)
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	held := map[string]map[string]any{}
	for _, hit := range answer.Hits.Hits {
		held[hit.Source["id"].(string)] = hit.Source
	}
	return held
}

// lettersHotline is the hotline of each source.
var lettersHotline = map[string]hotline.Hotline{"calls": hotline.Hotline95598, "orders": hotline.Hotline12345}

// milliseconds writes a time as the index does.
func milliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// lettersWanted is what the index must hold of letters.
func lettersWanted(letters []ingest.DeadLetter) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, l := range letters {
		want := map[string]any{
			"id": l.ID, "source": l.Source, "hotline": string(lettersHotline[l.Source]), "reason": string(l.Reason), "why": l.Why, "bytes": float64(l.Bytes),
			"topic": l.Origin.Topic, "partition": float64(l.Origin.Partition), "offset": float64(l.Origin.Offset), "at": milliseconds(l.At),
		}
		for name, text := range map[string]string{"place": l.Place, "remedy": l.Hint} {
			if text != "" {
				want[name] = text
			}
		}
		for name, at := range map[string]time.Time{"arrived": l.Arrived, "resolved": l.Resolved} {
			if !at.IsZero() {
				want[name] = milliseconds(at)
			}
		}
		all[l.ID] = want
	}
	return all
}

// followed waits until all is consumed and the index holds exactly what the topic lists.
func (n *oneNode) followed(t *testing.T, f *feed, when string, members []*member) {
	t.Helper()
	until(t, "the stream to be consumed "+when, func() bool {
		for _, m := range members {
			m.watch()
		}
		out, err := f.suqiu.run(t.Context(), "status", "--over", "0s")
		return err == nil && strings.Contains(out, "积压 0 条")
	})
	different := ""
	until(t, "the copies to be as the topic "+when, func() bool {
		held, want := lettersHeld(t), lettersWanted(f.suqiu.deadLetters(t, "--resolved"))
		different = fmt.Sprintf("%d held, %d listed", len(held), len(want))
		return maps.EqualFunc(held, want, maps.Equal[map[string]any, map[string]any])
	})
	t.Logf("%s: %s", when, different)
}

// lettersPeriod is one that all letters are in.
func lettersPeriod() kibanatest.Period {
	return kibanatest.Period{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour), Zone: calendar.Shanghai()}
}

// lettersShown holds the panel of letters by reason and source, and the saved search, against what is counted from the
// topic's letters without any query.
func lettersShown(t *testing.T, ndjson []byte, letters []ingest.DeadLetter) {
	t.Helper()
	unresolved := slices.DeleteFunc(slices.Clone(letters), func(l ingest.DeadLetter) bool { return !l.Resolved.IsZero() })
	want := map[string]float64{}
	for _, n := range ingest.CountDeadLetters(unresolved) {
		want[string(n.Reason)+" "+n.Source] = float64(n.Count)
	}
	panels, err := kibanatest.Panels(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(panels, func(p kibanatest.Panel) bool { return p.ID == lettersPrefix+"-lens-letters" })
	question, err := panels[at].Request(lettersPeriod())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := panels[at].Rows([]byte(ask(t, panels[at].View.Pattern, question)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, row := range rows {
		got[strings.Join(row.Keys, " ")] = row.Values[0]
	}
	if len(got) == 0 || !maps.Equal(got, want) {
		t.Errorf("the panel of letters shows %v, want %v", got, want)
	}
}

// lettersAsked asks all panels, searches and controls about letters, and holds the answers against the letters.
func lettersAsked(t *testing.T, ndjson []byte, letters []ingest.DeadLetter) {
	var records []kibanatest.Record
	for _, fields := range lettersWanted(letters) {
		r := kibanatest.Record{Values: map[string][]string{}}
		for name, value := range fields {
			if number, ok := value.(float64); ok {
				value = strconv.FormatFloat(number, 'f', -1, 64)
			}
			r.Values[name] = []string{value.(string)}
		}
		at, err := time.Parse(time.RFC3339, fields["at"].(string))
		if err != nil {
			t.Fatal(err)
		}
		r.Received = at
		records = append(records, r)
	}
	all := lettersPeriod()
	narrow := all
	narrow.Only = map[string]string{"reason": "time"}
	nothing := all
	nothing.From, nothing.To = all.To, all.To.AddDate(0, 0, 2)
	periods := map[string]kibanatest.Period{"EightWeeks": all, "Reason": narrow, "Nothing": nothing}
	pattern := elastic.LettersIndex(lettersPrefix)
	t.Run("Panels", func(t *testing.T) { kibanaPanels(t, ndjson, pattern, records, periods) })
	t.Run("Searches", func(t *testing.T) { kibanaSearches(t, ndjson, pattern, records, periods) })
	t.Run("Controls", func(t *testing.T) { kibanaControls(t, ndjson, lettersPrefix+"-letters", pattern) })
}
