package remedy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Ledger is where incidents are kept: small records with optimistic concurrency, which see their own writes at once.
type Ledger interface {
	// Get returns a record; one that does not exist has revision 0.
	Get(ctx context.Context, key string) (Record, error)
	// Put writes a value if the record's revision still is ifRev (0: it must not exist) and returns the new revision; else
	// the error is ErrConflict.
	Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error)
	// List returns the records whose keys begin with prefix, ordered by key.
	List(ctx context.Context, prefix string) ([]Record, error)
}

// Record is one entry of a ledger.
type Record struct {
	Key   string
	Value []byte
	Rev   int64
}

// Errors of a ledger and of its incidents.
var (
	ErrConflict = errors.New("changed by another writer meanwhile")
	ErrNotFound = errors.New("没有这个问题")
)

// Memory is a ledger in memory: for backtests and tests. The zero value is empty and ready.
type Memory struct {
	mu      sync.Mutex
	records map[string]Record
}

var _ Ledger = (*Memory)(nil)

// Get implements Ledger.
func (m *Memory) Get(ctx context.Context, key string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records[key], ctx.Err()
}

// Put implements Ledger.
func (m *Memory) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if m.records[key].Rev != ifRev {
		return 0, fmt.Errorf("record %s: %w", key, ErrConflict)
	}
	if m.records == nil {
		m.records = map[string]Record{}
	}
	m.records[key] = Record{Key: key, Value: slices.Clone(value), Rev: ifRev + 1}
	return ifRev + 1, nil
}

// List implements Ledger.
func (m *Memory) List(ctx context.Context, prefix string) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := slices.DeleteFunc(slices.Collect(maps.Values(m.records)), func(r Record) bool { return !strings.HasPrefix(r.Key, prefix) })
	slices.SortFunc(found, func(a, b Record) int { return cmp.Compare(a.Key, b.Key) })
	return found, ctx.Err()
}

const incidentPrefix = "incident/"

// All reads every incident, ordered by id.
func All(ctx context.Context, l Ledger) ([]Incident, error) {
	records, err := l.List(ctx, incidentPrefix)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	all := make([]Incident, len(records))
	for i, r := range records {
		if all[i], err = decode(r); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Load reads one incident, or ErrNotFound.
func Load(ctx context.Context, l Ledger, id string) (Incident, error) {
	record, err := l.Get(ctx, incidentPrefix+id)
	if err != nil {
		return Incident{}, fmt.Errorf("read incident %s: %w", id, err)
	}
	if record.Rev == 0 {
		return Incident{}, fmt.Errorf("%s：%w；suqiu incident list 列出有哪些", id, ErrNotFound)
	}
	return decode(record)
}

func decode(r Record) (Incident, error) {
	var i Incident
	if err := json.Unmarshal(r.Value, &i); err != nil {
		return i, fmt.Errorf("read %s: %w", r.Key, err)
	}
	return i, nil
}

// errUnchanged is returned by a change that has nothing to write.
var errUnchanged = errors.New("nothing to change")

// Update reads an incident, lets change alter it and writes it, again from the beginning when another writer was quicker.
// Nothing is written if change returns an error.
func Update(ctx context.Context, l Ledger, id string, change func(*Incident) error) (Incident, error) {
	for {
		record, err := l.Get(ctx, incidentPrefix+id)
		if err != nil {
			return Incident{}, fmt.Errorf("read incident %s: %w", id, err)
		}
		if record.Rev == 0 {
			return Incident{}, fmt.Errorf("%s：%w；suqiu incident list 列出有哪些", id, ErrNotFound)
		}
		i, err := decode(record)
		if err != nil {
			return i, err
		}
		switch err := change(&i); {
		case errors.Is(err, errUnchanged):
			return i, nil
		case err != nil:
			return i, err
		}
		if err := put(ctx, l, &i, record.Rev); !errors.Is(err, ErrConflict) {
			return i, err
		}
	}
}

func put(ctx context.Context, l Ledger, i *Incident, ifRev int64) error {
	value, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	if _, err := l.Put(ctx, incidentPrefix+i.ID, value, ifRev); err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID, err)
	}
	return nil
}
