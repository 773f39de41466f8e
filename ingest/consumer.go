package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// GapPolicy says what happens when retention has removed records before they were read.
type GapPolicy string

// The policies for a gap.
const (
	GapStop     GapPolicy = "stop"     // the partition pauses and says so; nothing is passed over unseen
	GapContinue GapPolicy = "continue" // the gap is counted and logged, and reading goes on after it
)

// ConsumerConfig says what a consumer reads. Loop, Cluster and Sources are needed; other zero fields get their default.
type ConsumerConfig struct {
	Loop    *Loop
	Cluster Cluster
	Group   string                   // default "suqiu"
	Sources map[string]decode.Source // by topic

	BatchRecords int           // of one batch, at most; default 500
	BatchBytes   int           // of one batch's payloads, unless one record alone is larger; default 4 MiB
	Linger       time.Duration // longest wait for more records once there is one; default 200 ms
	FetchBytes   int           // asked of the broker at once; default 4 MiB

	CommitEvery   time.Duration // default 2 s
	CommitRecords int           // default 10,000

	SessionTimeout   time.Duration // after which the group gives up on a silent member; default 30 s
	RebalanceTimeout time.Duration // in which members must give up their partitions; default 30 s
	Heartbeat        time.Duration // default 3 s

	OnGap      GapPolicy     // default GapStop
	StallAfter time.Duration // a partition with a lag and no progress for so long is not ready; default 5 min
	ProbeEvery time.Duration // how often the logs' ends are asked for; default 5 s

	// Reached is told how far a source is complete; nil if nobody is. It is called by one member of the group at a time,
	// and may be called again with what it was told before.
	Reached    func(ctx context.Context, source string, reach Reach) error
	ReachEvery time.Duration // default 15 s

	// Places remembers every ReachEvery how far the group has come, so that a gap is seen even when Kafka has forgotten it.
	// Nil: nothing does, and a group whose offsets have expired begins at what the log still holds without a word.
	Places Ledger
}

// Validate reports what is wrong with the configuration.
func (c *ConsumerConfig) Validate() error {
	for _, limit := range []struct {
		name  string
		value time.Duration
	}{
		{"linger", c.Linger}, {"commit_every", c.CommitEvery}, {"session_timeout", c.SessionTimeout},
		{"rebalance_timeout", c.RebalanceTimeout}, {"heartbeat", c.Heartbeat}, {"stall_after", c.StallAfter},
		{"batch_records", time.Duration(c.BatchRecords)}, {"batch_bytes", time.Duration(c.BatchBytes)},
		{"fetch_bytes", time.Duration(c.FetchBytes)}, {"commit_records", time.Duration(c.CommitRecords)},
		{"probe_every", c.ProbeEvery}, {"reach_every", c.ReachEvery},
	} {
		if limit.value < 0 {
			return fmt.Errorf("ingest: %s must not be negative", limit.name)
		}
	}
	switch {
	case c.Loop == nil:
		return errors.New("ingest: a consumer needs a loop")
	case len(c.Sources) == 0:
		return errors.New("ingest: no topic has a source; list them under sources")
	case c.OnGap != "" && c.OnGap != GapStop && c.OnGap != GapContinue:
		return fmt.Errorf("ingest: on_gap is %q, must be stop or continue", c.OnGap)
	case c.Heartbeat > 0 && c.SessionTimeout > 0 && c.Heartbeat*2 > c.SessionTimeout:
		return errors.New("ingest: heartbeat must be less than half of session_timeout")
	}
	return nil
}

func (c ConsumerConfig) withDefaults() ConsumerConfig {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	count := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	def(&c.Linger, 200*time.Millisecond)
	def(&c.CommitEvery, 2*time.Second)
	def(&c.SessionTimeout, 30*time.Second)
	def(&c.RebalanceTimeout, 30*time.Second)
	def(&c.Heartbeat, 3*time.Second)
	def(&c.StallAfter, 5*time.Minute)
	def(&c.ProbeEvery, 5*time.Second)
	def(&c.ReachEvery, 15*time.Second)
	count(&c.BatchRecords, 500)
	count(&c.BatchBytes, 4<<20)
	count(&c.FetchBytes, 4<<20)
	count(&c.CommitRecords, 10_000)
	if c.Group == "" {
		c.Group = "suqiu"
	}
	if c.OnGap == "" {
		c.OnGap = GapStop
	}
	return c
}

