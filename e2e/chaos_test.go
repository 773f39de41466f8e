//go:build e2e && unix

package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/e2e/engine"
	"suqiu/hotline"
)

// How much happens in a run.
const (
	chaosSeed        = 20260701
	chaosCalls       = 200_000 // unless CHAOS_CALLS says another number
	chaosPartitions  = 4       // of each topic
	chaosPieces      = 16      // that the input is produced in, while it is consumed
	chaosStoreFaults = 0.1     // share of the store's requests that fail
	chaosCut         = 0.003   // share of the broker's requests whose connection ends
	chaosRefused     = 0.02    // share of the broker's fetches, commits and heartbeats that it refuses
	chaosMembers     = 3       // the last of them comes and goes
)

// The longest that the consumers may commit nothing, and that all may take after the faults have ended.
const chaosPatience = 3 * time.Minute

// TestChaos lets consumers work through a stream while they, the broker and the store are killed, cut off and refused,
// and compares what the index holds in the end with what a program of its own makes of the same stream.
func TestChaos(t *testing.T) {
	begin := time.Now()
	c := startChaos(t, &input{seed: chaosSeed, calls: numberOf(t, "CHAOS_CALLS", chaosCalls)})
	c.run()
	took := time.Since(begin)
	for _, m := range c.members {
		m.stop()
	}

	account := runFold(t, c.dir, append([]string{"-elasticsearch", cluster.URL(), "-indices", "chaos-calls-*"}, c.files...)...)
	c.checkDeadLetters(account.Broken)
	c.report(account, took)
}

// chaos is one run.
type chaos struct {
	*feed
	rng     *rand.Rand
	store   *faultyStore
	broker  *engine.Process
	address string // of the broker
	members [chaosMembers]*member

	events map[string]int // that happened, by name
}

func startChaos(t *testing.T, in *input) *chaos {
	dir := t.TempDir()
	c := &chaos{feed: newFeed(t, dir, chaosPieces), rng: rand.New(rand.NewPCG(in.seed, 2)), events: map[string]int{}}
	var target string
	c.store, target = startFaultyStore(t, cluster.URL(), in.seed, chaosStoreFaults)
	c.startBroker()
	c.configure(fmt.Sprintf(`
kafka: {brokers: [%q], session: 6s}
elasticsearch: {addresses: [%q], prefix: chaos, replicas: 0}
batch: {records: 1000, linger: 500ms}
`, c.address, target))
	c.retry("index", "setup")
	c.writeInput(in)
	for i := range c.members {
		c.members[i] = c.newMember(i)
	}
	return c
}

// event is something that happens when a share of the stream has been consumed.
type event struct {
	at   float64
	name string
	do   func()
}

