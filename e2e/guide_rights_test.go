//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"suqiu/e2e/engine"
	"suqiu/index/elastic"
	"suqiu/kibana"
	"suqiu/kibana/kibanatest"
)

// guideRun runs suqiu as the users of the operator's guide, with the rights that it gives them and no others.
type guideRun struct {
	*wrongSetups
	common   string    // of every configuration
	channels string    // likewise
	settings string    // file of the configuration
	old      time.Time // when a contact was received that is not kept
	recent   time.Time // likewise, of the first of the others
}

// guide grants what the operator's guide says and runs every command that needs a server as the user whom the guide names for it.
//
// The roles of Elasticsearch are put in its file of roles, since this build has no index for what _security/role makes.
// It has neither lifecycle policies nor SLM: that manage_ilm is needed, and the guide's lines of _slm, can be seen on a
// full cluster only.
func (w *wrongSetups) guide(t *testing.T) {
	t.Parallel()
	w.guideRun(t)
}

// guideRun runs the commands and returns what they were run with.
func (w *wrongSetups) guideRun(t *testing.T) *guideRun {
	g := &guideRun{wrongSetups: w, settings: w.path("guide.yaml"), old: time.Now().UTC().AddDate(0, 0, -100), recent: time.Now().UTC().Add(-26 * time.Hour), common: fmt.Sprintf(`
areas: [china, jiangdong]
dicts: %s
log: {level: warn}
elasticsearch: {addresses: [%q], replicas: 0, password: %s}
mask: {key_file: %s}
`, w.path("dicts"), w.elastic.URL(), kafkaPass, w.path("keys"))}
	g.channels = "notify: {channels: [{name: bus, kind: kafka, topic: " + guideChannel + "}]}\n"
	w.write(t, "guide.yaml", g.common+g.channels+fmt.Sprintf(`
kafka: {brokers: [%q], ca_file: %s, sasl: scram-sha-256, password: %s}
deadletter: {limit: 1}
`, w.listeners["SECURED"], w.path("good.ca"), kafkaPass), 0o600)
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"ACLs", g.grant}, {"Setup", g.setup}, {"Stream", g.stream}, {"Consumers", g.consumers}, {"Readers", g.readers}, {"Months", g.months},
	} {
		if !t.Run(step.name, step.run) {
			t.FailNow() // the others need what it has not done
		}
	}
	return g
}

