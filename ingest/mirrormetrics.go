package ingest

import "github.com/prometheus/client_golang/prometheus"

// MirrorMetrics are the measures of a mirror. It is a prometheus.Collector.
type MirrorMetrics struct {
	*groupMetrics
	copied *prometheus.CounterVec
}

// NewMirrorMetrics returns measures that all stand at zero.
func NewMirrorMetrics() *MirrorMetrics {
	const subsystem = "letters_mirror"
	return &MirrorMetrics{
		groupMetrics: newGroupMetrics(subsystem),
		copied:       newCounters(subsystem, "letters_total", "Dead letters by what became of their copy: stored, removed, superseded, refused, late, unreadable.", "outcome"),
	}
}

// expect makes the counters stand at zero.
func (m *MirrorMetrics) expect() {
	for _, outcome := range []string{"stored", "removed", "superseded", "refused", "late", "unreadable"} {
		m.copied.WithLabelValues(outcome)
	}
}

func (m *MirrorMetrics) collectors() []prometheus.Collector {
	return append(m.groupMetrics.collectors(), m.copied)
}

// Describe implements prometheus.Collector.
func (m *MirrorMetrics) Describe(ch chan<- *prometheus.Desc) { describe(ch, m.collectors()) }

// Collect implements prometheus.Collector.
func (m *MirrorMetrics) Collect(ch chan<- prometheus.Metric) { collect(ch, m.collectors()) }
