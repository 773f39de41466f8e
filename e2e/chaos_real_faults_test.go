//go:build e2e && long && unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// faultKind is one way in which something fails.
type faultKind struct {
	times  int
	name   string
	strike func() string // see realFault
}

// kindOvertaken is the one kind that the plan has to know.
const kindOvertaken = "retention overtook"

// kinds lists all faults of a run.
func (r *realChaos) kinds() []faultKind {
	return []faultKind{
		{9, "consumer killed", r.killConsumer},
		{4, "consumer frozen", r.freezeConsumer},
		{4, "broker killed", r.killBroker},
		{4, "broker frozen", r.freezeBroker},
		{5, "leaders changed", r.changeLeaders},
		{3, "Elasticsearch killed", r.killStore},
		{4, "Elasticsearch frozen", r.freezeStore},
		{4, "connections reset", r.resetConnections},
		{4, "latency", r.slowDown},
		{3, "index read-only", r.blockWrites},
		{2, "write queue full", r.fillQueue},
		{2, "credentials revoked", r.revoke},
		{2, kindOvertaken, r.overtake},
	}
}

func none(do func()) string { do(); return "" }

func (r *realChaos) someConsumer() *member { return r.members[r.rng.IntN(len(r.members))] }

func (r *realChaos) killConsumer() string {
	m := r.someConsumer()
	m.kill()
	r.pause(time.Second)
	m.start()
	return ": " + m.name
}

// freezeConsumer lasts longer than the session, so that the group gives its partitions to others.
func (r *realChaos) freezeConsumer() string {
	m := r.someConsumer()
	m.process.Suspend()
	r.pause(7 * time.Second)
	m.process.Resume()
	return ": " + m.name
}

