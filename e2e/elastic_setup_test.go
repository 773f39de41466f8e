//go:build e2e && unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// request sends a request to the cluster beside the store and returns the answer's body.
func request(t *testing.T, method, path, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, cluster.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return string(text)
}

func outage(id string, received time.Time) hotline.Document {
	return hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindOrder, Received: received,
			Precision: hotline.PrecisionSecond, ContentRev: 1, Matter: "95598:" + id, Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "停电"}},
		},
		Analysis: hotline.Analysis{Labels: []hotline.Label{{Code: "outage", Weight: 1}}, RulesetRev: 1},
	}
}

var march = time.Date(2026, time.March, 10, 4, 0, 0, 0, time.UTC)

// newElastic opens a store of the cluster without setting it up.
func newElastic(t *testing.T, prefix string, change ...func(*elastic.Config)) *elastic.Store {
	t.Helper()
	config := elastic.DefaultConfig()
	config.Addresses, config.Prefix, config.Replicas = []string{cluster.URL()}, prefix, 0
	for _, c := range change {
		c(&config)
	}
	store, err := elastic.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func wantFault(t *testing.T, what string, err error, kind hotline.FaultKind) {
	t.Helper()
	var f *hotline.Fault
	if !errors.As(err, &f) || f.Kind != kind {
		t.Errorf("%s: got %v, want a fault of kind %d", what, err, kind)
	}
}

// TestElasticWithoutSetup: nothing is made, found or counted before Setup, and nothing is silently empty.
func TestElasticWithoutSetup(t *testing.T) {
	store := newElastic(t, "bare")
	ctx := t.Context()
	_, err := store.Put(ctx, []hotline.Document{outage("1", march)})
	wantFault(t, "put", err, hotline.FaultSetup)
	_, err = store.Search(ctx, index.Query{})
	wantFault(t, "search", err, hotline.FaultSetup)
	_, _, err = store.Scan(ctx, index.Filter{}, "", 10)
	wantFault(t, "scan", err, hotline.FaultSetup)
	_, err = store.Get(ctx, "95598:1")
	wantFault(t, "get", err, hotline.FaultSetup)
	_, err = store.Count(ctx, index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid})
	wantFault(t, "count", err, hotline.FaultSetup)
	_, err = store.GetRecord(ctx, "a")
	wantFault(t, "ledger", err, hotline.FaultSetup)
	wantFault(t, "refresh", store.Refresh(ctx), hotline.FaultSetup)
	if got := request(t, http.MethodGet, "/_cat/indices/bare-*", ""); got != "" {
		t.Errorf("indices were made: %s", got)
	}
}

// TestElasticSetupAgain: Setup keeps what is there, and a month gets mapping, settings and alias from the template.
func TestElasticSetupAgain(t *testing.T) {
	store := openElastic(t, "again")
	if _, err := store.Put(t.Context(), []hotline.Document{outage("1", march)}); err != nil {
		t.Fatal(err)
	}
	rev, err := store.PutRecord(t.Context(), "kept", []byte("x"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := store.GetRecord(t.Context(), "kept"); err != nil || r.Rev != rev {
		t.Errorf("record after a second set-up: got %+v, %v", r, err)
	}
	if got := request(t, http.MethodGet, "/again-calls/_search?filter_path=hits.total.value", ""); !strings.Contains(got, "hits") {
		t.Errorf("search by alias: got %s", got)
	}
	settings := request(t, http.MethodGet, "/again-calls-2026.03/_settings?flat_settings=true", "")
	for _, want := range []string{`"index.codec":"best_compression"`, `"index.number_of_replicas":"0"`, `"index.refresh_interval":"5000ms"`} {
		if !strings.Contains(settings, want) {
			t.Errorf("settings of a month: got %s, want %s in it", settings, want)
		}
	}
}

// TestElasticMappingDoesNotFit: a month that was made by hand stops the writer and refuses no document.
func TestElasticMappingDoesNotFit(t *testing.T) {
	t.Run("Older", func(t *testing.T) {
		store := openElastic(t, "older")
		request(t, http.MethodPut, "/older-calls-2026.03/", `{"mappings":{"_meta":{"mapping_version":0}}}`)
		_, err := store.Put(t.Context(), []hotline.Document{outage("1", march)})
		wantFault(t, "put", err, hotline.FaultSetup)
	})
	t.Run("LacksField", func(t *testing.T) {
		request(t, http.MethodPut, "/lacks-calls-2026.03", fmt.Sprintf(`{"mappings":{"dynamic":"strict","_meta":{"mapping_version":%d}}}`, elastic.MappingVersion))
		store := openElastic(t, "lacks")
		_, err := store.Put(t.Context(), []hotline.Document{outage("1", march)})
		wantFault(t, "put", err, hotline.FaultSetup)
		if err == nil || !strings.Contains(err.Error(), "/account/type") {
			t.Errorf("got %v, want one that names the first field that differs", err)
		}
	})
	t.Run("TemplateGone", func(t *testing.T) {
		store := openElastic(t, "gone")
		request(t, http.MethodDelete, "/_index_template/gone-calls", "")
		_, err := store.Put(t.Context(), []hotline.Document{outage("1", march)})
		wantFault(t, "put", err, hotline.FaultSetup)
		if got := request(t, http.MethodGet, "/_cat/indices/gone-calls-*", ""); got != "" {
			t.Errorf("a month was made without the template: %s", got)
		}
	})
	t.Run("Blocked", func(t *testing.T) {
		store := openElastic(t, "blocked")
		if _, err := store.Put(t.Context(), []hotline.Document{outage("1", march)}); err != nil {
			t.Fatal(err)
		}
		request(t, http.MethodPut, "/blocked-calls-2026.03/_block/write", "")
		_, err := store.Put(t.Context(), []hotline.Document{outage("2", march)})
		wantFault(t, "put", err, hotline.FaultSetup)
	})
}

// TestElasticFullDisk: a node that has hit its flood stage blocks its indices; documents wait for it.
func TestElasticFullDisk(t *testing.T) {
	store := openElastic(t, "full")
	if _, err := store.Put(t.Context(), []hotline.Document{outage("1", march)}); err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodPut, "/full-calls-2026.03/_settings", `{"index.blocks.read_only_allow_delete":true}`)
	verdicts, err := store.Put(t.Context(), []hotline.Document{outage("2", march)})
	if err != nil || verdicts[0].Outcome != hotline.Retry || verdicts[0].Reason == "" {
		t.Errorf("got %v, %v, want a retry with its reason", verdicts, err)
	}
	request(t, http.MethodPut, "/full-calls-2026.03/_settings", `{"index.blocks.read_only_allow_delete":null}`)
	if verdicts, err = store.Put(t.Context(), []hotline.Document{outage("2", march)}); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("after the block: got %v, %v, want stored", verdicts, err)
	}
}

