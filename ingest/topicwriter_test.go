package ingest

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

func TestTopicWriter(t *testing.T) {
	broker := newTestBroker(t, 1, "suqiu.incident")
	writer, err := NewTopicWriter(broker.cluster(), "suqiu.incident")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if err := writer.Write(t.Context(), "1a2b3c", []byte(text), map[string]string{"content-type": "text/plain"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{broker.Addr()}, Topic: "suqiu.incident", MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	for _, want := range []string{"first", "second"} {
		m, err := reader.ReadMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Value) != want || string(m.Key) != "1a2b3c" || len(m.Headers) != 1 || string(m.Headers[0].Value) != "text/plain" {
			t.Errorf("got %s: %s, %v", m.Key, m.Value, m.Headers)
		}
	}
	if _, err := NewTopicWriter(Cluster{}, "suqiu.incident"); err == nil {
		t.Error("takes a cluster without brokers")
	}
}
