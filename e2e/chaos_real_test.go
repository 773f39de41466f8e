//go:build e2e && long && unix

package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"suqiu/e2e/engine"
	"suqiu/hotline"
)

// How much happens in a run on real engines.
const (
	realSeed   = 20261128
	realCalls  = 1_000_000 // unless CHAOS_CALLS says another number
	realFaults = 50        // of the plan, whatever the number of calls; CHAOS_FAULTS takes only so many of them
	// Pieces of the stream. What is opened for one fault must be less than lies between two, or fast consumers come to the
	// end before the plan does.
	realPieces = 4 * realFaults
)

// Users of the run's Elasticsearch.
const realPassword = "invented-for-this-test"

// TestRealChaos lets three consumers work through a stream on three brokers of Kafka and an Elasticsearch while all of
// these are killed, frozen, cut off, refused and overtaken, one fault after another in the order of a plan. In the end
// what the index holds is compared with what a program of its own makes of the log, and so is what suqiu audit says.
// It takes long: make chaos-real.
func TestRealChaos(t *testing.T) {
	cluster.Suspend() // it has nothing to do here
	t.Cleanup(cluster.Resume)
	r := startReal(t, &input{seed: realSeed, calls: numberOf(t, "CHAOS_CALLS", realCalls)})
	r.printPlan()
	begin := time.Now()
	r.run()
	r.took = time.Since(begin)
	for _, m := range r.members {
		m.stop()
	}
	r.settle()
}

// realChaos is one run.
type realChaos struct {
	*feed
	rng     *rand.Rand
	kafka   *kafkaCluster
	store   *engine.Elasticsearch
	proxy   *faultyStore // between the consumers and the store
	members [kafkaNodes]*member
	plan    []*realFault
	began   time.Time
	took    time.Duration

	gaps    map[partitionOf]span // that retention made, by partition
	losses  []loss               // the records in the gaps
	inHand  *os.File             // the lines in the gaps that a consumer may have read before they were removed
	unread  *os.File             // the lines in the gaps that were produced while all consumers were dead
	removed *os.File             // lines that were committed when retention removed them
	broken  map[string]bool      // places of committed lines that can't be read, of those
	counts  map[partitionOf]*partitionCount
}

// partitionOf names a partition.
type partitionOf struct {
	topic string
	id    int
}

// span is a range of offsets, until not included.
type span struct{ from, until int64 }

// realFault is one fault of the plan, and how it went.
type realFault struct {
	at     float64 // share of the input that is committed when it strikes
	kind   string
	strike func() string // returns, when the fault is lifted, what it was about; empty where the kind says all

	struck   time.Duration // since the run began
	lasted   time.Duration
	recovery time.Duration // from its being lifted until every partition that had a lag had moved on
	about    string
}

