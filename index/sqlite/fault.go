package sqlite

import (
	"database/sql"
	"errors"
	"path/filepath"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"suqiu/hotline"
)

// primary returns SQLite's primary result code of an error, and whether it has one.
func primary(err error) (int, bool) {
	var e *driver.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	return e.Code() & 0xff, true
}

func busy(err error) bool {
	code, ok := primary(err)
	return ok && (code == codes.SQLITE_BUSY || code == codes.SQLITE_LOCKED)
}

// fault says of an error what the caller can do about it, and names the operation in faults that want only that. What
// is not there is no fault: sql.ErrNoRows passes through.
func (s *Store) fault(op string, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	op += " in " + s.path
	var known *hotline.Fault
	if errors.As(err, &known) {
		return &hotline.Fault{Kind: known.Kind, Op: op, Hint: known.Hint, Err: known.Err}
	}
	f := &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: err}
	switch code, _ := primary(err); code {
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		f.Hint = "another process keeps writing; it will be tried again"
	case codes.SQLITE_FULL:
		f.Hint = "the disk is full: make room"
	case codes.SQLITE_IOERR:
		f.Hint = "the disk fails: look at the system's log"
	case codes.SQLITE_NOMEM, codes.SQLITE_INTERRUPT:
	case codes.SQLITE_CANTOPEN:
		f.Kind, f.Hint = hotline.FaultSetup, "the folder "+filepath.Dir(s.path)+" must exist, and it and the file be writable for this user"
	case codes.SQLITE_READONLY, codes.SQLITE_PERM:
		f.Kind, f.Hint = hotline.FaultSetup, "make the file and its folder writable for this user"
	case codes.SQLITE_NOTADB:
		f.Kind, f.Hint = hotline.FaultSetup, "the file is no store: name another"
	case codes.SQLITE_CORRUPT:
		f.Kind, f.Hint = hotline.FaultSetup, "the file is damaged: restore it from a backup, or ingest into a new one"
	default:
		f.Kind = hotline.FaultSetup
	}
	return f
}
