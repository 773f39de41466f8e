//go:build e2e && long && linux

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"suqiu/cli/sample"
	"suqiu/hotline"
)

// How a side of the comparison is measured.
const (
	throughputRuns       = 5
	throughputPartitions = 4      // of each of the three topics
	throughputCalls      = 80_000 // about; THROUGHPUT_CALLS says another number
	throughputWant       = 0.7    // of the copy's rate
	ticksPerSecond       = 100    // of /proc/PID/stat; Linux has no other on the machines that Go runs on
	copyIndex            = "copy" // begins the names of the copy's indices
)

// TestThroughput lets a plain copy loop and suqiu consume store the same calls from the same Kafka in the same
// Elasticsearch, in turn, and compares their rates from the first document stored to the last: starting, and with it
// loading the dictionaries, does not count. A copy into suqiu's own indices, of documents that nobody has analysed, tells
// how much of the difference is the index's.
func TestThroughput(t *testing.T) {
	broker := startBroker(t)
	f := newFeed(t, t.TempDir(), 1)
	f.configure(fmt.Sprintf(`
kafka: {brokers: [%q]}
elasticsearch: {addresses: [%q], replicas: 0}
batch: {records: 1000, linger: 500ms}
`, broker.Address(), cluster.URL()))
	f.retry("kafka", "setup", "--partitions", fmt.Sprint(throughputPartitions))
	total, characters := produceSample(f)
	t.Logf("%d calls of %d characters on average, three topics of %d partitions", total, characters/total, throughputPartitions)
	copyProgram := program(t, f.dir, "suqiu/e2e/copy")

	var copies, bares, suqius []measure
	for n := range throughputRuns {
		index := fmt.Sprint(copyIndex, n)
		request(t, http.MethodPut, "/"+index, copyMapping)
		copying := func(group string, into ...string) *exec.Cmd {
			return exec.Command(copyProgram, append([]string{"-brokers", broker.Address(), "-topics", strings.Join(hotlineTopics(), ","),
				"-group", group, "-elasticsearch", cluster.URL()}, into...)...)
		}
		copies = append(copies, f.measure(copying(index, "-index", index), index, total))
		request(t, http.MethodDelete, "/"+index, "")

		// prepared sets up indices of a prefix, and store has a command fill them.
		prepared := func(prefix string) []string {
			set := []string{"--set", "elasticsearch.prefix=" + prefix, "--set", "kafka.group=" + prefix}
			f.retry(append([]string{"index", "setup"}, set...)...)
			return set
		}
		store := func(cmd *exec.Cmd, prefix string) measure {
			m := f.measure(cmd, prefix+"-calls-*", total)
			for _, month := range months(t, prefix) {
				request(t, http.MethodDelete, "/"+month, "")
			}
			return m
		}
		bare := fmt.Sprint("bare", n)
		prepared(bare)
		bares = append(bares, store(copying(bare, "-prefix", bare), bare))
		prefix := fmt.Sprint("throughput", n)
		suqius = append(suqius, store(f.suqiu.command(t.Context(), append([]string{"consume"}, prepared(prefix)...)...), prefix))
		t.Logf("run %d: copy %s; into suqiu's index %s; suqiu %s", n+1, copies[n], bares[n], suqius[n])
	}
	plain, bare, ours := median(copies), median(bares), median(suqius)
	ratio := ours.rate / plain.rate
	t.Logf("median: copy %s", plain)
	t.Logf("median: copy into suqiu's index %s, of whose rate suqiu has %.2f", bare, ours.rate/bare.rate)
	t.Logf("median: suqiu %s", ours)
	t.Logf("ratio of the rates: %.2f", ratio)
	if ratio < throughputWant {
		t.Errorf("suqiu has %.2f of the copy's rate, want %.2f", ratio, throughputWant)
	}
}

// copyMapping is a plain mapping of the calls as they are told.
const copyMapping = `{
  "settings": {"number_of_replicas": 0, "refresh_interval": "5s", "codec": "best_compression"},
  "mappings": {"dynamic": "strict", "properties": {
    "schema": {"type": "byte"}, "id": {"type": "keyword"}, "hotline": {"type": "keyword"},
    "received": {"type": "date"}, "updated": {"type": "date"}, "text": {"type": "text"},
    "turns": {"properties": {"role": {"type": "keyword"}, "text": {"type": "text"}}}}}}`

