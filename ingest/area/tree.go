package area

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"suqiu/hotline"
)

// node is one place of a tree.
type node struct {
	code, name, level string
	path              string // names from the root down, joined by hotline.AreaSeparator
	parent            *node
	depth             int   // 1 for a root
	link              *node // the place of the other tree that stands for this one; nil if none does
}

// within reports whether n is a or below it.
func (n *node) within(a *node) bool {
	if a == nil {
		return false
	}
	for n != nil && n.depth > a.depth {
		n = n.parent
	}
	return n == a
}

// linked returns the link of n or of the nearest place above it that has one.
func (n *node) linked() *node {
	for ; n != nil; n = n.parent {
		if n.link != nil {
			return n.link
		}
	}
	return nil
}

// common returns the lowest place that holds both a and b; nil if they share no root.
func common(a, b *node) *node {
	for a != nil && b != nil && a != b {
		if a.depth >= b.depth {
			a = a.parent
		} else {
			b = b.parent
		}
	}
	if a == b {
		return a
	}
	return nil
}

// tree is one of the two trees of places.
type tree struct {
	byCode map[string]*node
	byPath map[string]*node
}

// prefix finds the node with the longest prefix of code; nil if there is none.
func (t *tree) prefix(code string) *node {
	for ; code != ""; code = code[:len(code)-1] {
		if n := t.byCode[code]; n != nil {
			return n
		}
	}
	return nil
}

// buildTree makes the tree of a set of rows of divisions or grid.
func buildTree(k Kind, s *set) (*tree, error) {
	t := &tree{byCode: make(map[string]*node, len(s.keys)), byPath: make(map[string]*node, len(s.keys))}
	b := &treeBuilder{kind: k, set: s, tree: t, open: make(map[string]bool)}
	for _, code := range s.keys {
		if _, err := b.place(code); err != nil {
			return nil, err
		}
	}
	return t, nil
}

type treeBuilder struct {
	kind Kind
	set  *set
	tree *tree
	open map[string]bool // codes whose parents are being sought: meeting one again is a cycle
}

func (b *treeBuilder) place(code string) (*node, error) {
	if n := b.tree.byCode[code]; n != nil {
		return n, nil
	}
	row := b.set.rows[code]
	if err := b.checkRow(code, row); err != nil {
		return nil, err
	}
	if b.open[code] {
		return nil, row.fault(b.kind, colParent, "correct the parent", "%s is above itself", code)
	}
	b.open[code] = true
	defer delete(b.open, code)

	n := &node{code: code, name: row.Values[colName], level: row.Values[colLevel], depth: 1, path: row.Values[colName]}
	parent, err := b.parentOf(code, row)
	if err != nil {
		return nil, err
	}
	if parent != "" {
		if n.parent, err = b.place(parent); err != nil {
			return nil, err
		}
		n.depth = n.parent.depth + 1
		n.path = n.parent.path + hotline.AreaSeparator + n.name
	}
	if n.depth > hotline.MaxAreaDepth {
		return nil, row.fault(b.kind, colParent, "leave out levels", "%s stands %d levels deep, at most %d", code, n.depth, hotline.MaxAreaDepth)
	}
	if n.level == "" && b.kind == Divisions {
		n.level = divisionLevel(code)
	}
	if twin := b.tree.byPath[n.path]; twin != nil {
		return nil, row.fault(b.kind, colName, "tell them apart by name, or remove one", "%s and %s are both %s", twin.code, code, n.path)
	}
	b.tree.byCode[code], b.tree.byPath[n.path] = n, n
	return n, nil
}

func (b *treeBuilder) checkRow(code string, row Row) error {
	if strings.Contains(row.Values[colName], hotline.AreaSeparator) {
		return row.fault(b.kind, colName, "write the name alone", "has a %q, which joins the levels of a path", hotline.AreaSeparator)
	}
	if b.kind == Divisions && !validDivision(code) {
		return row.fault(b.kind, colCode, "write 6, 9 or 12 digits", "%q is no division code", row.Values[colCode])
	}
	return nil
}

