package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// today is when the tests take place.
var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// fakeClock does not wait: sleeping moves it on.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newFakeClock() *fakeClock { return &fakeClock{now: today} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// plainParts stand for the locator, the masker and the analyser: they do their work without tables and rules.
type plainParts struct {
	broken string // a call with this id makes the masker panic
}

func (plainParts) Locate(_ *decode.Record, defaultArea string) hotline.Area {
	return hotline.Area{Grid: defaultArea, Method: hotline.AreaByDefault}
}

func (p plainParts) Name(name string) string { return strings.ReplaceAll(name, "13800001234", "c_x") }

func (p plainParts) Call(r *decode.Record) hotline.Call {
	if p.broken != "" && r.Call.ID == p.broken {
		var none []string
		_ = none[len(r.Call.Turns)+7]
	}
	return r.Call
}

func (plainParts) Analyze(c *hotline.Call) hotline.Analysis {
	return hotline.Analysis{Tokens: []string{c.ID}, RulesetRev: 3, RulesetHash: "r3"}
}

func testPipeline(clock Clock) *Pipeline {
	parts := plainParts{broken: "broken"}
	return &Pipeline{Locate: parts, Mask: parts, Analyze: parts, Clock: clock}
}

var source95598 = decode.Source{Name: "95598", Hotline: hotline.Hotline95598, Format: decode.Native, DefaultArea: "琼/海口"}

// contact is one contact in native JSON; rev tells its versions apart.
func contact(id string, rev int) string {
	updated := today.Add(-48*time.Hour + time.Duration(rev)*time.Second)
	return fmt.Sprintf(`{"schema":1,"id":%q,"kind":"message","received":"2026-11-18T09:00:00+08:00","updated":%q,"text":"小区停电 第%d版"}`,
		id, updated.Format(time.RFC3339), rev)
}

// memStore keeps documents as a store must: the newest version of each. Before each put it asks faults what to do.
type memStore struct {
	mu     sync.Mutex
	docs   map[string]hotline.Document
	writes map[string]int // by id: how often a version was accepted
	puts   int
	fault  func(put int, docs []hotline.Document) fault // nil: none
}

// fault is what a put does other than store all.
type fault struct {
	err   error                                      // of the whole batch
	apply bool                                       // store the batch although err is returned: the answer was lost
	hang  bool                                       // answer only when the context ends
	item  func(d *hotline.Document) *hotline.Verdict // not nil: this document is not stored
	short bool                                       // leave out the last verdict
}

func newMemStore() *memStore {
	return &memStore{docs: make(map[string]hotline.Document), writes: make(map[string]int)}
}

func (s *memStore) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	s.mu.Lock()
	s.puts++
	var f fault
	if s.fault != nil {
		f = s.fault(s.puts, docs)
	}
	s.mu.Unlock()
	if f.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if f.err != nil && !f.apply {
		return nil, f.err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	verdicts := make([]hotline.Verdict, len(docs))
	for i := range docs {
		verdicts[i] = s.store(&docs[i], f)
	}
	if f.err != nil {
		return nil, f.err
	}
	if f.short {
		verdicts = verdicts[:len(verdicts)-1]
	}
	return verdicts, nil
}

func (s *memStore) store(d *hotline.Document, f fault) hotline.Verdict {
	id := d.Call.DocID()
	if f.item != nil {
		if v := f.item(d); v != nil {
			return *v
		}
	}
	if known, ok := s.docs[id]; ok && known.Version() > d.Version() {
		return hotline.Verdict{ID: id, Outcome: hotline.Superseded}
	}
	s.docs[id] = *d
	s.writes[id]++
	return hotline.Verdict{ID: id, Outcome: hotline.Stored}
}

// texts tells of each stored document its text.
func (s *memStore) texts() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := make(map[string]string, len(s.docs))
	for id, d := range s.docs {
		texts[id] = d.Call.Text(nil)
	}
	return texts
}

func (s *memStore) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.docs)
}

// memSink keeps dead letters by id.
type memSink struct {
	mu      sync.Mutex
	letters map[string]DeadLetter
	failing int // so many calls fail first
}

func newMemSink() *memSink { return &memSink{letters: make(map[string]DeadLetter)} }

func (s *memSink) Bury(ctx context.Context, letters []DeadLetter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing > 0 {
		s.failing--
		return errors.New("the topic has no leader")
	}
	for _, d := range letters {
		s.letters[d.ID] = d
	}
	return ctx.Err()
}

func (s *memSink) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.letters))
}

// memLedger is a ledger in memory.
type memLedger struct {
	mu      sync.Mutex
	values  map[string][]byte
	revs    map[string]int64
	failing func() error // asked before each put; may be nil
}

func newMemLedger() *memLedger {
	return &memLedger{values: make(map[string][]byte), revs: make(map[string]int64)}
}

func (l *memLedger) Get(_ context.Context, key string) ([]byte, int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.values[key], l.revs[key], nil
}

func (l *memLedger) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.revs[key] != ifRev {
		return 0, ErrLedgerConflict
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	l.values[key] = slices.Clone(value)
	l.revs[key]++
	if l.failing != nil {
		if err := l.failing(); err != nil {
			return 0, err // applied, but the answer is lost
		}
	}
	return l.revs[key], nil
}

// newTestLoop is a loop whose waits take no time.
func newTestLoop(t testing.TB, store Store, sink Sink, change func(*LoopConfig)) *Loop {
	t.Helper()
	clock := newFakeClock()
	cfg := LoopConfig{Pipeline: testPipeline(clock), Store: store, Sink: sink, Clock: clock, PutTimeout: 50 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	loop, err := NewLoop(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return loop
}

// unitsOf processes payloads as records of one partition.
func unitsOf(l *Loop, payloads ...string) []Unit {
	units := make([]Unit, len(payloads))
	for i, p := range payloads {
		units[i] = l.unit(&source95598, partitionID{"calls", 0}, &record{offset: int64(i), time: today, value: []byte(p)})
	}
	return units
}

func equalMaps(t *testing.T, got, want map[string]string) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	for id, text := range want {
		if got[id] != text {
			t.Errorf("%s holds %q, want %q", id, got[id], text)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			t.Errorf("%s is stored and should not be", id)
		}
	}
}

// measure is the value that a counter or gauge shows.
func measure(t testing.TB, m prometheus.Metric) float64 {
	t.Helper()
	var value dto.Metric
	if err := m.Write(&value); err != nil {
		t.Fatal(err)
	}
	return value.GetCounter().GetValue() + value.GetGauge().GetValue()
}

func newRegistry(t testing.TB, c prometheus.Collector) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	return registry
}