// produceSample writes invented calls into the hotlines' topics and returns how many there are and of how many
// characters.
func produceSample(f *feed) (total, characters int) {
	options := sample.DefaultOptions(time.Now())
	options.PerDay = numberOf(f.t, "THROUGHPUT_CALLS", throughputCalls) / (7 * options.Weeks)
	contacts, _, err := sample.Generate(options)
	if err != nil {
		f.t.Fatal(err)
	}
	lines := map[hotline.Hotline]*bytes.Buffer{}
	for i := range contacts {
		c := &contacts[i]
		line := inputLine{Schema: hotline.Schema, ID: c.ID, Hotline: c.Hotline,
			Received: c.Received.Format(time.RFC3339), Updated: c.Received.Add(time.Hour).Format(time.RFC3339)}
		for _, turn := range c.Turns {
			role := turn.Role
			if role == hotline.RoleUnknown {
				role = hotline.RoleCustomer
			}
			line.Turns = append(line.Turns, inputTurn{role, turn.Text})
			characters += len([]rune(turn.Text))
		}
		if lines[c.Hotline] == nil {
			lines[c.Hotline] = &bytes.Buffer{}
		}
		if err := json.NewEncoder(lines[c.Hotline]).Encode(&line); err != nil {
			f.t.Fatal(err)
		}
	}
	for h, text := range lines {
		name := filepath.Join(f.dir, "calls-"+string(h)+".jsonl")
		if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
			f.t.Fatal(err)
		}
		f.retry("produce", topicOf(h), name)
	}
	return len(contacts), characters
}

// measure is what one run of one side took.
type measure struct {
	rate   float64 // documents a second, from the first stored to the last
	cpu    float64 // seconds of the process a million documents, over the same time
	memory int64   // its peak, bytes
}

func (m measure) String() string {
	return fmt.Sprintf("%.0f docs/s, %.0f CPU s a million, peak %d MiB", m.rate, m.cpu, m.memory>>20)
}

// median takes each figure's median by itself.
func median(all []measure) measure {
	rates, cpus, memories := []float64{}, []float64{}, []int64{}
	for _, m := range all {
		rates, cpus, memories = append(rates, m.rate), append(cpus, m.cpu), append(memories, m.memory)
	}
	slices.Sort(rates)
	slices.Sort(cpus)
	slices.Sort(memories)
	return measure{rates[len(rates)/2], cpus[len(cpus)/2], memories[len(memories)/2]}
}

// measure runs a command until the indices have taken total documents.
func (f *feed) measure(cmd *exec.Cmd, indices string, total int) measure {
	f.t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is looked at below
		close(ended)
	}()
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	}
	var begin time.Time
	var already int
	var cpuBefore float64
	for deadline := time.Now().Add(10 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		taken := documentsTaken(f.t, indices)
		select {
		case <-ended:
			f.t.Fatalf("it ended by itself after %d documents:\n%s", taken, &log)
		default:
		}
		if begin.IsZero() && taken > 0 {
			begin, already, cpuBefore = time.Now(), taken, cpuSeconds(f.t, cmd.Process.Pid)
		}
		if taken >= total {
			break
		}
		if time.Now().After(deadline) {
			stop()
			f.t.Fatalf("only %d of %d documents:\n%s", taken, total, &log)
		}
	}
	took := time.Since(begin)
	cpu := cpuSeconds(f.t, cmd.Process.Pid) - cpuBefore
	stop()
	done := float64(total - already)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		f.t.Fatal("the system does not tell what the process used")
	}
	return measure{done / took.Seconds(), cpu / done * 1e6, usage.Maxrss << 10}
}

// months names the indices of the calls under a prefix.
func months(t *testing.T, prefix string) []string {
	t.Helper()
	var found map[string]json.RawMessage
	if err := json.Unmarshal([]byte(request(t, http.MethodGet, "/"+prefix+"-calls-*/_alias", "")), &found); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(maps.Keys(found))
}

// documentsTaken is how many documents the indices have indexed, whether or not they can be searched yet.
func documentsTaken(t *testing.T, indices string) int {
	t.Helper()
	var stats struct {
		All struct {
			Primaries struct {
				Indexing struct {
					Total int `json:"index_total"`
				} `json:"indexing"`
			} `json:"primaries"`
		} `json:"_all"`
	}
	if err := json.Unmarshal([]byte(request(t, http.MethodGet, "/"+indices+"/_stats/indexing", "")), &stats); err != nil {
		t.Fatal(err)
	}
	return stats.All.Primaries.Indexing.Total
}

// cpuSeconds is what a running process has used, in user and system mode.
func cpuSeconds(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	user, errUser := strconv.ParseFloat(fields[11], 64)
	system, errSystem := strconv.ParseFloat(fields[12], 64)
	if err := errors.Join(errUser, errSystem); err != nil {
		t.Fatal(err)
	}
	return (user + system) / ticksPerSecond
}
