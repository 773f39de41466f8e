package reclassify

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rules is an analyzer of a revision: its labels tell the revision and the text.
type rules int64

func (r rules) Analyze(c *hotline.Call) hotline.Analysis {
	return hotline.Analysis{
		Labels: []hotline.Label{{Code: fmt.Sprintf("r%d.%s", r, c.Turns[0].Text), Weight: 1}}, RulesetRev: int64(r), RulesetHash: "5e1f",
	}
}

// clock is a time that goes on by sleeping only.
type clock struct{ passed atomic.Int64 }

func (c *clock) Now() time.Time {
	return time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(c.passed.Load()))
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.passed.Add(int64(max(d, 0)))
	return ctx.Err()
}

// forever is a lease that no waiting ends: the clock runs as fast as workers wait for each other.
const forever = 100_000 * time.Hour

func open(t *testing.T) index.Store {
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// call is the n-th call, one an hour, with content of a revision, analysed by rules.
func call(n int, content int64, by rules) hotline.Document {
	c := hotline.Call{
		Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: fmt.Sprintf("%04d", n), Kind: hotline.KindCall,
		Received: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour), Precision: hotline.PrecisionSecond,
		ContentRev: content, Matter: fmt.Sprintf("95598:%04d", n), Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: fmt.Sprintf("c%d", content)}},
	}
	return hotline.Document{Call: c, Analysis: by.Analyze(&c)}
}

func put(t *testing.T, w index.Writer, docs ...hotline.Document) {
	t.Helper()
	verdicts, err := w.Put(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verdicts {
		if v.Outcome == hotline.Refused {
			t.Fatalf("%s: %s", v.ID, v.Reason)
		}
	}
}

func calls(n int, by rules) []hotline.Document {
	docs := make([]hotline.Document, n)
	for i := range docs {
		docs[i] = call(i, 1, by)
	}
	return docs
}

// config is a job over a store, with small pages so that there are many of them.
func config(s index.Store, owner string, c *clock) Config {
	return Config{Store: s, Writer: index.NewCorrector(s), Analyze: rules(2), Revision: 2, Owner: owner, Page: 3, Clock: c}
}

// want checks the label of the n-th call.
func want(t *testing.T, s index.Store, n int, codes ...string) {
	t.Helper()
	doc, err := s.Get(t.Context(), fmt.Sprintf("95598:%04d", n))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Analysis.Codes(); !slices.Equal(got, codes) {
		t.Errorf("call %d has %v, want %v", n, got, codes)
	}
}

func TestRun(t *testing.T) {
	s := open(t)
	put(t, s, calls(100, 1)...)
	put(t, s, call(7, 2, 2)) // is there already
	put(t, s, call(8, 5, 3)) // a newer revision
	withdrawn := call(9, 2, 1)
	withdrawn.Call.Tombstone = true
	put(t, s, withdrawn)
	if _, err := index.Correct(t.Context(), s, "95598:0010", hotline.Correction{Add: []string{"voltage"}, By: "张三"}); err != nil {
		t.Fatal(err)
	}
	var shown []Account
	cfg := config(s, "a", &clock{})
	cfg.Lease = forever
	cfg.Progress = func(a Account) { shown = append(shown, a) }
	got, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Account{Scope: 97, Read: 98, Stored: 98, Changed: 98, Rounds: 1}); got != want {
		t.Errorf("the account is %+v, want %+v", got, want)
	}
	if len(shown) < 30 || shown[len(shown)-1].Read != 98 {
		t.Errorf("progress was told %d times: %v", len(shown), shown)
	}
	for n := range 100 {
		switch n {
		case 7:
			want(t, s, n, "r2.c2")
		case 8:
			want(t, s, n, "r3.c5")
		case 9:
			want(t, s, n, "r2.c2")
		case 10:
			want(t, s, n, "voltage", "r2.c1")
		default:
			want(t, s, n, "r2.c1")
		}
	}
	if got, err = Run(t.Context(), cfg); err != nil || got != (Account{Rounds: 1}) {
		t.Errorf("once more: %+v, %v", got, err)
	}
}

