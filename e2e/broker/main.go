// Command broker runs the embedded broker alone, for tests that kill it. It cuts off the connection of a share of the
// requests, and answers a share of the fetches, commits and heartbeats with an error, until SIGUSR1 tells it to behave.
//
//	broker -data FOLDER -topics calls,letters -partitions 4 -cut 0.01 -refuse 0.05
//
// embedded.Address tells where it listens. Each fault is a line of its output: fault KIND REQUEST.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"suqiu/ingest/embedded"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "broker:", err)
		os.Exit(1)
	}
}

func run() error {
	data := flag.String("data", "", "folder that the log is kept in")
	topics := flag.String("topics", "", "topics, separated by commas")
	partitions := flag.Int("partitions", 4, "of each topic")
	cut := flag.Float64("cut", 0, "share of the requests whose connection is cut off, 0 to 1")
	refuse := flag.Float64("refuse", 0, "share of the fetches, commits and heartbeats that are answered with an error, 0 to 1")
	flag.Parse()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	behave := make(chan os.Signal, 1)
	signal.Notify(behave, syscall.SIGUSR1)

	broker, err := embedded.Start(*data, embedded.Options{Topics: strings.Split(*topics, ","), Partitions: *partitions})
	if err != nil {
		return err
	}
	f := &faulty{cut: *cut, refuse: *refuse}
	f.inject(broker.Cluster())
	for {
		select {
		case <-behave:
			f.over.Store(true)
		case <-stop:
			return broker.Close()
		}
	}
}

// faulty lets requests fail.
type faulty struct {
	cut, refuse float64
	over        atomic.Bool
}

// strike decides whether a request fails, and says so.
func (f *faulty) strike(kind string, share float64, request kmsg.Request) bool {
	if f.over.Load() || rand.Float64() >= share {
		return false
	}
	fmt.Println("fault", kind, kmsg.NameForKey(request.Key()))
	return true
}

// errCut closes the connection of the request that it answers.
var errCut = errors.New("cut off")

func (f *faulty) inject(cluster *kfake.Cluster) {
	cluster.Control(func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if f.strike("cut", f.cut, request) {
			return nil, errCut, true
		}
		return nil, nil, false
	})
	refuse := func(request kmsg.Request) bool { return f.strike("refused", f.refuse, request) }
	cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: -1, When: refuse},
		kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.CoordinatorNotAvailable, Count: -1, When: refuse},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.RebalanceInProgress, Count: -1, TopLevel: true, When: refuse},
	)
}
