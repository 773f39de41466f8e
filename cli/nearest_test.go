package cli

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"suqiu/classify"
)

func TestNearest(t *testing.T) {
	names := []string{
		"outage", "outage.fault", "outage.planned", "bill", "bill.high", "voltage.abnormal",
		"江东电力", "江东电力/临州供电公司", "江东电力/临州供电公司/城东供电所",
	}
	for _, tt := range []struct {
		name, word string
		want       []string
	}{
		{"Swapped", "outgae", []string{"outage"}},
		{"LetterMissing", "outge", []string{"outage"}},
		{"LastPart", "faultt", []string{"outage.fault"}},
		{"Part", "临州", []string{"江东电力/临州供电公司", "江东电力/临州供电公司/城东供电所"}},
		{"PartOfMany", "江东", []string{"江东电力", "江东电力/临州供电公司", "江东电力/临州供电公司/城东供电所"}},
		{"OtherCharacter", "城东供电站", []string{"江东电力/临州供电公司/城东供电所"}},
		{"Nothing", "weather", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearest(tt.word, names); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The distance is nothing only between equal words, the same both ways, and never more than the longer word.
func TestEditDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("停电ab")), 0, 6, -1)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := classify.EditDistance(a, b)
		if (d == 0) != (a == b) || d != classify.EditDistance(b, a) || d > max(len([]rune(a)), len([]rune(b))) {
			t.Errorf("%q to %q: %d", a, b, d)
		}
	})
}
