package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// streaming is a Stream that reads from a pipe.
type streaming struct {
	*io.PipeWriter
	cancel context.CancelFunc
	ended  chan error
}

func stream(t *testing.T, store Store, sink Sink, change func(*LoopConfig)) *streaming {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	s := &streaming{w, cancel, make(chan error, 1)}
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, change)}
	go func() {
		_, err := ingester.Stream(ctx, &source95598, "stdin", r)
		s.ended <- err
	}()
	return s
}

func (s *streaming) write(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatal(err)
	}
}

// What came through a slow pipe is stored before more comes.
func TestStreamSlow(t *testing.T) {
	store := newMemStore()
	s := stream(t, store, newMemSink(), nil)
	for i := range 3 {
		s.write(t, contact(fmt.Sprint("a", i), 1)+"\n"+contact(fmt.Sprint("b", i), 1)+"\n")
		await(t, "documents", func() bool { return store.size() == 2*(i+1) })
	}
	half := contact("c", 1)
	s.write(t, half[:30])
	s.write(t, contact("c", 1)[30:]) // no line's end
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-s.ended; err != nil || store.size() != 7 {
		t.Errorf("%d documents, error %v, want 7", store.size(), err)
	}
}

// A stream whose input is silent, or breaks off in the middle of something, ends when it is called off.
func TestStreamCalledOff(t *testing.T) {
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	if _, err := io.WriteString(packer, contact("a", 1)+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := packer.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, begin := range map[string]string{
		"Nothing":      "",
		"BetweenLines": contact("a", 1) + "\n",
		"WithinLine":   contact("a", 1) + "\n{\"schema\":1,",
		"WithinQuotes": "工单编号,受理时间,诉求内容\n1,2026-11-18,\"停电\n",
		"Array":        "[" + contact("a", 1) + ",",
		"Packed":       packed.String(),
	} {
		t.Run(name, func(t *testing.T) {
			store, sink := newMemStore(), newMemSink()
			s := stream(t, store, sink, nil)
			s.write(t, begin)
			if strings.Contains(begin, `"id":"a"`) {
				await(t, "a document", func() bool { return store.size() == 1 })
			}
			s.cancel()
			if err := <-s.ended; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want canceled", err)
			}
			if len(sink.letters) > 0 {
				t.Errorf("dead letters %v of an input that was not at its end", sink.ids())
			}
			s.Close() // lets the Read end that was called off
		})
	}
}

// A source that must pause ends the stream also where its records are stored in a silence.
func TestStreamPauses(t *testing.T) {
	store, sink := newMemStore(), newMemSink()
	s := stream(t, store, sink, func(c *LoopConfig) { c.DeadWindow, c.DeadShare = 10, 0.1 })
	s.write(t, contact("a", 1)+"\n"+strings.Repeat("{\n", 3))
	var pause *Pause
	if err := <-s.ended; !errors.As(err, &pause) || store.size() != 1 || len(sink.letters) != 1 {
		t.Errorf("error %v, %d documents, %d letters; want a pause after one of each", err, store.size(), len(sink.letters))
	}
	s.Close()
}

// A fault of the input itself is told as it is.
func TestStreamReadError(t *testing.T) {
	broken := errors.New("broken pipe")
	store := newMemStore()
	s := stream(t, store, newMemSink(), nil)
	s.write(t, contact("a", 1)+"\n")
	await(t, "a document", func() bool { return store.size() == 1 })
	if err := s.CloseWithError(broken); err != nil {
		t.Fatal(err)
	}
	if err := <-s.ended; !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
