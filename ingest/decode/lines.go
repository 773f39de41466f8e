package decode

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
)

// line is one line of an input, without its end.
type line struct {
	number int64
	raw    []byte // at most MaxPayloadBytes; the beginning of a longer line
	size   int64
}

// tooLong reports whether the line is longer than an input may be; its rest has been skipped.
func (l line) tooLong() *Error {
	if l.size <= MaxPayloadBytes {
		return nil
	}
	return &Error{Reason: ReasonSize, Why: fmt.Sprintf("a line of %d bytes, at most %d", l.size, MaxPayloadBytes)}
}

// lines reads an input line by line in bounded memory, whatever the length of a line. Lines can be put back.
type lines struct {
	r      *bufio.Reader
	number int64
	back   []line // to be read again, the next one last
}

// next returns io.EOF after the last line, or the error of the reader.
func (l *lines) next() (line, error) {
	if n := len(l.back); n > 0 {
		again := l.back[n-1]
		l.back = l.back[:n-1]
		return again, nil
	}
	l.number++
	read := line{number: l.number}
	for {
		part, err := l.r.ReadSlice('\n')
		read.size += int64(len(part))
		if room := MaxPayloadBytes - len(read.raw); room > 0 {
			read.raw = append(read.raw, part[:min(len(part), room)]...)
		}
		switch {
		case err == nil:
			read.trim()
			return read, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && read.size > 0:
			read.trim()
			return read, nil
		default:
			return line{}, err
		}
	}
}

// trim removes the end of the line.
func (l *line) trim() {
	for _, end := range []byte{'\n', '\r'} {
		if n := len(l.raw); l.size == int64(n) && n > 0 && l.raw[n-1] == end {
			l.raw, l.size = l.raw[:n-1], l.size-1
		}
	}
}

// putBack makes next return these lines again, in their order.
func (l *lines) putBack(again []line) {
	for _, line := range slices.Backward(again) {
		l.back = append(l.back, line)
	}
}
