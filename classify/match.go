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

// matcher finds the words of all groups in one pass. It is a tree of all sequences, what begins or ends alike shared:
// from a node a character, a gap or a number leads on. Characters are known by class: each that stands in a pattern has
// one of its own, all others share none (0). The nodes lie in a few plain rows, for the time goes where the memory is
// far.
type matcher struct {
	kinds  []uint32        // of the basic plane: the class and the marks
	astral map[rune]uint16 // classes of the planes above
	nodes  []node          // and one that only ends the last one's rows
	labels []uint16        // the class of each edge
	edges  []edge
	gaps   []gap
	ending []int32 // groups
	roots  []root  // by class
	leaps  bool    // some sequence has a gap or a number
	pairs  []uint64
}

// Marks of a character beside its class.
const (
	markWall   = 1 << 16 // ends a sentence
	markNumber = 1 << 17 // may stand in a number
)

// node is a place in the tree. Its edges, gaps and ending groups begin in the matcher's rows where told and end where
// the next node's begin.
type node struct {
	bloom               uint64 // bloomBit of each class on its edges
	edges, gaps, ending uint32
	number              int32 // where a number leads, 0 for nowhere
}

type edge struct {
	way int32 // of the node's edges: the same where one character or another is one step of a sequence
	to  int32
}

type gap struct {
	min, max uint8
	to       int32
}

// root is where sequences go on that begin with a character, or with a number before it.
type root struct {
	first, after start
}

// start is the nodes after a first character; those from plain on have nothing but edges.
type start struct {
	nodes []int32
	plain int
}

// pairWords is the size of the filter of pairs. A bit of it is set for each two classes that begin a sequence.
const pairWords = 1 << 11

func pairBit(a, b uint16) (word int, bit uint64) {
	h := (uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA6B) >> 7
	return int(h>>6) % pairWords, 1 << (h & 63)
}

// begin gives the nodes to visit after a first character of class a before one of class b.
func (m *matcher) begin(s *start, a, b uint16) []int32 {
	if len(s.nodes) > s.plain {
		if word, bit := pairBit(a, b); m.pairs[word]&bit == 0 {
			return s.nodes[:s.plain]
		}
	}
	return s.nodes
}

func bloomBit(class uint16) uint64 {
	if class == 0 {
		return 0
	}
	return 1 << (class % 64)
}

func (m *matcher) kind(r rune) uint32 {
	if r < 1<<16 {
		return m.kinds[r]
	}
	return uint32(m.astral[r])
}

// search is one run of the matcher over a text. Ends reached from one start are a set of bits, bit n for n characters
// after it, so the time at one place is bounded by the patterns whatever the text.
type search struct {
	found   func(group, start, end int32)
	classes []uint16 // of the characters, and more zeros than a set has bits
	blooms  []uint64 // bloomBit of each character's class and of the seven after it; these and the next where the matcher leaps
	open    []uint64 // bit set: bit i is set where character i ends no sentence
	numbers []uint64 // bit set: where character i may stand in a number
	at      int      // where the sequence's first character stands
	start   int      // the same, or where the number before it begins
	pending []arrival
}

// bloomSpan is how many characters one of search.blooms covers.
const bloomSpan = 8

type arrival struct {
	edge
	set uint64
}

// lay fills what the search needs to know of the characters.
func (s *search) lay(m *matcher, runes []rune) {
	const most = 64 + maxGap + bloomSpan // beyond the last end of a set
	n := len(runes)
	s.classes = slices.Grow(s.classes[:0], n+most)[:n+most]
	clear(s.classes[n:])
	if !m.leaps {
		for i, r := range runes {
			s.classes[i] = uint16(m.kind(r))
		}
		return
	}
	s.blooms = slices.Grow(s.blooms[:0], n+most)[:n+most]
	s.open = slices.Grow(s.open[:0], n/64+2)[:n/64+2]
	s.numbers = slices.Grow(s.numbers[:0], n/64+2)[:n/64+2]
	clear(s.blooms[n:])
	clear(s.open)
	clear(s.numbers)
	for i, r := range runes {
		kind := m.kind(r)
		s.classes[i] = uint16(kind)
		s.blooms[i] = bloomBit(uint16(kind))
		s.open[i/64] |= uint64(kind/markWall&1^1) << (i % 64)
		s.numbers[i/64] |= uint64(kind/markNumber&1) << (i % 64)
	}
	for ahead := 1; ahead < bloomSpan; ahead *= 2 {
		for i := range n {
			s.blooms[i] |= s.blooms[i+ahead]
		}
	}
}

