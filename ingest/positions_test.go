package ingest

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"suqiu/hint"
)

// brokers are three that share the six partitions of "calls". What a hung one is asked it takes, and never answers.
type brokers struct {
	*kfake.Cluster
	hung [3]atomic.Bool
}

// hangingListener is a broker's.
type hangingListener struct {
	net.Listener
	hung *atomic.Bool
}

func (l hangingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return hangingConn{c, l.hung}, err
}

type hangingConn struct {
	net.Conn
	hung *atomic.Bool
}

func (c hangingConn) Write(p []byte) (int, error) {
	if c.hung.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func newBrokers(t *testing.T) *brokers {
	t.Helper()
	b := &brokers{}
	n := 0
	var err error
	b.Cluster, err = kfake.NewCluster(kfake.NumBrokers(len(b.hung)), kfake.SeedTopics(6, "calls"), kfake.ListenFn(func(network, address string) (net.Listener, error) {
		l, err := net.Listen(network, address)
		n++
		return hangingListener{l, &b.hung[n-1]}, err
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// lead makes a broker lead partitions.
func (b *brokers) lead(t *testing.T, node int32, partitions ...int32) {
	t.Helper()
	for _, p := range partitions {
		if err := b.MoveTopicPartition("calls", p, node); err != nil {
			t.Fatal(err)
		}
	}
}

// A broker that takes connections and requests and never answers, as one that was stopped or lies behind a firewall,
// makes what it leads unknown, and nothing else.
func TestGroupPositionsHungLeader(t *testing.T) {
	for _, tt := range []struct {
		name string
		hung []int32 // the partitions that the hung broker leads
	}{
		{"OneOfSix", []int32{3}},
		{"FiveOfSix", []int32{0, 1, 2, 4, 5}},
		{"All", []int32{0, 1, 2, 3, 4, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBrokers(t)
			coordinator := b.CoordinatorFor("suqiu")
			hung := (coordinator + 1) % 3
			b.lead(t, coordinator, 0, 1, 2, 3, 4, 5)
			b.lead(t, hung, tt.hung...)
			b.hung[hung].Store(true)
			addresses := b.ListenAddrs()
			cluster := Cluster{Brokers: []string{addresses[coordinator], addresses[(coordinator+2)%3]}, Patience: time.Millisecond}
			positions, err := GroupPositions(t.Context(), cluster, "suqiu", []string{"calls"})
			if err != nil {
				t.Fatal(err)
			}
			var unknown []int32
			for _, p := range positions {
				if p.Unknown {
					unknown = append(unknown, int32(p.Partition))
				}
			}
			if len(positions) != 6 || !slices.Equal(unknown, tt.hung) {
				t.Errorf("got %+v, want unknown %v of six", positions, tt.hung)
			}
		})
	}
}

// Examine names the broker that hangs and what it leads, and looks at the rest without it.
func TestExamineHungBroker(t *testing.T) {
	b := newBrokers(t)
	coordinator := b.CoordinatorFor("suqiu")
	hung := (coordinator + 1) % 3
	b.lead(t, coordinator, 0, 1, 2, 3, 4, 5)
	if err := b.CreateTopic(DeadLetterTopic, 1, nil); err != nil {
		t.Fatal(err)
	}
	if err := b.MoveTopicPartition(DeadLetterTopic, 0, coordinator); err != nil {
		t.Fatal(err)
	}
	b.lead(t, hung, 3)
	b.hung[hung].Store(true)
	letters, err := NewDeadLetters(Cluster{Brokers: []string{b.ListenAddrs()[coordinator]}}, DeadLetterTopic, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer letters.Close()
	found, err := Examine(t.Context(), Cluster{Brokers: b.ListenAddrs(), Patience: time.Millisecond}, "suqiu", []string{"calls"}, letters, time.Now())
	if err == nil || found.Partitions != 6 {
		t.Fatalf("got %+v, %v", found, err)
	}
	for _, want := range []string{"ask broker " + b.ListenAddrs()[hung], hint.Of(hint.Hung).String(), "partition calls/3: its leader does not answer"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if n := strings.Count(err.Error(), "does not answer"); n != 1 {
		t.Errorf("%d partitions are blamed, want one: %v", n, err)
	}
}

// A coordinator that hangs is no matter of one partition: the error says so, and what to do.
func TestGroupPositionsHungCoordinator(t *testing.T) {
	b := newBrokers(t)
	coordinator := b.CoordinatorFor("suqiu")
	other := (coordinator + 1) % 3
	b.lead(t, other, 0, 1, 2, 3, 4, 5)
	b.hung[coordinator].Store(true)
	cluster := Cluster{Brokers: []string{b.ListenAddrs()[other]}, Patience: time.Millisecond}
	_, err := GroupPositions(t.Context(), cluster, "suqiu", []string{"calls"})
	if err == nil || !strings.Contains(err.Error(), "ask the coordinator of group suqiu") || !strings.Contains(err.Error(), hint.Of(hint.Hung).String()) {
		t.Errorf("got %v, want one that names the coordinator and says %q", err, hint.Of(hint.Hung).String())
	}
}

// Positions are found again after another broker has taken over, though the connection that was kept goes by the
// leaders of before.
func TestGroupPositionsNewLeader(t *testing.T) {
	b := newBrokers(t)
	b.lead(t, 0, 0, 1, 2, 3, 4, 5)
	broker, err := Cluster{Brokers: b.ListenAddrs()}.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer broker.close()
	ask := func(patience time.Duration) []GroupPosition {
		t.Helper()
		positions, err := broker.askPositions(t.Context(), "suqiu", "calls", time.Now().Add(patience))
		if err != nil || len(positions) != 6 {
			t.Fatalf("got %+v, %v", positions, err)
		}
		return positions
	}
	ask(0)
	b.lead(t, 1, 3)
	_, err = broker.span(t.Context(), "calls", 3)
	if !errors.Is(err, kafka.NotLeaderForPartition) {
		t.Fatalf("the leader of before says %v", err)
	}
	if positions := ask(time.Minute); slices.ContainsFunc(positions, isUnknown) {
		t.Errorf("got %+v, want all known", positions)
	}
}
