package elastic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/index"
)

func TestPutFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		bulk http.HandlerFunc
		want hotline.FaultKind
		says string
	}{
		{"BadRequest", answer(400, wording(400)), hotline.FaultSetup, "some_exception: why"},
		{"Unauthorized", answer(401, wording(401)), hotline.FaultSetup, "password"},
		{"Forbidden", answer(403, wording(403)), hotline.FaultSetup, "view_index_metadata"},
		{"NotFound", answer(404, wording(404)), hotline.FaultSetup, "index setup"},
		{"RequestTimeout", answer(408, ""), hotline.FaultUnavailable, "408"},
		{"TooLarge", answer(413, ""), hotline.FaultTooLarge, "smaller batches"},
		{"TooManyRequests", answer(429, wording(429)), hotline.FaultUnavailable, "429"},
		{"BadGateway", answer(502, "<html>Bad Gateway</html>"), hotline.FaultUnavailable, "502"},
		{"Unavailable", answer(503, wording(503)), hotline.FaultUnavailable, "503"},
		{"NotJSON", answer(200, "<html>"), hotline.FaultUnavailable, "damaged"},
		{"Empty", answer(200, ""), hotline.FaultUnavailable, "damaged"},
		{"OneItemOfTwo", answer(200, `{"items":[{"index":{"status":201}}]}`), hotline.FaultUnavailable, "1 items for 2 actions"},
		{"ItemWithoutStatus", answer(200, `{"items":[{"index":{"status":201}},{"index":{}}]}`), hotline.FaultUnavailable, "item 1 has no status"},
		{"UnknownField", answer(200, `{"items":[{"index":{"status":201}},{"index":{"status":400,"error":{"type":"strict_dynamic_mapping_exception","reason":"channel"}}}]}`), hotline.FaultSetup, "channel"},
		{"ItemForbidden", answer(200, `{"items":[{"index":{"status":403,"error":{"type":"cluster_block_exception","reason":"blocked"}}},{"index":{"status":201}}]}`), hotline.FaultSetup, "blocked"},
		{"CutShort", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"items":[`)
		}, hotline.FaultUnavailable, "damaged"},
		{"ConnectionBroken", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, hotline.FaultUnavailable, "EOF"},
		{"NotElasticsearch", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Del("X-Elastic-Product")
			_, _ = io.WriteString(w, "welcome")
		}, hotline.FaultSetup, "check host, port and base path"},
		{"NotFoundElsewhere", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del("X-Elastic-Product")
			http.NotFound(w, r)
		}, hotline.FaultSetup, "check host, port and base path"},
		{"NoSuchAddress", answer(400, `{"error":"no handler found for uri [/es/_bulk] and method [POST]"}`), hotline.FaultSetup, "no handler found for uri [/es/_bulk] and method [POST] (check host, port and base path"},
		{"PlainToTLS", answer(400, "Client sent an HTTP request to an HTTPS server."), hotline.FaultSetup, "check http:// and https://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := open(t, &cluster{bulk: c.bulk, version: MappingVersion})
			verdicts, err := store.Put(t.Context(), []hotline.Document{call("1"), call("2")})
			var f *hotline.Fault
			if !errors.As(err, &f) || f.Kind != c.want || verdicts != nil {
				t.Fatalf("got %v, %v, want a fault of kind %d", verdicts, err, c.want)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
		})
	}
}

func TestPutVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, item string
		want       hotline.Outcome
		reason     string
	}{
		{"Created", `"status":201`, hotline.Stored, ""},
		{"Updated", `"status":200`, hotline.Stored, ""},
		{"Conflict", `"status":409,"error":{"type":"version_conflict_engine_exception","reason":"newer"}`, hotline.Superseded, ""},
		{"Rejected", `"status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}`, hotline.Retry, "es_rejected_execution_exception: full"},
		{"ShardDown", `"status":503,"error":{"type":"unavailable_shards_exception","reason":"down"}`, hotline.Retry, "unavailable_shards_exception: down"},
		{"MonthDropped", `"status":404,"error":{"type":"index_not_found_exception","reason":"gone"}`, hotline.Retry, "index_not_found_exception: gone"},
		{"Unfit", `"status":400,"error":{"type":"document_parsing_exception","reason":"a","caused_by":{"type":"b","reason":"c"}}`, hotline.Refused, "document_parsing_exception: a: b: c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := open(t, &cluster{bulk: answer(200, `{"items":[{"index":{`+c.item+`}},{"index":{"status":201}}]}`), version: MappingVersion})
			verdicts, err := store.Put(t.Context(), []hotline.Document{call("1"), {}, call("2")})
			if err != nil {
				t.Fatal(err)
			}
			if got := verdicts[0]; got.ID != "95598:1" || got.Outcome != c.want || got.Reason != c.reason {
				t.Errorf("got %+v, want %s %q", got, c.want, c.reason)
			}
			if verdicts[1].Outcome != hotline.Refused || verdicts[2].Outcome != hotline.Stored {
				t.Errorf("others: got %v, want refused and stored", verdicts[1:])
			}
		})
	}
}

