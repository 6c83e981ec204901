//go:build crashpoints

// Package crash lets a test kill or stop the real binary at a labelled point, as a power cut or a frozen machine would.
package crash

import (
	"os"
	"sync"
	"syscall"
)

var stall sync.Once

// At kills the process with SIGKILL, which nothing can catch, when SALLYPORT_CRASH_AT is the label. When SALLYPORT_STALL_AT
// is, the whole process stops there, the first time, until somebody sends it SIGCONT.
func At(label string) {
	if os.Getenv("SALLYPORT_CRASH_AT") == label {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	if os.Getenv("SALLYPORT_STALL_AT") == label {
		stall.Do(func() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) })
	}
}
