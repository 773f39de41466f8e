package detect

import (
	"context"
	"time"

	"suqiu/remedy"
)

// Backtest replays arrivals before a watcher of its own, step by step.
type Backtest struct {
	Replay   *Replay
	Judge    *Judge // its source becomes the replay
	Practice remedy.Practice
	From, To time.Time // of the watcher's looks, both included
	Step     time.Duration
	Progress func(now time.Time) // called after each look; may be nil
}

// Run returns the incidents as they stand at the end. Nobody works on them: what they do by themselves is what Fall is
// learned from.
func (b Backtest) Run(ctx context.Context) ([]remedy.Incident, error) {
	ledger := &remedy.Memory{}
	b.Judge.Source = b.Replay
	watcher := &remedy.Watcher{Ledger: ledger, Judge: b.Judge, Practice: b.Practice, Holder: "backtest", Lease: b.Step}
	for now := b.From; !now.After(b.To); now = now.Add(b.Step) {
		b.Replay.Now = now
		if err := watcher.Pass(ctx, b.From, now); err != nil {
			return nil, err
		}
		if b.Progress != nil {
			b.Progress(now)
		}
	}
	return remedy.All(ctx, ledger)
}

// Lags are the days after an alarm for which it is learned what incidents do that nobody remedies.
var Lags = [...]int{1, 3, 7, 14, 28}

// LearnFall learns from the incidents of a backtest, in a history in which nobody was told of them: a point for each lag
// and number of days, also where few or no incidents can be followed so long.
func LearnFall(ctx context.Context, judge *Judge, incidents []remedy.Incident) (remedy.Fall, error) {
	var fall remedy.Fall
	for _, days := range remedy.VisitDays {
		for _, lag := range Lags {
			var all []remedy.Followed
			for k := range incidents {
				frozen := incidents[k].Frozen
				from := frozen.To.AddDate(0, 0, lag)
				after, known, err := judge.Tally(ctx, frozen, from, from.AddDate(0, 0, days))
				if err != nil {
					return fall, err
				}
				if known && frozen.Area != "" && incidents[k].Alive() && !incidents[k].ByCount() {
					all = append(all, remedy.Followed{Frozen: frozen.Tally, After: after})
				}
			}
			fall.Points = append(fall.Points, remedy.LearnFall(lag, days, all))
		}
	}
	return fall, nil
}
