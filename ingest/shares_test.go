package ingest

import (
	"errors"
	"strings"
	"testing"

	"suqiu/hotline"
)

func repeat(n int, payload func(i int) string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = payload(i)
	}
	return all
}

// A source whose records mostly can't be used stops at the first one past the limit; what came before is done.
func TestShareLimitPausesSource(t *testing.T) {
	store, sink := newMemStore(), newMemSink()
	loop := newTestLoop(t, store, sink, func(c *LoopConfig) { c.DeadShare, c.DeadWindow = 0.05, 100 })
	payloads := append(repeat(20, func(i int) string { return contact("a"+string(rune('a'+i)), 1) }), repeat(20, func(int) string { return "{" })...)
	state := NewState(loop.cfg.Clock)
	tally, err := loop.Finish(t.Context(), unitsOf(loop, payloads...), state)
	var pause *Pause
	if !errors.As(err, &pause) || !strings.Contains(pause.Error(), "source 95598 is paused") {
		t.Fatalf("error %v, want a pause", err)
	}
	if tally.Units != 25 || tally.Dead != 5 || store.size() != 20 || len(sink.letters) != 5 {
		t.Errorf("tally %+v, %d stored, %d letters; want 25 units, 20 stored, 5 letters", tally, store.size(), len(sink.letters))
	}
	// It stays paused, for good records too; other sources go on.
	if tally, err := loop.Finish(t.Context(), unitsOf(loop, contact("z", 1)), state); !errors.As(err, &pause) || tally.Units != 0 {
		t.Errorf("paused source: tally %+v, error %v", tally, err)
	}
	other := unitsOf(loop, contact("z", 1))
	other[0][0].Document.Call.Source = "12345"
	if tally, err := loop.Finish(t.Context(), other, state); err != nil || tally.Units != 1 {
		t.Errorf("other source: tally %+v, error %v", tally, err)
	}
}

// Dead letters that have left the window do not count.
func TestShareWindowMovesOn(t *testing.T) {
	loop := newTestLoop(t, newMemStore(), newMemSink(), func(c *LoopConfig) { c.DeadShare, c.DeadWindow = 0.1, 20 })
	for range 10 {
		good := repeat(18, func(i int) string { return contact("g"+string(rune('a'+i)), 1) })
		if tally, err := loop.Finish(t.Context(), unitsOf(loop, append(good, "{", "{")...), nil); err != nil || tally.Dead != 2 {
			t.Fatalf("tally %+v, error %v", tally, err)
		}
	}
}

// A newer schema pauses at once, and its record is no dead letter.
func TestNewerSchemaPauses(t *testing.T) {
	sink := newMemSink()
	loop := newTestLoop(t, newMemStore(), sink, nil)
	newer := strings.Replace(contact("b", 1), `"schema":1`, `"schema":2`, 1)
	tally, err := loop.Finish(t.Context(), unitsOf(loop, contact("a", 1), newer, contact("c", 1)), nil)
	var pause *Pause
	if !errors.As(err, &pause) || tally.Units != 1 || len(sink.letters) != 0 {
		t.Errorf("tally %+v, error %v, letters %q", tally, err, sink.ids())
	}
}

// Refusals by the store count too, and those past the limit are not buried.
func TestShareLimitCountsRefusals(t *testing.T) {
	store, sink := newMemStore(), newMemSink()
	store.fault = func(int, []hotline.Document) fault {
		return fault{item: func(d *hotline.Document) *hotline.Verdict {
			return &hotline.Verdict{ID: d.Call.DocID(), Outcome: hotline.Refused, Reason: "no"}
		}}
	}
	loop := newTestLoop(t, store, sink, func(c *LoopConfig) { c.DeadShare, c.DeadWindow = 0.1, 40 })
	payload := func(i int) string { return contact("r"+string(rune('a'+i)), 1) }
	if tally, err := loop.Finish(t.Context(), unitsOf(loop, repeat(4, payload)...), nil); err != nil || tally.Dead != 4 {
		t.Fatalf("tally %+v, error %v", tally, err)
	}
	var pause *Pause
	if tally, err := loop.Finish(t.Context(), unitsOf(loop, payload(9)), nil); !errors.As(err, &pause) || tally.Units != 0 || len(sink.letters) != 4 {
		t.Errorf("tally %+v, error %v, %d letters", tally, err, len(sink.letters))
	}
}
