// Package embedded runs a broker that speaks Kafka's protocol inside the process and keeps its log on disk, for demos
// and single machines. One process holds a data folder at a time, guarded by a lock that dies with it; it writes the
// broker's address into the folder, where other processes on the machine find it. Processes that use Keep take over from
// one another, so that the broker lives as long as any of them, always at the same address. The broker listens on 127.0.0.1
// only. Records survive the end of the process, however it ends; with Options.Sync also that of the machine. They are
// kept for ever, unless a topic has a retention of its own.
package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// The files in a data folder.
const (
	logFolder   = "log"
	lockFile    = "broker.lock"
	addressFile = "broker.address"
)

// Errors that callers tell apart.
var (
	// ErrHeld says that another process runs the broker of this folder; Address tells where it listens.
	ErrHeld = errors.New("another process runs the broker of this folder")
	// ErrNotRunning says that no process runs the broker of this folder.
	ErrNotRunning = errors.New("no broker runs on this folder; start one with suqiu serve --embedded")
)

// Options of a broker. Zero fields get their default.
type Options struct {
	Topics     []string // created with Partitions partitions where they do not exist
	Partitions int      // default 4
	Sync       bool     // flush every produced batch to the disk before it is acknowledged
	// MinSession is the shortest session timeout that members of consumer groups may ask for; default 1 s.
	MinSession time.Duration
}

func (o Options) withDefaults() Options {
	if o.Partitions == 0 {
		o.Partitions = 4
	}
	if o.MinSession == 0 {
		o.MinSession = time.Second
	}
	return o
}

// Broker is a running broker.
type Broker struct {
	cluster *kfake.Cluster
	lock    *os.File
	folder  string
	address string
}

// Start runs the broker of a data folder, which is made if need be. If another process runs it already, the error is
// ErrHeld. If it can, the broker listens on the port it had before, so that clients find it again.
func Start(folder string, opts Options) (*Broker, error) {
	if opts.Partitions < 0 {
		return nil, fmt.Errorf("start broker on %s: partitions must not be negative", folder)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	lock, err := lockFolder(folder)
	if err != nil {
		return nil, fmt.Errorf("start broker on %s: %w", folder, err)
	}
	return launch(folder, opts, lock, 0)
}

// lockFolder locks the folder for this process. A probe of Address holds the lock for an instant too, so it is tried for a
// moment before the error is ErrHeld.
func lockFolder(folder string) (*os.File, error) {
	for attempt := 0; ; attempt++ {
		lock, err := acquire(filepath.Join(folder, lockFile), exclusive)
		if !errors.Is(err, ErrHeld) || attempt == 10 {
			return lock, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// launch starts the broker of a folder that this process has locked, and publishes its address. Port is the one it must
// listen on; if it is 0, the broker listens on its earlier one, or on any if that is taken.
func launch(folder string, opts Options, lock *os.File, port int) (*Broker, error) {
	cluster, err := listen(folder, opts, port)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("start broker on %s: %w", folder, err)
	}
	b := &Broker{cluster: cluster, lock: lock, folder: folder, address: cluster.ListenAddrs()[0]}
	if err := publish(folder, b.address); err != nil {
		b.Close()
		return nil, fmt.Errorf("start broker on %s: %w", folder, err)
	}
	return b, nil
}

func listen(folder string, opts Options, port int) (*kfake.Cluster, error) {
	opts = opts.withDefaults()
	settings := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("suqiu-embedded"),
		kfake.DataDir(filepath.Join(folder, logFolder)),
		kfake.GroupMinSessionTimeout(opts.MinSession),
		// Dead letters and what a stopped consumer has not read must outlive the usual seven days.
		kfake.BrokerConfigs(map[string]string{"log.retention.ms": "-1", "offsets.retention.minutes": "52560000"}), // of positions: 100 years
	}
	if len(opts.Topics) > 0 {
		settings = append(settings, kfake.SeedTopics(int32(opts.Partitions), opts.Topics...))
	}
	if opts.Sync {
		settings = append(settings, kfake.SyncWrites())
	}
	if port > 0 {
		return kfake.NewCluster(append(settings, kfake.Ports(port))...)
	}
	if port := earlierPort(folder); port > 0 {
		if cluster, err := kfake.NewCluster(append(settings, kfake.Ports(port))...); err == nil {
			return cluster, nil
		}
	}
	return kfake.NewCluster(settings...)
}

// earlierPort is the port of the last broker of the folder, or 0 where it is not known or taken meanwhile.
func earlierPort(folder string) int {
	address, err := published(folder)
	if err != nil {
		return 0
	}
	port := portOf(address)
	probe, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0
	}
	probe.Close()
	return port
}

// portOf is the port of an address, or 0 where it has none.
func portOf(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

// Addr is where the broker listens, as host:port.
func (b *Broker) Addr() string { return b.address }

// Cluster gives access to the broker itself, to inject faults in tests.
func (b *Broker) Cluster() *kfake.Cluster { return b.cluster }

// Close stops the broker, writes what is still in memory, and frees the folder. The address stays, to be used again.
func (b *Broker) Close() error {
	b.cluster.Close()
	return b.lock.Close()
}

// Address tells where the broker of a folder listens. If none runs, whatever an earlier one left behind, the error is
// ErrNotRunning.
func Address(folder string) (string, error) {
	lock, err := acquire(filepath.Join(folder, lockFile), shared) // probes do not see each other
	switch {
	case err == nil:
		lock.Close()
		return "", fmt.Errorf("look for the broker of %s: %w", folder, ErrNotRunning)
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("look for the broker of %s: %w", folder, ErrNotRunning)
	case !errors.Is(err, ErrHeld):
		return "", fmt.Errorf("look for the broker of %s: %w", folder, err)
	}
	address, err := published(folder)
	if err != nil {
		return "", fmt.Errorf("look for the broker of %s: it is starting or stopping; try again: %w", folder, err)
	}
	return address, nil
}

// publish writes the address so that a reader sees all of it or nothing.
func publish(folder, address string) error {
	path := filepath.Join(folder, addressFile)
	if err := os.WriteFile(path+".new", []byte(address+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func published(folder string) (string, error) {
	data, err := os.ReadFile(filepath.Join(folder, addressFile))
	if err != nil {
		return "", err
	}
	address := strings.TrimSpace(string(data))
	if _, _, err := net.SplitHostPort(address); err != nil {
		return "", fmt.Errorf("read %s: %w", addressFile, err)
	}
	return address, nil
}
