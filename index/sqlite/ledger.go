package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"suqiu/index"
)

// GetRecord returns a record of the ledger; see index.Ledger.
func (s *Store) GetRecord(ctx context.Context, key string) (index.Record, error) {
	r := index.Record{Key: key}
	err := s.read(ctx, "get the record "+key, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT value, rev FROM record WHERE key = ?`, key).Scan(&r.Value, &r.Rev)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return index.Record{}, fmt.Errorf("record %s: %w", key, index.ErrNotFound)
	}
	if err != nil {
		return index.Record{}, err
	}
	return r, nil
}

// PutRecord writes a record of the ledger; see index.Ledger.
func (s *Store) PutRecord(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	if err := index.CheckRecord(key, value); err != nil {
		return 0, err
	}
	if value == nil {
		value = []byte{} // nil would be NULL
	}
	var rev int64
	err := s.write(ctx, "put the record "+key, func(tx *sql.Tx) error {
		if ifRev == 0 {
			return tx.QueryRowContext(ctx, `INSERT INTO record (key, value, rev) VALUES (?, ?, 1) ON CONFLICT DO NOTHING RETURNING rev`, key, value).Scan(&rev)
		}
		return tx.QueryRowContext(ctx, `UPDATE record SET value = ?, rev = rev + 1 WHERE key = ? AND rev = ? RETURNING rev`, value, key, ifRev).Scan(&rev)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("record %s: %w", key, index.ErrConflict)
	}
	return rev, err
}

// ListRecords returns the records under a prefix; see index.Ledger.
func (s *Store) ListRecords(ctx context.Context, prefix string) ([]index.Record, error) {
	var records []index.Record
	err := s.read(ctx, "list the records "+prefix, func(tx *sql.Tx) error {
		// No UTF-8 holds the byte ff, so it stands after every key that begins with the prefix.
		return each(ctx, tx, func(row *sql.Rows) error {
			var r index.Record
			err := row.Scan(&r.Key, &r.Value, &r.Rev)
			records = append(records, r)
			return err
		}, `SELECT key, value, rev FROM record WHERE key >= ? AND key < ? ORDER BY key`, prefix, prefix+"\xff")
	})
	return records, err
}

// each runs a query and calls use with every row.
func each(ctx context.Context, tx *sql.Tx, use func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := use(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
