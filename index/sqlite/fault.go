package sqlite

import (
	"database/sql"
	"errors"
	"path/filepath"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"suqiu/hint"
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
		f.Hint = hint.Of(hint.Busy)
	case codes.SQLITE_FULL:
		f.Hint = hint.Of(hint.DiskFull)
	case codes.SQLITE_IOERR:
		f.Hint = hint.Of(hint.DiskFails)
	case codes.SQLITE_NOMEM, codes.SQLITE_INTERRUPT:
	case codes.SQLITE_CANTOPEN:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.Folder, filepath.Dir(s.path))
	case codes.SQLITE_READONLY, codes.SQLITE_PERM:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.Writable)
	case codes.SQLITE_NOTADB:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.NoStore)
	case codes.SQLITE_CORRUPT:
		f.Kind, f.Hint = hotline.FaultSetup, hint.Of(hint.Damaged)
	default:
		f.Kind = hotline.FaultSetup
	}
	return f
}
