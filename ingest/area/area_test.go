package area

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/table"
)

// load reads tables that the binary ships.
func load(t testing.TB, sets ...string) *Trees {
	t.Helper()
	var layers []Layer
	for _, s := range sets {
		layers = append(layers, Layer{dicts.Embedded(), "areas/" + s})
	}
	trees, err := Load(layers...)
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

// Names that are common words, too, stand for no place by themselves.
func TestNames(t *testing.T) {
	trees, err := Load(Layer{fstest.MapFS{
		"divisions.csv": {Data: []byte("代码,名称,别名,歧义\n990000,江东省,,\n990100,临州市,,\n990102,青禾区,,\n990103,和平区,,是\n")},
	}, "."})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"临州市青禾区停电，青禾区一直停": "临州市 青禾区", "他们很和平": "", "": "",
	} {
		if got := strings.Join(trees.Names(text), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Every fault is reported with its file, line, column and remedy.
func TestLoadFaults(t *testing.T) {
	for fault, want := range map[string]string{
		"account-not-digits":      "accounts.csv line 2, column 户号: is no account number; write digits, with * at the end for all numbers that begin so",
		"account-unknown-code":    "accounts.csv line 2, column 单位编码: there is no unit 99; add it to the grid, or correct the code",
		"ambiguous-neither":       `divisions.csv line 2, column 歧义: "也许" is neither yes nor no; write 是 or leave it empty`,
		"bare-quote":              `divisions.csv line 2: bare " in non-quoted-field; put fields with commas or quotes in quotes, and double the quotes inside`,
		"code-not-digits":         `divisions.csv line 2, column 代码: "99A000" is no division code; write 6, 9 or 12 digits`,
		"code-seven-digits":       `divisions.csv line 3, column 代码: "9901000" is no division code; write 6, 9 or 12 digits`,
		"cycle":                   "is above itself; correct the parent",
		"duplicate-code":          "divisions.csv line 3, column 代码: stands in line 2 already; keep one of them",
		"empty-file":              "divisions.csv: is empty; begin with the header 代码,名称,上级,级别,别名,歧义",
		"grid-unknown-division":   "grid.csv line 2, column 区划代码: there is no division 990000; add it to the divisions, or correct the code",
		"header-column-missing":   "divisions.csv line 1, column 名称: is missing in the header; the header is 代码,名称,上级,级别,别名,歧义",
		"header-column-twice":     "divisions.csv line 1, column 名称: stands twice in the header; remove one",
		"header-column-unknown":   "divisions.csv line 1, column 人口: is no column of this table; the header is 代码,名称,上级,级别,别名,歧义",
		"name-with-slash":         `divisions.csv line 2, column 名称: has a "/", which joins the levels of a path; write the name alone`,
		"none-here":               "load area tables: there is none; put divisions.csv or grid.csv into the folder",
		"not-utf8-nor-gb18030":    "divisions.csv: is neither UTF-8 nor GB18030; save it as CSV UTF-8",
		"nothing-above":           "divisions.csv line 2, column 代码: nothing above 990102 is known; add the row of its city or province, or name the parent",
		"place-ambiguous-neither": `places.csv line 2, column 歧义: "也许" is neither yes nor no; write 是 or leave it empty`,
		"place-unknown-division":  "places.csv line 2, column 区划代码: there is no division 990102; add it to the divisions, or correct the code",
		"place-weight-no-number":  `places.csv line 2, column 权重: "重" is no weight; write a number above 0 and at most 10, or leave it empty`,
		"place-weight-zero":       `places.csv line 2, column 权重: "0" is no weight; write a number above 0 and at most 10, or leave it empty`,
		"remark-as-name":          "units.csv line 2, column 单位: begins with #, which marks remarks; remove it",
		"same-path":               "divisions.csv line 4, column 名称: 9901 and 9902 are both 江东省/临州市; tell them apart by name, or remove one",
		"surplus-field":           "divisions.csv line 2: has 4 fields, the header has 3; remove the surplus fields, or quote the commas",
		"too-deep":                "grid.csv line 12, column 上级: 99999999999 stands 11 levels deep, at most 10; leave out levels",
		"unit-name-twice":         "is a name of the unit in ",
		"unit-unknown-code":       "units.csv line 2, column 单位编码: there is no unit 99401; add it to the grid, or correct the code",
		"unit-without-place":      "units.csv line 2, column 单位编码: names no place; fill in the unit's code or its division",
		"unknown-parent":          "divisions.csv line 3, column 上级: there is no 980000; add its row, or correct the code",
		"value-missing":           "divisions.csv line 3, column 名称: is empty; fill it in, or remove the line",
	} {
		t.Run(fault, func(t *testing.T) {
			_, err := Load(Layer{os.DirFS("testdata/fault"), fault})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("got  %v\nwant %s", err, want)
			}
			var te *table.Error
			if fault != "none-here" && !errors.As(err, &te) {
				t.Errorf("%T is no *table.Error", err)
			}
		})
	}
	entries, err := os.ReadDir("testdata/fault")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 30 {
		t.Errorf("%d fixtures, 30 are tested", len(entries))
	}
}

func TestLoad(t *testing.T) {
	csv := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

	// English headers, a byte order mark, columns in any order, remarks.
	t.Run("EnglishHeader", func(t *testing.T) {
		trees, err := Load(Layer{fstest.MapFS{"divisions.csv": csv("\xef\xbb\xbf# example\nname,code\n江东省,99\n临州市,9901\n")}, "."})
		if err != nil {
			t.Fatal(err)
		}
		if n := trees.divisions.byCode["9901"]; n == nil || n.path != "江东省/临州市" || n.level != "市" {
			t.Errorf("got %+v", n)
		}
	})
	// Spreadsheets in China still write GB18030.
	t.Run("GB18030", func(t *testing.T) {
		trees, err := Load(Layer{fstest.MapFS{"divisions.csv": csv("code,name\n99,\xbd\xad\xb6\xab\xca\xa1\n")}, "."})
		if err != nil {
			t.Fatal(err)
		}
		if trees.divisions.byPath["江东省"] == nil {
			t.Error("江东省 is missing")
		}
	})
	// Sub-folders come after the folder itself, the user's folder last; rows are replaced by key.
	t.Run("Overlay", func(t *testing.T) {
		ours := fstest.MapFS{
			"divisions.csv":      csv("code,name\n99,江东省\n9901,临州市\n"),
			"b/divisions.csv":    csv("code,name\n990102,云桥区\n"),
			".old/divisions.csv": csv("code,name\n990102,旧区\n"),
		}
		users := fstest.MapFS{"divisions.csv": csv("code,name\n990100,临洲市\n990103,青禾区\n")}
		trees, err := Load(Layer{ours, "."}, Layer{}, Layer{ours, "not/there"}, Layer{users, "."})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"江东省/临洲市/云桥区", "江东省/临洲市/青禾区"} {
			if trees.divisions.byPath[path] == nil {
				t.Errorf("%s is missing", path)
			}
		}
		if trees.divisions.byPath["江东省/临州市"] != nil {
			t.Error("the replaced row is still there")
		}
	})
	t.Run("FolderMissing", func(t *testing.T) {
		if _, err := Load(Layer{fstest.MapFS{}, "areas"}); err == nil {
			t.Error("no error")
		}
	})
	// A parent may stand below its children in the table, and be named instead of built into the code.
	t.Run("NamedParent", func(t *testing.T) {
		trees, err := Load(Layer{fstest.MapFS{"grid.csv": csv("code,name,parent\nA7,城东供电所,X\nX,临州供电公司,\n")}, "."})
		if err != nil {
			t.Fatal(err)
		}
		if trees.grid.byPath["临州供电公司/城东供电所"] == nil {
			t.Error("the station is not below the company")
		}
	})
}

// The shipped tables load alone and together, and have what their README says.
func TestShippedTables(t *testing.T) {
	for set, want := range map[string]struct{ divisions, grid, accounts int }{
		"china":     {387, 0, 0},
		"haikou":    {53, 49, 0},
		"jiangdong": {179, 329, 154},
	} {
		t.Run(set, func(t *testing.T) {
			trees := load(t, set)
			if got := len(trees.divisions.byCode); got != want.divisions {
				t.Errorf("%d divisions, want %d", got, want.divisions)
			}
			if got := len(trees.grid.byCode); got != want.grid {
				t.Errorf("%d grid places, want %d", got, want.grid)
			}
			if got := len(trees.accounts.prefixes); got != want.accounts {
				t.Errorf("%d account ranges, want %d", got, want.accounts)
			}
			for code, n := range trees.grid.byCode {
				if n.linked() == nil {
					t.Errorf("grid place %s has no division", code)
				}
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		if _, err := Load(Layer{dicts.Embedded(), "areas"}); err != nil {
			t.Error(err)
		}
	})
}

// A division is stood for by the lowest grid place that holds all that name it.
func TestLink(t *testing.T) {
	trees := load(t, "jiangdong")
	for division, grid := range map[string]string{
		"江东省":         "江东电力",
		"江东省/临州市/云桥区": "江东电力/临州供电公司/云桥区供电公司",
		"江东省/临州市/云桥区/云桥街道/桥东社区": "江东电力/临州供电公司/云桥区供电公司/云桥供电所", // two transformer areas
		"江东省/临州市/云桥区/云桥街道/桥西社区": "江东电力/临州供电公司/云桥区供电公司/云桥供电所/桥西1号公变",
	} {
		n := trees.divisions.byPath[division]
		if n == nil || n.linked() == nil || n.linked().path != grid {
			t.Errorf("%s: got %+v, want %s", division, n.linked(), grid)
		}
	}
	if got := trees.grid.byPath["江东电力/临州供电公司/云桥区供电公司/云桥供电所/桥西1号公变/东片网格"].linked().path; got != "江东省/临州市/云桥区/云桥街道/桥西社区" {
		t.Errorf("the cell lies in %s", got)
	}
}

func TestTrimDivision(t *testing.T) {
	for code, want := range map[string]string{
		"460000": "46", "460100": "4601", "460106": "460106", "460106000": "460106", "460106001": "460106001",
		"460100000000": "4601", "460106001000": "460106001", "460106001001": "460106001001", "46": "46", "": "",
	} {
		if got := trimDivision(code); got != want {
			t.Errorf("%q: got %q, want %q", code, got, want)
		}
	}
}

func TestCommon(t *testing.T) {
	trees := load(t, "china", "jiangdong")
	at := func(path string) *node { return trees.divisions.byPath[path] }
	for _, c := range []struct{ a, b, want string }{
		{"江东省/临州市/云桥区", "江东省/临州市/青禾区", "江东省/临州市"},
		{"江东省/临州市/云桥区", "江东省/临州市", "江东省/临州市"},
		{"江东省/望海市", "江东省/望海市", "江东省/望海市"},
		{"江东省/临州市/云桥区", "江苏省", ""},
	} {
		got := common(at(c.a), at(c.b))
		if got != at(c.want) {
			t.Errorf("%s and %s: got %v, want %s", c.a, c.b, got, c.want)
		}
	}
	if len(hotline.Ancestors("江东省/临州市")) != at("江东省/临州市").depth {
		t.Error("depth and path disagree")
	}
}

func TestPathAndPlaces(t *testing.T) {
	trees := load(t, "jiangdong")
	const station = "江东电力/临州供电公司/云桥区供电公司/云桥供电所"
	for text, want := range map[string]string{"994010101": station, station: station, "990102": "江东省/临州市/云桥区", "990102000000": "江东省/临州市/云桥区", "江东省/临州市": "江东省/临州市"} {
		if got, known := trees.Path(text); !known || got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got, known := trees.Path("云桥"); known {
		t.Errorf("云桥 is %q", got)
	}
	if got := trees.Places(4); len(got) != 35 || got[0].Path != "江东电力" || got[0].Code != "99" {
		t.Errorf("%d places, first %v", len(got), got[0])
	}
}
