package ingest

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// progress is how far a partition's worker has come, for status and readiness.
type progress struct {
	clock Clock

	mu        sync.Mutex
	position  int64 // after the last acknowledged record
	committed int64 // -1: nothing yet
	high      int64 // the log's end, as last seen
	moved     time.Time
	at        time.Time // arrival of the oldest record in hand, or else of the last acknowledged one
}

// progressReport is progress at one moment.
type progressReport struct {
	position, committed, high, lag int64
	age                            time.Duration // of the record that the worker is at, while there is a lag
	idle                           time.Duration // since the position last moved, or there last was nothing to do
}

func newProgress(clock Clock, assigned int64) *progress {
	return &progress{clock: clock, position: assigned, committed: max(assigned, -1), moved: clock.Now()}
}

func (p *progress) begin(position int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.position = position
	p.high = max(p.high, position)
}

// advance notes that all before position is done; arrived is that of the last record, zero if there was none.
func (p *progress) advance(position int64, arrived time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if position != p.position {
		p.position, p.moved = position, p.clock.Now()
	}
	if !arrived.IsZero() {
		p.at = arrived
	}
}

// hold notes when the first record of the batch in hand arrived.
func (p *progress) hold(arrived time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = arrived
}

func (p *progress) see(high int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.high = high
}

func (p *progress) commit(next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.committed = next
}

func (p *progress) report(now time.Time) progressReport {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := progressReport{position: p.position, committed: p.committed, high: p.high, lag: max(0, p.high-max(p.position, 0))}
	if r.lag == 0 {
		p.moved = now // the time without progress begins when there is something to do
	}
	r.idle = now.Sub(p.moved)
	if r.lag > 0 && !p.at.IsZero() {
		r.age = max(0, now.Sub(p.at))
	}
	return r
}

// Status is what a consumer is doing, for suqiu status.
type Status struct {
	Group      string            `json:"group"`
	Generation int32             `json:"generation"` // 0 outside the group
	Membership Report            `json:"membership"`
	Partitions []PartitionStatus `json:"partitions"`
	Problem    string            `json:"problem,omitempty"` // why it is not ready
	Letters    *Status           `json:"letters,omitempty"` // of the mirror of dead letters beside it, which readiness does not depend on
}

// PartitionStatus is what the worker of one partition is doing.
type PartitionStatus struct {
	Topic     string  `json:"topic"`
	Partition int     `json:"partition"`
	Source    string  `json:"source"`
	Position  int64   `json:"position"`  // offset after the last acknowledged record
	Committed int64   `json:"committed"` // -1: nothing yet
	End       int64   `json:"end"`       // of the log
	Lag       int64   `json:"lag"`
	Age       float64 `json:"age"`  // seconds since the record that the worker is at arrived, while there is a lag
	Idle      float64 `json:"idle"` // seconds without progress, while there is a lag
	Report
}

// Status tells what the consumer is doing now.
func (c *Consumer) Status() Status {
	generation, workers := c.snapshot()
	s := Status{Group: c.cfg.Group, Generation: generation, Membership: c.group.Report(), Partitions: make([]PartitionStatus, 0, len(workers))}
	now := c.clock.Now()
	for _, w := range workers {
		p := w.progress.report(now)
		s.Partitions = append(s.Partitions, PartitionStatus{
			Topic: w.id.topic, Partition: w.id.id, Source: w.source.Name,
			Position: p.position, Committed: p.committed, End: p.high, Lag: p.lag,
			Age: p.age.Seconds(), Idle: p.idle.Seconds(), Report: w.state.Report(),
		})
	}
	if err := c.unready(s); err != nil {
		s.Problem = err.Error()
	}
	return s
}

// Ready returns nil while the consumer does its work, and else everything that keeps it from it: it is not in the
// group, a partition is paused, or has a lag and has not moved for too long.
func (c *Consumer) Ready() error { return c.unready(c.Status()) }

func (c *Consumer) unready(s Status) error {
	if s.Membership.Phase != PhaseRunning {
		return problem("group "+s.Group, s.Membership)
	}
	var problems []error
	for _, p := range s.Partitions {
		name := fmt.Sprintf("%s/%d", p.Topic, p.Partition)
		switch {
		case p.Phase == PhasePaused:
			problems = append(problems, problem(name, p.Report))
		case c.stalled(p):
			why := p.Why
			if why == "" {
				why = "no progress"
			}
			problems = append(problems, fmt.Errorf("%s: %d records behind and nothing done for %.0f s: %s", name, p.Lag, p.Idle, why))
		}
	}
	return errors.Join(problems...)
}

func (c *Consumer) stalled(p PartitionStatus) bool {
	return p.Lag > 0 && p.Idle > c.cfg.StallAfter.Seconds()
}

// wedged is how many times longer than StallAfter a worker may stand still, without waiting for anything it knows of,
// before a restart is likely to help.
const wedged = 10

// Live returns nil unless a worker hangs in a way that only a restart can mend. Waiting for a store or a broker and
// pauses are no such reason.
func (c *Consumer) Live() error {
	for _, p := range c.Status().Partitions {
		if p.Phase == PhaseRunning && p.Lag > 0 && p.Idle > wedged*c.cfg.StallAfter.Seconds() {
			return fmt.Errorf("%s/%d: hangs at offset %d for %.0f s", p.Topic, p.Partition, p.Position, p.Idle)
		}
	}
	return nil
}

func problem(who string, r Report) error {
	if r.Hint == "" {
		return fmt.Errorf("%s: %s: %s", who, r.Phase, r.Why)
	}
	return fmt.Errorf("%s: %s: %s (%s)", who, r.Phase, r.Why, r.Hint)
}
