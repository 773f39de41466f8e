package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suqiu/hint"
	"suqiu/hotline"
)

var (
	errUnavailable = &hotline.Fault{Kind: hotline.FaultUnavailable, Op: "put", Err: errors.New("503")}
	errForbidden   = &hotline.Fault{Kind: hotline.FaultSetup, Op: "put", Hint: hint.Of(hint.Login), Err: errors.New("403")}
	errTooLarge    = &hotline.Fault{Kind: hotline.FaultTooLarge, Op: "put", Err: errors.New("413")}
)

// verdict gives one document a verdict, and leaves the others alone.
func verdict(id string, o hotline.Outcome) func(*hotline.Document) *hotline.Verdict {
	return func(d *hotline.Document) *hotline.Verdict {
		if d.Call.ID != id {
			return nil
		}
		return &hotline.Verdict{ID: d.Call.DocID(), Outcome: o, Reason: "said so"}
	}
}

// Whatever a store does on the first puts, all documents end stored or dead, and nothing is done twice.
func TestFinishFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []fault // of the first puts
		dead   []string
	}{
		{"OK", nil, nil},
		{"Unavailable", []fault{{err: errUnavailable}, {err: errUnavailable}, {err: errUnavailable}}, nil},
		{"AnswerLost", []fault{{err: errUnavailable, apply: true}}, nil},
		{"UnknownError", []fault{{err: errors.New("odd")}}, nil},
		{"Hang", []fault{{hang: true}}, nil},
		{"VerdictsMissing", []fault{{short: true}}, nil},
		{"OutcomeUnknown", []fault{{item: verdict("b", hotline.Outcome(9))}}, nil},
		{"Forbidden", []fault{{err: errForbidden}, {err: errForbidden}}, nil},
		{"OneBusy", []fault{{item: verdict("b", hotline.Retry)}, {item: verdict("b", hotline.Retry)}}, nil},
		{"OneRefused", []fault{{item: verdict("b", hotline.Refused)}}, []string{"calls/0/1"}},
		{"BusyThenRefused", []fault{{item: verdict("c", hotline.Retry)}, {item: verdict("c", hotline.Refused)}}, []string{"calls/0/2"}},
		{"TooLarge", []fault{{err: errTooLarge}}, nil},
		{"TooLargeAlone", []fault{{err: errTooLarge}, {err: errTooLarge}, {err: errTooLarge}}, []string{"calls/0/0"}},
		{"TooLargeThenUnavailable", []fault{{err: errTooLarge}, {err: errUnavailable}, {item: verdict("a", hotline.Retry)}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store, sink := newMemStore(), newMemSink()
			store.fault = func(put int, _ []hotline.Document) fault {
				if put <= len(tt.faults) {
					return tt.faults[put-1]
				}
				return fault{}
			}
			loop := newTestLoop(t, store, sink, nil)
			units := unitsOf(loop, contact("a", 1), contact("b", 1), contact("c", 1), contact("d", 1))
			tally, err := loop.Finish(t.Context(), units, NewState(loop.cfg.Clock))
			if err != nil {
				t.Fatal(err)
			}
			if tally.Units != 4 || tally.Stored != 4-len(tt.dead) || tally.Dead != len(tt.dead) {
				t.Errorf("tally %+v", tally)
			}
			if got := sink.ids(); strings.Join(got, " ") != strings.Join(tt.dead, " ") {
				t.Errorf("dead %q, want %q", got, tt.dead)
			}
			if store.size() != 4-len(tt.dead) {
				t.Errorf("%d documents stored, want %d", store.size(), 4-len(tt.dead))
			}
		})
	}
}

// A set-up fault pauses, says why and what to do, and goes on by itself when it is mended.
func TestSetupFaultIsReported(t *testing.T) {
	store := newMemStore()
	var state *State
	var during Report
	store.fault = func(put int, _ []hotline.Document) fault {
		switch put {
		case 1:
			return fault{err: errForbidden}
		case 2:
			during = state.Report()
		}
		return fault{}
	}
	loop := newTestLoop(t, store, newMemSink(), nil)
	state = NewState(loop.cfg.Clock)
	if _, err := loop.Finish(t.Context(), unitsOf(loop, contact("a", 1)), state); err != nil {
		t.Fatal(err)
	}
	if during.Phase != PhasePaused || during.Hint != errForbidden.Hint.String() || !strings.Contains(during.Why, "403") {
		t.Errorf("while it lasted: %+v", during)
	}
	if after := state.Report(); after.Phase != PhaseRunning || after.Why != "" {
		t.Errorf("afterwards: %+v", after)
	}
	if slept := loop.cfg.Clock.(*fakeClock).slept; len(slept) != 1 || slept[0] != 30*time.Second {
		t.Errorf("waited %v, want 30 s once", slept)
	}
}

