package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/sallyport/sallyport"
)

type keySealer struct{ aead cipher.AEAD }

// NewKeySealer seals with AES-256-GCM under a key derived (HKDF-SHA-256, RFC 5869) from the master key, which should be
// 32 random bytes.
func NewKeySealer(master []byte) Sealer {
	key, err := hkdf.Key(sha256.New, master, nil, "sallyport seal v1", 32)
	if err != nil {
		panic(err) // only for lengths that we do not use
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return keySealer{aead}
}

func (k keySealer) Seal(plain []byte, aad string) (string, error) {
	return "v1:" + base64.StdEncoding.EncodeToString(k.aead.Seal(nil, nil, plain, []byte(aad))), nil
}

func (k keySealer) Open(sealed, aad string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, "v1:")
	b, err := base64.StdEncoding.DecodeString(text)
	if ok && err == nil {
		b, err = k.aead.Open(nil, nil, b, []byte(aad))
	}
	if !ok || err != nil {
		return nil, sallyport.Errorf(sallyport.EInternal, "a sealed secret cannot be opened with this server's key").
			WithHint("Start the server with the key it was sealed with (the key file of the data directory, or SALLYPORT_KEY), or enter the secret again.")
	}
	return b, nil
}

// NewMasterKey returns 32 random bytes.
func NewMasterKey() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}
