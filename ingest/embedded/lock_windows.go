package embedded

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// The modes of a lock: any number of processes can share one, while none holds it exclusively.
const (
	exclusive uint32 = windows.LOCKFILE_EXCLUSIVE_LOCK
	shared    uint32 = 0
)

// acquire opens a file and locks it for this process, or returns ErrHeld. Closing the file, or the process's end,
// frees the lock.
func acquire(path string, mode uint32) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(file.Fd()), mode|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return nil, ErrHeld
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}
