package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"
)

// watchEvery is how often a Keeper looks whether the process that runs the broker still does.
const watchEvery = time.Second

// Keeper sees to it that the broker of a folder runs as long as its own process does, at the same address throughout:
// it runs the broker itself, or takes the place of the process that did, within about a second of its end.
type Keeper struct {
	folder  string
	opts    Options
	log     *slog.Logger
	address string
	broker  *Broker // of this process; nil while another one runs it

	stop    chan struct{}
	watcher sync.WaitGroup
}

// Keep starts the broker of a folder unless another process runs it already, and keeps it running until Close. Log may
// be nil.
func Keep(folder string, opts Options, log *slog.Logger) (*Keeper, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	k := &Keeper{folder: folder, opts: opts, log: log, stop: make(chan struct{})}
	if err := k.begin(); err != nil {
		return nil, err
	}
	if k.broker == nil {
		k.watcher.Go(k.watch)
	}
	return k, nil
}

// begin starts the broker, or finds that of another process. While that is starting or stopping it may be neither.
func (k *Keeper) begin() error {
	for attempt := 1; ; attempt++ {
		broker, err := Start(k.folder, k.opts)
		if err == nil {
			k.broker, k.address = broker, broker.Addr()
			return nil
		}
		if !errors.Is(err, ErrHeld) {
			return err
		}
		address, err := Address(k.folder)
		if err == nil {
			err = answers(address)
		}
		if err == nil {
			k.address = address
			return nil
		}
		if attempt == 50 { // about ten seconds
			return fmt.Errorf("look for the broker of %s: %w; end the process that holds the folder", k.folder, err)
		}
	}
}

// answers reports whether someone listens at an address: what a folder tells may be from an earlier broker while the
// next one is starting.
func answers(address string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// Addr is where the broker listens, as host:port. It stays the same, whoever runs the broker.
func (k *Keeper) Addr() string { return k.address }

// watch takes over when the process that runs the broker has ended.
func (k *Keeper) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-tick.C:
		}
		lock, err := acquire(filepath.Join(k.folder, lockFile), exclusive)
		if errors.Is(err, ErrHeld) {
			continue
		}
		if err == nil {
			k.broker, err = launch(k.folder, k.opts, lock, portOf(k.address))
		}
		if err == nil {
			k.log.Info("the process that ran the broker has ended; this one goes on with it", "address", k.address)
			return
		}
		k.log.Error("the process that ran the broker has ended and this one can't take its place; trying again", "address", k.address, "err", err)
	}
}

// Close ends the watch, and the broker if this process runs it: then another Keeper of the folder takes over.
func (k *Keeper) Close() error {
	close(k.stop)
	k.watcher.Wait()
	if k.broker == nil {
		return nil
	}
	return k.broker.Close()
}
