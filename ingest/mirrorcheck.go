package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"suqiu/hint"
	"suqiu/hotline"
)

// check looks, every so often, whether the copies still reach as far as they did, since no letter may come for days that
// would show that they were lost. It returns when they are, so that they are made anew.
func (m *Mirror) check(ctx context.Context) {
	ticker := time.NewTicker(m.cfg.CheckEvery)
	defer ticker.Stop()
	told := map[partitionID]string{} // why it could not be told
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		_, workers := m.snapshot()
		for _, w := range workers {
			intact, why := m.intact(ctx, w)
			if !intact {
				return
			}
			if why == "" && told[w.id] != "" && w.state.Report().Why == told[w.id] { // else the worker has told something since
				w.state.running()
			}
			told[w.id] = why
		}
	}
}

// intact reports whether the copies of a partition reach as far as they did. Where that can't be told it says why, to the
// worker's state too.
func (m *Mirror) intact(ctx context.Context, w *worker) (bool, string) {
	mark := m.mark(w.id)
	if mark == (hotline.LettersMark{}) { // the worker has yet to find out
		return true, ""
	}
	bounded, cancel := context.WithTimeout(ctx, m.cfg.PutTimeout)
	defer cancel()
	err := m.cfg.Copies.ReachLetters(bounded, w.id.topic, w.id.id, mark, mark.Through)
	switch {
	case err == nil, ctx.Err() != nil:
		return true, ""
	case errors.Is(err, hotline.ErrCopiesIncomplete):
		m.patience.log.Warn(copiesLost, "partition", w.name())
		return false, ""
	}
	why, do := explain(err)
	if faultKind(err) == hotline.FaultSetup {
		w.state.paused(why, do)
	} else {
		w.state.waiting(why, do)
	}
	w.c.log.Warn("can't see whether the copies of dead letters are still there", "why", why, "hint", do)
	return true, w.state.Report().Why
}

// MirrorLag is how many records the copies beside a group are behind the topic of dead letters, whether or not a mirror is
// running. The error says what keeps a mirror from following it.
func MirrorLag(ctx context.Context, cluster Cluster, group, topic string) (int64, error) {
	positions, err := GroupPositions(ctx, cluster, MirrorGroup(group), []string{topic})
	if err != nil {
		return 0, err
	}
	lag := int64(0)
	for _, p := range positions {
		if p.Unknown {
			return 0, p.silent()
		}
		if p.Committed > p.End {
			return 0, hint.With(fmt.Errorf("%s/%d: the log ends at offset %d, before offset %d, up to which it was copied: the topic was made anew",
				topic, p.Partition, p.End, p.Committed), hint.Of(hint.LettersAnew))
		}
		lag += p.Lag()
	}
	return lag, nil
}
