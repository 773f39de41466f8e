package classify

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// newMatcher compiles the sequences of each group.
func newMatcher(groups [][]sequence) *matcher {
	patterns := make([][]pattern, len(groups))
	for g, sequences := range groups {
		for _, s := range sequences {
			patterns[g] = append(patterns[g], patternOf(s))
		}
	}
	return newPatternMatcher(patterns)
}

// newPatternMatcher compiles the patterns of each group.
func newPatternMatcher(groups [][]pattern) *matcher {
	m := &matcher{kinds: make([]uint32, 1<<16), astral: map[rune]uint16{}, pairs: make([]uint64, pairWords)}
	for r := range m.kinds {
		if endsSentence(rune(r)) {
			m.kinds[r] |= markWall
		}
		if isNumber(rune(r)) {
			m.kinds[r] |= markNumber
		}
	}
	b := &treeBuilder{
		matcher: m, grown: make([]grownNode, 1), edges: make([]grownEdge, 1), groups: make([]grownGroup, 1), gaps: make([][]gap, 1), used: 1,
		byClass: map[classKey]int32{}, sameClass: map[string]int32{}, byPart: map[partKey]int32{},
	}
	for i := range b.heads {
		b.heads[i], b.starts[i] = make([][]int32, 1), map[rune]int32{}
	}
	for g, patterns := range groups {
		for _, p := range patterns {
			b.add(int32(g), rootFirst, p, nil)
		}
	}
	b.flatten()
	return m
}

// grownNode is a node while the tree grows. There are some hundred thousand, so they hold places in the builder's rows.
type grownNode struct {
	firstEdge, lastEdge   int32 // a chain; several may have one class
	firstGroup, lastGroup int32 // a chain: the groups whose words end here
	gaps                  int32 // of the builder's lists
	number                int32
}

type grownEdge struct {
	class uint16
	alone bool // the character is a step by itself, not one of several
	edge
	next int32
}

type grownGroup struct{ group, next int32 }

// onlyEdges is 1 for a node that has nothing but edges, 0 for others.
func (n *grownNode) onlyEdges() int {
	if n.gaps == 0 && n.firstGroup == 0 && n.number == 0 {
		return 1
	}
	return 0
}

// classKey is a class of a pattern as it lies in memory: sequences share it.
type classKey struct {
	first *rune
	size  int
}

// partKey is the way from a node by a class, a gap, or a number.
type partKey struct {
	from int32
	part int32 // the number of a class, or what gapPart gives
}

// gapPart tells gaps from classes.
func gapPart(p *part) int32 {
	if p.number {
		return -1
	}
	return -2 - int32(p.min)<<8 - int32(p.max)
}

type treeBuilder struct {
	*matcher
	grown     []grownNode
	edges     []grownEdge  // of all nodes; 0 is none
	groups    []grownGroup // the same
	gaps      [][]gap
	heads     [2][][]int32      // of rootFirst and rootAfter, by class
	starts    [2]map[rune]int32 // by character: the way from rootFirst and from rootAfter
	byPart    map[partKey]int32
	byClass   map[classKey]int32 // numbers of classes
	sameClass map[string]int32   // the same, by their characters in order
	classes   [][]uint16         // of the characters, by number
	used      int                // classes of characters

	gathered []grownEdge // of gather
	ways     []int32     // by node: 1 more than the way that leads there; 0 when gather is done
}

// The roots are no nodes of the tree, so that their characters are found by a table.
const (
	rootFirst int32 = -1
	rootAfter int32 = -2
)

// add lets all sequences of a pattern, and of what comes after it, lead on from a node, and words of the group end after them.
func (b *treeBuilder) add(group, at int32, p pattern, after *route) {
	for len(p) > 0 && p[0].branches == nil {
		at, p = b.advance(at, &p[0].part), p[1:]
	}
	switch {
	case len(p) > 0:
		rest := &route{p[1:], after}
		for _, branch := range p[0].branches {
			b.add(group, at, branch, rest)
		}
	case after != nil:
		b.add(group, at, after.steps, after.after)
	default:
		b.end(at, group)
	}
}

