//go:build e2e && long && unix

package e2e

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// How often a watcher is started to be killed, and how often one must have been at work when it was.
const (
	watchDeaths = 108
	watchKills  = 50
)

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
	kills := 0
	for at := calm.begin.Add(time.Hour); at.Before(calm.end.AddDate(0, 0, 1)); at = at.AddDate(0, 0, 1) {
		now := at
		for range (watchDeaths + days - 1) / days {
			if mortal.killed(t, now, took, rng) {
				kills++
			}
			now = now.Add(afterLease)
		}
		if err := mortal.look(t, now); err != nil {
			t.Fatal(err)
		}
	}
	got, want := mortal.accounts(t), calm.accounts(t)
	t.Logf("%d kills in %d looks; %d incidents", kills, days, len(want))
	if kills < watchKills {
		t.Errorf("only %d watchers were killed at work", kills)
	}
	if len(want) < 4 || !slices.Equal(got, want) {
		t.Errorf("killed watchers left\n%s\nundisturbed ones\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
