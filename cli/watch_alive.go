package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/ingest"
	"suqiu/remedy"
)

// watchSilent is for how long no watcher has worked: 0 while one holds the lease. known is false where none ever did.
func watchSilent(ctx context.Context, store index.Ledger, now time.Time) (silent time.Duration, known bool, err error) {
	state, err := remedy.State(ctx, remedyLedger{store})
	if err != nil || state.Epoch == 0 {
		return 0, false, err
	}
	return max(0, now.Sub(state.Until)), true, nil
}

// checkWatched fails unless a watcher works, for health checks.
func (s *session) checkWatched(ctx context.Context) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	silent, known, err := watchSilent(ctx, store, s.env.Now())
	switch {
	case err != nil:
		return err
	case !known:
		return cli.Exit("rising problems were never looked for; start suqiu watch", exitCheck)
	case silent > 0:
		return cli.Exit(fmt.Sprintf("nobody has looked for rising problems for %s; start suqiu watch, or see what it says", silent.Round(time.Second)), exitCheck)
	}
	fmt.Fprintln(s.env.Stdout, "有 suqiu watch 在工作")
	return nil
}

// watchMetric tells for how long no watcher has worked; there is no such measure where none ever did.
type watchMetric struct{ silent *prometheus.GaugeVec }

func newWatchMetric() watchMetric {
	return watchMetric{prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "suqiu", Name: "watch_silent_seconds",
		Help: "For how long no suqiu watch has worked; 0 while one does."}, nil)}
}

// watchMetricEvery is how often the ledger is asked.
const watchMetricEvery = 30 * time.Second

// follow keeps the measure until ctx ends. What can't be found out now stays as it was.
func (m watchMetric) follow(ctx context.Context, s *session, store index.Ledger) {
	for {
		silent, known, err := watchSilent(ctx, store, s.env.Now())
		if err == nil && known {
			m.silent.WithLabelValues().Set(silent.Seconds())
		}
		if (ingest.SystemClock{}).Sleep(ctx, watchMetricEvery) != nil {
			return
		}
	}
}
