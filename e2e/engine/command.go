//go:build unix

package engine

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// Start runs a program of the test's own as a Process, its output appended to the file log, and returns when ready
// gives nil, which must be within a minute. command makes the program anew for each start.
func Start(ctx context.Context, name, log string, command func() *exec.Cmd, ready func(context.Context) error) (*Process, error) {
	p := &Process{name: name, log: log, timeout: time.Minute, ready: ready}
	p.command = func() *exec.Cmd {
		cmd := command()
		if cmd.SysProcAttr == nil {
			cmd.SysProcAttr = &syscall.SysProcAttr{}
		}
		cmd.SysProcAttr.Setpgid = true
		return cmd
	}
	if err := p.start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Done is closed when the program has ended, until the next Restart.
func (p *Process) Done() <-chan struct{} { return p.done }

// Signal sends a signal to the program and all that it has started.
func (p *Process) Signal(s syscall.Signal) { p.signal(s) }