func (r *realChaos) killBroker() string {
	n := r.rng.IntN(kafkaNodes)
	r.kafka.nodes[n].Kill()
	r.pause(2 * time.Second)
	if err := r.kafka.nodes[n].Restart(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return fmt.Sprintf(": broker %d", n+1)
}

// freezeBroker lasts longer than the controller waits for it, so that others take its partitions over.
func (r *realChaos) freezeBroker() string {
	n := r.rng.IntN(kafkaNodes)
	r.kafka.nodes[n].Suspend()
	r.pause(7 * time.Second)
	r.kafka.nodes[n].Resume()
	return fmt.Sprintf(": broker %d", n+1)
}

// changeLeaders gives each partition of the hotlines' topics to the next of its replicas.
func (r *realChaos) changeLeaders() string {
	ctx, client := r.t.Context(), r.kafka.client()
	topics := hotlineTopics()
	changed, partitions := 0, 0
	leaders := func() map[partitionOf]int {
		metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
		if err != nil {
			return nil
		}
		now := map[partitionOf]int{}
		for _, topic := range metadata.Topics {
			for _, p := range topic.Partitions {
				now[partitionOf{topic.Name, p.ID}] = p.Leader.ID
			}
		}
		return now
	}
	before := leaders()
	for _, topic := range topics {
		until(r.t, "the leaders of "+topic+" to change", func() bool {
			metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
			if err != nil {
				return false
			}
			assign := &kafka.AlterPartitionReassignmentsRequest{Topic: topic, Timeout: 10 * time.Second}
			var ids []int
			for _, p := range metadata.Topics[0].Partitions {
				var replicas []int
				for _, b := range p.Replicas {
					replicas = append(replicas, b.ID)
				}
				at := slices.Index(replicas, p.Leader.ID)
				if len(replicas) != kafkaNodes || at < 0 {
					return false
				}
				next := (at + 1) % kafkaNodes
				assign.Assignments = append(assign.Assignments, kafka.AlterPartitionReassignmentsRequestAssignment{
					PartitionID: p.ID, BrokerIDs: slices.Concat(replicas[next:], replicas[:next]),
				})
				ids = append(ids, p.ID)
			}
			if answer, err := client.AlterPartitionReassignments(ctx, assign); err != nil || answer.Error != nil {
				return false
			}
			answer, err := client.ElectLeaders(ctx, &kafka.ElectLeadersRequest{Topic: topic, Partitions: ids, Timeout: 10 * time.Second})
			return err == nil && answer.Error == nil
		})
	}
	until(r.t, "the brokers to tell the new leaders", func() bool {
		now := leaders()
		changed, partitions = 0, len(now)
		for p, leader := range now {
			if leader != before[p] {
				changed++
			}
		}
		return changed > 0
	})
	return fmt.Sprintf(": of %d of %d partitions", changed, partitions)
}

func (r *realChaos) killStore() string {
	return none(func() {
		r.store.Kill()
		r.pause(2 * time.Second)
		if err := r.store.Restart(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	})
}

func (r *realChaos) freezeStore() string {
	return none(func() {
		r.store.Suspend()
		r.pause(5 * time.Second)
		r.store.Resume()
	})
}

func (r *realChaos) resetConnections() string {
	return none(func() {
		r.proxy.failAll(faultReset)
		r.pause(3 * time.Second)
		r.proxy.behave()
	})
}

func (r *realChaos) slowDown() string {
	const delay = 1500 * time.Millisecond
	r.proxy.slowDown(delay)
	r.pause(5 * time.Second)
	r.proxy.behave()
	return fmt.Sprintf(": %s a request", delay)
}

// blockWrites does what Elasticsearch does to its indices when its disk is nearly full.
func (r *realChaos) blockWrites() string {
	set := func(value string) {
		r.ask(http.MethodPut, "/suqiu-calls-*/_settings", `{"index.blocks.read_only_allow_delete":`+value+`}`, nil)
	}
	return none(func() {
		set("true")
		r.pause(3 * time.Second)
		set("null")
	})
}

// fillQueue sends so many writes to another index that the write queue, which is made small, has no room for suqiu's.
func (r *realChaos) fillQueue() string {
	rejected := func() (n int) {
		var answer []struct {
			Rejected string `json:"rejected"`
		}
		r.ask(http.MethodGet, "/_cat/thread_pool/write?format=json&h=rejected", "", &answer)
		for _, node := range answer {
			var of int
			if _, err := fmt.Sscan(node.Rejected, &of); err != nil {
				r.t.Fatal(err)
			}
			n += of
		}
		return n
	}
	before := rejected()
	var body strings.Builder
	for range 200 {
		body.WriteString(`{"create":{}}` + "\n" + `{"text":"` + strings.Repeat("占满写入队列 ", 20) + `"}` + "\n")
	}
	if _, err := r.request(r.t.Context(), http.MethodPut, "/storm", `{"settings":{"number_of_replicas":0}}`); err != nil && !strings.Contains(err.Error(), "resource_already_exists") {
		r.t.Fatal(err)
	}
	var storm sync.WaitGroup
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	for range 64 {
		storm.Go(func() {
			for ctx.Err() == nil {
				_, _ = r.request(ctx, http.MethodPost, "/storm/_bulk", body.String()) // most of it is to be refused
			}
		})
	}
	r.pause(3 * time.Second)
	n := 0
	until(r.t, "the write queue to be full", func() bool {
		n = rejected() - before
		return n > 0
	})
	cancel()
	storm.Wait()
	return fmt.Sprintf(": %d writes rejected", n)
}

// revoke takes the credentials away from the consumers for a while, seen from outside.
func (r *realChaos) revoke() string {
	allowed := func(want int) func() bool {
		return func() bool {
			request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.store.URL()+"/_cluster/health", nil)
			if err != nil {
				r.t.Fatal(err)
			}
			request.SetBasicAuth("operator", realPassword)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return false
			}
			return response.Body.Close() == nil && response.StatusCode == want
		}
	}
	restore, err := r.store.Revoke()
	if err != nil {
		r.t.Fatal(err)
	}
	until(r.t, "the credentials to be refused", allowed(http.StatusUnauthorized))
	r.pause(2 * time.Second)
	if err := restore(); err != nil {
		r.t.Fatal(err)
	}
	until(r.t, "the credentials to be good again", allowed(http.StatusOK))
	return ""
}

// ask sends a request as the administrator, again until it is answered, and decodes the answer into out unless that is
// nil.
func (r *realChaos) ask(method, path, body string, out any) {
	r.t.Helper()
	var text []byte
	until(r.t, method+" "+path, func() (done bool) {
		var err error
		text, err = r.request(r.t.Context(), method, path, body)
		return err == nil
	})
	if out == nil {
		return
	}
	if err := json.Unmarshal(text, out); err != nil {
		r.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// request sends one request as the administrator.
func (r *realChaos) request(ctx context.Context, method, path, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.store.AdminURL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return text, err
}
