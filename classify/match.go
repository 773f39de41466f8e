package classify

import (
	"math/bits"
	"slices"
)

// span is a stretch of the document's characters that a group matched, or a pair of spans joined by near.
type span struct {
	start, end int32
	group      int32 // of the matcher; -1 for a pair
	pair       int32 // of the scratch; -1 for a group's
}

// candidate is a sequence that begins with a literal: a number before it, what must follow, whose words it is.
type candidate struct {
	number bool // a number stands before the literal
	rest   sequence
	groups []int32
}

// matcher finds the words of all groups in one pass.
type matcher struct {
	trie       *trie
	candidates [][]candidate // by literal
	groups     int
}

// newMatcher compiles the sequences of each group.
func newMatcher(groups [][]sequence) *matcher {
	m := &matcher{groups: len(groups)}
	var literals [][]rune
	ids := map[string]int{}
	places := map[string][2]int{} // of a whole sequence: literal, candidate
	for g, sequences := range groups {
		for _, s := range sequences {
			number := s[0].number
			s = s[s.anchor():]
			key := sequenceKey(number, s)
			if at, ok := places[key]; ok {
				c := &m.candidates[at[0]][at[1]]
				if c.groups[len(c.groups)-1] != int32(g) {
					c.groups = append(c.groups, int32(g))
				}
				continue
			}
			id, ok := ids[string(s[0].literal)]
			if !ok {
				id = len(literals)
				ids[string(s[0].literal)] = id
				literals = append(literals, s[0].literal)
				m.candidates = append(m.candidates, nil)
			}
			places[key] = [2]int{id, len(m.candidates[id])}
			m.candidates[id] = append(m.candidates[id], candidate{number, s[1:], []int32{int32(g)}})
		}
	}
	m.trie = newTrie(literals)
	return m
}

func sequenceKey(number bool, s sequence) string {
	key := make([]rune, 0, 16)
	if number {
		key = append(key, -1)
	}
	for _, p := range s {
		switch { // the values from 0x110000 on are no characters
		case p.isLiteral():
			key = append(key, p.literal...)
		case p.isClass():
			key = append(append(append(key, 0x110300), p.class...), 0x110300)
		case p.number:
			key = append(key, 0x110200)
		default:
			key = append(key, 0x110000+rune(p.min), 0x110100+rune(p.max))
		}
	}
	return runeKey(key)
}

// runeKey writes values that need not be characters as a map key.
func runeKey(runes []rune) string {
	key := make([]byte, 0, 4*len(runes))
	for _, r := range runes {
		key = append(key, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
	}
	return string(key)
}

// match calls found for every place where a group's word stands, in rising order of the place of its first literal.
// At one place the shortest match of a sequence is taken.
func (m *matcher) match(runes []rune, found func(group, start, end int32)) {
	for i := range runes {
		state, ok := m.trie.next(0, runes[i])
		for at := i + 1; ok; at++ {
			if literal := m.trie.states[state].value; literal >= 0 {
				for _, c := range m.candidates[literal] {
					start, end := i, at
					if c.number {
						start = numberBefore(runes, i)
					}
					if start < 0 {
						continue
					}
					if len(c.rest) > 0 {
						if end = follow(runes, at, c.rest); end < 0 {
							continue
						}
					}
					for _, g := range c.groups {
						found(g, int32(start), int32(end))
					}
				}
			}
			if at == len(runes) {
				break
			}
			state, ok = m.trie.next(state, runes[at])
		}
	}
}

// numberBefore is where the number that ends at i begins, or -1.
func numberBefore(runes []rune, i int) int {
	start := i
	for start > 0 && i-start < maxNumber && isNumber(runes[start-1]) {
		start--
	}
	if start == i {
		return -1
	}
	return start
}

// follow matches the parts from position at on and gives the nearest end, or -1. Reachable ends are a set of bits, so
// the time is bounded by the parts and the span.
func follow(runes []rune, at int, parts sequence) int {
	reached := uint64(1)
	for _, p := range parts {
		var next uint64
		for set := reached; set != 0; set &= set - 1 {
			n := bits.TrailingZeros64(set)
			switch {
			case p.isLiteral():
				if from, to := at+n, at+n+len(p.literal); to <= len(runes) && slices.Equal(runes[from:to], p.literal) {
					next |= 1 << (n + len(p.literal))
				}
			case p.isClass():
				if i := at + n; i < len(runes) && slices.Contains(p.class, runes[i]) {
					next |= 1 << (n + 1)
				}
			case p.number:
				for k := 1; k <= maxNumber && at+n+k <= len(runes) && isNumber(runes[at+n+k-1]); k++ {
					next |= 1 << (n + k)
				}
			default:
				for k := 0; k <= p.max; k++ {
					if k > 0 && (at+n+k > len(runes) || endsSentence(runes[at+n+k-1])) {
						break
					}
					if k >= p.min {
						next |= 1 << (n + k)
					}
				}
			}
		}
		if next == 0 {
			return -1
		}
		reached = next
	}
	return at + bits.TrailingZeros64(reached)
}
