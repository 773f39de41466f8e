package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"suqiu/calendar"
	"suqiu/classify"
	"suqiu/cli/config"
	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/embedded"
)

// sources makes the decoder's sources of the configured ones, by topic.
func (s *session) sources() (map[string]decode.Source, error) {
	byTopic := map[string]decode.Source{}
	for _, configured := range s.cfg.Sources {
		src, err := newSource(configured, s.zone)
		if err != nil {
			return nil, wrongSetting(err)
		}
		if configured.Topic != "" {
			byTopic[configured.Topic] = src
		}
	}
	return byTopic, nil
}

func newSource(c config.Source, zone *time.Location) (decode.Source, error) {
	if c.Zone != "" {
		own, err := calendar.Zone(c.Zone)
		if err != nil {
			return decode.Source{}, fmt.Errorf("source %s: %w", c.Name, err)
		}
		zone = own
	}
	src := decode.Source{
		Name: c.Name, Hotline: c.Hotline, Format: decode.Format(c.Format), Kind: c.Kind, Zone: zone,
		DefaultArea: c.DefaultArea, ID: decode.From(c.ID), Start: decode.From(c.Start), Columns: c.Columns,
	}
	if err := src.Validate(); err != nil {
		return decode.Source{}, fmt.Errorf("source %s: %w", c.Name, err)
	}
	return src, nil
}

// liveRules is the rule set in force. A reload swaps the whole set: each contact is analysed by one of them as a whole.
type liveRules struct {
	now   atomic.Pointer[classify.RuleSet]
	stale atomic.Bool // the last reload failed, so that a set older than the files is in force
}

// Analyze implements ingest.Analyzer.
func (l *liveRules) Analyze(c *hotline.Call) hotline.Analysis { return l.now.Load().Analyze(c) }

func (l *liveRules) hash() string { return l.now.Load().Hash() }

// loop builds what every way of ingesting shares: the pipeline over the dictionaries in force, the store, and the
// topic of dead letters.
type loop struct {
	*ingest.Loop
	store   index.Store
	cluster ingest.Cluster
	rules   *liveRules
	letters *ingest.DeadLetters
	metrics *ingest.Metrics
}

// openLoop opens the store and the broker, and the loop between them.
func (s *session) openLoop(ctx context.Context, deadShare float64) (*loop, error) {
	store, err := s.store()
	if err != nil {
		return nil, err
	}
	cluster, err := s.cluster()
	if err != nil {
		return nil, err
	}
	for _, warning := range []error{s.openPassword(), s.openStorePassword()} {
		if warning != nil {
			s.log.Warn(warning.Error())
		}
	}
	return s.loop(ctx, store, cluster, deadShare)
}

// loop looks first at all that is on this machine: what is wrong there is told at once, whether or not the store answers.
func (s *session) loop(ctx context.Context, store index.Store, cluster ingest.Cluster, deadShare float64) (*loop, error) {
	l := &loop{store: store, cluster: cluster, rules: &liveRules{}, metrics: ingest.NewMetrics()}
	pipeline, err := s.pipeline(l.rules)
	if err != nil {
		return nil, err
	}
	sealer, err := s.sealer()
	if err != nil {
		return nil, err
	}
	if _, err := s.sources(); err != nil {
		return nil, err
	}
	if _, err := s.rules(); err != nil {
		return nil, wrongSetting(err)
	}
	rules, err := s.registered(ctx, store)
	if err != nil {
		return nil, err
	}
	if err := s.untilAvailable(ctx, func() error { return s.checkClock(ctx, store) }); err != nil {
		return nil, err
	}
	l.rules.now.Store(rules)
	if l.letters, err = ingest.NewDeadLetters(cluster, s.cfg.DeadLetter.Topic, s.log); err != nil {
		return nil, err
	}
	s.onClose(l.letters.Close)
	l.Loop, err = ingest.NewLoop(ingest.LoopConfig{
		Pipeline: pipeline, Store: ownedStore{index.NewCorrector(store), sync.OnceValue(s.ownFolder)}, Sink: l.letters, Sealer: sealer,
		DeadShare: deadShare, Ruleset: l.rules.hash, Log: s.log, Metrics: l.metrics,
	})
	return l, err
}

// sealer seals dead letters for the configured recipient; nil where there is none.
func (s *session) sealer() (*ingest.Sealer, error) {
	recipient := s.cfg.DeadLetter.Recipient
	if recipient == "" {
		return nil, nil
	}
	sealer, err := ingest.NewSealer(strings.NewReader(recipient))
	if err != nil {
		return nil, wrongSetting(hint.With(fmt.Errorf("deadletter.recipient: %w", err), hint.Of(hint.Recipient)))
	}
	return sealer, nil
}

// checkClock refuses to work by a clock that is far from the store's: what is too old to be kept would be judged by it,
// and contacts would become dead letters for no fault of theirs.
func (s *session) checkClock(ctx context.Context, store index.Store) error {
	if cluster, ok := store.(*elastic.Store); ok {
		return cluster.CheckClock(ctx, s.env.Now())
	}
	return nil
}

func (s *session) pipeline(analyzer ingest.Analyzer) (*ingest.Pipeline, error) {
	masker, err := s.masker()
	if err != nil {
		return nil, err
	}
	areas, err := s.areas()
	if err != nil {
		return nil, wrongSetting(err)
	}
	return &ingest.Pipeline{
		Locate: areas, Mask: masker, Analyze: analyzer, Clock: ingest.SystemClock{},
		RetentionStart: s.retentionStart,
	}, nil
}

// retentionStart is the time before which a contact is too old to be kept, or its date can't be right.
func (s *session) retentionStart(now time.Time) time.Time {
	if s.cfg.RetentionDays > 0 {
		return now.AddDate(0, 0, -s.cfg.RetentionDays)
	}
	return time.Date(2000, time.January, 1, 0, 0, 0, 0, s.zone)
}

// embeddedCluster runs the broker of the data folder, or connects to that of another process and takes its place when
// that ends before this session does.
func (s *session) embeddedCluster() (ingest.Cluster, error) {
	topics := slices.Concat(s.cfg.Topics(), s.cfg.IncidentTopics(), []string{s.cfg.DeadLetter.Topic})
	keeper, err := embedded.Keep(s.cfg.Data, embedded.Options{Topics: topics}, s.log)
	if err != nil {
		return ingest.Cluster{}, err
	}
	s.onClose(keeper.Close)
	return ingest.Cluster{Brokers: []string{keeper.Addr()}}, nil
}

// ledger is the store's ledger in the form that ingest uses.
type ledger struct{ index.Ledger }

// Get implements ingest.Ledger.
func (l ledger) Get(ctx context.Context, key string) ([]byte, int64, error) {
	record, err := l.GetRecord(ctx, key)
	if errors.Is(err, index.ErrNotFound) {
		return nil, 0, nil
	}
	return record.Value, record.Rev, err
}

// Put implements ingest.Ledger.
func (l ledger) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	rev, err := l.PutRecord(ctx, key, value, ifRev)
	if errors.Is(err, index.ErrConflict) {
		return 0, ingest.ErrLedgerConflict
	}
	return rev, err
}
