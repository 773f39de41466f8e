//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// migrate runs the migration of a month to its end or its fault.
func migrate(ctx context.Context, store *elastic.Store, month, runner string, progress func(elastic.Progress)) error {
	return store.Migrate(ctx, month, runner, time.Now, progress)
}

func silent(elastic.Progress) {}

// calls numbers documents of one month.
func calls(n int, received time.Time) []hotline.Document {
	docs := make([]hotline.Document, n)
	for i := range docs {
		docs[i] = outage(fmt.Sprintf("%06d", i), received)
	}
	return docs
}

// stream writes to a store without end: new calls, newer contents of old ones, and dates corrected into the next month.
type stream struct {
	store *elastic.Store
	want  map[string]hotline.Document // as acknowledged
	rng   *rand.Rand
	calls int // that are written again and again
	batch int // writes at once
	waits int // how often a batch had to be tried again

	acknowledged int           // writes
	longest      time.Duration // until a batch was acknowledged as a whole
}

func (s *stream) run(ctx context.Context) error {
	for ctx.Err() == nil {
		var docs []hotline.Document
		told := map[int]bool{}
		for range s.batch {
			n := s.rng.IntN(s.calls)
			doc := outage(fmt.Sprintf("%06d", n), march)
			if known, ok := s.want[doc.Call.DocID()]; ok {
				doc = known
				doc.Call.ContentRev++
			}
			if s.rng.IntN(10) == 0 {
				doc.Call.Received = doc.Call.Received.AddDate(0, 1-2*s.rng.IntN(2), 0)
			}
			if !told[n] {
				told[n], docs = true, append(docs, doc)
			}
		}
		if err := s.put(docs); err != nil {
			return err
		}
	}
	return nil
}

