package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"suqiu/ingest/decode"
)

// Metrics are the measures of ingestion. Their labels are names of sources, topics, outcomes and reasons: small fixed
// sets without personal data. It is a prometheus.Collector: register it where it is to be shown.
type Metrics struct {
	records   *prometheus.CounterVec
	documents *prometheus.CounterVec
	dead      *prometheus.CounterVec
	unsealed  *prometheus.CounterVec
	share     *prometheus.GaugeVec
	retries   *prometheus.CounterVec
	put       prometheus.Histogram
	batch     prometheus.Histogram
	commits   *prometheus.CounterVec
	rebalance prometheus.Counter
	gap       *prometheus.CounterVec
	lag       *prometheus.GaugeVec
	age       *prometheus.GaugeVec
	position  *prometheus.GaugeVec
	committed *prometheus.GaugeVec
	paused    *prometheus.GaugeVec
	waiting   *prometheus.GaugeVec
	stalled   *prometheus.GaugeVec
}

// NewMetrics returns measures that all stand at zero.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "suqiu", Subsystem: "ingest", Name: name, Help: help}, labels)
	}
	partition := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "suqiu", Subsystem: "ingest", Name: name, Help: help}, []string{"topic", "partition"})
	}
	seconds := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "suqiu", Subsystem: "ingest", Name: name, Help: help,
			Buckets: prometheus.ExponentialBuckets(0.005, 2, 14)})
	}
	return &Metrics{
		records:   counter("records_total", "Records done: stored or buried as dead letters.", "source"),
		documents: counter("documents_total", "Documents by final verdict of the store.", "source", "outcome"),
		dead:      counter("dead_letters_total", "Dead letters written.", "source", "reason"),
		unsealed:  counter("unsealed_total", "Dead letters that went without their payload although there is a key to seal it to.", "source"),
		share: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "suqiu", Subsystem: "ingest", Name: "dead_letter_share",
			Help: "Share of dead letters among the source's latest records, 0 to 1: what deadletter.limit is compared with."}, []string{"source"}),
		retries: counter("retries_total", "Attempts that had to be repeated, by cause.", "cause"),
		put:     seconds("put_seconds", "Time of one attempt to put a batch into the store."),
		batch:   seconds("batch_seconds", "Time from a batch's being read to its being acknowledged."),
		commits: counter("commits_total", "Commits of offsets by outcome: ok, fenced, failed.", "outcome"),
		rebalance: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "suqiu", Subsystem: "ingest", Name: "generations_total",
			Help: "Generations of the consumer group that this process took part in."}),
		gap:       counter("gap_records_total", "Offsets that retention removed before they were read.", "topic"),
		lag:       partition("lag_records", "Records in the log that are not yet acknowledged."),
		age:       partition("lag_seconds", "Time since the record that the worker is at arrived, while there is a lag, else 0."),
		position:  partition("position", "Offset after the last acknowledged record."),
		committed: partition("committed", "Committed offset."),
		paused:    partition("paused", "1 while the partition waits for the operator."),
		waiting:   partition("waiting", "1 while the partition waits for a store or a broker that will come back by itself."),
		stalled:   partition("stalled", "1 while there is a lag and no progress for too long."),
	}
}

func (m *Metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.records, m.documents, m.dead, m.unsealed, m.share, m.retries, m.put, m.batch, m.commits, m.rebalance, m.gap,
		m.lag, m.age, m.position, m.committed, m.paused, m.waiting, m.stalled}
}

// partitions are the gauges that tell of one partition.
func (m *Metrics) partitions() []*prometheus.GaugeVec {
	return []*prometheus.GaugeVec{m.lag, m.age, m.position, m.committed, m.paused, m.waiting, m.stalled}
}

// expect makes the counters of what a consumer may meet stand at zero before it does: Prometheus does not see the
// first step of a counter that comes into being with it, and a source that stays silent from the start would not show.
func (m *Metrics) expect(sources map[string]decode.Source) {
	for topic, source := range sources {
		m.records.WithLabelValues(source.Name)
		m.share.WithLabelValues(source.Name)
		m.unsealed.WithLabelValues(source.Name)
		m.gap.WithLabelValues(topic)
	}
	for _, outcome := range []string{"ok", "fenced", "failed"} {
		m.commits.WithLabelValues(outcome)
	}
	for _, cause := range []string{"unavailable", "setup", "document", "deadletter"} {
		m.retries.WithLabelValues(cause)
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range m.collectors() {
		c.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	for _, c := range m.collectors() {
		c.Collect(ch)
	}
}
