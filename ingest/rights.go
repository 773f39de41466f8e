package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/describegroups"

	"suqiu/hint"
)

// lackedRight is the error of a request that Kafka refused for want of a right. Kafka itself names neither the right
// nor what it is on.
type lackedRight struct {
	give hint.Hint // the right and what it is on
	err  error
}

func (e *lackedRight) Error() string { return e.err.Error() }
func (e *lackedRight) Unwrap() error { return e.err }

// refused names the right that a request needed, where the error says that the user has it not; others stay as they are.
func refused(err error, give hint.Hint) error {
	if !unauthorized(err) {
		return err
	}
	return &lackedRight{give, err}
}

// unauthorized reports whether Kafka refused a request for want of a right.
func unauthorized(err error) bool {
	return errors.Is(err, kafka.TopicAuthorizationFailed) || errors.Is(err, kafka.GroupAuthorizationFailed) || errors.Is(err, kafka.ClusterAuthorizationFailed)
}

// mayRead asks whether the user may read as a group, which joining it needs and looking at its offsets does not. What
// else is wrong, and what a broker does not tell, is for others to find.
func (b *broker) mayRead(ctx context.Context, group string) error {
	ctx, cancel := context.WithTimeout(ctx, leaderTimeout)
	defer cancel()
	answer, err := b.transport.RoundTrip(ctx, kafka.TCP(b.brokers...), &describegroups.Request{Groups: []string{group}, IncludeAuthorizedOperations: true})
	if told, ok := answer.(*describegroups.Response); err == nil && ok {
		for _, g := range told.Groups {
			switch allowed := g.AuthorizedOperations; {
			case g.ErrorCode != 0:
				err = kafka.Error(g.ErrorCode)
			case allowed != math.MinInt32 && allowed&(1<<kafka.ACLOperationTypeRead) == 0: // KIP-430: a bit for each operation
				err = kafka.GroupAuthorizationFailed
			}
		}
	}
	if !unauthorized(err) {
		return nil
	}
	return fmt.Errorf("read as group %s: %w", group, refused(err, hint.Of(hint.GroupRight, "Read", group)))
}
