// Package area finds out where a contact is about: one path in the grid tree (供电单位、台区、网格) and one in the
// administrative tree (行政区划), with the method and how sure it is. The trees, the units, the place names and the
// accounts are tables (dicts/areas, and the user's own); the same record and tables always give the same area.
package area

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Layer is a folder of tables. Sub-folders are read after the tables of the folder itself, in the order of their names;
// hidden ones are left out. A layer without FS, or whose folder is not there, adds nothing: the user may have none.
type Layer struct {
	FS  fs.FS
	Dir string
}

// Trees holds all tables, ready to locate records. It is not changed after loading and is safe for concurrent use.
type Trees struct {
	divisions, grid *tree
	units           map[string]place // by every name of a unit
	names           *trie            // every name that may stand in a text
	onlyCity        *node            // of the names below the county; nil if they lie in several cities
	accounts        accountTable
	sets            map[Kind]*set // all but the accounts, for Check
}

// place is what one piece of evidence points at, in either tree or both.
type place struct {
	grid, division *node
}

// complete fills the tree that the evidence itself does not speak of, by the links between the trees.
func (p place) complete() place {
	if p.grid == nil {
		p.grid = p.division.linked()
	}
	if p.division == nil {
		p.division = p.grid.linked()
	}
	return p
}

// Load reads the tables under the folders of the layers: those of a folder itself, then those of each sub-folder, then those of
// the next layer, a later row replacing an earlier one with the same key. suqiu's own come first, the user's folder last.
// No table at all is an error. Errors in a table are *table.Error.
func Load(layers ...Layer) (*Trees, error) {
	sets := make(map[Kind]*set, len(Kinds))
	for _, k := range Kinds {
		sets[k] = newSet()
	}
	found := 0
	for _, l := range layers {
		if l.FS == nil {
			continue
		}
		n, err := readFolder(sets, l.FS, path.Clean(l.Dir))
		if err != nil {
			return nil, err
		}
		found += n
	}
	if found == 0 {
		return nil, errors.New("load area tables: there is none; put divisions.csv or grid.csv into the folder (dicts/areas/README.md)")
	}
	return build(sets)
}

// readFolder adds the tables of a folder and its sub-folders to the sets and tells how many it found.
func readFolder(sets map[Kind]*set, fsys fs.FS, dir string) (found int, err error) {
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the folder of area tables: %w", err)
	}
	for _, k := range Kinds {
		name := path.Join(dir, k.file())
		f, err := fsys.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("open area table: %w", err)
		}
		t, err := ReadTable(f, name, k)
		if err = errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
		sets[k].add(t)
		found++
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			n, err := readFolder(sets, fsys, path.Join(dir, e.Name()))
			if err != nil {
				return 0, err
			}
			found += n
		}
	}
	return found, nil
}

func build(sets map[Kind]*set) (*Trees, error) {
	t := &Trees{sets: sets}
	var err error
	if t.divisions, err = buildTree(Divisions, sets[Divisions]); err != nil {
		return nil, err
	}
	if t.grid, err = buildTree(Grid, sets[Grid]); err != nil {
		return nil, err
	}
	if err = link(t.divisions, t.grid, sets[Grid]); err != nil {
		return nil, err
	}
	if t.units, err = t.buildUnits(sets[Units]); err != nil {
		return nil, err
	}
	if t.names, err = t.buildNames(sets); err != nil {
		return nil, err
	}
	t.onlyCity = t.findOnlyCity()
	if t.accounts, err = t.buildAccounts(sets[Accounts]); err != nil {
		return nil, err
	}
	delete(sets, Accounts) // the index holds all that is needed, in a fraction of the memory
	return t, nil
}

// refer finds the places that a row of units, places or accounts names; a negative column is one the kind has not.
func (t *Trees) refer(k Kind, row Row, gridCol, divisionCol int) (place, error) {
	var p place
	if gridCol >= 0 && row.Values[gridCol] != "" {
		if p.grid = t.grid.byCode[row.Values[gridCol]]; p.grid == nil {
			return p, row.fault(k, gridCol, "add it to the grid, or correct the code", "there is no unit %s", row.Values[gridCol])
		}
	}
	if divisionCol >= 0 && row.Values[divisionCol] != "" {
		if p.division = t.divisions.byCode[trimDivision(row.Values[divisionCol])]; p.division == nil {
			return p, row.fault(k, divisionCol, "add it to the divisions, or correct the code", "there is no division %s", row.Values[divisionCol])
		}
	}
	return p, nil
}

func (t *Trees) buildUnits(s *set) (map[string]place, error) {
	units := make(map[string]place, len(s.keys))
	owner := make(map[string]Row)
	for _, key := range s.keys {
		row := s.rows[key]
		p, err := t.refer(Units, row, colUnitGrid, colUnitDivision)
		if err != nil {
			return nil, err
		}
		if p.grid == nil && p.division == nil {
			return nil, row.fault(Units, colUnitGrid, "fill in the unit's code or its division", "names no place")
		}
		for _, name := range append(list(row.Values[colAliases]), row.Values[colUnitName]) {
			name = normal(name)
			if other, taken := owner[name]; taken && other.Values[0] != row.Values[0] {
				return nil, row.fault(Units, colAliases, "let each name stand for one unit", "%s is a name of the unit in %s line %d too", name, other.File, other.Line)
			}
			owner[name] = row
			units[name] = p.complete()
		}
	}
	return units, nil
}

// accountTable finds a grid place by account number: whole numbers, and beginnings written with a star (77001*).
type accountTable struct {
	whole    map[string]*node
	prefixes map[string]*node
	lengths  []int // of the prefixes, longest first
}

