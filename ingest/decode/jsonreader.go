package decode

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

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
		Why: "broken JSON; the rest of the array can't be read", Hint: "send one JSON object a line"}
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