// parentOf finds the code of the parent: the one named, else the nearest one that the code itself is built on.
// It is "" for a root.
func (b *treeBuilder) parentOf(code string, row Row) (string, error) {
	if named := row.Values[colParent]; named != "" {
		if b.kind == Divisions {
			named = trimDivision(named)
		}
		if _, known := b.set.rows[named]; !known {
			return "", row.fault(b.kind, colParent, "add its row, or correct the code", "there is no %s", row.Values[colParent])
		}
		return named, nil
	}
	above := code
	for above != "" {
		above = shorter(b.kind, above)
		if _, known := b.set.rows[above]; known && above != "" {
			return above, nil
		}
	}
	if b.kind == Divisions && len(code) > 2 {
		return "", row.fault(b.kind, colCode, "add the row of its city or province, or name the parent", "nothing above %s is known", code)
	}
	return "", nil
}

// shorter is the next code that could stand above this one.
func shorter(k Kind, code string) string {
	if k == Grid {
		return code[:len(code)-1]
	}
	switch len(code) {
	case 12:
		return code[:9]
	case 9:
		return code[:6]
	case 6:
		return code[:4]
	case 4:
		return code[:2]
	}
	return ""
}

// trimDivision cuts the zeros that fill a division code up to 6 or 12 digits: 460100 and 460100000000 are both 4601.
func trimDivision(code string) string {
	if len(code) == 12 {
		code = strings.TrimSuffix(code, "000")
	}
	if len(code) == 9 {
		code = strings.TrimSuffix(code, "000")
	}
	if len(code) == 6 {
		code = strings.TrimSuffix(code, "00")
	}
	if len(code) == 4 {
		code = strings.TrimSuffix(code, "00")
	}
	return code
}

func validDivision(code string) bool {
	return divisionLevel(code) != "" && strings.Trim(code, "0123456789") == ""
}

// divisionLevel names the level of a trimmed division code.
func divisionLevel(code string) string {
	switch len(code) {
	case 2:
		return "省"
	case 4:
		return "市"
	case 6:
		return "区县"
	case 9:
		return "街道"
	case 12:
		return "村"
	}
	return ""
}

// link joins the two trees by the division codes of the grid's rows. A grid place stands for the division it names; a
// division is stood for by the lowest grid place that holds all that name it.
func link(divisions, grid *tree, s *set) error {
	serving := make(map[*node][]*node)
	for _, code := range s.keys {
		row := s.rows[code]
		if row.Values[colGridDivision] == "" {
			continue
		}
		d := divisions.byCode[trimDivision(row.Values[colGridDivision])]
		if d == nil {
			return row.fault(Grid, colGridDivision, "add it to the divisions, or correct the code", "there is no division %s", row.Values[colGridDivision])
		}
		n := grid.byCode[code]
		n.link = d
		serving[d] = append(serving[d], n)
	}
	for d, all := range serving {
		d.link = all[0]
		for _, n := range all[1:] {
			d.link = common(d.link, n)
		}
	}
	return nil
}

// set is the rows of one kind after all layers are laid over each other.
type set struct {
	rows map[string]Row
	keys []string // in order of first appearance
}

func newSet() *set { return &set{rows: make(map[string]Row)} }

func (s *set) add(t *Table) {
	for _, row := range t.Rows {
		key := t.Kind.key(row)
		if _, known := s.rows[key]; !known {
			s.keys = append(s.keys, key)
		}
		s.rows[key] = row
	}
}

func (s *set) with(t *Table) *set {
	merged := &set{rows: maps.Clone(s.rows), keys: slices.Clone(s.keys)}
	merged.add(t)
	return merged
}

func (k Kind) file() string { return fmt.Sprintf("%s.csv", string(k)) }
