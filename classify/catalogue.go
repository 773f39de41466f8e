package classify

import "io/fs"

// Catalogue is what a rule set can find, without the rules: enough for showing what they found.
type Catalogue struct {
	taxonomy *Taxonomy
	marks    *Marks
}

// LoadCatalogue reads the labels and marks of base with the overlays over it, some hundred times as fast as Compile. It tells
// the faults of taxonomy.yaml and marks.yaml whole, as a *LoadError, but not those of the conditions in them.
func LoadCatalogue(base fs.FS, overlays ...fs.FS) (*Catalogue, error) {
	files, err := readPatterns(append([]fs.FS{base}, overlays...), taxonomyPath, marksPath)
	if err == nil {
		files, err = plain(files)
	}
	if err != nil {
		return nil, err
	}
	var p problems
	c := &Catalogue{readTaxonomy(files, &p), readMarks(files, &p)}
	if err := p.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// Catalogue is what the set can find.
func (rs *RuleSet) Catalogue() *Catalogue { return &Catalogue{rs.taxonomy, rs.marks} }

// Taxonomy is the labels. It must not be changed.
func (c *Catalogue) Taxonomy() *Taxonomy { return c.taxonomy }

// Marks is the urgency signals and portrait labels. It must not be changed.
func (c *Catalogue) Marks() *Marks { return c.marks }
