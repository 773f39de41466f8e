package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"suqiu/hotline"
)

// maxWorkbookBytes bounds what a workbook may unpack to. Nothing of it is ever written to disk.
const maxWorkbookBytes = 256 << 20

// workbook reads the first sheet of an xlsx file whose rows have a known header.
type workbook struct {
	table
	rows *excelize.Rows
	row  int64
}

// newWorkbook opens a workbook; its times may be serial numbers.
func newWorkbook(src *Source, base *Input, content []byte) (w *workbook, failure *Error) {
	defer func() {
		if recover() != nil {
			w, failure = nil, errWorkbook("the parts of the workbook contradict each other")
		}
	}()
	file, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxWorkbookBytes, UnzipXMLSizeLimit: maxWorkbookBytes})
	if err != nil {
		return nil, errWorkbook("not a readable xlsx file")
	}
	props, err := file.GetWorkbookProps()
	if err != nil {
		return nil, errWorkbook("no properties")
	}
	date1904 := props.Date1904 != nil && *props.Date1904
	w = &workbook{table: table{src: src, base: base,
		parse: func(s string) (time.Time, hotline.Precision, error) { return parseSerial(s, date1904, src.zone()) }}}
	for _, sheet := range file.GetSheetList() {
		if w.rows, err = file.Rows(sheet); err != nil {
			return nil, errWorkbook("a sheet is missing")
		}
		for w.row = 1; w.row <= maxPreamble && w.rows.Next(); w.row++ {
			cells, err := w.rows.Columns()
			if err != nil {
				return nil, errWorkbook("a sheet can't be read")
			}
			if w.setHeader(cells) {
				if w.layout == layout12345 {
					w.format = XLSX12345
				}
				return w, nil
			}
		}
	}
	return nil, errNoHeader(src.Format)
}

func errWorkbook(why string) *Error {
	return &Error{Reason: ReasonSyntax, Format: XLSX12345, Why: why, Hint: "save it again as xlsx, or export it as CSV"}
}

// Next reads the next row. Cells missing at its end are empty.
func (w *workbook) Next() (item Item, err error) {
	defer func() {
		if recover() != nil {
			item, err = Item{Line: w.row, Err: errWorkbook("a row contradicts the workbook; the rest is not read")}, nil
			w.rows = nil
		}
	}()
	if w.rows == nil {
		return Item{}, io.EOF
	}
	for w.rows.Next() {
		w.row++
		cells, err := w.rows.Columns()
		if err != nil {
			return Item{Line: w.row, Err: errWorkbook("a row can't be read")}, nil
		}
		if blank(cells) || sameRow(cells, w.header) {
			continue
		}
		for len(cells) < len(w.header) {
			cells = append(cells, "")
		}
		raw, err := json.Marshal(cells)
		if err != nil {
			return Item{}, fmt.Errorf("keep row %d of the workbook: %w", w.row, err)
		}
		item := Item{Line: w.row, Raw: raw}
		item.Records, item.Err = w.record(cells)
		if item.Err != nil {
			item.Err.Place = strings.TrimSuffix(fmt.Sprintf("row %d, %s", w.row, item.Err.Place), ", ")
		}
		return item, nil
	}
	if err := w.rows.Error(); err != nil {
		return Item{}, fmt.Errorf("read the workbook: %w", err)
	}
	return Item{}, io.EOF
}
