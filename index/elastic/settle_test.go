package elastic

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/hotline"
)

// bulks answers bulk requests with success and keeps their lines.
type bulks struct {
	mu       sync.Mutex
	requests [][]string
}

func (b *bulks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := unpacked(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	b.mu.Lock()
	b.requests = append(b.requests, lines)
	b.mu.Unlock()
	actions := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !strings.HasPrefix(line, `{"index":`) && !strings.HasPrefix(line, `{"delete":`)
	})
	fmt.Fprintf(w, `{"items":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"index":{"status":200}},`, len(actions)), ","))
}

// TestSettle: a document is looked for by id in the other months that are being written to, and what is told of them there
// decides which copy stays.
func TestSettle(t *testing.T) {
	older, newer := call("1"), call("1")
	older.Call.ContentRev, newer.Call.ContentRev = 500, 1500
	found := func(doc hotline.Document) string {
		return fmt.Sprintf(`{"docs":[{"found":true,"_version":%d}]}`, doc.Version())
	}
	remove := func(month string, doc hotline.Document) string {
		return fmt.Sprintf(`{"delete":{"_index":"suqiu-calls-%s","_id":"95598:1","version":%d,"version_type":"external_gte"}}`, month, doc.Version())
	}
	for _, tt := range []struct {
		name, answer string
		want         hotline.Outcome
		removes      string // the action; empty: none
	}{
		{"NoOther", `{"docs":[{"found":false}]}`, hotline.Stored, ""},
		{"OlderElsewhere", found(older), hotline.Stored, remove("2026.03", older)},
		{"NewerElsewhere", found(newer), hotline.Superseded, remove("2026.04", call("1"))},
		{"MonthDropped", `{"docs":[{"error":{"type":"index_not_found_exception","reason":"no such index"}}]}`, hotline.Stored, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent bulks
			store := open(t, &cluster{bulk: sent.ServeHTTP, get: answer(200, tt.answer), version: MappingVersion})
			march := call("2")
			march.Call.Received = march.Call.Received.AddDate(0, -1, 0)
			if _, err := store.Put(t.Context(), []hotline.Document{march}); err != nil { // makes March one that is written to
				t.Fatal(err)
			}
			sent.requests = nil
			verdicts, err := store.Put(t.Context(), []hotline.Document{call("1")})
			if err != nil {
				t.Fatal(err)
			}
			if verdicts[0].Outcome != tt.want {
				t.Errorf("got %s, want %s", verdicts[0].Outcome, tt.want)
			}
			removed := ""
			if len(sent.requests) == 2 {
				removed = strings.Join(sent.requests[1], "\n")
			}
			if removed != tt.removes || len(sent.requests) > 2 {
				t.Errorf("removed: got %q, want %q", removed, tt.removes)
			}
		})
	}
}

// TestSettleFaults: as long as it is not known what other months hold, nothing is acknowledged.
func TestSettleFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		says   string
	}{
		{"ShardDown", answer(200, `{"docs":[{"error":{"type":"no_shard_available_action_exception","reason":"down"}},{"found":false}]}`), "down"},
		{"OnePlaceOfTwo", answer(200, `{"docs":[{"found":false}]}`), "1 of 2 places"},
		{"Unavailable", answer(503, wording(503)), "503"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := open(t, &cluster{bulk: new(bulks).ServeHTTP, get: tt.answer, version: MappingVersion})
			march := call("2")
			march.Call.Received = march.Call.Received.AddDate(0, -1, 0)
			verdicts, err := store.Put(t.Context(), []hotline.Document{call("1"), march})
			var f *hotline.Fault
			if !errors.As(err, &f) || f.Kind != hotline.FaultUnavailable || !strings.Contains(err.Error(), tt.says) || verdicts != nil {
				t.Errorf("got %v, %v, want no verdicts and an unavailable store: %s", verdicts, err, tt.says)
			}
		})
	}
}

// TestSettleRefreshes: months that rest are refreshed once, however many bulk requests a batch takes, and where there are
// none, nothing is.
func TestSettleRefreshes(t *testing.T) {
	const april, march = "suqiu-calls-2026.04", "suqiu-calls-2026.03"
	for _, tt := range []struct {
		name   string
		months []string
		want   int64
	}{
		{"OneRests", []string{march, april}, 1},
		{"OneRestsMigrated", []string{"suqiu-calls.g2-2026.03", april}, 1},
		{"NoneRests", []string{april}, 0},
		{"NoneRestsMigrated", []string{"suqiu-calls.g2-2026.04"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent bulks
			c := &cluster{bulk: sent.ServeHTTP, version: MappingVersion, months: tt.months}
			store := open(t, c)
			docs := make([]hotline.Document, 3*paceFirst)
			for i := range docs {
				docs[i] = call(fmt.Sprint(i))
			}
			if _, err := store.Put(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
			if bulks, refreshes := len(sent.requests), c.refreshes.Load(); bulks < 2 || refreshes != tt.want {
				t.Errorf("got %d refreshes for %d bulk requests, want %d for several", refreshes, bulks, tt.want)
			}
		})
	}
}

// TestActiveMonths: a month that is not written to any more is searched again instead of asked for each document.
func TestActiveMonths(t *testing.T) {
	store := open(t, &cluster{version: MappingVersion})
	begin := time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC)
	store.activeMonths([]action{{Index: "a"}}, begin)
	for _, tt := range []struct {
		name  string
		after time.Duration
		month string
		want  []string
	}{
		{"BothWritten", activeFor, "b", []string{"a", "b"}},
		{"FirstRests", activeFor + time.Second, "c", []string{"b", "c"}},
		{"AllButLastRest", 3 * activeFor, "a", []string{"a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := store.activeMonths([]action{{Index: tt.month}}, begin.Add(tt.after)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
