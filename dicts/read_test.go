package dicts

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

type pair struct {
	Key, Value string
}

func parsePairs(data []byte) ([]pair, error) {
	var file struct{ Pairs []pair }
	err := Decode(data, &file)
	return file.Pairs, err
}

func pairsOf(text string) fstest.MapFS { return fstest.MapFS{"pairs.yaml": {Data: []byte(text)}} }

func TestEntries(t *testing.T) {
	read := func(base, overlay fstest.MapFS) ([]pair, error) {
		return Entries("the pairs", "pairs.yaml", parsePairs, func(p pair) string { return p.Key }, nil, base, fstest.MapFS{}, overlay)
	}
	base := pairsOf("pairs: [{key: a, value: 1}, {key: b, value: 2}]")
	got, err := read(base, pairsOf("pairs: [{key: c, value: 3}, {key: a, value: 4}]"))
	if want := []pair{{"a", "4"}, {"b", "2"}, {"c", "3"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for name, fault := range map[string]struct{ text, want string }{
		"Twice":      {"pairs: [{key: a}, {key: a}]", "read the pairs: pairs.yaml: entry 2: a is there twice"},
		"UnknownKey": {"pairs: [{key: a, colour: red}]", "colour"},
		"NoYAML":     {"pairs: [", "pairs.yaml"},
		"WrongTag":   {"pairs: !!int {}", "pairs.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(base, pairsOf(fault.text)); err == nil || !strings.Contains(err.Error(), fault.want) {
				t.Errorf("got %v, want %q", err, fault.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("pairs: [{key: a, value: 1}]"))
	f.Add([]byte("pairs: !!int {}"))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = parsePairs(data) })
}
