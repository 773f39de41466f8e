//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The modes of a lock: any number of processes can share one, while none holds it exclusively.
const (
	exclusive = unix.LOCK_EX
	shared    = unix.LOCK_SH
)

// acquire opens a file and locks it for this process, or returns ErrHeld. Closing the file, or the process's end,
// frees the lock.
func acquire(path string, mode int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), mode|unix.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, ErrHeld
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}
