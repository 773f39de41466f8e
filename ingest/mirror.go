package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// LetterCopies keeps copies of dead letters where they can be searched. Its errors are the context's,
// hotline.ErrCopiesIncomplete and *hotline.Fault, after which the same call again is harmless.
type LetterCopies interface {
	// ResumeLetters says how far the copies of a partition reach; where there are none, they begin, and reach to first.
	ResumeLetters(ctx context.Context, topic string, partition int, first int64) (hotline.LettersMark, error)
	// ResolvedLetters tells which of some letters are held as resolved, and since when.
	ResolvedLetters(ctx context.Context, ids []string) (map[string]time.Time, error)
	// PutLetters writes and removes copies, each unless one of a higher version is there: one verdict a letter.
	PutLetters(ctx context.Context, letters []hotline.LetterCopy) ([]hotline.Verdict, error)
	// ReachLetters notes that the copies of a partition, which reached as from says, reach to through now. It is
	// hotline.ErrCopiesIncomplete if they did not reach there.
	ReachLetters(ctx context.Context, topic string, partition int, from hotline.LettersMark, through int64) error
}

// MirrorGroup is the consumer group of the mirrors that stand beside the consumers of a group.
func MirrorGroup(group string) string { return group + ".letters" }

// MirrorConfig says what a mirror follows. Cluster, Group and Copies are needed; other zero fields get their default.
type MirrorConfig struct {
	Cluster  Cluster
	Group    string                     // of the consumers beside which it stands; its own is MirrorGroup of that
	Topic    string                     // default DeadLetterTopic
	Hotlines map[string]hotline.Hotline // by source
	Copies   LetterCopies

	PutTimeout  time.Duration // longest wait for one answer of the copies; default 2 min
	Backoff     Backoff       // between attempts while the copies are unavailable
	SetupWait   time.Duration // between attempts while their set-up is wrong; default 30 s
	CommitEvery time.Duration // default 2 s
	Session     time.Duration // after which the group gives up on a silent member; default 30 s
	StallAfter  time.Duration // default 5 min
	CheckEvery  time.Duration // how often it is looked whether the copies are still there; default 30 s
	Clock       Clock
	Log         *slog.Logger
	Metrics     *MirrorMetrics
}

func (c MirrorConfig) withDefaults() MirrorConfig {
	if c.Topic == "" {
		c.Topic = DeadLetterTopic
	}
	if c.PutTimeout == 0 {
		c.PutTimeout = 2 * time.Minute
	}
	if c.SetupWait == 0 {
		c.SetupWait = 30 * time.Second
	}
	if c.CheckEvery == 0 {
		c.CheckEvery = 30 * time.Second
	}
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = NewMirrorMetrics()
	}
	c.Backoff = c.Backoff.withDefaults()
	return c
}

// Mirror follows the topic of dead letters as a member of a consumer group of its own, and keeps a copy of each letter,
// without its payload, where it can be searched. The topic stays the truth: an offset is committed only when all copies
// up to it are stored, the copies themselves tell how far they reach, and copies that were lost are made anew. What
// DeadLetters.List returns and what the copies hold is the same as soon as there is no lag. A mirror shares nothing with
// the consumer of contacts, so that no fault of its own holds that up. It may be run once.
type Mirror struct {
	*Consumer
	cfg      MirrorConfig
	patience patience

	mu    sync.Mutex
	marks map[partitionID]hotline.LettersMark // how far the copies reach, as far as this mirror knows
}

// NewMirror checks the configuration. It does not connect yet.
func NewMirror(cfg MirrorConfig) (*Mirror, error) {
	if cfg.Copies == nil || cfg.Group == "" {
		return nil, errors.New("ingest: a mirror of dead letters needs a group and where to keep the copies")
	}
	cfg = cfg.withDefaults()
	group := MirrorGroup(cfg.Group)
	log := cfg.Log.With("group", group)
	m := &Mirror{cfg: cfg, marks: map[partitionID]hotline.LettersMark{}}
	m.patience = patience{cfg.Clock, cfg.Backoff, cfg.SetupWait, log, cfg.Metrics.retries}
	consumer, err := newConsumer(ConsumerConfig{
		Cluster: cfg.Cluster, Group: group, Sources: map[string]decode.Source{cfg.Topic: {Name: "deadletter"}},
		CommitEvery: cfg.CommitEvery, SessionTimeout: cfg.Session, RebalanceTimeout: cfg.Session, StallAfter: cfg.StallAfter,
	}, &Consumer{task: m, beside: m.check, clock: cfg.Clock, backoff: cfg.Backoff, log: cfg.Log, metrics: cfg.Metrics.groupMetrics})
	if err != nil {
		return nil, err
	}
	m.Consumer = consumer
	cfg.Metrics.expect()
	return m, nil
}

