package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"suqiu/ingest/decode"
)

// groupMetrics are the measures of one membership of a consumer group.
type groupMetrics struct {
	retries   *prometheus.CounterVec
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

func newCounters(subsystem, name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "suqiu", Subsystem: subsystem, Name: name, Help: help}, labels)
}

// newGroupMetrics makes measures whose names begin with suqiu and the subsystem.
func newGroupMetrics(subsystem string) *groupMetrics {
	partition := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "suqiu", Subsystem: subsystem, Name: name, Help: help}, []string{"topic", "partition"})
	}
	return &groupMetrics{
		retries: newCounters(subsystem, "retries_total", "Attempts that had to be repeated, by cause.", "cause"),
		commits: newCounters(subsystem, "commits_total", "Commits of offsets by outcome: ok, fenced, failed.", "outcome"),
		rebalance: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "suqiu", Subsystem: subsystem, Name: "generations_total",
			Help: "Generations of the consumer group that this process took part in."}),
		gap:       newCounters(subsystem, "gap_records_total", "Offsets that retention removed before they were read.", "topic"),
		lag:       partition("lag_records", "Records in the log that are not yet acknowledged."),
		age:       partition("lag_seconds", "Time since the record that the worker is at arrived, while there is a lag, else 0."),
		position:  partition("position", "Offset after the last acknowledged record."),
		committed: partition("committed", "Committed offset."),
		paused:    partition("paused", "1 while the partition waits for the operator."),
		waiting:   partition("waiting", "1 while the partition waits for a store or a broker that will come back by itself."),
		stalled:   partition("stalled", "1 while there is a lag and no progress for too long."),
	}
}

func (m *groupMetrics) collectors() []prometheus.Collector {
	all := []prometheus.Collector{m.retries, m.commits, m.rebalance, m.gap}
	for _, gauge := range m.partitions() {
		all = append(all, gauge)
	}
	return all
}

func describe(ch chan<- *prometheus.Desc, all []prometheus.Collector) {
	for _, c := range all {
		c.Describe(ch)
	}
}

func collect(ch chan<- prometheus.Metric, all []prometheus.Collector) {
	for _, c := range all {
		c.Collect(ch)
	}
}

// partitions are the gauges that tell of one partition.
func (m *groupMetrics) partitions() []*prometheus.GaugeVec {
	return []*prometheus.GaugeVec{m.lag, m.age, m.position, m.committed, m.paused, m.waiting, m.stalled}
}

// expect makes counters stand at zero, as Metrics.expect does.
func (m *groupMetrics) expect(sources map[string]decode.Source) {
	for topic := range sources {
		m.gap.WithLabelValues(topic)
	}
	for _, outcome := range []string{"ok", "fenced", "failed"} {
		m.commits.WithLabelValues(outcome)
	}
	for _, cause := range []string{"unavailable", "setup"} {
		m.retries.WithLabelValues(cause)
	}
}
