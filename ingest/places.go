package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// places remembers in the ledger how far a group has come. Kafka forgets that of a group that has stopped for long
// (offsets.retention.minutes), and then what retention removed meanwhile could not be told from what never was.
type places struct {
	ledger Ledger
	group  string
}

func (p places) key(topic string) string { return "place/" + p.group + "/" + topic }

// load returns the offsets committed by partition, as far as they are known.
func (p places) load(ctx context.Context, topic string) (map[int]int64, int64, error) {
	value, rev, err := p.ledger.Get(ctx, p.key(topic))
	if err != nil {
		return nil, 0, fmt.Errorf("read the place of group %s in %s: %w", p.group, topic, err)
	}
	known := map[int]int64{}
	if rev != 0 {
		if err := json.Unmarshal(value, &known); err != nil {
			return nil, 0, fmt.Errorf("read the place of group %s in %s: %w", p.group, topic, err)
		}
	}
	return known, rev, nil
}

// save remembers positions; of partitions where nothing is committed, what is known stays.
func (p places) save(ctx context.Context, topic string, positions []GroupPosition) error {
	for {
		known, rev, err := p.load(ctx, topic)
		if err != nil {
			return err
		}
		next := maps.Clone(known)
		for _, at := range positions {
			if at.Committed >= 0 {
				next[at.Partition] = at.Committed
			}
		}
		if maps.Equal(next, known) {
			return nil
		}
		value, err := json.Marshal(next)
		if err != nil {
			return fmt.Errorf("remember the place of group %s in %s: %w", p.group, topic, err)
		}
		if _, err := p.ledger.Put(ctx, p.key(topic), value, rev); !errors.Is(err, ErrLedgerConflict) {
			return err
		}
	}
}