// begin implements task: from where the group has committed, or from where the copies end, if that is before it.
func (m *Mirror) begin(ctx context.Context, w *worker) (int64, error) {
	s, err := w.span(ctx)
	if err != nil {
		return 0, err
	}
	m.forget(w.id)
	var mark hotline.LettersMark
	err = m.insist(ctx, w.state, func(ctx context.Context) (err error) {
		mark, err = m.cfg.Copies.ResumeLetters(ctx, w.id.topic, w.id.id, s.first)
		return err
	})
	if err != nil {
		return 0, err
	}
	m.setMark(w.id, mark)
	if w.assigned < 0 {
		return mark.Through, nil
	}
	if mark.Through < w.assigned {
		w.c.log.Info("copying dead letters again", "partition", w.name(), "from", mark.Through, "committed", w.assigned)
	}
	return min(mark.Through, w.assigned), nil
}

const copiesLost = "the copies of dead letters were removed or taken back, looking where to begin anew"

func (m *Mirror) forget(p partitionID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.marks, p)
}

func (m *Mirror) mark(p partitionID) hotline.LettersMark {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks[p]
}

func (m *Mirror) setMark(p partitionID, mark hotline.LettersMark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.marks[p] = mark
}

func (m *Mirror) ready(*worker) error { return nil }

// finish implements task.
func (m *Mirror) finish(ctx context.Context, w *worker, batch []record) (int, error) {
	n, copies, pause, err := m.copies(ctx, w, batch)
	if err != nil {
		return 0, err
	}
	if n > 0 {
		if err := m.put(ctx, copies, w.state); err != nil {
			return 0, err
		}
		if err := m.reach(ctx, w, batch[n-1].offset+1); err != nil {
			return 0, err
		}
		w.state.running()
	}
	if pause != nil {
		return n, pause
	}
	return n, nil
}

// copies says what a batch changes in the copies: of the first n records, all of them but where a newer build's letter
// makes the partition pause.
func (m *Mirror) copies(ctx context.Context, w *worker, batch []record) (n int, copies []hotline.LetterCopy, pause *Pause, err error) {
	letters := make([]*DeadLetter, len(batch))
	var ids []string
	for n = 0; n < len(batch); n++ {
		r := &batch[n]
		if len(r.value) == 0 {
			continue
		}
		letter, err := ParseDeadLetter(r.value)
		if errors.Is(err, errNewerLetter) {
			pause = &Pause{"partition " + w.name(), fmt.Sprintf("offset %d: %v", r.offset, err), hint.Of(hint.NewerRecord)}
			break
		}
		if err != nil {
			w.c.log.Warn("not a dead letter", "partition", w.name(), "offset", r.offset, "err", err)
			m.cfg.Metrics.copied.WithLabelValues("unreadable").Inc()
			continue
		}
		letters[n] = &letter
		ids = append(ids, letter.ID)
	}
	resolved := map[string]time.Time{}
	if len(ids) > 0 {
		err = m.insist(ctx, w.state, func(ctx context.Context) (err error) {
			resolved, err = m.cfg.Copies.ResolvedLetters(ctx, ids)
			return err
		})
		if err != nil {
			return 0, nil, nil, err
		}
	}
	epoch := m.mark(w.id).Epoch
	for i := range n {
		r, letter := &batch[i], letters[i]
		switch {
		case letter == nil && len(r.value) == 0 && len(r.key) > 0: // a tombstone: someone has removed the letter
			delete(resolved, string(r.key))
			copies = append(copies, hotline.LetterCopy{ID: string(r.key), Epoch: epoch, Position: r.offset, Removed: true})
		case letter == nil:
		case letter.late(resolved[letter.ID]):
			m.cfg.Metrics.copied.WithLabelValues("late").Inc()
		default:
			resolved[letter.ID] = letter.Resolved
			copies = append(copies, m.copyOf(letter, epoch, r.offset))
		}
	}
	return n, copies, pause, nil
}