// TestPutUnfit: values that do not fit their field are the documents' own fault where the mapping is this build's, however
// many they are, and else one of the set-up, after which none is refused.
func TestPutUnfit(t *testing.T) {
	const unfit = `{"index":{"status":400,"error":{"type":"document_parsing_exception","reason":"a"}}}`
	healthy := &cluster{bulk: answer(200, `{"items":[`+unfit+`,`+unfit+`]}`), version: MappingVersion}
	docs := []hotline.Document{call("1"), call("2")}
	t.Run("MappingFits", func(t *testing.T) {
		verdicts, err := open(t, healthy).Put(t.Context(), docs)
		if err != nil || len(verdicts) != 2 || verdicts[0].Outcome != hotline.Refused || verdicts[1].Outcome != hotline.Refused {
			t.Errorf("got %v, %v, want both refused", verdicts, err)
		}
	})
	t.Run("MappingChangedMeanwhile", func(t *testing.T) {
		asked := false
		store := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/_mapping") && asked {
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				name := strings.Split(r.URL.Path, "/")[1]
				fmt.Fprintf(w, `{%q:{"mappings":{"_meta":{"mapping_version":%d},"properties":{"id":{"type":"long"}}}}}`, name, MappingVersion)
				return
			}
			asked = asked || strings.HasSuffix(r.URL.Path, "/_mapping")
			healthy.ServeHTTP(w, r)
		}))
		verdicts, err := store.Put(t.Context(), docs)
		var f *hotline.Fault
		if !errors.As(err, &f) || f.Kind != hotline.FaultSetup || verdicts != nil || !strings.Contains(err.Error(), "its mapping differs") {
			t.Errorf("got %v, %v, want a fault of the mapping", verdicts, err)
		}
	})
}

func TestPutTimesOut(t *testing.T) {
	release := make(chan struct{})
	hang := func(http.ResponseWriter, *http.Request) { <-release }
	store := open(t, &cluster{bulk: hang, version: MappingVersion}, func(c *Config) { c.Timeout = time.Second })
	t.Cleanup(func() { close(release) })

	t.Run("OwnTimeout", func(t *testing.T) {
		_, err := store.Put(t.Context(), []hotline.Document{call("1")})
		var f *hotline.Fault
		if !errors.As(err, &f) || f.Kind != hotline.FaultUnavailable {
			t.Errorf("got %v, want unavailable", err)
		}
	})
	t.Run("ContextEnds", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := store.Put(ctx, []hotline.Document{call("1")})
		var f *hotline.Fault
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &f) {
			t.Errorf("got %v, want the context's error and no fault", err)
		}
	})
}

