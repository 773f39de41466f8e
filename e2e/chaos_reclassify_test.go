//go:build e2e && unix

package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// How much happens in a run of reclassification.
const (
	reclassifyCalls = 2_000 // unless RECLASSIFY_CALLS says another number
	reclassifyKills = 10
	reclassifyRule  = `rules:
  - id: chaos.odd
    label: outage.fault
    groups: {words: 怪怪的}
    when: words
    examples: {match: ["家里的电怪怪的"]}
`
)

// oddText tells whether a version of a call has the words that only the new rule knows. Every third has, and an update
// has them where the version before had not.
func oddText(call, version int) string {
	if (call+version)%3 == 0 {
		return fmt.Sprintf("第%d次来电，家里的电怪怪的", version)
	}
	return fmt.Sprintf("第%d次来电，只是问候一下", version)
}

// TestReclassifyChaos reclassifies what is stored, while a consumer stores newer content of every tenth call, and kills
// the reclassification ten times. In the end the index must be what its input says, and every document labelled by the
// new rules. For a million calls: make chaos-reclassify.
func TestReclassifyChaos(t *testing.T) {
	t.Parallel() // with processes of its own, for which it waits most of the time
	calls := numberOf(t, "RECLASSIFY_CALLS", reclassifyCalls)
	broker := startBroker(t)

	const prefix = "reclassify"
	f := newFeed(t, t.TempDir(), 1)
	overlay := filepath.Join(f.dir, "dicts", "rules")
	if err := os.MkdirAll(overlay, 0o755); err != nil {
		t.Fatal(err)
	}
	f.configure(fmt.Sprintf(`
dicts: %q
kafka: {brokers: [%q], session: 6s}
elasticsearch: {addresses: [%q], prefix: %s, replicas: 0}
batch: {records: 1000, linger: 500ms}
`, filepath.Dir(overlay), broker.Address(), cluster.URL(), prefix))
	f.retry("kafka", "setup", "--replicas", "1")
	f.retry("index", "setup")

	stored, updates := writeOddCalls(t, f.dir, calls)
	if _, err := f.suqiu.run(t.Context(), "ingest", stored); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(overlay, "chaos.yaml"), []byte(reclassifyRule), 0o600); err != nil {
		t.Fatal(err)
	}

	consumer := f.newMember(0)
	consumer.start() // registers the new rules
	store := openElastic(t, prefix)
	until(t, "the new rules to be registered", func() bool {
		latest, err := index.LatestRuleset(t.Context(), store)
		return err == nil && latest.Rev == 2
	})
	produced := make(chan error, 1)
	go func() {
		for _, piece := range updates {
			if _, err := f.suqiu.run(t.Context(), "produce", topicOf(hotline.Hotline95598), piece); err != nil {
				produced <- err
				return
			}
		}
		produced <- nil
	}()

	peak, took := reclassifyKilled(t, f, store, calls)
	if err := <-produced; err != nil {
		t.Fatal(err)
	}
	until(t, "the updates to be committed", func() bool {
		out, err := f.suqiu.run(t.Context(), "status", "--over", "0s")
		return err == nil && strings.Contains(out, "积压 0 条")
	})
	consumer.stop()
	if _, err := f.suqiu.run(t.Context(), "reclassify"); err != nil {
		t.Fatal(err)
	}
	wantOddLabels(t, store, calls)
	account := runFold(t, f.dir, append([]string{"-elasticsearch", cluster.URL(), "-indices", prefix + "-calls-*", stored}, updates...)...)
	t.Logf("%d calls, %d documents; reclassified in %s, %d kills included: %.0f documents/s; at most %d MB of memory",
		account.Calls, account.Documents, took.Round(time.Second), reclassifyKills, float64(calls)/took.Seconds(), peak>>20)
}

