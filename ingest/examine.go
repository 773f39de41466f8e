package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// ClockSkew is how far the clocks of machines that work together may be apart. Times of contacts and retention are
// judged by them.
const ClockSkew = 5 * time.Minute

// Examination is what Examine found to be right.
type Examination struct {
	Topics     int
	Partitions int
	Warnings   []error // what is right now and may not stay so, or could not be seen; each with its remedy
}

// Examine looks at everything that a consumer of the topics needs of the cluster: each broker by itself, the topics,
// the rights to read them as the group and to write dead letters, whether they keep what they acknowledge, what
// retention has removed, the clocks. It says all
// that is wrong at once, each with its remedy, in the words of the consumer. It writes one record without content
// under the key "doctor" to the topic of dead letters, which compaction removes.
func Examine(ctx context.Context, cluster Cluster, group string, topics []string, letters *DeadLetters, now time.Time) (Examination, error) {
	away := cluster.leaveUnreachable(ctx)
	if len(away) > 0 && len(cluster.Brokers) == 0 {
		return Examination{}, errors.Join(away...)
	}
	b, err := cluster.connect()
	if err != nil {
		return Examination{}, err
	}
	defer b.close()
	e := examiner{broker: b, wrong: away}
	all := append([]string{letters.topic}, topics...)
	missing, err := b.missing(ctx, all)
	switch {
	case err != nil:
		e.note(err)
	case len(missing) > 0:
		e.wrong = append(e.wrong, hint.With(fmt.Errorf("missing topics: %v", missing), hint.Of(hint.MissingTopics)))
	default:
		e.note(letters.probe(ctx))
		e.durability(ctx, all)
	}
	unread := b.mayRead(ctx, group)
	e.note(unread)
	found := Examination{Topics: len(all)}
	until := time.Now().Add(cluster.patience())
	for _, topic := range topics {
		positions, err := b.askPositions(ctx, group, topic, until)
		if errors.Is(err, kafka.UnknownTopicOrPartition) && len(missing) > 0 {
			continue // told already
		}
		if errors.Is(err, kafka.GroupAuthorizationFailed) && unread != nil {
			continue // Read would include what was refused here
		}
		e.note(err)
		for _, p := range positions {
			e.position(ctx, p, now)
		}
		found.Partitions += len(positions)
	}
	found.Warnings = e.warnings
	return found, errors.Join(e.wrong...)
}

// ExamineMirror looks at what the mirror beside a group needs of the cluster: that it may read the topic of dead letters, as
// its own group. It returns how many records it is behind.
func ExamineMirror(ctx context.Context, cluster Cluster, group, topic string, now time.Time) (int64, error) {
	b, err := cluster.connect()
	if err != nil {
		return 0, err
	}
	defer b.close()
	if err := b.mayRead(ctx, MirrorGroup(group)); err != nil {
		return 0, hinted(err)
	}
	lag, err := MirrorLag(ctx, cluster, group, topic)
	if err != nil {
		return 0, err
	}
	ids, err := b.partitions(ctx, topic)
	if err != nil {
		return 0, hinted(err)
	}
	spans, err := b.spans(ctx, topic, ids)
	if err != nil {
		return 0, hinted(err)
	}
	e := examiner{broker: b}
	for _, id := range ids {
		e.position(ctx, GroupPosition{Topic: topic, Partition: id, First: spans[id].first, Committed: -1, End: spans[id].end}, now)
	}
	return lag, errors.Join(e.wrong...)
}

// leaveUnreachable asks each broker by itself, says what is wrong with those that do not answer, and leaves them out.
func (c *Cluster) leaveUnreachable(ctx context.Context) []error {
	var wrong []error
	var answer []string
	for _, address := range c.Brokers {
		alone := *c
		alone.Brokers = []string{address}
		b, err := alone.connect()
		if err == nil {
			prompt, cancel := context.WithTimeout(ctx, leaderTimeout)
			_, err = b.missing(prompt, nil)
			cancel()
			b.close()
		}
		if err != nil {
			wrong = append(wrong, hinted(fmt.Errorf("ask broker %s: %w", address, err)))
			continue
		}
		answer = append(answer, address)
	}
	c.Brokers = answer
	return wrong
}

// hinted adds to an error what the operator can do about it, where that is known and not told yet.
func hinted(err error) error {
	do, _ := setupHint(err)
	if slices.Contains(hint.All(err), do) {
		return err
	}
	return hint.With(err, do)
}

type examiner struct {
	broker   *broker
	wrong    []error
	warnings []error
	known    map[hint.Hint]bool // causes that were told: every partition has them
}

func (e *examiner) warn(err error) { e.warnings = append(e.warnings, err) }

// note keeps an error unless another one told of the same cause.
func (e *examiner) note(err error) {
	if err == nil {
		return
	}
	do, _ := setupHint(err)
	if !do.IsZero() && e.known[do] {
		return
	}
	if e.known == nil {
		e.known = map[hint.Hint]bool{}
	}
	e.known[do] = true
	e.wrong = append(e.wrong, hinted(err))
}

// position looks at one partition: what retention has removed, whether it may be read, and when its last record says
// that it was written.
func (e *examiner) position(ctx context.Context, p GroupPosition, now time.Time) {
	if p.Unknown {
		e.wrong = append(e.wrong, p.silent())
		return
	}
	if p.Committed >= 0 && p.Committed < p.First {
		e.wrong = append(e.wrong, hint.With(fmt.Errorf("partition %s/%d: retention has removed offsets %d to %d before they were read",
			p.Topic, p.Partition, p.Committed, p.First-1), hint.Of(hint.Gap)))
	}
	if p.Committed > p.End {
		e.wrong = append(e.wrong, hint.With(fmt.Errorf("partition %s/%d: the log ends at offset %d, before the committed offset %d: the topic was made anew",
			p.Topic, p.Partition, p.End, p.Committed), hint.Of(hint.Gap)))
	}
	at, wait := p.End-1, time.Second
	if p.First == p.End { // nothing to read yet; whether it may be read shows all the same
		at, wait = p.End, 0
	}
	last, err := e.broker.fetch(ctx, p.Topic, p.Partition, at, 1<<20, wait)
	e.note(err)
	for _, r := range last.records {
		if ahead := r.time.Sub(now); ahead > ClockSkew {
			e.wrong = append(e.wrong, hint.With(fmt.Errorf("partition %s/%d: its last record was written %s in the future",
				p.Topic, p.Partition, ahead.Round(time.Second)), hint.Of(hint.SenderClocks)))
		}
	}
}

// probe finds out whether dead letters can be written, by a record without content.
func (d *DeadLetters) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := d.writer.WriteMessages(ctx, kafka.Message{Key: []byte("doctor")}); err != nil {
		return fmt.Errorf("write to %s: %w", d.topic, refused(firstCause(err), hint.Of(hint.TopicRight, "Write", d.topic)))
	}
	return nil
}
