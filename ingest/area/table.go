package area

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

// Kind names one table; its file is the kind with the suffix ".csv".
type Kind string

// The tables. Their columns are described in dicts/areas/README.md.
const (
	Divisions Kind = "divisions" // 行政区划 (GB/T 2260, GB/T 10114 below the county)
	Grid      Kind = "grid"      // 供电单位、台区、网格
	Units     Kind = "units"     // 承办单位 by name
	Places    Kind = "places"    // 地名库: roads, estates, landmarks
	Accounts  Kind = "accounts"  // 户号 → 台区
)

// Kinds lists the tables in the order they are built: a later one refers to earlier ones.
var Kinds = [...]Kind{Divisions, Grid, Units, Places, Accounts}

// MaxTableBytes bounds one table; an account table of a city with three million accounts has about 100 MB.
const MaxTableBytes = 256 << 20

// TableError says what is wrong with a table, where, and what the owner of the table can do.
type TableError struct {
	File   string
	Line   int    // 1-based line of a CSV, or row of a sheet; 0 when the file as a whole is meant
	Column string // the column's Chinese name; empty when the whole line is meant
	Why    string
	Remedy string
}

func (e *TableError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(" line %d", e.Line)
	}
	if e.Column != "" {
		s += ", column " + e.Column
	}
	s += ": " + e.Why
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Table is the content of one file.
type Table struct {
	Kind Kind
	File string // for messages
	Rows []Row
}

// Row is one line of a table: its values in the order of the kind's columns, "" where the file has no such column.
type Row struct {
	File   string
	Line   int
	Values []string
}

func (r Row) fault(k Kind, column int, remedy, format string, args ...any) error {
	return &TableError{File: r.File, Line: r.Line, Column: columns(k)[column].chinese, Why: fmt.Sprintf(format, args...), Remedy: remedy}
}

// column is one column of a table; either name may stand in the header.
type column struct {
	chinese, english string
	required         bool // the header must have it and no value may be empty
}

// Places of the columns in Row.Values.
const (
	colCode, colName, colParent, colLevel = 0, 1, 2, 3 // divisions and grid
	colDivAliases, colDivAmbiguous        = 4, 5
	colGridDivision                       = 4

	colUnitName, colAliases                              = 0, 1 // units and places
	colUnitGrid, colUnitDivision                         = 2, 3
	colPlaceKind, colPlaceDiv, colPlaceWeight, colPlaceQ = 2, 3, 4, 5

	colAccount, colAccountGrid = 0, 1
)

func columns(k Kind) []column {
	switch k {
	case Divisions:
		return []column{{"代码", "code", true}, {"名称", "name", true}, {"上级", "parent", false}, {"级别", "level", false},
			{"别名", "aliases", false}, {"歧义", "ambiguous", false}}
	case Grid:
		return []column{{"单位编码", "code", true}, {"名称", "name", true}, {"上级", "parent", false}, {"级别", "level", false},
			{"区划代码", "division", false}}
	case Units:
		return []column{{"单位", "unit", true}, {"别名", "aliases", false}, {"单位编码", "code", false}, {"区划代码", "division", false}}
	case Places:
		return []column{{"地名", "name", true}, {"别名", "aliases", false}, {"类别", "kind", true}, {"区划代码", "division", true},
			{"权重", "weight", false}, {"歧义", "ambiguous", false}}
	case Accounts:
		return []column{{"户号", "account", true}, {"单位编码", "code", true}}
	}
	return nil
}

// key is what makes a row of its kind unique; a later layer replaces the row with the same key.
func (k Kind) key(r Row) string {
	switch k {
	case Divisions:
		return trimDivision(r.Values[colCode])
	case Places: // one name may stand for places in several divisions
		return r.Values[colUnitName] + "@" + trimDivision(r.Values[colPlaceDiv])
	}
	return r.Values[0]
}

// ReadTable reads a CSV (UTF-8, with or without a mark, or GB18030) or the first sheet of an xlsx workbook, told
// apart by content. It checks the header, required values and duplicate keys; what refers to other tables is checked by
// Load and Trees.Check. Errors are *TableError, except those of reading r.
func ReadTable(r io.Reader, file string, k Kind) (*Table, error) {
	if columns(k) == nil {
		return nil, &TableError{File: file, Why: fmt.Sprintf("there is no table %q", k), Remedy: "name one of divisions, grid, units, places, accounts"}
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxTableBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read area table %s: %w", file, err)
	}
	if len(data) > MaxTableBytes {
		return nil, &TableError{File: file, Why: fmt.Sprintf("is larger than %d bytes", MaxTableBytes), Remedy: "split it by city"}
	}
	lines, err := readCSV, error(nil)
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		lines = readSheet
	}
	raw, err := lines(file, data)
	if err != nil {
		return nil, err
	}
	return newTable(file, k, raw)
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
			return nil, &TableError{File: file, Why: "is neither UTF-8 nor GB18030", Remedy: "save it as CSV UTF-8"}
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
			return nil, &TableError{File: file, Line: pe.Line, Why: pe.Err.Error(), Remedy: "put fields with commas or quotes in quotes, and double the quotes inside"}
		}
		if err != nil {
			return nil, fmt.Errorf("read area table %s: %w", file, err)
		}
		number, _ := cr.FieldPos(0)
		all = append(all, line{number, fields})
	}
}

