package table

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var people = []Column{Needed("工号", "id"), Optional("姓名", "name")}

const plain = "姓名,工号\n# 说明\n 张三 ,J1\n,J2\n"

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// However a table is encoded and its columns are ordered, the same rows come out.
func TestReadForms(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"UTF8":    []byte(plain),
		"Mark":    []byte("\xef\xbb\xbf" + plain),
		"GB18030": gb,
		"English": []byte("NAME,id\n张三,J1\n,J2\n"),
		"CRLF":    []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"XLSX":    workbook(t, []any{"姓名", "工号"}, []any{"张三", "J1"}, []any{}, []any{"", "J2"}),
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := Read(bytes.NewReader(data), "people", people)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 2 || !slices.Equal(rows[0].Values, []string{"J1", "张三"}) || !slices.Equal(rows[1].Values, []string{"J2", ""}) {
				t.Errorf("got %v", rows)
			}
			if rows[1].File != "people" || rows[1].Line < 3 {
				t.Errorf("the second row is said to stand in %s line %d", rows[1].File, rows[1].Line)
			}
		})
	}
}

func TestReadFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		data   string
		line   int
		column string
		why    string
	}{
		"Empty":         {"", 0, "", "is empty"},
		"ColumnMissing": {"姓名\n张三\n", 1, "工号", "is missing"},
		"ColumnUnknown": {"工号,年龄\nJ1,3\n", 1, "年龄", "is no column"},
		"ColumnTwice":   {"工号,id\nJ1,J2\n", 1, "id", "twice"},
		"ValueMissing":  {"工号,姓名\n,张三\n", 2, "工号", "is empty"},
		"SurplusField":  {"工号,姓名\nJ1,张三,李四\n", 2, "", "has 3 fields"},
		"BareQuote":     {"工号,姓名\nJ1,张\"三\n", 2, "", "bare"},
		"NoEncoding":    {"工号,姓名\n\xff\xff,\xff\n", 0, "", "neither UTF-8 nor GB18030"},
		"NoWorkbook":    {"PK\x03\x04nothing", 0, "", "can't be read as a workbook"},
		"RemarkAsValue": {"工号,姓名\n\"#J1\",张三\n", 2, "工号", "begins with #"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tc.data), "people.csv", people)
			var fault *Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			if fault.Line != tc.line || fault.Column != tc.column || !strings.Contains(fault.Why, tc.why) || fault.Hint == "" {
				t.Errorf("got line %d, column %q: %s; %s", fault.Line, fault.Column, fault.Why, fault.Hint)
			}
		})
	}
}

// Whatever is given, Read returns rows of the right width or an error, and a remark is never a row.
func FuzzRead(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte("工号\n\"J1\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := Read(bytes.NewReader(data), "x", people)
		if err != nil && rows != nil {
			t.Fatal("rows beside an error")
		}
		for _, r := range rows {
			if len(r.Values) != len(people) || r.Values[0] == "" || strings.HasPrefix(r.Values[0], "#") {
				t.Fatalf("row %q", r.Values)
			}
		}
	})
}
