package classify

import (
	"slices"
	"strings"
)

// gapFiller stands in the gaps of realised patterns: a character that no pattern has and no text either.
const gapFiller = '\uE000'

// maxRealised bounds the texts that one pattern is realised as; a pattern with more is not examined.
const maxRealised = 400

// wordList is a group as the linter sees it: all its patterns, and which of them stand in the group itself.
type wordList struct {
	name  string
	owner string // the rule; empty for a shared group
	place Problem
	opts  options
	own   []placedPattern
	texts []string // of all patterns
	mask  []string

	use listUse
}

// listUse is what conditions ask of the words of a group besides that they are there. A longer word that holds a shorter
// one of the group may then do what the shorter one does not.
type listUse struct {
	measured bool // compare a quantity in them: the longer one may hold more
	spaced   bool // count them, or what stands between them and others: the longer one is one, and nearer
	claused  bool // want them in one clause with others: the longer one may reach into another
}

// listKey names a group: the rule, none for shared groups, and its name.
type listKey struct{ owner, name string }

// patternLint knows every pattern by its text, as a group of the matcher of its own.
type patternLint struct {
	*linter
	ids     map[string]int32
	matcher *matcher
	search  search
	found   map[string][]realised // by pattern
}

// realised is a text that a pattern matches as a whole, with the patterns that stand in it.
type realised struct {
	text   []rune
	length int32
	hits   map[int32][]span
	cues   [cueKinds][]span
}

// patterns looks for patterns and groups that do nothing.
func (l *linter) patterns() {
	lists := l.wordLists()
	p := &patternLint{linter: l, ids: map[string]int32{}, found: map[string][]realised{}}
	var read [][]pattern
	for _, w := range lists {
		for _, text := range slices.Concat(w.texts, w.mask) {
			if _, ok := p.ids[text]; !ok {
				one, _ := readPattern(text, l.rs.segmenter.lexicon.folder) // it did when the set was compiled
				p.ids[text] = int32(len(read))
				read = append(read, []pattern{one})
			}
		}
	}
	p.matcher = newMatcher(read)
	for _, w := range lists {
		p.list(w, read)
	}
	l.sameGroups(lists)
}

// wordLists gathers the shared groups, and those of the rules.
func (l *linter) wordLists() []*wordList {
	var lists []*wordList
	files := l.rs.files
	uses := l.uses()
	add := func(g groupSource, owner string) {
		w := &wordList{name: g.name, owner: owner, place: g.place.describe(0, ""), opts: g.opts, use: uses[listKey{owner, g.name}]}
		for _, p := range g.any {
			if p.text[0] != '@' {
				w.own = append(w.own, p)
			}
		}
		w.texts = textsOf(files.flatten(g.any))
		w.mask = textsOf(files.flatten(slices.Concat(g.mask, files.masksOf(g.any, nil))))
		lists = append(lists, w)
	}
	for name, g := range files.groups {
		g.name = "@" + name
		add(g, "")
	}
	slices.SortFunc(lists, func(a, b *wordList) int { return strings.Compare(a.name, b.name) })
	for i := range files.rules {
		r := &files.rules[i]
		if r.disabled {
			continue
		}
		for _, g := range r.groups {
			add(g, r.id)
		}
	}
	return lists
}

// uses tells what conditions ask of each group, and of the shared groups that it takes in.
func (l *linter) uses() map[listKey]listUse {
	uses := map[listKey]listUse{}
	var note func(key listKey, patterns []placedPattern, use listUse)
	note = func(key listKey, patterns []placedPattern, use listUse) {
		old := uses[key]
		sum := listUse{old.measured || use.measured, old.spaced || use.spaced, old.claused || use.claused}
		if sum == old {
			return
		}
		uses[key] = sum
		for _, p := range patterns {
			if p.text[0] == '@' {
				note(listKey{"", p.text}, l.rs.files.groups[p.text[1:]].any, use)
			}
		}
	}
	look := func(owner string, when *expr) {
		when.walk(func(e *expr) {
			use := listUse{
				measured: e.op == opMeasure,
				spaced:   e.op == opCount || e.op == opNear && (e.unit == unitChar || e.unit == unitToken),
				claused:  e.op == opNear && e.unit == unitClause,
			}
			if use == (listUse{}) {
				return
			}
			for _, id := range groupsOf(e, false) {
				g, key := &l.rs.groups[id], listKey{owner, l.rs.groups[id].name}
				if g.name[0] == '@' {
					key.owner = ""
				}
				note(key, g.patterns, use)
			}
		})
	}
	for _, rules := range l.rs.rules {
		for i := range rules {
			look(rules[i].id, rules[i].when)
		}
	}
	for _, required := range append(slices.Clip(l.rs.requires), l.rs.marksRequire) {
		if required != nil {
			look("", required)
		}
	}
	return uses
}

