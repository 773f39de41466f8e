package saved

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestWriteThenRead: inner JSON is a string on the line and itself again when read, with the signs that Kibana does
// not escape.
func TestWriteThenRead(t *testing.T) {
	search := Search{
		Title: "勉强命中", Columns: []string{"margin"}, Sort: [][2]string{{"margin", "asc"}},
		Meta: Meta{SearchSource: Text[Source]{Value: NewSource(`margin < 0.5 and not id : "a&b"`, SearchIndexRef)}},
	}
	object, err := New(TypeSearch, "s", search, []Reference{{Type: TypeDataView, ID: "v", Name: SearchIndexRef}})
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := Write(&line, []Object{object}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"searchSourceJSON":"{\"query\":{\"query\":\"margin < 0.5 and not id : \\\"a&b\\\"\"`, `"typeMigrationVersion":"8.0.0"`, `"managed":false`} {
		if !strings.Contains(line.String(), want) {
			t.Errorf("got %s\nwant %s in it", line.String(), want)
		}
	}
	objects, err := Read(&line)
	if err != nil || len(objects) != 1 || objects[0].Title() != search.Title {
		t.Fatalf("read back %+v, %v", objects, err)
	}
	back, err := Attributes[Search](&objects[0])
	if err != nil {
		t.Fatal(err)
	}
	if got, want := back.Meta.SearchSource.Value.Query, search.Meta.SearchSource.Value.Query; got != want {
		t.Errorf("query read back: got %+v, want %+v", got, want)
	}
}

// TestReadPassesOver: empty lines and the summary of an export are no objects.
func TestReadPassesOver(t *testing.T) {
	objects, err := Read(strings.NewReader("\n" + `{"type":"lens","id":"a","attributes":{}}` + "\r\n\n" + `{"exportedCount":1,"missingRefCount":0}` + "\n"))
	if err != nil || len(objects) != 1 || objects[0].ID != "a" {
		t.Errorf("got %+v, %v", objects, err)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	_, err := Read(strings.NewReader(`{"type":"lens","id":"a"}` + "\n{"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v, want the line", err)
	}
}

func TestAccessors(t *testing.T) {
	v := Visualization{
		LayerID: "l", MetricAccessor: "a", SecondaryAccessor: "b", Columns: []TableColumn{{"c"}}, XAccessor: "d", YAccessor: "e", ValueAccessor: "f",
		Layers: []VisualLayer{{LayerID: "m", XAccessor: "g", SplitAccessor: "h", Accessors: []string{"i"}, PrimaryGroups: []string{"j"}, Metrics: []string{"k"}}},
	}
	got := v.Accessors()
	if one, two := strings.Join(got["l"], ""), strings.Join(got["m"], ""); one != "abdefc" || two != "ghijk" {
		t.Errorf("got %q and %q, want every column of both layers", one, two)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"lens","id":"a","attributes":{"title":"x"}}` + "\n" + `{"exportedCount":1}`))
	f.Add([]byte(`{"type":"dashboard","id":"a","attributes":{"panelsJSON":"[]","optionsJSON":"{}"}}`))
	f.Fuzz(func(t *testing.T, ndjson []byte) {
		objects, err := Read(bytes.NewReader(ndjson))
		if err != nil {
			return
		}
		for i := range objects {
			o := &objects[i]
			_ = o.Title()
			board, err := Attributes[Dashboard](o)
			if err != nil {
				continue
			}
			if _, err := json.Marshal(board); err != nil {
				t.Errorf("what was read can't be written: %v", err)
			}
		}
	})
}
