// Package lint has no code of its own: its tests hold the habits of this code base, over every file that is tracked or
// about to be. Which package may import which is in import_test.go.
package lint
