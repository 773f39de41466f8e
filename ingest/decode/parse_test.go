package decode

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzParseJSON compares whole values and the fields of objects with encoding/json, which decides what is JSON.
func FuzzParseJSON(f *testing.F) {
	for _, value := range []string{
		`{"id":"C-1","turns":[{"role":"agent","text":"您好"},{}],"n":-1.5e+3,"t":true,"f":false,"nothing":null}`,
		" { \"a\" :\t[ ] ,\r\n\"b\" : { } , \"c\" : [ 1 , 2 ] } ",
		`{"a":1,"a":2}`, `{"":{"":[]}}`, `"\"\\\u505c\ud83d\ude00\ud83d"`, `"\\"`, `["\\\\","\\\""]`, `0`, ` null `, "\"\xff\"", "{\"\xff\":[1]}",
	} {
		f.Add([]byte(value))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if checkJSON(value) != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(value))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if got := parseJSON(value); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %#v, want %#v", value, got, want)
		}
		var top map[string]json.RawMessage
		if err := json.Unmarshal(value, &top); err != nil {
			top = nil
		}
		if got := topFields(value); !reflect.DeepEqual(got, top) {
			t.Errorf("%q: got the fields %q, want %q", value, got, top)
		}
	})
}
