package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"suqiu/table"
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

// HTML writes the bulletin as one page that needs nothing else: no script, no picture, no font; it prints on A4. All
// text is escaped.
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
	cover := table.Sheet{Name: "说明", Header: []string{r.Title}}
	for _, line := range slices.Concat([]string{r.Period.String(), areaName(r.Area), "编制于 " + r.at(r.Made)}, r.Gaps, r.Highlights) {
		cover.Rows = append(cover.Rows, []table.Value{table.Text(line)})
	}
	sheets := []table.Sheet{cover}
	for _, s := range r.sections() {
		if len(s.Header) == 0 {
			continue
		}
		sheet := table.Sheet{Name: s.Sheet, Header: s.Header}
		for _, row := range s.Rows {
			var values []table.Value
			for _, c := range row {
				values = append(values, table.Value{Text: c.Text, Number: c.number, Format: formats[c.kind]})
			}
			sheet.Rows = append(sheet.Rows, values)
		}
		sheets = append(sheets, sheet)
	}
	return table.Write(w, sheets)
}

// formats are how a workbook shows numbers; words have none.
var formats = [...]string{textCell: "", countCell: "0", shareCell: "0.0%", changeCell: "+0.0%;-0.0%;0.0%"}
