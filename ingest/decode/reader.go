package decode

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
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
				Why: fmt.Sprintf("more than %d records in one payload", MaxRecords), Remedy: "send fewer records a message"}}}
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
		return nil, &Error{Reason: ReasonEncoding, Format: src.Format, Why: "the text is UTF-16", Remedy: "save it as UTF-8"}
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
		return nil, &Error{Reason: ReasonFormat, Format: src.Format, Why: "not a workbook", Remedy: "set the source's format to auto"}
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
			Remedy: "split it, or send JSON lines or CSV, which are read as streams"}
	}
	return content, nil
}

func openWorkbook(src *Source, base *Input, r io.Reader) (Reader, error) {
	if !isAuto(src.Format) && tableOf(src.Format) == nil {
		return nil, &Error{Reason: ReasonFormat, Format: src.Format, Why: "a workbook where JSON is configured", Remedy: "set the source's format to auto"}
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

// openJSON tells JSON lines, one object printed over several lines, and arrays apart.
func openJSON(src *Source, base *Input, r *bufio.Reader, c charset, first byte) (Reader, error) {
	if first == '[' && !isWhole(src.Format) {
		var text io.Reader = r
		if c == gb18030 {
			text = transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
		}
		b := &bounded{r: text}
		return &array{src: src, base: base, charset: c, bounded: b, decoder: json.NewDecoder(b)}, nil
	}
	l := lines{r: r}
	begin, err := l.next()
	if err != nil {
		return nil, fmt.Errorf("read the first line: %w", err)
	}
	if json.Valid(begin.raw) || begin.tooLong() != nil {
		l.putBack([]line{begin})
		return &jsonLines{src: src, base: base, charset: c, lines: l}, nil
	}
	content, err := io.ReadAll(io.LimitReader(r, MaxPayloadBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	content = append(append(begin.raw, '\n'), content...)
	if decoded, err := c.decode(content); err == nil && len(content) <= MaxPayloadBytes && json.Valid(decoded) {
		return &document{src: src, base: base, value: decoded}, nil
	}
	again := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(content), r), HeadBytes)
	return &jsonLines{src: src, base: base, charset: c, lines: lines{r: again}}, nil
}

// document is an input that is one JSON value.
type document struct {
	src   *Source
	base  *Input
	value []byte
	place string // for errors; empty: the input needs no name
	done  bool
}

func (d *document) Next() (Item, error) {
	if d.done {
		return Item{}, io.EOF
	}
	d.done = true
	return decodeItem(d.src, d.base, Item{Raw: d.value}, d.value, d.place), nil
}

// jsonLines reads one JSON value a line.
type jsonLines struct {
	src     *Source
	base    *Input
	charset charset
	lines   lines
}

func (j *jsonLines) Next() (Item, error) {
	for {
		at, err := j.lines.next()
		if err != nil {
			return Item{}, err
		}
		if len(bytes.TrimSpace(at.raw)) == 0 {
			continue
		}
		item, place := Item{Line: at.number, Raw: at.raw}, fmt.Sprintf("line %d", at.number)
		if item.Err = at.tooLong(); item.Err != nil {
			item.Err.Place, item.Err.Format = place, j.src.Format
			return item, nil
		}
		value, failure := j.charset.decode(at.raw)
		if failure != nil {
			failure.Place, failure.Format = place, j.src.Format
			item.Err = failure
			return item, nil
		}
		return decodeItem(j.src, j.base, item, value, place), nil
	}
}

// array reads the elements of a JSON array one by one.
type array struct {
	src     *Source
	base    *Input
	charset charset // as found; the decoder reads UTF-8
	bounded *bounded
	decoder *json.Decoder
	number  int64
	done    bool
}

// bounded fails once more than MaxPayloadBytes have been read since it was last reset.
type bounded struct {
	r    io.Reader
	read int
}

var (
	errTooLarge = errors.New("too large")
	errTrailing = errors.New("text after the array")
)

func (b *bounded) Read(p []byte) (int, error) {
	if b.read > MaxPayloadBytes {
		return 0, errTooLarge
	}
	n, err := b.r.Read(p)
	b.read += n
	return n, err
}

// Next reads the next element. After broken syntax nothing that follows can be told apart: the rest is one fault.
func (a *array) Next() (Item, error) {
	if a.done {
		return Item{}, io.EOF
	}
	if a.number == 0 {
		if _, err := a.decoder.Token(); err != nil {
			return a.fault(err)
		}
	}
	a.bounded.read = 0
	if !a.decoder.More() {
		a.done = true
		if _, err := a.decoder.Token(); err != nil {
			return a.fault(err)
		}
		if _, err := a.decoder.Token(); !errors.Is(err, io.EOF) {
			return a.fault(errTrailing)
		}
		return Item{}, io.EOF
	}
	a.number++
	var element json.RawMessage
	if err := a.decoder.Decode(&element); err != nil {
		return a.fault(err)
	}
	item, place := Item{Line: a.number, Raw: bytes.Clone(element)}, fmt.Sprintf("element %d", a.number)
	value, failure := utf8First.decode(item.Raw)
	if a.charset == gb18030 && bytes.ContainsRune(value, utf8.RuneError) {
		failure = errEncoding()
	}
	if failure != nil {
		failure.Place, failure.Format = place, a.src.Format
		item.Err = failure
		return item, nil
	}
	return decodeItem(a.src, a.base, item, value, place), nil
}

// fault ends the reading. Errors of the disk are the reader's, all others the data's.
func (a *array) fault(err error) (Item, error) {
	a.done = true
	e := &Error{Reason: ReasonSyntax, Format: a.src.Format, Place: fmt.Sprintf("element %d", a.number),
		Why: "broken JSON; the rest of the array can't be read", Remedy: "send one JSON object a line"}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errTooLarge):
		e.Reason, e.Why = ReasonSize, fmt.Sprintf("an element of more than %d bytes; the rest of the array is not read", MaxPayloadBytes)
	case errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	case errors.Is(err, errTrailing):
		e.Why = err.Error()
	default:
		return Item{}, fmt.Errorf("read element %d of the array: %w", a.number, err)
	}
	return Item{Line: a.number, Err: e}, nil
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
