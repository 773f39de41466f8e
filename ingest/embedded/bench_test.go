package embedded

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// Acknowledged writing in batches of 500 records of 1 KB, without and with flushing to the disk. One operation is one
// batch.
func BenchmarkWrite(b *testing.B) {
	for name, sync := range map[string]bool{"Cached": false, "Synced": true} {
		b.Run(name, func(b *testing.B) {
			broker, err := Start(b.TempDir(), Options{Topics: []string{"calls"}, Partitions: 1, Sync: sync})
			if err != nil {
				b.Fatal(err)
			}
			defer broker.Close()
			transport := &kafka.Transport{}
			defer transport.CloseIdleConnections()
			w := &kafka.Writer{Addr: kafka.TCP(broker.Addr()), Topic: "calls", RequiredAcks: kafka.RequireAll,
				BatchTimeout: time.Millisecond, BatchSize: 500, Transport: transport}
			defer w.Close()
			batch := make([]kafka.Message, 500)
			for i := range batch {
				batch[i].Value = make([]byte, 1024)
			}
			b.SetBytes(500 * 1024)
			for b.Loop() {
				if err := w.WriteMessages(b.Context(), batch...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
