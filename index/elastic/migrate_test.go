package elastic

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"suqiu/hotline"
)

// TestPutBlocked: a write that a block refuses is tried again while a migration may have set it, and is a fault of the
// set-up where somebody else did.
func TestPutBlocked(t *testing.T) {
	const block = `{"suqiu-calls-2026.04":{"settings":{"index.blocks.write":"true"}}}`
	for _, c := range []struct {
		name, record, settings string
		want                   hotline.FaultKind
	}{
		{"NeverMigrated", "", block, hotline.FaultSetup},
		{"Ending", `{"blocked":true}`, block, hotline.FaultUnavailable},
		{"EndedMeanwhile", `{"blocked":false}`, `{}`, hotline.FaultUnavailable},
		{"BlockedByHandLater", `{"blocked":false}`, block, hotline.FaultSetup},
	} {
		t.Run(c.name, func(t *testing.T) {
			refusal := `{"status":403,"error":{"type":"cluster_block_exception","reason":"blocked"}}`
			fits := &cluster{bulk: answer(200, `{"items":[{"index":`+refusal+`}]}`), version: MappingVersion}
			store := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				switch {
				case strings.HasSuffix(r.URL.Path, "/_mget"):
					value := base64.StdEncoding.EncodeToString([]byte(c.record))
					fmt.Fprintf(w, `{"docs":[{"found":%t,"_source":{"key":"k","rev":1,"value":%q}}]}`, c.record != "", value)
				case strings.Contains(r.URL.Path, "/_settings/"):
					fmt.Fprint(w, c.settings)
				default:
					fits.ServeHTTP(w, r)
				}
			}))
			_, err := store.Put(t.Context(), []hotline.Document{call("1")})
			var f *hotline.Fault
			if !errors.As(err, &f) || f.Kind != c.want {
				t.Errorf("got %v, want a fault of kind %d", err, c.want)
			}
		})
	}
}

func TestCaughtUp(t *testing.T) {
	for _, c := range []struct {
		name            string
		n, before, took int
		want            bool
	}{
		{"Page", 1, 0, movePage, true},
		{"MoreThanAPage", 1, 0, movePage + 1, false},
		{"NotYetShorter", minCatchUps, 10 * movePage, 10 * movePage, false},
		{"AQuarterShorter", minCatchUps + 1, 100 * movePage, 75 * movePage, false},
		{"LessThanAQuarterShorter", minCatchUps + 1, 100 * movePage, 76 * movePage, true},
		{"LongerAgain", minCatchUps + 1, 10 * movePage, 20 * movePage, true},
		{"EverShorter", maxCatchUps - 1, 100 * movePage, 50 * movePage, false},
		{"Last", maxCatchUps, 100 * movePage, 50 * movePage, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := caughtUp(c.n, c.before, c.took); got != c.want {
				t.Errorf("pass %d, of %d after %d: got %t, want %t", c.n, c.took, c.before, got, c.want)
			}
		})
	}
}