// copyOf is what is copied of a letter.
func (m *Mirror) copyOf(d *DeadLetter, epoch, position int64) hotline.LetterCopy {
	return hotline.LetterCopy{
		ID: d.ID, Epoch: epoch, Position: position, Source: d.Source, Hotline: m.cfg.Hotlines[d.Source], Origin: d.Origin, Until: d.Until,
		Reason: string(d.Reason), Place: d.Place, Why: d.Why, Hint: d.Hint, At: d.At, Arrived: d.Arrived, Resolved: d.Resolved, Bytes: d.Bytes,
	}
}

// put writes copies until each has a final verdict.
func (m *Mirror) put(ctx context.Context, copies []hotline.LetterCopy, state *State) error {
	for attempt := 0; len(copies) > 0; attempt++ {
		var verdicts []hotline.Verdict
		err := m.insist(ctx, state, func(ctx context.Context) (err error) {
			verdicts, err = m.cfg.Copies.PutLetters(ctx, copies)
			if err == nil && len(verdicts) != len(copies) {
				err = fmt.Errorf("copy %d dead letters: the store answered for %d", len(copies), len(verdicts))
			}
			return err
		})
		if err != nil {
			return err
		}
		var again []hotline.LetterCopy
		var why string
		for i, v := range verdicts {
			if v.Outcome == hotline.Retry {
				again, why = append(again, copies[i]), v.Reason
				continue
			}
			m.count(&copies[i], v)
		}
		if copies = again; len(copies) == 0 {
			return nil
		}
		busy := &hotline.Fault{Kind: hotline.FaultUnavailable, Op: fmt.Sprintf("copy %d dead letters", len(copies)), Err: errors.New(why)}
		if err := m.patience.wait(ctx, busy, attempt, state); err != nil {
			return err
		}
	}
	return nil
}

// count notes what became of a copy. One that is refused alone will be refused again: it is left out, and said so.
func (m *Mirror) count(c *hotline.LetterCopy, v hotline.Verdict) {
	outcome := v.Outcome.String()
	switch {
	case v.Outcome == hotline.Refused:
		m.patience.log.Error("a dead letter can't be copied and is only in its topic", "id", c.ID, "offset", c.Position, "why", v.Reason)
	case v.Outcome == hotline.Stored && c.Removed:
		outcome = "removed"
	}
	m.cfg.Metrics.copied.WithLabelValues(outcome).Inc()
}

// reach notes that the copies are complete up to an offset. If they turn out to lack earlier ones, the partition is read
// again.
func (m *Mirror) reach(ctx context.Context, w *worker, through int64) error {
	from := m.mark(w.id)
	err := m.insist(ctx, w.state, func(ctx context.Context) error {
		return m.cfg.Copies.ReachLetters(ctx, w.id.topic, w.id.id, from, through)
	})
	if err != nil {
		return err
	}
	m.setMark(w.id, hotline.LettersMark{Epoch: from.Epoch, Through: max(from.Through, through)})
	return nil
}

// insist does something with the copies for as long as it takes.
func (m *Mirror) insist(ctx context.Context, state *State, do func(context.Context) error) error {
	for attempt := 0; ; attempt++ {
		bounded, cancel := context.WithTimeout(ctx, m.cfg.PutTimeout)
		err := do(bounded)
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, hotline.ErrCopiesIncomplete):
			m.patience.log.Warn(copiesLost)
			return errBeginAnew
		}
		if err := m.patience.wait(ctx, err, attempt, state); err != nil {
			return err
		}
	}
}

// gap implements task: records that are gone were removed on purpose, since the topic is compacted and never expires.
func (m *Mirror) gap(_ context.Context, w *worker, s span, why string) error {
	if w.next > s.end {
		return &Pause{"partition " + w.name(), why, hint.Of(hint.LettersAnew)}
	}
	return nil
}
