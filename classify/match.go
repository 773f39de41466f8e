package classify

import (
	"cmp"
	"math/bits"
	"slices"
)

// span is a stretch of the document's characters that a group matched, or a pair of spans joined by near.
type span struct {
	start, end int32
	group      int32 // of the matcher; -1 for a pair
	pair       int32 // of the scratch; -1 for a group's
}

// matcher finds the words of all groups in one pass. It is a tree of all sequences, begun alike shared: from a node a
// character, a gap or a number leads on. Characters are known by class: each that stands in a pattern has one of its
// own, all others share none (0).
type matcher struct {
	classes []uint16        // of the basic plane
	astral  map[rune]uint16 // of the planes above
	nodes   []node
	first   [][]int32 // by class: where sequences that begin with the character go on
	after   [][]int32 // the same for sequences that begin with a number before the character
	groups  int
}

// node is a place in the tree.
type node struct {
	bloom  uint64 // bit class%64 is set where an edge has the class
	edges  []edge // by class; several may have one class
	gaps   []gap
	number int32   // where a number leads, 0 for nowhere
	groups []int32 // whose words end here
}

type edge struct {
	class uint16
	to    int32
}

type gap struct {
	min, max int
	to       int32
}

// newMatcher compiles the sequences of each group.
func newMatcher(groups [][]sequence) *matcher {
	m := &matcher{classes: make([]uint16, 1<<16), astral: map[rune]uint16{}, nodes: make([]node, 1), groups: len(groups)}
	b := &treeBuilder{matcher: m, byChar: map[charKey]int32{}, byPart: map[partKey]int32{}, used: 1}
	for g, sequences := range groups {
		for _, s := range sequences {
			b.add(int32(g), s)
		}
	}
	for i := range m.nodes {
		slices.SortStableFunc(m.nodes[i].edges, func(a, b edge) int { return cmp.Compare(a.class, b.class) })
	}
	return m
}

// charKey is the way from a node by one character.
type charKey struct {
	from int32
	char rune
}

// partKey is the way from a node by a class (as text), a gap, or a number.
type partKey struct {
	from     int32
	class    string
	min, max int
}

type treeBuilder struct {
	*matcher
	byChar map[charKey]int32
	byPart map[partKey]int32
	used   int // classes
}

// The roots are no nodes of the tree, so that their characters are found by a table.
const (
	rootFirst int32 = -1
	rootAfter int32 = -2
)

func (b *treeBuilder) add(group int32, s sequence) {
	at := rootFirst
	if s[0].number {
		at, s = rootAfter, s[1:]
	}
	for _, p := range s {
		switch {
		case p.isLiteral():
			for _, r := range p.literal {
				to, made := child(b, b.byChar, charKey{at, r})
				if made {
					b.step(at, to, r)
				}
				at = to
			}
		case p.isClass():
			class := slices.Compact(slices.Sorted(slices.Values(p.class)))
			to, made := child(b, b.byPart, partKey{from: at, class: string(class)})
			if made {
				b.step(at, to, class...)
			}
			at = to
		default:
			key := partKey{from: at, min: p.min, max: p.max}
			if p.number {
				key.min = -1 // no gap
			}
			to, made := child(b, b.byPart, key)
			switch {
			case !made:
			case p.number:
				b.nodes[at].number = to
			default:
				b.nodes[at].gaps = append(b.nodes[at].gaps, gap{p.min, p.max, to})
			}
			at = to
		}
	}
	n := &b.nodes[at]
	if len(n.groups) == 0 || n.groups[len(n.groups)-1] != group {
		n.groups = append(n.groups, group)
	}
}

// child finds the node that a way leads to, or makes it.
func child[K comparable](b *treeBuilder, known map[K]int32, key K) (to int32, made bool) {
	if to, ok := known[key]; ok {
		return to, false
	}
	to = int32(len(b.nodes))
	b.nodes = append(b.nodes, node{})
	known[key] = to
	return to, true
}

// step lets each of the characters lead from one node to another.
func (b *treeBuilder) step(at, to int32, runes ...rune) {
	for _, r := range runes {
		c := b.classFor(r)
		switch at {
		case rootFirst:
			b.first[c] = append(b.first[c], to)
		case rootAfter:
			b.after[c] = append(b.after[c], to)
		default:
			from := &b.nodes[at]
			from.bloom |= 1 << (c % 64)
			from.edges = append(from.edges, edge{c, to})
		}
	}
}