// put tries until every document is stored, as the consumer does.
func (s *stream) put(docs []hotline.Document) error {
	begin := time.Now()
	defer func() { s.longest = max(s.longest, time.Since(begin)) }()
	for {
		verdicts, err := s.store.Put(context.Background(), docs)
		var f *hotline.Fault
		if errors.As(err, &f) && f.Kind == hotline.FaultUnavailable {
			s.waits++
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if err != nil {
			return err
		}
		again := docs[:0:0]
		for i, v := range verdicts {
			switch v.Outcome {
			case hotline.Stored:
				s.want[v.ID] = docs[i]
				s.acknowledged++
			case hotline.Retry:
				again = append(again, docs[i])
			default:
				return fmt.Errorf("%s: %s %s", v.ID, v.Outcome, v.Reason)
			}
		}
		if docs = again; len(docs) == 0 {
			return nil
		}
		s.waits++
	}
}

// check compares what is stored with what was acknowledged.
func (s *stream) check(t *testing.T) {
	t.Helper()
	if err := s.store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for token := ""; ; {
		docs, next, err := s.store.Scan(t.Context(), index.Filter{}, token, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			id := d.Call.DocID()
			seen[id]++
			if want := s.want[id]; d.Call.ContentRev != want.Call.ContentRev || !d.Call.Received.Equal(want.Call.Received) {
				t.Errorf("%s: got revision %d of %s, want %d of %s", id, d.Call.ContentRev, d.Call.Received, want.Call.ContentRev, want.Call.Received)
			}
		}
		if token = next; token == "" {
			break
		}
	}
	for id := range s.want {
		if seen[id] != 1 {
			t.Errorf("%s: found %d times", id, seen[id])
		}
	}
	result, err := s.store.Search(t.Context(), index.Query{})
	if err != nil || result.Total != int64(len(s.want)) {
		t.Errorf("search: got %d documents, %v, want %d", result.Total, err, len(s.want))
	}
}

// TestElasticMigrateUnderWrites moves a month twice while a writer rewrites, adds and moves its calls.
func TestElasticMigrateUnderWrites(t *testing.T) {
	s := &stream{store: openElastic(t, "moving"), want: map[string]hotline.Document{}, rng: rand.New(rand.NewPCG(1, 2)), calls: 2000, batch: 20}
	if err := s.put(calls(1500, march)); err != nil {
		t.Fatal(err)
	}
	operator := newElastic(t, "moving")
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	var failed error
	writing.Go(func() { failed = s.run(ctx) })
	var copied int64
	for n, month := range []string{"moving-calls-2026.03", "moving-calls.g2-2026.03"} {
		err := migrate(t.Context(), operator, month, "test", func(p elastic.Progress) { copied = p.Copied })
		if err != nil {
			t.Fatalf("migration %d: %v", n+1, err)
		}
		t.Logf("migration %d copied %d documents", n+1, copied)
	}
	time.Sleep(200 * time.Millisecond) // so that the writer meets the new index
	stop()
	writing.Wait()
	if failed != nil {
		t.Fatalf("writer: %v", failed)
	}
	s.check(t)
	t.Logf("%d calls acknowledged, %d batches tried again", len(s.want), s.waits)
	var names map[string]json.RawMessage
	if err := json.Unmarshal([]byte(request(t, http.MethodGet, "/moving-calls/_alias", "")), &names); err != nil {
		t.Fatal(err)
	}
	if _, ok := names["moving-calls.g3-2026.03"]; !ok || names["moving-calls-2026.03"] != nil || names["moving-calls.g2-2026.03"] != nil {
		t.Errorf("months: got %v, want the third generation of March alone", names)
	}
	wantStates(t, operator)
}

// TestElasticMigrateOld: a month with an older mapping is refused by the writer, reported, and written to again after
// its migration. The documents get the fields that they lacked.
func TestElasticMigrateOld(t *testing.T) {
	store := openElastic(t, "old")
	request(t, http.MethodPut, "/old-calls-2026.03", `{"mappings":{"_meta":{"mapping_version":0}}}`)
	request(t, http.MethodPut, "/old-calls-2026.03/_mapping", fmt.Sprintf(`{"_meta":{"mapping_version":%d}}`, elastic.MappingVersion))
	docs := calls(700, march)
	if _, err := store.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodPut, "/old-calls-2026.03/_mapping", `{"_meta":{"mapping_version":0},"properties":{"by_hand":{"type":"keyword"}}}`)
	_, err := newElastic(t, "old").Put(t.Context(), docs[:1])
	wantFault(t, "put into an old month", err, hotline.FaultSetup)
	wantStates(t, store, "month old-calls-2026.03: misfit")

	t.Run("Interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := migrate(ctx, store, "old-calls-2026.03", "first", func(p elastic.Progress) {
			if p.Copied > 0 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
		if verdicts, err := store.Put(t.Context(), docs[:1]); err != nil || verdicts[0].Outcome != hotline.Stored {
			t.Errorf("put after an interrupted migration: got %v, %v, want stored", verdicts, err)
		}
		result, err := store.Search(t.Context(), index.Query{})
		if err != nil || result.Total != int64(len(docs)) {
			t.Errorf("search: got %d documents, %v, want %d: the unfinished index must not be seen", result.Total, err, len(docs))
		}
	})
	t.Run("OtherRunnerAtWork", func(t *testing.T) {
		observing, second := make(chan struct{}), make(chan error, 1)
		var once sync.Once
		clock := func() time.Time {
			once.Do(func() { close(observing) })
			return time.Now()
		}
		reports := 0
		err := migrate(t.Context(), store, "old-calls-2026.03", "first", func(elastic.Progress) {
			switch reports++; reports {
			case 1: // before the first page, after which the record changes
				go func() {
					second <- store.Migrate(context.WithoutCancel(t.Context()), "old-calls-2026.03", "second", clock, silent)
				}()
				<-observing
			case 3:
				wantFault(t, "second runner", <-second, hotline.FaultSetup)
			}
		})
		if err != nil || reports < 3 {
			t.Errorf("first runner: %v after %d reports", err, reports)
		}
	})
	wantStates(t, store)
	if verdicts, err := newElastic(t, "old").Put(t.Context(), docs[:1]); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("put after the migration: got %v, %v, want stored", verdicts, err)
	}
	t.Run("NoSuchMonth", func(t *testing.T) {
		wantFault(t, "migrate the alias", migrate(t.Context(), store, "old-calls-2026.03", "first", silent), hotline.FaultSetup)
		result, err := store.Search(t.Context(), index.Query{Words: "停电"})
		if err != nil || result.Total != int64(len(docs)) {
			t.Errorf("search: got %d documents, %v, want %d", result.Total, err, len(docs))
		}
	})
}

