package detect

import (
	"context"
	"time"

	"suqiu/remedy"
)

// Backtest replays arrivals before a watcher of its own, step by step, and returns the incidents as they stand at the end.
// Nobody works on them: what they do by themselves is what Fall is learned from.
func Backtest(ctx context.Context, replay *Replay, judge *Judge, practice remedy.Practice, from, to time.Time, step time.Duration, progress func(now time.Time)) ([]remedy.Incident, error) {
	ledger := &remedy.Memory{}
	judge.Source = replay
	watcher := &remedy.Watcher{Ledger: ledger, Judge: judge, Practice: practice, Holder: "backtest", Lease: step}
	for now := from; !now.After(to); now = now.Add(step) {
		replay.Now = now
		if err := watcher.Pass(ctx, from, now); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(now)
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
