//go:build e2e && unix

package deploy

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/e2e/engine"
)

// TestE2EAlerts makes real processes fail in each way that there is an alert for, and sees it firing; beside them a
// process that is well, for which nothing fires.
func TestE2EAlerts(t *testing.T) {
	dir, err := os.MkdirTemp("", "suqiu-deploy-") //nolint:usetesting // t.TempDir keeps out the user that the server runs as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	es, err := engine.StartElasticsearch(t.Context(), dir, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(es.Stop)

	var mu sync.Mutex
	fired, metrics := map[string]bool{}, map[string]bool{}
	collect := func(w *watcher) {
		mu.Lock()
		defer mu.Unlock()
		maps.Copy(fired, w.fired)
		maps.Copy(metrics, w.metrics)
	}
	t.Run("while", func(t *testing.T) {
		parallel := func(name string, run func(t *testing.T, store string) *watcher) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				collect(run(t, es.URL()))
			})
		}
		parallel("healthy", healthy)
		parallel("dead_letters", deadLetters)
		parallel("broker", brokerFails)
		parallel("gap", gap)
		parallel("starting", starting)
		parallel("slow", slow)
		parallel("rules", rulesFail)
		parallel("letters", lettersFail)
	})
	// It stops what the others share, so it comes after them.
	t.Run("store_away", func(t *testing.T) { collect(storeAway(t, es.URL(), es)) })

	for _, alert := range alerts(t) {
		if !fired[alert.Alert] {
			t.Errorf("no fault made %s fire", alert.Alert)
		}
		checkMetrics(t, metrics, alert.Expr)
	}
	for _, expr := range expressions(t, loadDashboard(t)) {
		checkMetrics(t, metrics, expr)
	}
}

// checkMetrics fails if an expression reads a metric that no process has shown.
func checkMetrics(t *testing.T, metrics map[string]bool, expr string) {
	t.Helper()
	parsed, err := promql().ParseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	for _, selectors := range parser.ExtractSelectors(parsed) {
		for _, m := range selectors {
			if m.Name == labels.MetricName && m.Value != "up" && m.Value != "ALERTS" && !metrics[m.Value] {
				t.Errorf("%s: no process shows %s", expr, m.Value)
			}
		}
	}
}

// healthy runs for longer than any alert waits and looks back together with it.
func healthy(t *testing.T, store string) *watcher {
	r := newRig(t, store, store)
	p, other := r.serve(), r.serve()
	r.feed(5, 0, topics...)
	awaitReady(t, p, other)
	w := watch(t, p.address, other.address)
	for w.scrapes() < 240 { // two hours as written
		time.Sleep(scrapeEvery)
	}
	if got := w.firing(); len(got) > 0 {
		t.Errorf("firing while all is well: %s", got)
	}
	if got := w.value("sum(suqiu_ingest_records_total)"); len(got) != 1 || got[0] < 500 {
		t.Errorf("it has done %v records, so it was not at work", got)
	}
	return w
}

// deadLetters lets a source tell more and more that can't be read.
func deadLetters(t *testing.T, store string) *watcher {
	r := newRig(t, store, store)
	p := r.serve()
	awaitReady(t, p)
	w := watch(t, p.address)
	broken := func(n int) {
		t.Helper()
		if err := r.write(t.Context(), n, time.Now(), topics[:1], func(string, int) string { return `{"id":` }); err != nil {
			t.Fatal(err)
		}
	}
	broken(30)
	w.await("SuqiuDeadLetters")
	if slices.Contains(w.firing(), "SuqiuPaused") {
		t.Error("paused before the limit")
	}
	broken(30)
	w.await("SuqiuPaused")
	return w
}

// brokerFails lets the broker refuse commits, then go away.
func brokerFails(t *testing.T, store string) *watcher {
	r := newRig(t, store, store)
	p := r.serve()
	awaitReady(t, p)
	w := watch(t, p.address)
	r.broker.Cluster().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.CoordinatorNotAvailable, Count: -1})
	stop := r.feed(5, 0, topics...)
	w.await("SuqiuCommitStalled")
	stop()
	if err := r.broker.Close(); err != nil {
		t.Fatal(err)
	}
	w.await("SuqiuNotInGroup")
	return w
}

// gap removes records before they are read.
func gap(t *testing.T, store string) *watcher {
	r := newRig(t, store, store, "kafka: {on_gap: continue}")
	p := r.serve()
	awaitReady(t, p)
	if err := r.produce(t.Context(), 20, time.Now(), topics...); err != nil {
		t.Fatal(err)
	}
	w := watch(t, p.address)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(scrapeEvery) {
		if got := w.value("sum(suqiu_ingest_committed)"); len(got) == 1 && got[0] >= 60 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("committed: %v", got)
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := r.produce(t.Context(), 20, time.Now(), topics...); err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(r.broker.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.TimeoutMillis = 10_000
	for partition := range int32(2) {
		part := kmsg.NewDeleteRecordsRequestTopicPartition()
		part.Partition, part.Offset = partition, -1 // all there is
		topic := kmsg.NewDeleteRecordsRequestTopic()
		topic.Topic, topic.Partitions = topics[0], append(topic.Partitions, part)
		request.Topics = append(request.Topics, topic)
	}
	response, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range response.Topics {
		for _, p := range topic.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				t.Fatalf("delete the records of %s/%d: %v", topic.Topic, p.Partition, err)
			}
			t.Logf("%s/%d begins at %d", topic.Topic, p.Partition, p.LowWatermark)
		}
	}
	again := r.serve()
	w.add(again.address)
	w.await("SuqiuRetentionGap")
	return w
}

