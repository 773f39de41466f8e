package decode

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxQuotedLines bounds a field with line breaks in it: past it, the opening quote was a stray one.
const maxQuotedLines = 1_000

// maxPreamble is how many rows, such as a merged title, may stand above the header.
const maxPreamble = 10

// table decodes rows under a header.
type table struct {
	src    *Source
	base   *Input
	layout *layout
	format Format // that errors name
	header []string
	parse  timeParser
}

// tableLayouts lists the layouts of tables, the most specific first.
func tableLayouts() []*layout {
	return []*layout{layout12398, layoutTable95598, layout95598, layout12345}
}

// layoutFor finds the layout of a header: the configured format's, or the first that fits.
func layoutFor(format Format, header []string) (*layout, bool) {
	for _, l := range tableLayouts() {
		if l.fits(header) && (format == "" || format == Auto || tableOf(format) == l) {
			return l, true
		}
	}
	return nil, false
}

// tableOf gives the layout of a configured format, or nil if that is no format of tables.
func tableOf(format Format) *layout {
	switch format {
	case CSV12345, XLSX12345:
		return layout12345
	case Order12398:
		return layout12398
	case Table95598:
		return layoutTable95598
	case Order95598:
		return layout95598
	}
	return nil
}

// errNoHeader says that a table can't be read without knowing its columns.
func errNoHeader(format Format) *Error {
	return &Error{Reason: ReasonFormat, Format: format, Place: "header",
		Why:  "no known format: neither JSON nor a table with a known header",
		Hint: "name the source's format and columns in its configuration"}
}

// setHeader takes the row as header if it names known columns.
func (t *table) setHeader(row []string) bool {
	l, ok := layoutFor(t.src.Format, row)
	if ok {
		t.layout, t.format, t.header = l, l.format, row
	}
	return ok
}

// setColumns takes the header from the configuration, or the fixed one of the 95598 order table.
func (t *table) setColumns(row []string) bool {
	if len(t.src.Columns) > 0 {
		if t.setHeader(t.src.Columns) {
			return true
		}
		t.layout, t.format, t.header = tableOf(t.src.Format), t.src.Format, t.src.Columns
		return t.layout != nil
	}
	named := t.src.Format == Table95598
	guessed := (t.src.Format == "" || t.src.Format == Auto) && len(row) == len(tableHeader95598) && strings.Trim(row[0], "0123456789") == ""
	if named || guessed {
		t.layout, t.format, t.header = layoutTable95598, Table95598, tableHeader95598
	}
	return named || guessed
}

// record decodes one row. Empty columns after the last one of the header are ignored, as spreadsheets add them.
func (t *table) record(row []string) ([]Record, *Error) {
	for len(row) > len(t.header) && strings.TrimSpace(row[len(row)-1]) == "" {
		row = row[:len(row)-1]
	}
	if len(row) != len(t.header) {
		return nil, &Error{Reason: ReasonSyntax, Format: t.format, Hotline: t.layout.hotline,
			Why: fmt.Sprintf("%d columns, the header has %d", len(row), len(t.header))}
	}
	fields := make([]field, len(row))
	for i, value := range row {
		fields[i] = field{t.header[i], value}
	}
	return guard(t.format, func() ([]Record, *Error) {
		r, err := t.layout.record(t.src, t.base, fields, t.parse)
		return []Record{r}, err
	})
}

// blank reports whether a row says nothing.
func blank(row []string) bool {
	return strings.TrimSpace(strings.Join(row, "")) == ""
}

// textTable reads a CSV or TSV.
type textTable struct {
	table
	lines   lines
	charset charset
	comma   byte
	quotes  bool // a TSV has none: quotes are text
}

// openTable finds the columns of a table: a header within the first rows, or the configured or fixed one. If it
// finds none, the table's lines are all still to be read.
func openTable(src *Source, base *Input, r *bufio.Reader, c charset) (*textTable, error) {
	t := &textTable{table: table{src: src, base: base, parse: src.parseTime}, lines: lines{r: r}, charset: c}
	for _, comma := range []byte(",\t;") {
		t.comma, t.quotes = comma, src.Format != Table95598
		read, row, err := t.findHeader()
		if err != nil {
			return t, err
		}
		if row != nil {
			t.quotes = t.layout != layoutTable95598
			return t, nil
		}
		t.lines.putBack(read)
	}
	first, err := t.lines.next()
	if err != nil {
		return t, fmt.Errorf("read the first line: %w", err)
	}
	t.lines.putBack([]line{first})
	decoded, failure := c.decode(first.raw)
	if failure != nil {
		return t, failure
	}
	for _, comma := range []byte("\t,;") {
		row := strings.Split(string(decoded), string(comma))
		if (len(src.Columns) == 0 || len(row) >= len(src.Columns)) && t.setColumns(row) {
			t.comma, t.quotes = comma, t.layout != layoutTable95598
			return t, nil
		}
	}
	return t, errNoHeader(src.Format)
}

