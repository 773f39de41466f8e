package classify

import "strings"

// spoken are some short texts that a pattern matches, its gaps as short as may be.
func (p *proposer) spoken(pattern string) []string {
	sequences, err := expandPattern(pattern, p.rs.segmenter.lexicon.folder)
	if err != nil {
		return nil // a reference to a shared group
	}
	var texts []string
	for _, s := range sequences {
		var text strings.Builder
		for _, part := range s {
			switch {
			case part.isLiteral():
				text.WriteString(string(part.literal))
			case part.isClass():
				text.WriteRune(part.class[0])
			case part.number:
				text.WriteString("3")
			default:
				text.WriteString(strings.Repeat("某", part.min))
			}
		}
		if texts = append(texts, text.String()); len(texts) == maxSpoken {
			break
		}
	}
	return texts
}

// plain are texts of the first patterns of a group.
func (p *proposer) plain(g int32) []string {
	if g < 0 {
		return nil
	}
	var texts []string
	for _, pattern := range p.program.files.flatten(p.program.groups[g].patterns) {
		if s := p.spoken(pattern.text); len(s) > 0 {
			texts = append(texts, s[0])
		}
		if len(texts) == 2*maxPatterns {
			break
		}
	}
	return texts
}

// words are texts for which a condition holds, as far as it is of words.
func (p *proposer) words(e *expr) []string {
	switch e.op {
	case opGroup:
		all := p.plain(e.group)
		return all[:min(len(all), maxPatterns)]
	case opOr:
		var all []string
		for _, c := range e.children {
			all = append(all, p.words(c)...)
		}
		return all
	case opNear, opAnd:
		all := []string{""}
		for _, c := range e.children {
			if c.op == opNot || c.op == opTest {
				continue
			}
			var next []string
			for _, head := range all {
				for _, w := range p.words(c) {
					if len(next) < maxPatterns*maxPatterns {
						next = append(next, head+w)
					}
				}
			}
			all = next
		}
		return all
	case opNot, opTest:
		return nil
	}
	return p.words(e.children[0])
}