// starting lets a process begin while the Elasticsearch is away, and refuses it then: neither is Kafka's fault.
func starting(t *testing.T, store string) *watcher {
	var status atomic.Int64
	status.Store(http.StatusServiceUnavailable)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(server.Close)
	r := newRig(t, server.URL, store)
	w := watch(t, r.serve().address)
	w.await("SuqiuWaiting")
	status.Store(http.StatusUnauthorized)
	w.await("SuqiuPaused")
	if slices.Contains(w.firing(), "SuqiuNotInGroup") {
		t.Error("the consumer group is named where the index is the cause")
	}
	return w
}

// slow puts four seconds before each write, of records that have waited for two days.
func slow(t *testing.T, store string) *watcher {
	target, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.HasSuffix(request.URL.Path, "/_bulk") {
			time.Sleep(4 * time.Second)
		}
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	r := newRig(t, server.URL, store)
	p := r.serve()
	r.feed(20, 48*time.Hour, topics...)
	awaitReady(t, p)
	w := watch(t, p.address)
	w.await("SuqiuStoreSlow", "SuqiuLagOld")
	return w
}

// lettersFail takes the index of the copies of dead letters away, with its template. The contacts go on.
func lettersFail(t *testing.T, store string) *watcher {
	r := newRig(t, store, store)
	p := r.serve()
	awaitReady(t, p)
	w := watch(t, p.address)
	for _, path := range []string{"/", "/_index_template/"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, store+path+r.prefix+"-letters", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _ = response.Body.Close(); response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", request.URL, response.Status)
		}
	}
	if err := r.write(t.Context(), 5, time.Now(), topics[:1], func(string, int) string { return `{"id":` }); err != nil {
		t.Fatal(err)
	}
	r.feed(5, 0, topics...)
	w.await("SuqiuLettersMirror")
	if slices.Contains(w.firing(), "SuqiuPaused") {
		t.Error("the contacts are paused, too")
	}
	awaitReady(t, p)
	return w
}

// rulesFail runs two processes with different rules, lets one of them read broken ones, a third member come and go, and
// both processes die. Nobody tells them anything meanwhile.
func rulesFail(t *testing.T, store string) *watcher {
	r := newRig(t, store, store)
	own := func(name, rules string) string {
		folder := filepath.Join(r.dir, name, "rules")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "mine.yaml"), []byte(rules))
		return filepath.Dir(folder)
	}
	const rule = "rules:\n  - id: mine.dark\n    label: outage.fault\n    groups:\n      words: %s\n    when: words\n"
	first := r.serve("--dicts", own("first", fmt.Sprintf(rule, "怪怪的")))
	second := r.serve("--dicts", own("second", fmt.Sprintf(rule, "黑漆漆")))
	awaitReady(t, first, second)
	w := watch(t, first.address, second.address)

	// A watcher that looked once, hours ago, and then no more.
	at := time.Now().Add(-3 * time.Hour).Format("2006-01-02T15:04")
	if out, code := suqiu(t, []string{"SUQIU_CONFIG=" + r.config}, "watch", "--once", "--at", at); code != 0 {
		t.Fatalf("watch: %s", out)
	}
	own("first", fmt.Sprintf(rule, "怪怪的("))
	if err := first.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	w.await("SuqiuRulesStale")
	for !slices.Contains(w.firing(), "SuqiuRebalancing") {
		member, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{ID: "suqiu", Brokers: []string{r.broker.Addr()}, Topics: topics})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err = member.Next(ctx)
		cancel()
		if closed := member.Close(); err != nil || closed != nil {
			t.Fatalf("the third member: %v, %v", err, closed)
		}
		time.Sleep(time.Second)
	}
	w.await("SuqiuRulesDiffer", "SuqiuSourceSilent", "SuqiuNoWatcher")
	second.kill()
	w.await("SuqiuDown", "SuqiuFewer")
	if slices.Contains(w.firing(), "SuqiuAllDown") {
		t.Error("all are said to be down, and one is up")
	}
	first.kill()
	w.await("SuqiuAllDown")
	return w
}

// storeAway kills the Elasticsearch while records come in, and starts it again: then all alerts end.
func storeAway(t *testing.T, store string, es *engine.Elasticsearch) *watcher {
	r := newRig(t, store, store)
	p, other := r.serve(), r.serve()
	stop := r.feed(100, 0, topics...)
	awaitReady(t, p, other)
	w := watch(t, p.address, other.address)
	es.Kill()
	w.await("SuqiuWaiting", "SuqiuStalled", "SuqiuLagRising")
	stop()
	if err := es.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(scrapeEvery) {
		var still []string
		w.mu.Lock()
		for _, rule := range w.rules {
			if fires(rule) != nil {
				still = append(still, rule.Name())
			}
		}
		w.mu.Unlock()
		if len(still) == 0 {
			return w
		}
		if time.Now().After(deadline) {
			t.Fatalf("the store is back, and these still fire: %s", still)
		}
	}
}
