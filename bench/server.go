package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is the real binary, running.
type server struct {
	cmd  *exec.Cmd
	url  string
	log  string
	took time.Duration // from its start until it is ready
	done chan error
}

// startServer starts the binary on a place and waits until it is ready.
func startServer(ctx context.Context, binary string, p *place) (*server, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, err
	}
	s := &server{log: filepath.Join(p.dir, "server.log"), done: make(chan error, 1)}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data", p.dir}
	if p.engine == "postgres" {
		args = append(args, "--database", p.address)
	}
	s.cmd = exec.Command(binary, args...)
	s.cmd.Env = append(os.Environ(), "SALLYPORT_KEY="+keyText())
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the server cannot be started: %w (make bench builds it)", err)
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, url, ok := strings.Cut(lines.Text(), "ready at "); ok {
				ready <- strings.TrimSpace(url)
			}
		}
		_, _ = io.Copy(io.Discard, out)
		s.done <- s.cmd.Wait()
	}()
	select {
	case s.url = <-ready:
	case err := <-s.done:
		return nil, fmt.Errorf("the server ended at its start: %v\n%s", err, s.tail())
	case <-ctx.Done():
		s.stop()
		return nil, ctx.Err()
	}
	res, err := http.Get(s.url + "/readyz")
	if err != nil {
		s.stop()
		return nil, err
	}
	res.Body.Close()
	s.took = time.Since(begin)
	if res.StatusCode != http.StatusOK {
		s.stop()
		return nil, fmt.Errorf("the server says that it is ready, and /readyz answers %d", res.StatusCode)
	}
	return s, nil
}

// stop asks the server to end, and ends it when it does not.
func (s *server) stop() {
	if s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	s.cmd.Process = nil
}

// memory is the resident memory of the server in bytes; 0 where the system does not tell.
func (s *server) memory() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n * 1024
		}
	}
	return 0
}

// tail is the end of the server's log.
func (s *server) tail() string {
	b, _ := os.ReadFile(s.log)
	return string(b[max(len(b)-4000, 0):])
}
