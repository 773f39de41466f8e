package cli

import (
	"strings"
	"testing"
)

func TestWriteTable(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows [][]string
		want string
	}{
		{"None", nil, ""},
		{"ChineseHeader", [][]string{{"主题", "积压"}, {"calls", "7"}}, "主题   积压\ncalls  7\n"},
		{"ChineseCell", [][]string{{"a", "x"}, {"供电", "y"}}, "a     x\n供电  y\n"},
		{"RowsOfOtherLengths", [][]string{{"a"}, {"bb", "x", "y"}}, "a\nbb  x  y\n"},
		{"EmptyCell", [][]string{{"", "x"}, {"b", ""}}, "   x\nb  \n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := writeTable(&b, tt.rows); err != nil {
				t.Fatal(err)
			}
			if b.String() != tt.want {
				t.Errorf("got %q, want %q", b.String(), tt.want)
			}
		})
	}
}
