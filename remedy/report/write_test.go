package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"suqiu/remedy"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMarkdownGolden(t *testing.T) {
	var out bytes.Buffer
	if err := Build(sample()).Markdown(&out); err != nil {
		t.Fatal(err)
	}
	const file = "testdata/weekly.md"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("differs from %s; see what changed and run with -update:\n%s", file, &out)
	}
}

// hostile is text that a page must not run, nor a workbook reckon.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>' | =cmd|'/c calc'!A1`

// Whatever is told, the page runs nothing and loads nothing.
func TestHostileText(t *testing.T) {
	in := sample()
	c := contact("95598", week46.From, 1)
	c.Area, c.Unit, c.Channel, c.Labels, c.Nature, c.Source = hostile+"/"+hostile, hostile, hostile, []string{hostile}, hostile, hostile
	in.Tally.Add(c)
	in.Area = ""
	in.Incidents[0].Latest.Told.Examples = []remedy.Example{{Text: hostile}}
	in.Incidents[0].Explains = []string{hostile}
	in.Incidents[0].Assignment.Owner.Name = hostile
	in.Labels = append(slices.Clone(labels), Label{Code: hostile, Name: hostile, Class: hostile, ClassName: hostile})
	r := Build(in)
	var page, text, book bytes.Buffer
	for _, err := range []error{r.HTML(&page), r.Markdown(&text), r.Workbook(&book)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, out := range map[string]string{"page": page.String(), "text": text.String()} {
		for _, bad := range []string{"<script", "<img", "<iframe"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	if n := strings.Count(page.String(), "&lt;script&gt;"); n < 5 {
		t.Errorf("the hostile text stands on the page %d times", n)
	}
	for _, outside := range []string{"http:", "https:", "src=", "url(", "@import", "href="} {
		if strings.Contains(strings.ReplaceAll(page.String(), "src=x onerror", ""), outside) {
			t.Errorf("the page holds %q", outside)
		}
	}
	opened, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	for _, sheet := range opened.GetSheetList() {
		rows, err := opened.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x := range row {
				cell, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if formula, err := opened.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Errorf("%s %s is the formula %q (%v)", sheet, cell, formula, err)
				}
			}
		}
	}
}

func TestWorkbook(t *testing.T) {
	r := Build(sample())
	var out bytes.Buffer
	if err := r.Workbook(&out); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"说明", "总体", "性质与热线", "一级分类", "二级分类", "地区", "下级地区", "承办单位", "渠道", "诉求性质", "责任方", "查实责任", "体验维度", "问题", "举例", "办理回访", "到期回访"}
	if got := book.GetSheetList(); !slices.Equal(got, want) {
		t.Errorf("sheets %q", got)
	}
	for cell, want := range map[string]string{"A2": "合计", "B2": fmt.Sprint(r.Total.Contacts), "C2": "1", "B3": "21", "H2": "-0.0454545454545454"} {
		got, err := book.GetCellValue("总体", cell, excelize.Options{RawCellValue: true})
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
		if kind, err := book.GetCellType("总体", cell); err != nil || (cell != "A2") != (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber) {
			t.Errorf("%s is of type %v (%v)", cell, kind, err)
		}
	}
	if shown, err := book.GetCellValue("总体", "H2"); err != nil || shown != "-4.5%" {
		t.Errorf("H2 is shown as %q (%v)", shown, err)
	}
}

// A week of which not all is known is a gap in the line, no zero.
func TestChartGap(t *testing.T) {
	c := drawLine(Build(sample()).All, 700, 200)
	if len(c.Lines) != 2 || len(c.Bands) != 2 || len(c.Dots) != Weeks-1 {
		t.Errorf("%d lines, %d bands, %d dots", len(c.Lines), len(c.Bands), len(c.Dots))
	}
	if !strings.Contains(c.Text, "数据不完整") {
		t.Errorf("%q says nothing of the gap", c.Text)
	}
	high := 0
	for _, d := range c.Dots {
		if d.High {
			high++
		}
	}
	if high == 0 {
		t.Error("no week stands out, although 32 were told where 20 were expected")
	}
}
