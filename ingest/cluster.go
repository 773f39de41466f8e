package ingest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"suqiu/hint"
	"suqiu/hotline"
)

// Cluster says how to reach Kafka. Brokers is needed.
type Cluster struct {
	Brokers  []string    // host:port
	ClientID string      // default "suqiu"
	TLS      *tls.Config // nil: plain text
	SASL     SASL        // zero: no authentication

	// Patience is for how long GroupPositions and Examine ask again while leaders of partitions do not answer, as until
	// another broker takes over from one that failed; default 15 s.
	Patience time.Duration
}

func (c Cluster) patience() time.Duration {
	if c.Patience == 0 {
		return 15 * time.Second
	}
	return c.Patience
}

// SASL is how to authenticate. Mechanism is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: not at all.
type SASL struct {
	Mechanism string
	User      string
	Password  string
}

// callTimeout bounds one request to a broker beyond the time the broker itself was asked to wait.
const callTimeout = 10 * time.Second

func (s SASL) mechanism() (sasl.Mechanism, error) {
	switch s.Mechanism {
	case "":
		return nil, nil
	case "PLAIN":
		return plain.Mechanism{Username: s.User, Password: s.Password}, nil
	case "SCRAM-SHA-256":
		return scram.Mechanism(scram.SHA256, s.User, s.Password)
	case "SCRAM-SHA-512":
		return scram.Mechanism(scram.SHA512, s.User, s.Password)
	}
	return nil, fmt.Errorf("the SASL mechanism is %q, must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", s.Mechanism)
}

// broker is a connection to a cluster, in the three forms that kafka-go's parts want it.
type broker struct {
	brokers   []string
	client    *kafka.Client
	transport *kafka.Transport
	dialer    *kafka.Dialer
}

// connect prepares the connection; it does not dial yet.
func (c Cluster) connect() (*broker, error) {
	if len(c.Brokers) == 0 {
		return nil, hint.With(errors.New("no Kafka brokers are given"), hint.Of(hint.KafkaAddress))
	}
	mechanism, err := c.SASL.mechanism()
	if err != nil {
		return nil, err
	}
	if c.ClientID == "" {
		c.ClientID = "suqiu"
	}
	transport := &kafka.Transport{ClientID: c.ClientID, TLS: c.TLS, SASL: mechanism, DialTimeout: callTimeout}
	return &broker{
		brokers:   slices.Clone(c.Brokers),
		client:    &kafka.Client{Addr: kafka.TCP(c.Brokers...), Transport: transport},
		transport: transport,
		dialer:    &kafka.Dialer{ClientID: c.ClientID, TLS: c.TLS, SASLMechanism: mechanism, Timeout: callTimeout, DualStack: true},
	}, nil
}

// close ends the connections. What is asked afterwards connects anew, and learns anew which broker leads what.
func (b *broker) close() { b.transport.CloseIdleConnections() }

// missing returns those of the topics that the cluster does not have.
func (b *broker) missing(ctx context.Context, topics []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	meta, err := b.client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		return nil, fmt.Errorf("look up topics %s: %w", strings.Join(topics, ", "), err)
	}
	var missing []string
	for _, t := range meta.Topics {
		switch {
		case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
			missing = append(missing, t.Name)
		case t.Error != nil:
			return nil, fmt.Errorf("look up topic %s: %w", t.Name, refused(t.Error, hint.Of(hint.TopicRight, "Describe", t.Name)))
		}
	}
	return missing, nil
}

// partitions returns the numbers of a topic's partitions.
func (b *broker) partitions(ctx context.Context, topic string) ([]int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	meta, err := b.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, fmt.Errorf("look up topic %s: %w", topic, err)
	}
	var ids []int
	for _, t := range meta.Topics {
		if t.Error != nil {
			return nil, fmt.Errorf("look up topic %s: %w", topic, refused(t.Error, hint.Of(hint.TopicRight, "Describe", topic)))
		}
		for _, p := range t.Partitions {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// setupHint tells what the operator can do about an error of Kafka's, and whether nothing else will help.
func setupHint(err error) (do hint.Hint, lasting bool) {
	if known := hotline.ConnectHint(err, "kafka.brokers", "kafka.ca_file"); !known.IsZero() {
		return known, false
	}
	var lacked *lackedRight
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return hint.Of(hint.Listener), false
	case errors.As(err, &lacked):
		return lacked.give, true
	case unauthorized(err):
		return hint.Of(hint.KafkaRights), true
	case errors.Is(err, kafka.SASLAuthenticationFailed):
		return hint.Of(hint.SASL), true
	case errors.Is(err, kafka.UnsupportedSASLMechanism):
		return hint.Of(hint.Mechanism), true
	case errors.Is(err, kafka.UnknownTopicOrPartition):
		return hint.Of(hint.MissingTopics), true
	case errors.Is(err, context.DeadlineExceeded):
		return hint.Of(hint.Hung), false
	}
	return hint.Hint{}, false
}

// attempts is how often a command that an operator waits for tries a broker that does not answer. The first call
// after a broker was restarted fails on a connection that was kept.
const attempts = 5

// retry calls do until it works, its error will not go away, or it has failed too often.
func retry(ctx context.Context, clock Clock, b Backoff, do func() error) error {
	for attempt := 0; ; attempt++ {
		err := do()
		if err == nil || ctx.Err() != nil {
			return err
		}
		known, lasting := setupHint(err)
		if lasting || attempt+1 == attempts {
			return hint.With(err, known)
		}
		if err := clock.Sleep(ctx, b.wait(attempt)); err != nil {
			return err
		}
	}
}
