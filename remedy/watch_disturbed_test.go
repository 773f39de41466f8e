package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// errKilled is what a watcher dies of.
var errKilled = errors.New("killed")

// mortal is a ledger whose writer dies now and then: before a put, or right after it.
type mortal struct {
	Ledger
	mu  sync.Mutex
	rng *rand.Rand
}

func (m *mortal) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	m.mu.Lock()
	fate := m.rng.IntN(8)
	m.mu.Unlock()
	if fate == 0 {
		return 0, errKilled
	}
	rev, err := m.Ledger.Put(ctx, key, value, ifRev)
	if fate == 1 && err == nil {
		return 0, errKilled
	}
	return rev, err
}

// randomScript is some weeks of problems that come and go in a small tree of areas.
func randomScript(rng *rand.Rand) *script {
	areas := []string{"", "琼", "琼/海口", "琼/海口/龙华", "琼/海口/龙华/一所", "琼/海口/美兰", "琼/三亚", "琼/三亚/天涯"}
	s := &script{begin: noon(1)}
	for range 12 + rng.IntN(20) {
		day := scripted{observed: rng.IntN(14), unknown: rng.IntN(6) == 0}
		for range max(0, rng.IntN(6)-3) {
			day.located = append(day.located, root([]string{"outage", "bill"}[rng.IntN(2)], areas[rng.IntN(len(areas))]))
		}
		for range max(0, rng.IntN(6)-3) {
			day.counted = append(day.counted, root([]string{"outage", "bill"}[rng.IntN(2)], areas[rng.IntN(len(areas))]))
		}
		s.rounds = append(s.rounds, day)
	}
	return s
}

// people do with each incident something that is possible, or nothing; the same for the same day and incident.
func people(t testing.TB, l Ledger, now time.Time) {
	t.Helper()
	for _, i := range all(t, l) {
		rng := rand.New(rand.NewPCG(uint64(now.Unix()), uint64(len(i.ID)+int(i.ID[0])<<8+int(i.ID[5]))))
		may := i.May()
		if len(may) == 0 || rng.IntN(3) == 0 {
			continue
		}
		d := deed(may[rng.IntN(len(may))], now)
		if d.Visit != nil {
			open := i.OpenVisits(time.Time{})
			if len(open) == 0 {
				continue
			}
			d.Visit.Order = open[rng.IntN(len(open))].Order
		}
		if _, err := Update(t.Context(), l, i.ID, func(i *Incident) error { return i.Do(practice(t), d) }); err != nil && d.Act != ActClose {
			t.Fatalf("%s: %v", d.Act, err)
		}
	}
}

// sound checks what must hold of all incidents at any time.
func sound(t testing.TB, incidents []Incident) {
	t.Helper()
	for k, i := range incidents {
		for n, m := range i.Outbox {
			if want := fmt.Sprintf("%s/%04d", i.ID, n+1); m.Key != want {
				t.Fatalf("message %d has the key %s, want %s", n+1, m.Key, want)
			}
		}
		for n, e := range i.History {
			if n > 0 && e.At.Before(i.History[n-1].At) {
				t.Fatalf("history of %s goes back: %+v", i.ID, i.History)
			}
		}
		if i.History[0].What != KindOpened || i.Work == Remedied && len(i.Measures) == 0 || i.Area != i.Fired.Area && len(i.Moves) == 0 && i.Moves != nil {
			t.Fatalf("incident %+v", i)
		}
		for _, m := range i.Measures {
			if m.What == "" || m.Who == "" || m.When.IsZero() || m.Told.IsZero() {
				t.Fatalf("measure %+v", m)
			}
		}
		if i.Alive() && i.Work == Closed && len(i.Measures) == 0 && !strings.Contains(events(i), string(KindClosed)) {
			t.Fatalf("closed without a word: %+v", i)
		}
		for _, o := range incidents[k+1:] {
			if i.Alive() && o.Alive() && i.Signal != Resolved && o.Signal != Resolved && i.Family == o.Family && Related(i.Area, o.Area) {
				t.Fatalf("%s of %s and %s of %s are the same problem", i.ID, i.Area, o.ID, o.Area)
			}
		}
	}
}

func encoded(t testing.TB, incidents []Incident) string {
	t.Helper()
	b, err := json.Marshal(incidents)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever problems come, whatever people do and whenever watchers die: the incidents are sound, and exactly those of a
// watcher that was never disturbed.
func TestDisturbedWatchers(t *testing.T) {
	for seed := range uint64(40) {
		s := randomScript(rand.New(rand.NewPCG(seed, 1)))
		calm := &Memory{}
		w := &Watcher{Ledger: calm, Judge: s, Practice: practice(t), Holder: "calm", Lease: time.Minute}
		disturbed := &Memory{}
		dying := &mortal{Ledger: disturbed, rng: rand.New(rand.NewPCG(seed, 2))}
		deaths := 0
		for n := range s.rounds {
			now := s.begin.AddDate(0, 0, n+1).Add(time.Hour)
			if err := w.Pass(t.Context(), s.begin, now); err != nil {
				t.Fatal(err)
			}
			for holder := 0; ; holder++ {
				mortal := &Watcher{Ledger: dying, Judge: s, Practice: practice(t), Holder: fmt.Sprint("watcher ", holder)}
				err := mortal.Pass(t.Context(), s.begin, now)
				if err == nil {
					break
				}
				if !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
				deaths++
			}
			sound(t, all(t, disturbed))
			people(t, calm, now.Add(time.Hour))
			people(t, disturbed, now.Add(time.Hour))
		}
		if got, want := encoded(t, all(t, disturbed)), encoded(t, all(t, calm)); got != want {
			t.Fatalf("seed %d: after %d deaths the incidents are\n%s\nwant\n%s", seed, deaths, got, want)
		}
	}
}

// Two watchers at once, each of which takes the lease from the other all the time, do what one does.
func TestWatchersSideBySide(t *testing.T) {
	for seed := range uint64(20) {
		s := randomScript(rand.New(rand.NewPCG(seed, 3)))
		calm, shared := &Memory{}, &Memory{}
		w := &Watcher{Ledger: calm, Judge: s, Practice: practice(t), Holder: "calm"}
		for n := range s.rounds {
			now := s.begin.AddDate(0, 0, n+1).Add(time.Hour)
			if err := w.Pass(t.Context(), s.begin, now); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			for _, holder := range []string{"left", "right"} {
				both.Go(func() {
					one := &Watcher{Ledger: shared, Judge: s, Practice: practice(t), Holder: holder}
					for {
						err := one.Pass(t.Context(), s.begin, now)
						if err == nil {
							return
						}
						if !errors.Is(err, ErrHeld) {
							t.Error(err)
							return
						}
					}
				})
			}
			both.Wait()
		}
		if got, want := encoded(t, all(t, shared)), encoded(t, all(t, calm)); got != want {
			t.Fatalf("seed %d: two watchers made\n%s\nwant\n%s", seed, got, want)
		}
	}
}