func textsOf(patterns []placedPattern) []string {
	texts := make([]string, len(patterns))
	for i, p := range patterns {
		texts[i] = p.text
	}
	return texts
}

// list looks at the patterns of one group, the last first, so that of two alike the later is named.
func (p *patternLint) list(w *wordList, read [][]pattern) {
	others := map[int32]string{}
	count := map[string]int{}
	for _, text := range w.texts {
		others[p.ids[text]] = text
		count[text]++
	}
	masked := map[int32]bool{} // stand in a phrase of the mask
	for _, phrase := range w.mask {
		for _, r := range p.realise(phrase, read) {
			for id := range r.hits {
				masked[id] = true
			}
		}
	}
	for _, own := range slices.Backward(w.own) {
		id := p.ids[own.text]
		if count[own.text] > 1 {
			count[own.text]--
			p.add(RemarkDuplicate, own.node.describe(own.at, "模式 %s 在词组 %s 中有两次；去掉一次", own.text, w.name))
			continue
		}
		for i, r := range own.text {
			if r == '<' && placeholder(own.text[i:]) > 0 {
				p.add(RemarkDead, own.node.describe(own.at, "模式 %s 永远匹配不到：脱敏写下的内容规则看不见；去掉它", own.text))
			}
		}
		texts := p.realise(own.text, read)
		if len(texts) == 0 {
			continue
		}
		if phrase, ok := p.hiddenBy(w, texts); ok {
			p.add(RemarkDead, own.node.describe(own.at, "模式 %s 永远匹配不到：总被 mask %s 盖住（词组 %s）；去掉其中一个", own.text, phrase, w.name))
			continue
		}
		if w.opts.cues[cueNegation] == cueRequire && !slices.ContainsFunc(texts, func(r realised) bool { return len(r.cues[cueNegation]) == 0 }) {
			p.add(RemarkDead, own.node.describe(own.at, "模式 %s 里已有否定，而词组 %s 要求前面有否定；把否定从模式里去掉，或写 neg: ignore", own.text, w.name))
		}
		delete(others, id)
		if cover := p.coveredBy(w, texts, others, masked); cover != "" && !w.use.measured {
			p.add(RemarkDead, own.node.describe(own.at, "模式 %s 能找到的，%s 都能找到；把它从词组 %s 中去掉", own.text, cover, w.name))
			continue
		}
		others[id] = own.text
	}
}

// hiddenBy finds a phrase of the mask that covers the pattern in each of its texts.
func (p *patternLint) hiddenBy(w *wordList, texts []realised) (phrase string, ok bool) {
	for _, r := range texts {
		i := slices.IndexFunc(w.mask, func(m string) bool { return holdsSpan(r.hits[p.ids[m]], span{start: 0, end: r.length}) })
		if i < 0 {
			return "", false
		}
		phrase = w.mask[i]
	}
	return phrase, true
}

// coveredBy names a pattern of the group that stands in every text of another, past the same filters; empty for none.
func (p *patternLint) coveredBy(w *wordList, texts []realised, others map[int32]string, masked map[int32]bool) string {
	name := ""
	for _, r := range texts {
		best := ""
		for id, spans := range r.hits {
			text, ok := others[id]
			if !ok {
				continue
			}
			for _, s := range spans {
				whole := s.start == 0 && s.end == r.length
				if (whole || w.part(r, s) && !masked[id]) && (best == "" || text < best) {
					best = text
				}
			}
		}
		if best == "" {
			return ""
		}
		name = best
	}
	return name
}

// part reports whether a word that is part of the text of a longer one of the group always does what the longer one does.
func (w *wordList) part(r realised, s span) bool {
	if w.use.spaced || w.use.claused && r.reaches(s) || w.opts.pinyin.ofOwn() || slices.Contains(w.opts.cues[:], cueRequire) {
		return false
	}
	return w.takes(s) && !r.cueBeside(w, s)
}