// window gives the bits of a set from place i on.
func window(set []uint64, i int) uint64 {
	return set[i/64]>>(i%64) | set[i/64+1]<<(64-i%64)
}

// match calls found for every place where a group's word stands, in rising order of the place of its first character
// that is not of a leading number. At one place the shortest match of a sequence is taken. s keeps memory from run
// to run.
func (m *matcher) match(s *search, runes []rune, found func(group, start, end int32)) {
	s.lay(m, runes)
	s.found = found
	for i, c := range s.classes[:len(runes)] {
		if c == 0 {
			continue
		}
		s.at, s.start = i, i
		root := &m.roots[c]
		for _, to := range m.begin(&root.first, c, s.classes[i+1]) {
			m.visit(s, to, 1<<1)
		}
		if nodes := m.begin(&root.after, c, s.classes[i+1]); len(nodes) > 0 {
			if s.start = numberBefore(runes, i); s.start >= 0 {
				for _, to := range nodes {
					m.visit(s, to, 1<<1)
				}
			}
		}
	}
	s.found = nil
}

// visit goes on from a node that was reached with the given ends.
func (m *matcher) visit(s *search, id int32, set uint64) {
	n, next := &m.nodes[id], &m.nodes[id+1]
	shortest := bits.TrailingZeros64(set)
	for _, g := range m.ending[n.ending:next.ending] {
		s.found(g, int32(s.start), int32(s.at+shortest))
	}
	switch {
	case set&(set-1) == 0: // one end
		if c := s.classes[s.at+shortest]; n.bloom&bloomBit(c) != 0 {
			for _, e := range m.edgesFor(n, next, c) {
				m.visit(s, e.to, set<<1)
			}
		}
	case n.bloom&s.blooms[s.at+shortest] != 0 || set>>shortest >= 1<<bloomSpan:
		from := len(s.pending)
		for rest := set; rest != 0; rest &= rest - 1 {
			k := bits.TrailingZeros64(rest)
			if c := s.classes[s.at+k]; n.bloom&bloomBit(c) != 0 {
				s.arrive(m.edgesFor(n, next, c), from, 1<<(k+1))
			}
		}
		for i := from; i < len(s.pending); i++ {
			m.visit(s, s.pending[i].to, s.pending[i].set)
		}
		s.pending = s.pending[:from]
	}
	for _, g := range m.gaps[n.gaps:next.gaps] {
		if !m.mayCross(s, g, set, shortest) {
			continue
		}
		if ends := skip(set, window(s.open, s.at), int(g.min), int(g.max)); ends != 0 {
			m.visit(s, g.to, ends)
		}
	}
	if n.number != 0 {
		if ends := skip(set, window(s.numbers, s.at), 1, maxNumber); ends != 0 {
			m.visit(s, n.number, ends)
		}
	}
}

// mayCross tells, at a glance and too often rather than too seldom, whether a character after the gap leads on.
func (m *matcher) mayCross(s *search, g gap, set uint64, shortest int) bool {
	n := &m.nodes[g.to]
	if n.number != 0 || n.gaps < m.nodes[g.to+1].gaps || set>>shortest<<g.max >= 1<<(2*bloomSpan+g.min) {
		return true
	}
	from := s.at + shortest + int(g.min)
	return n.bloom&(s.blooms[from]|s.blooms[from+bloomSpan]) != 0
}

// edgesFor gives the edges of a node that have the class.
func (m *matcher) edgesFor(n, next *node, class uint16) []edge {
	labels := m.labels[n.edges:next.edges]
	low, high := 0, len(labels)
	for low < high {
		if middle := int(uint(low+high) / 2); labels[middle] < class {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for high < len(labels) && labels[high] == class {
		high++
	}
	return m.edges[int(n.edges)+low : int(n.edges)+high]
}

// arrive notes the nodes that edges lead to; what was noted from index from on is of this visit.
func (s *search) arrive(edges []edge, from int, end uint64) {
	for _, e := range edges {
		known := slices.IndexFunc(s.pending[from:], func(a arrival) bool { return a.way == e.way })
		if known >= 0 {
			s.pending[from+known].set |= end
			continue
		}
		s.pending = append(s.pending, arrival{e, end})
	}
}

// skip gives the ends that least to most more characters reach, all of which must be allowed.
func skip(set, allowed uint64, least, most int) uint64 {
	var ends uint64
	for n := 0; set != 0; n++ {
		if n >= least {
			ends |= set
		}
		if n == most {
			break
		}
		set = set & allowed << 1
	}
	return ends
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