// findHeader reads rows until one is a header. It returns all lines it read, and the header or nil.
func (t *textTable) findHeader() (all []line, header []string, err error) {
	for range maxPreamble {
		first, err := t.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return all, nil, fmt.Errorf("read the header: %w", err)
		}
		row, read, failure := t.row(first)
		all = append(all, read...)
		if failure == nil && t.setHeader(row) {
			return all, row, nil
		}
	}
	return all, nil, nil
}

// Next reads the next row. A quoted field may hold line breaks; where the quote turns out to be a stray one, only the
// line with it is a fault, and the lines after it are read again by themselves.
func (t *textTable) Next() (Item, error) {
	for {
		first, err := t.lines.next()
		if err != nil {
			return Item{}, err
		}
		item := Item{Line: first.number, Raw: first.raw}
		if item.Err = first.tooLong(); item.Err != nil {
			return t.placed(item), nil
		}
		row, read, fault := t.row(first)
		if fault != nil {
			item.Err = fault
			t.lines.putBack(read[1:])
			return t.placed(item), nil
		}
		if blank(row) || sameRow(row, t.header) {
			continue
		}
		item.Records, item.Err = t.record(row)
		if item.Err != nil && item.Err.Reason == ReasonSyntax {
			t.lines.putBack(read[1:])
			return t.placed(item), nil
		}
		for _, l := range read[1:] {
			item.Raw = append(append(item.Raw, '\n'), l.raw...)
		}
		return t.placed(item), nil
	}
}

// row reads the lines of one row.
func (t *textTable) row(first line) (row []string, read []line, fault *Error) {
	read = []line{first}
	scan := rowScanner{comma: t.comma, quotes: t.quotes}
	size := int64(0)
	for at := first; ; {
		size += at.size
		decoded, err := t.charset.decode(at.raw)
		if err != nil {
			return nil, read, err
		}
		if scan.feed(decoded) {
			return scan.row, read, nil
		}
		if len(read) == maxQuotedLines || size > MaxPayloadBytes {
			break
		}
		next, readErr := t.lines.next()
		if readErr != nil {
			if !errors.Is(readErr, io.EOF) {
				return nil, read, &Error{Reason: ReasonSyntax, Why: "the input breaks off in a quoted field"}
			}
			break
		}
		read = append(read, next)
		at = next
	}
	return nil, read, &Error{Reason: ReasonSyntax, Why: "a quote that opens a field is never closed", Hint: "double the quotes inside the field"}
}

func (t *textTable) placed(item Item) Item {
	if item.Err != nil {
		item.Err.Place = strings.TrimSuffix(fmt.Sprintf("line %d, %s", item.Line, item.Err.Place), ", ")
		item.Err.Format, item.Err.Hotline = t.format, t.layout.hotline
	}
	return item
}

func sameRow(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if strings.TrimSpace(a[i]) != strings.TrimSpace(b[i]) {
			return false
		}
	}
	return true
}

// rowScanner splits the lines of one row into fields. Quotes count where a field begins with one and where one is
// followed by a comma or the end of the line; all others are text, as operators type them.
type rowScanner struct {
	comma  byte
	quotes bool
	row    []string
	open   bool
	field  []byte
}

// feed takes one line and reports whether the row is complete with it.
func (s *rowScanner) feed(text []byte) bool {
	if s.open {
		s.field = append(s.field, '\n')
	}
	for {
		if !s.open && s.quotes && len(text) > 0 && text[0] == '"' {
			s.open, text = true, text[1:]
		}
		if s.open {
			rest, closed := s.quoted(text)
			if !closed {
				return false
			}
			text = rest
		} else {
			n := bytes.IndexByte(text, s.comma)
			if n < 0 {
				n = len(text)
			}
			s.field, text = append(s.field, text[:n]...), text[n:]
		}
		s.row = append(s.row, string(s.field))
		s.field = s.field[:0]
		if len(text) == 0 {
			return true
		}
		text = text[1:] // the comma
	}
}

// quoted reads up to the end of the quoted field and returns what follows it, a comma or nothing.
func (s *rowScanner) quoted(text []byte) (rest []byte, closed bool) {
	for {
		n := bytes.IndexByte(text, '"')
		if n < 0 {
			s.field = append(s.field, text...)
			return nil, false
		}
		s.field, text = append(s.field, text[:n]...), text[n+1:]
		switch {
		case len(text) == 0 || text[0] == s.comma:
			s.open = false
			return text, true
		case text[0] == '"':
			text = text[1:]
		}
		s.field = append(s.field, '"')
	}
}
