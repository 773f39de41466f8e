package classify

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"suqiu/hotline"
)

// RuleSet is a compiled set of rules with its taxonomy, cues and lexicon. It is immutable and safe for concurrent use.
type RuleSet struct {
	*program
	taxonomy  *Taxonomy
	marks     *Marks
	segmenter *Segmenter
	weights   *wordWeights // nil for none
	sources   []file       // of all layers, without those of examples
	source    []byte       // their archive
	hash      string
	rev       int64
	pool      *sync.Pool // of *matches
}

// Load compiles the rules of base with the overlays over it, the last on top, and runs the rules' examples; a set
// with a fault or a failed example is refused with a *LoadError that names them all. It loads the segmenter's
// dictionary meanwhile.
func Load(base fs.FS, overlays ...fs.FS) (*RuleSet, error) {
	rs, err := compileLayers(base, overlays, func(l *Lexicon) *Segmenter {
		segmenter := NewSegmenter(l)
		go func() { _ = segmenter.Ready() }() // Check tells the fault
		return segmenter
	})
	if err != nil {
		return nil, err
	}
	return rs, rs.Check()
}

// Compile is Load without the examples and without loading the segmenter's dictionary.
func Compile(base fs.FS, overlays ...fs.FS) (*RuleSet, error) {
	return compileLayers(base, overlays, NewSegmenter)
}

// Reload is Load for a set that takes the place of rs: it keeps the segmenter in memory if the lexicon is the same.
func (rs *RuleSet) Reload(base fs.FS, overlays ...fs.FS) (*RuleSet, error) {
	next, err := compileLayers(base, overlays, rs.segmenter.with)
	if err != nil {
		return nil, err
	}
	next = next.InZone(rs.zone)
	return next, next.Check()
}

// FromSource compiles what Source gave, so that labels of an old rule set can be explained. It runs no examples.
func FromSource(source []byte) (*RuleSet, error) {
	files, err := unarchive(source)
	if err != nil {
		return nil, err
	}
	return compileFiles(files, NewSegmenter)
}

func compileLayers(base fs.FS, overlays []fs.FS, segmenterOf func(*Lexicon) *Segmenter) (*RuleSet, error) {
	files, err := readLayers(append([]fs.FS{base}, overlays...))
	if err != nil {
		return nil, err
	}
	return compileFiles(files, segmenterOf)
}

// compileFiles compiles a rule set with the segmenter of its lexicon, which it asks for before all other work.
func compileFiles(files []file, segmenterOf func(*Lexicon) *Segmenter) (*RuleSet, error) {
	texts, err := plain(files)
	if err != nil {
		return nil, err
	}
	var p problems
	lexicon := readLexicon(texts, &p)
	segmenter := segmenterOf(lexicon)
	taxonomy := readTaxonomy(texts, &p)
	marks := readMarks(texts, &p)
	cues := readCues(texts, &p)
	rules := readRuleFiles(texts, &p)
	words, layer := readWordTable(texts, &p)
	program := compile(taxonomy, marks, rules, cues, lexicon, &p)
	if err := p.err(); err != nil {
		return nil, err
	}
	source := archive(files)
	files = slices.DeleteFunc(slices.Clone(files), file.isExamples)
	rs := &RuleSet{program: program, taxonomy: taxonomy, marks: marks, segmenter: segmenter, sources: files, source: source, hash: hashSource(source)}
	if words != nil {
		rs.weights = layWeights(words, layer, taxonomy)
	}
	rs.pool = newPool(program)
	return rs, nil
}

func newPool(p *program) *sync.Pool {
	return &sync.Pool{New: func() any { return newMatches(p) }}
}

func newMatches(p *program) *matches {
	n := len(p.groups)
	m := &matches{program: p, raw: make([][]span, n), words: make([][]span, n), filtered: make([]bool, n), mixed: make([]bool, n)}
	m.note = m.take
	return m
}