func TestScope(t *testing.T) {
	s := open(t)
	put(t, s, calls(100, 1)...)
	cfg := config(s, "a", &clock{})
	cfg.Lease = forever
	cfg.Filter.From, cfg.Filter.To = call(20, 1, 1).Call.Received, call(70, 1, 1).Call.Received
	got, err := Run(t.Context(), cfg)
	if err != nil || got.Stored != 50 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for n := range 100 {
		code := "r1.c1"
		if n >= 20 && n < 70 {
			code = "r2.c1"
		}
		want(t, s, n, code)
	}
}

func TestRate(t *testing.T) {
	s, c := open(t), &clock{}
	put(t, s, calls(100, 1)...)
	cfg := config(s, "a", c)
	cfg.Rate, cfg.Workers = 10, 1
	if _, err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if took := time.Duration(c.passed.Load()); took < 9*time.Second || took > 11*time.Second {
		t.Errorf("100 documents at 10 a second took %s", took)
	}
}

// moody is a writer that answers as stores under load do: unavailable, too large, busy.
type moody struct {
	index.Writer
	calls atomic.Int64
}

func (m *moody) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	n := m.calls.Add(1)
	switch {
	case n%5 == 1:
		return nil, &hotline.Fault{Kind: hotline.FaultUnavailable, Op: "put", Err: errors.New("away")}
	case len(docs) > 2:
		return nil, &hotline.Fault{Kind: hotline.FaultTooLarge, Op: "put", Err: errors.New("too large")}
	}
	verdicts, err := m.Writer.Put(ctx, docs)
	if err == nil && n%5 == 2 {
		verdicts[0].Outcome = hotline.Retry
	}
	return verdicts, err
}

func TestMoodyStore(t *testing.T) {
	s := open(t)
	put(t, s, calls(12, 1)...)
	cfg := config(s, "a", &clock{})
	cfg.Writer = &moody{Writer: index.NewCorrector(s)}
	cfg.Lease = forever
	got, err := Run(t.Context(), cfg)
	if err != nil || got.Stored != 12 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for n := range 12 {
		want(t, s, n, "r2.c1")
	}
}

// refusing is a store that refuses one document.
type refusing struct{ index.Writer }

func (r refusing) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	kept := slices.DeleteFunc(slices.Clone(docs), func(d hotline.Document) bool { return d.Call.ID == "0003" })
	if len(kept) > 0 {
		if _, err := r.Writer.Put(ctx, kept); err != nil {
			return nil, err
		}
	}
	verdicts := make([]hotline.Verdict, len(docs))
	for i := range docs {
		verdicts[i] = hotline.Verdict{ID: docs[i].Call.DocID(), Outcome: hotline.Stored}
		if docs[i].Call.ID == "0003" {
			verdicts[i].Outcome, verdicts[i].Reason = hotline.Refused, "too odd"
		}
	}
	return verdicts, nil
}

func TestRefusedIsTold(t *testing.T) {
	s := open(t)
	put(t, s, calls(10, 1)...)
	cfg := config(s, "a", &clock{})
	cfg.Writer = refusing{s}
	var warned []string
	cfg.Warn = func(msg string, _ error) { warned = append(warned, msg) }
	got, err := Run(t.Context(), cfg)
	if err == nil || got.Refused != 1 || got.Stored != 9 {
		t.Fatalf("got %+v, %v; want an error and one refused", got, err)
	}
	if !slices.ContainsFunc(warned, func(msg string) bool { return strings.Contains(msg, "95598:0003") }) {
		t.Errorf("the refused document is not named: %q", warned)
	}
}

func TestConfigIsChecked(t *testing.T) {
	s := open(t)
	for name, change := range map[string]func(*Config){
		"NoStore": func(c *Config) { c.Store = nil }, "NoOwner": func(c *Config) { c.Owner = "" },
		"NoRevision": func(c *Config) { c.Revision = 0 }, "NegativeRate": func(c *Config) { c.Rate = -1 },
		"LargePage":            func(c *Config) { c.Page = index.MaxWindow + 1 },
		"RevisionOfOtherRules": func(c *Config) { c.Revision = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			put(t, s, call(1, 1, 1))
			cfg := config(s, "a", &clock{})
			change(&cfg)
			if _, err := Run(t.Context(), cfg); err == nil {
				t.Error("it ran")
			}
		})
	}
}
