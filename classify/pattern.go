package classify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"suqiu/classify/quantity"
)

// Bounds of one pattern; with them matching takes a bounded time at each place of a text.
const (
	maxSequences = 4000 // that one pattern may stand for
	maxSpan      = 60   // characters that it may match
	maxGap       = 12
	starGap      = 6
	maxNumber    = 8 // characters of a number
	maxDepth     = 20
)

// part is one step of a sequence: a literal, one character of a class, a gap of min to max characters, or a number of 1
// to maxNumber.
type part struct {
	literal  []rune
	class    []rune // two or more
	min, max int
	number   bool
}

func (p part) isLiteral() bool { return p.literal != nil }

func (p part) isClass() bool { return p.class != nil }

// sequence is one way to match a pattern. Its first part, or the one after a leading number, is a literal or a class.
type sequence []part

// patternError is a fault so many characters into a pattern.
type patternError struct {
	at   int
	what string
}

func (e *patternError) Error() string { return e.what }

// expandPattern reads the compact notation (docs/rules.md, Patterns) into the sequences that it stands for.
func expandPattern(pattern string, fold folder) ([]sequence, error) {
	p := &patternParser{text: []rune(pattern), fold: fold}
	alternatives, err := p.choice(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) && p.text[p.at] == '|' {
		return nil, p.fault("put alternatives in parentheses, (a|b), or write two patterns parted by a space")
	}
	if p.at < len(p.text) {
		return nil, p.fault("unmatched %q; write \\%c for the character itself", p.text[p.at], p.text[p.at])
	}
	for _, s := range alternatives {
		if err := checkSequence(s); err != nil {
			return nil, err
		}
	}
	return alternatives, nil
}

func checkSequence(s sequence) error {
	if len(s) == 0 {
		return &patternError{0, "it matches the empty text; make something in it required"}
	}
	span := 0
	for _, p := range s {
		span += max(len(p.literal), min(len(p.class), 1), p.max)
	}
	last, anchor := s[len(s)-1], 0
	if s[0].number {
		anchor = 1
	}
	switch {
	case anchor == len(s) || !s[anchor].isLiteral() && !s[anchor].isClass():
		return &patternError{0, "it must begin with a character, or with a number and a character"}
	case last.max > 0 && !last.number:
		return &patternError{0, "it ends in a gap; remove the gap"}
	case span > maxSpan:
		return &patternError{0, fmt.Sprintf("it may span %d characters, at most %d; shorten it or use near", span, maxSpan)}
	}
	return nil
}

type patternParser struct {
	text []rune
	at   int
	fold folder
}

func (p *patternParser) fault(format string, args ...any) error {
	return &patternError{p.at, fmt.Sprintf(format, args...)}
}

// choice reads sequences parted by | up to a closing parenthesis or the end.
func (p *patternParser) choice(depth int) ([]sequence, error) {
	if depth > maxDepth {
		return nil, p.fault("parentheses nest deeper than %d", maxDepth)
	}
	var all []sequence
	for {
		branch, err := p.sequence(depth)
		if err != nil {
			return nil, err
		}
		if all = append(all, branch...); len(all) > maxSequences {
			return nil, p.fault("it stands for more than %d sequences; split it", maxSequences)
		}
		if p.at >= len(p.text) || p.text[p.at] != '|' || depth == 0 {
			return all, nil
		}
		p.at++
	}
}

func (p *patternParser) sequence(depth int) ([]sequence, error) {
	result := []sequence{nil}
	for p.at < len(p.text) && p.text[p.at] != ')' && p.text[p.at] != '|' {
		item, err := p.item(depth)
		if err != nil {
			return nil, err
		}
		if p.at < len(p.text) && p.text[p.at] == '?' {
			p.at++
			item = append(slices.Clip(item), nil)
		}
		if len(result)*len(item) > maxSequences {
			return nil, p.fault("it stands for more than %d sequences; split it", maxSequences)
		}
		next := make([]sequence, 0, len(result)*len(item))
		for _, head := range result {
			for _, tail := range item {
				next = append(next, join(head, tail))
			}
		}
		result = next
	}
	return result, nil
}

// join appends tail to head and melts two literals that meet into one.
func join(head, tail sequence) sequence {
	out := append(make(sequence, 0, len(head)+len(tail)), head...)
	for _, p := range tail {
		if n := len(out); n > 0 && out[n-1].isLiteral() && p.isLiteral() {
			out[n-1] = part{literal: slices.Concat(out[n-1].literal, p.literal)}
			continue
		}
		out = append(out, p)
	}
	return out
}