// Hash identifies the set: a hash of its files and of the classifier's version.
func (rs *RuleSet) Hash() string { return rs.hash }

// Source is the full text of the set's files, for the archive; FromSource reads it.
func (rs *RuleSet) Source() []byte { return bytes.Clone(rs.source) }

// Revision is the number that the ledger gave to the set, 0 if none.
func (rs *RuleSet) Revision() int64 { return rs.rev }

// WithRevision returns the same set under a revision of the ledger.
func (rs *RuleSet) WithRevision(rev int64) *RuleSet {
	next := *rs
	next.rev = rev
	return &next
}

// Taxonomy is the set's labels. It must not be changed.
func (rs *RuleSet) Taxonomy() *Taxonomy { return rs.taxonomy }

// Marks is the set's urgency signals and portrait labels. It must not be changed.
func (rs *RuleSet) Marks() *Marks { return rs.marks }

// RuleInfo is what a list of rules shows of one.
type RuleInfo struct {
	ID      string
	Decides string // label, nature, responsible, found, urgency or portrait
	Value   string // what it decides for: a code, a nature, a party
	Weight  float64
	File    string // of an overlay with its folder
	Line    int
	Overlay bool // of a layer over the base
}

// Rules lists the rules in the order of the files.
func (rs *RuleSet) Rules() []RuleInfo {
	var list []RuleInfo
	for d, rules := range rs.rules {
		for _, r := range rules {
			list = append(list, RuleInfo{r.id, decisionNames[d], r.label, r.weight, r.place.file.name(), r.place.position().Line, r.place.file.layer > 0})
		}
	}
	return list
}

// Segmenter is the set's segmenter.
func (rs *RuleSet) Segmenter() *Segmenter { return rs.segmenter }

// Ready loads the segmenter's dictionary, if it is not loaded yet. Analyze panics where Ready fails, which happens only
// in a program built without gse's dictionaries.
func (rs *RuleSet) Ready() error { return rs.segmenter.Ready() }

// take lays a call out and finds its words; give it back with give.
func (rs *RuleSet) take(call *hotline.Call, wantWords bool) *matches {
	m := rs.pool.Get().(*matches)
	if err := m.doc.lay(call, rs.segmenter, wantWords); err != nil {
		panic(fmt.Sprintf("classify without a ready segmenter: %v", err))
	}
	m.find()
	return m
}

// give takes back what take gave and lets go of the call.
func (rs *RuleSet) give(m *matches) {
	clear(m.doc.turns)
	m.doc.call = nil
	rs.pool.Put(m)
}

// Analyze finds the labels, the nature, the responsible party, the marks and the entities of a call. It depends on the
// call and the set alone.
func (rs *RuleSet) Analyze(call *hotline.Call) hotline.Analysis {
	m := rs.take(call, true)
	defer rs.give(m)
	a := hotline.Analysis{Labels: []hotline.Label{}, Tokens: m.doc.words(), RulesetRev: rs.rev, RulesetHash: rs.hash}
	scores := rs.score(m)
	for _, i := range m.given {
		a.Labels = append(a.Labels, hotline.Label{Code: rs.taxonomy.Labels[i].Code, Weight: scores[i].weight, Hits: scores[i].hits})
	}
	if len(a.Labels) > 0 {
		strongest, _ := rs.taxonomy.Label(a.Labels[0].Code)
		a.Margin = a.Labels[0].Weight - strongest.Threshold
	}
	m.labels = append(m.labels, a.Codes()...)
	a.Nature = hotline.Nature(rs.vote(m, decidesNature).winner)
	a.Responsible = hotline.Responsible(rs.vote(m, decidesResponsible).winner)
	a.Found = hotline.Responsible(rs.found(m).winner)
	a.Urgency, a.Portrait = marksOf(rs.findMarks(m, decidesUrgency)), marksOf(rs.findMarks(m, decidesPortrait))
	a.Experience = rs.taxonomy.experience(m.labels)
	a.Entities = m.doc.entities()
	return a
}
