//go:build e2e && unix

package e2e

import (
	"testing"

	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/index/storetest"
)

// openElastic gives a store of its own prefix in the cluster, set up.
func openElastic(t testing.TB, prefix string) *elastic.Store {
	t.Helper()
	config := elastic.DefaultConfig()
	config.Addresses, config.Prefix, config.Replicas = []string{cluster.URL()}, prefix, 0
	store, err := elastic.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// TestElasticConformance runs the suite of the stores on one set of indices: the suite keeps its tests apart.
func TestElasticConformance(t *testing.T) {
	store := openElastic(t, "conform")
	storetest.Run(t, func(*testing.T) index.Store { return store })
}
