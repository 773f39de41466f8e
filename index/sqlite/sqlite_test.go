package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/index/storetest"
)

// open gives a store in a file of the test's own.
func open(t testing.TB) *sqlite.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "store.db"))
}

func openFile(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) index.Store { return open(t) })
}

// TestSharedStore runs the suite in one store, where each promise must hold beside the documents of the others.
func TestSharedStore(t *testing.T) {
	s := open(t)
	storetest.Run(t, func(*testing.T) index.Store { return s })
}

// noon is when the calls of these tests are received.
var noon = time.Date(2026, time.March, 10, 4, 0, 0, 0, time.UTC)
