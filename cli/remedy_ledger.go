package cli

import (
	"context"
	"errors"

	"suqiu/index"
	"suqiu/remedy"
)

// remedyLedger keeps incidents in the ledger of a store.
type remedyLedger struct{ store index.Ledger }

var _ remedy.Ledger = remedyLedger{}

// Get implements remedy.Ledger.
func (l remedyLedger) Get(ctx context.Context, key string) (remedy.Record, error) {
	r, err := l.store.GetRecord(ctx, key)
	if errors.Is(err, index.ErrNotFound) {
		return remedy.Record{Key: key}, nil
	}
	return remedy.Record(r), err
}

// Put implements remedy.Ledger.
func (l remedyLedger) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	rev, err := l.store.PutRecord(ctx, key, value, ifRev)
	if errors.Is(err, index.ErrConflict) {
		return 0, errors.Join(remedy.ErrConflict, err)
	}
	return rev, err
}

// List implements remedy.Ledger.
func (l remedyLedger) List(ctx context.Context, prefix string) ([]remedy.Record, error) {
	records, err := l.store.ListRecords(ctx, prefix)
	out := make([]remedy.Record, len(records))
	for i, r := range records {
		out[i] = remedy.Record(r)
	}
	return out, err
}
