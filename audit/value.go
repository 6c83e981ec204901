package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// SaltSize is the length of a salt in bytes.
const SaltSize = 16

// NewSalt gives a fresh random salt. Each value has its own; erasing a value means erasing its salt too, since a short
// value (a name, a yes) could be guessed from its hash by whoever has the salt.
func NewSalt() []byte {
	salt := make([]byte, SaltSize)
	rand.Read(salt) // never fails: it ends the process rather than give bad randomness
	return salt
}

// HashValue is the hash that a leaf keeps of a value: HMAC-SHA-256 with the salt as the key over the name, a zero byte
// and the value, in 64 digits of lower-case hex. Text is hashed as the UTF-8 an export can carry: invalid bytes count as
// U+FFFD.
func HashValue(salt []byte, name, value string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(validText(name)))
	mac.Write([]byte{0})
	mac.Write([]byte(validText(value)))
	return hex.EncodeToString(mac.Sum(nil))
}

// parseHex reads exactly size bytes of lower-case hex.
func parseHex(s string, size int) ([]byte, bool) {
	if len(s) != 2*size {
		return nil, false
	}
	b, err := hex.DecodeString(s)
	return b, err == nil && hex.EncodeToString(b) == s
}
