package elastic

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"suqiu/hotline"
)

// model is a cluster that takes a time for each request and each document, made longer by the requests beside it.
func model(t *testing.T, p *pace, workers int, fixed, each time.Duration, rounds int, refuses func(n int) bool) {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	busy := 0
	for range workers {
		all.Go(func() {
			for range rounds {
				n, err := p.enter(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				busy++
				took := (fixed + time.Duration(n)*each) * time.Duration(busy)
				mu.Unlock()
				time.Sleep(took)
				mu.Lock()
				busy--
				mu.Unlock()
				p.leave(n, took, refuses(n))
			}
		})
	}
	all.Wait()
}

func never(int) bool { return false }

// A quick cluster gets all it can be given; a slow one as much as it answers in time; one that refuses, less. Time is
// made up.
func TestPace(t *testing.T) {
	for _, tt := range []struct {
		name             string
		fixed, each      time.Duration
		refuses          func(int) bool
		minSize, maxSize int
		minSlots         int
		maxSlots         int
	}{
		{"Quick", time.Millisecond, time.Microsecond, never, paceMaxSize, paceMaxSize, paceMaxSlots, paceMaxSlots},
		{"Slow", 100 * time.Millisecond, 2 * time.Millisecond, never, paceMinSize, 450 + paceSizeStep, 1, 8}, // 450 documents alone take a second
		{"Stuck", 3 * time.Second, 0, never, paceMinSize, paceMinSize, 1, 1},
		{"SmallQueue", time.Millisecond, 100 * time.Microsecond, func(n int) bool { return n > 300 }, paceMinSize, 450, 1, paceMaxSlots},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPace()
				model(t, p, 20, tt.fixed, tt.each, 300, tt.refuses)
				if p.size < tt.minSize || p.size > tt.maxSize || p.slots < tt.minSlots || p.slots > tt.maxSlots || p.active != 0 {
					t.Errorf("got %d documents in %d slots, %d active; want %d to %d in %d to %d, none active",
						p.size, p.slots, p.active, tt.minSize, tt.maxSize, tt.minSlots, tt.maxSlots)
				}
			})
		})
	}
}

// Requests that were under way together and are all late tell of one congestion.
func TestPaceOneCongestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace()
		for range paceFirstNow {
			if _, err := p.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * paceTarget)
		for range paceFirstNow {
			p.leave(paceFirst, 2*paceTarget, false)
		}
		if p.size != paceFirst/2 || p.slots != paceFirstNow/2 {
			t.Errorf("got %d documents in %d slots, want them halved once", p.size, p.slots)
		}
	})
}

// A slot that is never freed does not hold a caller beyond its context.
func TestPaceContextEnds(t *testing.T) {
	p := newPace()
	p.slots = 1
	if _, err := p.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// A batch larger than the pace goes in several requests, in order, with a verdict for each document; a push-back makes
// the next requests smaller.
func TestPutInParts(t *testing.T) {
	var sizes []int
	busy := true
	store := open(t, &cluster{version: MappingVersion, bulk: func(w http.ResponseWriter, r *http.Request) {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(unzipped)
		if err != nil {
			t.Error(err)
		}
		n := strings.Count(string(body), "\n") / 2
		sizes = append(sizes, n)
		status := http.StatusCreated
		if busy {
			status = http.StatusTooManyRequests
		}
		items := make([]map[string]item, n)
		for i := range items {
			items[i] = map[string]item{"index": {Index: "suqiu-calls-2026.03", Status: status}}
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"items": items}); err != nil {
			t.Error(err)
		}
	}})
	store.pace.target = time.Hour // however slow this machine is
	docs := make([]hotline.Document, paceFirst+100)
	for i := range docs {
		docs[i] = call(fmt.Sprint(i))
	}
	put := func(want hotline.Outcome) {
		t.Helper()
		verdicts, err := store.Put(t.Context(), docs)
		if err != nil || len(verdicts) != len(docs) {
			t.Fatalf("got %d verdicts, %v", len(verdicts), err)
		}
		for i, v := range verdicts {
			if v.Outcome != want || v.ID != docs[i].Call.DocID() {
				t.Fatalf("%d: got %+v, want %s", i, v, want)
			}
		}
	}
	put(hotline.Retry)
	busy = false
	put(hotline.Stored)
	if got, want := fmt.Sprint(sizes), "[500 100 250 300 50]"; got != want {
		t.Errorf("sizes of the requests: got %s, want %s", got, want)
	}
	if got, want := store.Pace(), (Pace{Size: 350, Slots: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
