package table

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What is written is read again: words as words, whatever they begin with, numbers as numbers.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := Write(&out, []Sheet{
		{Name: "人员", Header: []string{"工号", "姓名"}, Rows: [][]Value{{Text("J1"), Text("=1+1")}, {Count(7), {Text: "12.5%", Number: 0.125, Format: "0.0%"}}}},
		{Name: "空", Header: []string{"无"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Read(bytes.NewReader(out.Bytes()), "x.xlsx", people)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Values[1] != "=1+1" || rows[1].Values[0] != "7" || rows[1].Values[1] != "0.125" {
		t.Errorf("%+v", rows)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := book.GetCellFormula("人员", "B2"); err != nil || formula != "" {
		t.Errorf("words became the formula %q (%v)", formula, err)
	}
	if shown, err := book.GetCellValue("人员", "B3"); err != nil || shown != "12.5%" {
		t.Errorf("shown as %q (%v)", shown, err)
	}
}
