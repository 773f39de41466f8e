package calendar

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"time"

	"suqiu/table"
)

// readTable reads one file of a folder; its errors name both.
func readTable(folder, name string, data []byte, columns []table.Column) ([]table.Row, error) {
	return table.Read(bytes.NewReader(data), path.Join(folder, name), columns)
}

// wrong tells what a row gets wrong.
func wrong(r table.Row, column, hint, why string, args ...any) error {
	return &table.Error{File: r.File, Line: r.Line, Column: column, Why: fmt.Sprintf(why, args...), Hint: hint}
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
