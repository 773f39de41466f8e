//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hotline"
	"suqiu/ingest"
)

// program builds one of the module's programs below dir and returns its path.
func program(t *testing.T, dir, path string) string {
	t.Helper()
	name := filepath.Join(dir, filepath.Base(path))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, path).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", path, err, out)
	}
	return name
}

// environment is that of this process without what would configure suqiu.
func environment() []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "SUQIU_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// suqiu is the binary under test with the configuration of one test.
type suqiu struct {
	binary string
	config string // file
}

func (s suqiu) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env = append(environment(), "SUQIU_CONFIG="+s.config)
	return cmd
}

// run runs a command to its end and returns what it printed.
func (s suqiu) run(ctx context.Context, args ...string) (string, error) {
	cmd := s.command(ctx, args...)
	var out, fault bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err != nil {
		return out.String(), errors.Join(err, errors.New(strings.TrimSpace(fault.String())))
	}
	return out.String(), nil
}

// foldAccount is what the program fold prints.
type foldAccount struct {
	Records, Broken, Older, Same, Moved, Calls, Documents int
	Lost, Doubled, Stale, Wrong, Invented, Gone           int
	Examples                                              []string
}

// runFold compares an index with its input and fails the test if they differ.
func runFold(t *testing.T, dir string, args ...string) foldAccount {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program(t, dir, "suqiu/e2e/fold"), args...).Output()
	var account foldAccount
	if decodeErr := json.Unmarshal(out, &account); decodeErr != nil {
		t.Fatal(errors.Join(err, decodeErr))
	}
	if err != nil {
		t.Errorf("the index differs from the fold of its input (%v): %d lost, %d doubled, %d stale, %d wrong, %d invented\n%s", err,
			account.Lost, account.Doubled, account.Stale, account.Wrong, account.Invented, strings.Join(account.Examples, "\n"))
	}
	return account
}

const deadTopic = "suqiu.deadletter"

func topicOf(h hotline.Hotline) string { return "suqiu.hotline." + string(h) }

func hotlineTopics() []string {
	topics := make([]string, len(hotline.Hotlines))
	for i, h := range hotline.Hotlines {
		topics[i] = topicOf(h)
	}
	return topics
}

// positions tells how far the group has come in the hotlines' topics; nil when a broker does not tell of all.
func positions(t *testing.T, brokers []string, partitions int) []ingest.GroupPosition {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	all, err := ingest.GroupPositions(ctx, ingest.Cluster{Brokers: brokers}, "suqiu", hotlineTopics())
	unknown := func(p ingest.GroupPosition) bool { return p.Unknown }
	if err != nil || len(all) != len(hotline.Hotlines)*partitions || slices.ContainsFunc(all, unknown) {
		return nil
	}
	return all
}

// sumOf tells how many records are committed and how many are not; -1 where nothing is told.
func sumOf(all []ingest.GroupPosition) (committed, lag int64) {
	if all == nil {
		return -1, -1
	}
	for _, p := range all {
		committed += max(p.Committed, 0)
		lag += p.Lag()
	}
	return committed, lag
}

// progress tells how many records of the hotlines' topics are committed and how many are not; -1 when the broker does
// not tell.
func progress(t *testing.T, brokers []string, partitions int) (committed, lag int64) {
	t.Helper()
	return sumOf(positions(t, brokers, partitions))
}

// deadLetters lists the dead letters.
func (s suqiu) deadLetters(t *testing.T, flags ...string) []ingest.DeadLetter {
	t.Helper()
	out, err := s.run(t.Context(), append([]string{"deadletter", "list", "--format", "json"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	var all []ingest.DeadLetter
	for lines := json.NewDecoder(strings.NewReader(out)); lines.More(); {
		var letter ingest.DeadLetter
		if err := lines.Decode(&letter); err != nil {
			t.Fatal(err)
		}
		all = append(all, letter)
	}
	return all
}

// eachRecord reads one partition from its beginning to its end.
func eachRecord(t *testing.T, brokers []string, topic string, partition int, see func(kafka.Message)) {
	t.Helper()
	first, end := logSpan(t, brokers, topic, partition)
	readRecords(t, brokers, topic, partition, first, end, see)
}

// logSpan asks for the first offset that a partition's log holds and the one after its last.
func logSpan(t *testing.T, brokers []string, topic string, partition int) (first, end int64) {
	t.Helper()
	ctx := t.Context()
	leader, err := kafka.DialLeader(ctx, "tcp", brokers[0], topic, partition)
	if err != nil {
		t.Fatal(err)
	}
	first, end, err = leader.ReadOffsets()
	if err = errors.Join(err, leader.Close()); err != nil {
		t.Fatal(err)
	}
	return first, end
}

// readRecords reads the records first … end-1 of one partition.
func readRecords(t *testing.T, brokers []string, topic string, partition int, first, end int64, see func(kafka.Message)) {
	t.Helper()
	ctx := t.Context()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, Topic: topic, Partition: partition, MaxBytes: 16 << 20, MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	if err := reader.SetOffset(first); err != nil {
		t.Fatal(err)
	}
	for at := first; at < end; {
		m, err := reader.ReadMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		see(m)
		at = m.Offset + 1
	}
}
