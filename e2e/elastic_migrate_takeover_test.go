//go:build e2e && unix

package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// hasty is a clock by which the minutes that a silent run is waited for are over in a second.
func hasty() func() time.Time {
	begin := time.Now()
	return func() time.Time { return begin.Add(200 * time.Since(begin)) }
}

// before passes requests on to the cluster, and calls hook before each.
func before(t *testing.T, hook func(*http.Request)) string {
	t.Helper()
	target, err := url.Parse(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hook(r)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// halt stops a run at one of its requests.
type halt struct{ reached, goOn chan struct{} }

func newHalt() halt { return halt{make(chan struct{}), make(chan struct{})} }

func (h halt) here() {
	close(h.reached)
	<-h.goOn
}

func (h halt) await(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case <-h.reached:
	case err := <-ended:
		t.Fatalf("the run ended before it could be halted: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the run did not come to the request at which it is halted")
	}
}

// TestElasticMigrateTakenOver: a run stands still while it copies the last, writers being blocked, until another has taken
// over and has counted the documents. When it wakes it must not let writers in: the swap would take away what they write.
func TestElasticMigrateTakenOver(t *testing.T) {
	const month = "takeover-calls-2026.03"
	writer := openElastic(t, "takeover")
	docs := calls(20, march)
	if _, err := writer.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	start := func(runner string, clock func() time.Time, hook func(*http.Request)) <-chan error {
		store := newElastic(t, "takeover", func(config *elastic.Config) { config.Addresses = []string{before(t, hook)} })
		ended := make(chan error, 1)
		go func() { ended <- store.Migrate(context.WithoutCancel(t.Context()), month, runner, clock, silent) }()
		return ended
	}
	frozen := newHalt()
	var blocked atomic.Bool
	first := start("first", time.Now, func(r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/_block/write"):
			blocked.Store(true)
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/_pit") && blocked.CompareAndSwap(true, false):
			frozen.here()
		}
	})
	frozen.await(t, first)
	swapping := newHalt()
	second := start("second", hasty(), func(r *http.Request) {
		if r.URL.Path == "/_aliases" {
			swapping.here()
		}
	})
	swapping.await(t, second)
	close(frozen.goOn)
	wantFault(t, "the run that was taken over", <-first, hotline.FaultSetup)
	fresh := docs[0]
	fresh.Call.ContentRev++
	_, err := writer.Put(t.Context(), []hotline.Document{fresh})
	wantFault(t, "put before the swap", err, hotline.FaultUnavailable)
	close(swapping.goOn)
	if err := <-second; err != nil {
		t.Fatalf("the run that took over: %v", err)
	}
	if verdicts, err := writer.Put(t.Context(), []hotline.Document{fresh}); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("put after the swap: got %v, %v, want stored", verdicts, err)
	}
	wantTotal(t, writer, len(docs))
	wantStates(t, writer)
}

// TestElasticMigrateBlockLifted: a block that somebody lifts between the last count and the swap may have let a write in, so
// there is no swap, and another run copies it.
func TestElasticMigrateBlockLifted(t *testing.T) {
	const month = "lifted-calls-2026.03"
	writer := openElastic(t, "lifted")
	docs := calls(20, march)
	if _, err := writer.Put(t.Context(), docs[:19]); err != nil {
		t.Fatal(err)
	}
	var lifted atomic.Bool
	operator := newElastic(t, "lifted", func(config *elastic.Config) {
		config.Addresses = []string{before(t, func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/_settings/index.blocks.write") && !lifted.Swap(true) {
				request(t, http.MethodPut, "/"+month+"/_settings", `{"index":{"blocks":{"write":null}}}`)
				if verdicts, err := writer.Put(context.WithoutCancel(t.Context()), docs[19:]); err != nil || verdicts[0].Outcome != hotline.Stored {
					t.Errorf("put once the block is lifted: got %v, %v, want stored", verdicts, err)
				}
			}
		})}
	})
	wantFault(t, "migrate", migrate(t.Context(), operator, month, "test", silent), hotline.FaultUnavailable)
	if err := migrate(t.Context(), operator, month, "test", silent); err != nil {
		t.Fatalf("migrate again: %v", err)
	}
	wantTotal(t, writer, len(docs))
	wantStates(t, writer)
}

// wantTotal refreshes and counts.
func wantTotal(t *testing.T, store *elastic.Store, want int) {
	t.Helper()
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if result, err := store.Search(t.Context(), index.Query{}); err != nil || result.Total != int64(want) {
		t.Errorf("search: got %d, %v, want %d", result.Total, err, want)
	}
}
