package classify

import (
	"math"
	"slices"
	"testing"
)

func TestSounds(t *testing.T) {
	table := soundTable()
	for _, pair := range [][2]rune{{'停', '亭'}, {'压', '鸭'}, {'率', '律'}, {'绿', '率'}} {
		if !slices.ContainsFunc(table.readings[pair[0]], func(id rune) bool { return slices.Contains(table.readings[pair[1]], id) }) {
			t.Errorf("%c and %c have no syllable in common", pair[0], pair[1])
		}
	}
	for _, test := range []struct {
		a, b  rune
		alike bool
	}{{'桩', '专', true}, {'您', '林', true}, {'张', '站', true}, {'停', '挺', true}, {'停', '电', false}, {'费', '会', false}} {
		if got := slices.Contains(table.alike[table.of(test.a)], table.of(test.b)); got != test.alike {
			t.Errorf("%c and %c alike: %v", test.a, test.b, got)
		}
	}
	for _, r := range []rune{'a', '。', '1', '\n', unseen, -1, '😀'} {
		if id := table.of(r); id != 0 {
			t.Errorf("%q sounds like %q", r, id)
		}
	}
	// The syllables of Standard Chinese without tones are about four hundred; a tone mark left on would make more.
	if n := len(table.alike); n < 380 || n > 440 {
		t.Errorf("%d syllables", n)
	}
}

// A rule that fires only by what sounds like its words weighs less and marks them; words as they are written take precedence.
// It gives its label wherever it would as they are written.
func TestFuzzyHitsWeighLess(t *testing.T) {
	for _, test := range []struct {
		name, rule, text string
		weight           float64
		fuzzy            bool
	}{
		{"written", "weight: 1.5\n    when: g\n    groups: {g: {any: 变压器, pinyin: toneless}}", "变压器坏了", 1.5, false},
		{"own word", "weight: 1.5\n    when: g\n    groups: {g: {any: 变压器, pinyin: toneless}}", "变鸭器坏了", 1.2, true},
		{"both", "weight: 1.5\n    when: g\n    groups: {g: {any: 变压器, pinyin: toneless}}", "变鸭器坏了，那个变压器", 1.5, false},
		{"no less than the threshold", "when: g\n    groups: {g: {any: 变压器, pinyin: toneless}}", "变鸭器坏了", 1, true},
		{"term", "weight: 1.5\n    when: 「国网」", "网上国旺打不开", 1.2, true},
		{"term, no less than the threshold", "when: 「国网」", "网上国旺打不开", 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, testFS("rules:\n  - id: r\n    label: a.one\n    "+test.rule+"\n"))
			a := rs.Analyze(message(test.text))
			if len(a.Labels) != 1 || math.Abs(a.Labels[0].Weight-test.weight) > 1e-9 {
				t.Fatalf("%+v", a.Labels)
			}
			if hits := a.Labels[0].Hits; len(hits) != 1 || hits[0].Fuzzy != test.fuzzy {
				t.Errorf("%+v", hits)
			}
		})
	}
}
