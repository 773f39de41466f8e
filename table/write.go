package table

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Value is a cell of a sheet: words, or a number with the format in which it is shown.
type Value struct {
	Text   string
	Number float64
	Format string // of the number: 0, 0.0%; empty for words
}

// Text is a cell of words. It is never read as a formula.
func Text(words string) Value { return Value{Text: words} }

// Count is a cell of a whole number.
func Count(n int) Value { return Value{Text: fmt.Sprint(n), Number: float64(n), Format: "0"} }

// Sheet is a sheet of a workbook.
type Sheet struct {
	Name   string
	Header []string
	Rows   [][]Value // as long as the header
}

// Write writes a workbook (xlsx): the header of each sheet stands still, columns are as wide as what they hold, up to
// sixty letters.
func Write(w io.Writer, sheets []Sheet) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // only temporary files, of which there are none at this size
	styles := map[string]int{}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	for i := range sheets {
		if err := writeSheet(book, i, &sheets[i], bold, styles); err != nil {
			return fmt.Errorf("write sheet %s of the workbook: %w", sheets[i].Name, err)
		}
	}
	return book.Write(w)
}

// widest is how wide a column gets, in letters.
const widest = 60

func writeSheet(book *excelize.File, i int, s *Sheet, bold int, styles map[string]int) error {
	if i == 0 {
		if err := book.SetSheetName(book.GetSheetName(0), s.Name); err != nil {
			return err
		}
	} else if _, err := book.NewSheet(s.Name); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	header := make([]any, len(s.Header))
	for c, name := range s.Header {
		header[c] = excelize.Cell{StyleID: bold, Value: name}
		width := letters(name)
		for _, row := range s.Rows {
			width = max(width, letters(row[c].Text))
		}
		if err := out.SetColWidth(c+1, c+1, float64(min(widest, width+2))); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", header); err != nil {
		return err
	}
	for k, row := range s.Rows {
		line := make([]any, len(row))
		for c, v := range row {
			line[c] = v.Text
			if v.Format == "" {
				continue
			}
			style, known := styles[v.Format]
			if !known {
				if style, err = book.NewStyle(&excelize.Style{CustomNumFmt: &v.Format}); err != nil {
					return err
				}
				styles[v.Format] = style
			}
			line[c] = excelize.Cell{StyleID: style, Value: v.Number}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", k+2), line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// letters is how many Latin letters a text is as wide as.
func letters(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0x2e7f {
			n++
		}
	}
	return n
}
