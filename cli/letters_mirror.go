package cli

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest"
)

// mirror follows the dead letters of a consumer into Elasticsearch, where Kibana finds them; nil in embedded mode, whose
// topic of dead letters is at hand.
func (s *session) mirror(l *loop) (*mirror, error) {
	store, ok := l.store.(*elastic.Store)
	if !ok {
		return nil, nil
	}
	hotlines := map[string]hotline.Hotline{}
	for _, h := range hotline.Hotlines { // files are read under the name of their hotline, unless a source is named
		hotlines[string(h)] = h
	}
	for _, source := range s.cfg.Sources {
		hotlines[source.Name] = source.Hotline
	}
	m := &mirror{metrics: ingest.NewMirrorMetrics()}
	var err error
	m.Mirror, err = ingest.NewMirror(ingest.MirrorConfig{
		Cluster: l.cluster, Group: s.cfg.Kafka.Group, Topic: s.cfg.DeadLetter.Topic, Hotlines: hotlines, Copies: store,
		Session: s.cfg.Kafka.Session, Log: s.log, Metrics: m.metrics,
	})
	return m, err
}

// mirror is the mirror of a running process.
type mirror struct {
	*ingest.Mirror
	metrics *ingest.MirrorMetrics
}

// run follows the letters until ctx ends. Whatever happens to it, the consumer of contacts goes on.
func (m *mirror) run(ctx context.Context, s *session) {
	if err := m.Run(ctx); err != nil {
		s.log.Error("dead letters are not copied for Kibana; they are in their topic", "err", err)
	}
}

// collectors are the measures of the mirror.
func (m *mirror) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.metrics, flagGauge("letters_mirror_member", "1 while this process is a member of the group that copies dead letters.", func() bool {
		return m.Status().Membership.Phase == ingest.PhaseRunning
	})}
}

// mirrorReport is what suqiu status tells of the copies of dead letters.
type mirrorReport struct {
	Lag     int64  `json:"lag"`
	Problem string `json:"problem,omitempty"`
}

// askMirror asks Kafka how far the copies are behind the topic, and nil in embedded mode.
func (s *session) askMirror(ctx context.Context, cluster ingest.Cluster) *mirrorReport {
	if s.cfg.Embedded {
		return nil
	}
	lag, err := ingest.MirrorLag(ctx, cluster, s.cfg.Kafka.Group, s.cfg.DeadLetter.Topic)
	r := &mirrorReport{Lag: lag}
	if err != nil {
		r.Problem = err.Error()
	}
	return r
}

// show prints the report, with what the running process says of its mirror.
func (r *mirrorReport) show(s *session, consumer *ingest.Status) {
	if consumer != nil && consumer.Letters != nil && consumer.Letters.Problem != "" {
		r.Problem = consumer.Letters.Problem
	}
	fmt.Fprintf(s.env.Stdout, "死信副本（供 Kibana 查询）落后 %d 条", r.Lag)
	if r.Problem != "" {
		fmt.Fprintf(s.env.Stdout, "：%s", r.Problem)
	}
	fmt.Fprintln(s.env.Stdout)
}

// examineMirror asks whether the copies of dead letters can follow their topic. That they are behind is no fault: no
// consumer may be running.
func (s *session) examineMirror(ctx context.Context, cluster ingest.Cluster) (string, error) {
	if s.cfg.Embedded {
		return "", nil
	}
	lag, err := ingest.ExamineMirror(ctx, cluster, s.cfg.Kafka.Group, s.cfg.DeadLetter.Topic, s.env.Now())
	if err != nil {
		return "", fmt.Errorf("copy dead letters for Kibana: %w", err)
	}
	return fmt.Sprintf("，死信副本落后 %d 条", lag), nil
}
