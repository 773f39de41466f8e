//go:build e2e && unix

package e2e

import (
	"os"
	"testing"
	"time"

	"suqiu/e2e/engine"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// roles are what the operator's manual gives to who sets up, to a running suqiu, and to who only reads.
const roles = `
setup:
  cluster: [monitor, manage_index_templates]
  indices: [{names: ['suqiu-*'], privileges: [manage]}]
operate:
  cluster: [monitor, manage_index_templates]
  indices: [{names: ['suqiu-*'], privileges: [manage, read, write]}]
run:
  cluster: [monitor]
  indices: [{names: ['suqiu-*'], privileges: [read, write, create_index, view_index_metadata, maintenance]}]
look:
  indices: [{names: ['suqiu-*'], privileges: [read, view_index_metadata]}]
`

// TestElasticSecurity runs the store as users with no more rights than they need, and with too few.
func TestElasticSecurity(t *testing.T) {
	t.Parallel()                               // with a server of its own, for which it waits most of the time
	dir, err := os.MkdirTemp("", "suqiu-e2e-") //nolint:usetesting // t.TempDir keeps out the user that servers run as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	password := "invented-for-this-test"
	secured, err := engine.StartElasticsearch(t.Context(), dir, engine.Options{
		Password: password, Roles: roles,
		Users: []engine.User{{Name: "admin", Password: password, Role: "setup"}, {Name: "operator", Password: password, Role: "operate"}, {Name: "runner", Password: password, Role: "run"}, {Name: "reader", Password: password, Role: "look"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(secured.Stop)
	as := func(name, password string) *elastic.Store {
		return newElastic(t, "suqiu", func(c *elastic.Config) {
			c.Addresses, c.Username, c.Password = []string{secured.URL()}, name, password
		})
	}
	ctx := t.Context()
	runner, reader := as("runner", password), as("reader", password)

	t.Run("WrongPassword", func(t *testing.T) {
		wantFault(t, "set-up", as("admin", "wrong").Setup(ctx), hotline.FaultSetup)
	})
	t.Run("SetupByRunner", func(t *testing.T) {
		wantFault(t, "set-up", runner.Setup(ctx), hotline.FaultSetup)
	})
	t.Run("SetupByAdmin", func(t *testing.T) {
		for range 2 {
			if err := as("admin", password).Setup(ctx); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("RunnerDoesAll", func(t *testing.T) {
		moved := outage("1", march.AddDate(0, 1, 0))
		moved.Call.ContentRev++
		for _, doc := range []hotline.Document{outage("1", march), moved} {
			if verdicts, err := runner.Put(ctx, []hotline.Document{doc}); err != nil || verdicts[0].Outcome != hotline.Stored {
				t.Fatalf("put: got %v, %v", verdicts, err)
			}
		}
		if err := runner.Refresh(ctx); err != nil {
			t.Error(err)
		}
		if _, err := runner.PutRecord(ctx, "lease", []byte("x"), 0); err != nil {
			t.Error(err)
		}
		if records, err := runner.ListRecords(ctx, ""); err != nil || len(records) != 1 {
			t.Errorf("list: got %v, %v", records, err)
		}
	})
	t.Run("ReaderReads", func(t *testing.T) {
		if result, err := reader.Search(ctx, index.Query{}); err != nil || result.Total != 1 {
			t.Errorf("search: got %d documents, %v", result.Total, err)
		}
		if _, err := reader.Get(ctx, "95598:1"); err != nil {
			t.Errorf("get: %v", err)
		}
		if counts, err := reader.Count(ctx, index.CountQuery{Interval: index.IntervalDay, Tree: index.TreeGrid}); err != nil || len(counts) != 1 {
			t.Errorf("count: got %v, %v", counts, err)
		}
		if _, err := reader.GetRecord(ctx, "lease"); err != nil {
			t.Errorf("ledger: %v", err)
		}
	})
	t.Run("OperatorMigratesAndDrops", func(t *testing.T) {
		operator := as("operator", password)
		if err := operator.Migrate(ctx, "suqiu-calls-2026.04", "test", time.Now, silent); err != nil {
			t.Fatalf("migrate: %v", err)
		}
		if result, err := reader.Search(ctx, index.Query{}); err != nil || result.Total != 1 {
			t.Errorf("search: got %d documents, %v", result.Total, err)
		}
		months, err := operator.Months(ctx)
		if err != nil || len(months) != 2 {
			t.Fatalf("months: got %v, %v, want March and April", months, err)
		}
		for _, month := range months {
			if _, err := index.DropMonth(ctx, operator, operator, month, month); err != nil {
				t.Errorf("drop: %v", err)
			}
		}
		if result, err := reader.Search(ctx, index.Query{}); err != nil || result.Total != 0 {
			t.Errorf("search after the drop: got %d documents, %v", result.Total, err)
		}
	})
	t.Run("ReaderMayNotWrite", func(t *testing.T) {
		_, err := reader.Put(ctx, []hotline.Document{outage("2", march)})
		wantFault(t, "put", err, hotline.FaultSetup)
		_, err = reader.PutRecord(ctx, "other", []byte("x"), 0)
		wantFault(t, "put record", err, hotline.FaultSetup)
	})
}
