// Package guard runs the servers that tests and developers need (PostgreSQL, slapd, mailpit, dex) and ties their
// lives to the process that started them: however that process ends, SIGKILL included, the server is stopped and its
// folder removed. A small shell between the two waits for the end of a pipe, so this works on any Unix.
package guard

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options says what to run.
type Options struct {
	// Path is the program; Args are its arguments without the program's own name.
	Path string
	Args []string
	// Env is added to the environment of this process.
	Env []string
	// Dir is a folder that belongs to the server alone, made by TempDir. The log is written there as "log", and the
	// folder is removed when the server has ended.
	Dir string
	// User is the account to run as; empty means that of this process. Only root can name another.
	User string
	// Signal is the name of the signal that ends the server in good order, as kill(1) takes it; empty means TERM.
	// A server that has not ended 10 seconds after it is killed.
	Signal string
}

// Process is a running server. Its methods may be called from several goroutines.
type Process struct {
	cmd    *exec.Cmd
	life   io.Closer // the server lives for as long as this is open
	dir    string
	done   chan struct{}
	stop   sync.Once
	mu     sync.Mutex
	last   string // the log's tail, read before the folder goes
	status error
}

// script starts "$@", then waits for whichever comes first: the end of the server or the end of its owner.
const script = `
dir=$1; sig=$2; shift 2
exec 3<&0
"$@" </dev/null >"$dir/log" 2>&1 3<&- &
child=$!
( cat <&3 >/dev/null; kill -"$sig" $child; n=0
  while [ $n -lt 100 ] && kill -0 $child; do sleep 0.1; n=$((n+1)); done
  kill -KILL $child ) >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $child; code=$?
tail -n 40 "$dir/log"
rm -rf "$dir"
kill -KILL $watch 2>/dev/null
exit $code
`

// Start runs the server and returns at once; the caller finds out by itself when it answers, watching Exited.
func Start(o Options) (*Process, error) {
	if o.Signal == "" {
		o.Signal = "TERM"
	}
	args := append([]string{"-c", script, "guard", o.Dir, o.Signal, o.Path}, o.Args...)
	cmd := exec.Command("/bin/sh", args...)
	cmd.Env = append(os.Environ(), o.Env...)
	cmd.Dir = o.Dir
	// An own process group: Ctrl-C at a terminal reaches the owner, who then ends its servers in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := runAs(cmd.SysProcAttr, o.User); err != nil {
		return nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	tail := &strings.Builder{}
	cmd.Stdout = tail
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Path, err)
	}
	p := &Process{cmd: cmd, life: stdin, dir: o.Dir, done: make(chan struct{})}
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.status, p.last = err, tail.String()
		p.mu.Unlock()
		close(p.done)
	}()
	return p, nil
}

// Exited is closed when the server has ended and its folder is gone.
func (p *Process) Exited() <-chan struct{} { return p.done }

// Log returns the last lines that the server wrote, also after its end.
func (p *Process) Log() string {
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	if last != "" {
		return last
	}
	b, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// Stop ends the server in good order and returns when it is gone; calling it again does nothing.
func (p *Process) Stop() error {
	p.stop.Do(func() { _ = p.life.Close() })
	select {
	case <-p.done:
		return nil
	case <-time.After(15 * time.Second):
		return fmt.Errorf("%s did not end within 15 seconds", p.cmd.Args[len(p.cmd.Args)-1])
	}
}

// WaitReady calls ready every 20 milliseconds until it returns nil, the server has ended, or the limit has passed.
// On failure the server is stopped and the error carries the tail of its log.
func (p *Process) WaitReady(name string, limit time.Duration, ready func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended while starting (%v); its last words:\n%s", name, p.status, p.Log())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			log := p.Log()
			return errors.Join(fmt.Errorf("%s was not ready after %s (%v); its last words:\n%s", name, limit, err, log), p.Stop())
		}
	}
}

// TempDir makes a folder for a server, owned by the named account (empty: that of this process) and closed to others.
func TempDir(pattern, account string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", err
	}
	if err := Own(dir, account); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// Own gives a file or folder to the named account; empty changes nothing.
func Own(path, account string) error {
	if account == "" {
		return nil
	}
	uid, gid, err := lookup(account)
	if err != nil {
		return err
	}
	return os.Chown(path, uid, gid)
}

// FreeAddr returns a loopback address ("127.0.0.1:port") on which nothing listens at this moment.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Command prepares a program to run as the named account (empty: that of this process).
func Command(account, path string, args ...string) (*exec.Cmd, error) {
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	return cmd, runAs(cmd.SysProcAttr, account)
}

func runAs(attr *syscall.SysProcAttr, account string) error {
	if account == "" {
		return nil
	}
	uid, gid, err := lookup(account)
	if err != nil {
		return err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

func lookup(account string) (uid, gid int, err error) {
	u, err := user.Lookup(account)
	if err != nil {
		return 0, 0, fmt.Errorf("the system account %q is needed to run this server, for it refuses to run as root: %w", account, err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return uid, gid, errors.Join(err1, err2)
}
