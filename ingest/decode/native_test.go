package decode

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"suqiu/hotline"
)

// decodeOne decodes a payload that must give one record.
func decodeOne(t *testing.T, src *Source, value string) Record {
	t.Helper()
	items := Decode(src, &Input{Value: []byte(value)})
	if len(items) != 1 || items[0].Err != nil || len(items[0].Records) != 1 {
		t.Fatalf("got %+v, want one record", items)
	}
	return items[0].Records[0]
}

// The published schema accepts what the decoder reads, and refuses every fixture that the decoder refuses; only
// depth is beyond a schema.
func TestNativeSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "call.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "native", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			failure := Decode(&Source{}, &Input{Value: content})[0].Err
			if failure != nil && failure.Reason == ReasonSize {
				return
			}
			if err := schema.Validate(doc); (err == nil) != (failure == nil) {
				t.Errorf("the schema says %v, the decoder %v", err, failure)
			}
		})
	}
}

// Every field that the decoder knows is in the schema, so that neither grows without the other.
func TestNativeSchemaIsComplete(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "call.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	n := native{doc: map[string]any{}, src: &Source{}, used: []string{}}
	n.record()
	n.take("source") // looked at only when present
	for _, name := range n.used {
		if _, ok := schema.Properties[name]; !ok {
			t.Errorf("the schema lacks %s", name)
		}
	}
	for name := range schema.Properties {
		if !slices.Contains(n.used, name) {
			t.Errorf("the decoder does not read %s", name)
		}
	}
}

// What the decoder does not know must never be read as the caller's words.
func TestNativeKeepsUnknownFieldsApart(t *testing.T) {
	r := decodeOne(t, &Source{}, `{"id":"a","source":"12345","received":"2026-07-02","text":"小区停电","labels":["outage.fault"],"nature":["报修"],"n":1.50,"extra":{"b":true}}`)
	want := map[string]string{"labels": `["outage.fault"]`, "nature": `["报修"]`, "n": "1.50", "b": "true"}
	for name, value := range want {
		if r.Call.Extra[name] != value {
			t.Errorf("extra[%s] is %q, want %q", name, r.Call.Extra[name], value)
		}
	}
	if len(r.Call.Extra) != len(want) {
		t.Errorf("extra is %v", r.Call.Extra)
	}
	if got := r.Call.Text(nil); got != "小区停电" {
		t.Errorf("text is %q", got)
	}
}

func TestNativeKind(t *testing.T) {
	const turns, text = `"turns":[{"role":"customer","text":"停电"}]`, `"text":"停电"`
	tests := []struct {
		name, fields string
		src          Source
		want         hotline.Kind
	}{
		{"told", `"hotline":"95598","kind":"message",` + text, Source{}, hotline.KindMessage},
		{"of the source", `"hotline":"95598",` + text, Source{Kind: hotline.KindMessage}, hotline.KindMessage},
		{"turns", `"hotline":"12345",` + turns, Source{}, hotline.KindCall},
		{"95598", `"hotline":"95598",` + text, Source{}, hotline.KindOrder},
		{"12398", `"hotline":"12398",` + text, Source{}, hotline.KindOrder},
		{"12345", `"hotline":"12345",` + text, Source{}, hotline.KindMessage},
		{"hotline of the source", text, Source{Hotline: hotline.Hotline12345}, hotline.KindMessage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := decodeOne(t, &tt.src, `{"id":"a","received":"2026-07-02",`+tt.fields+`}`)
			if r.Call.Kind != tt.want {
				t.Errorf("got %s, want %s", r.Call.Kind, tt.want)
			}
		})
	}
}

func TestTitle(t *testing.T) {
	tests := []struct {
		name, title, text string
		want              []string
	}{
		{"says more", "小区频繁停电", "请尽快处理", []string{"小区频繁停电", "请尽快处理"}},
		{"says the same", "关于小区频繁停电的问题", "我反映小区频繁停电，请处理", []string{"我反映小区频繁停电，请处理"}},
		{"is all there is", "小区频繁停电", "", []string{"小区频繁停电"}},
		{"none", "", "停电", []string{"停电"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := decodeOne(t, &Source{}, `{"留言编号":"1","留言时间":"2026-07-02 08:00","留言主题":"`+tt.title+`","留言详情":"`+tt.text+`","答复意见":"已收悉"}`)
			var got []string
			for _, turn := range r.Call.Turns {
				if turn.Role == hotline.RoleCustomer {
					got = append(got, turn.Text)
				}
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.text != "" && r.Call.Kind != hotline.KindMessage || r.Call.Title != tt.title {
				t.Errorf("got a %s with title %q", r.Call.Kind, r.Call.Title)
			}
		})
	}
}
