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

// pattern is a pattern as it is read: steps one after the other. Written out it is many sequences, a hundred thousand for the
// shipped rules, so what only passes through them, as the matcher's tree does, walks the steps.
type pattern []item

// item is a step of a pattern: a part, or one of several branches.
type item struct {
	part
	branches []pattern // nil for a part
}

// readPattern reads the compact notation (docs/rules.md, Patterns).
func readPattern(text string, fold folder) (pattern, error) {
	p := &patternParser{text: []rune(text), fold: fold}
	branches, _, err := p.choice(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) && p.text[p.at] == '|' {
		return nil, p.fault("几种写法要放进括号，如 (a|b)，或写成用空格隔开的两个模式")
	}
	if p.at < len(p.text) {
		return nil, p.fault("多了一个 %q；要匹配这个字符本身，写 \\%c", p.text[p.at], p.text[p.at])
	}
	read := branches[0]
	return read, read.each(make([]*part, 0, len(p.text)), nil, checkSequence)
}

// expandPattern reads a pattern and writes out the sequences that it stands for.
func expandPattern(text string, fold folder) ([]sequence, error) {
	read, err := readPattern(text, fold)
	if err != nil {
		return nil, err
	}
	return read.expand(), nil
}

// expand writes out the sequences.
func (p pattern) expand() []sequence {
	var all []sequence
	_ = p.each(nil, nil, func(parts []*part) error { // which returns what it is told to
		all = append(all, written(parts))
		return nil
	})
	return all
}

// route is what comes after some steps of a pattern.
type route struct {
	steps pattern
	after *route
}

// each calls do with the parts of each sequence, after those of head, until it returns an error. The parts are valid
// during the call.
func (p pattern) each(head []*part, after *route, do func(parts []*part) error) error {
	for len(p) > 0 && p[0].branches == nil {
		head, p = append(head, &p[0].part), p[1:]
	}
	if len(p) == 0 {
		if after == nil {
			return do(head)
		}
		return after.steps.each(head, after.after, do)
	}
	rest := &route{p[1:], after}
	for _, branch := range p[0].branches {
		if err := branch.each(head, rest, do); err != nil {
			return err
		}
	}
	return nil
}

// written is the sequence of the parts, literals that meet melted into one.
func written(parts []*part) sequence {
	s := make(sequence, 0, len(parts))
	for _, p := range parts {
		if n := len(s); n > 0 && s[n-1].isLiteral() && p.isLiteral() {
			s[n-1].literal = slices.Concat(s[n-1].literal, p.literal)
			continue
		}
		s = append(s, *p)
	}
	return s
}