// reaches reports whether the text may go on into another clause outside the word.
func (r *realised) reaches(s span) bool {
	for i, c := range r.text {
		if (int32(i) < s.start || int32(i) >= s.end) && (c == gapFiller || endsClause(r.text, i)) {
			return true
		}
	}
	return false
}

// takes reports whether no token border can hide the word.
func (w *wordList) takes(s span) bool {
	return w.opts.border == borderAny || w.opts.border == borderAuto && s.end-s.start > 2
}

// cueBeside reports whether a cue that the group heeds stands in the text outside the word: it hides the word and not the
// longer one that it is part of.
func (r *realised) cueBeside(w *wordList, s span) bool {
	for k, cues := range r.cues {
		if w.opts.cues[k] != cueIgnore && slices.ContainsFunc(cues, func(c span) bool { return c.start < s.start || c.end > s.end }) {
			return true
		}
	}
	return false
}

// realise writes the texts of a pattern and finds what stands in them; none where there are too many.
func (p *patternLint) realise(text string, read [][]pattern) []realised {
	if known, ok := p.found[text]; ok {
		return known
	}
	var all []realised
	for _, runes := range realisations(read[p.ids[text]][0].expand()) {
		r := realised{text: runes, length: int32(len(runes)), hits: map[int32][]span{}}
		p.matcher.match(&p.search, runes, func(id, start, end int32) {
			r.hits[id] = append(r.hits[id], span{start: start, end: end})
		})
		p.rs.matcher.match(&p.search, runes, func(g, start, end int32) {
			for k, cues := range p.rs.cues {
				if g == cues.before || g == cues.after {
					r.cues[k] = append(r.cues[k], span{start: start, end: end})
				}
			}
		})
		all = append(all, r)
	}
	p.found[text] = all
	return all
}

// realisations writes every text that sequences match, gaps at every length filled with a character of no pattern, numbers
// at their shortest and longest; nil where there are too many.
func realisations(sequences []sequence) [][]rune {
	var all [][]rune
	for _, s := range sequences {
		texts := [][]rune{nil}
		for _, part := range s {
			var choices [][]rune
			switch {
			case part.isLiteral():
				choices = [][]rune{part.literal}
			case part.isClass():
				for _, r := range part.class {
					choices = append(choices, []rune{r})
				}
			case part.number:
				choices = [][]rune{{'三'}, []rune("2.5"), []rune(strings.Repeat("9", maxNumber))}
			default:
				for n := part.min; n <= part.max; n++ {
					choices = append(choices, slices.Repeat([]rune{gapFiller}, n))
				}
			}
			if len(texts)*len(choices) > maxRealised {
				return nil
			}
			var next [][]rune
			for _, head := range texts {
				for _, tail := range choices {
					next = append(next, slices.Concat(head, tail))
				}
			}
			texts = next
		}
		if all = append(all, texts...); len(all) > maxRealised {
			return nil
		}
	}
	return all
}

// minSame is the fewest patterns of two groups of different rules that are told to be alike.
const minSame = 4

// sameGroups looks for groups with the same patterns and filters.
func (l *linter) sameGroups(lists []*wordList) {
	type content struct {
		texts, mask string
		opts        options
	}
	known := map[content]*wordList{}
	for _, w := range lists {
		texts, mask := slices.Sorted(slices.Values(w.texts)), slices.Sorted(slices.Values(w.mask))
		key := content{strings.Join(texts, " "), strings.Join(mask, " "), w.opts}
		first := known[key]
		if first == nil {
			known[key] = w
			continue
		}
		what := w.place
		switch {
		case len(w.own) == 0: // only takes in a shared group
			continue
		case w.owner == "":
			what.What = "共用词组 " + w.name + " 与 " + first.name + " 相同；留一个"
		case first.owner == "":
			what.What = "规则 " + w.owner + " 的词组 " + w.name + " 与 " + first.name + " 相同；改写 " + first.name
		case len(w.texts) >= minSame:
			what.What = "规则 " + w.owner + " 的词组 " + w.name + " 与 " + first.owner + " 的 " + first.name + " 相同；合成一个共用词组"
		default:
			continue
		}
		l.add(RemarkDuplicate, what)
	}
}
