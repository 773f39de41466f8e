package cli

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"suqiu/hotline"
	"suqiu/ingest"
)

// site answers over HTTP from the start on. A process that waits for Elasticsearch or Kafka before it can begin is
// alive, and must not be restarted for it; it is not ready, and says what it waits for. Once it has begun, the pages
// are those of open.
type site struct {
	group    string
	now      func() time.Time
	starting http.Handler
	state    atomic.Pointer[ingest.Report] // what it waits for
	begun    atomic.Pointer[http.Handler]
}

func newSite(group string, now func() time.Time) *site {
	t := &site{group: group, now: now}
	t.state.Store(&ingest.Report{Phase: ingest.PhaseWaiting, Why: "starting", Since: now()})
	registry := prometheus.NewRegistry()
	registry.MustRegister(buildInfo(), memberGauge(func() bool { return false }), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(startMetrics(func() ingest.Phase { return t.state.Load().Phase })...)
	mux := http.NewServeMux()
	mux.Handle("GET /livez", probe(func() error { return nil }))
	mux.Handle("GET /readyz", probe(t.unready))
	mux.Handle("GET /status", statusPage(func() ingest.Status {
		return ingest.Status{Group: t.group, Membership: *t.state.Load(), Partitions: []ingest.PartitionStatus{}, Problem: t.unready().Error()}
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

// waiting notes what the process waits for, or that it no longer does. What the store refuses is a pause: it waits for
// the operator.
func (t *site) waiting(err error) {
	next := ingest.Report{Phase: ingest.PhaseWaiting, Why: "starting", Since: t.state.Load().Since}
	var fault *hotline.Fault
	switch {
	case errors.As(err, &fault):
		next.Why, next.Hint = fmt.Sprintf("starting: %s: %v", fault.Op, fault.Err), fault.Hint.String()
		if fault.Kind == hotline.FaultSetup {
			next.Phase = ingest.PhasePaused
		}
	case err != nil:
		next.Why = "starting: " + err.Error()
	}
	if next.Phase != t.state.Load().Phase {
		next.Since = t.now()
	}
	t.state.Store(&next)
}

func (t *site) open(pages http.Handler) { t.begun.Store(&pages) }

func (t *site) unready() error {
	state := t.state.Load()
	why := state.Why
	if state.Phase == ingest.PhasePaused {
		why = "paused: " + why
	}
	if state.Hint != "" {
		return fmt.Errorf("%s (%s)", why, state.Hint)
	}
	return errors.New(why)
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
