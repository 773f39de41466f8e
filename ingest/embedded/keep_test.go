package embedded

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

func keep(t *testing.T, folder string) *Keeper {
	t.Helper()
	k, err := Keep(folder, Options{Topics: []string{"calls"}, Partitions: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// untilAnswers waits for a broker at an address.
func untilAnswers(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := answers(address)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// Whichever process ends first, and however often, the broker goes on at one address with all its records.
func TestKeepTakesOver(t *testing.T) {
	folder := t.TempDir()
	first := keep(t, folder)
	address := first.Addr()
	write(t, address, "a", "b")
	second, third := keep(t, folder), keep(t, folder)
	for _, k := range []*Keeper{second, third} {
		if k.Addr() != address {
			t.Errorf("address %s, want %s", k.Addr(), address)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	untilAnswers(t, address)
	write(t, address, "c")
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	untilAnswers(t, address)
	if got := strings.Join(read(t, address, 2, 3), ""); got != "abc" {
		t.Errorf("records %q, want abc", got)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Address(folder); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Address after all have ended: %v, want ErrNotRunning", err)
	}
}

// A process that is killed leaves the broker to the one that watches.
func TestKeepAfterKill(t *testing.T) {
	folder := t.TempDir()
	cmd := startHolder(t, folder)
	k := keep(t, folder)
	defer k.Close()
	write(t, k.Addr(), "1", "2")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, and says so
	untilAnswers(t, k.Addr())
	if got := strings.Join(read(t, k.Addr(), 4, 2), ""); got != "12" {
		t.Errorf("records %q, want 12", got)
	}
}

// Clients know one address: while someone else has the port, taking over waits for it.
func TestKeepWaitsForItsPort(t *testing.T) {
	folder := t.TempDir()
	first := keep(t, folder)
	faults := make(chan string, 100)
	second, err := Keep(folder, Options{}, slog.New(slog.NewTextHandler(sender(faults), nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.broker.cluster.Close() // frees the port, while the folder is still held
	taken, err := net.Listen("tcp", first.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if err := first.broker.lock.Close(); err != nil {
		t.Fatal(err)
	}
	if fault := <-faults; !strings.Contains(fault, "trying again") {
		t.Errorf("logged %s", fault)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	untilAnswers(t, first.Addr())
}

// sender passes on what is written to it.
type sender chan<- string

func (s sender) Write(p []byte) (int, error) {
	s <- string(p)
	return len(p), nil
}

// Those who look for a broker do not see one another, nor keep one from starting.
func TestProbesAtOnce(t *testing.T) {
	folder := t.TempDir()
	if err := publish(folder, "127.0.0.1:1"); err != nil { // left behind by an earlier broker
		t.Fatal(err)
	}
	var probes sync.WaitGroup
	for range 8 {
		probes.Go(func() {
			for range 200 {
				if address, err := Address(folder); !errors.Is(err, ErrNotRunning) {
					t.Errorf("Address = %q, %v, want ErrNotRunning", address, err)
					return
				}
			}
		})
	}
	probes.Wait()
	stop := make(chan struct{})
	probes.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = Address(folder) // both answers are right while it starts
				time.Sleep(time.Millisecond)
			}
		}
	})
	b := start(t, folder, Options{})
	close(stop)
	probes.Wait()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}
