package classify

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// newMatcher compiles the patterns of each group.
func newMatcher(groups [][]pattern) *matcher {
	m := &matcher{kinds: make([]uint32, 1<<16), astral: map[rune]uint16{}, pairs: make([]uint64, pairWords)}
	for r := range m.kinds {
		if endsSentence(rune(r)) {
			m.kinds[r] |= markWall
		}
		if isNumber(rune(r)) {
			m.kinds[r] |= markNumber
		}
	}
	b := &treeBuilder{matcher: m, byClass: map[classKey]int32{}, sameClass: map[string]int32{}, used: 1, byStates: map[string]int32{}, byContent: map[string]int32{}}
	var first []int32
	for g, patterns := range groups {
		end := b.state(state{kind: wordEnds, value: int32(g)})
		for _, p := range patterns {
			first = append(first, b.before(p, end))
		}
	}
	b.seen = make([]int32, len(b.states))
	m.nodes = append(m.nodes, node{}) // 0 leads nowhere
	b.root(first)
	return m
}

// state is a place in a pattern: what may come from there on.
type state struct {
	kind     stateKind
	value    int32   // a group, a class of characters, a number of classes or a gap
	next     int32   // after it
	branches []int32 // of fork
}

type stateKind uint8

const (
	wordEnds stateKind = iota // of the group value
	fork                      // on to each of the branches
	oneChar                   // of the class value
	oneOf                     // the classes of number value
	overGap                   // value holds least and most
	aNumber                   // of digits
)

// treeBuilder makes the tree. A node stands for the states that a beginning leads to, so the many sequences of a pattern with
// branches are never written out; nodes that go on alike become one, for a node is made after all that it leads to.
type treeBuilder struct {
	*matcher
	states    []state
	byClass   map[classKey]int32 // numbers of the patterns' classes
	sameClass map[string]int32   // the same, by their characters in order
	classes   [][]uint16         // of the characters, by number
	used      int                // classes of characters

	byStates  map[string]int32 // nodes by the states that they stand for
	byContent map[string]int32 // nodes by what they are
	seen      []int32          // by state: the round of moves that saw it last
	round     int32
	written   []byte
}

// classKey is a class of a pattern as it lies in memory: many states share it.
type classKey struct {
	first *rune
	size  int
}

func (b *treeBuilder) state(s state) int32 {
	b.states = append(b.states, s)
	return int32(len(b.states)) - 1
}

// before makes the states of a pattern that goes on with a state, and gives the first.
func (b *treeBuilder) before(p pattern, next int32) int32 {
	for i := range slices.Backward(p) {
		step := &p[i]
		switch {
		case step.branches != nil:
			branches := make([]int32, len(step.branches))
			for k, branch := range step.branches {
				branches[k] = b.before(branch, next)
			}
			next = b.state(state{kind: fork, branches: branches})
		case step.isLiteral():
			for _, r := range slices.Backward(step.literal) {
				next = b.state(state{kind: oneChar, value: int32(b.classFor(r)), next: next})
			}
		case step.isClass():
			next = b.state(state{kind: oneOf, value: b.numberOf(step.class), next: next})
		case step.number:
			next = b.state(state{kind: aNumber, next: next})
		default:
			next = b.state(state{kind: overGap, value: int32(step.min)<<8 | int32(step.max), next: next})
		}
	}
	return next
}

// numberOf numbers the classes of patterns: those of the same characters alike.
func (b *treeBuilder) numberOf(class []rune) int32 {
	key := classKey{&class[0], len(class)}
	if number, ok := b.byClass[key]; ok {
		return number
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(class)))
	number, ok := b.sameClass[string(sorted)]
	if !ok {
		number = int32(len(b.classes))
		b.sameClass[string(sorted)] = number
		of := make([]uint16, len(sorted))
		for i, r := range sorted {
			of[i] = b.classFor(r)
		}
		b.classes = append(b.classes, of)
	}
	b.byClass[key] = number
	return number
}

// classFor gives the class of a character that stands in a pattern.
func (b *treeBuilder) classFor(r rune) uint16 {
	c := uint16(b.kind(r))
	if c == 0 {
		c = uint16(b.used)
		b.used++
		if r < 1<<16 {
			b.kinds[r] |= uint32(c)
		} else {
			b.astral[r] = c
		}
	}
	return c
}

// move is one way on from a node: all states that the same step leads to.
type move struct {
	kind  stateKind
	value int32
	to    []int32
}

type moveKey struct {
	kind  stateKind
	value int32
}

// moves gives the ways on from some states, in the order of the patterns, and the groups whose words end there.
func (b *treeBuilder) moves(states []int32) (moves []move, groups []int32) {
	const few = 8
	var index map[moveKey]int // of moves, where there are more than a few
	find := func(key moveKey) int {
		if len(moves) <= few {
			return slices.IndexFunc(moves, func(m move) bool { return m.kind == key.kind && m.value == key.value })
		}
		if index == nil {
			index = map[moveKey]int{}
			for i, m := range moves {
				index[moveKey{m.kind, m.value}] = i
			}
		}
		if i, ok := index[key]; ok {
			return i
		}
		index[key] = len(moves)
		return -1
	}
	b.round++
	var follow func(id int32)
	follow = func(id int32) {
		if b.seen[id] == b.round {
			return
		}
		b.seen[id] = b.round
		s := &b.states[id]
		switch s.kind {
		case wordEnds:
			groups = append(groups, s.value)
			return
		case fork:
			for _, branch := range s.branches {
				follow(branch)
			}
			return
		}
		i := find(moveKey{s.kind, s.value})
		if i < 0 {
			i = len(moves)
			moves = append(moves, move{kind: s.kind, value: s.value})
		}
		m := &moves[i]
		if n := len(m.to); n == 0 || m.to[n-1] != s.next {
			m.to = append(m.to, s.next)
		}
	}
	for _, id := range states {
		follow(id)
	}
	return moves, groups
}

