package elastic

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"suqiu/hotline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is a stand-in for what a healthy cluster can't be made to answer. Set-up, mapping and refresh are answered as
// by a cluster that fits this build, bulk requests are the test's, and so are gets by id and searches, which else find nothing.
type cluster struct {
	bulk      http.HandlerFunc
	get       http.HandlerFunc
	search    http.HandlerFunc
	version   int          // of the mapping of months and ledger
	months    []string     // the indices there are, as far as they are asked for
	refreshes atomic.Int64 // asked for
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/_bulk"):
		c.bulk(w, r)
	case strings.HasSuffix(r.URL.Path, "/_mget") && c.get == nil:
		noneFound(w, r)
	case strings.HasSuffix(r.URL.Path, "/_mget"):
		c.get(w, r)
	case strings.HasSuffix(r.URL.Path, "/_mapping"):
		name := strings.Split(r.URL.Path, "/")[1]
		mapping := callsMapping()
		mapping["_meta"] = object{"mapping_version": c.version}
		for _, field := range mapping["properties"].(object) { // the cluster leaves out that an object with fields is one
			if field := field.(object); field["properties"] != nil {
				delete(field, "type")
			}
		}
		_, _ = body(object{name: object{"mappings": mapping}}).WriteTo(w)
	case strings.HasSuffix(r.URL.Path, "/_alias"):
		months := object{}
		for _, month := range c.months {
			months[month] = object{"aliases": object{}}
		}
		_, _ = body(months).WriteTo(w)
	case strings.HasSuffix(r.URL.Path, "/_refresh"):
		c.refreshes.Add(1)
		fmt.Fprint(w, `{"_shards":{"total":1,"successful":1,"failed":0}}`)
	case strings.HasSuffix(r.URL.Path, "/_search") && c.search != nil:
		c.search(w, r)
	case strings.HasSuffix(r.URL.Path, "/_search"):
		fmt.Fprint(w, `{"hits":{"total":{"value":0}}}`)
	default:
		http.Error(w, r.URL.Path, http.StatusTeapot)
	}
}

// unpacked reads the body of a request, which is compressed.
func unpacked(r *http.Request) ([]byte, error) {
	body, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// noneFound answers a get of documents by id: none of them is there.
func noneFound(w http.ResponseWriter, r *http.Request) {
	text, err := unpacked(r)
	var asked struct {
		IDs  []string          `json:"ids"`
		Docs []json.RawMessage `json:"docs"`
	}
	if err == nil {
		err = json.Unmarshal(text, &asked)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answers := make([]object, len(asked.IDs)+len(asked.Docs))
	for i := range answers {
		answers[i] = object{"found": false}
	}
	_, _ = body(object{"docs": answers}).WriteTo(w)
}

func open(t *testing.T, handler http.Handler, change ...func(*Config)) *Store {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := DefaultConfig()
	config.Addresses = []string{server.URL}
	for _, c := range change {
		c(&config)
	}
	store, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func call(id string) hotline.Document {
	return hotline.Document{
		Call: hotline.Call{
			Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindCall,
			Received: time.Date(2026, time.March, 31, 20, 0, 0, 0, time.UTC), Precision: hotline.PrecisionSecond,
			ContentRev: 1000, Matter: "95598:" + id, Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "停电"}},
		},
		Analysis: hotline.Analysis{RulesetRev: 1},
	}
}

func answer(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// wording is how Elasticsearch words a status.
func wording(status int) string {
	return fmt.Sprintf(`{"error":{"type":"some_exception","reason":"why"},"status":%d}`, status)
}
