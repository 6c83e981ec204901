//go:build crashpoints

// Package crash lets a test kill the real binary at a labelled point, as a power cut would.
package crash

import (
	"os"
	"syscall"
)

// At kills the process with SIGKILL, which nothing can catch, when SALLYPORT_CRASH_AT is the label.
func At(label string) {
	if os.Getenv("SALLYPORT_CRASH_AT") == label {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}
