//go:build e2e && unix

package e2e

import (
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
)

// storeRights runs the store as users with no more rights than the operator's guide gives them, and with too few.
func (w *wrongSetups) storeRights(t *testing.T) {
	t.Parallel()
	const prefix = "store"
	as := func(role, password string) *elastic.Store {
		return newElastic(t, prefix, func(c *elastic.Config) {
			c.Addresses, c.Username, c.Password = []string{w.elastic.URL()}, prefix+role, password
		})
	}
	ctx := t.Context()
	admin, runner, reader := as("-setup", kafkaPass), as("", kafkaPass), as("-reader", kafkaPass)

	t.Run("WrongPassword", func(t *testing.T) {
		wantFault(t, "set-up", as("-setup", "wrong").Setup(ctx), hotline.FaultSetup)
	})
	t.Run("SetupByRunner", func(t *testing.T) {
		wantFault(t, "set-up", runner.Setup(ctx), hotline.FaultSetup)
	})
	t.Run("SetupByAdmin", func(t *testing.T) {
		for range 2 {
			if err := admin.Setup(ctx); err != nil {
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
		operator := as("-migrate", kafkaPass)
		if err := operator.Migrate(ctx, prefix+"-calls-2026.04", "test", time.Now, silent); err != nil {
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