// reclassifyKilled runs reclassify to its end and kills it on the way, each time when a further part is done. It
// returns the largest memory that one of the processes had, in bytes, and how long all took.
func reclassifyKilled(t *testing.T, f *feed, store index.Store, calls int) (peak int64, took time.Duration) {
	t.Helper()
	begin := time.Now()
	for kills := 0; ; {
		var told bytes.Buffer
		rate := 0
		if calls <= 50_000 {
			rate = max(1, calls/20) // small runs are slowed down, so that there is something to kill
		}
		command := f.suqiu.command(t.Context(), "reclassify", "--rate", fmt.Sprint(rate))
		command.Stdout, command.Stderr = &told, &told
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- command.Wait() }()
		killAt := int64(calls) * int64(reclassifyKills-kills) / (reclassifyKills + 1) // documents still left
		err := errKeepsRunning
		for errors.Is(err, errKeepsRunning) {
			select {
			case err = <-ended:
			case <-time.After(200 * time.Millisecond):
				if kills < reclassifyKills && olderThan(t, store, 2) <= killAt {
					kills++
					if err := command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
						t.Fatal(err)
					}
					err = <-ended
				}
			}
		}
		if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss<<10) // Linux tells KiB
		}
		if err == nil {
			if kills < reclassifyKills {
				t.Errorf("it was killed only %d times before its end", kills)
			}
			t.Log(strings.TrimSpace(told.String()))
			return peak, time.Since(begin)
		}
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.Success() || exit.Exited() {
			t.Fatalf("reclassify: %v\n%s", err, &told)
		}
	}
}

var errKeepsRunning = errors.New("it runs")

// olderThan counts the documents of revisions below one.
func olderThan(t *testing.T, store index.Store, rev int64) int64 {
	t.Helper()
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := store.Search(t.Context(), index.Query{Filter: index.Filter{RulesetBelow: rev}})
	if err != nil {
		t.Fatal(err)
	}
	return found.Total
}

// writeOddCalls writes the first version of all calls, and an update of every tenth in ten pieces.
func writeOddCalls(t *testing.T, dir string, calls int) (stored string, updates []string) {
	t.Helper()
	first := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	line := func(call, version int) string {
		at := first.Add(time.Duration(call) * 200 * 24 * time.Hour / time.Duration(calls))
		return fmt.Sprintf(`{"schema":1,"id":"%07d","hotline":"95598","kind":"message","received":%q,"updated":%q,"text":%q}`+"\n",
			call, at.Format(time.RFC3339), at.Add(time.Duration(version)*time.Hour).Format(time.RFC3339), oddText(call, version))
	}
	write := func(name string, version, from, to, step int) string {
		path := filepath.Join(dir, name)
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		out := bufio.NewWriter(file)
		for call := from; call < to; call += step {
			if _, err := out.WriteString(line(call, version)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(out.Flush(), file.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	stored = write("stored.jsonl", 1, 0, calls, 1)
	for piece := range 10 {
		updates = append(updates, write(fmt.Sprintf("update-%d.jsonl", piece), 2, piece*calls/10/10*10, (piece+1)*calls/10/10*10, 10))
	}
	return stored, updates
}

// wantOddLabels checks that the new rules have labelled every document by its latest content, once each.
func wantOddLabels(t *testing.T, store index.Store, calls int) {
	t.Helper()
	if err := store.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen, wrong := 0, 0
	err := index.Each(t.Context(), store, index.Filter{}, func(doc *hotline.Document) {
		call, version := seen, 1
		if call%10 == 0 && call < calls/10*10 {
			version = 2
		}
		seen++
		text := oddText(call, version)
		odd := slices.Contains(doc.Analysis.Codes(), "outage.fault")
		if doc.Call.ID != fmt.Sprintf("%07d", call) || doc.Call.Turns[0].Text != text || doc.Analysis.RulesetRev != 2 || odd != strings.Contains(text, "怪怪的") {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: revision %d, %q has %v; want that of %q by revision 2", doc.Call.DocID(), doc.Analysis.RulesetRev, doc.Call.Turns[0].Text, doc.Analysis.Codes(), text)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != calls || wrong > 0 {
		t.Errorf("%d documents, %d of them wrong; want %d", seen, wrong, calls)
	}
}
