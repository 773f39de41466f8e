package classify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"suqiu/classify/quantity"
)

// op is the kind of a condition's node.
type op int

const (
	opOr op = iota
	opAnd
	opNot
	opNear
	opGroup
	opCount
	opTitle
	opMeasure
	opFirst
	opLast
	opTest
)

// unit is what a distance counts.
type unit int

const (
	unitChar unit = iota
	unitToken
	unitTurn
	unitClause
	unitSentence
)

// expr is a condition (docs/rules.md, Conditions). Which fields are set depends on op.
type expr struct {
	op       op
	at       int // characters into the condition
	children []*expr
	name     string // of a group; the literal's patterns for inline; the test's name
	shared   bool
	inline   bool
	group    int32 // set when compiled
	unit     unit
	distance int
	ordered  bool
	least    int      // of count
	values   []string // of a test
	kind     quantity.Kind
	compare  string // of a measure: one of comparisons
	bound    float64
}

// isSpan reports whether the node stands for places in the text, so that near can measure from it.
func (e *expr) isSpan() bool {
	switch e.op {
	case opGroup, opNear, opMeasure, opFirst, opLast:
		return true
	case opOr:
		return !slices.ContainsFunc(e.children, func(c *expr) bool { return !c.isSpan() })
	}
	return false
}

// walk calls do for the node and all below it.
func (e *expr) walk(do func(*expr)) {
	do(e)
	for _, c := range e.children {
		c.walk(do)
	}
}

// whenError is a fault so many characters into a condition.
type whenError struct {
	at   int
	what string
}

func (e *whenError) Error() string { return e.what }

// whenParser reads the grammar by recursive descent.
type whenParser struct {
	text  []rune
	at    int // of the present token
	end   int
	token string // the present token, "" at the end
	depth int
	err   *whenError
}

// parseWhen reads a condition.
func parseWhen(text string) (*expr, error) {
	p := &whenParser{text: []rune(text)}
	p.next()
	e := p.or()
	if p.token != "" {
		p.unexpected()
	}
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

func (p *whenParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &whenError{p.at, fmt.Sprintf(format, args...)}
		p.at, p.end, p.token = len(p.text), len(p.text), ""
	}
}

func isNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// next moves to the next token: a name or number, 「…」, a comparison, or a single character.
func (p *whenParser) next() {
	for p.end < len(p.text) && unicode.IsSpace(p.text[p.end]) {
		p.end++
	}
	p.at = p.end
	if p.at == len(p.text) {
		p.token = ""
		return
	}
	p.end++
	switch r := p.text[p.at]; {
	case isNameRune(r):
		for p.end < len(p.text) && isNameRune(p.text[p.end]) {
			p.end++
		}
	case r == '「':
		for p.end < len(p.text) && p.text[p.end-1] != '」' {
			p.end++
		}
		if p.text[p.end-1] != '」' {
			p.fail("「 is never closed; add 」")
			return
		}
	case (r == '>' || r == '<') && p.end < len(p.text) && p.text[p.end] == '=':
		p.end++
	}
	p.token = string(p.text[p.at:p.end])
}

// found names the present token in an error.
func (p *whenParser) found() string {
	if p.token == "" {
		return "the end"
	}
	return strconv.Quote(p.token)
}

// unexpected reports a token that stands where the condition is complete, and what its author may have meant.
func (p *whenParser) unexpected() {
	lower := strings.ToLower(p.token)
	switch {
	case isKeyword(lower) && lower != p.token:
		p.fail("unexpected %q; write %s", p.token, lower)
	case p.token == "&" || p.token == "，" || p.token == "," || p.token == "且" || p.token == "并且":
		p.fail("unexpected %q; write and between conditions", p.token)
	case p.token == "|" || p.token == "或" || p.token == "或者":
		p.fail("unexpected %q; write or between conditions", p.token)
	case p.token == "）" || p.token == "（":
		p.fail("%s is full width; write %c", p.token, folder{}.fold([]rune(p.token)[0]))
	default:
		p.fail("unexpected %q; join conditions with and, or, near", p.token)
	}
}