// TestElasticMigrateBlockLeft: a run that dies while writers wait leaves them waiting, and the next one ends it.
func TestElasticMigrateBlockLeft(t *testing.T) {
	store := openElastic(t, "left")
	if _, err := store.Put(t.Context(), calls(10, march)); err != nil {
		t.Fatal(err)
	}
	died := `{"source":"left-calls-2026.03","target":"left-calls.g2-2026.03","blocked":true,"swapping":true,"runner":"dead","beat":"2026-01-01T00:00:00Z"}`
	if _, err := store.PutRecord(t.Context(), "migration/left-calls-2026.03", []byte(died), 0); err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodPut, "/left-calls-2026.03/_block/write", "")
	_, err := store.Put(t.Context(), calls(1, march))
	wantFault(t, "put while a migration ends", err, hotline.FaultUnavailable)
	if err := store.Migrate(t.Context(), "left-calls-2026.03", "next", hasty(), silent); err != nil {
		t.Fatal(err)
	}
	if verdicts, err := store.Put(t.Context(), calls(1, march)); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("put: got %v, %v, want stored", verdicts, err)
	}
	wantStates(t, store)
}

// lossy passes requests on to the cluster, but for one to swap aliases, to which it answers with a time-out of its own:
// after the cluster has done it, or without asking the cluster at all.
func lossy(t *testing.T, ask bool) string {
	t.Helper()
	target, err := url.Parse(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	var lost atomic.Bool
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_aliases" || lost.Swap(true) {
			proxy.ServeHTTP(w, r)
			return
		}
		if ask {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
		}
		w.WriteHeader(http.StatusGatewayTimeout)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestElasticMigrateAnswerLost: when nobody knows whether the swap was done, writers are not let in to the old index,
// where it might yet take their documents away.
func TestElasticMigrateAnswerLost(t *testing.T) {
	for _, c := range []struct {
		name string
		done bool
	}{{"SwapNotDone", false}, {"SwapDone", true}} {
		t.Run(c.name, func(t *testing.T) {
			prefix := "lost-" + strings.ToLower(c.name)
			writer, month := openElastic(t, prefix), prefix+"-calls-2026.03"
			docs := calls(10, march)
			if _, err := writer.Put(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
			operator := newElastic(t, prefix, func(config *elastic.Config) { config.Addresses = []string{lossy(t, c.done)} })
			wantFault(t, "migrate", migrate(t.Context(), operator, month, "test", silent), hotline.FaultUnavailable)
			verdicts, err := writer.Put(t.Context(), docs)
			if c.done {
				if err != nil || verdicts[0].Outcome != hotline.Stored {
					t.Errorf("put after the swap: got %v, %v, want stored", verdicts, err)
				}
			} else {
				wantFault(t, "put before the swap", err, hotline.FaultUnavailable)
			}
			if err := migrate(t.Context(), operator, month, "test", silent); err != nil {
				t.Fatalf("migrate again: %v", err)
			}
			if verdicts, err := writer.Put(t.Context(), docs); err != nil || verdicts[0].Outcome != hotline.Stored {
				t.Errorf("put: got %v, %v, want stored", verdicts, err)
			}
			if err := writer.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			if result, err := writer.Search(t.Context(), index.Query{}); err != nil || result.Total != int64(len(docs)) {
				t.Errorf("search: got %d, %v, want %d", result.Total, err, len(docs))
			}
			wantStates(t, writer)
		})
	}
}

// BenchmarkElasticMigrate makes a month of 20,000 calls anew.
func BenchmarkElasticMigrate(b *testing.B) {
	store := openElastic(b, "benchmigrate")
	docs := make([]hotline.Document, benchBatch)
	for n := range 20 {
		for i := range docs {
			docs[i] = benchCall("95598", n*benchBatch+i, march)
		}
		put(b, store, docs)
	}
	month := "benchmigrate-calls-2026.03"
	var copied int64
	for n := 2; b.Loop(); n++ {
		if err := migrate(b.Context(), store, month, "bench", func(p elastic.Progress) { copied = p.Copied }); err != nil {
			b.Fatal(err)
		}
		month = fmt.Sprintf("benchmigrate-calls.g%d-2026.03", n)
	}
	b.ReportMetric(float64(copied)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}
