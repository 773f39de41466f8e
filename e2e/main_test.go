//go:build e2e && unix

// Package e2e runs suqiu against a real Elasticsearch and a real Kafka. Run it with go test -tags e2e ./e2e.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"suqiu/e2e/engine"
)

// cluster is the Elasticsearch that all tests of this binary share; each takes a name prefix of its own in it.
var cluster *engine.Elasticsearch

// snapshots is the folder in which the cluster may keep snapshots.
var snapshots string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "suqiu-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	snapshots = filepath.Join(dir, "snapshots")
	flag.Parse()
	settings := map[string]string{"path.repo": snapshots}
	measured := long || flag.Lookup("test.bench").Value.String() != ""
	if cluster, err = engine.StartElasticsearch(context.Background(), dir, engine.Options{Settings: settings, Measured: measured}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer cluster.Stop()
	code := m.Run()
	if code == 0 {
		_ = os.RemoveAll(dir)
	} else {
		fmt.Fprintln(os.Stderr, "the log of Elasticsearch is kept:", cluster.LogPath())
	}
	return code
}
