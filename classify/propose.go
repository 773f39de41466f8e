package classify

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"suqiu/hotline"
)

// Passage is a text, written like an example, that may become one. Where careful readers judged the contact that it is from, an
// example must not contradict them: a rule may only match what has its label, and only reject what has it not.
type Passage struct {
	Text   string
	Whole  bool       // it begins where a sentence begins and ends where one ends
	Judged *Judgement // nil where nobody did
}

// Judgement is what careful readers found in a contact.
type Judgement struct {
	Labels      []string // that are right
	Also        []string // that are neither right nor wrong
	Nature      []hotline.Nature
	Responsible []hotline.Responsible
}

// Proposal is a passage that would make a good example of a rule: the rule and some of its changes take it differently.
type Proposal struct {
	Rule    string
	Match   bool // or it is one that the rule must reject
	Text    string
	Notices []Gap // changes that no example notices yet and this one would
}

// maxRivals bounds the passages that are kept for one change.
const maxRivals = 12

// Propose looks for passages that notice changes which the examples do not. Of each rule whose id begins with prefix it
// takes the fewest, shortest and most complete that notice most, any two and all examples of the rule at least four
// edits apart. progress is told how many passages were looked at. It fails where the segmenter is not ready or ctx
// ends.
func (rs *RuleSet) Propose(ctx context.Context, passages []Passage, prefix string, progress func(done, all int)) ([]Proposal, error) {
	if err := rs.Ready(); err != nil {
		return nil, err
	}
	m := newMeasurer(rs, Scope{}, true)
	if err := m.all(ctx); err != nil {
		return nil, err
	}
	p := m.proposer(prefix)
	slices.SortStableFunc(passages, func(a, b Passage) int {
		if a.Whole != b.Whole {
			return map[bool]int{true: -1, false: 1}[a.Whole]
		}
		return cmp.Or(cmp.Compare(utf8.RuneCountInString(a.Text), utf8.RuneCountInString(b.Text)), cmp.Compare(a.Text, b.Text))
	})
	for i := range passages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		progress(i+1, len(passages))
		if i == 0 || passages[i].Text != passages[i-1].Text {
			p.look(&passages[i])
		}
	}
	for _, r := range p.rules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.vary(r, m.tried[r.rule])
	}
	return p.choose(), nil
}

// openRule is a rule with changes that no example notices.
type openRule struct {
	*rule
	groups      []int32 // whose words it wants
	testsLabels bool
	open        []*mutant
	candidates  []*candidatePassage
	bases       []string // passages on which it fires
}

// candidatePassage is a passage with the changes of one rule that it notices.
type candidatePassage struct {
	text    string
	whole   bool
	match   bool
	notices []*mutant
}

// proposer looks at one passage after the other.
type proposer struct {
	*lab
	rules  []*openRule
	rivals map[*mutant]int // passages found so far
	trial  *trial

	neutral []string // passages without a label
}

func (m *measurer) proposer(prefix string) *proposer {
	p := &proposer{lab: m.lab, rivals: map[*mutant]int{}, trial: &trial{m: newMatches(m.program), units: map[int32][]span{}}}
	for _, rules := range m.rs.rules {
		for i := range rules {
			r := &rules[i]
			o := &openRule{rule: r, groups: groupsOf(r.when, true), testsLabels: r.testsLabels()}
			for _, c := range m.tried[r] {
				if !c.killed {
					o.open = append(o.open, c)
				}
			}
			if len(o.open) > 0 && strings.HasPrefix(r.id, prefix) {
				p.rules = append(p.rules, o)
			}
		}
	}
	return p
}