// TestElasticMonthDropped: retention drops a month that the writer has seen; the document is tried again and stored.
func TestElasticMonthDropped(t *testing.T) {
	store := openElastic(t, "dropped")
	if _, err := store.Put(t.Context(), []hotline.Document{outage("1", march)}); err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodDelete, "/dropped-calls-2026.03", "")
	for _, want := range []hotline.Outcome{hotline.Retry, hotline.Stored} {
		verdicts, err := store.Put(t.Context(), []hotline.Document{outage("1", march)})
		if err != nil || verdicts[0].Outcome != want {
			t.Fatalf("got %v, %v, want %s", verdicts, err, want)
		}
	}
}

// TestElasticFirstWritersAtOnce: writers that find a month missing make it together.
func TestElasticFirstWritersAtOnce(t *testing.T) {
	openElastic(t, "first")
	var all sync.WaitGroup
	for w := range 4 {
		store := newElastic(t, "first")
		all.Go(func() {
			verdicts, err := store.Put(t.Context(), []hotline.Document{outage(fmt.Sprint(w), march)})
			if err != nil || verdicts[0].Outcome != hotline.Stored {
				t.Errorf("writer %d: got %v, %v", w, verdicts, err)
			}
		})
	}
	all.Wait()
}

// TestElasticFrozen: a node that accepts connections and never answers is unavailable, and used again once it answers.
func TestElasticFrozen(t *testing.T) {
	openElastic(t, "frozen")
	store := newElastic(t, "frozen", func(c *elastic.Config) { c.Timeout = 2 * time.Second })
	docs := []hotline.Document{outage("1", march)}
	cluster.Suspend()
	_, err := store.Put(t.Context(), docs)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	_, ended := store.Put(ctx, docs)
	cancel()
	cluster.Resume()
	wantFault(t, "put into a frozen node", err, hotline.FaultUnavailable)
	if !errors.Is(ended, context.DeadlineExceeded) {
		t.Errorf("put with a context that ends: got %v, want its error", ended)
	}
	// A node that was frozen may still be busy with what it was sent.
	patient := newElastic(t, "frozen")
	if verdicts, err := patient.Put(t.Context(), docs); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("after resume: got %v, %v, want stored", verdicts, err)
	}
}

// TestElasticKilled: what was acknowledged is there after a kill -9, documents and ledger.
func TestElasticKilled(t *testing.T) {
	store := openElastic(t, "killed")
	var docs []hotline.Document
	for n := range 500 {
		docs = append(docs, outage(fmt.Sprint(n), march.AddDate(0, n%3, 0)))
	}
	if _, err := store.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	rev, err := store.PutRecord(t.Context(), "lease", []byte("x"), 0)
	if err != nil {
		t.Fatal(err)
	}
	cluster.Kill()
	_, err = store.Put(t.Context(), docs)
	wantFault(t, "put into a killed node", err, hotline.FaultUnavailable)
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	result, err := store.Search(t.Context(), index.Query{Words: "停电"})
	if err != nil || result.Total != int64(len(docs)) {
		t.Errorf("got %d documents, %v, want %d", result.Total, err, len(docs))
	}
	if r, err := store.GetRecord(t.Context(), "lease"); err != nil || r.Rev != rev {
		t.Errorf("record: got %+v, %v", r, err)
	}
	if verdicts, err := store.Put(t.Context(), docs[:1]); err != nil || verdicts[0].Outcome != hotline.Stored {
		t.Errorf("put again: got %v, %v", verdicts, err)
	}
}
