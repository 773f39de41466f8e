// Package reclassify brings stored documents up to a revision of the rules (重新分类), while consumers go on writing. Each
// document of the scope is analysed anew from its masked text and put under the new revision, so that newer content that
// comes meanwhile wins, and doing it twice is harmless. The job lives in the ledger: it is cut into slices of time, which
// the workers of any number of processes lease, and what a killed one had begun goes on from its last page. Run returns
// only when the scope holds no document of an older revision.
package reclassify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// Analyzer finds what a call complains of. It must be safe for concurrent use.
type Analyzer interface {
	Analyze(c *hotline.Call) hotline.Analysis
}

// Config says what to reclassify, and how fast. Store, Writer, Analyze, Revision and Owner are needed.
type Config struct {
	Store    index.Store
	Writer   index.Writer // the store, behind an index.Corrector
	Analyze  Analyzer
	Revision int64         // what Analyze writes into its analyses; documents below it are in scope
	Filter   index.Filter  // the scope; its RulesetBelow is set by Run
	Owner    string        // unique among the processes that share the job
	Workers  int           // default 2
	Page     int           // documents read and put at once, default 500
	Rate     int           // most documents a second, all workers of this process together; 0: as fast as it goes
	Lease    time.Duration // after which a slice of a process that shows no progress is taken over; default 1 min
	Progress func(Account) // called after each page, by one worker at a time; may be nil
	Begun    func(Account) // called at the beginning with what was done before; may be nil
	Warn     func(msg string, err error)
	Clock    Clock
}

// Clock is the time that leases and rates go by.
type Clock interface {
	Now() time.Time
	// Sleep waits, at most until ctx ends, whose error it returns then.
	Sleep(ctx context.Context, d time.Duration) error
}

// Account is what was done in a scope for one revision, by all processes and runs together. The page that a process was
// killed with, or that was put after the lease had ended, may be missing from it or counted twice.
type Account struct {
	Scope      int64 `json:"scope"`      // documents with an older revision when the job began
	Read       int64 `json:"read"`       // documents analysed
	Stored     int64 `json:"stored"`     // now of the new revision
	Superseded int64 `json:"superseded"` // newer content came meanwhile
	Refused    int64 `json:"refused"`    // by the store, alone; the first is named in Run's error
	Changed    int64 `json:"changed"`    // of the stored ones, those whose labels, nature or responsible party changed
	Rounds     int   `json:"rounds"`     // passes over the scope; more than one when others wrote older revisions meanwhile
}

func (a *Account) add(b Account) {
	a.Read += b.Read
	a.Stored += b.Stored
	a.Superseded += b.Superseded
	a.Refused += b.Refused
	a.Changed += b.Changed
}

type run struct {
	Config
	key   string // of the job in the ledger
	pace  pace
	mu    sync.Mutex // around Progress and total
	total Account
}

// Run reclassifies until the scope holds no document of an older revision, and returns the account. It waits while the
// store is unavailable. When ctx ends it returns its error; another Run with the same scope and revision goes on.
func Run(ctx context.Context, cfg Config) (Account, error) {
	r, err := newRun(cfg)
	if err != nil {
		return Account{}, err
	}
	for first := true; ; first = false {
		job, err := r.join(ctx)
		if err != nil {
			return Account{}, err
		}
		if r.total, err = r.sum(ctx, job); err != nil {
			return Account{}, err
		}
		if first {
			r.Begun(r.total)
		}
		if err := r.round(ctx, job); err != nil {
			return r.account(), err
		}
		if err := r.again(ctx, "refresh", func() error { return r.Store.Refresh(ctx) }); err != nil {
			return r.account(), err
		}
		left, err := r.left(ctx)
		if err != nil {
			return r.account(), err
		}
		if !left {
			return r.finish(ctx, job)
		}
		if total := r.account(); total.Refused > 0 {
			return total, fmt.Errorf("reclassify: the store refuses %d documents, which keep their older labels; the log names them", total.Refused)
		}
		r.Warn("documents of an older revision were written meanwhile, going over them again; consumers with older rules should be reloaded", nil)
		if err := r.nextRound(ctx, job); err != nil {
			return r.account(), err
		}
	}
}

func newRun(cfg Config) (*run, error) {
	switch {
	case cfg.Store == nil || cfg.Writer == nil || cfg.Analyze == nil || cfg.Owner == "" || cfg.Clock == nil:
		return nil, errors.New("reclassify: store, writer, analyzer, owner and clock are needed")
	case cfg.Revision < 1 || cfg.Revision > hotline.MaxRulesetRev:
		return nil, fmt.Errorf("reclassify: revision %d must be 1 to %d", cfg.Revision, hotline.MaxRulesetRev)
	case cfg.Workers < 0 || cfg.Page < 0 || cfg.Page > index.MaxWindow || cfg.Rate < 0 || cfg.Lease < 0:
		return nil, fmt.Errorf("reclassify: workers, page (at most %d), rate and lease must not be negative", index.MaxWindow)
	}
	if cfg.Workers == 0 {
		cfg.Workers = 2
	}
	if cfg.Page == 0 {
		cfg.Page = 500
	}
	if cfg.Rate > 0 {
		cfg.Page = min(cfg.Page, max(1, cfg.Rate)) // so that a page takes at most a second
	}
	if cfg.Lease == 0 {
		cfg.Lease = time.Minute
	}
	if cfg.Progress == nil {
		cfg.Progress = func(Account) {}
	}
	if cfg.Begun == nil {
		cfg.Begun = func(Account) {}
	}
	if cfg.Warn == nil {
		cfg.Warn = func(string, error) {}
	}
	cfg.Filter.RulesetBelow = cfg.Revision
	key, err := jobKey(cfg.Filter)
	if err != nil {
		return nil, err
	}
	return &run{Config: cfg, key: key, pace: pace{rate: cfg.Rate, clock: cfg.Clock}}, nil
}

// left reports whether the scope holds a document of an older revision, withdrawn ones too. What was written before the
// last refresh is seen.
func (r *run) left(ctx context.Context) (bool, error) {
	var found int
	err := r.again(ctx, "look for documents of older revisions", func() error {
		docs, _, err := r.Store.Scan(ctx, r.Filter, "", 1)
		found = len(docs)
		return err
	})
	return found > 0, err
}

// again does something until the store is available for it.
func (r *run) again(ctx context.Context, what string, do func() error) error {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		err := do()
		if err == nil {
			return nil
		}
		var fault *hotline.Fault
		if ctx.Err() != nil || !errors.As(err, &fault) || fault.Kind != hotline.FaultUnavailable {
			return fmt.Errorf("reclassify: %s: %w", what, err)
		}
		r.Warn("the store is unavailable, trying again", err)
		if err := r.Clock.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// account is what this job has done, as far as this process knows.
func (r *run) account() Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// tell adds a page to the account and shows it.
func (r *run) tell(page Account) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total.add(page)
	r.Progress(r.total)
}

// pace keeps all workers together below a rate: each page books the time that it may take.
type pace struct {
	rate  int
	clock Clock
	mu    sync.Mutex
	next  time.Time
}

func (p *pace) wait(ctx context.Context, n int) error {
	if p.rate == 0 || n == 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	now := p.clock.Now()
	begin := p.next
	if begin.Before(now) {
		begin = now
	}
	p.next = begin.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
	p.mu.Unlock()
	return p.clock.Sleep(ctx, begin.Sub(now))
}
