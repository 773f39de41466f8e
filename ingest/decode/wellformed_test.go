package decode

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWellFormed(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Object", ` {"id": "a\n\"b\"", "turns": [{"role":"customer"}, {}], "n": 12, "t": true, "f": false, "x": null, "z": 0} ` + "\n", true},
		{"Array", `[1,[],"" ]`, true},
		{"Deepest", nested(MaxDepth), true},
		{"TooDeep", nested(MaxDepth + 1), false},
		{"Empty", "", false},
		{"Cut", `{"id":"a"`, false},
		{"CutInEscape", `"\`, false},
		{"CutAfterColon", `{"id":`, false},
		{"Two", `{}{}`, false},
		{"CommaAtEnd", `[1,]`, false},
		{"NoColon", `{"a" 1}`, false},
		{"NameIsNumber", `{1:2}`, false},
		{"WrongBracket", `[1}`, false},
		{"LineBreakInString", "\"a\nb\"", false},
		{"UnknownEscape", `"\x"`, false},
		{"Word", `nul`, false},
		{"ZeroBefore", `01`, false},
		// Left to json.Valid.
		{"Fraction", `1.5`, false},
		{"Negative", `-1`, false},
		{"EscapeByNumber", `"\u4e2d"`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wellFormed([]byte(c.value)); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// FuzzWellFormed: what is surely well-formed is so for encoding/json too.
func FuzzWellFormed(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b\\",{"c":null}],"d":true}`, `[[],{}]`, `"\"`, `{"a":1}x`, "\"\x01\"", `10e3`, `01`, `truefalse`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if wellFormed(value) && !json.Valid(value) {
			t.Errorf("%q", value)
		}
	})
}
