package decode

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the wanted records beside the fixtures; read them before keeping them")

// wanted is one item as the .want file beside a fixture tells it.
type wanted struct {
	Line    int64    `json:"line"`
	Error   string   `json:"error,omitempty"`
	Records []Record `json:"records,omitempty"`
}

// TestFixtures decodes each fixture twice, with its format recognised and named, and compares with what is written
// beside it. Fixtures hold one fault each and are named for it.
func TestFixtures(t *testing.T) {
	formats := map[string]map[string]Format{
		"native":     {".json": Native},
		"95598-json": {".json": Order95598},
		"95598-tsv":  {".tsv": Table95598},
		"12345-csv":  {".csv": CSV12345},
		"12345-json": {".json": JSON12345},
		"12345-xlsx": {".xlsx": XLSX12345},
		"12398":      {".json": Order12398, ".csv": Order12398},
	}
	for dir, byExt := range formats {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < 7 {
			t.Errorf("%s has only %d fixtures", dir, len(files))
		}
		for _, file := range files {
			format, ok := byExt[filepath.Ext(file)]
			if !ok {
				continue
			}
			t.Run(dir+"/"+filepath.Base(file), func(t *testing.T) {
				named := readFixture(t, file, format)
				want := file + ".want"
				if *update {
					if err := os.WriteFile(want, named, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				expected, err := os.ReadFile(want)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(named, expected) {
					t.Errorf("got\n%s\nwant\n%s", named, expected)
				}
				// A fault may keep the format from being recognised; what is read must be the same.
				if bytes.Contains(named, []byte(`"error"`)) {
					return
				}
				if auto := readFixture(t, file, Auto); !bytes.Equal(auto, named) {
					t.Errorf("recognised, it reads\n%s\nnamed, it reads\n%s", auto, named)
				}
			})
		}
	}
}

// readFixture decodes a fixture as a Kafka payload and, to compare, as a file.
func readFixture(t *testing.T, file string, format Format) []byte {
	t.Helper()
	value, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	src := &Source{Format: format}
	in := &Input{Value: value, Arrived: time.Date(2026, 11, 28, 12, 0, 0, 0, src.zone())}
	var items []wanted
	for _, item := range Decode(src, in) {
		w := wanted{Line: item.Line, Records: item.Records}
		if item.Err != nil {
			w.Error = item.Err.Error()
		}
		for _, r := range item.Records {
			if err := r.Call.Check(); err != nil {
				t.Errorf("line %d: a record that can't be stored: %v", item.Line, err)
			}
		}
		items = append(items, w)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(items); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}