// take moves on if the present token is the given one.
func (p *whenParser) take(token string) bool {
	if p.token != token {
		return false
	}
	p.next()
	return true
}

func (p *whenParser) expect(token string) {
	if !p.take(token) {
		p.fail("expected %q, found %s", token, p.found())
	}
}

func (p *whenParser) or() *expr {
	if p.depth++; p.depth > maxDepth {
		p.fail("parentheses nest deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	return p.joined(opOr, "or", func() *expr { return p.joined(opAnd, "and", p.not) })
}

// joined reads operands parted by a word; one alone stands for itself.
func (p *whenParser) joined(op op, word string, operand func() *expr) *expr {
	e := &expr{op: op, at: p.at, children: []*expr{operand()}}
	for p.err == nil && p.take(word) {
		e.children = append(e.children, operand())
	}
	if len(e.children) == 1 {
		return e.children[0]
	}
	return e
}

func (p *whenParser) not() *expr {
	at, negations := p.at, 0
	for p.take("not") {
		negations++
	}
	e := p.near()
	if negations%2 == 1 {
		return &expr{op: opNot, at: at, children: []*expr{e}}
	}
	return e
}

func (p *whenParser) near() *expr {
	left := p.primary()
	for p.err == nil && (p.token == "near" || p.token == "before") {
		e := &expr{op: opNear, at: p.at, ordered: p.token == "before"}
		p.next()
		if p.token != "/" {
			p.fail("expected \"/\" and a distance, as in near/12, near/3t, near/1u, near/s; found %s", p.found())
		}
		p.next()
		p.distance(e)
		right := p.primary()
		if p.err == nil && (!left.isSpan() || !right.isSpan()) {
			p.at = e.at
			p.fail("near and before join groups, chains, or groups joined by or; move and, not, count and tests outside")
		}
		e.children = []*expr{left, right}
		left = e
	}
	return left
}

// distance reads 12, 3t, 1u, s or c.
func (p *whenParser) distance(e *expr) {
	token := p.token
	switch token {
	case "s":
		e.unit = unitSentence
	case "c":
		e.unit = unitClause
	default:
		switch token[max(len(token)-1, 0):] {
		case "t":
			e.unit, token = unitToken, token[:len(token)-1]
		case "u":
			e.unit, token = unitTurn, token[:len(token)-1]
		}
		n, err := strconv.Atoi(token)
		if err != nil || n < 0 || n > 10_000 {
			p.fail("a distance is a number of characters, of tokens (3t), of turns (1u), or s (same sentence), c (same clause); found %q", p.token)
			return
		}
		e.distance = n
	}
	p.next()
}

func (p *whenParser) primary() *expr {
	at := p.at
	switch token := p.token; {
	case p.take("("):
		e := p.or()
		p.expect(")")
		return e
	case token == "count" || token == "title":
		p.next()
		p.expect("(")
		e := p.group()
		p.expect(")")
		outer := &expr{op: opTitle, at: at, children: []*expr{e}}
		if token == "count" {
			outer.op = opCount
			p.expect(">=")
			n, err := strconv.Atoi(p.token)
			if err != nil || n < 1 || n > 1000 {
				p.fail("count(…) >= needs a number from 1 to 1000, found %q", p.token)
			}
			outer.least = n
			p.next()
		}
		return outer
	case p.opens() && slices.Contains(testNames, token):
		p.next()
		e := &expr{op: opTest, at: at, name: token}
		p.expect("(")
		for p.err == nil {
			e.values = append(e.values, p.value())
			if !p.take(",") {
				break
			}
		}
		p.expect(")")
		return e
	case p.opens() && (token == "first" || token == "last"):
		return p.place()
	case p.opens():
		if kind := slices.Index(quantity.Names[:], token); kind >= 0 {
			return p.measure(quantity.Kind(kind))
		}
	}
	return p.group()
}

// opens reports whether the present token is followed by a parenthesis, as a function's name is.
func (p *whenParser) opens() bool {
	rest := strings.TrimLeftFunc(string(p.text[p.end:]), unicode.IsSpace)
	return strings.HasPrefix(rest, "(")
}

// operand reads what measures and places are taken of: a group, or a condition that stands for places in the text.
func (p *whenParser) operand(of string) *expr {
	at := p.at
	e := p.or()
	if p.err == nil && !e.isSpan() {
		p.at = at
		p.fail("%s(…) takes a group, a chain, or groups joined by or", of)
	}
	return e
}

// place reads first(a, 3u) and last(a, 50).
func (p *whenParser) place() *expr {
	e := &expr{op: opFirst, at: p.at}
	if p.token == "last" {
		e.op = opLast
	}
	name := p.token
	p.next()
	p.expect("(")
	e.children = []*expr{p.operand(name)}
	p.expect(",")
	at := p.at
	p.distance(e)
	if p.err == nil && (e.unit != unitChar && e.unit != unitTurn || e.distance == 0) {
		p.at = at
		p.fail("%s(…) is followed by a number of characters (50) or of turns (3u), at least 1", name)
	}
	p.expect(")")
	return e
}

// measure reads times(a) >= 3 and its like.
func (p *whenParser) measure(kind quantity.Kind) *expr {
	e := &expr{op: opMeasure, at: p.at, kind: kind}
	if kind == quantity.Date {
		p.fail("a date has no value to compare; use #date in a pattern")
		return e
	}
	p.next()
	p.expect("(")
	e.children = []*expr{p.operand(quantity.Names[kind])}
	p.expect(")")
	e.compare = p.token
	if comparisons[e.compare] == nil {
		p.fail("expected >=, <=, >, < or = and a value after %s(…), found %q", quantity.Names[kind], p.token)
	}
	p.next()
	at := p.at
	text := p.value()
	if p.err != nil {
		return e
	}
	var ok bool
	if e.bound, ok = readBound(text, kind); !ok {
		p.err = &whenError{at, fmt.Sprintf("%q is no value for %s(…); write %s", text, quantity.Names[kind], boundExamples[kind])}
	}
	return e
}

// boundExamples show how the bound of a measure is written.
var boundExamples = [quantity.Kinds]string{"3", "1000 or 1000元", "2h, 30min, 3d, or 2小时", "198 or 10kv", "18 or 18点", ""}

// readBound reads a number with a unit, which only a duration cannot be without.
func readBound(text string, kind quantity.Kind) (float64, bool) {
	runes := []rune(folder{}.foldString(text))
	if value, end, ok := quantity.Read(runes, 0, kind); ok {
		return value, end == len(runes)
	}
	value, end, ok := quantity.Number(runes, 0)
	return value, ok && end == len(runes) && kind != quantity.Duration
}

// value reads names and numbers joined by dots and hyphens.
func (p *whenParser) value() string {
	var value strings.Builder
	for p.err == nil {
		if p.token == "" || !isNameRune([]rune(p.token)[0]) {
			p.fail("expected a value, found %q", p.token)
		}
		value.WriteString(p.token)
		p.next()
		if p.token != "." && p.token != "-" {
			break
		}
		value.WriteString(p.token)
		p.next()
	}
	return value.String()
}

func (p *whenParser) group() *expr {
	e := &expr{op: opGroup, at: p.at, group: -1}
	e.shared = p.take("@")
	runes := []rune(p.token)
	switch {
	case len(runes) > 0 && runes[0] == '「' && !e.shared:
		e.inline, e.name = true, string(runes[1:len(runes)-1])
	case len(runes) > 0 && (runes[0] == '_' || unicode.IsLetter(runes[0])) && !isKeyword(p.token):
		e.name = p.token
	case p.token == "":
		p.fail("the condition ends where a group should stand")
	case p.token == "（":
		p.fail("（ is full width; write (")
	case p.token == `"` || p.token == "“" || p.token == "'" || p.token == "‘":
		p.fail("expected a group, found %q; words in a condition stand in 「」", p.token)
	default:
		p.fail("expected a group, found %q", p.token)
	}
	p.next()
	return e
}

func isKeyword(s string) bool {
	switch s {
	case "and", "or", "not", "near", "before", "count", "title", "hotline", "kind", "label":
		return true
	}
	return false
}