// drain is how long a worker may go on with the batch in its hands after its generation has ended: well within the
// time after which the group would do without it.
func (c *ConsumerConfig) drain() time.Duration {
	return min(c.SessionTimeout, c.RebalanceTimeout) / 3
}

// Consumer reads topics as a member of a consumer group and brings every record to its end. It may be run once.
type Consumer struct {
	cfg     ConsumerConfig
	task    task
	broker  *broker
	clock   Clock
	backoff Backoff
	log     *slog.Logger
	metrics *groupMetrics
	topics  []string
	group   *State                // of membership
	beside  func(context.Context) // runs beside the workers of a generation, which ends when it returns; nil: nothing

	mu         sync.Mutex
	generation int32
	workers    []*worker
}

// NewConsumer checks the configuration. It does not connect yet.
func NewConsumer(cfg ConsumerConfig) (*Consumer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	loop := &cfg.Loop.cfg
	c, err := newConsumer(cfg, &Consumer{task: contactsTask{cfg.Loop, cfg.OnGap}, clock: loop.Clock, backoff: loop.Backoff, log: loop.Log, metrics: loop.Metrics.groupMetrics})
	if err == nil {
		loop.Metrics.expect(cfg.Sources)
	}
	return c, err
}

// newConsumer completes a consumer that knows its task and what that works with.
func newConsumer(cfg ConsumerConfig, c *Consumer) (*Consumer, error) {
	broker, err := cfg.Cluster.connect()
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	c.cfg, c.broker = cfg, broker
	c.log = c.log.With("group", cfg.Group)
	c.metrics.expect(cfg.Sources)
	for topic := range cfg.Sources {
		c.topics = append(c.topics, topic)
	}
	slices.Sort(c.topics)
	c.group = NewState(c.clock)
	c.group.waiting("has not joined the group yet", hint.Hint{})
	return c, nil
}

// Run consumes until ctx ends, then finishes the batches in hand, commits, leaves the group and returns nil. Whatever
// else happens it retries; an error means that it could not begin.
func (c *Consumer) Run(ctx context.Context) error {
	defer c.broker.close()
	if !c.awaitTopics(ctx, 0) {
		return nil
	}
	for {
		if err := c.belong(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		c.group.waiting("the consumer group does not answer; it is joined again after a while", hint.Hint{})
		if c.clock.Sleep(ctx, c.cfg.RebalanceTimeout+rand.N(c.cfg.RebalanceTimeout)) != nil {
			return nil
		}
	}
}

// unansweredJoins is how many joins in a row may find no answer before the consumer stays away from the group for a while.
const unansweredJoins = 3

// belong is a member of the group until ctx ends or unansweredJoins are reached. A join is answered when all members have
// joined or the rebalance timeout has passed, and brokers begin that time anew with each member that comes: a few members
// who give up and come back in turn can keep one another from an answer for ever. Who then stays away, for a time of its
// own, lets the others in.
func (c *Consumer) belong(ctx context.Context) error {
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID:                    c.cfg.Group,
		Brokers:               c.broker.brokers,
		Dialer:                c.broker.dialer,
		Topics:                c.topics,
		HeartbeatInterval:     c.cfg.Heartbeat,
		SessionTimeout:        c.cfg.SessionTimeout,
		RebalanceTimeout:      c.cfg.RebalanceTimeout,
		JoinGroupBackoff:      min(time.Second, c.cfg.Heartbeat),
		WatchPartitionChanges: true,
		StartOffset:           kafka.FirstOffset,
	})
	if err != nil {
		return fmt.Errorf("join group %s: %w", c.cfg.Group, err)
	}
	defer func() {
		// Close ends the generation, waits for its workers and leaves the group.
		_ = group.Close()
		c.group.waiting("has left the group", hint.Hint{})
		c.adopt(0, nil)
	}()
	// Next must be called again and again, whatever it says: kafka-go hands on each failure to join and goes on only
	// when it has been taken.
	for failures, unanswered := 0, 0; ; {
		gen, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			c.report(ctx, err, failures)
			failures++
			if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
				unanswered = 0
			} else if unanswered++; unanswered == unansweredJoins {
				return nil
			}
		default:
			failures, unanswered = 0, 0
			c.begin(gen)
			// A topic that is gone ends each generation at once; wait here until it is back.
			if !c.awaitTopics(ctx, gen.ID) {
				return nil
			}
		}
	}
}

