package guard_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/internal/peers/guard"
)

// TestMain lets the test binary be the owner that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("GUARD_TEST_OWN"); dir != "" {
		if _, err := guard.Start(guard.Options{Path: "/bin/sleep", Args: []string{"300"}, Dir: dir}); err != nil {
			panic(err)
		}
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

func TestAKilledOwnerLeavesNothing(t *testing.T) {
	dir, err := guard.TempDir("guard-test-", "")
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), "GUARD_TEST_OWN="+dir)
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, "the server starts", func() bool { _, err := os.Stat(dir + "/log"); return err == nil })
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	within(t, "the folder goes after its server", func() bool { _, err := os.Stat(dir); return os.IsNotExist(err) })
}

func TestAServerThatEndsSaysWhy(t *testing.T) {
	dir, err := guard.TempDir("guard-test-", "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := guard.Start(guard.Options{Path: "/bin/sh", Args: []string{"-c", "echo no such port; exit 3"}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	err = p.WaitReady("the server", 10*time.Second, func() error { return os.ErrNotExist })
	if err == nil || !strings.Contains(err.Error(), "no such port") {
		t.Fatalf("want the last words of the server, got %v", err)
	}
}

func TestADeafServerIsKilled(t *testing.T) {
	dir, err := guard.TempDir("guard-test-", "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := guard.Start(guard.Options{Path: "/bin/sh", Args: []string{"-c", "trap '' TERM; echo up; while :; do sleep 0.2; done"}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	within(t, "the server is up", func() bool { return strings.Contains(p.Log(), "up") })
	begin := time.Now()
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took < 9*time.Second {
		t.Fatalf("gone after %s, though it was owed 10 seconds", took)
	}
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 15 seconds: %s", what)
}
