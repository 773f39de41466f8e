//go:build e2e && long && unix

package e2e

import (
	"bytes"
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
	"suqiu/remedy"
)

// watchKills is about how often a watcher is killed.
const watchKills = 70

// watched is a data folder with the contacts of an invented hotline, over whose last five weeks watchers look day by day.
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
	files := map[string]*bytes.Buffer{}
	for i := range contacts {
		records, err := sample.Records(&contacts[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if files[r.Topic] == nil {
				files[r.Topic] = &bytes.Buffer{}
			}
			files[r.Topic].Write(append(r.Value, '\n'))
		}
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

// copied is the same in another folder.
func (w watched) copied(t *testing.T) watched {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "data"), os.DirFS(filepath.Join(filepath.Dir(w.config), "data"))); err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.config, settings = filepath.Join(dir, "suqiu.yaml"), bytes.ReplaceAll(settings, []byte(filepath.Dir(w.config)), []byte(dir))
	if err := os.WriteFile(w.config, settings, 0o600); err != nil {
		t.Fatal(err)
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

// accounts tells of each incident what must not depend on when a watcher looked: what it is, what happened to it, and the
// keys of its messages.
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
		account := fmt.Sprintf("%s %s %v %s since %s, %s, %s, part of %q", i.ID, i.Family, i.Labels, i.Area, i.First.UTC().Format(time.DateOnly), i.Signal, i.Work, i.MergedInto)
		words := []string{account}
		for _, e := range i.History {
			words = append(words, string(e.What))
		}
		for _, m := range i.Outbox {
			words = append(words, m.Key+":"+string(m.Kind))
		}
		accounts = append(accounts, strings.Join(words, " "))
	}
	slices.Sort(accounts)
	return accounts
}

// Watchers that are killed again and again, and replaced by others, lose no incident and no message and double none.
func TestWatchKilled(t *testing.T) {
	calm := newWatched(t)
	mortal := calm.copied(t)
	rng := rand.New(rand.NewPCG(50, 1))
	var took time.Duration
	days := 0
	for at := calm.begin.Add(time.Hour); at.Before(calm.end.AddDate(0, 0, 1)); at = at.AddDate(0, 0, 1) {
		begun := time.Now()
		if err := calm.look(t, at); err != nil {
			t.Fatal(err)
		}
		took = time.Since(begun)
		days++
	}
	kills, early := 0, 0
	for at := calm.begin.Add(time.Hour); at.Before(calm.end.AddDate(0, 0, 1)); at = at.AddDate(0, 0, 1) {
		now := at
		for range (watchKills + days - 1) / days {
			cmd := mortal.command(t.Context(), "watch", "--once", "--at", now.Format("2006-01-02T15:04"))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rng.Float64() * float64(took)))
			if err := cmd.Process.Kill(); err != nil {
				early++ // it had ended before
			}
			if cmd.Wait() != nil {
				kills++
			}
			now = now.Add(15 * time.Minute) // when the lease of the one that is dead has ended
		}
		if err := mortal.look(t, now); err != nil {
			t.Fatal(err)
		}
	}
	got, want := mortal.accounts(t), calm.accounts(t)
	t.Logf("%d kills in %d looks, %d came too late; %d incidents", kills, days, early, len(want))
	if kills < watchKills/2 {
		t.Errorf("only %d watchers were killed at work", kills)
	}
	if len(want) < 4 || !slices.Equal(got, want) {
		t.Errorf("killed watchers left\n%s\nundisturbed ones\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
