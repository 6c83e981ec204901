package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash of a record, a node or a tree.
type Hash = tlog.Hash

// HashReader reads stored hashes by their index; a list as long as the indexes, or an error. Stored hashes never change
// once written, so it may cache them for ever.
type HashReader = tlog.HashReader

// HashReaderFunc makes a HashReader of a function.
type HashReaderFunc = tlog.HashReaderFunc

// RecordHash is the hash of an encoded leaf: SHA-256 of a zero byte and the leaf.
func RecordHash(leaf []byte) Hash { return tlog.RecordHash(leaf) }

// RecordIndex says at which stored index the hash of event index lies. The stored hashes of one event follow each other
// from there.
func RecordIndex(index int64) int64 { return tlog.StoredHashIndex(0, index) }

// StoredHashCount says how many hashes are stored for a log of size events.
func StoredHashCount(size int64) int64 { return tlog.StoredHashCount(size) }

// StoredHashes gives the hashes to store for the leaf of event index (from 0), to be stored from RecordIndex(index) on.
// It reads at most log2(index) hashes stored for earlier events.
func StoredHashes(index int64, leaf []byte, r HashReader) ([]Hash, error) {
	if index < 0 {
		return nil, fmt.Errorf("audit: %d is no index of an event", index)
	}
	return tlog.StoredHashes(index, leaf, r)
}

// TreeHash is the root over the first size events; the hash of no bytes for size 0. It asks the reader once, for at most
// 1 + log2(size) hashes.
func TreeHash(size int64, r HashReader) (Hash, error) {
	if size < 0 {
		return Hash{}, fmt.Errorf("audit: %d is no size of a log", size)
	}
	return tlog.TreeHash(size, r)
}

// ProveRecord proves that event index is in the log of the given size.
func ProveRecord(size, index int64, r HashReader) (tlog.RecordProof, error) {
	return tlog.ProveRecord(size, index, r)
}

// CheckRecord fails unless proof shows that the tree of size events with this root has hash as its event index.
func CheckRecord(proof tlog.RecordProof, size int64, root Hash, index int64, hash Hash) error {
	return tlog.CheckRecord(proof, size, root, index, hash)
}

// ProveTree proves that the log of size events begins with its own first older events; older is at least 1.
func ProveTree(size, older int64, r HashReader) (tlog.TreeProof, error) {
	return tlog.ProveTree(size, older, r)
}

// CheckTree fails unless proof shows that the tree (size, root) extends the tree (older, olderRoot).
func CheckTree(proof tlog.TreeProof, size int64, root Hash, older int64, olderRoot Hash) error {
	return tlog.CheckTree(proof, size, root, older, olderRoot)
}

// frontier is a growing tree that remembers only the roots of its complete parts, the greatest first: at most 63 hashes.
type frontier struct {
	size  int64
	parts []Hash
}

func (f *frontier) add(h Hash) {
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.parts) - 1
		h = tlog.NodeHash(f.parts[last], h)
		f.parts = f.parts[:last]
	}
	f.parts = append(f.parts, h)
	f.size++
}

func (f *frontier) root() Hash {
	if f.size == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := f.parts[len(f.parts)-1]
	for i := len(f.parts) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.parts[i], h)
	}
	return h
}

func (f *frontier) clone() frontier {
	return frontier{f.size, append([]Hash(nil), f.parts...)}
}