// grant runs the lines of the guide as they stand there, but for the address, with Kafka's own kafka-acls.sh.
func (g *guideRun) grant(t *testing.T) {
	g.addUsers(t, "suqiu-setup", "suqiu", "upstream")
	if err := os.Mkdir(g.path("bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := g.nodes[0].WriteTools(g.path("bin")); err != nil {
		t.Fatal(err)
	}
	admin := fmt.Sprintf(`security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";
ssl.truststore.type=PEM
ssl.truststore.location=%s
`, kafkaUser, kafkaPass, g.path("good.ca"))
	g.write(t, "bin/admin.properties", admin, 0o600)
	g.shell(t, guideACLs(t))
}

// shell runs lines of the guide with Kafka's own tools.
func (g *guideRun) shell(t *testing.T, lines string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", regexp.MustCompile(`kafka-1:909\d`).ReplaceAllString(lines, g.listeners["SECURED"]))
	cmd.Dir, cmd.Env = g.path("bin"), append(os.Environ(), "PATH="+g.path("bin")+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", lines, err, out)
	}
}

// as runs a command to its end as a user of Kafka and one of Elasticsearch.
func (g *guideRun) as(t *testing.T, broker, store string, args ...string) *command {
	t.Helper()
	c := g.begin(t.Context(), broker, store, args...)
	<-c.done
	return c
}

func (g *guideRun) begin(ctx context.Context, broker, store string, args ...string) *command {
	return start(ctx, 0, append(args, "--config", g.settings, "--set", "kafka.username="+broker, "--set", "elasticsearch.username="+store)...)
}

// works runs a command that must end well, and returns what it printed.
func (g *guideRun) works(t *testing.T, broker, store string, args ...string) string {
	t.Helper()
	c := g.as(t, broker, store, args...)
	if c.code != 0 {
		t.Errorf("suqiu %s as %s and %s: code %d\n%s", strings.Join(args, " "), broker, store, c.code, c.text())
	}
	return c.text()
}

// refused runs a command that must fail and say what is lacking.
func (g *guideRun) refused(t *testing.T, says, broker, store string, args ...string) {
	t.Helper()
	if c := g.as(t, broker, store, args...); c.code == 0 || !strings.Contains(c.text(), says) {
		t.Errorf("suqiu %s as %s and %s: got code %d, want a failure that says %q\n%s", strings.Join(args, " "), broker, store, c.code, says, c.text())
	}
}

// setup makes topics and indices, and alters topics that are there. The consumers may not.
func (g *guideRun) setup(t *testing.T) {
	g.refused(t, "the user needs monitor on the cluster", "suqiu", "suqiu", "index", "setup")
	g.refused(t, "give the user the right Create on topic "+guideTopic, "suqiu", "suqiu", "kafka", "setup")
	for _, c := range []struct{ args, says string }{
		{"kafka setup --partitions 1 --dry-run", "将建立 " + guideTopic},
		{"kafka setup --partitions 1", "已建立 " + guideTopic},
		{"kafka setup --partitions 2 --retention-days 7", "已改动 " + guideTopic},
		{"index setup --dry-run", "尚未建立"},
		{"index setup", "索引已就绪"},
		{"index setup", "索引已就绪"},
	} {
		if out := g.works(t, "suqiu-setup", "suqiu-setup", strings.Fields(c.args)...); !strings.Contains(out, c.says) {
			t.Errorf("suqiu %s says\n%s\nwant %q in it", c.args, out, c.says)
		}
	}
}

// stream sends contacts through serve, one of them too old to be kept; what was read, is copied and readied is told by status.
func (g *guideRun) stream(t *testing.T) {
	recent := g.recent
	g.write(t, "calls.jsonl", fmt.Sprintf(`{"id":"G-1","hotline":"95598","received":%q,"caller":"13800000000","text":"昨天晚上停电，到现在还没有来电"}
{"id":"G-2","hotline":"95598","received":%q,"caller":"13800000000","text":"还是没有来电，停电一天了"}
{"id":"G-3","hotline":"95598","received":%q,"text":"家里电压低，空调带不动"}
`, recent.Format(time.RFC3339), recent.Add(time.Hour).Format(time.RFC3339), g.old.Format(time.RFC3339)), 0o600)
	g.works(t, "upstream", "none", "produce", guideTopic, g.path("calls.jsonl"))
	port, err := engine.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	listen := fmt.Sprintf("listen=127.0.0.1:%d", port)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	serve := g.begin(ctx, "suqiu", "suqiu", "serve", "--set", listen, "--set", "retention_days=60")
	var status *command
	await(t, serve, "all to be read and copied", func() bool {
		status = g.as(t, "suqiu", "suqiu", "status", "--over", "0s", "--set", listen)
		return strings.Contains(status.text(), "积压 0 条") && strings.Contains(status.text(), "死信 1 件") && strings.Contains(status.text(), "落后 0 条\n")
	})
	g.works(t, "suqiu", "suqiu", "status", "--ready", "--set", listen)
	cancel()
	<-serve.done
	if serve.code != 0 || !strings.Contains(status.text(), "的消费者：正常") {
		t.Errorf("serve ends with %d\n%s\nstatus says\n%s", serve.code, serve.text(), status.text())
	}
}

// consumers runs what is done with the rights of the consumers.
func (g *guideRun) consumers(t *testing.T) {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	now := time.Now()
	g.write(t, "file.jsonl", fmt.Sprintf(`{"id":"G-4","hotline":"95598","received":%q,"text":"充电桩报装一直没有答复"}`+"\n", now.Add(-time.Hour).Format(time.RFC3339)), 0o600)
	g.write(t, "people.csv", "工号,姓名\nJ1,张三\n", 0o600)
	doctor := g.works(t, "suqiu", "suqiu", "doctor")
	if strings.Contains(doctor, "缺权限") || strings.Contains(doctor, "没有检查") {
		t.Errorf("doctor misses rights:\n%s", doctor)
	}
	letter := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(g.works(t, "suqiu", "suqiu", "deadletter", "list", "--format", "json"))
	if letter == nil {
		t.Fatal("there is no dead letter")
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"audit"}, guideTopic},
		{[]string{"deadletter", "show", letter[1]}, `"reason": "time"`},
		{[]string{"deadletter", "replay", "--dry-run"}, "将重新处理 1 件"},
		{[]string{"deadletter", "replay"}, "入库 1"},
		{[]string{"reclassify", "--from", day(g.old)}, "范围内"},
		{[]string{"reclassify", "--from-kafka", "--dry-run"}, "将重读 3 个位点"},
		{[]string{"reclassify", "--from-kafka"}, "重读 3 个位点"},
		{[]string{"ingest", g.path("file.jsonl"), "--source", "95598"}, "入库 1"},
		{[]string{"correct", "95598:G-1", "--add", "bill.high", "--by", "张三"}, "已保存"},
		{[]string{"correct", "apply"}, "都已生效"},
		{[]string{"coverage", "add", "--source", "95598", "--from", day(now.AddDate(0, 0, -30)), "--to", day(now)}, ""},
		{[]string{"owner", "import", "people", g.path("people.csv"), "--apply"}, "已写入"},
		{[]string{"notify", "silence", "--label", "outage", "--for", "24h", "--by", "李四", "--why", "演练"}, "生效"},
		{[]string{"notify", "test", "bus"}, "通道 bus：已发送"},
		{[]string{"notify", "send"}, "发送 0 条"},
		{[]string{"watch", "--once"}, ""},
		{[]string{"audit"}, guideTopic},
	} {
		if out := g.works(t, "suqiu", "suqiu", c.args...); !strings.Contains(out, c.says) {
			t.Errorf("suqiu %s says\n%s\nwant %q in it", strings.Join(c.args, " "), out, c.says)
		}
	}
}