// advance finds the node to which a part leads from another, or makes it.
func (b *treeBuilder) advance(at int32, p *part) int32 {
	switch {
	case p.isLiteral():
		for _, r := range p.literal {
			at = b.byChar(at, r)
		}
		return at
	case p.isClass():
		class := b.numberOf(p.class)
		to, made := b.child(partKey{at, class})
		if made {
			for _, c := range b.classes[class] {
				b.step(at, to, c, false)
			}
		}
		return to
	case at == rootFirst: // a number, for a gap can't begin
		return rootAfter
	}
	to, made := b.child(partKey{at, gapPart(p)})
	if made {
		b.leaps = true
		if p.number {
			b.grown[at].number = to
		} else {
			b.leap(at, gap{uint8(p.min), uint8(p.max), to})
		}
	}
	return to
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

// byChar finds the node that a character leads to, or makes it. Most nodes have few edges: looking through them is
// quicker than a table of all.
func (b *treeBuilder) byChar(at int32, r rune) int32 {
	if at < 0 {
		to, ok := b.starts[-1-at][r]
		if !ok {
			to = b.grow()
			b.starts[-1-at][r] = to
			b.step(at, to, b.classFor(r), true)
		}
		return to
	}
	class := b.classFor(r)
	for i := b.grown[at].firstEdge; i != 0; i = b.edges[i].next {
		if e := &b.edges[i]; e.class == class && e.alone {
			return e.to
		}
	}
	to := b.grow()
	b.step(at, to, class, true)
	return to
}

// doubled gives a full row twice the room. Rows this long would grow by a quarter each time, and be copied and left behind as often.
func doubled[E any](row []E) []E {
	if len(row) < cap(row) {
		return row
	}
	return slices.Grow(row, max(len(row), 1024))
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
	b.grown = append(doubled(b.grown), grownNode{})
	return int32(len(b.grown)) - 1
}

// step lets a character of the given class lead from one node to another.
func (b *treeBuilder) step(at, to int32, class uint16, alone bool) {
	if at < 0 {
		b.heads[-1-at][class] = append(b.heads[-1-at][class], to)
		return
	}
	id := int32(len(b.edges))
	b.edges = append(doubled(b.edges), grownEdge{class: class, alone: alone, edge: edge{to: to}})
	from := &b.grown[at]
	if from.firstEdge == 0 {
		from.firstEdge = id
	} else {
		b.edges[from.lastEdge].next = id
	}
	from.lastEdge = id
}

// leap lets a gap lead on from a node.
func (b *treeBuilder) leap(at int32, g gap) {
	from := &b.grown[at]
	if from.gaps == 0 {
		from.gaps = int32(len(b.gaps))
		b.gaps = append(b.gaps, nil)
	}
	b.gaps[from.gaps] = append(b.gaps[from.gaps], g)
}

// end notes that a word of the group ends at a node. The groups come in order.
func (b *treeBuilder) end(at, group int32) {
	n := &b.grown[at]
	if n.lastGroup != 0 && b.groups[n.lastGroup].group == group {
		return
	}
	id := int32(len(b.groups))
	b.groups = append(doubled(b.groups), grownGroup{group: group})
	if n.firstGroup == 0 {
		n.firstGroup = id
	} else {
		b.groups[n.lastGroup].next = id
	}
	n.lastGroup = id
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
	b.ways = make([]int32, len(b.grown))
	known := map[string]int32{}
	var signature []byte
	for id := int32(len(b.grown)) - 1; id > 0; id-- { // a node comes before those it leads to
		n := &b.grown[id]
		n.number = same[n.number]
		for i, g := range b.gaps[n.gaps] {
			b.gaps[n.gaps][i].to = same[g.to]
		}
		signature = b.sign(signature[:0], n, b.gather(n, same))
		one, ok := known[string(signature)]
		if !ok {
			one = id
			known[string(signature)] = id
		}
		same[id] = one
	}
	place := make([]int32, len(b.grown))
	count := int32(0)
	for id := range same {
		if same[id] == int32(id) {
			place[id] = count
			count++
		}
	}
	m := b.matcher
	m.nodes = make([]node, 0, count+1)
	for id := range b.grown {
		if same[id] != int32(id) {
			continue
		}
		n := &b.grown[id]
		flat := m.ends(place[n.number])
		for _, e := range b.gather(n, same) {
			flat.bloom |= bloomBit(e.class)
			m.labels = append(m.labels, e.class)
			m.edges = append(m.edges, edge{e.way, place[e.to]})
		}
		for _, g := range b.gaps[n.gaps] {
			g.to = place[g.to]
			m.gaps = append(m.gaps, g)
		}
		for i := n.firstGroup; i != 0; i = b.groups[i].next {
			m.ending = append(m.ending, b.groups[i].group)
		}
		m.nodes = append(m.nodes, flat)
	}
	m.nodes = append(m.nodes, m.ends(0))
	m.roots = make([]root, b.used)
	for c := range m.roots {
		class := uint16(c)
		m.roots[c] = root{b.start(class, b.heads[0][c], same, place), b.start(class, b.heads[1][c], same, place)}
	}
}

// gather gives a node's edges sorted, marked by the node they led to, all leading to the nodes that stand for others; until its
// next call.
func (b *treeBuilder) gather(n *grownNode, same []int32) []grownEdge {
	b.gathered = b.gathered[:0]
	for i := n.firstEdge; i != 0; i = b.edges[i].next {
		b.gathered = append(b.gathered, b.edges[i])
	}
	if len(b.gathered) > 1 {
		slices.SortStableFunc(b.gathered, func(a, b grownEdge) int { return cmp.Compare(a.class, b.class) })
	}
	ways := int32(0)
	for i := range b.gathered {
		e := &b.gathered[i]
		if b.ways[e.to] == 0 {
			ways++
			b.ways[e.to] = ways
		}
		e.way = b.ways[e.to] - 1
	}
	for i := range b.gathered {
		e := &b.gathered[i]
		b.ways[e.to] = 0
		e.to = same[e.to]
	}
	return b.gathered
}

// sign writes all that a node is; nodes of one signature are one.
func (b *treeBuilder) sign(to []byte, n *grownNode, edges []grownEdge) []byte {
	add := func(number int32) { to = binary.AppendVarint(to, int64(number)) }
	add(n.number)
	add(int32(len(edges)))
	for _, e := range edges {
		add(int32(e.class))
		add(e.way)
		add(e.to)
	}
	gaps := b.gaps[n.gaps]
	add(int32(len(gaps)))
	for _, g := range gaps {
		add(int32(g.min))
		add(int32(g.max))
		add(g.to)
	}
	for i := n.firstGroup; i != 0; i = b.groups[i].next {
		add(b.groups[i].group)
	}
	return to
}

// ends is a node whose rows begin at the end of what is laid out.
func (m *matcher) ends(number int32) node {
	return node{edges: uint32(len(m.edges)), gaps: uint32(len(m.gaps)), ending: uint32(len(m.ending)), number: number}
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
		for i := n.firstEdge; i != 0; i = b.edges[i].next {
			word, bit := pairBit(class, b.edges[i].class)
			b.pairs[word] |= bit
		}
	}
	return s
}
