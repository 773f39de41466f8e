// Package sqlite keeps documents and the ledger in one SQLite file, for one machine without Elasticsearch. Several
// processes may open one file: readers never wait, writers take turns. What Put and PutRecord answered is on disk: it
// survives a killed process and a power cut, so that a Kafka offset may be committed on it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"suqiu/hotline"
	"suqiu/index"
)

// Store is an index.Store in a file. It is safe for use by many goroutines.
type Store struct {
	path     string
	writer   *sql.DB // one connection: writers of this process queue here, where a context can end their wait
	reader   *sql.DB
	lockWait time.Duration
}

var _ index.Store = (*Store)(nil)

const (
	// defaultLockWait bounds how long a writer waits for those of other processes before it says so.
	defaultLockWait = 30 * time.Second
	// lockPoll is how long SQLite waits for a lock by itself: the longest that an ended context goes unnoticed.
	lockPoll = 200 * time.Millisecond
)

// pragmas of every connection. With synchronous=FULL the log is flushed before a commit is answered: one flush a
// batch, a few percent of its time. With NORMAL a power cut takes the last commits although their Kafka offsets may
// have been committed since. The cache is 32 MiB a connection at most.
var pragmas = []string{
	fmt.Sprintf("busy_timeout(%d)", lockPoll.Milliseconds()),
	"journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)", "cache_size(-32768)", "wal_autocheckpoint(4000)",
}

// Open opens the store in the file at path and makes it if it does not exist; its folder must. Errors are a
// *hotline.Fault: FaultSetup with a hint where the file can't be this store's.
func Open(path string) (*Store, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, &hotline.Fault{Kind: hotline.FaultSetup, Op: "open the store " + path, Err: err}
	}
	s := &Store{path: absolute, lockWait: defaultLockWait}
	if s.writer, err = sql.Open("sqlite", s.dsn("immediate")); err == nil {
		s.reader, err = sql.Open("sqlite", s.dsn("deferred"))
	}
	if err != nil {
		return nil, s.fault("open", err)
	}
	s.writer.SetMaxOpenConns(1)
	s.reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	if err := s.write(context.Background(), "open", func(tx *sql.Tx) error { return install(context.Background(), tx) }); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) dsn(lock string) string {
	query := url.Values{"_txlock": {lock}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: s.path}).EscapedPath() + "?" + query.Encode()
}

// Refresh does nothing: every read sees what was written before it.
func (s *Store) Refresh(ctx context.Context) error { return ctx.Err() }

// Close closes the file; the last to close it folds the log into it.
func (s *Store) Close() error {
	if err := errors.Join(s.reader.Close(), s.writer.Close()); err != nil {
		return fmt.Errorf("close the store %s: %w", s.path, err)
	}
	return nil
}

// write runs change in a transaction of its own and commits it. It waits for other writers until ctx ends, or
// lockWait has passed. Errors of SQLite come out as faults, others as they are.
func (s *Store) write(ctx context.Context, op string, change func(*sql.Tx) error) error {
	tx, err := s.begin(ctx, s.writer)
	if err == nil {
		if err = change(tx); err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return s.fault(op, err)
}

// begin starts a transaction. Another process may hold the lock: for as long as it writes or, rarely, while it recovers
// the log or folds it up.
func (s *Store) begin(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	for deadline := time.Now().Add(s.lockWait); ; {
		tx, err := db.BeginTx(ctx, nil)
		if err == nil || !busy(err) || ctx.Err() != nil || time.Now().After(deadline) {
			return tx, err
		}
	}
}

// read runs look in a transaction, so that all it reads is of one moment.
func (s *Store) read(ctx context.Context, op string, look func(*sql.Tx) error) error {
	tx, err := s.begin(ctx, s.reader)
	if err == nil {
		err = errors.Join(look(tx), ignoreDone(tx.Rollback()))
	}
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return s.fault(op, err)
}

// ignoreDone drops the error of a rollback that came too late because ctx had ended and rolled back already.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
