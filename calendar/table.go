package calendar

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// column is a column of a table: its Chinese and its English name, and whether a row must fill it.
type column struct {
	chinese, english string
	must             bool
}

// row is a line of a table, its fields in the order of the columns.
type row struct {
	line   int
	fields []string
}

// readTable reads a CSV table in UTF-8 whose first row names the columns; lines beginning with # are remarks.
func readTable(data []byte, columns []column) ([]row, error) {
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	reader.Comment = '#'
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	head, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty; the first row names the columns")
	}
	if err != nil {
		return nil, err
	}
	at := make([]int, len(columns))
	for i, c := range columns {
		at[i] = slices.IndexFunc(head, func(name string) bool {
			name = strings.TrimSpace(name)
			return name == c.chinese || strings.EqualFold(name, c.english)
		})
		if at[i] < 0 && c.must {
			return nil, fmt.Errorf("there is no column %s (%s)", c.chinese, c.english)
		}
	}
	var rows []row
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		r := row{line: line, fields: make([]string, len(columns))}
		for i, c := range columns {
			if at[i] >= 0 && at[i] < len(fields) {
				r.fields[i] = strings.TrimSpace(fields[at[i]])
			}
			if r.fields[i] == "" && c.must {
				return nil, fmt.Errorf("line %d: %s (%s) is empty", line, c.chinese, c.english)
			}
		}
		rows = append(rows, r)
	}
}

// readFolders reads the CSV files of a folder in each file system, one of an earlier file system replaced by one of the
// same name in a later one. Nil file systems and missing folders are passed over.
func readFolders(folder string, systems []fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, system := range systems {
		if system == nil {
			continue
		}
		names, err := fs.Glob(system, path.Join(folder, "*.csv"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(system, name)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			files[path.Base(name)] = data
		}
	}
	return files, nil
}

const dateLayout = "2006-01-02"

// date is a day without zone and clock.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}