// node finds or makes the node that stands for some states.
func (b *treeBuilder) node(states []int32) int32 {
	b.written = b.written[:0]
	for _, s := range states {
		b.written = binary.LittleEndian.AppendUint32(b.written, uint32(s))
	}
	if id, ok := b.byStates[string(b.written)]; ok {
		return id
	}
	key := string(b.written)
	moves, groups := b.moves(states)
	g := grownNode{groups: groups}
	for way, m := range moves {
		to := b.node(m.to)
		switch m.kind {
		case oneChar:
			g.edges = append(g.edges, grownEdge{uint16(m.value), edge{int32(way), to}})
		case oneOf:
			for _, class := range b.classes[m.value] {
				g.edges = append(g.edges, grownEdge{class, edge{int32(way), to}})
			}
		case overGap:
			g.gaps = append(g.gaps, gap{uint8(m.value >> 8), uint8(m.value), to})
		case aNumber:
			g.number = to
		}
	}
	g.finish()
	b.written = g.sign(b.written[:0])
	id, ok := b.byContent[string(b.written)]
	if !ok {
		id = b.lay(&g)
		b.byContent[string(b.written)] = id
	}
	b.byStates[key] = id
	return id
}

// grownNode is a node before it is laid out.
type grownNode struct {
	edges  []grownEdge // several may have one class
	gaps   []gap
	number int32
	groups []int32 // whose words end here
}

type grownEdge struct {
	class uint16
	edge
}

// finish sorts a node's edges and numbers their ways in that order.
func (n *grownNode) finish() {
	slices.SortStableFunc(n.edges, func(a, b grownEdge) int { return cmp.Compare(a.class, b.class) })
	var order []int32 // the ways as they come
	for i := range n.edges {
		e := &n.edges[i]
		at := slices.Index(order, e.way)
		if at < 0 {
			at = len(order)
			order = append(order, e.way)
		}
		e.way = int32(at)
	}
}

// sign writes all that a node is; nodes of one signature are one.
func (n *grownNode) sign(to []byte) []byte {
	add := func(number int32) { to = binary.AppendVarint(to, int64(number)) }
	add(n.number)
	add(int32(len(n.edges)))
	for _, e := range n.edges {
		add(int32(e.class))
		add(e.way)
		add(e.to)
	}
	add(int32(len(n.gaps)))
	for _, g := range n.gaps {
		add(int32(g.min))
		add(int32(g.max))
		add(g.to)
	}
	for _, g := range n.groups {
		add(g)
	}
	return to
}

// lay puts a node at the end of the matcher's rows.
func (b *treeBuilder) lay(n *grownNode) int32 {
	m := b.matcher
	flat := m.ends(n.number)
	for _, e := range n.edges {
		flat.bloom |= bloomBit(e.class)
		m.labels = append(m.labels, e.class)
		m.edges = append(m.edges, e.edge)
	}
	m.gaps = append(m.gaps, n.gaps...)
	m.ending = append(m.ending, n.groups...)
	m.leaps = m.leaps || len(n.gaps) > 0 || n.number != 0
	m.nodes = append(m.nodes, flat)
	return int32(len(m.nodes)) - 1
}

// ends is a node whose rows begin at the end of what is laid out.
func (m *matcher) ends(number int32) node {
	return node{edges: uint32(len(m.edges)), gaps: uint32(len(m.gaps)), ending: uint32(len(m.ending)), number: number}
}

// root makes all nodes, and the table of those after each first character, and after each that a number stands before.
func (b *treeBuilder) root(first []int32) {
	heads := [2][][]int32{make([][]int32, b.used), make([][]int32, b.used)}
	var begin func(on int, states []int32)
	begin = func(on int, states []int32) {
		moves, _ := b.moves(states)
		for _, m := range moves {
			switch m.kind {
			case oneChar:
				heads[on][m.value] = append(heads[on][m.value], b.node(m.to))
			case oneOf:
				to := b.node(m.to)
				for _, class := range b.classes[m.value] {
					heads[on][class] = append(heads[on][class], to)
				}
			case aNumber: // a gap can't begin
				begin(1, m.to)
			}
		}
	}
	begin(0, first)
	b.nodes = append(b.nodes, b.ends(0)) // which only ends the last one's rows
	b.roots = make([]root, b.used)
	for c := range b.roots {
		b.roots[c] = root{b.start(uint16(c), heads[0][c]), b.start(uint16(c), heads[1][c])}
	}
}

// start orders the nodes after a first character and enters the pairs of those that have nothing but edges.
func (b *treeBuilder) start(class uint16, nodes []int32) start {
	var s start
	var rest []int32
	for _, id := range nodes {
		n, next := &b.nodes[id], &b.nodes[id+1]
		if n.gaps < next.gaps || n.ending < next.ending || n.number != 0 {
			s.nodes = append(s.nodes, id)
			continue
		}
		rest = append(rest, id)
		for _, second := range b.labels[n.edges:next.edges] {
			word, bit := pairBit(class, second)
			b.pairs[word] |= bit
		}
	}
	s.plain = len(s.nodes)
	s.nodes = append(s.nodes, rest...)
	return s
}
