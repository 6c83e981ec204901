//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"

	"github.com/sallyport/sallyport"
)

// lockDir keeps a second server off a data directory. The lock goes with the process, so a crash leaves none behind.
func lockDir(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the data directory %s cannot be made: %w", dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the data directory %s cannot be written: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, sallyport.Errorf(sallyport.EConflict, "another sallyport runs on the data directory %s", dir).
			WithHint("Stop it first, name another directory with --data, or use PostgreSQL for several servers.")
	}
	return func() { f.Close() }, nil
}
