package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv("EMBEDDED_TEST_HOLD"); folder != "" {
		hold(folder)
	}
	goleak.VerifyTestMain(m)
}

// hold runs a broker until the process is killed.
func hold(folder string) {
	b, err := Start(folder, Options{Topics: []string{"calls"}})
	if err != nil {
		os.Stdout.WriteString("error " + err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("ready " + b.Addr() + "\n")
	select {}
}

func start(t *testing.T, folder string, opts Options) *Broker {
	t.Helper()
	b, err := Start(folder, opts)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, address string, values ...string) {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	w := &kafka.Writer{Addr: kafka.TCP(address), Topic: "calls", RequiredAcks: kafka.RequireAll,
		BatchTimeout: time.Millisecond, Transport: transport}
	defer w.Close()
	for _, v := range values {
		if err := w.WriteMessages(t.Context(), kafka.Message{Value: []byte(v)}); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns all values of the topic, sorted.
func read(t *testing.T, address string, partitions, want int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var values []string
	for p := range partitions {
		conn, err := kafka.DialLeader(ctx, "tcp", address, "calls", p)
		if err != nil {
			t.Fatal(err)
		}
		first, last, err := conn.ReadOffsets()
		if err != nil {
			t.Fatal(err)
		}
		for o := first; o < last; o++ {
			m, err := conn.ReadMessage(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, string(m.Value))
		}
		conn.Close()
	}
	if len(values) != want {
		t.Errorf("read %d records, want %d", len(values), want)
	}
	slices.Sort(values)
	return values
}

// What was acknowledged is there after a stop and a new start, on the same address.
func TestRecordsSurviveRestart(t *testing.T) {
	for name, opts := range map[string]Options{
		"OK":   {Topics: []string{"calls"}, Partitions: 2},
		"Sync": {Topics: []string{"calls"}, Partitions: 2, Sync: true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			b := start(t, folder, opts)
			address := b.Addr()
			write(t, address, "a", "b", "c")
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			b = start(t, folder, opts)
			defer b.Close()
			if b.Addr() != address {
				t.Errorf("address %s after restart, want %s", b.Addr(), address)
			}
			if got := strings.Join(read(t, b.Addr(), 2, 3), ""); got != "abc" {
				t.Errorf("records %q, want abc", got)
			}
		})
	}
}

// A second broker on one folder would mix up its log.
func TestOneProcessHoldsFolder(t *testing.T) {
	folder := t.TempDir()
	b := start(t, folder, Options{})
	if _, err := Start(folder, Options{}); !errors.Is(err, ErrHeld) {
		t.Errorf("second start: %v, want ErrHeld", err)
	}
	if address, err := Address(folder); err != nil || address != b.Addr() {
		t.Errorf("Address = %q, %v, want %q", address, err, b.Addr())
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	// The address file is still there, and stale.
	if _, err := os.Stat(filepath.Join(folder, addressFile)); err != nil {
		t.Error(err)
	}
	if _, err := Address(folder); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Address after close: %v, want ErrNotRunning", err)
	}
}

// Dead letters wait for an operator longer than Kafka's usual seven days.
func TestRecordsDoNotExpire(t *testing.T) {
	b := start(t, t.TempDir(), Options{Topics: []string{"calls"}, Partitions: 1})
	defer b.Close()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.Addr()), Transport: transport}
	old := kafka.Record{Time: time.Now().AddDate(-1, 0, 0), Value: kafka.NewBytes([]byte("old"))}
	response, err := client.Produce(t.Context(), &kafka.ProduceRequest{Topic: "calls", RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(old)})
	if err = errors.Join(err, response.Error); err != nil {
		t.Fatal(err)
	}
	b.Cluster().ApplyRetention()
	read(t, b.Addr(), 1, 1)
}

func TestAddressOfNothing(t *testing.T) {
	if _, err := Address(filepath.Join(t.TempDir(), "none")); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Address: %v, want ErrNotRunning", err)
	}
}

// A broken address file keeps nothing from starting.
func TestBrokenAddressFile(t *testing.T) {
	for _, content := range []string{"", "nonsense", "127.0.0.1:0", "127.0.0.1:99999999", "[::1"} {
		t.Run(content, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, addressFile), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, folder, Options{})
			defer b.Close()
			if address, err := Address(folder); err != nil || address != b.Addr() {
				t.Errorf("Address = %q, %v, want %q", address, err, b.Addr())
			}
		})
	}
}

// startHolder runs this test binary as a process that holds the folder's broker, and returns when the broker is up.
func startHolder(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EMBEDDED_TEST_HOLD="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil || !strings.HasPrefix(string(line[:n]), "ready ") {
		t.Fatalf("child said %q, %v", line[:n], err)
	}
	return cmd
}

// The lock dies with a killed process, and its acknowledged records live on.
func TestKilledProcess(t *testing.T) {
	folder := t.TempDir()
	cmd := startHolder(t, folder)
	address, err := Address(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(folder, Options{}); !errors.Is(err, ErrHeld) {
		t.Errorf("start beside another process: %v, want ErrHeld", err)
	}
	write(t, address, "1", "2", "3", "4")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, and says so
	if _, err := Address(folder); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Address after kill: %v, want ErrNotRunning", err)
	}
	b := start(t, folder, Options{})
	defer b.Close()
	if got := strings.Join(read(t, b.Addr(), 4, 4), ""); got != "1234" {
		t.Errorf("records %q, want 1234", got)
	}
}
