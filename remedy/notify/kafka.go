package notify

import (
	"context"
	"fmt"
)

// Topic writes records into a Kafka topic. Write returns when all replicas have the record; records of one key keep their order.
type Topic interface {
	Write(ctx context.Context, key string, value []byte, headers map[string]string) error
}

// kafkaTopic writes CloudEvents into a topic, in the structured mode of their Kafka binding; the key is the incident's id.
type kafkaTopic struct {
	name  string
	topic Topic
}

// Name implements Channel.
func (c *kafkaTopic) Name() string { return c.name }

// Limits implements Channel.
func (c *kafkaTopic) Limits() Limits { return Limits{Machine: true} }

// Send implements Channel.
func (c *kafkaTopic) Send(ctx context.Context, m *Message) error {
	for i := range m.Notices {
		e := event(&m.Notices[i], m.Duplicate)
		value, err := encode(e)
		if err != nil {
			return err
		}
		if err := c.topic.Write(ctx, e.Subject, value, map[string]string{"content-type": eventType}); err != nil {
			return unsure{fmt.Errorf("write incident %s into the topic: %w", e.Subject, err)}
		}
	}
	return nil
}
