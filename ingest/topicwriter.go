package ingest

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// TopicWriter writes single records into a topic.
type TopicWriter struct {
	topic  string
	broker *broker
	writer *kafka.Writer
}

// NewTopicWriter prepares writing into a topic. It does not connect yet.
func NewTopicWriter(cluster Cluster, topic string) (*TopicWriter, error) {
	broker, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	return &TopicWriter{topic: topic, broker: broker, writer: broker.writer(topic)}, nil
}

// Write writes one record and returns when all replicas have it. Records of one key keep their order.
func (w *TopicWriter) Write(ctx context.Context, key string, value []byte, headers map[string]string) error {
	m := kafka.Message{Key: []byte(key), Value: value}
	for name, text := range headers {
		m.Headers = append(m.Headers, kafka.Header{Key: name, Value: []byte(text)})
	}
	if err := w.writer.WriteMessages(ctx, m); err != nil {
		return hinted(fmt.Errorf("write to %s: %w", w.topic, refused(firstCause(err), hint.Of(hint.TopicRight, "Write", w.topic))))
	}
	return nil
}

// Close ends the connections.
func (w *TopicWriter) Close() error {
	err := w.writer.Close()
	w.broker.close()
	return err
}