// TestPutOldMapping: nothing is sent to a month whose mapping is older than the documents.
func TestPutOldMapping(t *testing.T) {
	var sent atomic.Int64
	store := open(t, &cluster{bulk: func(http.ResponseWriter, *http.Request) { sent.Add(1) }, version: MappingVersion - 1})
	_, err := store.Put(t.Context(), []hotline.Document{call("1")})
	var f *hotline.Fault
	if !errors.As(err, &f) || f.Kind != hotline.FaultSetup || f.Hint.IsZero() || sent.Load() != 0 {
		t.Errorf("got %v after %d requests, want a set-up fault with a hint and none", err, sent.Load())
	}
	if _, err := store.Search(t.Context(), index.Query{}); !errors.As(err, &f) || f.Kind != hotline.FaultSetup {
		t.Errorf("search: got %v, want a set-up fault", err)
	}
}

// TestPutRequest checks what a server does not show: gzip, versions as whole numbers, the month of Shanghai.
func TestPutRequest(t *testing.T) {
	lines := make(chan []string, 1)
	store := open(t, &cluster{version: MappingVersion, bulk: func(w http.ResponseWriter, r *http.Request) {
		text, err := unpacked(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		lines <- strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		fmt.Fprint(w, `{"items":[{"index":{"status":201}}]}`)
	}})
	doc := call("1")
	doc.Call.ContentRev, doc.Analysis.RulesetRev = hotline.MaxContentRev, hotline.MaxRulesetRev
	if _, err := store.Put(t.Context(), []hotline.Document{doc}); err != nil {
		t.Fatal(err)
	}
	got := <-lines
	want := `{"index":{"_index":"suqiu-calls-2026.04","_id":"95598:1","version":9223372036850647039,"version_type":"external_gte"}}`
	if len(got) != 2 || got[0] != want {
		t.Fatalf("got %q, want two lines, the first %s", got, want)
	}
	var source struct{ Document hotline.Document }
	if err := json.Unmarshal([]byte(got[1]), &source); err != nil || source.Document.Version() != doc.Version() {
		t.Errorf("document: got %+v, %v", source.Document, err)
	}
}

// TestPutInfiniteWeight: what has no JSON is refused alone.
func TestPutInfiniteWeight(t *testing.T) {
	store := open(t, &cluster{bulk: answer(200, `{"items":[{"index":{"status":201}}]}`), version: MappingVersion})
	zero := 0.0
	bad := call("1")
	bad.Analysis.Margin = 1 / zero
	verdicts, err := store.Put(t.Context(), []hotline.Document{bad, call("2")})
	if err != nil || verdicts[0].Outcome != hotline.Refused || verdicts[1].Outcome != hotline.Stored {
		t.Errorf("got %v, %v, want refused and stored", verdicts, err)
	}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*Config)
	}{
		{"User", "Basic c3VxaXU6c2VjcmV0", func(c *Config) { c.Username, c.Password = "suqiu", "secret" }},
		{"APIKey", "APIKey aWQ6a2V5", func(c *Config) { c.APIKey = "aWQ6a2V5" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make(chan string, 1)
			store := open(t, &cluster{version: MappingVersion, bulk: func(w http.ResponseWriter, r *http.Request) {
				got <- r.Header.Get("Authorization")
				fmt.Fprint(w, `{"items":[{"index":{"status":201}}]}`)
			}}, c.change)
			if _, err := store.Put(t.Context(), []hotline.Document{call("1")}); err != nil {
				t.Fatal(err)
			}
			if header := <-got; !strings.EqualFold(header, c.want) {
				t.Errorf("got %q, want %q", header, c.want)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(&cluster{bulk: answer(200, `{"items":[{"index":{"status":201}}]}`), version: MappingVersion})
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	sum := sha256.Sum256(server.Certificate().Raw)
	for _, c := range []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"Authority", func(c *Config) { c.CACert = authority }, true},
		{"Fingerprint", func(c *Config) { c.CertFingerprint = strings.ToUpper(hex.EncodeToString(sum[:])) }, true},
		{"OtherFingerprint", func(c *Config) { c.CertFingerprint = strings.Repeat("0", 64) }, false},
		{"Untrusted", func(*Config) {}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := DefaultConfig()
			config.Addresses = []string{server.URL}
			c.change(&config)
			store, err := Open(config)
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if _, err := store.Put(t.Context(), []hotline.Document{call("1")}); (err == nil) != c.ok {
				t.Errorf("got %v, want success %v", err, c.ok)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name, says string
		change     func(*Config)
	}{
		{"OK", "", func(*Config) {}},
		{"NoAddress", "addresses", func(c *Config) { c.Addresses = nil }},
		{"AddressWithoutScheme", `"es1:9200"`, func(c *Config) { c.Addresses = []string{"es1:9200"} }},
		{"TwoCredentials", "API key", func(c *Config) { c.APIKey, c.Username, c.Password = "k", "u", "p" }},
		{"NoPassword", "password", func(c *Config) { c.Username = "u" }},
		{"TwoTrusts", "fingerprint", func(c *Config) { c.CACert, c.CertFingerprint = []byte("x"), strings.Repeat("0", 64) }},
		{"FingerprintWithColons", "without colons", func(c *Config) { c.CertFingerprint = "AA:BB" }},
		{"PrefixWithUnderscore", "lower-case", func(c *Config) { c.Prefix = "su_qiu" }},
		{"UpperCasePrefix", "lower-case", func(c *Config) { c.Prefix = "Suqiu" }},
		{"NoShards", "shards", func(c *Config) { c.Shards = 0 }},
		{"NegativeReplicas", "replicas", func(c *Config) { c.Replicas = -1 }},
		{"ShortTimeout", "timeout", func(c *Config) { c.Timeout = time.Millisecond }},
		{"ShortRefresh", "refresh interval", func(c *Config) { c.RefreshInterval = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := DefaultConfig()
			config.Addresses = []string{"https://es1:9200"}
			c.change(&config)
			err := config.Validate()
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
			if len(hint.All(err)) == 0 && err != nil {
				t.Errorf("%v does not say what to do", err)
			}
		})
	}
}

func TestOpenBadAuthority(t *testing.T) {
	config := DefaultConfig()
	config.Addresses, config.CACert = []string{"https://es1:9200"}, []byte("no certificate")
	if _, err := Open(config); err == nil {
		t.Error("a CA certificate that is none was taken")
	}
}

func TestZoneName(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone *time.Location
		want string
	}{
		{shanghai, "Asia/Shanghai"}, {time.UTC, "UTC"}, {time.FixedZone("CST", 8*3600), "+08:00"}, {time.FixedZone("", -5400), "-01:30"},
		{time.FixedZone("EST", 8*3600), "+08:00"},
	} {
		if got := zoneName(c.zone); got != c.want {
			t.Errorf("%s: got %s, want %s", c.zone, got, c.want)
		}
	}
}

func BenchmarkEncodeBatch(b *testing.B) {
	docs := make([]hotline.Document, 1000)
	for i := range docs {
		docs[i] = call(fmt.Sprint(i))
		docs[i].Call.Area.Grid = "江东/江州/城关/城关所"
		docs[i].Call.Turns[0].Text = strings.Repeat("家里从昨天晚上八点开始停电到现在还没有来电，", 3)
		docs[i].Analysis.Labels = []hotline.Label{{Code: "outage.fault", Weight: 1}, {Code: "service.slow", Weight: 1}}
		docs[i].Analysis.Tokens = strings.Fields(strings.Repeat("家里 从 昨天 晚上 八点 开始 停电 到 现在 还 没有 来电 ", 3))
	}
	config := DefaultConfig()
	config.Addresses = []string{"http://127.0.0.1:9200"}
	store, err := Open(config)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	b.ReportAllocs()
	for b.Loop() {
		var batch batch
		for i := range docs {
			if err := store.addDocument(&batch, &docs[i]); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(batch.lines.Len()))
	}
}