func (t *Trees) buildAccounts(s *set) (accountTable, error) {
	a := accountTable{whole: make(map[string]*node, len(s.keys)), prefixes: make(map[string]*node)}
	lengths := make(map[int]bool)
	for _, account := range s.keys {
		row := s.rows[account]
		p, err := t.refer(Accounts, row, colAccountGrid, -1)
		if err != nil {
			return a, err
		}
		digits, starred := account, false
		if n := len(account) - 1; account[n] == '*' {
			digits, starred = account[:n], true
		}
		if digits == "" || trimDigits(digits) != "" {
			return a, row.fault(Accounts, colAccount, "write digits, with * at the end for all numbers that begin so", "is no account number")
		}
		if !starred {
			a.whole[digits] = p.grid
			continue
		}
		a.prefixes[digits] = p.grid
		lengths[len(digits)] = true
	}
	for n := range lengths {
		a.lengths = append(a.lengths, n)
	}
	sort.Sort(sort.Reverse(sort.IntSlice(a.lengths)))
	return a, nil
}

// find returns the place of an account, and whether the number itself stands in the table.
func (a accountTable) find(account string) (n *node, exact bool) {
	if n = a.whole[account]; n != nil {
		return n, true
	}
	for _, length := range a.lengths {
		if length <= len(account) {
			if n = a.prefixes[account[:length]]; n != nil {
				return n, false
			}
		}
	}
	return nil, false
}

// buildNames collects every name that may stand in a text: divisions, units, transformer areas, gazetteer.
func (t *Trees) buildNames(sets map[Kind]*set) (*trie, error) {
	names := newTrie()
	for _, code := range sets[Divisions].keys {
		row := sets[Divisions].rows[code]
		doubtful, ok := yes(row.Values[colDivAmbiguous])
		if !ok {
			return nil, row.fault(Divisions, colDivAmbiguous, "write 是 or leave it empty", "%q is neither yes nor no", row.Values[colDivAmbiguous])
		}
		addDivision(names, t.divisions.byCode[code], list(row.Values[colDivAliases]), doubtful)
	}
	for _, code := range sets[Grid].keys {
		n := t.grid.byCode[code]
		if n.level == levelTransformer {
			names.add(n.name, candidate{place: place{grid: n}.complete(), weight: 2, sure: 0.8, needs: cityClue})
		}
	}
	for _, key := range sets[Units].keys {
		row := sets[Units].rows[key]
		for _, name := range append(list(row.Values[colAliases]), row.Values[colUnitName]) {
			names.add(name, candidate{place: t.units[normal(name)], weight: 1.5, sure: 0.7, needs: cityClue})
		}
	}
	for _, key := range sets[Places].keys {
		row := sets[Places].rows[key]
		c, err := t.gazetteerEntry(row)
		if err != nil {
			return nil, err
		}
		for _, name := range append(list(row.Values[colAliases]), row.Values[colUnitName]) {
			names.add(name, c)
		}
	}
	return names, nil
}

// findOnlyCity returns the city that holds all streets, villages and gazetteer entries, if it is one.
func (t *Trees) findOnlyCity() *node {
	var only *node
	same := func(n *node) bool {
		c := cityOf(n)
		if only == nil {
			only = c
		}
		return only == c
	}
	for code, n := range t.divisions.byCode {
		if len(code) > countyDigits && !same(n) {
			return nil
		}
	}
	for _, row := range t.sets[Places].rows {
		if !same(t.divisions.byCode[trimDivision(row.Values[colPlaceDiv])]) {
			return nil
		}
	}
	return only
}

// gazetteerEntry reads a row of places.
func (t *Trees) gazetteerEntry(row Row) (candidate, error) {
	p, err := t.refer(Places, row, -1, colPlaceDiv)
	if err != nil {
		return candidate{}, err
	}
	c := candidate{place: p.complete(), weight: 1.5, sure: 0.75, needs: cityClue}
	if row.Values[colPlaceKind] == kindRoad {
		c.weight, c.sure = 1, 0.7
	}
	if w := row.Values[colPlaceWeight]; w != "" {
		c.weight, err = strconv.ParseFloat(w, 64)
		if err != nil || !(c.weight > 0 && c.weight <= 10) {
			return candidate{}, row.fault(Places, colPlaceWeight, "write a number above 0 and at most 10, or leave it empty", "%q is no weight", w)
		}
	}
	doubtful, ok := yes(row.Values[colPlaceQ])
	if doubtful {
		c.needs = countyClue
	}
	if !ok {
		return candidate{}, row.fault(Places, colPlaceQ, "write 是 or leave it empty", "%q is neither yes nor no", row.Values[colPlaceQ])
	}
	return c, nil
}

// Place is a place of the grid tree, for lists.
type Place struct {
	Code, Path, Level string
}

// Places lists the grid tree down to a depth, 1 for the roots alone, ordered by path.
func (t *Trees) Places(depth int) []Place {
	var all []Place
	for code, n := range t.grid.byCode {
		if n.depth <= depth {
			all = append(all, Place{code, n.path, n.level})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Path < all[j].Path })
	return all
}

// IsDivision reports whether a path is one of the divisions.
func (t *Trees) IsDivision(path string) bool { return t.divisions.byPath[path] != nil }

// Path finds the path of a place by its code or path, in the grid tree first and then among the divisions.
func (t *Trees) Path(text string) (path string, known bool) {
	for _, n := range []*node{t.grid.byCode[text], t.grid.byPath[text], t.divisions.byCode[trimDivision(text)], t.divisions.byPath[text]} {
		if n != nil {
			return n.path, true
		}
	}
	return "", false
}
