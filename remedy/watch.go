package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Judge detects what rises.
type Judge interface {
	// Round judges the earliest bucket that ends after the time given and can be judged as of now, and says how the watched
	// incidents stand in it. It returns nil when no bucket can be judged yet. Sightings must be the same for the same counts.
	Round(ctx context.Context, after time.Time, watched func(through time.Time) map[string]Root, now time.Time) (*Round, error)
}

// Gauge counts what was told after a measure as it was counted before.
type Gauge interface {
	// Tally counts the labels of what was frozen, in its area and elsewhere, in [from, to), over the same sources; known is
	// false where that is not known completely yet.
	Tally(ctx context.Context, frozen Expected, from, to time.Time) (told Tally, known bool, err error)
}

// Watcher looks after all incidents. Any number may run on one ledger: the one that holds the lease works, and when it
// dies another one goes on where it was.
type Watcher struct {
	Ledger   Ledger
	Judge    Judge
	Gauge    Gauge // nil: no effects are measured
	Fall     Fall  // what unremedied incidents do by themselves
	Practice Practice
	Settings Settings      // what Judge counts by
	Change   bool          // take them over though others were in force
	Holder   string        // unique among the watchers
	Lease    time.Duration // after which a watcher that is silent loses it
	Round    func(Round)   // told after each bucket; may be nil
}

// watchKey is the one record that all watchers contend for. Its revision is the fence: who took the lease over has
// changed it, so that the next write of the former holder fails before it has done anything.
const watchKey = "watch"

// Watch is the state of watching.
type Watch struct {
	Epoch    int64     `json:"epoch"` // of the lease; it grows with each change of the holder
	Holder   string    `json:"holder"`
	Until    time.Time `json:"until"` // of the lease
	Judged   time.Time `json:"judged"`
	Settings Settings  `json:"settings,omitzero"` // by which it was judged; none is what an older build wrote
	Plan     plan      `json:"plan"`              // the last step
	Done     int64     `json:"done"`              // the last step that was carried out
	rev      int64
}

// ErrHeld says that another watcher works.
var ErrHeld = errors.New("another watcher holds the lease")

// State reads the state of watching; before the first watcher it is empty.
func State(ctx context.Context, l Ledger) (Watch, error) {
	var w Watch
	record, err := l.Get(ctx, watchKey)
	if err != nil {
		return w, fmt.Errorf("read the state of watching: %w", err)
	}
	if record.Rev > 0 {
		if err := json.Unmarshal(record.Value, &w); err != nil {
			return w, fmt.Errorf("read the state of watching: %w", err)
		}
	}
	w.rev = record.Rev
	return w, nil
}

// Pass does all that is due at now: it takes the lease or renews it, carries out what was planned, judges every bucket that
// can be judged, and sees to limits, visits and effects. begin is where a ledger that was never watched starts judging.
// ErrHeld says that another watcher is at it, ErrSettings that incidents are watched with other settings; nothing was done then.
func (w *Watcher) Pass(ctx context.Context, begin, now time.Time) error {
	state, err := w.hold(ctx, begin, now)
	if err != nil {
		return err
	}
	do := &applier{ledger: w.Ledger, practice: w.Practice}
	for {
		if state.Done < state.Plan.Step {
			if err := do.apply(ctx, state.Plan); err != nil {
				return err
			}
			state.Done = state.Plan.Step
			if err := w.save(ctx, &state, now); err != nil {
				return err
			}
		}
		incidents, err := All(ctx, w.Ledger)
		if err != nil {
			return err
		}
		round, err := w.Judge.Round(ctx, state.Judged, func(through time.Time) map[string]Root { return Watched(incidents, through) }, now)
		if err != nil {
			return err
		}
		if round == nil {
			return w.tend(ctx, incidents, now)
		}
		if !round.Through.After(state.Judged) {
			return fmt.Errorf("detection judged a bucket that ends at %s a second time", round.Through.Format(time.RFC3339))
		}
		state.Plan = makePlan(state.Plan.Step+1, incidents, round, now)
		state.Judged = round.Through
		if err := w.save(ctx, &state, now); err != nil {
			return err
		}
		if w.Round != nil {
			w.Round(*round)
		}
	}
}

// hold takes the lease, or renews it.
func (w *Watcher) hold(ctx context.Context, begin, now time.Time) (Watch, error) {
	state, err := State(ctx, w.Ledger)
	if err != nil {
		return state, err
	}
	if state.rev == 0 {
		state.Judged = begin
	}
	if err := w.accept(&state); err != nil {
		return state, err
	}
	if state.Holder != w.Holder {
		if now.Before(state.Until) {
			return state, fmt.Errorf("%w: %s, until %s", ErrHeld, state.Holder, state.Until.Format(time.RFC3339))
		}
		state.Holder = w.Holder
		state.Epoch++
	}
	return state, w.save(ctx, &state, now)
}

// Release gives the lease back, so that another watcher need not wait until it ends. It is harmless where another one
// holds it.
func (w *Watcher) Release(ctx context.Context, now time.Time) error {
	state, err := State(ctx, w.Ledger)
	if err != nil || state.Holder != w.Holder {
		return err
	}
	state.Until = now
	if err := w.put(ctx, &state); !errors.Is(err, ErrHeld) {
		return err
	}
	return nil
}

// save writes the state on condition that no other watcher has.
func (w *Watcher) save(ctx context.Context, state *Watch, now time.Time) error {
	state.Until = now.Add(w.Lease)
	return w.put(ctx, state)
}

func (w *Watcher) put(ctx context.Context, state *Watch) error {
	value, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("write the state of watching: %w", err)
	}
	rev, err := w.Ledger.Put(ctx, watchKey, value, state.rev)
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: it was taken over meanwhile", ErrHeld)
	}
	if err != nil {
		return fmt.Errorf("write the state of watching: %w", err)
	}
	state.rev = rev
	return nil
}

// tend sees to what is due by the clock. It needs no lease: whoever comes second finds it done.
func (w *Watcher) tend(ctx context.Context, incidents []Incident, now time.Time) error {
	for k := range incidents {
		effects, err := w.measure(ctx, &incidents[k], now)
		if err != nil {
			return err
		}
		if incidents[k].Ended() && len(effects) == 0 {
			continue
		}
		_, err = Update(ctx, w.Ledger, incidents[k].ID, func(i *Incident) error {
			measured := i.addEffects(effects, now)
			ticked, err := i.Tick(w.Practice, now)
			if err == nil && !measured && !ticked {
				return errUnchanged
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
