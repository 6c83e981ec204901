package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// masterKey is the key that seals secrets: the configured one, else that of the file "key" in the data directory, which
// is made when it is missing. A demo on PostgreSQL has nothing to hide and no directory: its key is known to everybody, so
// that it starts again from anywhere.
func masterKey(c *config, dataGiven bool) ([]byte, error) {
	if c.Key != "" {
		return base64.StdEncoding.DecodeString(c.Key)
	}
	if c.Demo && c.Database != "" && !dataGiven {
		sum := sha256.Sum256([]byte("the key of a demo, which is no secret"))
		return sum[:], nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the data directory %s cannot be made: %w", c.Data, err).WithHint("Name one that can be written with --data, or set SALLYPORT_KEY.")
	}
	path := filepath.Join(c.Data, "key")
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

func newKeyFile(path string) ([]byte, error) {
	key := store.NewMasterKey()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the key file %s cannot be made: %w", path, err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return key, err
}