func startReal(t *testing.T, in *input) *realChaos {
	t.Helper()
	r := &realChaos{feed: newFeed(t, t.TempDir(), realPieces), rng: rand.New(rand.NewPCG(in.seed, 2)),
		gaps: map[partitionOf]span{}, broken: map[string]bool{}, counts: map[partitionOf]*partitionCount{}}
	r.kafka = startKafka(t)
	var err error
	r.store, err = engine.StartElasticsearch(t.Context(), engine.TempDir(t), engine.Options{
		Password: realPassword, Roles: rolesFile(guideRoles(t)), Users: []engine.User{{Name: "operator", Password: realPassword, Role: "suqiu-migrate"}}, Heap: "1g", Measured: true,
		Settings: map[string]string{"thread_pool.write.queue_size": "16", "resource.reload.interval.high": "1s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.store.Stop)
	var target string
	r.proxy, target = startFaultyStore(t, r.store.URL(), in.seed, 0)
	brokers, err := json.Marshal(r.kafka.plain)
	if err != nil {
		t.Fatal(err)
	}
	r.configure(fmt.Sprintf(`
kafka: {brokers: %s, session: 6s, on_gap: continue}
elasticsearch: {addresses: [%q], username: operator, password: %q, replicas: 0}
batch: {records: 1000, linger: 500ms}
`, brokers, target, realPassword))
	for name, file := range map[string]**os.File{"in-hand.jsonl": &r.inHand, "unread.jsonl": &r.unread, "removed.jsonl": &r.removed} {
		if *file, err = os.Create(filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.retry("kafka", "setup", "--partitions", fmt.Sprint(chaosPartitions), "--replicas", fmt.Sprint(kafkaNodes))
	r.retry("index", "setup")
	r.writeInput(in)
	for i := range r.members {
		r.members[i] = r.newMember(i)
	}
	r.makePlan()
	return r
}

// makePlan draws in which order the faults strike, one in each of as many equal parts of the input. A shorter plan has
// as many kinds as there is room for.
func (r *realChaos) makePlan() {
	kinds := r.kinds()
	for again, left := 0, true; left; again++ {
		left = false
		for _, k := range kinds {
			if again < k.times {
				left, r.plan = true, append(r.plan, &realFault{kind: k.name, strike: k.strike})
			}
		}
	}
	if len(r.plan) != realFaults {
		r.t.Fatalf("the plan has %d faults, want %d", len(r.plan), realFaults)
	}
	r.plan = r.plan[:min(len(r.plan), numberOf(r.t, "CHAOS_FAULTS", realFaults))]
	r.rng.Shuffle(len(r.plan), func(i, j int) { r.plan[i], r.plan[j] = r.plan[j], r.plan[i] })
	for i := len(r.plan) * 3 / 4; i < len(r.plan); i++ {
		if r.plan[i].kind == kindOvertaken { // after which something must be left to produce
			j := r.rng.IntN(len(r.plan) / 2)
			r.plan[i], r.plan[j] = r.plan[j], r.plan[i]
		}
	}
	for i, f := range r.plan {
		f.at = (float64(i) + 0.1 + 0.5*r.rng.Float64()) / float64(len(r.plan))
	}
}

func (r *realChaos) printPlan() {
	r.t.Logf("plan of seed %d: %d lines, %d faults", realSeed, r.lines, len(r.plan))
	for i, f := range r.plan {
		r.t.Logf("  %2d at %4.1f %%: %s", i+1, 100*f.at, f.kind)
	}
}

// run lets every fault of the plan strike and returns when all is committed. The stream is held back so that it can't
// run away from the plan: a fault that strikes when there is nothing to do proves nothing.
func (r *realChaos) run() {
	for _, m := range r.members {
		m.start()
	}
	r.began = time.Now()
	best, since := int64(-1), time.Now()
	for next := 0; ; {
		committed, lag := progress(r.t, r.kafka.plain, chaosPartitions)
		if committed > best {
			best, since = committed, time.Now()
		}
		if time.Since(since) > chaosPatience {
			r.t.Fatalf("nothing was committed for %s: %d of %d, lag %d\n%s", chaosPatience, committed, r.lines, lag, logTails(r.members[:]))
		}
		planned := 1.
		if next < len(r.plan) {
			planned = r.plan[next].at
		}
		share := float64(committed) / float64(r.lines)
		r.openFor(max(planned, share) + 1/float64(r.pieces))
		if next < len(r.plan) && share >= planned && lag > 0 {
			r.openFor(share + 2/float64(r.pieces)) // so that there is something to do meanwhile
			r.let(r.plan[next], next+1)
			best, since = -1, time.Now()
			next++
		}
		select {
		case err := <-r.produced:
			if err != nil {
				r.t.Fatal(err)
			}
			if lag == 0 && next < len(r.plan) {
				r.t.Fatalf("all is committed, and only %d of %d faults have struck", next, len(r.plan))
			}
			if lag == 0 {
				return
			}
		default:
		}
		for _, m := range r.members {
			m.watch()
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// let lets one fault strike, and waits until the group has recovered from it.
func (r *realChaos) let(f *realFault, number int) {
	f.struck = time.Since(r.began)
	strike := time.Now()
	f.about = f.strike()
	lifted := time.Now()
	f.lasted = lifted.Sub(strike)
	behind := map[partitionOf]int64{}
	until(r.t, "the brokers to tell of all partitions", func() bool {
		all := positions(r.t, r.kafka.plain, chaosPartitions)
		for _, p := range all {
			if p.Lag() > 0 {
				behind[partitionOf{p.Topic, p.Partition}] = p.Committed
			}
		}
		return all != nil
	})
	until(r.t, "the group to recover from: "+f.kind, func() bool {
		all := positions(r.t, r.kafka.plain, chaosPartitions)
		for _, p := range all {
			if before, ok := behind[partitionOf{p.Topic, p.Partition}]; ok && p.Committed <= before && p.Lag() > 0 {
				return false
			}
		}
		return all != nil
	})
	f.recovery = time.Since(lifted)
	r.t.Logf("%3d at %4.0f s: %s%s; lasted %.1f s, recovered after %.1f s", number, f.struck.Seconds(), f.kind, f.about, f.lasted.Seconds(), f.recovery.Seconds())
}

// pause waits for least and up to as long again.
func (r *realChaos) pause(least time.Duration) {
	time.Sleep(least + time.Duration(r.rng.Int64N(int64(least))))
}

// report prints what happened, kind by kind.
func (r *realChaos) report(a foldAccount) {
	t := r.t
	type sum struct {
		kind            string
		times           int
		lasted, slowest time.Duration
		recovery        []time.Duration
	}
	var sums []*sum
	for _, f := range r.plan {
		i := slices.IndexFunc(sums, func(s *sum) bool { return s.kind == f.kind })
		if i < 0 {
			i, sums = len(sums), append(sums, &sum{kind: f.kind})
		}
		s := sums[i]
		s.times, s.lasted, s.slowest = s.times+1, s.lasted+f.lasted, max(s.slowest, f.recovery)
		s.recovery = append(s.recovery, f.recovery)
	}
	slices.SortFunc(sums, func(a, b *sum) int { return cmp.Compare(a.kind, b.kind) })
	for _, s := range sums {
		slices.Sort(s.recovery)
		t.Logf("fault: %d × %s; lasted %.1f s on average, recovered after %.1f s (median), %.1f s (longest)",
			s.times, s.kind, s.lasted.Seconds()/float64(s.times), s.recovery[len(s.recovery)/2].Seconds(), s.slowest.Seconds())
	}
	if len(r.plan) == realFaults && len(sums) < 10 {
		t.Errorf("only %d kinds of faults struck", len(sums))
	}
	faults := r.proxy.faults()
	t.Logf("proxy: %d requests reset, %d delayed", faults[faultReset], faults[faultLate])
	if len(r.plan) == realFaults && (faults[faultReset] == 0 || faults[faultLate] == 0) {
		t.Error("the proxy's faults never struck: the run proves nothing about them")
	}
	for _, m := range r.members {
		t.Logf("%s: %d starts", m.name, m.starts)
	}
	t.Logf("log: %d lines of %d calls: %d older than what came before, %d repeated, %d moved to another month, %d broken; %d files produced again",
		a.Records, a.Calls, a.Older, a.Same, a.Moved, a.Broken, r.repeated)
	t.Logf("index: %d documents; %d lost, %d doubled, %d stale, %d wrong, %d invented; %d calls gone with the log",
		a.Documents, a.Lost, a.Doubled, a.Stale, a.Wrong, a.Invented, a.Gone)
	var lasted time.Duration
	for _, f := range r.plan {
		lasted += f.lasted
	}
	t.Logf("%s, %.0f lines/s; faults lasted %s of it", r.took.Round(time.Second), float64(a.Records)/r.took.Seconds(), lasted.Round(time.Second))
}

// brokenPlace is the place of a line in the log.
func brokenPlace(topic string, partition int, offset int64) string {
	return fmt.Sprintf("%s/%d/%d", topic, partition, offset)
}

// eachPartition visits the partitions of the hotlines' topics.
func eachPartition(visit func(partitionOf)) {
	for _, h := range hotline.Hotlines {
		for id := range chaosPartitions {
			visit(partitionOf{topicOf(h), id})
		}
	}
}
