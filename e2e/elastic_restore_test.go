//go:build e2e && unix

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"suqiu/hotline"
	"suqiu/index"
)

// TestElasticRestore follows the operator's guide: a snapshot is restored on a cluster where setup was run already, which
// works only once the two indices that it made are removed. Documents and ledger are back, setup has nothing to do but the
// templates, and what is written again alters nothing.
func TestElasticRestore(t *testing.T) {
	const prefix = "restored"
	store := newElastic(t, prefix)
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc := outage("1", march)
	put := func() hotline.Outcome {
		t.Helper()
		verdicts, err := store.Put(t.Context(), []hotline.Document{doc})
		if err != nil {
			t.Fatal(err)
		}
		return verdicts[0].Outcome
	}
	put()
	if _, err := store.PutRecord(t.Context(), "place/suqiu/calls", []byte(`{"0":1}`), 0); err != nil {
		t.Fatal(err)
	}
	request(t, http.MethodPut, "/_snapshot/backup", fmt.Sprintf(`{"type":"fs","settings":{"location":%q}}`, snapshots))
	request(t, http.MethodPut, "/_snapshot/backup/night?wait_for_completion=true", `{"indices":["`+prefix+`-*"],"include_global_state":false}`)

	// A new cluster: nothing but what setup makes.
	for index := range strings.FieldsSeq(request(t, http.MethodGet, "/_cat/indices/"+prefix+"-*?h=index", "")) {
		request(t, http.MethodDelete, "/"+index, "")
	}
	for _, path := range []string{"/_index_template/" + prefix + "-calls", "/_index_template/" + prefix + "-letters",
		"/_component_template/" + prefix + "-calls-settings", "/_component_template/" + prefix + "-calls-mappings"} {
		request(t, http.MethodDelete, path, "")
	}
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	restore := `{"indices":"` + prefix + `-*","include_global_state":false}`
	const path = "/_snapshot/backup/night/_restore?wait_for_completion=true"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, cluster.URL()+path, strings.NewReader(restore))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	refused, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _ = refused.Body.Close(); refused.StatusCode < 400 {
		t.Fatalf("the indices that setup made were restored over: %s", refused.Status)
	}
	for _, made := range []string{"ledger", "letters"} {
		request(t, http.MethodDelete, "/"+prefix+"-"+made, "")
	}
	request(t, http.MethodPost, path, restore)
	request(t, http.MethodGet, "/_cluster/health/"+prefix+"-*?wait_for_status=yellow&timeout=1m", "")
	wantStates(t, store)
	result, err := store.Search(t.Context(), index.Query{})
	if err != nil || result.Total != 1 {
		t.Errorf("%d documents are back, %v", result.Total, err)
	}
	if record, err := store.GetRecord(t.Context(), "place/suqiu/calls"); err != nil || string(record.Value) != `{"0":1}` {
		t.Errorf("the ledger has %q, %v", record.Value, err)
	}
	before := clusterState(t)
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := clusterState(t); after != before {
		t.Error("setup after the restoring altered the cluster")
	}
	if outcome := put(); outcome != hotline.Stored {
		t.Errorf("written again it is %s", outcome)
	}
	if result, err := store.Search(t.Context(), index.Query{}); err != nil || result.Total != 1 {
		t.Errorf("then %d documents, %v", result.Total, err)
	}
}
