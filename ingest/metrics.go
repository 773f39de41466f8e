package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"suqiu/ingest/decode"
)

// Metrics are the measures of ingestion. Their labels are names of sources, topics, outcomes and reasons: small fixed
// sets without personal data. It is a prometheus.Collector: register it where it is to be shown.
type Metrics struct {
	*groupMetrics
	records   *prometheus.CounterVec
	documents *prometheus.CounterVec
	dead      *prometheus.CounterVec
	unsealed  *prometheus.CounterVec
	share     *prometheus.GaugeVec
	put       prometheus.Histogram
	batch     prometheus.Histogram
}

// NewMetrics returns measures that all stand at zero.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return newCounters("ingest", name, help, labels...)
	}
	seconds := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "suqiu", Subsystem: "ingest", Name: name, Help: help,
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 14)})
	}
	return &Metrics{
		groupMetrics: newGroupMetrics("ingest"),
		records:      counter("records_total", "Records done: stored or buried as dead letters.", "source"),
		documents:    counter("documents_total", "Documents by final verdict of the store.", "source", "outcome"),
		dead:         counter("dead_letters_total", "Dead letters written.", "source", "reason"),
		unsealed:     counter("unsealed_total", "Dead letters that went without their payload although there is a key to seal it to.", "source"),
		share: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "suqiu", Subsystem: "ingest", Name: "dead_letter_share",
			Help: "Share of dead letters among the source's latest records, 0 to 1: what deadletter.limit is compared with."}, []string{"source"}),
		put:   seconds("put_seconds", "Time of one attempt to put a batch into the store."),
		batch: seconds("batch_seconds", "Time from a batch's being read to its being acknowledged."),
	}
}

func (m *Metrics) collectors() []prometheus.Collector {
	return append(m.groupMetrics.collectors(), m.records, m.documents, m.dead, m.unsealed, m.share, m.put, m.batch)
}

// expect makes the counters of what a consumer may meet stand at zero before it does: Prometheus does not see the
// first step of a counter that comes into being with it, and a source that stays silent from the start would not show.
func (m *Metrics) expect(sources map[string]decode.Source) {
	for _, source := range sources {
		m.records.WithLabelValues(source.Name)
		m.share.WithLabelValues(source.Name)
		m.unsealed.WithLabelValues(source.Name)
	}
	for _, cause := range []string{"document", "deadletter"} {
		m.retries.WithLabelValues(cause)
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) { describe(ch, m.collectors()) }

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) { collect(ch, m.collectors()) }
