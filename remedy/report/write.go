package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// mark keeps text from being read as Markdown or HTML.
var mark = strings.NewReplacer("\\", "\\\\", "|", "\\|", "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "&", "&amp;", "#", "\\#", "!", "\\!")

// Markdown writes the bulletin as Markdown.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s　%s　编制于 %s\n", mark.Replace(r.Title), r.Period, mark.Replace(areaName(r.Area)), r.at(r.Made))
	if len(r.Gaps) > 0 {
		b.WriteString("\n> **数据说明**\n")
		for _, gap := range r.Gaps {
			fmt.Fprintf(&b, "> - %s\n", mark.Replace(gap))
		}
	}
	for _, s := range r.sections() {
		fmt.Fprintf(&b, "\n## %s\n\n", mark.Replace(s.Title))
		for _, note := range s.Notes {
			fmt.Fprintf(&b, "- %s\n", mark.Replace(note))
		}
		if len(s.Rows) == 0 {
			continue
		}
		if len(s.Notes) > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "| %s |\n|", strings.Join(s.Header, " | "))
		for i := range s.Header {
			b.WriteString(map[bool]string{true: " ---: |", false: " --- |"}[s.numeric(i)])
		}
		b.WriteString("\n")
		for _, row := range s.Rows {
			b.WriteString("|")
			for _, c := range row {
				text := mark.Replace(c.Text)
				if c.Warn {
					text = "**" + text + "**"
				}
				b.WriteString(" " + text + " |")
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// numeric reports whether a column holds numbers.
func (s *section) numeric(column int) bool {
	for _, row := range s.Rows {
		if row[column].Numeric() || row[column].right {
			return true
		}
	}
	return false
}

// Right reports for the page whether a column stands to the right.
func (s section) Right(column int) bool { return s.numeric(column) }

//go:embed page.html
var page string

// HTML writes the bulletin as one page that needs nothing else: no script, no picture, no font; it prints on A4. All text is escaped.
func (r *Report) HTML(w io.Writer) error {
	made, err := template.New("page").Parse(page)
	if err != nil {
		return fmt.Errorf("read the page of the bulletin: %w", err)
	}
	return made.Execute(w, struct {
		*Report
		When, Area, At string
		Sections       []section
	}{r, r.Period.String(), areaName(r.Area), r.at(r.Made), r.sections()})
}

// Workbook writes the bulletin as an xlsx workbook, a sheet a table, numbers as numbers.
func (r *Report) Workbook(w io.Writer) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // only temporary files, of which there are none at this size
	styles, err := newStyles(book)
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	all := r.sections()
	cover := section{Sheet: "说明", Header: []string{r.Title}, Rows: [][]tableCell{{word(r.Period.String())}, {word(areaName(r.Area))}, {word("编制于 " + r.at(r.Made))}}}
	for _, gap := range r.Gaps {
		cover.Rows = append(cover.Rows, []tableCell{word("数据说明：" + gap)})
	}
	for _, line := range r.Highlights {
		cover.Rows = append(cover.Rows, []tableCell{word(line)})
	}
	sheets := []section{cover}
	for _, s := range all {
		if len(s.Header) > 0 {
			sheets = append(sheets, s)
		}
	}
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), s.Sheet)
		} else {
			_, err = book.NewSheet(s.Sheet)
		}
		if err == nil {
			err = writeSheet(book, &s, styles)
		}
		if err != nil {
			return fmt.Errorf("write sheet %s: %w", s.Sheet, err)
		}
	}
	return book.Write(w)
}

// styles of a workbook, by the kind of the cell.
type styles struct {
	header int
	of     map[cellKind]int
}

func newStyles(book *excelize.File) (styles, error) {
	s := styles{of: map[cellKind]int{}}
	var err error
	if s.header, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return s, err
	}
	for kind, format := range map[cellKind]string{countCell: "0", shareCell: "0.0%", changeCell: "+0.0%;-0.0%;0.0%"} {
		if s.of[kind], err = book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return s, err
		}
	}
	return s, nil
}

// writeSheet writes a table. Text is always written as text, never as a formula.
func writeSheet(book *excelize.File, s *section, with styles) error {
	out, err := book.NewStreamWriter(s.Sheet)
	if err != nil {
		return err
	}
	widths := make([]int, len(s.Header))
	line := make([]any, len(s.Header))
	for i, name := range s.Header {
		line[i] = excelize.Cell{StyleID: with.header, Value: name}
		widths[i] = width(name)
	}
	for _, row := range s.Rows {
		for i, c := range row {
			widths[i] = max(widths[i], width(c.Text))
		}
	}
	for i, n := range widths {
		if err := out.SetColWidth(i+1, i+1, float64(min(60, n+2))); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", line); err != nil {
		return err
	}
	for k, row := range s.Rows {
		line := make([]any, len(row))
		for i, c := range row {
			line[i] = c.Text
			if c.Numeric() {
				line[i] = excelize.Cell{StyleID: with.of[c.kind], Value: c.number}
			}
		}
		if err := out.SetRow(fmt.Sprintf("A%d", k+2), line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// width is how many columns of Latin letters a text takes.
func width(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0x2e7f {
			n++
		}
	}
	return n
}
