//go:build e2e && unix

package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"suqiu/e2e/engine"
	"suqiu/hotline"
)

// How much happens to the ingestion of a file.
const (
	fileCalls = 40_000
	fileKills = 20
	fileBatch = 500
)

// TestChaosFile kills the ingestion of a file again and again, at points drawn at random, and starts it anew. In the
// end the store holds what a single reading would have left, and each broken line has one dead letter.
func TestChaosFile(t *testing.T) {
	t.Parallel() // with processes of its own, for which it waits most of the time
	dir := t.TempDir()
	in := &input{seed: chaosSeed + 1, calls: fileCalls * len(hotline.Hotlines)}
	lines := in.share(in.deliveries(), hotline.Hotline95598) // a file is of one source
	name := filepath.Join(dir, "calls.jsonl")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.write(file, lines), file.Close()); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	s := suqiu{program(t, dir, "suqiu"), filepath.Join(dir, "suqiu.yaml")}
	settings := fmt.Sprintf("{embedded: true, data: %q, areas: [jiangdong], retention_days: 36500, batch: {records: %d}}\n", data, fileBatch)
	if err := os.WriteFile(s.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	store := &embeddedStore{path: filepath.Join(data, "index.db")}

	rng := rand.New(rand.NewPCG(in.seed, 3))
	begin := time.Now()
	var ingestion *engine.Process
	output := filepath.Join(dir, "ingest.log")
	killedAt, reached := 0, 0 // documents stored at the last kill, and how many kills came after new ones
	for kill := range fileKills {
		if ingestion == nil {
			command := func() *exec.Cmd { return s.command(context.WithoutCancel(t.Context()), "ingest", name) }
			if ingestion, err = engine.Start(t.Context(), "ingest", output, command, func(context.Context) error { return nil }); err != nil {
				t.Fatal(err)
			}
			defer ingestion.Kill()
		} else if err := ingestion.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Every fifth dies while it starts; the others when they have stored some more, in the midst of a batch or
		// between a batch and its resume point.
		if kill%5 == 4 {
			time.Sleep(time.Duration(rng.Int64N(int64(time.Second))))
		} else {
			target := killedAt + 1 + rng.IntN(2*(fileCalls-killedAt)/(fileKills-kill+1))
			for store.documents(t.Context()) < target {
				select {
				case <-ingestion.Done():
					t.Fatalf("ingest ended by itself before %d documents:\n%s", target, ingestion.LogTail())
				case <-time.After(5 * time.Millisecond):
				}
			}
			time.Sleep(time.Duration(rng.Int64N(int64(50 * time.Millisecond))))
		}
		ingestion.Kill()
		stored := store.documents(t.Context())
		if stored < killedAt {
			t.Errorf("kill %d: %d documents are stored, %d were before", kill, stored, killedAt)
		}
		if stored > killedAt {
			reached++
		}
		killedAt = stored
	}

	out, err := s.run(t.Context(), "ingest", name)
	if err != nil {
		t.Fatalf("the last run: %v", err)
	}
	took := time.Since(begin)
	skipped := 0
	if m := regexp.MustCompile(`上次已处理 (\d+)`).FindStringSubmatch(out); m != nil {
		if skipped, err = strconv.Atoi(m[1]); err != nil {
			t.Fatal(err)
		}
	}
	// A document takes a line, and only the batch in hand may be done twice.
	if skipped < killedAt-fileBatch {
		t.Errorf("the last run skipped %d lines, though %d documents were stored: %s", skipped, killedAt, out)
	}

	read := filepath.Join(dir, "documents.jsonl")
	if err := store.export(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	account := runFold(t, dir, "-documents", read, name)
	letters := map[int64]int{}
	for _, letter := range s.deadLetters(t) {
		letters[letter.Origin.Line]++
	}
	for i, d := range lines {
		if line := int64(i + 1); d.version == brokenVersion && letters[line] != 1 {
			t.Errorf("broken line %d has %d dead letters", line, letters[line])
		} else {
			delete(letters, line)
		}
	}
	for line, n := range letters {
		t.Errorf("line %d is not broken and has %d dead letters", line, n)
	}
	t.Logf("%d lines of %d calls, %d broken; %d kills, %d of them after new documents; the last run skipped %d lines; %s",
		account.Records, account.Calls, account.Broken, fileKills, reached, skipped, took.Round(time.Second))
	t.Logf("store: %d documents; %d lost, %d doubled, %d stale, %d wrong, %d invented",
		account.Documents, account.Lost, account.Doubled, account.Stale, account.Wrong, account.Invented)
}
