package dicts

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for name, test := range map[string]struct {
		data, text string
		bad        int
	}{
		"UTF-8":           {"a: 停电\n", "a: 停电\n", 0},
		"ByteOrderMark":   {"\uFEFFa: 停电\n", "a: 停电\n", 0},
		"Empty":           {"", "", 0},
		"GBK":             {"a: b\nc: \xcd\xa3\xb5\xe7\n", "a: b\nc: \xcd\xa3\xb5\xe7\n", 2},
		"UTF-16":          {"\xff\xfea\x00:\x00", "\xff\xfea\x00:\x00", 1},
		"UTF-16WithoutIt": {"\x00a\x00\n", "\x00a\x00\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			if text, bad := Text([]byte(test.data)); string(text) != test.text || bad != test.bad {
				t.Errorf("got %q and line %d, want %q and %d", text, bad, test.text, test.bad)
			}
		})
	}
}

// All YAML of dictionaries is read without a byte order mark, and only as UTF-8.
func TestDecodeText(t *testing.T) {
	if pairs, err := parsePairs([]byte("\uFEFFpairs: [{key: a, value: 停电}]")); err != nil || len(pairs) != 1 || pairs[0].Value != "停电" {
		t.Errorf("got %v, %v", pairs, err)
	}
	if _, err := parsePairs([]byte("pairs:\n  - {key: a, value: \xcd\xa3\xb5\xe7}")); err == nil || !strings.Contains(err.Error(), "第 2 行："+NotUTF8) {
		t.Errorf("got %v", err)
	}
}
