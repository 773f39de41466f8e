//go:build e2e && unix

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/index/storetest"
)

// states returns the parts of a plan that are not as they should be, as "kind name: state".
func states(t *testing.T, store *elastic.Store) []string {
	t.Helper()
	plan, err := store.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range plan {
		if p.State != elastic.Same {
			all = append(all, fmt.Sprintf("%s %s: %s", p.Kind, p.Name, p.State))
		}
	}
	return all
}

func wantStates(t *testing.T, store *elastic.Store, want ...string) {
	t.Helper()
	if got := states(t, store); !slices.Equal(got, want) {
		t.Errorf("plan: got %q, want %q", got, want)
	}
}

// clusterState identifies the state of the whole cluster: any change gives another.
func clusterState(t *testing.T) string {
	t.Helper()
	request(t, http.MethodGet, "/_cluster/health?wait_for_events=languid", "")
	return request(t, http.MethodGet, "/_cluster/state/metadata?filter_path=version,state_uuid", "")
}

// TestElasticPlan: differences are told before they are mended, each object's apart from those made by hand.
func TestElasticPlan(t *testing.T) {
	store := newElastic(t, "plan")
	wantStates(t, store, "component template plan-calls-settings: missing", "component template plan-calls-mappings: missing",
		"index template plan-calls: missing", "index template plan-letters: missing", "copies of dead letters plan-letters: missing", "ledger plan-ledger: missing")
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantStates(t, store)
	if _, err := store.Put(t.Context(), []hotline.Document{outage("1", march)}); err != nil {
		t.Fatal(err)
	}

	t.Run("SecondRunChangesNothing", func(t *testing.T) {
		before := clusterState(t)
		if err := store.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := clusterState(t); after != before {
			t.Errorf("cluster state: got %s, want %s", after, before)
		}
	})
	t.Run("OtherConfiguration", func(t *testing.T) {
		copies := newElastic(t, "plan", func(c *elastic.Config) { c.Replicas = 2 })
		plan, err := copies.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := []elastic.Difference{{Path: "/template/settings/index/number_of_replicas", Old: "0", New: "2"}}
		if plan[0].State != elastic.Outdated || !slices.Equal(plan[0].Differences, want) {
			t.Errorf("settings: got %+v, want outdated by %v", plan[0], want)
		}
		if err := copies.Apply(t.Context(), plan, false); err != nil {
			t.Fatal(err)
		}
		wantStates(t, copies)
		if err := store.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantStates(t, store)
	})
	t.Run("Letters", func(t *testing.T) {
		request(t, http.MethodDelete, "/plan-letters", "")
		wantStates(t, store, "copies of dead letters plan-letters: missing")
		request(t, http.MethodPut, "/plan-letters", "")
		wantStates(t, store) // whoever makes the index, the template shapes it
		letter := hotline.LetterCopy{ID: "calls/0/1", Epoch: 1, Source: "calls", Reason: "time", At: march}
		if verdicts, err := store.PutLetters(t.Context(), []hotline.LetterCopy{letter}); err != nil || verdicts[0].Outcome != hotline.Stored {
			t.Fatalf("put: got %v, %v", verdicts, err)
		}
		request(t, http.MethodPut, "/plan-letters/_mapping", `{"properties":{"note":{"type":"keyword"}}}`)
		request(t, http.MethodPut, "/_index_template/plan-letters", `{"index_patterns":["plan-letters"],"priority":500}`)
		wantStates(t, store, "index template plan-letters: edited", "copies of dead letters plan-letters: edited")
		request(t, http.MethodDelete, "/plan-letters", "")
		plan, err := store.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Apply(t.Context(), plan, true); err != nil {
			t.Fatal(err)
		}
		wantStates(t, store)
	})
	t.Run("EditedByHand", func(t *testing.T) {
		request(t, http.MethodPut, "/_index_template/plan-calls",
			fmt.Sprintf(`{"index_patterns":["plan-calls-*"],"composed_of":["plan-calls-settings","plan-calls-mappings"],"priority":500,"template":{"aliases":{"plan-calls":{}}},"_meta":{"mapping_version":%d}}`, elastic.MappingVersion))
		request(t, http.MethodPut, "/plan-ledger/_mapping", `{"properties":{"note":{"type":"keyword"}}}`)
		wantStates(t, store, "index template plan-calls: edited", "ledger plan-ledger: edited")
		if err := store.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantStates(t, store, "index template plan-calls: edited", "ledger plan-ledger: edited")
		plan, err := store.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Apply(t.Context(), plan, true); err != nil {
			t.Fatal(err)
		}
		// A field can't be taken out of a live mapping.
		wantStates(t, store, "ledger plan-ledger: edited")
	})
	t.Run("AliasLost", func(t *testing.T) {
		request(t, http.MethodDelete, "/plan-calls-2026.03/_alias/plan-calls", "")
		wantStates(t, store, "ledger plan-ledger: edited", "month plan-calls-2026.03: missing")
		if err := store.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantStates(t, store, "ledger plan-ledger: edited")
	})
	t.Run("OwnSettingsStay", func(t *testing.T) {
		request(t, http.MethodPut, "/_component_template/plan-calls@custom", `{"template":{"settings":{"index.number_of_shards":3}}}`)
		wantStates(t, store, "ledger plan-ledger: edited")
		if _, err := store.Put(t.Context(), []hotline.Document{outage("2", march.AddDate(0, 1, 0))}); err != nil {
			t.Fatal(err)
		}
		if got := request(t, http.MethodGet, "/plan-calls-2026.04/_settings?flat_settings=true", ""); !strings.Contains(got, `"index.number_of_shards":"3"`) {
			t.Errorf("settings of a new month: got %s, want 3 shards", got)
		}
	})
	t.Run("InstalledByNewerBuild", func(t *testing.T) {
		request(t, http.MethodPut, "/plan-calls-2026.03/_mapping", `{"_meta":{"mapping_version":1000}}`)
		wantStates(t, store, "ledger plan-ledger: edited", "month plan-calls-2026.03: newer")
		_, err := newElastic(t, "plan").Put(t.Context(), []hotline.Document{outage("3", march)})
		wantFault(t, "put into a newer month", err, hotline.FaultSetup)
	})
}

// TestElasticDropper: retention drops whole months, migrated ones too, and keeps their daily counts.
func TestElasticDropper(t *testing.T) {
	storetest.RunDropper(t, openElastic(t, "drop"))
	t.Run("Migrated", func(t *testing.T) {
		store := openElastic(t, "dropmigrated")
		if _, err := store.Put(t.Context(), calls(3, march)); err != nil {
			t.Fatal(err)
		}
		if err := migrate(t.Context(), store, "dropmigrated-calls-2026.03", "test", silent); err != nil {
			t.Fatal(err)
		}
		months, err := store.Months(t.Context())
		if err != nil || len(months) != 1 {
			t.Fatalf("months: got %v, %v, want March", months, err)
		}
		if err := store.DropMonth(t.Context(), months[0]); err != nil {
			t.Fatal(err)
		}
		if got := request(t, http.MethodGet, "/_cat/indices/dropmigrated-calls*", ""); got != "" {
			t.Errorf("indices left: %s", got)
		}
	})
}
