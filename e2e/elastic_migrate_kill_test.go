//go:build e2e && unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"suqiu/e2e/engine"
	"suqiu/hotline"
	"suqiu/index/elastic"
)

// How much goes on around a migration that is killed.
const (
	killedMonthCalls = 8_000 // MIGRATE_CALLS says another number
	killedBatch      = 1000  // as many as a consumer puts at once
)

// TestElasticMigrateKilled kills suqiu index migrate (SIGKILL) while it copies a month that a stream writes to, and lets
// another run go on where it was. Every write that was acknowledged is found once, in its last version.
func TestElasticMigrateKilled(t *testing.T) {
	const month = "killedmove-calls-2026.03"
	store := openElastic(t, "killedmove")
	before := numberOf(t, "MIGRATE_CALLS", killedMonthCalls)
	s := &stream{store: store, want: map[string]hotline.Document{}, rng: rand.New(rand.NewPCG(3, 4)), calls: 2 * before, batch: killedBatch}
	for docs := range slices.Chunk(calls(before, march), killedBatch) {
		if err := s.put(docs); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	operator := suqiu{program(t, dir, "suqiu"), filepath.Join(dir, "suqiu.yaml")}
	settings := fmt.Sprintf("elasticsearch: {addresses: [%q], prefix: killedmove, replicas: 0}\n", cluster.URL())
	if err := os.WriteFile(operator.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writing sync.WaitGroup
	var failed error
	begin := time.Now()
	writing.Go(func() { failed = s.run(ctx) })
	command := func() *exec.Cmd {
		return operator.command(context.WithoutCancel(t.Context()), "index", "migrate", "--month", "2026.03")
	}
	run, err := engine.Start(t.Context(), "migrate", filepath.Join(dir, "migrate.log"), command, func(context.Context) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{} // where copying has been
	until(t, "a part of the month to be copied", func() bool {
		select {
		case <-run.Done():
			t.Fatalf("the migration ended before it could be killed:\n%s", run.LogTail())
		default:
		}
		if token := resumeToken(t, store, month); token != "" {
			places[token] = true
		}
		return len(places) >= max(1, before/killedMonthCalls)
	})
	run.Kill()
	token := resumeToken(t, store, month)
	if token == "" {
		t.Fatal("the migration was past copying when it was killed")
	}
	var copied, total int64
	step := elastic.Step("")
	err = newElastic(t, "killedmove").Migrate(t.Context(), month, "next", hasty(), func(p elastic.Progress) {
		if step = p.Step; step == elastic.StepCopy {
			copied, total = p.Copied, p.Total
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // so that the writer meets the new index
	stop()
	writing.Wait()
	took := time.Since(begin)
	rate := float64(s.acknowledged-before) / took.Seconds()
	if failed != nil {
		t.Fatalf("writer: %v", failed)
	}
	if copied >= total {
		t.Errorf("the second run copied %d of %d documents, want it to go on where the first one was", copied, total)
	}
	s.check(t)
	wantStates(t, store)
	t.Logf("%.0f writes a second acknowledged meanwhile for %s, %d batches tried again, the longest waited %s; killed at %s, the second run copied %d of %d",
		rate, took.Round(time.Second), s.waits, s.longest.Round(time.Millisecond), token, copied, total)
	var names map[string]json.RawMessage
	if err := json.Unmarshal([]byte(request(t, http.MethodGet, "/killedmove-calls/_alias", "")), &names); err != nil {
		t.Fatal(err)
	}
	if _, ok := names["killedmove-calls.g2-2026.03"]; !ok || names[month] != nil {
		t.Errorf("months: got %v, want the second generation of March alone", names)
	}
}

// resumeToken is where the ledger says that copying a month goes on; empty before and after it.
func resumeToken(t *testing.T, store *elastic.Store, month string) string {
	t.Helper()
	record, err := store.GetRecord(t.Context(), "migration/"+month)
	if err != nil {
		return ""
	}
	var state struct {
		Token  string `json:"token"`
		Copied bool   `json:"copied"`
	}
	if err := json.Unmarshal(record.Value, &state); err != nil {
		t.Fatal(err)
	}
	if state.Copied {
		return ""
	}
	return state.Token
}
