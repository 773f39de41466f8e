//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/cli/sample"
	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/remedy"
)

// watched is a store with the contacts of an invented hotline, over whose last five weeks watchers look day by day.
type watched struct {
	suqiu
	begin, end time.Time
}

// newWatched reads an invented hotline into a folder of its own.
func newWatched(t *testing.T) watched {
	t.Helper()
	dir := t.TempDir()
	o := sample.DefaultOptions(time.Now().In(calendar.Shanghai()))
	o.PerDay = 12
	contacts, truth, err := sample.Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	w := watched{suqiu{program(t, dir, "suqiu"), filepath.Join(dir, "suqiu.yaml")}, o.Start.AddDate(0, 0, 21), truth.Problems[0].Through}
	settings := "embedded: true\nareas: [china, jiangdong]\nlog: {level: warn}\ndata: " + filepath.Join(dir, "data") + "\n"
	if err := os.WriteFile(w.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := sample.Lines(contacts)
	if err != nil {
		t.Fatal(err)
	}
	for topic, lines := range files {
		name := strings.TrimPrefix(topic, sample.TopicPrefix)
		file := filepath.Join(dir, name+".jsonl")
		if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"ingest", "--hotline", name, file},
			{"coverage", "add", "--source", name, "--from", o.Start.Format(time.DateOnly), "--to", w.end.Format(time.DateOnly)},
		} {
			if out, err := w.run(t.Context(), args...); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
		}
	}
	return w
}

// look lets a watcher look once at a time, and returns what it says when it fails.
func (w watched) look(t *testing.T, at time.Time) error {
	t.Helper()
	out, err := w.run(t.Context(), "watch", "--once", "--at", at.Format("2006-01-02T15:04"))
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// byClock are the kinds of what comes by the clock: a limit that a watcher finds passed a quarter of an hour later than
// another one may have been warned of before, or not.
var byClock = []remedy.Kind{remedy.KindWarned, remedy.KindOverdue, remedy.KindEscalated, remedy.KindSupervised, remedy.KindVisitsDue}

// accounts tells of each incident what must not depend on when a watcher looked: what it is, what happened to it, and
// what was told. The keys of its messages, those that come by the clock included, must be numbered without gap or
// repetition, and tell each what its history tells.
func (w watched) accounts(t *testing.T) []string {
	t.Helper()
	out, err := w.command(t.Context(), "incident", "list", "--all", "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var accounts []string
	for line := range strings.Lines(string(out)) {
		var i remedy.Incident
		if err := json.Unmarshal([]byte(line), &i); err != nil {
			t.Fatal(err)
		}
		account := fmt.Sprintf("%s %s %v %s by %v since %s, %s, %s, part of %q, %d", i.ID, i.Family, i.Labels, i.Area, i.Sources, i.First.UTC().Format(time.DateOnly), i.Signal, i.Work, i.MergedInto, i.Latest.Observed)
		words := []string{account}
		told := map[remedy.Kind]int{}
		for _, e := range i.History {
			told[e.What]++
			if !slices.Contains(byClock, e.What) {
				words = append(words, string(e.What))
			}
		}
		for n, m := range i.Outbox {
			if want := fmt.Sprintf("%s/%04d", i.ID, n+1); m.Key != want {
				t.Errorf("message %d of %s has the key %s", n+1, i.ID, m.Key)
			}
			if told[m.Kind]--; told[m.Kind] < 0 {
				t.Errorf("%s told of what did not happen: %s", i.ID, m.Kind)
			}
			if !slices.Contains(byClock, m.Kind) {
				words = append(words, "told:"+string(m.Kind))
			}
		}
		accounts = append(accounts, strings.Join(words, " "))
	}
	slices.Sort(accounts)
	return accounts
}

// killed lets a watcher begin to look at a time and kills it at a random moment of the look. It reports whether it was
// at work then.
func (w watched) killed(t *testing.T, at time.Time, within time.Duration, rng *rand.Rand) bool {
	t.Helper()
	cmd := w.command(t.Context(), "watch", "--once", "--at", at.Format("2006-01-02T15:04"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Duration(rng.Float64() * float64(within)))
	_ = cmd.Process.Kill() // fails if it has ended before, which Wait tells
	return cmd.Wait() != nil
}

// afterLease is when the lease of a watcher that died at a look has ended.
const afterLease = 15 * time.Minute

// onElasticsearch is the same on Elasticsearch: each document and each record of the ledger.
func (w watched) onElasticsearch(t *testing.T, prefix string) watched {
	t.Helper()
	dir := filepath.Dir(w.config)
	from, err := sqlite.Open(filepath.Join(dir, "data", "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	to := openElastic(t, prefix)
	for token := ""; ; {
		docs, next, err := from.Scan(t.Context(), index.Filter{}, token, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(docs) > 0 {
			if _, err := to.Put(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
		}
		if next == "" {
			break
		}
		token = next
	}
	records, err := from.ListRecords(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if _, err := to.PutRecord(t.Context(), r.Key, r.Value, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	w.config = filepath.Join(t.TempDir(), "suqiu.yaml")
	settings := fmt.Sprintf("areas: [china, jiangdong]\nlog: {level: warn}\nmask: {key_file: %q}\nelasticsearch: {addresses: [%q], prefix: %s, replicas: 0}\n",
		filepath.Join(dir, "data", "pseudonym.key"), cluster.URL(), prefix)
	if err := os.WriteFile(w.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// A watcher on Elasticsearch that is killed at every look, and replaced by another one, makes the incidents and
// messages that an undisturbed one makes on the embedded store of the same contacts.
func TestWatchOnElasticsearch(t *testing.T) {
	calm := newWatched(t)
	mortal := calm.onElasticsearch(t, "watched")
	rng := rand.New(rand.NewPCG(8, 8))
	looks, kills := 0, 0
	took := 2 * time.Second
	for at := calm.begin.Add(time.Hour); at.Before(calm.end.AddDate(0, 0, 1)); at = at.AddDate(0, 0, 2) {
		if err := calm.look(t, at); err != nil {
			t.Fatal(err)
		}
		if mortal.killed(t, at, took, rng) {
			kills++
		}
		begun := time.Now()
		if err := mortal.look(t, at.Add(afterLease)); err != nil {
			t.Fatal(err)
		}
		took = time.Since(begun)
		looks++
	}
	got, want := mortal.accounts(t), calm.accounts(t)
	t.Logf("%d kills in %d looks; %d incidents", kills, looks, len(want))
	if kills < looks/2 {
		t.Errorf("only %d watchers were killed at work", kills)
	}
	if len(want) < 4 || !slices.Equal(got, want) {
		t.Errorf("on Elasticsearch, killed, there are\n%s\non the embedded store\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
