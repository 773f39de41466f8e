//go:build unix

package engine

import (
	"os"
	"testing"
)

// TempDir makes a folder for servers that lasts as long as the test. Unlike one of t.TempDir, the user that servers run as can
// pass it and all folders above it.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "suqiu-e2e-") //nolint:usetesting // t.TempDir keeps out the user that servers run as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
