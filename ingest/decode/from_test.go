package decode

import (
	"strings"
	"testing"
)

func TestFromValue(t *testing.T) {
	in := &Input{Key: []byte(" k-17 "), Headers: map[string]string{"call-id": "h-9"}, File: "2024/07/hz_20240701090000_0571.asr.json"}
	doc := parseJSON([]byte(`{"id": 42, "a": {"b": "x", "n": null}, "list": [{"key": "first"}, {"key": "second"}], "a.b": "whole", "t": true}`))
	for _, c := range []struct {
		from From
		doc  any
		want string
	}{
		{"", doc, ""},
		{"key", doc, "k-17"},
		{"header:call-id", doc, "h-9"},
		{"filename", doc, "hz_20240701090000_0571"},
		{`filename|_(\d{14})_`, doc, "20240701090000"},
		{`key|^k-(\d+)$`, doc, "17"},
		{"field:id", doc, "42"},
		{"field:list.1.key", doc, "second"},
		{"field:a.b", doc, "whole"},
		{"field:a.b", map[string]any{"a": map[string]any{"b": "x"}}, "x"},
		{"field:0.key", []any{map[string]any{"key": "top"}}, "top"},
		{"field:工单.编号", map[string]string{"工单.编号": "7"}, "7"},
		{`field:id|(4|5)`, doc, "4"},
	} {
		t.Run(string(c.from), func(t *testing.T) {
			got, err := c.from.value(in, c.doc)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestFromValueMissing(t *testing.T) {
	in := &Input{Key: []byte("\xff"), File: "call"}
	doc := parseJSON([]byte(`{"a": {"b": "x"}, "list": [1], "empty": " "}`))
	for _, c := range []struct {
		from   From
		reason Reason
	}{
		{"key", ReasonEncoding},
		{"header:none", ReasonField},
		{"field:none", ReasonField},
		{"field:a", ReasonField},
		{"field:empty", ReasonField},
		{"field:list.1", ReasonField},
		{"field:list.-1", ReasonField},
		{"field:list.x", ReasonField},
		{"field:a.b.c", ReasonField},
		{`filename|(\d+)`, ReasonField},
		{"topic", ReasonField},
	} {
		t.Run(string(c.from), func(t *testing.T) {
			got, err := c.from.value(in, doc)
			if got != "" || err == nil || err.Reason != c.reason || err.Place != string(c.from) || err.Hint == "" && c.reason != ReasonEncoding {
				t.Errorf("got %q, %v; want an error of reason %s that names the place and the remedy", got, err, c.reason)
			}
		})
	}
}

func TestFromValidate(t *testing.T) {
	for _, valid := range []From{"", "key", "filename", "field:a.b", "header:X", `filename|_(\d{14})_`, `key|a|(b)`} {
		if err := valid.validate(); err != nil {
			t.Errorf("%q: %v", valid, err)
		}
	}
	for invalid, why := range map[From]string{
		"field:": "names no field", "header": "names no header", "key:x": "takes no name", "filename:x": "takes no name",
		"topic": "begins with none", "|(x)": "begins with none", "key|(": "missing closing", `key|\d+`: "has no group",
	} {
		if err := invalid.validate(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want an error that says %q", invalid, err, why)
		}
	}
}

// FuzzFrom checks that no configured place panics and that none gives an empty value without an error.
func FuzzFrom(f *testing.F) {
	for _, from := range []string{"", "key", "field:a.0.b", `filename|_(\d{14})_`, "header:x|(", "field:|()", "|"} {
		f.Add(from, "0_20240701090000_1.json", `{"a": [{"b": 1}]}`)
	}
	f.Fuzz(func(t *testing.T, from, file, doc string) {
		in := &Input{File: file, Key: []byte(file), Headers: map[string]string{"x": file}}
		// parse, not value: the memo of value is for the few places of a configuration.
		s, err := From(from).parse()
		if err != nil {
			return
		}
		if found := s.lookup(in, parseJSON([]byte(doc))); found != strings.TrimSpace(found) && s.kind != "filename" {
			t.Errorf("%q gives %q, not trimmed", from, found)
		}
	})
}
