package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/urfave/cli/v2"
	"golang.org/x/sync/errgroup"

	"suqiu/dicts"
	"suqiu/index"
	"suqiu/ingest"
)

func consumeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "consume",
		Usage: "从 Kafka 消费、分类、入库 · read the hotlines' topics as a member of the consumer group",
		Description: `Runs until SIGINT or SIGTERM, then finishes the batches in hand, commits and leaves the group. SIGHUP reads the rules
again; a set that does not compile is reported and the good one stays. Beside it, dead letters are copied from their topic to
where Kibana finds them (not with --embedded); what goes wrong there does not hold up the contacts.

Example:
   suqiu consume --config /etc/suqiu.yaml`,
		Flags: settingFlags(),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			hangup, stop := hangups()
			defer stop()
			return s.consume(c.Context, hangup, nil)
		}),
	}
}

func serveCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "消费并提供健康检查与指标 · consume, with health and metrics over HTTP",
		Description: `Like consume, and serves on the listen address (127.0.0.1:9598):
   /livez   200 unless only a restart can help
   /readyz  200 while it does its work, else why not; both answer also while it waits for Elasticsearch to begin
   /status  what each partition is doing, as JSON
   /metrics for Prometheus

Example:
   suqiu serve --embedded --set listen=127.0.0.1:9600`,
		Flags:  settingFlags(),
		Action: inSession(env, (*session).serve),
	}
}

func (s *session) serve(c *cli.Context) error {
	if err := errors.Join(s.cfg.NeedStore(), s.cfg.NeedKafka()); err != nil {
		return wrongSetting(err)
	}
	hangup, stop := hangups()
	defer stop()
	listener, err := net.Listen("tcp", s.cfg.Listen) // before anything runs: what can't be watched must not consume
	if err != nil {
		return fmt.Errorf("listen: %w; set another address with --set listen=HOST:PORT", err)
	}
	s.log.Info("serving", "address", listener.Addr().String())
	pages := newSite(s.cfg.Kafka.Group, s.env.Now)
	s.waiting = pages.waiting
	group, ctx := errgroup.WithContext(c.Context)
	group.Go(func() error { return serveHTTP(ctx, listener, pages) })
	group.Go(func() error { return s.consume(ctx, hangup, pages) })
	return group.Wait()
}

// hangups begins to receive SIGHUP, which would end the process otherwise, also while it waits to begin; stop gives it up.
func hangups() (hangup <-chan os.Signal, stop func()) {
	received := make(chan os.Signal, 1)
	signal.Notify(received, syscall.SIGHUP)
	return received, func() { signal.Stop(received) }
}

// consume runs until ctx ends; pages, which may be nil, show what it does. What hangup receives before it has begun is
// heeded then.
func (s *session) consume(ctx context.Context, hangup <-chan os.Signal, pages *site) error {
	s.lasting = true
	loop, err := s.openLoop(ctx, s.cfg.DeadLetter.Limit)
	if ctx.Err() != nil {
		return nil // it was told to end before it had begun
	}
	if err != nil {
		return err
	}
	consumer, err := s.consumer(loop)
	if err != nil {
		return err
	}
	letters, err := s.mirror(loop)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return consumer.Run(ctx) })
	group.Go(func() error { return s.reloadOnHangup(ctx, hangup, loop.rules, loop.store) })
	if letters != nil {
		group.Go(func() error { letters.run(ctx, s); return nil })
	}
	if pages != nil {
		watched := newWatchMetric()
		group.Go(func() error { watched.follow(ctx, s, loop.store); return nil })
		pages.open(s.handler(consumer, letters, loop, watched))
	}
	return group.Wait()
}

func (s *session) consumer(l *loop) (*ingest.Consumer, error) {
	sources, err := s.sources()
	if err != nil {
		return nil, err
	}
	return ingest.NewConsumer(ingest.ConsumerConfig{
		Loop: l.Loop, Cluster: l.cluster, Group: s.cfg.Kafka.Group, Sources: sources,
		BatchRecords: s.cfg.Batch.Records, BatchBytes: s.cfg.Batch.Bytes, Linger: s.cfg.Batch.Linger,
		SessionTimeout: s.cfg.Kafka.Session, RebalanceTimeout: s.cfg.Kafka.Session,
		OnGap: ingest.GapPolicy(s.cfg.Kafka.OnGap), Reached: s.recordReach(l.store), Places: ledger{l.store},
	})
}

// reloadOnHangup swaps the rule set when SIGHUP asks for it; one that can't be used leaves the good one in force.
func (s *session) reloadOnHangup(ctx context.Context, hangup <-chan os.Signal, live *liveRules, store index.Ledger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
			err := s.reload(ctx, live, store)
			live.stale.Store(err != nil)
			if err != nil {
				s.log.Error("the dictionaries were not reloaded; the set before stays in force", "revision", live.now.Load().Revision(), "err", err)
			}
		}
	}
}

func (s *session) reload(ctx context.Context, live *liveRules, store index.Ledger) error {
	current := live.now.Load()
	overlay, err := s.overlay()
	if err != nil {
		return err
	}
	if overlay == nil {
		return errors.New("there is no folder of dictionaries to read again; set dicts")
	}
	next, err := current.Reload(dicts.Embedded(), overlay)
	if err != nil {
		return err
	}
	rev, err := index.RegisterRuleset(ctx, store, next.Hash(), next.Source(), s.env.Now())
	if err != nil {
		return err
	}
	live.now.Store(next.WithRevision(rev))
	s.log.Info("dictionaries reloaded", "revision", rev, "hash", next.Hash())
	return nil
}

func (s *session) handler(consumer *ingest.Consumer, letters *mirror, loop *loop, watched watchMetric) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(processMetrics(consumer, loop.rules)...)
	registry.MustRegister(startMetrics(func() ingest.Phase { return "" })...)
	registry.MustRegister(paceMetrics(loop.store)...)
	registry.MustRegister(watched.silent)
	registry.MustRegister(loop.metrics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if letters != nil {
		registry.MustRegister(letters.collectors()...)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /livez", probe(consumer.Live))
	mux.Handle("GET /readyz", probe(consumer.Ready))
	mux.Handle("GET /status", statusPage(func() ingest.Status {
		status := consumer.Status()
		if letters != nil {
			copies := letters.Status()
			status.Letters = &copies
		}
		return status
	}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// serveHTTP serves until ctx ends, then lets requests in hand finish for a moment.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve http: %w", err)
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return server.Shutdown(grace)
	}
}
