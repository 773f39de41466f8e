package area

import (
	"fmt"
	"io"
	"strings"

	"suqiu/table"
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

func (r Row) fault(k Kind, column int, hint, format string, args ...any) error {
	return &table.Error{File: r.File, Line: r.Line, Column: columns(k)[column].Chinese, Why: fmt.Sprintf(format, args...), Hint: hint}
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

func columns(k Kind) []table.Column {
	switch k {
	case Divisions:
		return []table.Column{table.Needed("代码", "code"), table.Needed("名称", "name"), table.Optional("上级", "parent"), table.Optional("级别", "level"),
			table.Optional("别名", "aliases"), table.Optional("歧义", "ambiguous")}
	case Grid:
		return []table.Column{table.Needed("单位编码", "code"), table.Needed("名称", "name"), table.Optional("上级", "parent"), table.Optional("级别", "level"),
			table.Optional("区划代码", "division")}
	case Units:
		return []table.Column{table.Needed("单位", "unit"), table.Optional("别名", "aliases"), table.Optional("单位编码", "code"), table.Optional("区划代码", "division")}
	case Places:
		return []table.Column{table.Needed("地名", "name"), table.Optional("别名", "aliases"), table.Needed("类别", "kind"), table.Needed("区划代码", "division"),
			table.Optional("权重", "weight"), table.Optional("歧义", "ambiguous")}
	case Accounts:
		return []table.Column{table.Needed("户号", "account"), table.Needed("单位编码", "code")}
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
// Load and Trees.Check. Errors are *table.Error, except those of reading r.
func ReadTable(r io.Reader, file string, k Kind) (*Table, error) {
	if columns(k) == nil {
		return nil, &table.Error{File: file, Why: fmt.Sprintf("there is no table %q", k), Hint: "name one of divisions, grid, units, places, accounts"}
	}
	rows, err := table.Read(r, file, columns(k))
	if err != nil {
		return nil, err
	}
	t := &Table{Kind: k, File: file, Rows: make([]Row, len(rows))}
	seen := make(map[string]int, len(rows))
	for i, read := range rows {
		row := Row(read)
		key := k.key(row)
		if first, dup := seen[key]; dup {
			return nil, row.fault(k, 0, "keep one of them", "stands in line %d already", first)
		}
		seen[key] = row.Line
		t.Rows[i] = row
	}
	return t, nil
}

// Header is the Chinese header line of a kind's table.
func Header(k Kind) string { return table.Header(columns(k)) }

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
