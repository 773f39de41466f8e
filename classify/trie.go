package classify

import (
	"slices"
)

// trie finds literals in a double array (双数组字典树) over classes of characters: each character that stands in a
// literal has a class, all others have none. From state s the class c leads to base[s]+c if check there is s.
type trie struct {
	classes []uint16        // of the basic plane; 0 for none
	astral  map[rune]uint16 // of the planes above
	states  []trieState
}

type trieState struct {
	base, check int32
	value       int32 // the literal that ends here, or -1
}

// newTrie builds the trie; the value of a literal is its index. The literals must be distinct and not empty.
func newTrie(literals [][]rune) *trie {
	t := &trie{classes: make([]uint16, 1<<16), astral: map[rune]uint16{}}
	t.assignClasses(literals)
	order := make([]int32, len(literals))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return slices.Compare(literals[a], literals[b]) })
	b := &trieBuilder{trie: t, literals: literals, free: 1}
	b.grow(1)
	t.states[0].check = 0
	b.build(0, order, 0)
	return t
}

// assignClasses numbers the characters, the most frequent first, which keeps the array dense.
func (t *trie) assignClasses(literals [][]rune) {
	count := map[rune]int{}
	for _, l := range literals {
		for _, r := range l {
			count[r]++
		}
	}
	runes := make([]rune, 0, len(count))
	for r := range count {
		runes = append(runes, r)
	}
	slices.SortFunc(runes, func(a, b rune) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return int(a - b)
	})
	for i, r := range runes {
		if r < 1<<16 {
			t.classes[r] = uint16(i + 1)
		} else {
			t.astral[r] = uint16(i + 1)
		}
	}
}

func (t *trie) class(r rune) int32 {
	if r < 1<<16 {
		return int32(t.classes[r])
	}
	return int32(t.astral[r])
}

// next is the state after r, or false.
func (t *trie) next(state int32, r rune) (int32, bool) {
	c := t.class(r)
	if c == 0 {
		return 0, false
	}
	n := t.states[state].base + c
	if int(n) >= len(t.states) || t.states[n].check != state {
		return 0, false
	}
	return n, true
}

type trieBuilder struct {
	*trie
	literals [][]rune
	free     int32 // no free state lies below
}

func (b *trieBuilder) grow(n int) {
	for len(b.states) < n {
		b.states = append(b.states, trieState{check: -1, value: -1})
	}
}

// build places the children of state, whose literals are those of order, sorted, all alike up to depth.
func (b *trieBuilder) build(state int32, order []int32, depth int) {
	if len(order) > 0 && len(b.literals[order[0]]) == depth {
		b.states[state].value = order[0]
		order = order[1:]
	}
	if len(order) == 0 {
		return
	}
	type child struct {
		class    int32
		from, to int
	}
	var children []child
	for i, id := range order {
		c := b.class(b.literals[id][depth])
		if n := len(children); n > 0 && children[n-1].class == c {
			children[n-1].to = i + 1
			continue
		}
		children = append(children, child{c, i, i + 1})
	}
	classes := make([]int32, len(children))
	for i, c := range children {
		classes[i] = c.class
	}
	base := b.findBase(classes)
	b.states[state].base = base
	for _, c := range classes {
		b.states[base+c].check = state
	}
	for _, c := range children {
		b.build(base+c.class, order[c.from:c.to], depth+1)
	}
}

// findBase finds the lowest base, at or above where the first child can be free, at which all children are free.
func (b *trieBuilder) findBase(classes []int32) int32 {
	least, most := slices.Min(classes), slices.Max(classes)
	for int(b.free) < len(b.states) && b.states[b.free].check >= 0 {
		b.free++
	}
	for base := max(b.free-least, 0); ; base++ {
		b.grow(int(base + most + 1))
		if !slices.ContainsFunc(classes, func(c int32) bool { return b.states[base+c].check >= 0 }) {
			return base
		}
	}
}
