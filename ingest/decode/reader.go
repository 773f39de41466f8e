package decode

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

// Reader gives the items of one input, one by one, in bounded memory. Next returns io.EOF after the last one; any
// other error is the input's own, such as a broken disk. What can't be read is an Item with Err, and reading goes on
// after it.
type Reader interface {
	Next() (Item, error)
}

// HeadBytes is how much of an input is looked at to recognise its encoding and form.
const HeadBytes = 64 << 10

// NewReader opens the content of one file, which may be compressed with gzip; in names the file and the time it was
// read. It fails with an *Error if the content is of no form that the source's format allows. Within the first HeadBytes
// r may once return os.ErrDeadlineExceeded, to say that no more will come for a while: what there is must do then.
func NewReader(src *Source, in *Input, r io.Reader) (Reader, error) {
	file := in.File
	buffered := bufio.NewReaderSize(r, HeadBytes)
	head, err := peek(buffered)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w; compress it again with gzip", file, err)
		}
		buffered = bufio.NewReaderSize(&unpacker{unpacked, file}, HeadBytes)
		if head, err = peek(buffered); err != nil {
			return nil, err
		}
	}
	inner, err := open(src, &Input{File: file, Arrived: in.Arrived}, buffered, head)
	if err != nil {
		return nil, err
	}
	return &fileReader{inner, file}, nil
}

// peek returns the head of an input without reading on.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(r.Size())
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("read the beginning of the input: %w", err)
	}
	return head, nil
}

// unpacker says of a fault in compressed data that it is one: a packed file that breaks off is not a text that does.
type unpacker struct {
	gzip *gzip.Reader
	file string
}

var errDamaged = errors.New("it is cut off or damaged; get it again")

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.gzip.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpack %s: %w", u.file, errDamaged)
	}
	return n, err
}

// fileReader notes in each record where it was read.
type fileReader struct {
	inner Reader
	file  string
}

func (r *fileReader) Next() (Item, error) {
	item, err := r.inner.Next()
	for i := range item.Records {
		origin := &item.Records[i].Call.Origin
		origin.File, origin.Line = r.file, item.Line
	}
	return item, err
}

// Decode reads one Kafka payload: a JSON object or array, JSON lines, a row or a whole table, or a workbook. It
// always returns at least one item. A payload of more than MaxRecords is one dead letter.
func Decode(src *Source, in *Input) []Item {
	r, err := openPayload(src, in)
	if err != nil {
		return []Item{{Raw: in.Value, Err: asError(src, err)}}
	}
	var items []Item
	for records := 0; ; {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			item.Err = asError(src, err)
		}
		items = append(items, item)
		if records += max(1, len(item.Records)); records > MaxRecords {
			return []Item{{Raw: in.Value, Err: &Error{Reason: ReasonSize, Format: src.Format,
				Why: fmt.Sprintf("more than %d records in one payload", MaxRecords), Hint: "send fewer records a message"}}}
		}
		if err != nil {
			break
		}
	}
	if len(items) == 0 {
		return []Item{{Raw: in.Value, Err: &Error{Reason: ReasonEmpty, Format: src.Format, Why: "there is no record"}}}
	}
	if len(items) == 1 && !bytes.Contains(bytes.TrimSpace(in.Value), []byte("\n")) {
		items[0].Line = 0
	}
	return items
}

// openPayload opens a payload. Most are one JSON object on one line, in UTF-8: as open would tell too, by buffering it.
func openPayload(src *Source, in *Input) (Reader, error) {
	value := in.Value
	if n := len(value); n > 1 && value[0] == '{' && value[n-1] == '}' && n <= MaxPayloadBytes && tableOnly(src.Format) == nil && src.Format != XLSX12345 &&
		!bytes.Contains(value, []byte("\n")) && utf8.Valid(value) {
		return &document{src: src, base: in, value: value, place: "line 1"}, nil
	}
	buffered := bufio.NewReaderSize(bytes.NewReader(value), min(len(value)+1, HeadBytes))
	head, err := peek(buffered)
	if err != nil {
		return nil, err
	}
	return open(src, in, buffered, head)
}

// asError makes a decoding error of what opening or reading an input gave.
func asError(src *Source, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Reason: ReasonSyntax, Format: src.Format, Why: err.Error()}
}

// open recognises the form of an input by its head. base is the input without its value, which is read from r.
func open(src *Source, base *Input, r *bufio.Reader, head []byte) (Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openWorkbook(src, base, r)
	case isUTF16(head):
		return nil, &Error{Reason: ReasonEncoding, Format: src.Format, Why: "the text is UTF-16", Hint: "save it as UTF-8"}
	case bytes.HasPrefix(head, utf8Mark):
		if _, err := r.Discard(len(utf8Mark)); err != nil {
			return nil, fmt.Errorf("read the beginning of the input: %w", err)
		}
		head = head[len(utf8Mark):]
	}
	text := bytes.TrimSpace(head)
	if len(text) == 0 {
		return nil, &Error{Reason: ReasonEmpty, Format: src.Format, Why: "there is nothing"}
	}
	if src.Format == XLSX12345 {
		return nil, &Error{Reason: ReasonFormat, Format: src.Format, Why: "not a workbook", Hint: "set the source's format to auto"}
	}
	charset := charsetOf(head)
	looksJSON := text[0] == '{' || text[0] == '['
	if onlyJSON(src.Format) || looksJSON && tableOnly(src.Format) == nil {
		return openJSON(src, base, r, charset, text[0])
	}
	table, err := openTable(src, base, r, charset)
	if err != nil {
		// A log of JSON lines can begin with a line that is none.
		if isAuto(src.Format) && bytes.Contains(head, []byte("\n{")) {
			return &jsonLines{src: src, base: base, charset: charset, lines: table.lines}, nil
		}
		return nil, err
	}
	return table, nil
}

func isAuto(f Format) bool { return f == Auto || f == "" }

// onlyJSON reports whether a format never is a table.
func onlyJSON(f Format) bool { return !isAuto(f) && tableOf(f) == nil }

// tableOnly gives the layout of a format that always is a table.
func tableOnly(f Format) *layout {
	if f == CSV12345 || f == Table95598 {
		return tableOf(f)
	}
	return nil
}

// readWhole reads an input that has to be held as a whole.
func readWhole(format Format, r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxPayloadBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	if len(content) > MaxPayloadBytes {
		return nil, &Error{Reason: ReasonSize, Format: format, Why: fmt.Sprintf("more than %d bytes", MaxPayloadBytes),
			Hint: "split it, or send JSON lines or CSV, which are read as streams"}
	}
	return content, nil
}

func openWorkbook(src *Source, base *Input, r io.Reader) (Reader, error) {
	if !isAuto(src.Format) && tableOf(src.Format) == nil {
		return nil, &Error{Reason: ReasonFormat, Format: src.Format, Why: "a workbook where JSON is configured", Hint: "set the source's format to auto"}
	}
	content, err := readWhole(src.Format, r)
	if err != nil {
		return nil, err
	}
	w, failure := newWorkbook(src, base, content)
	if failure != nil {
		return nil, failure
	}
	return w, nil
}

// decodeItem decodes one JSON value of an input.
func decodeItem(src *Source, base *Input, item Item, value []byte, place string) Item {
	in := *base
	in.Value = value
	item.Records, item.Err = decodeJSON(src, &in)
	if item.Err != nil && place != "" {
		if item.Err.Place != "" {
			place += ", " + item.Err.Place
		}
		item.Err.Place = place
	}
	return item
}
