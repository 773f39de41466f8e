package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Settings are what a watcher counts and judges by. How far has been judged, and which incidents are quiet, means something for
// one of them only.
type Settings struct {
	Tree     string `json:"tree"`     // of areas
	Level    int    `json:"level"`    // how deep in it
	Interval string `json:"interval"` // day or hour
}

// ErrSettings says that incidents were watched with other settings.
var ErrSettings = errors.New("incidents are watched with other settings")

func (s Settings) String() string {
	return fmt.Sprintf("--tree %s --depth %d --interval %s", s.Tree, s.Level, s.Interval)
}

// accept takes the watcher's settings over into the state, or refuses what would go on with the marks of others. What an older
// build wrote names none.
func (w *Watcher) accept(state *Watch) error {
	if before := state.Settings; before != (Settings{}) && before != w.Settings && !w.Change {
		return fmt.Errorf("%w: %s, not %s; use those, or watch with these from now on by --change: incidents in areas that are not counted any more then read as quiet",
			ErrSettings, before, w.Settings)
	}
	state.Settings = w.Settings
	return nil
}

// Trial copies incidents and the state of watching from a ledger into memory, so that a watcher with the given settings can show
// what it would do. Settings other than those in force begin with nothing: no mark, no incidents.
func Trial(ctx context.Context, l Ledger, with Settings) (*Memory, error) {
	state, err := State(ctx, l)
	trial := &Memory{records: map[string]Record{}}
	if err != nil || state.rev == 0 || state.Settings != (Settings{}) && state.Settings != with {
		return trial, err
	}
	records, err := l.List(ctx, incidentPrefix)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	for _, r := range records {
		trial.records[r.Key] = r
	}
	state.Until = time.Time{} // nobody else writes there
	value, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("copy the state of watching: %w", err)
	}
	trial.records[watchKey] = Record{Key: watchKey, Value: value, Rev: state.rev}
	return trial, nil
}
