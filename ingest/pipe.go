package ingest

import (
	"context"
	"io"
	"os"
	"time"

	"suqiu/ingest/decode"
)

// pipeLinger is how long a pipe is silent before what was read of it is stored, and its beginning is judged as it is.
const pipeLinger = 200 * time.Millisecond

// pipe reads an input that may be slow and never end, in a goroutine of its own, so that neither a context's end nor
// the storing of what has come waits for more. It is for one reader, in whose goroutine idle is called.
type pipe struct {
	ctx    context.Context
	idle   func() error // called when the input falls silent; its error ends the reading
	pieces chan piece
	done   chan struct{}

	last      piece // what is not yet passed on of it
	delivered int
	broken    error // why the reading has ended before the input did
}

// piece is what one Read gave.
type piece struct {
	data []byte
	err  error
}

func newPipe(ctx context.Context, r io.Reader, idle func() error) *pipe {
	p := &pipe{ctx: ctx, idle: idle, pieces: make(chan piece), done: make(chan struct{})}
	go p.pump(r)
	return p
}

// pump reads until the input ends or the pipe is closed.
func (p *pipe) pump(r io.Reader) {
	for {
		data := make([]byte, 32<<10)
		n, err := r.Read(data)
		select {
		case p.pieces <- piece{data[:n], err}:
		case <-p.done:
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *pipe) close() { close(p.done) }

// because tells why the reading has ended if it was not by the input itself, or else returns err. Of no pipe it is err.
func (p *pipe) because(err error) error {
	if p != nil && p.broken != nil {
		return p.broken
	}
	return err
}

// Read implements io.Reader. See decode.NewReader for os.ErrDeadlineExceeded.
func (p *pipe) Read(b []byte) (int, error) {
	if len(p.last.data) == 0 && p.last.err == nil {
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.last.data)
	p.last.data = p.last.data[n:]
	p.delivered += n
	if n == 0 {
		return 0, p.last.err
	}
	return n, nil
}

// next waits for the next piece.
func (p *pipe) next() error {
	silent := time.NewTimer(pipeLinger)
	defer silent.Stop()
	for p.broken == nil {
		select {
		case <-p.ctx.Done():
			p.broken = p.ctx.Err()
		case p.last = <-p.pieces:
			return nil
		case <-silent.C:
			if 0 < p.delivered && p.delivered < decode.HeadBytes {
				p.delivered = decode.HeadBytes // this is said once
				return os.ErrDeadlineExceeded
			}
			p.broken = p.idle()
		}
	}
	return p.broken
}
