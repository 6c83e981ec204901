//go:build !crashpoints

// Package crash lets a test kill or stop the real binary at a labelled point, as a power cut or a frozen machine would. In
// a normal build At does nothing and costs nothing; with the build tag crashpoints the process kills itself where
// SALLYPORT_CRASH_AT says, and stops where SALLYPORT_STALL_AT does.
package crash

// At is a labelled point.
func At(string) {}
