package classify

import (
	"fmt"
	"slices"
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
			pattern := ""
			for _, i := range rapid.SliceOfN(item, 1, 5).Draw(t, "pattern") {
				pattern += i
			}
			if sequences, err := expandPattern(pattern, folder{}); err == nil {
				groups = append(groups, sequences)
			}
		}
		text := []rune(rapid.StringOfN(rapid.SampledFrom([]rune("停电了断三，。\n😀")), 0, 40, -1).Draw(t, "text"))
		got := make([][]span, len(groups))
		newMatcher(groups).match(text, func(g, start, end int32) { got[g] = append(got[g], span{start, end, 0, -1}) })
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

// Every literal of a large set is found, and no other.
func TestTrie(t *testing.T) {
	var literals [][]rune
	for _, w := range testSegmenter().lexicon.Words {
		literals = append(literals, []rune(w.Text))
	}
	for i := range 5000 {
		literals = append(literals, []rune(fmt.Sprintf("电%d表%d", i, i*7)))
	}
	trie := newTrie(literals)
	for id, l := range literals {
		state, ok := int32(0), true
		for _, r := range l {
			if state, ok = trie.next(state, r); !ok {
				t.Fatalf("%s is not found", string(l))
			}
		}
		if trie.states[state].value != int32(id) {
			t.Fatalf("%s is %d, want %d", string(l), trie.states[state].value, id)
		}
		if _, ok := trie.next(state, '无'); ok {
			t.Fatalf("%s goes on with a character of no literal", string(l))
		}
	}
	if n := len(trie.states); n > 4*5000*10 {
		t.Errorf("%d states for %d literals", n, len(literals))
	}
	values := 0
	for _, s := range trie.states {
		if s.value >= 0 {
			values++
		}
	}
	if values != len(literals) {
		t.Errorf("%d values, want %d", values, len(literals))
	}
}

func TestSortSpansKeepsOneOfEach(t *testing.T) {
	got := sortSpans([]span{{4, 5, 0, -1}, {1, 3, 0, -1}, {1, 2, 0, -1}, {4, 5, 0, -1}})
	if want := []span{{1, 2, 0, -1}, {1, 3, 0, -1}, {4, 5, 0, -1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
