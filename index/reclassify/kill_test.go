package reclassify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var errKilled = errors.New("killed")

// mortal is a store that answers so many times, and then no more: as for a process that was killed.
type mortal struct {
	index.Store
	left atomic.Int64
	die  func()
}

func (m *mortal) alive() error {
	if m.left.Add(-1) < 0 {
		m.die()
		return errKilled
	}
	return nil
}

func (m *mortal) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Put(ctx, docs)
}

func (m *mortal) PutRecord(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	if err := m.alive(); err != nil {
		return 0, err
	}
	return m.Store.PutRecord(ctx, key, value, ifRev)
}

func (m *mortal) Scan(ctx context.Context, f index.Filter, token string, size int) ([]hotline.Document, string, error) {
	if err := m.alive(); err != nil {
		return nil, "", err
	}
	return m.Store.Scan(ctx, f, token, size)
}

// However often and wherever it is killed, while newer content comes in, the end is the same as of one run: what the
// newest content says by the new rules.
func TestKills(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 7))
			s, c := open(t), &clock{}
			const n = 120
			put(t, s, calls(n, 1)...)
			newest := make([]int64, n)
			for i := range newest {
				newest[i] = 1
			}
			runs := 0
			for ; ; runs++ {
				ctx, die := context.WithCancel(t.Context())
				m := &mortal{Store: s, die: die}
				m.left.Store(10 + chance.Int64N(60))
				cfg := config(m, fmt.Sprint("run", runs), c)
				cfg.Writer = index.NewCorrector(m)
				var once sync.Mutex
				cfg.Progress = func(Account) {
					once.Lock()
					defer once.Unlock()
					if i := chance.IntN(n); newest[i] < 4 && runs < 4 {
						newest[i]++
						put(t, s, call(i, newest[i], rules(1+chance.Int64N(2))))
					}
				}
				account, err := Run(ctx, cfg)
				die()
				if err == nil {
					if account.Stored < n-30 || account.Read > n*3 {
						t.Errorf("the account of all runs is %+v", account)
					}
					break
				}
				if !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
			}
			if runs == 0 {
				t.Fatal("it was never killed")
			}
			for i, rev := range newest {
				want(t, s, i, fmt.Sprintf("r2.c%d", rev))
			}
		})
	}
}

// Two processes share a job: each document is put once.
func TestTwoProcesses(t *testing.T) {
	s, c := open(t), &clock{}
	put(t, s, calls(200, 1)...)
	var wg sync.WaitGroup
	for _, owner := range []string{"a", "b"} {
		wg.Go(func() {
			cfg := config(s, owner, c)
			cfg.Lease = forever
			if _, err := Run(t.Context(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for n := range 200 {
		want(t, s, n, "r2.c1")
	}
	r, err := newRun(config(s, "c", c))
	if err != nil {
		t.Fatal(err)
	}
	j, err := r.read(t.Context())
	if err != nil || j == nil || j.Done.IsZero() {
		t.Fatalf("the job is %+v, %v", j, err)
	}
	total, err := r.sum(t.Context(), j)
	if err != nil || total.Stored != 200 || total.Read != 200 {
		t.Errorf("both together did %+v, %v", total, err)
	}
}

// A holder whose lease was taken over does not write its account any more.
func TestLeaseIsFenced(t *testing.T) {
	s, c := open(t), &clock{}
	put(t, s, calls(1, 1)...)
	first, err := newRun(config(s, "first", c))
	if err != nil {
		t.Fatal(err)
	}
	j, err := first.join(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	held, _, err := first.claim(t.Context(), j)
	if err != nil || held == nil {
		t.Fatalf("claim: %v, %v", held, err)
	}
	second, err := newRun(config(s, "second", c))
	if err != nil {
		t.Fatal(err)
	}
	if got, open, err := second.claim(t.Context(), j); got != nil || !open || err != nil {
		t.Fatalf("a leased slice: got %+v, %v, %v", got, open, err)
	}
	c.passed.Add(int64(2 * time.Minute))
	if got, _, err := second.claim(t.Context(), j); got == nil || err != nil {
		t.Fatalf("an expired lease: got %+v, %v", got, err)
	}
	if err := first.hold(t.Context(), j, held); !errors.Is(err, index.ErrConflict) {
		t.Errorf("the first holder: got %v, want ErrConflict", err)
	}
}
