package classify

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of what is tried for one change of a rule.
const (
	maxBases    = 16   // texts of the rule that are varied
	maxNeutral  = 2000 // passages that fill distances
	maxVaried   = 2    // variations that are kept
	maxTries    = 240  // variations that are tried
	maxSpoken   = 6    // realisations of a pattern
	maxPatterns = 8    // patterns of a group that are tried in a condition
)

// vary looks for variations of texts of the rule that notice what no passage does: a word is replaced, negated, put
// into a phrase of the mask or into an agent's mouth; words are taken out, parted, or joined by what the rule excludes.
// They are drafts: what they say is the author's to mend.
func (p *proposer) vary(r *openRule, tried []*mutant) {
	texts := slices.Clone(r.bases)
	for _, e := range r.examples[exampleMatch] {
		texts = append(texts, e.text)
	}
	var bases []baseText
	for _, text := range texts {
		if b, ok := p.base(r, text); ok {
			bases = append(bases, b)
		}
	}
	for _, change := range tried {
		if change.killed || p.rivals[change] > 0 {
			continue
		}
		found, tries := 0, 0
		for _, b := range bases {
			for _, v := range (&variations{proposer: p, change: change, base: b}).list() {
				if tries++; tries > maxTries {
					break
				}
				if p.notices(r, change, v) {
					r.candidates = append(r.candidates, &candidatePassage{text: v.text, match: v.match, notices: []*mutant{change}})
					p.rivals[change]++
					found++
					break
				}
			}
			if found >= maxVaried || tries > maxTries {
				break
			}
		}
	}
}

// variation is a text and whether the rule has to match it.
type variation struct {
	text  string
	match bool
}

// notices reports whether the rule takes the variation as it has to, and the change otherwise.
func (p *proposer) notices(r *openRule, change *mutant, v variation) bool {
	t := p.trial
	t.text, t.kind = v.text, exampleNoMatch
	if v.match {
		t.kind = exampleMatch
	}
	p.lay(t)
	if r.testsLabels {
		t.m.labels = p.rs.givenLabels(t.m)
	}
	t.fires = t.again(r.rule, r.when)
	return t.right() && p.killedBy(change, r.rule, []*trial{t})
}

// baseText is a text of one turn on which a rule fires.
type baseText struct {
	prefix string // lines and speaker before the turn
	body   []rune
	used   []span // the words that it fires by, in the body
}

func (p *proposer) base(r *openRule, text string) (b baseText, ok bool) {
	if !p.notices(r, &mutant{unit: -1, when: &expr{op: opNot, children: []*expr{r.when}}}, variation{text, true}) {
		return b, false
	}
	m := p.trial.m
	if len(m.doc.turns) != 1 {
		return b, false
	}
	p.trial.again(r.rule, r.when)
	for _, s := range m.used {
		b.used = append(b.used, span{s.start, s.end, m.groups[s.group].base, -1})
	}
	slices.SortFunc(b.used, compareSpans)
	b.body = []rune(m.doc.turns[0].text)
	b.prefix = strings.TrimSuffix(text, m.doc.turns[0].text)
	return b, true
}

func (b *baseText) with(start, end int32, words string) string {
	return b.prefix + string(b.body[:start]) + words + string(b.body[end:])
}

// of lists the used words of the groups.
func (b *baseText) of(groups []int32) []span {
	var found []span
	for _, s := range b.used {
		if slices.Contains(groups, s.group) {
			found = append(found, s)
		}
	}
	return found
}

// clause is the clause of a word, with the mark that ends it.
func (b *baseText) clause(s span) (from, to int32) {
	folded := []rune(folder{}.foldString(string(b.body)))
	from, to = s.start, s.end
	for from > 0 && !endsClause(folded, int(from-1)) {
		from--
	}
	for int(to) < len(folded) && !endsClause(folded, int(to-1)) {
		to++
	}
	return from, to
}

// without leaves the words of groups out, or the clauses that they stand in.
func (b *baseText) without(groups []int32, clauses bool) string {
	gone := make([]bool, len(b.body))
	for _, s := range b.of(groups) {
		from, to := s.start, s.end
		if clauses {
			from, to = b.clause(s)
		}
		for i := from; i < to; i++ {
			gone[i] = true
		}
	}
	var left []rune
	for i, r := range b.body {
		if !gone[i] {
			left = append(left, r)
		}
	}
	return b.prefix + strings.Trim(string(left), "，。、；")
}

// parted writes the text with so much between two words that only the changed distance tells them apart, or holds them together.
func (p *proposer) parted(b baseText, first, second span, change *mutant) []string {
	n, gap := change.node.distance, int(second.start-first.end)
	var texts []string
	insert := func(filler string) {
		at := second.start
		if from, _ := b.clause(second); from > first.end {
			at = from
		}
		texts = append(texts, b.with(at, at, filler))
	}
	least, most := n+1, 2*n // characters between the words
	switch {
	case change.node.unit == unitClause:
		insert("，")
		return texts
	case change.node.unit == unitSentence:
		insert("。")
		return texts
	case change.node.unit == unitTurn:
		for _, turns := range []int{1, 2, 3, n/2 + 1, n, n + 1, 2 * n} {
			said := strings.Repeat("\n坐席：好的您稍等\n客户：嗯", turns/2) + strings.Repeat("\n坐席：好的您稍等", turns%2)
			at, _ := b.clause(second)
			if at < first.end {
				continue
			}
			texts = append(texts, "客户："+strings.TrimRight(string(b.body[:at]), "，。")+said+"\n客户："+string(b.body[at:]))
		}
		return texts
	case change.operator == MutateNearOff:
		most = 3 * n
	case change.operator == MutateNearer:
		least, most = n/2+1, n
	}
	if change.node.unit == unitToken {
		most *= 2
	}
	if gap >= least && gap <= most {
		return texts
	}
	for _, filler := range p.fillers(least-gap, most-gap-2) {
		insert("，" + filler + "，")
		insert(filler)
	}
	return texts
}

// fillers are some passages without a label, of so many characters.
func (p *proposer) fillers(least, most int) []string {
	var found []string
	for _, text := range p.neutral {
		n := utf8.RuneCountInString(text)
		if n < least || n > most {
			continue
		}
		if found = append(found, text); len(found) == 10 {
			break
		}
	}
	if len(found) == 0 && least > 0 && least <= maxPassage { // the author fills the gap
		found = append(found, strings.Repeat("某", least+(max(most, least)-least)/2))
	}
	return found
}