// report says why joining failed. Most causes go away: the coordinator is not yet available, a rebalance is under way.
func (c *Consumer) report(ctx context.Context, err error, failures int) {
	if errors.Is(err, kafka.GroupAuthorizationFailed) {
		err = refused(err, hint.Of(hint.GroupRight, "Read", c.cfg.Group))
	}
	do, lasting := setupHint(err)
	if lasting {
		c.group.paused(fmt.Sprintf("join group %s: %v", c.cfg.Group, err), do)
		c.log.Error("can't join the consumer group", "err", err, "hint", do)
		return
	}
	c.group.waiting(fmt.Sprintf("join group %s: %v", c.cfg.Group, err), do)
	level := slog.LevelInfo
	if failures > 3 {
		level = slog.LevelWarn
	}
	c.log.Log(ctx, level, "joining the consumer group, trying again", "err", err)
}

// awaitTopics waits until all topics exist; false means that ctx has ended.
func (c *Consumer) awaitTopics(ctx context.Context, generation int32) bool {
	for attempt := 0; ; attempt++ {
		missing, err := c.broker.missing(ctx, c.topics)
		if err == nil && len(missing) == 0 {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if err != nil {
			if generation > 0 {
				return true // the group itself will find out
			}
			do, _ := setupHint(err)
			c.group.waiting(err.Error(), do)
			c.log.Warn("broker unavailable, trying again", "err", err, "hint", do)
		} else {
			why := "missing topics: " + strings.Join(missing, ", ")
			c.group.paused(why, hint.Of(hint.MissingTopics))
			c.log.Error("topics are missing", "topics", missing, "hint", hint.Of(hint.MissingTopics))
		}
		if c.clock.Sleep(ctx, c.backoff.wait(attempt)) != nil {
			return false
		}
	}
}

// begin starts the workers of a generation. They end with it.
func (c *Consumer) begin(gen *kafka.Generation) {
	c.metrics.rebalance.Inc()
	acks := newAcks(c.cfg.CommitRecords)
	var workers []*worker
	for _, topic := range c.topics {
		source := c.cfg.Sources[topic]
		assigned := gen.Assignments[topic]
		slices.SortFunc(assigned, func(a, b kafka.PartitionAssignment) int { return a.ID - b.ID })
		for _, a := range assigned {
			workers = append(workers, newWorker(c, partitionID{topic, a.ID}, &source, a.Offset, acks))
		}
	}
	c.adopt(gen.ID, workers)
	c.group.running()
	c.log.Info("joined the consumer group", "generation", gen.ID, "partitions", len(workers))
	var running sync.WaitGroup
	for _, w := range workers {
		running.Add(1)
		gen.Start(func(ctx context.Context) {
			defer running.Done()
			w.run(ctx)
		})
	}
	gen.Start(func(ctx context.Context) { c.commit(ctx, gen, acks, &running) })
	gen.Start(c.probe)
	if c.cfg.Reached != nil || c.cfg.Places != nil {
		gen.Start(c.tellReach)
	}
	if c.beside != nil {
		gen.Start(c.beside)
	}
}

// adopt makes workers those whom status tells of, and forgets the gauges of partitions that went to other members.
func (c *Consumer) adopt(generation int32, workers []*worker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation, c.workers = generation, workers
	for _, gauge := range c.metrics.partitions() {
		gauge.Reset()
	}
}

func (c *Consumer) snapshot() (int32, []*worker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation, c.workers
}
