// Package table reads the tables that users keep by hand: CSV in the encodings that Excel writes in China, or a sheet
// of an xlsx workbook, told apart by content. Columns are known by their Chinese or English name in whatever order.
// What is wrong is told with line, column and remedy. It also writes workbooks, numbers as numbers.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// MaxBytes bounds one table; an account table of a city with three million accounts has about 100 MB.
const MaxBytes = 256 << 20

// Error says what is wrong with a table, where, and what the owner of the table can do.
type Error struct {
	File   string
	Line   int    // 1-based line of a CSV, or row of a sheet; 0 when the file as a whole is meant
	Column string // the column's Chinese name; empty when the whole line is meant
	Why    string
	Hint   string
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(" line %d", e.Line)
	}
	if e.Column != "" {
		s += ", column " + e.Column
	}
	s += ": " + e.Why
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Column is one column of a table; either name may stand in the header.
type Column struct {
	Chinese, English string
	Required         bool // the header must have it and no value may be empty
}

// Needed is a column that a table must have and a row must fill.
func Needed(chinese, english string) Column { return Column{chinese, english, true} }

// Optional is a column that may be missing.
func Optional(chinese, english string) Column { return Column{chinese, english, false} }

// Row is one line of a table: its values in the order of the columns, "" where the file has no such column.
type Row struct {
	File   string
	Line   int
	Values []string
}

// Header is the Chinese header line of a table.
func Header(columns []Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Chinese
	}
	return strings.Join(names, ",")
}

// Read reads a CSV (UTF-8, with or without a mark, or GB18030) or the first sheet of an xlsx workbook. It checks the
// header and the required values. Lines that begin with # are remarks, values are trimmed. Errors are *Error, except
// those of reading r.
func Read(r io.Reader, file string, columns []Column) ([]Row, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", file, err)
	}
	if len(data) > MaxBytes {
		return nil, &Error{File: file, Why: fmt.Sprintf("is larger than %d bytes", MaxBytes), Hint: "split it by city"}
	}
	lines, err := readCSV, error(nil)
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		lines = readSheet
	}
	raw, err := lines(file, data)
	if err != nil {
		return nil, err
	}
	return rows(file, columns, raw)
}

// line is one record before its columns are known.
type line struct {
	number int
	fields []string
}

func readCSV(file string, data []byte) ([]line, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, &Error{File: file, Why: "is neither UTF-8 nor GB18030", Hint: "save it as CSV UTF-8"}
		}
		data = decoded
	}
	cr := csv.NewReader(bytes.NewReader(data))
	cr.Comment = '#'
	cr.FieldsPerRecord = -1
	var all []line
	for {
		fields, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			return nil, &Error{File: file, Line: pe.Line, Why: pe.Err.Error(), Hint: "put fields with commas or quotes in quotes, and double the quotes inside"}
		}
		if err != nil {
			return nil, fmt.Errorf("read table %s: %w", file, err)
		}
		number, _ := cr.FieldPos(0)
		all = append(all, line{number, fields})
	}
}

func readSheet(file string, data []byte) ([]line, error) {
	broken := func(err error) error {
		return &Error{File: file, Why: "can't be read as a workbook: " + err.Error(), Hint: "save it as xlsx or as CSV UTF-8"}
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: MaxBytes, UnzipXMLSizeLimit: MaxBytes, RawCellValue: true})
	if err != nil {
		return nil, broken(err)
	}
	defer func() { _ = book.Close() }() // only temporary files, of which there are none below the size limit
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, broken(errors.New("it has no sheet"))
	}
	cells, err := book.GetRows(sheets[0])
	if err != nil {
		return nil, broken(err)
	}
	var all []line
	for i, fields := range cells {
		if strings.TrimSpace(strings.Join(fields, "")) != "" {
			all = append(all, line{i + 1, fields})
		}
	}
	return all, nil
}

func rows(file string, columns []Column, raw []line) ([]Row, error) {
	if len(raw) == 0 {
		return nil, &Error{File: file, Why: "is empty", Hint: "begin with the header " + Header(columns)}
	}
	at, err := header(file, columns, raw[0])
	if err != nil {
		return nil, err
	}
	all := make([]Row, 0, len(raw)-1)
	for _, l := range raw[1:] {
		if len(l.fields) > len(raw[0].fields) {
			return nil, &Error{File: file, Line: l.number, Why: fmt.Sprintf("has %d fields, the header has %d", len(l.fields), len(raw[0].fields)), Hint: "remove the surplus fields, or quote the commas"}
		}
		row := Row{File: file, Line: l.number, Values: make([]string, len(columns))}
		for c := range columns {
			if at[c] >= 0 && at[c] < len(l.fields) {
				row.Values[c] = strings.TrimSpace(l.fields[at[c]])
			}
			if columns[c].Required && row.Values[c] == "" {
				return nil, &Error{File: file, Line: l.number, Column: columns[c].Chinese, Why: "is empty", Hint: "fill it in, or remove the line"}
			}
		}
		if strings.HasPrefix(row.Values[0], "#") {
			return nil, &Error{File: file, Line: l.number, Column: columns[0].Chinese, Why: "begins with #, which marks remarks", Hint: "remove it"}
		}
		all = append(all, row)
	}
	return all, nil
}

// header finds the place of each column in the first line, -1 where an optional one is missing.
func header(file string, columns []Column, first line) ([]int, error) {
	at := make([]int, len(columns))
	for c := range at {
		at[c] = -1
	}
	for i, name := range first.fields {
		name = strings.TrimSpace(name)
		known := name == ""
		for c, col := range columns {
			if name != col.Chinese && !strings.EqualFold(name, col.English) {
				continue
			}
			if at[c] >= 0 {
				return nil, &Error{File: file, Line: first.number, Column: name, Why: "stands twice in the header", Hint: "remove one"}
			}
			at[c], known = i, true
		}
		if !known {
			return nil, &Error{File: file, Line: first.number, Column: name, Why: "is no column of this table", Hint: "the header is " + Header(columns)}
		}
	}
	for c, col := range columns {
		if at[c] < 0 && col.Required {
			return nil, &Error{File: file, Line: first.number, Column: col.Chinese, Why: "is missing in the header", Hint: "the header is " + Header(columns)}
		}
	}
	return at, nil
}
