//go:build e2e && unix

package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	engine "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// Prometheus' time runs 60 times as fast as ours: what is scraped twice a second is written down as scraped every 30
// seconds, so that an alert that waits for an hour can be seen firing after a minute. Gauges keep their true values.
const (
	scrapeEvery = 500 * time.Millisecond
	written     = 30 * time.Second
)

// watcher is a Prometheus of one test: it scrapes real processes into a real storage and evaluates the alerts with the
// real rules and engine, once a scrape.
type watcher struct {
	t     *testing.T
	db    *tsdb.DB
	query rules.QueryFunc
	rules []*rules.AlertingRule
	now   time.Time // as written

	mu      sync.Mutex
	targets map[string]map[string]labels.Labels // by address of a process: the series it had at the last scrape
	fired   map[string]bool                     // names of the alerts that have been firing
	metrics map[string]bool                     // names seen
	ticks   int
}

// watch begins to watch the processes at the addresses. It ends with the test.
func watch(t *testing.T, addresses ...string) *watcher {
	t.Helper()
	db, err := tsdb.Open(t.TempDir(), slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{
		t: t, db: db, now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		targets: map[string]map[string]labels.Labels{}, fired: map[string]bool{}, metrics: map[string]bool{},
		query: rules.EngineQueryFunc(engine.NewEngine(engine.EngineOpts{
			MaxSamples: 10_000_000, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: promql(),
		}), db),
	}
	for _, address := range addresses {
		w.targets[address] = nil
	}
	for _, r := range alerts(t) {
		expr, err := promql().ParseExpr(r.Expr)
		if err != nil {
			t.Fatal(err)
		}
		w.rules = append(w.rules, rules.NewAlertingRule(r.Alert, expr, time.Duration(r.For), time.Duration(r.KeepFiringFor),
			labels.FromMap(r.Labels), labels.FromMap(r.Annotations), labels.EmptyLabels(), "", true, slog.New(slog.DiscardHandler)))
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(scrapeEvery)
		defer ticker.Stop()
		for ctx.Err() == nil {
			if err := w.tick(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// tick scrapes every process and evaluates every alert.
func (w *watcher) tick(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(written)
	w.ticks++
	for _, address := range slices.Sorted(maps.Keys(w.targets)) {
		if err := w.scrape(ctx, address); err != nil {
			return err
		}
	}
	external, err := url.Parse("http://prometheus.example.com")
	if err != nil {
		return err
	}
	for _, rule := range w.rules {
		if _, err := rule.Eval(ctx, 0, w.now, w.query, external, 0); err != nil {
			return fmt.Errorf("alert %s: %w", rule.Name(), err)
		}
		if alert := fires(rule); alert != nil && !w.fired[rule.Name()] {
			w.fired[rule.Name()] = true
			w.t.Logf("%s fires after %d scrapes: %s", rule.Name(), w.ticks, alert.Annotations.Get("summary"))
		}
	}
	return nil
}

// fires is an alert of the rule that fires now, or nil. The state of the rule itself is kept by groups only.
func fires(rule *rules.AlertingRule) *rules.Alert {
	for _, alert := range rule.ActiveAlerts() {
		if alert.State == rules.StateFiring {
			return alert
		}
	}
	return nil
}

// scrape writes down what one process exposes, with up, and the marks of series that are gone.
func (w *watcher) scrape(ctx context.Context, address string) error {
	text, failed := fetch(ctx, "http://"+address+"/metrics")
	app := w.db.Appender(ctx)
	at := w.now.UnixMilli()
	up := 1.0
	if failed != nil {
		up = 0
	}
	target := labels.FromStrings("job", "suqiu", "instance", address)
	if _, err := app.Append(0, named(target, "up"), at, up); err != nil {
		return errors.Join(err, app.Rollback())
	}
	seen := map[string]labels.Labels{}
	parser := textparse.NewPromParser(text, labels.NewSymbolTable(), false)
	for failed == nil {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(fmt.Errorf("metrics of %s: %w", address, err), app.Rollback())
		}
		if entry != textparse.EntrySeries {
			continue
		}
		_, _, v := parser.Series()
		var own labels.Labels
		parser.Labels(&own)
		w.metrics[own.Get(labels.MetricName)] = true
		series := named(target, own.Get(labels.MetricName))
		builder := labels.NewBuilder(series)
		own.Range(func(l labels.Label) { builder.Set(l.Name, l.Value) })
		series = builder.Labels()
		seen[series.String()] = series
		if _, err := app.Append(0, series, at, v); err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	for key, series := range w.targets[address] {
		if _, still := seen[key]; !still {
			if _, err := app.Append(0, series, at, math.Float64frombits(value.StaleNaN)); err != nil {
				return errors.Join(err, app.Rollback())
			}
		}
	}
	w.targets[address] = seen
	return app.Commit()
}

func named(target labels.Labels, name string) labels.Labels {
	return labels.NewBuilder(target).Set(labels.MetricName, name).Labels()
}

func fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	return io.ReadAll(response.Body)
}

// firing are the alerts that have been firing since the beginning.
func (w *watcher) firing() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.fired))
}

// scrapes is how often it has scraped.
func (w *watcher) scrapes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ticks
}

// add watches one more process.
func (w *watcher) add(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.targets[address] = nil
}

// value is what an expression gives now.
func (w *watcher) value(expr string) []float64 {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	vector, err := w.query(w.t.Context(), expr, w.now)
	if err != nil {
		w.t.Fatalf("%s: %v", expr, err)
	}
	all := make([]float64, len(vector))
	for i, sample := range vector {
		all[i] = sample.F
	}
	return all
}

// await waits until all these alerts have fired.
func (w *watcher) await(names ...string) {
	w.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); ; {
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(w.firing(), name) })
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s never fired; fired have %s", strings.Join(missing, ", "), strings.Join(w.firing(), ", "))
		}
		time.Sleep(scrapeEvery)
	}
}