// Waits grow to their limit and no further, and never vanish.
func TestBackoff(t *testing.T) {
	b := Backoff{}.withDefaults()
	for attempt := range 100 {
		full := min(100*time.Millisecond<<min(attempt, 20), 30*time.Second)
		if d := b.wait(attempt); d < full/2 || d > full {
			t.Errorf("attempt %d waits %s, want between %s and %s", attempt, d, full/2, full)
		}
	}
}

// Of two versions of one document that a store holds for equal, the later one stays, even when only the earlier one
// had to be repeated.
func TestRetryKeepsOrderOfVersions(t *testing.T) {
	store := newMemStore()
	first := true
	store.fault = func(put int, docs []hotline.Document) fault {
		return fault{item: func(d *hotline.Document) *hotline.Verdict {
			if put == 1 && first {
				first = false
				return &hotline.Verdict{ID: d.Call.DocID(), Outcome: hotline.Retry}
			}
			return nil
		}}
	}
	loop := newTestLoop(t, store, newMemSink(), nil)
	earlier, later := contact("a", 1), strings.Replace(contact("a", 1), "小区停电", "小区来电", 1)
	if _, err := loop.Finish(t.Context(), unitsOf(loop, earlier, later), nil); err != nil {
		t.Fatal(err)
	}
	equalMaps(t, store.texts(), map[string]string{"95598:a": "小区来电 第1版"})
}

// The end of the context is the only way out while the store is down, and nothing counts as done then.
func TestFinishEndsWithContext(t *testing.T) {
	for name, f := range map[string]fault{"Unavailable": {err: errUnavailable}, "Hang": {hang: true}, "Busy": {item: verdict("a", hotline.Retry)}, "Forbidden": {err: errForbidden}} {
		t.Run(name, func(t *testing.T) {
			store, sink := newMemStore(), newMemSink()
			ctx, cancel := context.WithCancel(t.Context())
			store.fault = func(put int, _ []hotline.Document) fault {
				if put == 5 {
					cancel()
				}
				return f
			}
			loop := newTestLoop(t, store, sink, func(c *LoopConfig) { c.PutTimeout = time.Millisecond })
			tally, err := loop.Finish(ctx, unitsOf(loop, contact("a", 1), `{`), nil)
			if !errors.Is(err, context.Canceled) || tally.Units != 0 || len(sink.letters) != 0 {
				t.Errorf("tally %+v, error %v, %d letters", tally, err, len(sink.letters))
			}
		})
	}
}

// Dead letters are waited for like documents.
func TestSinkUnavailable(t *testing.T) {
	sink := newMemSink()
	sink.failing = 4
	loop := newTestLoop(t, newMemStore(), sink, nil)
	tally, err := loop.Finish(t.Context(), unitsOf(loop, `{`, contact("a", 1)), nil)
	if err != nil || tally.Units != 2 || tally.Dead != 1 || len(sink.letters) != 1 {
		t.Errorf("tally %+v, error %v, letters %q", tally, err, sink.ids())
	}
}

// For any contacts in any order and any faults, the store ends as the fold of the input: of each id the newest
// version, and of equal versions the last.
func TestStoreIsFoldOfInput(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store, sink := newMemStore(), newMemSink()
		kinds := []fault{{}, {err: errUnavailable}, {err: errUnavailable, apply: true}, {err: errTooLarge}, {short: true},
			{err: errForbidden}, {item: verdict("a", hotline.Retry)}, {item: verdict("b", hotline.Retry)}}
		faults := rapid.SliceOfN(rapid.IntRange(0, len(kinds)-1), 0, 12).Draw(rt, "faults")
		store.fault = func(put int, docs []hotline.Document) fault {
			if put > len(faults) || len(docs) == 1 && errors.Is(kinds[faults[put-1]].err, errTooLarge) {
				return fault{}
			}
			return kinds[faults[put-1]]
		}
		loop := newTestLoop(t, store, sink, nil)
		want, newest := map[string]string{}, map[string]int{}
		n := rapid.IntRange(1, 12).Draw(rt, "records")
		var payloads []string
		for i := range n {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "id")
			rev := rapid.IntRange(1, 3).Draw(rt, "rev")
			payloads = append(payloads, strings.Replace(contact(id, rev), "小区", fmt.Sprintf("%d号楼", i), 1))
			if rev >= newest[id] {
				newest[id] = rev
				want["95598:"+id] = fmt.Sprintf("%d号楼停电 第%d版", i, rev)
			}
		}
		units := unitsOf(loop, payloads...)
		for len(units) > 0 {
			size := rapid.IntRange(1, len(units)).Draw(rt, "batch")
			tally, err := loop.Finish(t.Context(), units[:size], nil)
			if err != nil || tally.Units != size {
				rt.Fatalf("tally %+v of %d, error %v", tally, size, err)
			}
			units = units[size:]
		}
		equalMaps(t, store.texts(), want)
		if t.Failed() {
			rt.Fatal("the store is not the fold of its input")
		}
	})
}
