package classify

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// newMatcher compiles the sequences of each group.
func newMatcher(groups [][]sequence) *matcher {
	m := &matcher{kinds: make([]uint32, 1<<16), astral: map[rune]uint16{}, pairs: make([]uint64, pairWords)}
	for r := range m.kinds {
		if endsSentence(rune(r)) {
			m.kinds[r] |= markWall
		}
		if isNumber(rune(r)) {
			m.kinds[r] |= markNumber
		}
	}
	b := &treeBuilder{matcher: m, starts: [2]map[rune]int32{{}, {}}, byPart: map[partKey]int32{}, grown: make([]grownNode, 1), used: 1}
	for i := range b.heads {
		b.heads[i] = make([][]int32, 1)
	}
	for g, sequences := range groups {
		for _, s := range sequences {
			b.add(int32(g), s)
		}
	}
	b.flatten()
	return m
}

// grownNode is a node while the tree grows.
type grownNode struct {
	edges  []grownEdge // several may have one class
	gaps   []gap
	number int32
	groups []int32 // whose words end here
}

type grownEdge struct {
	class uint16
	alone bool // the character is a step by itself, not one of several
	edge
}

// onlyEdges is 1 for a node that has nothing but edges, 0 for others.
func (n *grownNode) onlyEdges() int {
	if len(n.gaps) == 0 && len(n.groups) == 0 && n.number == 0 {
		return 1
	}
	return 0
}

// partKey is the way from a node by a class (as text), a gap, or a number.
type partKey struct {
	from     int32
	class    string
	min, max int
}

type treeBuilder struct {
	*matcher
	grown  []grownNode
	heads  [2][][]int32      // of rootFirst and rootAfter, by class
	starts [2]map[rune]int32 // by character: the way from rootFirst and from rootAfter
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
				at = b.byChar(at, r)
			}
		case p.isClass():
			class := slices.Compact(slices.Sorted(slices.Values(p.class)))
			to, made := b.child(partKey{from: at, class: string(class)})
			if made {
				for _, r := range class {
					b.step(at, to, b.classFor(r), false)
				}
			}
			at = to
		default:
			key := partKey{from: at, min: p.min, max: p.max}
			if p.number {
				key.min = -1 // no gap
			}
			to, made := b.child(key)
			switch {
			case !made:
			case p.number:
				b.grown[at].number, b.leaps = to, true
			default:
				b.grown[at].gaps, b.leaps = append(b.grown[at].gaps, gap{uint8(p.min), uint8(p.max), to}), true
			}
			at = to
		}
	}
	n := &b.grown[at]
	if len(n.groups) == 0 || n.groups[len(n.groups)-1] != group {
		n.groups = append(n.groups, group)
	}
}

// byChar finds the node that a character leads to, or makes it. Most nodes have few edges: looking through them is
// quicker than a table of all.
func (b *treeBuilder) byChar(at int32, r rune) int32 {
	class := b.classFor(r)
	if at < 0 {
		to, ok := b.starts[-1-at][r]
		if !ok {
			to = b.grow()
			b.starts[-1-at][r] = to
			b.step(at, to, class, true)
		}
		return to
	}
	for _, e := range b.grown[at].edges {
		if e.class == class && e.alone {
			return e.to
		}
	}
	to := b.grow()
	b.step(at, to, class, true)
	return to
}

// child finds the node that a way leads to, or makes it.
func (b *treeBuilder) child(key partKey) (to int32, made bool) {
	if to, ok := b.byPart[key]; ok {
		return to, false
	}
	to = b.grow()
	b.byPart[key] = to
	return to, true
}

func (b *treeBuilder) grow() int32 {
	b.grown = append(b.grown, grownNode{})
	return int32(len(b.grown)) - 1
}

// step lets a character of the given class lead from one node to another.
func (b *treeBuilder) step(at, to int32, class uint16, alone bool) {
	if at < 0 {
		b.heads[-1-at][class] = append(b.heads[-1-at][class], to)
		return
	}
	from := &b.grown[at]
	from.edges = append(from.edges, grownEdge{class, alone, edge{to: to}})
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
		for i := range b.heads {
			b.heads[i] = append(b.heads[i], nil)
		}
	}
	return c
}

// flatten lays the grown nodes out in the matcher's rows. Nodes from which all goes on alike become one, for the
// alternatives of a pattern, written out, end alike: of the shipped rules' nodes one in twenty remains.
func (b *treeBuilder) flatten() {
	same := make([]int32, len(b.grown)) // by node: the one that stands for it
	known := map[string]int32{}
	var signature []byte
	for id := int32(len(b.grown)) - 1; id > 0; id-- { // a node comes before those it leads to
		n := &b.grown[id]
		n.finish(same)
		signature = n.sign(signature[:0])
		if _, ok := known[string(signature)]; !ok {
			known[string(signature)] = id
		}
		same[id] = known[string(signature)]
	}
	place := make([]int32, len(b.grown))
	count := int32(0)
	for id := range same {
		if same[id] == int32(id) {
			place[id] = count
			count++
		}
	}
	b.nodes = make([]node, 0, count+1)
	for id, n := range b.grown {
		if same[id] != int32(id) {
			continue
		}
		flat := b.ends(place[n.number])
		for _, e := range n.edges {
			flat.bloom |= bloomBit(e.class)
			b.labels = append(b.labels, e.class)
			b.edges = append(b.edges, edge{e.way, place[e.to]})
		}
		for _, g := range n.gaps {
			g.to = place[g.to]
			b.gaps = append(b.gaps, g)
		}
		b.ending = append(b.ending, n.groups...)
		b.nodes = append(b.nodes, flat)
	}
	b.nodes = append(b.nodes, b.ends(0))
	b.roots = make([]root, b.used)
	for c := range b.roots {
		class := uint16(c)
		b.roots[c] = root{b.start(class, b.heads[0][c], same, place), b.start(class, b.heads[1][c], same, place)}
	}
}

// finish sorts a node's edges, marks them by the node they led to, and lets all lead to the nodes that stand for others.
func (n *grownNode) finish(same []int32) {
	slices.SortStableFunc(n.edges, func(a, b grownEdge) int { return cmp.Compare(a.class, b.class) })
	ways := map[int32]int32{}
	for i, e := range n.edges {
		way, ok := ways[e.to]
		if !ok {
			way = int32(len(ways))
			ways[e.to] = way
		}
		n.edges[i].way, n.edges[i].to = way, same[e.to]
	}
	for i, g := range n.gaps {
		n.gaps[i].to = same[g.to]
	}
	n.number = same[n.number]
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

// ends is a node whose rows begin at the end of what is laid out.
func (b *treeBuilder) ends(number int32) node {
	return node{edges: uint32(len(b.edges)), gaps: uint32(len(b.gaps)), ending: uint32(len(b.ending)), number: number}
}

// start orders the nodes after a first character and enters the pairs of those that have nothing but edges.
func (b *treeBuilder) start(class uint16, nodes, same, place []int32) start {
	slices.SortStableFunc(nodes, func(x, y int32) int { return cmp.Compare(b.grown[x].onlyEdges(), b.grown[y].onlyEdges()) })
	s := start{nodes: make([]int32, len(nodes))}
	for i, id := range nodes {
		s.nodes[i] = place[same[id]]
		n := &b.grown[id]
		if n.onlyEdges() == 0 {
			s.plain++
			continue
		}
		for _, e := range n.edges {
			word, bit := pairBit(class, e.class)
			b.pairs[word] |= bit
		}
	}
	return s
}
