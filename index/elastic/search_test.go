package elastic

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"suqiu/hotline"
	"suqiu/index"
)

// TestSearchNewMonth: while a month that was just made can't be searched yet, the cluster refuses the search of all
// months, and is asked again.
func TestSearchNewMonth(t *testing.T) {
	const missing = `{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"","phase":"query","grouped":true,"failed_shards":[],` +
		`"caused_by":{"type":"search_phase_execution_exception","reason":"Search rejected due to missing shards"}},"status":503}`
	refusing := func(times int64, status int) (*Store, *atomic.Int64) {
		asked := new(atomic.Int64)
		return open(t, &cluster{version: MappingVersion, search: func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) <= times {
				answer(status, missing)(w, r)
				return
			}
			answer(200, `{"hits":{"total":{"value":7},"hits":[]}}`)(w, r)
		}}), asked
	}
	t.Run("Search", func(t *testing.T) {
		store, asked := refusing(2, 503)
		found, err := store.Search(t.Context(), index.Query{Size: 1})
		if err != nil || found.Total != 7 || asked.Load() != 3 {
			t.Errorf("got %d contacts, %v, after %d requests, want 7 after 3", found.Total, err, asked.Load())
		}
	})
	t.Run("Origins", func(t *testing.T) {
		store, asked := refusing(1, 503)
		_, err := store.Origins(t.Context(), hotline.Offsets{Topic: "calls", Until: 1})
		if err != nil || asked.Load() != 2 {
			t.Errorf("got %v after %d requests, want none after 2", err, asked.Load())
		}
	})
	t.Run("OtherFault", func(t *testing.T) {
		store, asked := refusing(1, 500)
		_, err := store.Search(t.Context(), index.Query{Size: 1})
		if err == nil || !strings.Contains(err.Error(), "missing shards") || asked.Load() != 1 {
			t.Errorf("got %v after %d requests, want the cluster's reason after 1", err, asked.Load())
		}
	})
}
