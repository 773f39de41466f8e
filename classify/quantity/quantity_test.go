package quantity

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, test := range []struct {
		text string
		want float64
		rest string
	}{
		{"12", 12, ""}, {"1.5万", 15000, ""}, {"3.", 3, "."}, {"三", 3, ""}, {"两", 2, ""}, {"俩", 2, ""}, {"幺", 1, ""}, {"半", 0.5, ""},
		{"十", 10, ""}, {"十二", 12, ""}, {"二十", 20, ""}, {"二十五", 25, ""}, {"一百零二", 102, ""}, {"一百二", 120, ""}, {"一百二十", 120, ""},
		{"两千三", 2300, ""}, {"一万二", 12000, ""}, {"三万零五百", 30500, ""}, {"二二零", 220, ""}, {"幺九八", 198, ""},
		{"几", 3, ""}, {"十几", 13, ""}, {"几百", 300, ""}, {"两三", 2, ""}, {"三五", 3, ""}, {"十七八", 17, ""}, {"二三十", 20, ""}, {"数十", 30, ""},
		{"三百多", 300, "多"}, {"两亿", 200_000_000, ""}, {"一千次", 1000, "次"},
	} {
		t.Run(test.text, func(t *testing.T) {
			runes := []rune(test.text)
			value, end, ok := Number(runes, 0)
			if !ok || value != test.want || string(runes[end:]) != test.rest {
				t.Errorf("got %v, rest %q, %v; want %v, rest %q", value, string(runes[end:]), ok, test.want, test.rest)
			}
		})
	}
	for _, text := range []string{"", "多", "次", "."} {
		if value, _, ok := Number([]rune(text), 0); ok {
			t.Errorf("%q is read as the number %v", text, value)
		}
	}
}

// Reading never goes beyond the text and, where it succeeds, moves on.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"三块五", "一万二千亿次", "2026年", "十几个半月", "8:15", "几数十百万", "1.5kv"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		runes := []rune(text)
		for kind := range Kinds {
			for i := range runes {
				value, end, ok := Read(runes, i, kind)
				if ok && (end <= i || end > len(runes) || math.IsNaN(value) || value < 0) {
					t.Fatalf("%q at %d: %v to %d", text, i, value, end)
				}
			}
		}
	})
}