// plan draws when what happens.
func (c *chaos) plan() []event {
	var events []event
	add := func(n int, name string, from, to float64, do func()) {
		for range n {
			events = append(events, event{from + c.rng.Float64()*(to-from), name, do})
		}
	}
	some := func() *member { return c.members[c.rng.IntN(2)] }
	add(10, "consumer killed", 0.02, 0.9, func() {
		m := some()
		m.kill()
		c.pause(2 * time.Second)
		m.start()
	})
	add(3, "consumer stopped and started", 0.05, 0.9, func() {
		m := some()
		m.stop()
		m.start()
	})
	guest := c.members[2]
	for _, share := range []float64{0.1, 0.5} {
		add(1, "third consumer joined", share, share+0.1, guest.start)
		add(1, "third consumer left", share+0.2, share+0.3, guest.stop)
	}
	add(3, "broker killed", 0.05, 0.85, func() {
		c.broker.Kill()
		c.pause(2 * time.Second)
		if err := c.broker.Restart(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
	})
	add(2, "store frozen", 0.1, 0.9, func() {
		cluster.Suspend()
		c.pause(8 * time.Second)
		cluster.Resume()
	})
	add(2, "bulk request without an answer", 0.1, 0.7, c.store.hangNext)
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return events
}

// pause waits for up to d.
func (c *chaos) pause(d time.Duration) { time.Sleep(time.Duration(c.rng.Int64N(int64(d)))) }

// run lets everything happen and returns when all is committed.
func (c *chaos) run() {
	for _, m := range c.members[:2] {
		m.start()
	}
	events := c.plan()
	behaving := false
	best, since := int64(-1), time.Now()
	for {
		committed, lag := progress(c.t, []string{c.address}, chaosPartitions)
		if committed > best {
			best, since = committed, time.Now()
		}
		if time.Since(since) > chaosPatience {
			c.t.Fatalf("nothing was committed for %s: %d of %d, lag %d\n%s", chaosPatience, committed, c.lines, lag, logTails(c.members[:]))
		}
		share := float64(committed) / float64(c.lines)
		c.openFor(share + 3./chaosPieces)
		for len(events) > 0 && share >= events[0].at {
			events[0].do()
			c.events[events[0].name]++
			events = events[1:]
		}
		if len(events) == 0 && !behaving {
			behaving = true
			c.store.behave()
			c.broker.Signal(syscall.SIGUSR1)
		}
		select {
		case err := <-c.produced:
			if err != nil {
				c.t.Fatal(err)
			}
			if lag == 0 && behaving {
				return
			}
		default:
		}
		for _, m := range c.members {
			m.watch()
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// checkDeadLetters holds the dead letters against the lines in the topics that are no JSON: one each, no other.
func (c *chaos) checkDeadLetters(broken int) {
	want := map[string]bool{}
	for _, h := range hotline.Hotlines {
		for p := range chaosPartitions {
			eachRecord(c.t, []string{c.address}, topicOf(h), p, func(m kafka.Message) {
				if !json.Valid(m.Value) {
					want[fmt.Sprintf("%s/%d/%d", m.Topic, m.Partition, m.Offset)] = true
				}
			})
		}
	}
	if len(want) < broken {
		c.t.Errorf("the topics hold %d broken lines, the input %d", len(want), broken)
	}
	letters := c.suqiu.deadLetters(c.t)
	for _, letter := range letters {
		if !want[letter.ID] {
			c.t.Errorf("dead letter %s is doubled or of a line that is not broken: %s", letter.ID, letter.Why)
		}
		delete(want, letter.ID)
	}
	for id := range want {
		c.t.Errorf("no dead letter tells of the broken line at %s", id)
	}
	c.t.Logf("dead letters: %d", len(letters))
}

// report prints the account of the run, and sees to it that each kind of fault has struck.
func (c *chaos) report(a foldAccount, took time.Duration) {
	t := c.t
	t.Logf("input: %d lines of %d calls: %d older than what came before, %d repeated, %d moved to another month, %d broken; %d pieces produced again",
		a.Records, a.Calls, a.Older, a.Same, a.Moved, a.Broken, c.repeated)
	for _, name := range slices.Sorted(maps.Keys(c.events)) {
		t.Logf("event: %d × %s", c.events[name], name)
	}
	faults := c.store.faults()
	for _, fault := range append(randomFaults[:], faultHang) {
		t.Logf("store: %d × %s", faults[fault], fault)
		if faults[fault] == 0 {
			t.Errorf("the store's fault %q never struck: the run proves nothing about it", fault)
		}
	}
	log, err := os.ReadFile(c.broker.LogPath())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"cut", "refused"} {
		n := strings.Count(string(log), "fault "+kind)
		t.Logf("broker: %d × %s", n, kind)
		if n == 0 {
			t.Errorf("the broker's fault %q never struck: the run proves nothing about it", kind)
		}
	}
	for _, m := range c.members {
		t.Logf("%s: %d starts", m.name, m.starts)
	}
	t.Logf("index: %d documents; %d lost, %d doubled, %d stale, %d wrong, %d invented", a.Documents, a.Lost, a.Doubled, a.Stale, a.Wrong, a.Invented)
	t.Logf("%s, %.0f lines/s", took.Round(time.Second), float64(a.Records)/took.Seconds())
}
