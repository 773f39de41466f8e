package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// FileIngester reads files through the same loop as the consumer. Loop is needed.
type FileIngester struct {
	Loop     *Loop
	Ledger   Ledger         // keeps resume points; nil: a file that was interrupted begins anew, which is harmless
	Records  int            // of a batch, at most; default 500
	Bytes    int            // of a batch's undecoded items, at most; default 4 MiB
	Progress func(Progress) // called after each batch; may be nil
	AsOf     time.Time      // the time the file counts as read; zero: now, or when it was first begun
}

// Progress is how far a file has been read.
type Progress struct {
	Tally
	Skipped int64 // items that an earlier run had done
	Read    int64 // bytes
	Total   int64 // bytes; 0 when unknown
}

// File ingests a file, from where an earlier run was interrupted if one was; a file that was finished before is read
// again from its start, which alters nothing that is unchanged. The error is the context's, a *Pause when too many
// items can't be used, or tells what is wrong with the file or its resume point.
func (f *FileIngester) File(ctx context.Context, src *decode.Source, path string) (Progress, error) {
	file, err := os.Open(path)
	if err != nil {
		return Progress{}, fmt.Errorf("ingest file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Progress{}, fmt.Errorf("ingest file: %w", err)
	}
	whole, err := filepath.Abs(path) // a replay may be started in another folder
	if err != nil {
		return Progress{}, fmt.Errorf("ingest file %s: %w", path, err)
	}
	identity, err := f.identify(file, info, whole, src)
	if err != nil {
		return Progress{}, fmt.Errorf("ingest file %s: %w", path, err)
	}
	shown := f.Loop.cfg.Pipeline.Mask.Name(whole)
	point := &resume{Name: filepath.Base(shown), Arrived: f.asOf()}
	saver := &resumeSaver{ledger: f.Ledger, key: "ingest/file/" + identity,
		clock: f.Loop.cfg.Clock, backoff: f.Loop.cfg.Backoff, log: f.Loop.cfg.Log}
	if err := saver.load(ctx, point); err != nil {
		return Progress{}, fmt.Errorf("ingest file %s: %w", path, err)
	}
	run := &fileRun{FileIngester: f, src: src, name: filepath.Base(path), path: shown, label: point.Name + "@" + identity[:8], point: point, saver: saver}
	run.progress.Total = info.Size()
	if err := run.all(ctx, file); err != nil {
		return run.progress, fmt.Errorf("ingest file %s: %w", path, err)
	}
	return run.progress, nil
}

// Stream ingests what can be read only once, such as the standard input, under the name given. It has no resume point.
// When r is silent for a moment, what was read until then is stored. When ctx ends, Stream returns although r may block;
// that one Read can't be called off: its goroutine ends when it returns, or with the process.
func (f *FileIngester) Stream(ctx context.Context, src *decode.Source, name string, r io.Reader) (Progress, error) {
	arrived := f.asOf()
	run := &fileRun{FileIngester: f, src: src, name: name, path: name, label: name + "@" + strconv.FormatInt(arrived.UnixMilli(), 36),
		point: &resume{Name: name, Arrived: arrived}, saver: &resumeSaver{}}
	run.pipe = newPipe(ctx, r, func() error { return run.flush(ctx) })
	defer run.pipe.close()
	if err := run.all(ctx, run.pipe); err != nil {
		return run.progress, fmt.Errorf("ingest %s: %w", name, err)
	}
	return run.progress, nil
}

// asOf is the time a file counts as read, to the millisecond, as content revisions are.
func (f *FileIngester) asOf() time.Time {
	if f.AsOf.IsZero() {
		return f.Loop.cfg.Clock.Now().Truncate(time.Millisecond)
	}
	return f.AsOf
}

// identify tells whether a reading is the one that was begun earlier: of the same file (its place, size, time of change
// and first 64 KiB), read in the same way. Read in another way, what is done already must be done anew.
func (f *FileIngester) identify(file io.ReadSeeker, info os.FileInfo, path string, src *decode.Source) (string, error) {
	way := *src
	way.Zone = nil // a pointer; its name is told beside it
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %d %d %#v %t %s\n", path, info.Size(), info.ModTime().UnixNano(), f.AsOf.UnixNano(), way, src.Zone == nil, src.Zone)
	if _, err := io.CopyN(h, file, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fileRun is one reading of one file.
type fileRun struct {
	*FileIngester
	src      *decode.Source
	name     string // as decoders see it; it may hold personal data
	path     string // for origins, masked
	label    string // for the ids of dead letters
	point    *resume
	saver    *resumeSaver
	pipe     *pipe // nil when the input is a file
	progress Progress

	state *State
	read  *countingReader
	units []Unit
	bytes int
}

func (r *fileRun) all(ctx context.Context, data io.Reader) error {
	r.state, r.read = NewState(r.Loop.cfg.Clock), &countingReader{r: data}
	items, err := decode.NewReader(r.src, r.input(nil), r.read)
	if err != nil {
		return r.pipe.because(err)
	}
	for index := int64(0); ; index++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		item, err := items.Next()
		if err := r.pipe.because(nil); err != nil {
			return err // whatever the decoder makes of an input that breaks off
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read item %d: %w", index, err)
		}
		if index < r.point.Items {
			r.progress.Skipped++
			continue
		}
		r.add(index, &item)
		if len(r.units) >= r.maxRecords() || r.bytes >= r.maxBytes() {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	r.point.Done = true
	return r.saver.save(ctx, r.point)
}

func (r *fileRun) add(index int64, item *decode.Item) {
	line := lineOf(item, index)
	at := Place{
		ID:     r.label + ":" + strconv.FormatInt(line, 10),
		Origin: hotline.Origin{File: r.path, Line: line},
	}
	entries := r.Loop.cfg.Pipeline.Item(r.src, item, r.input(item.Raw), at)
	r.units = append(r.units, entries)
	r.bytes += len(item.Raw)
}

// lineOf is the line or row of an item, or its number where it has no line.
func lineOf(item *decode.Item, index int64) int64 {
	if item.Line > 0 {
		return item.Line
	}
	return index + 1
}

func (r *fileRun) input(raw []byte) *decode.Input {
	return &decode.Input{Value: raw, File: r.name, Arrived: r.point.Arrived}
}

// flush brings the batch to its end and moves the resume point past it.
func (r *fileRun) flush(ctx context.Context) error {
	tally, err := r.Loop.Finish(ctx, r.units, r.state)
	r.units, r.bytes = r.units[:0], 0
	r.progress.add(tally)
	r.progress.Read = r.read.n
	if tally.Units > 0 {
		r.point.Items += int64(tally.Units)
		if err := r.saver.save(ctx, r.point); err != nil {
			return err
		}
	}
	if r.Progress != nil {
		r.Progress(r.progress)
	}
	return err
}

func (f *FileIngester) maxRecords() int {
	if f.Records > 0 {
		return f.Records
	}
	return 500
}

func (f *FileIngester) maxBytes() int {
	if f.Bytes > 0 {
		return f.Bytes
	}
	return 4 << 20
}

// countingReader counts what is read through it.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
