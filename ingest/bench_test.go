package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The whole loop over a broker with one partition: fetch, decode, check, put into a store in memory, commit. One
// operation is one record.
func BenchmarkConsume(b *testing.B) {
	broker := newTestBroker(b, 1)
	payloads := make([]string, 0, 1000)
	for sent := 0; sent < b.N; sent += len(payloads) {
		payloads = payloads[:0]
		for i := range min(1000, b.N-sent) {
			payloads = append(payloads, contact(fmt.Sprintf("c%d", sent+i), 1))
		}
		broker.write("calls", 0, payloads...)
	}
	store := newMemStore()
	b.ResetTimer()
	c := broker.consume(store, newMemSink(), func(c *ConsumerConfig, _ *LoopConfig) { c.BatchRecords = 500 })
	for broker.committed("calls", 0) != int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	c.stop()
	if store.size() != b.N {
		b.Fatalf("%d documents, want %d", store.size(), b.N)
	}
}

// The same over a file. One operation is one line.
func BenchmarkFile(b *testing.B) {
	var content strings.Builder
	for i := range b.N {
		content.WriteString(contact(fmt.Sprintf("c%d", i), 1) + "\n")
	}
	path := filepath.Join(b.TempDir(), "contacts.jsonl")
	if err := os.WriteFile(path, []byte(content.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(content.Len() / b.N))
	store := newMemStore()
	ingester := &FileIngester{Loop: newTestLoop(b, store, newMemSink(), nil), Ledger: newMemLedger()}
	b.ResetTimer()
	if _, err := ingester.File(b.Context(), &source95598, path); err != nil {
		b.Fatal(err)
	}
	if store.size() != b.N {
		b.Fatalf("%d documents, want %d", store.size(), b.N)
	}
}
