//go:build e2e && unix

package deploy

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/ingest/embedded"
)

// rig is what the processes of one test work with: a broker of their own, and a part of the Elasticsearch.
type rig struct {
	t      *testing.T
	broker *embedded.Broker
	config string // file
	prefix string // of the index names
	dir    string
	key    string // of the pseudonyms
}

// newRig starts a broker and sets the index up behind the address of the store. Settings are lines of the configuration.
func newRig(t *testing.T, store, setup string, settings ...string) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	broker, err := embedded.Start(filepath.Join(r.dir, "broker"), embedded.Options{Topics: append(slices.Clone(topics), "suqiu.deadletter"), Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	r.broker = broker
	t.Cleanup(func() { _ = broker.Close() })
	key, code := suqiu(t, nil, "key", "new", "test")
	if code != 0 {
		t.Fatal(key)
	}
	r.key = strings.TrimSpace(key)
	r.prefix = "alert-" + strings.ToLower(strings.ReplaceAll(filepath.Base(t.Name()), "_", "-"))
	r.config = filepath.Join(r.dir, "suqiu.yaml")
	write(t, r.config, fmt.Appendf(nil, "log: {level: error}\nelasticsearch: {addresses: [%q], prefix: %s, replicas: 0}\n%s\n",
		store, r.prefix, strings.Join(append(settings, ""), "\n")))
	if out, code := suqiu(t, []string{"SUQIU_CONFIG=" + r.config, "SUQIU_ELASTICSEARCH_ADDRESSES=" + setup}, "index", "setup"); code != 0 {
		t.Fatalf("index setup: %s", out)
	}
	return r
}

// process is a running suqiu serve.
type process struct {
	*exec.Cmd
	address string
	log     string
}

// serve starts a consumer, which ends with the test.
func (r *rig) serve(args ...string) *process {
	r.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	p := &process{address: listener.Addr().String(), log: filepath.Join(r.t.TempDir(), "log")}
	if err := listener.Close(); err != nil {
		r.t.Fatal(err)
	}
	log, err := os.Create(p.log)
	if err != nil {
		r.t.Fatal(err)
	}
	defer log.Close()
	p.Cmd = exec.Command(binary, append([]string{"serve"}, args...)...)
	p.Env = environment("SUQIU_CONFIG="+r.config, "SUQIU_LISTEN="+p.address, "SUQIU_KAFKA_BROKERS="+r.broker.Addr(), "SUQIU_MASK_KEYS="+r.key)
	p.Stderr = log
	if err := p.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		p.kill()
		if r.t.Failed() {
			r.t.Logf("suqiu at %s said:\n%s", p.address, read(r.t, p.log))
		}
	})
	return p
}

// kill ends it at once; it may have ended.
func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}

// awaitReady waits until all processes do their work.
func awaitReady(t *testing.T, processes ...*process) {
	t.Helper()
	for _, p := range processes {
		for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
			if _, err := fetch(t.Context(), "http://"+p.address+"/readyz"); err == nil {
				break
			} else if time.Now().After(deadline) {
				t.Fatalf("suqiu at %s is not ready: %v", p.address, err)
			}
		}
	}
}

// produce writes n contacts into each of the topics, told at the time at.
func (r *rig) produce(ctx context.Context, n int, at time.Time, into ...string) error {
	return r.write(ctx, n, at, into, func(topic string, i int) string {
		return fmt.Sprintf(`{"id":"C-%d-%d","hotline":%q,"received":%q,"text":"我家从昨天晚上停电到现在"}`,
			time.Now().UnixNano(), i, strings.TrimPrefix(topic, "suqiu.hotline."), at.Format(time.RFC3339))
	})
}

func (r *rig) write(ctx context.Context, n int, at time.Time, into []string, text func(topic string, i int) string) error {
	writer := &kafka.Writer{Addr: kafka.TCP(r.broker.Addr()), BatchTimeout: 10 * time.Millisecond, RequiredAcks: kafka.RequireAll}
	defer writer.Close()
	var all []kafka.Message
	for _, topic := range into {
		for i := range n {
			all = append(all, kafka.Message{Topic: topic, Value: []byte(text(topic, i)), Time: at})
		}
	}
	return writer.WriteMessages(ctx, all...)
}

// feed produces n contacts into each topic every half second until the returned function is called.
func (r *rig) feed(n int, age time.Duration, into ...string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			if err := r.produce(ctx, n, time.Now().Add(-age), into...); err != nil && ctx.Err() == nil {
				r.t.Errorf("produce: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	r.t.Cleanup(stop)
	return stop
}
