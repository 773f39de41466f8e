package sqlite_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"suqiu/index"
)

// childCommand runs a job of TestMain in a process of its own.
func childCommand(t *testing.T, job, path string, arg int) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, path, strconv.Itoa(arg))
	cmd.Env = append(os.Environ(), childEnv+"="+job)
	return cmd
}

// TestKilledWriter kills a writing process without warning, again and again: what Put had answered is there.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	const kills, answersBeforeKill = 3, 6
	next := 0
	for range kills {
		cmd := childCommand(t, "stream", path, next)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		answers := 0
		for lines.Scan() {
			batch, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatal(err)
			}
			next = batch + 1
			if answers++; answers == answersBeforeKill {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || answers < answersBeforeKill {
			t.Fatalf("the writer ended by itself after %d answers: %v %s", answers, err, &stderr)
		}
	}

	s := openFile(t, path)
	for batch := range next {
		for i := range streamBatch {
			id := fmt.Sprintf("95598:%d-%d", batch, i)
			if _, err := s.Get(t.Context(), id); err != nil {
				t.Fatalf("answered, then lost: %v", err)
			}
		}
	}
	result, err := s.Search(t.Context(), index.Query{Words: "停电"})
	if err != nil || result.Total < int64(next*streamBatch) || result.Total%streamBatch != 0 {
		t.Errorf("search: got %d documents, %v, want whole batches, at least %d", result.Total, err, next)
	}
}

// TestProcesses lets several processes make one file and write to it at once, while this one reads.
func TestProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	const writers = 3
	ended := make(chan error, writers)
	for i := range writers {
		cmd := childCommand(t, "compete", path, i*5)
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, out)
			}
			ended <- err
		}()
	}
	s := openFile(t, path)
	newest := map[string]int64{}
	for running := writers; running > 0; {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			running--
		default:
		}
		result, err := s.Search(t.Context(), index.Query{Words: "版", Size: 100})
		if err != nil {
			t.Fatal(err)
		}
		if result.Total != 0 && result.Total != competeIDs {
			t.Errorf("search beside writers: got %d calls, want none or all %d of a batch", result.Total, competeIDs)
		}
		for _, f := range result.Found {
			id, rev := f.Document.Call.ID, f.Document.Call.ContentRev
			if rev < newest[id] {
				t.Errorf("call %s went back from version %d to %d", id, newest[id], rev)
			}
			newest[id] = rev
		}
	}
	for i := range competeIDs {
		doc, err := s.Get(t.Context(), fmt.Sprintf("95598:%d", i))
		if err != nil || doc.Call.ContentRev != competeVersions {
			t.Errorf("call %d: got version %d, %v, want %d", i, doc.Call.ContentRev, err, competeVersions)
		}
	}
	r, err := s.GetRecord(t.Context(), "counter")
	if want := strconv.Itoa(writers * competeIncrements); err != nil || string(r.Value) != want {
		t.Errorf("counter: got %q, %v, want %q", r.Value, err, want)
	}
}