// item reads one character, class, choice, gap or number: the sequences it stands for.
func (p *patternParser) item(depth int) ([]sequence, error) {
	r := p.text[p.at]
	switch r {
	case '(':
		p.at++
		all, err := p.choice(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.at >= len(p.text) {
			return nil, p.fault("a ( is never closed; add )")
		}
		p.at++
		return melt(all), nil
	case '[':
		return p.class()
	case '*':
		p.at++
		return []sequence{{{max: starGap}}}, nil
	case '{':
		return p.gap()
	case '#':
		return p.number(depth)
	case '（', '）', '｜', '［', '］', '＊', '＃', '？':
		return nil, p.fault("%c is full width; write %c, or \\%c for the character itself", r, p.fold.fold(r), r)
	case '，', '、', '；', ',', ';':
		if depth == 0 && p.at > 0 {
			return nil, p.fault("patterns are parted by a space, not by %c; write a space, or \\%c for the character itself", r, r)
		}
	case '+':
		return nil, p.fault("there is no repetition; write the lengths that there are, as in 停停?停?, or \\+ for the character itself")
	case '.':
		if p.at+1 < len(p.text) && strings.ContainsRune("*+?", p.text[p.at+1]) {
			return nil, p.fault("this is no regular expression; for a gap of up to %d characters write * alone, for others {least,most}", starGap)
		}
	case ']', '}', '?', '@':
		if r == '?' && p.at > 0 && p.text[p.at-1] == '(' {
			return nil, p.fault("there is no looking ahead or behind; hide a word in a phrase with mask, or use near and not")
		}
		return nil, p.fault("unexpected %q; write \\%c for the character itself", r, r)
	case '\\':
		if p.at++; p.at >= len(p.text) {
			return nil, p.fault("it ends in a backslash; remove it or write \\\\")
		}
		r = p.text[p.at]
	}
	p.at++
	return []sequence{{{literal: []rune{p.fold.fold(r)}}}}, nil
}

// number reads # and, where the name of a quantity follows it, what that stands for. Four Latin letters and more are
// taken for such a name.
func (p *patternParser) number(depth int) ([]sequence, error) {
	p.at++
	end := p.at
	for end < len(p.text) && isLatin(p.text[end]) {
		end++
	}
	word := string(p.text[p.at:end])
	if kind := slices.Index(quantity.Names[:], word); kind >= 0 {
		p.at = end
		own := &patternParser{text: []rune(quantity.Patterns[kind]), fold: p.fold}
		return own.choice(depth + 1)
	}
	if len(word) > 3 {
		return nil, p.fault("there is no #%s; known are #%s%s; write \\%c for the letter itself", word, strings.Join(quantity.Names[:], ", #"), suggest(word, quantity.Names[:]), word[0])
	}
	return []sequence{{{number: true, max: maxNumber}}}, nil
}

// melt makes alternatives of one character each a class, so that they need not be written out.
func melt(all []sequence) []sequence {
	var class []rune
	for _, s := range all {
		if len(s) != 1 || len(s[0].literal) > 1 || s[0].max > 0 {
			return all
		}
		class = append(append(class, s[0].literal...), s[0].class...)
	}
	if len(class) < 2 {
		return all
	}
	return []sequence{{{class: class}}}
}

// class reads [abc], in which 0-9 and a-z stand for all between them.
func (p *patternParser) class() ([]sequence, error) {
	p.at++
	var all []sequence
	for p.at < len(p.text) && p.text[p.at] != ']' {
		from := p.classRune()
		to := from
		if p.at+1 < len(p.text) && p.text[p.at] == '-' && p.text[p.at+1] != ']' {
			p.at++
			to = p.classRune()
			if !isDigit(from) && !isLatin(from) || !isDigit(to) && !isLatin(to) || isDigit(from) != isDigit(to) || from > to {
				p.at--
				return nil, p.fault("%c-%c is no range of digits or Latin letters; write \\- for the character itself", from, to)
			}
		}
		for r := from; r <= to; r++ {
			all = append(all, sequence{{literal: []rune{r}}})
		}
	}
	switch {
	case p.at >= len(p.text):
		return nil, p.fault("a [ is never closed; add ]")
	case len(all) == 0:
		return nil, p.fault("[] holds no character")
	}
	p.at++
	return melt(all), nil
}

// classRune reads one folded character of a class.
func (p *patternParser) classRune() rune {
	if p.text[p.at] == '\\' && p.at+1 < len(p.text) {
		p.at++
	}
	p.at++
	return p.fold.fold(p.text[p.at-1])
}

func isLatin(r rune) bool { return 'a' <= r && r <= 'z' }

// gap reads {min,max}.
func (p *patternParser) gap() ([]sequence, error) {
	low, ok := p.digitsUpTo(',')
	high, ok2 := 0, false
	if ok {
		high, ok2 = p.digitsUpTo('}')
	}
	if !ok2 || low > high || high > maxGap {
		return nil, p.fault("a gap is {least,most} with most up to %d", maxGap)
	}
	p.at++
	return []sequence{{{min: low, max: high}}}, nil
}

// digitsUpTo reads digits after the present character; the end character becomes the present one.
func (p *patternParser) digitsUpTo(end rune) (int, bool) {
	start := p.at + 1
	for p.at++; p.at < len(p.text) && isDigit(p.text[p.at]); p.at++ {
	}
	if p.at >= len(p.text) || p.text[p.at] != end {
		return 0, false
	}
	n, err := strconv.Atoi(string(p.text[start:p.at]))
	return n, err == nil
}
