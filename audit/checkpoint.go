package audit

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Why OpenCheckpoint refused; ask with errors.Is.
var (
	// ErrUnknownKey means that none of the keys given has signed.
	ErrUnknownKey = errors.New("it is not signed by the key given")
	// ErrSignature means that it names a key given, but that key did not sign this text.
	ErrSignature = errors.New("the signature does not fit the text")
	// ErrOrigin means that the key is one log's and the text another's.
	ErrOrigin = errors.New("it is the checkpoint of another log")
	// ErrCheckpoint means that the text is no checkpoint.
	ErrCheckpoint = errors.New("the text is no checkpoint")
)

// maxCheckpoint is the greatest length in bytes of a checkpoint with its signatures.
const maxCheckpoint = 64 << 10

// Checkpoint is a signed statement: at this time the log of this origin had so many events and this root over them.
type Checkpoint struct {
	Origin string    `json:"origin"`
	Size   int64     `json:"size"`
	Root   Hash      `json:"root"`
	At     time.Time `json:"at"`
}

// Origin names the log of a tenant; it is the first line of its checkpoints and the name of its keys.
func Origin(tenant string) string { return "sallyport/" + tenant }

// GenerateKey makes a key pair for the log of this origin. The signer key is a secret; the verifier key is given to
// whoever checks. The name must have no white space and no plus sign.
func GenerateKey(name string) (signerKey, verifierKey string, err error) {
	signerKey, verifierKey, err = note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", "", fmt.Errorf("audit: no key for %q: %w", name, err)
	}
	if _, err := note.NewVerifier(verifierKey); err != nil {
		return "", "", fmt.Errorf("audit: %q cannot be the name of a key: it must have no white space and no plus sign", name)
	}
	return signerKey, verifierKey, nil
}

// NewSigner reads a signer key. Its errors never hold the key.
func NewSigner(signerKey string) (note.Signer, error) {
	s, err := note.NewSigner(signerKey)
	if err != nil {
		return nil, fmt.Errorf("audit: the signing key cannot be read: %w", err)
	}
	return s, nil
}

// NewVerifiers reads verifier keys, one or several separated by white space (a log whose key was changed has several).
// All must be of one origin, which is returned.
func NewVerifiers(keys string) (v note.Verifiers, origin string, err error) {
	var list []note.Verifier
	seen := map[string]bool{}
	for key := range strings.FieldsSeq(keys) {
		one, err := note.NewVerifier(key)
		if err != nil {
			return nil, "", fmt.Errorf("audit: the public key %q cannot be read (%w): it looks like sallyport/default+1a2b3c4d+AbC…", key, err)
		}
		if len(list) > 0 && one.Name() != origin {
			return nil, "", fmt.Errorf("audit: the public keys are of different logs: %s and %s", origin, one.Name())
		}
		if origin = one.Name(); !seen[key] {
			list, seen[key] = append(list, one), true
		}
	}
	if len(list) == 0 {
		return nil, "", errors.New("audit: no public key was given: it looks like sallyport/default+1a2b3c4d+AbC…")
	}
	return note.VerifierList(list...), origin, nil
}

// SignCheckpoint signs the state of a log. The signer's key must be named as the origin. The caller sees to it that size
// and time never go back from one checkpoint to the next of a log, also when the machine's clock does: a verifier reports
// it as a fault. The time is kept in UTC, whole microseconds.
func SignCheckpoint(signer note.Signer, origin string, size int64, root Hash, at time.Time) ([]byte, error) {
	if signer.Name() != origin {
		return nil, fmt.Errorf("audit: the key of %q cannot sign for %q", signer.Name(), origin)
	}
	if size < 0 {
		return nil, fmt.Errorf("audit: %d is no size of a log", size)
	}
	text := fmt.Sprintf("%s\n%d\n%s\nat %s\n", origin, size, root, formatTime(at))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, fmt.Errorf("audit: the checkpoint of %s at size %d cannot be signed: %w", origin, size, err)
	}
	return signed, nil
}

// OpenCheckpoint checks the signature and reads the statement. At least one of the verifiers must have signed, under the
// name that is also the origin; signatures of unknown keys (witnesses) are passed over. The error is one of ErrUnknownKey,
// ErrSignature, ErrOrigin and ErrCheckpoint.
func OpenCheckpoint(text []byte, verifiers note.Verifiers) (Checkpoint, error) {
	if len(text) > maxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: it has %d bytes", ErrCheckpoint, len(text))
	}
	n, err := note.Open(text, verifiers)
	var unknown *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	switch {
	case errors.As(err, &unknown):
		return Checkpoint{}, fmt.Errorf("%w, but by %s+%08x", ErrUnknownKey, unknown.Note.UnverifiedSigs[0].Name, unknown.Note.UnverifiedSigs[0].Hash)
	case errors.As(err, &wrong):
		return Checkpoint{}, ErrSignature
	case err != nil:
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	cp, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	named := false
	for _, sig := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(sig.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(raw) != sig.Base64 {
			return Checkpoint{}, fmt.Errorf("%w: it is not written in its one form", ErrSignature)
		}
		named = named || sig.Name == cp.Origin
	}
	if !named {
		return Checkpoint{}, fmt.Errorf("%w: it speaks of %q and is signed by %q", ErrOrigin, cp.Origin, n.Sigs[0].Name)
	}
	return cp, nil
}

// parseCheckpoint reads the lines that are signed. Further lines after the time are passed over.
func parseCheckpoint(text string) (cp Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 5 {
		return cp, errors.New("it has fewer than four lines")
	}
	cp.Origin = lines[0]
	if cp.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || cp.Size < 0 || strconv.FormatInt(cp.Size, 10) != lines[1] {
		return cp, fmt.Errorf("%q is no size of a log", lines[1])
	}
	if cp.Root, err = tlog.ParseHash(lines[2]); err != nil || cp.Root.String() != lines[2] {
		return cp, fmt.Errorf("%q is no root", lines[2])
	}
	at, ok := strings.CutPrefix(lines[3], "at ")
	if !ok {
		return cp, errors.New(`its fourth line does not begin with "at "`)
	}
	cp.At, err = parseTime(at)
	return cp, err
}