// classFor gives the class of a character that stands in a pattern.
func (b *treeBuilder) classFor(r rune) uint16 {
	c := b.class(r)
	if c == 0 {
		c = uint16(b.used)
		b.used++
		if r < 1<<16 {
			b.classes[r] = c
		} else {
			b.astral[r] = c
		}
	}
	for len(b.first) <= int(c) {
		b.first, b.after = append(b.first, nil), append(b.after, nil)
	}
	return c
}

func (m *matcher) class(r rune) uint16 {
	if r < 1<<16 {
		return m.classes[r]
	}
	return m.astral[r]
}

// search is one run of the matcher over a text. Ends reached from one start are a set of bits, bit n for n characters
// after it, so the time at one place is bounded by the patterns whatever the text.
type search struct {
	runes   []rune
	classes []uint16
	found   func(group, start, end int32)
	at      int // where the sequence's first character stands
	start   int // the same, or where the number before it begins
	pending []arrival
}

type arrival struct {
	to  int32
	set uint64
}

// match calls found for every place where a group's word stands, in rising order of the place of its first character
// that is not of a leading number. At one place the shortest match of a sequence is taken. s keeps memory from run
// to run.
func (m *matcher) match(s *search, runes []rune, found func(group, start, end int32)) {
	s.runes, s.found = runes, found
	s.classes = s.classes[:0]
	for _, r := range runes {
		s.classes = append(s.classes, m.class(r))
	}
	for i, c := range s.classes {
		if c == 0 {
			continue
		}
		s.at, s.start = i, i
		for _, to := range m.first[c] {
			m.visit(s, to, 1<<1)
		}
		if len(m.after[c]) > 0 {
			if s.start = numberBefore(runes, i); s.start >= 0 {
				for _, to := range m.after[c] {
					m.visit(s, to, 1<<1)
				}
			}
		}
	}
	s.runes, s.found = nil, nil
}

// visit goes on from a node that was reached with the given ends.
func (m *matcher) visit(s *search, id int32, set uint64) {
	n := &m.nodes[id]
	for _, g := range n.groups {
		s.found(g, int32(s.start), int32(s.at+bits.TrailingZeros64(set)))
	}
	if n.bloom != 0 {
		from := len(s.pending)
		for rest := set; rest != 0; rest &= rest - 1 {
			k := bits.TrailingZeros64(rest)
			if s.at+k >= len(s.classes) {
				break
			}
			if c := s.classes[s.at+k]; n.bloom>>(c%64)&1 != 0 {
				s.arrive(n.edges, c, from, 1<<(k+1))
			}
		}
		for i := from; i < len(s.pending); i++ {
			m.visit(s, s.pending[i].to, s.pending[i].set)
		}
		s.pending = s.pending[:from]
	}
	for _, g := range n.gaps {
		if next := s.skip(set, g.min, g.max, func(r rune) bool { return !endsSentence(r) }); next != 0 {
			m.visit(s, g.to, next)
		}
	}
	if n.number != 0 {
		if next := s.skip(set, 1, maxNumber, isNumber); next != 0 {
			m.visit(s, n.number, next)
		}
	}
}

// arrive notes the nodes that a character of the class leads to; what was noted from index from on is of this visit.
func (s *search) arrive(edges []edge, class uint16, from int, end uint64) {
	i, _ := slices.BinarySearchFunc(edges, class, func(e edge, c uint16) int { return cmp.Compare(e.class, c) })
	for ; i < len(edges) && edges[i].class == class; i++ {
		known := slices.IndexFunc(s.pending[from:], func(a arrival) bool { return a.to == edges[i].to })
		if known >= 0 {
			s.pending[from+known].set |= end
			continue
		}
		s.pending = append(s.pending, arrival{edges[i].to, end})
	}
}

// skip gives the ends that least to most more characters reach, all of which must be allowed.
func (s *search) skip(set uint64, least, most int, allowed func(rune) bool) uint64 {
	var next uint64
	for ; set != 0; set &= set - 1 {
		k := bits.TrailingZeros64(set)
		for n := 0; n <= most; n++ {
			if n > 0 && (s.at+k+n > len(s.runes) || !allowed(s.runes[s.at+k+n-1])) {
				break
			}
			if n >= least {
				next |= 1 << (k + n)
			}
		}
	}
	return next
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