func checkSequence(s []*part) error {
	if len(s) == 0 {
		return &patternError{0, "它能匹配空文本；至少留一个不可省略的字"}
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
		return &patternError{0, "它必须以字开头，或以数加字开头；改写开头"}
	case last.max > 0 && !last.number:
		return &patternError{0, "它以间隔结尾；去掉末尾的间隔"}
	case span > maxSpan:
		return &patternError{0, fmt.Sprintf("它可能跨 %d 个字，最多 %d 个；缩短它，或改用 near", span, maxSpan)}
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

// choice reads branches parted by | up to a closing parenthesis or the end, and counts the sequences that they stand for.
func (p *patternParser) choice(depth int) (branches []pattern, count int, err error) {
	if depth > maxDepth {
		return nil, 0, p.fault("括号套了 %d 层以上；拆开来写", maxDepth)
	}
	for {
		branch, n, err := p.steps(depth)
		if err != nil {
			return nil, 0, err
		}
		branches = append(branches, branch)
		if count += n; count > maxSequences {
			return nil, 0, p.fault("它代表的写法超过 %d 种；拆成几个模式", maxSequences)
		}
		if p.at >= len(p.text) || p.text[p.at] != '|' || depth == 0 {
			return branches, count, nil
		}
		p.at++
	}
}

// steps reads one branch and counts its sequences.
func (p *patternParser) steps(depth int) (steps pattern, count int, err error) {
	count = 1
	for p.at < len(p.text) && p.text[p.at] != ')' && p.text[p.at] != '|' {
		branches, n, err := p.item(depth)
		if err != nil {
			return nil, 0, err
		}
		if p.at < len(p.text) && p.text[p.at] == '?' {
			p.at++
			branches, n = append(slices.Clip(branches), nil), n+1
		}
		if count *= n; count > maxSequences {
			return nil, 0, p.fault("它代表的写法超过 %d 种；拆成几个模式", maxSequences)
		}
		if len(branches) == 1 {
			steps = append(steps, branches[0]...)
		} else {
			steps = append(steps, item{branches: branches})
		}
	}
	return steps, count, nil
}

// only is the one branch of an item that is a part.
func only(p part) []pattern { return []pattern{{{part: p}}} }

// item reads one character, class, choice, gap or number: its branches, and how many sequences they stand for.
func (p *patternParser) item(depth int) (branches []pattern, count int, err error) {
	r := p.text[p.at]
	switch r {
	case '(':
		p.at++
		branches, count, err := p.choice(depth + 1)
		if err != nil {
			return nil, 0, err
		}
		if p.at >= len(p.text) {
			return nil, 0, p.fault("括号 ( 没有合上；补上 )")
		}
		p.at++
		if melted := melt(branches); len(melted) < len(branches) {
			return melted, 1, nil
		}
		return branches, count, nil
	case '[':
		branches, err := p.class()
		return branches, len(branches), err
	case '*':
		p.at++
		return only(part{max: starGap}), 1, nil
	case '{':
		branches, err := p.gap()
		return branches, 1, err
	case '#':
		return p.number(depth)
	case '（', '）', '｜', '［', '］', '＊', '＃', '？':
		return nil, 0, p.fault("%c 是全角的；写 %c，要匹配这个字符本身，写 \\%c", r, p.fold.fold(r), r)
	case '，', '、', '；', ',', ';':
		if depth == 0 && p.at > 0 {
			return nil, 0, p.fault("模式之间用空格隔开，不用 %c；改成空格，要匹配这个字符本身，写 \\%c", r, r)
		}
	case '+':
		return nil, 0, p.fault("没有重复的写法；把可能的长度写出来，如 停停?停?，要匹配这个字符本身，写 \\+")
	case '.':
		if p.at+1 < len(p.text) && strings.ContainsRune("*+?", p.text[p.at+1]) {
			return nil, 0, p.fault("这不是正则表达式；不超过 %d 个字的间隔只写 *，其他间隔写 {最少,最多}", starGap)
		}
	case ']', '}', '?', '@':
		if r == '?' && p.at > 0 && p.text[p.at-1] == '(' {
			return nil, 0, p.fault("没有向前看、向后看的写法；用 mask 遮住含有这个词的短语，或用 near 和 not")
		}
		return nil, 0, p.fault("这里不该有 %q；要匹配这个字符本身，写 \\%c", r, r)
	case '\\':
		if p.at++; p.at >= len(p.text) {
			return nil, 0, p.fault("它以反斜杠结尾；去掉它，或写 \\\\")
		}
		r = p.text[p.at]
	}
	p.at++
	return only(part{literal: []rune{p.fold.fold(r)}}), 1, nil
}

// number reads # and, where the name of a quantity follows it, what that stands for. Four Latin letters and more are
// taken for such a name.
func (p *patternParser) number(depth int) (branches []pattern, count int, err error) {
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
		return nil, 0, p.fault("没有 #%s 这个量；可写 #%s，要匹配字母本身，写 \\%c%s", word, strings.Join(quantity.Names[:], "、#"), word[0], suggest(word, quantity.Names[:]))
	}
	return only(part{number: true, max: maxNumber}), 1, nil
}

// melt makes branches of one character each a class, so that they need not be written out.
func melt(branches []pattern) []pattern {
	var class []rune
	for _, b := range branches {
		if len(b) != 1 || b[0].branches != nil || len(b[0].literal) > 1 || b[0].max > 0 {
			return branches
		}
		class = append(append(class, b[0].literal...), b[0].class...)
	}
	if len(class) < 2 {
		return branches
	}
	return only(part{class: class})
}

// class reads [abc], in which 0-9 and a-z stand for all between them.
func (p *patternParser) class() ([]pattern, error) {
	p.at++
	var all []pattern
	for p.at < len(p.text) && p.text[p.at] != ']' {
		from := p.classRune()
		to := from
		if p.at+1 < len(p.text) && p.text[p.at] == '-' && p.text[p.at+1] != ']' {
			p.at++
			to = p.classRune()
			if !isDigit(from) && !isLatin(from) || !isDigit(to) && !isLatin(to) || isDigit(from) != isDigit(to) || from > to {
				p.at--
				return nil, p.fault("%c-%c 不是数字或拉丁字母的范围；要匹配 - 本身，写 \\-", from, to)
			}
		}
		for r := from; r <= to; r++ {
			all = append(all, only(part{literal: []rune{r}})...)
		}
	}
	switch {
	case p.at >= len(p.text):
		return nil, p.fault("方括号 [ 没有合上；补上 ]")
	case len(all) == 0:
		return nil, p.fault("[] 里没有字符；写上字符，或去掉它")
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
func (p *patternParser) gap() ([]pattern, error) {
	low, ok := p.digitsUpTo(',')
	high, ok2 := 0, false
	if ok {
		high, ok2 = p.digitsUpTo('}')
	}
	if !ok2 || low > high || high > maxGap {
		return nil, p.fault("间隔写作 {最少,最多}，最多不超过 %d；改正它", maxGap)
	}
	p.at++
	return only(part{min: low, max: high}), nil
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
