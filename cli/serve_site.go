package cli

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"suqiu/ingest"
)

// site answers over HTTP from the start on. A process that waits for Elasticsearch or Kafka before it can begin is alive, and must not be
// restarted for it; it is not ready, and says what it waits for. Once it has begun, the pages are those of open.
type site struct {
	group    string
	starting http.Handler
	waits    atomic.Pointer[string] // what it waits for; nil: nothing that is known
	begun    atomic.Pointer[http.Handler]
}

func newSite(group string) *site {
	t := &site{group: group}
	registry := prometheus.NewRegistry()
	registry.MustRegister(buildInfo(), memberGauge(func() bool { return false }), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /livez", probe(func() error { return nil }))
	mux.Handle("GET /readyz", probe(t.unready))
	mux.Handle("GET /status", statusPage(func() ingest.Status {
		why := t.unready().Error()
		return ingest.Status{Group: t.group, Membership: ingest.Report{Phase: ingest.PhaseWaiting, Why: why}, Problem: why}
	}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.starting = mux
	return t
}

// ServeHTTP implements http.Handler.
func (t *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if pages := t.begun.Load(); pages != nil {
		(*pages).ServeHTTP(w, r)
		return
	}
	t.starting.ServeHTTP(w, r)
}

// waiting notes what the process waits for, or that it no longer does.
func (t *site) waiting(err error) {
	if err == nil {
		t.waits.Store(nil)
		return
	}
	why := err.Error()
	t.waits.Store(&why)
}

func (t *site) open(pages http.Handler) { t.begun.Store(&pages) }

func (t *site) unready() error {
	if why := t.waits.Load(); why != nil {
		return fmt.Errorf("starting: %s", *why)
	}
	return errors.New("starting")
}

// probe answers 200, or 503 with what is wrong.
func probe(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := check(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	}
}

func statusPage(status func() ingest.Status) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = jsonLines(w).Encode(status()) // the asker has gone
	}
}
