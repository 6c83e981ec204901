package lint_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/internal/peers/tool"
)

// file is a file of the project; its path is relative to the root, with slashes.
type file struct {
	path string
	text string
}

// files returns the text files of the project, those not committed yet included.
func files(t *testing.T) []file {
	t.Helper()
	root, err := tool.Root()
	if err != nil {
		t.Fatal(err)
	}
	var all []file
	for _, path := range paths(t, root) {
		b, err := os.ReadFile(filepath.Join(root, path))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(b[:min(len(b), 8000)], []byte{0}) {
			all = append(all, file{filepath.ToSlash(path), string(b)})
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d files below %s: the search for files is broken", len(all), root)
	}
	return all
}

func paths(t *testing.T, root string) []string {
	t.Helper()
	// A checkout may belong to another user than the one who tests it.
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	}
	var list []string // no git here: an unpacked archive
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == ".tools" || name == ".git" || name == "bin" || name == "dist" || name == "data") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			rel, err := filepath.Rel(root, path)
			list = append(list, rel)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (f file) in(dirs ...string) bool {
	for _, dir := range dirs {
		if f.path == dir || strings.HasPrefix(f.path, dir+"/") {
			return true
		}
	}
	return false
}

func (f file) ext() string { return filepath.Ext(f.path) }

// line gives the number of the line that an offset is in.
func (f file) line(offset int) int { return 1 + strings.Count(f.text[:offset], "\n") }