func readSheet(file string, data []byte) ([]line, error) {
	broken := func(err error) error {
		return &TableError{File: file, Why: "can't be read as a workbook: " + err.Error(), Remedy: "save it as xlsx or as CSV UTF-8"}
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: MaxTableBytes, UnzipXMLSizeLimit: MaxTableBytes, RawCellValue: true})
	if err != nil {
		return nil, broken(err)
	}
	defer func() { _ = book.Close() }() // only temporary files, of which there are none below the size limit
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, broken(errors.New("it has no sheet"))
	}
	rows, err := book.GetRows(sheets[0])
	if err != nil {
		return nil, broken(err)
	}
	var all []line
	for i, fields := range rows {
		if strings.TrimSpace(strings.Join(fields, "")) != "" {
			all = append(all, line{i + 1, fields})
		}
	}
	return all, nil
}

func newTable(file string, k Kind, raw []line) (*Table, error) {
	if len(raw) == 0 {
		return nil, &TableError{File: file, Why: "is empty", Remedy: "begin with the header " + Header(k)}
	}
	cols := columns(k)
	at, err := header(file, k, raw[0])
	if err != nil {
		return nil, err
	}
	t := &Table{Kind: k, File: file, Rows: make([]Row, 0, len(raw)-1)}
	seen := make(map[string]int, len(raw))
	for _, l := range raw[1:] {
		if len(l.fields) > len(raw[0].fields) {
			return nil, &TableError{File: file, Line: l.number, Why: fmt.Sprintf("has %d fields, the header has %d", len(l.fields), len(raw[0].fields)), Remedy: "remove the surplus fields, or quote the commas"}
		}
		row := Row{File: file, Line: l.number, Values: make([]string, len(cols))}
		for c := range cols {
			if at[c] >= 0 && at[c] < len(l.fields) {
				row.Values[c] = strings.TrimSpace(l.fields[at[c]])
			}
			if cols[c].required && row.Values[c] == "" {
				return nil, row.fault(k, c, "fill it in, or remove the line", "is empty")
			}
		}
		if strings.HasPrefix(row.Values[0], "#") {
			return nil, row.fault(k, 0, "remove it", "begins with #, which marks remarks")
		}
		key := k.key(row)
		if first, dup := seen[key]; dup {
			return nil, row.fault(k, 0, "keep one of them", "stands in line %d already", first)
		}
		seen[key] = row.Line
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// header finds the place of each column in the first line, -1 where an optional one is missing.
func header(file string, k Kind, first line) ([]int, error) {
	cols := columns(k)
	at := make([]int, len(cols))
	for c := range at {
		at[c] = -1
	}
	for i, name := range first.fields {
		name = strings.TrimSpace(name)
		known := name == ""
		for c, col := range cols {
			if name != col.chinese && !strings.EqualFold(name, col.english) {
				continue
			}
			if at[c] >= 0 {
				return nil, &TableError{File: file, Line: first.number, Column: name, Why: "stands twice in the header", Remedy: "remove one"}
			}
			at[c], known = i, true
		}
		if !known {
			return nil, &TableError{File: file, Line: first.number, Column: name, Why: "is no column of this table", Remedy: "the header is " + Header(k)}
		}
	}
	for c, col := range cols {
		if at[c] < 0 && col.required {
			return nil, &TableError{File: file, Line: first.number, Column: col.chinese, Why: "is missing in the header", Remedy: "the header is " + Header(k)}
		}
	}
	return at, nil
}

// Header is the Chinese header line of a kind's table.
func Header(k Kind) string {
	var names []string
	for _, c := range columns(k) {
		names = append(names, c.chinese)
	}
	return strings.Join(names, ",")
}

// list splits a field of several names: 甲|乙|丙.
func list(field string) []string {
	var all []string
	for s := range strings.SplitSeq(field, "|") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// yes reads a flag column; ok is false when it is neither empty nor a yes or no.
func yes(field string) (value, ok bool) {
	switch strings.ToLower(field) {
	case "", "否", "0", "no", "false":
		return false, true
	case "是", "1", "yes", "true":
		return true, true
	}
	return false, false
}
