package main

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// masterKey is the key that seals secrets: the configured one, else that of a file, which is made when it is missing. The
// file is "key" in the data directory. A demo on PostgreSQL that was given no directory keeps it with the settings of the
// person who runs it, so that it starts again from anywhere; its secrets are as real as any.
func masterKey(c *config, dataGiven bool) ([]byte, error) {
	if c.Key != "" {
		return base64.StdEncoding.DecodeString(c.Key)
	}
	dir, name := c.Data, "key"
	if c.Demo && c.Database != "" && !dataGiven {
		if own, err := os.UserConfigDir(); err == nil {
			dir, name = filepath.Join(own, "sallyport"), "demo.key"
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the directory %s for the key cannot be made: %w", dir, err).WithHint("Name one that can be written with --data, or set SALLYPORT_KEY.")
	}
	return keyFile(filepath.Join(dir, name))
}

// keyFile reads the key of a file, and makes it when it is missing.
func keyFile(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newKeyFile(path)
	}
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the key file %s cannot be read: %w", path, err)
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, sallyport.Errorf(sallyport.EInvalid, "the key file %s can be read by other users of this machine", path).WithHint("Run: chmod 600 %s", path)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != 32 {
		return nil, sallyport.Errorf(sallyport.EInvalid, "the key file %s does not hold 32 bytes in base64", path).WithHint("Put the file of a backup in its place.")
	}
	return key, nil
}

// newKeyFile makes the file whole or not at all; when another process is faster, its key is everybody's.
func newKeyFile(path string) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the key file %s cannot be made: %w", path, err).WithHint("Name a directory that can be written with --data, or set SALLYPORT_KEY.")
	}
	key := store.NewMasterKey()
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // readable for its owner alone
	if err != nil {
		return fail(err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
			err = os.Rename(f.Name(), path) // where files have one name only
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return keyFile(path)
	}
	if err != nil {
		return fail(err)
	}
	return key, nil
}
