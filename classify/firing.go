package classify

import (
	"cmp"
	"path/filepath"
	"slices"

	"suqiu/hotline"
)

// Firing is what fired on a call.
type Firing struct {
	Rules    []string    // ids of all rules that fired, those for labels first
	Labels   []string    // given, in the order of the taxonomy
	Silenced []Silencing // labels that gave way
}

// Silencing is a label with enough weight that gave way to another, or to ByWords.
type Silencing struct {
	Label, By string
}

// ByWords stands in the place of a rule, or of a label that another gave way to, where the word weights decided.
const ByWords = "words"

// Firing tells which rules fire on a call and which labels silence each other.
func (rs *RuleSet) Firing(call *hotline.Call) Firing {
	m := rs.take(call, false)
	defer rs.give(m)
	var f Firing
	scores := rs.score(m)
	for i := range scores {
		s, code := &scores[i], rs.taxonomy.Labels[i].Code
		for _, r := range s.fired {
			f.Rules = append(f.Rules, rs.rules[decidesLabel][r].id)
		}
		switch {
		case s.given():
			f.Labels = append(f.Labels, code)
		case s.enough && s.allowed:
			f.Silenced = append(f.Silenced, Silencing{code, cmp.Or(s.silencedBy, ByWords)})
		}
	}
	m.labels = append(m.labels[:0], f.Labels...)
	for _, b := range []ballot{rs.vote(m, decidesNature), rs.vote(m, decidesResponsible), rs.found(m)} {
		for _, vote := range b.rules {
			f.Rules = append(f.Rules, vote.id)
		}
	}
	for _, on := range []decision{decidesUrgency, decidesPortrait} {
		for _, mark := range rs.findMarks(m, on) {
			for _, r := range mark.Fired {
				f.Rules = append(f.Rules, r.Rule)
			}
		}
	}
	return f
}

// SharingSegmenter returns the set with the other's segmenter, if their lexicons are the same: its dictionary is large.
func (rs *RuleSet) SharingSegmenter(other *RuleSet) *RuleSet {
	if !rs.segmenter.lexicon.equal(other.segmenter.lexicon) {
		return rs
	}
	next := *rs
	next.segmenter = other.segmenter
	return &next
}

// WithFile compiles the set again with one more file of rules laid over it, as if it stood in an overlay's rules folder. Errors
// name it by its path. It keeps the segmenter in memory and runs no examples.
func (rs *RuleSet) WithFile(name string, data []byte) (*RuleSet, error) {
	over := file{layer: rs.top() + 1, path: "rules/" + filepath.Base(name), shown: name, data: data}
	next, err := compileFiles(append(slices.Clip(rs.sources), over), rs.segmenter.with)
	if err != nil {
		return nil, err
	}
	return next.InZone(rs.zone), nil
}

// top is the number of the uppermost layer.
func (rs *RuleSet) top() int {
	top := 0
	for _, f := range rs.sources {
		top = max(top, f.layer)
	}
	return top
}
