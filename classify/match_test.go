package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// naive finds the words of one sequence at each place by trying everything.
func naive(runes []rune, s sequence) []span {
	var found []span
	for i := range runes {
		start := i
		rest := s
		if s[0].number { // the longest number that ends where the literal begins
			rest = s[1:]
			for start > 0 && i-start < maxNumber && isNumber(runes[start-1]) {
				start--
			}
			if start == i {
				continue
			}
		}
		if end := naiveEnd(runes, i, rest); end >= 0 {
			found = append(found, span{int32(start), int32(end), 0, -1})
		}
	}
	return found
}

// naiveEnd is the nearest end of a match that begins at i, or -1.
func naiveEnd(runes []rune, i int, s sequence) int {
	if len(s) == 0 {
		return i
	}
	best := -1
	try := func(at int) {
		if end := naiveEnd(runes, at, s[1:]); end >= 0 && (best < 0 || end < best) {
			best = end
		}
	}
	p := s[0]
	switch {
	case p.isLiteral():
		if i+len(p.literal) <= len(runes) && string(runes[i:i+len(p.literal)]) == string(p.literal) {
			try(i + len(p.literal))
		}
	case p.isClass():
		if i < len(runes) && slices.Contains(p.class, runes[i]) {
			try(i + 1)
		}
	case p.number:
		for n := 1; n <= maxNumber && i+n <= len(runes) && isNumber(runes[i+n-1]); n++ {
			try(i + n)
		}
	default:
		for n := 0; n <= p.max && i+n <= len(runes); n++ {
			if n > 0 && endsSentence(runes[i+n-1]) {
				break
			}
			if n >= p.min {
				try(i + n)
			}
		}
	}
	return best
}

// The matcher finds exactly the words that a naive search finds, on texts and patterns of few characters, so that
// overlaps, prefixes and repeated words are common.
func TestMatchEqualsNaive(t *testing.T) {
	item := rapid.SampledFrom([]string{"停", "电", "了", "三", "[停断]", "(停电|断)", "(了|)", "电?", "*", "{1,2}", "#", "😀"})
	rapid.Check(t, func(t *rapid.T) {
		var groups [][]sequence
		for range rapid.IntRange(1, 6).Draw(t, "groups") {
			pattern := strings.Join(rapid.SliceOfN(item, 1, 5).Draw(t, "pattern"), "")
			if sequences, err := expandPattern(pattern, folder{}); err == nil {
				groups = append(groups, sequences)
			}
		}
		text := []rune(rapid.StringOfN(rapid.SampledFrom([]rune("停电了断三，。\n😀")), 0, 40, -1).Draw(t, "text"))
		got := make([][]span, len(groups))
		matcherOf(groups).match(&search{}, text, func(g, start, end int32) { got[g] = append(got[g], span{start, end, 0, -1}) })
		for g, sequences := range groups {
			var want []span
			for _, s := range sequences {
				want = append(want, naive(text, s)...)
			}
			if w, g := fmt.Sprint(sortSpans(want)), fmt.Sprint(sortSpans(got[g])); w != g {
				t.Fatalf("%q: got %s, want %s", string(text), g, w)
			}
		}
	})
}

// Every word of a large set is found in a text of all of them, and no other.
func TestMatchLargeSet(t *testing.T) {
	var groups [][]sequence
	var text []rune
	for _, w := range testSegmenter().lexicon.Words {
		groups = append(groups, []sequence{{{literal: []rune(w.Text)}}})
	}
	for i := range 5000 {
		groups = append(groups, []sequence{{{literal: []rune(fmt.Sprintf("电%d表", i))}}})
	}
	for _, g := range groups {
		text = append(append(text, g[0][0].literal...), '。')
	}
	found := make([]int, len(groups))
	matcherOf(groups).match(&search{}, text, func(g, start, end int32) {
		found[g]++
		if got, want := string(text[start:end]), string(groups[g][0][0].literal); got != want {
			t.Fatalf("group %d found %q, want %q", g, got, want)
		}
	})
	for g, n := range found {
		if n != 1 {
			t.Errorf("%s is found %d times", string(groups[g][0][0].literal), n)
		}
	}
}

func TestSortSpansKeepsOneOfEach(t *testing.T) {
	got := sortSpans([]span{{4, 5, 0, -1}, {1, 3, 0, -1}, {1, 2, 0, -1}, {4, 5, 0, -1}})
	if want := []span{{1, 2, 0, -1}, {1, 3, 0, -1}, {4, 5, 0, -1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
