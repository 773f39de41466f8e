package area

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/ingest/decode"
	"suqiu/table"
)

func tableOf(t *testing.T, k Kind, content string) *Table {
	t.Helper()
	got, err := ReadTable(strings.NewReader(content), "user.csv", k)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCheck(t *testing.T) {
	trees := load(t, "jiangdong")
	t.Run("Diff", func(t *testing.T) {
		d, err := trees.Check(tableOf(t, Divisions, "代码,名称,级别\n990102,云桥新区,区县\n990103,青禾区,区县\n990108,河东区,\n"))
		if err != nil {
			t.Fatal(err)
		}
		want := "+ 第4行 990108,河东区,,,,\n" +
			"~ 第2行 990102 名称: \"云桥区\" → \"云桥新区\"\n" +
			"新增 1 行，修改 1 行，相同 1 行\n"
		if d.String() != want {
			t.Errorf("got\n%swant\n%s", d, want)
		}
	})
	// A row that is right in itself may break what is loaded.
	t.Run("ErrBreaksTree", func(t *testing.T) {
		_, err := trees.Check(tableOf(t, Divisions, "code,name\n990102,青禾区\n"))
		var te *table.Error
		if !errors.As(err, &te) || !strings.Contains(te.Why, "are both 江东省/临州市/青禾区") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrUnknownCode", func(t *testing.T) {
		_, err := trees.Check(tableOf(t, Units, "unit,code\n城北供电所,99409\n"))
		var te *table.Error
		if !errors.As(err, &te) || te.Line != 2 || te.Column != "单位编码" {
			t.Errorf("got %v", err)
		}
	})
	// Account numbers are personal data: the diff has numbers of rows only.
	t.Run("Accounts", func(t *testing.T) {
		d, err := trees.Check(tableOf(t, Accounts, "account,code\n77001*,99401010101\n77002*,99401010101\n8800000001,99401010101\n"))
		if err != nil {
			t.Fatal(err)
		}
		if want := "新增 1 行，修改 1 行，相同 1 行\n"; d.String() != want {
			t.Errorf("got %s, want %s", d, want)
		}
	})
	t.Run("ErrAccounts", func(t *testing.T) {
		_, err := trees.Check(tableOf(t, Accounts, "account,code\n8800000001,1\n"))
		if err == nil || strings.Contains(err.Error(), "8800000001") {
			t.Errorf("got %v", err)
		}
	})
}

// What is merged is laid over what is there, and locates records from then on.
func TestMerge(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "areas")
	for _, content := range []string{
		"单位,单位编码\n城北供电所,9940101\n城南供电所,9940101\n",
		"unit,code,aliases\n城南供电所,9940102,\"南所|城南所, 抢修班\"\n",
	} {
		name, err := tableOf(t, Units, content).Merge(dir)
		if err != nil || name != filepath.Join(dir, "units.csv") {
			t.Fatalf("got %s, %v", name, err)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "units.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := "单位,别名,单位编码,区划代码\n城北供电所,,9940101,\n城南供电所,\"南所|城南所, 抢修班\",9940102,\n"
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	trees, err := Load(Layer{dicts.Embedded(), "areas/jiangdong"}, Layer{os.DirFS(dir), "."})
	if err != nil {
		t.Fatal(err)
	}
	area := trees.Locate(&decode.Record{Place: decode.Place{Unit: "南所"}}, "")
	if area.Division != "江东省/临州市/青禾区" || area.Method != hotline.AreaByUnit {
		t.Errorf("got %+v", area)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files are left, want 1", len(entries))
	}
	// A file of the user's that can't be read is not overwritten.
	t.Run("ErrExistingBroken", func(t *testing.T) {
		name := filepath.Join(dir, "grid.csv")
		if err := os.WriteFile(name, []byte("人口\n1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := tableOf(t, Grid, "code,name\n1,甲\n").Merge(dir); err == nil {
			t.Error("no error")
		}
		if got, _ := os.ReadFile(name); string(got) != "人口\n1\n" {
			t.Errorf("it holds %q now", got)
		}
	})
}

func TestReadTableWorkbook(t *testing.T) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for i, row := range [][]any{{"户号", "单位编码"}, {"7700000001", "99401010101"}, {}, {7700000002, "99401010102"}} {
		if err := book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := ReadTable(&b, "user.xlsx", Accounts)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 2 || got.Rows[1].Line != 4 || got.Rows[1].Values[0] != "7700000002" {
		t.Errorf("got %+v", got.Rows)
	}
	t.Run("ErrBroken", func(t *testing.T) {
		_, err := ReadTable(strings.NewReader("PK\x03\x04 no workbook"), "user.xlsx", Accounts)
		var te *table.Error
		if !errors.As(err, &te) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrKind", func(t *testing.T) {
		if _, err := ReadTable(strings.NewReader("a\n"), "user.csv", "rivers"); err == nil {
			t.Error("no error")
		}
	})
}

// A table is refused or has one full row for each key; it never panics. Writing and reading it again gives the same rows.
func FuzzReadTable(f *testing.F) {
	for i, k := range Kinds {
		f.Add(i, []byte(Header(k)+"\n990000,江东省,,,,\n"))
		f.Add(i, []byte("\xef\xbb\xbfcode,name\r\n# remark\r\n99,\"a,\"\"b\"\r\n"))
		f.Add(i, []byte("PK\x03\x04"))
		f.Add(i, []byte("\xb5\xa5\xce\xbb,code\n\xb5\xa5,1\n"))
	}
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		if kind < 0 || kind >= len(Kinds) {
			return
		}
		k := Kinds[kind]
		got, err := ReadTable(bytes.NewReader(data), "fuzz.csv", k)
		if err != nil {
			var te *table.Error
			if !errors.As(err, &te) || te.Why == "" || te.Hint == "" {
				t.Fatalf("an error without why or remedy: %v", err)
			}
			return
		}
		keys := make(map[string]bool)
		for _, r := range got.Rows {
			if len(r.Values) != len(columns(k)) || r.Line < 1 {
				t.Fatalf("row %+v", r)
			}
			keys[k.key(r)] = true
		}
		if len(keys) != len(got.Rows) {
			t.Fatalf("%d keys of %d rows", len(keys), len(got.Rows))
		}
		name, err := got.Merge(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		saved, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = saved.Close() }()
		again, err := ReadTable(saved, "written.csv", k)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Rows) != len(got.Rows) {
			t.Fatalf("%d rows written of %d", len(again.Rows), len(got.Rows))
		}
	})
}