// look tries one passage on all rules.
func (p *proposer) look(passage *Passage) {
	t := p.trial
	t.text = passage.Text
	p.lay(t)
	labelled := false
	if j := passage.Judged; j != nil && len(j.Labels)+len(j.Also) == 0 && len(p.neutral) < maxNeutral && !strings.ContainsAny(t.text, "：\n") {
		p.neutral = append(p.neutral, t.text)
	}
	for _, r := range p.rules {
		if len(r.open) == 0 || !slices.ContainsFunc(r.groups, func(g int32) bool { return len(t.m.raw[g]) > 0 }) {
			continue
		}
		if r.testsLabels && !labelled {
			t.m.labels, labelled = p.rs.givenLabels(t.m), true
		}
		t.fires, t.kind = t.again(r.rule, r.when), exampleNoMatch
		if t.fires {
			t.kind = exampleMatch
		}
		if !passage.Judged.allows(r.rule, t.fires) {
			continue
		}
		if t.fires && len(r.bases) < maxBases {
			r.bases = append(r.bases, t.text)
		}
		c := &candidatePassage{text: t.text, whole: passage.Whole, match: t.fires}
		for _, change := range r.open {
			if change.unit >= 0 && len(t.units[change.unit]) == 0 {
				continue
			}
			if p.killedBy(change, r.rule, []*trial{t}) {
				c.notices = append(c.notices, change)
				p.rivals[change]++
			}
		}
		if len(c.notices) == 0 {
			continue
		}
		r.candidates = append(r.candidates, c)
		r.open = slices.DeleteFunc(r.open, func(change *mutant) bool { return p.rivals[change] >= maxRivals })
	}
}

// allows reports whether an example of the rule would not contradict what the readers found.
func (j *Judgement) allows(r *rule, match bool) bool {
	if j == nil {
		return true
	}
	right, open := false, false
	switch r.source.decides {
	case decidesLabel:
		right, open = slices.Contains(j.Labels, r.label), slices.Contains(j.Also, r.label)
	case decidesNature:
		right = slices.Contains(j.Nature, hotline.Nature(r.label))
		open = len(j.Nature) == 0
	case decidesResponsible:
		right = slices.Contains(j.Responsible, hotline.Responsible(r.label))
		open = len(j.Responsible) == 0
	default: // nobody judged it
		return true
	}
	if r.weight < 0 {
		right = !right
	}
	return !open && right == match
}

// choose takes of each rule's passages the one that notices most for its length, and again until nothing is left to notice.
func (p *proposer) choose() []Proposal {
	var proposals []Proposal
	noticed := map[*mutant]bool{}
	for _, r := range p.rules {
		from := len(proposals)
		var texts []string
		for _, kind := range []exampleKind{exampleMatch, exampleNoMatch} {
			for _, e := range r.examples[kind] {
				texts = append(texts, e.text)
			}
		}
		for {
			best := r.best(noticed, texts)
			if best == nil {
				break
			}
			proposal := Proposal{Rule: r.id, Match: best.match, Text: best.text}
			for _, change := range best.notices {
				if !noticed[change] {
					noticed[change] = true
					proposal.Notices = append(proposal.Notices, Gap{change.place, change.rule})
				}
			}
			texts = append(texts, best.text)
			proposals = append(proposals, proposal)
		}
		slices.SortStableFunc(proposals[from:], func(a, b Proposal) int { return matchFirst(a.Match) - matchFirst(b.Match) })
	}
	return proposals
}

func matchFirst(match bool) int {
	if match {
		return 0
	}
	return 1
}

// shortExample is a length, in characters, at which the length of an example starts to matter against what it notices.
const shortExample = 20

// preferWhole is how much more an example is worth that is a whole sentence.
const preferWhole = 2

// best is the passage that notices most new changes for its length; nil where none notices any.
func (r *openRule) best(noticed map[*mutant]bool, texts []string) *candidatePassage {
	var best *candidatePassage
	worth := 0.0
	r.candidates = slices.DeleteFunc(r.candidates, func(c *candidatePassage) bool {
		fresh := 0
		for _, change := range c.notices {
			if !noticed[change] {
				fresh++
			}
		}
		if fresh == 0 {
			return true
		}
		w := float64(fresh) / float64(shortExample+utf8.RuneCountInString(c.text))
		if c.whole {
			w *= preferWhole
		}
		if w <= worth {
			return false
		}
		if slices.ContainsFunc(texts, func(text string) bool { return EditDistance(text, c.text) < minDistance }) {
			return true
		}
		best, worth = c, w
		return false
	})
	return best
}
