// Package worker runs what is due: it gives events their place in the log, sends messages, and moves targets towards what
// ought to be. Rows say what is due; every loop here may run on any number of nodes, and each step is safe to run twice.
package worker
