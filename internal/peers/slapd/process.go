package slapd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// process is a slapd of our own with the folder it lives in.
type process struct {
	bin, dir      string
	addr, tlsAddr string

	mu       sync.Mutex
	cmd      *exec.Cmd
	done     chan struct{} // closed when cmd has ended
	guard    *exec.Cmd     // kills the server when this process dies
	guardEnd io.Closer
}

func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return errors.New("slapd runs already")
	}
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// Any level of -d keeps the server in the foreground, so that it is our child.
	cmd := exec.Command(p.bin, "-f", filepath.Join(p.dir, "slapd.conf"), "-d", "0",
		"-h", "ldap://"+p.addr+" ldaps://"+p.tlsAddr)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C in the terminal is for us alone
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()
	p.cmd, p.done = cmd, done
	if err := p.watch(); err != nil {
		return errors.Join(err, p.end(syscall.SIGKILL))
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if c, err := net.DialTimeout("tcp", p.addr, time.Second); err == nil {
			c.Close()
			return nil
		}
		select {
		case <-done:
			return errors.Join(fmt.Errorf("slapd did not start: %s", p.lastWords()), p.end(syscall.SIGKILL))
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return errors.Join(errors.New("slapd does not answer after 20 seconds"), p.end(syscall.SIGKILL))
		}
	}
}

// watch starts a shell whose input is a pipe that this process holds open: when the process dies,
// however it dies, the shell reads the end, kills the server and deletes its folder.
func (p *process) watch() error {
	guard := exec.Command("/bin/sh", "-c", `trap '' INT; cat >/dev/null; kill -9 "$1"; rm -rf "$2"`, "guard", strconv.Itoa(p.cmd.Process.Pid), p.dir)
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return err
	}
	p.guard, p.guardEnd = guard, in
	return nil
}

func (p *process) lastWords() string {
	data, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	data = bytes.TrimSpace(data)
	return string(data[max(0, len(data)-1500):])
}

// end signals the server and waits for its end. The lock is held.
func (p *process) end(sig syscall.Signal) error {
	if p.cmd == nil {
		return nil
	}
	if p.guard != nil {
		// In its own group and without a trap for KILL: it goes before its input is closed.
		syscall.Kill(-p.guard.Process.Pid, syscall.SIGKILL)
		p.guardEnd.Close()
		p.guard.Wait()
		p.guard = nil
	}
	p.cmd.Process.Signal(sig)
	if sig != syscall.SIGKILL {
		p.cmd.Process.Signal(syscall.SIGCONT)
	}
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
	p.cmd = nil
	return nil
}

func (p *process) stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end(syscall.SIGTERM)
}

func (p *process) kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end(syscall.SIGKILL)
}

func (p *process) resume() error { return p.signal(syscall.SIGCONT) }

// pause stops the server and waits until every one of its threads stands still: the signal alone lets
// them go on for a moment.
func (p *process) pause() error {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for range 500 {
		if p.still() {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return errors.New("slapd did not stand still within a second")
}

func (p *process) still() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return true
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
	if err != nil || len(threads) == 0 { // a system without /proc
		time.Sleep(50 * time.Millisecond)
		return true
	}
	for _, t := range threads {
		stat, err := os.ReadFile(t)
		if err != nil {
			continue
		}
		if after := bytes.LastIndexByte(stat, ')'); after < 0 || after+2 >= len(stat) || stat[after+2] != 'T' {
			return false
		}
	}
	return true
}

func (p *process) signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return errors.New("slapd does not run")
	}
	return p.cmd.Process.Signal(sig)
}

func (p *process) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.end(syscall.SIGKILL)
	return errors.Join(err, os.RemoveAll(p.dir))
}
