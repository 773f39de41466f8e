package cli

import (
	"path/filepath"
	"testing"
	"time"

	"suqiu/index/sqlite"
)

// Nobody is silent while a lease lasts; after it they are for as long as it is over, and nothing is known before the first.
func TestWatchSilent(t *testing.T) {
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Date(2026, time.July, 1, 8, 0, 0, 0, time.UTC)
	if silent, known, err := watchSilent(t.Context(), store, now); err != nil || known || silent != 0 {
		t.Errorf("before the first: %s, %v, %v", silent, known, err)
	}
	if _, err := store.PutRecord(t.Context(), "watch", []byte(`{"epoch":1,"holder":"a","until":"2026-07-01T08:02:00Z"}`), 0); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]time.Duration{0: 0, 2 * time.Minute: 0, time.Hour: 58 * time.Minute} {
		if silent, known, err := watchSilent(t.Context(), store, now.Add(after)); err != nil || !known || silent != want {
			t.Errorf("after %s: silent for %s, %v, %v, want %s", after, silent, known, err, want)
		}
	}
}
