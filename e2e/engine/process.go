//go:build unix

package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a running server. Its methods may be called from any goroutine, but not two of them at once.
type Process struct {
	name    string
	log     string
	command func() *exec.Cmd
	ready   func(context.Context) error // nil once the server answers
	timeout time.Duration

	pid  int
	done chan struct{} // closed when the process has ended
}

// start runs the command in a process group of its own, its output appended to the log, and waits until it is ready.
func (p *Process) start(ctx context.Context) error {
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", p.name, err)
	}
	defer out.Close()
	cmd := p.command()
	cmd.Stdout, cmd.Stderr = out, out
	dieWithParent(cmd.SysProcAttr)

	p.done = make(chan struct{})
	started := make(chan error, 1)
	go func() {
		// The kernel ends the child when the thread that forked it ends, so that thread must live as long as the child.
		runtime.LockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended stands in the log
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.pid = cmd.Process.Pid
	if err := p.awaitReady(ctx); err != nil {
		p.Kill()
		return fmt.Errorf("start %s: %w; its log %s ends with:\n%s", p.name, err, p.log, p.LogTail())
	}
	return nil
}

func (p *Process) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", err)
		}
	}
}

// Stop ends the server in its own way, and by force after 30 seconds. Stopping a stopped server is harmless.
func (p *Process) Stop() {
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
	}
	p.Kill()
}

// Kill ends the server at once (SIGKILL), as a power cut would, and waits until it is gone.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// Suspend freezes the server (SIGSTOP): connections stay open, nothing answers.
func (p *Process) Suspend() { p.signal(syscall.SIGSTOP) }

// Resume lets a frozen server go on (SIGCONT).
func (p *Process) Resume() { p.signal(syscall.SIGCONT) }

// Restart starts a stopped or killed server again, with the same data and port, and waits until it is ready.
func (p *Process) Restart(ctx context.Context) error { return p.start(ctx) }

// LogPath is the file that the server's output goes to.
func (p *Process) LogPath() string { return p.log }

// LogTail returns the last 4 KiB of the log.
func (p *Process) LogTail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(text[max(0, len(text)-4096):]))
}

// signal reaches the whole group: Elasticsearch's launcher and its server are two processes. That the group is gone
// already is no error.
func (p *Process) signal(s syscall.Signal) { _ = syscall.Kill(-p.pid, s) }