// readers runs what those do who only read, and what Kibana asks for them.
func (g *guideRun) readers(t *testing.T) {
	now := time.Now()
	today, before := now.Format(time.DateOnly), now.AddDate(0, 0, -7).Format(time.DateOnly)
	for _, c := range []struct{ args, says string }{
		{"search 停电", "95598:G-1"},
		{"search --limit 0", "共 4 件"},
		{"explain --id 95598:G-1", "outage"},
		{"repeats", "共 1 组"},
		{"correct list", "共 1 条"},
		{"correct export", "95598:G-1"},
		{"coverage list", "95598"},
		{"report weekly --to " + today, "受理诉求"},
		{"backtest --from " + before + " --to " + today, "个问题"},
		{"emerging --from " + before + " --to " + today + " --background 120d", "新话题"},
		{"incident list", "个问题"},
		{"owner list", "工号"},
		{"notify list", ""},
	} {
		if out := g.works(t, "none", "suqiu-reader", strings.Fields(c.args)...); !strings.Contains(out, c.says) {
			t.Errorf("suqiu %s says\n%s\nwant %q in it", c.args, out, c.says)
		}
	}
	g.works(t, "suqiu", "suqiu-reader", "status", "--over", "0s")
	g.works(t, "suqiu", "suqiu-reader", "audit")
	g.refused(t, "the user needs monitor on the cluster and read, write", "none", "suqiu-reader", "correct", "95598:G-2", "--add", "bill.high", "--by", "张三")
	g.refused(t, "the user needs monitor on the cluster and read, write", "none", "suqiu-letters-reader", "search")
	calls, letters := elastic.Pattern("suqiu"), "suqiu-letters"
	if asked := g.panels(t); asked[calls] == 0 || asked[letters] == 0 {
		t.Errorf("panels asked for by pattern: %v", asked)
	}
	for _, c := range []struct {
		user, pattern string
		sees          bool
	}{
		{"suqiu-reader", calls, true}, {"suqiu-reader", letters, true}, {"suqiu-reader", "setups-*", false},
		{"suqiu-letters-reader", letters, true}, {"suqiu-letters-reader", calls, false},
	} {
		code, text := g.question(t, c.user, http.MethodGet, "/"+c.pattern+"/_field_caps?fields=*", "")
		if sees := !strings.Contains(text, `"fields":{}`); code != http.StatusOK || sees != c.sees {
			t.Errorf("the fields of %s for %s: %d: %s", c.pattern, c.user, code, text)
		}
	}
}

// panels asks for each panel what Kibana asks, as a reader, and counts them by pattern.
func (g *guideRun) panels(t *testing.T) map[string]int {
	t.Helper()
	ndjson, err := kibana.Export(kibana.Options{Prefix: "suqiu"})
	if err != nil {
		t.Fatal(err)
	}
	panels, err := kibanatest.Panels(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for i := range panels {
		request, err := panels[i].Request(kibanatest.Period{From: g.old, To: time.Now(), Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		pattern := panels[i].View.Pattern
		if code, text := g.question(t, "suqiu-reader", http.MethodPost, "/"+pattern+"/_search", string(body)); code != http.StatusOK {
			t.Errorf("panel %s: %d: %s", panels[i].ID, code, text)
		}
		asked[pattern]++
	}
	return asked
}

// question asks Elasticsearch as a user.
func (g *guideRun) question(t *testing.T, user, method, path, body string) (code int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.elastic.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(user, kafkaPass)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// months makes a month anew and drops one.
func (g *guideRun) months(t *testing.T) {
	month := g.old.Format("2006.01")
	if out := g.works(t, "none", "suqiu-migrate", "index", "migrate", "--month", month); !strings.Contains(out, "已重建：复制 1 件") {
		t.Errorf("migrate says\n%s", out)
	}
	g.works(t, "none", "suqiu-migrate", "index", "migrate", "--dry-run")
	next := time.Date(g.old.Year(), g.old.Month()+1, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	drop := []string{"index", "drop", "--before", next, "--set", "retention_days=60"}
	g.refused(t, "granted by the index privileges", "none", "suqiu-setup", drop...)
	if out := g.works(t, "none", "suqiu-migrate", drop...); !strings.Contains(out, "已删除 "+g.old.Format("2006-01")) {
		t.Errorf("drop says\n%s", out)
	}
}
