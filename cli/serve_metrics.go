package cli

import (
	"github.com/prometheus/client_golang/prometheus"

	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/ingest"
)

// processMetrics are the measures of the process itself, beside those of ingestion: which build and which rules it
// works with, and whether it belongs to the consumer group.
func processMetrics(consumer *ingest.Consumer, rules *liveRules) []prometheus.Collector {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "suqiu", Name: name, Help: help}, value)
	}
	return []prometheus.Collector{
		buildInfo(),
		memberGauge(func() bool { return consumer.Status().Membership.Phase == ingest.PhaseRunning }),
		gauge("rules_revision", "Revision of the rule set in force.", func() float64 { return float64(rules.now.Load().Revision()) }),
		flagGauge("rules_stale", "1 while the set in force is older than the files, because the last reload failed.", rules.stale.Load),
	}
}

func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "suqiu", Name: "build_info", Help: "1; the label names the build.",
		ConstLabels: prometheus.Labels{"version": version}}, func() float64 { return 1 })
}

func memberGauge(is func() bool) prometheus.Collector {
	return flagGauge("ingest_member", "1 while this process is a member of the consumer group.", is)
}

// startMetrics tell what a process waits for before it can begin; once it has begun, phase is empty.
func startMetrics(phase func() ingest.Phase) []prometheus.Collector {
	return []prometheus.Collector{
		flagGauge("start_waiting", "1 while this process waits before it can begin, for what comes back by itself.",
			func() bool { return phase() == ingest.PhaseWaiting }),
		flagGauge("start_paused", "1 while this process can't begin until the operator acts.",
			func() bool { return phase() == ingest.PhasePaused }),
	}
}

// flagGauge is a measure that is 1 while something is so, and else 0.
func flagGauge(name, help string, is func() bool) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "suqiu", Name: name, Help: help}, func() float64 {
		if is() {
			return 1
		}
		return 0
	})
}

// paceMetrics tell how much is written to Elasticsearch at once.
func paceMetrics(store index.Store) []prometheus.Collector {
	cluster, ok := store.(*elastic.Store)
	if !ok {
		return nil
	}
	gauge := func(name, help string, value func(elastic.Pace) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "suqiu", Subsystem: "elasticsearch", Name: name, Help: help},
			func() float64 { return float64(value(cluster.Pace())) })
	}
	return []prometheus.Collector{
		gauge("bulk_documents", "Documents a bulk request may have, adapted to how fast it is answered.", func(p elastic.Pace) int { return p.Size }),
		gauge("bulk_slots", "Bulk requests that may be under way at once, adapted likewise.", func(p elastic.Pace) int { return p.Slots }),
		gauge("bulk_active", "Bulk requests under way.", func(p elastic.Pace) int { return p.Active }),
	}
}
