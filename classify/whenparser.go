package classify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"suqiu/classify/quantity"
)

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

	before string // the token before it
	depth  int
	err    *whenError
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
	p.before = p.token
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
			p.fail("「 没有合上；补上 」")
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
		return "条件末尾"
	}
	return strconv.Quote(p.token)
}

// What authors write for and, or, not and 「.
var (
	wordsForAnd = []string{"&", "+", "，", ",", "且", "并且", "和", "与", "同时"}
	wordsForOr  = []string{"|", "、", "或", "或者"}
	wordsForNot = []string{"非", "不", "不是", "没有", "不含", "除了"}
	otherQuotes = []string{`"`, "“", "'", "‘", "『", "《", "【"}
)

// unexpected reports a token that stands where the condition is complete, and what its author may have meant.
func (p *whenParser) unexpected() {
	lower := strings.ToLower(p.token)
	switch {
	case isKeyword(lower) && lower != p.token:
		p.fail("这里不该有 %q；写 %s", p.token, lower)
	case slices.Contains(wordsForAnd, p.token):
		p.fail("这里不该有 %q；条件之间写 and", p.token)
	case slices.Contains(wordsForOr, p.token):
		p.fail("这里不该有 %q；条件之间写 or", p.token)
	case slices.Contains(wordsForNot, p.before):
		p.fail("%q 写作 not；写 not %s", p.before, p.token)
	case p.token == "）" || p.token == "（":
		p.fail("%s 是全角的；写 %c", p.token, folder{}.fold([]rune(p.token)[0]))
	default:
		p.fail("这里不该有 %q；条件之间用 and、or、near 连接", p.token)
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
		p.fail("缺少 %q（此处是%s）；补上它", token, p.found())
	}
}

func (p *whenParser) or() *expr {
	if p.depth++; p.depth > maxDepth {
		p.fail("括号套了 %d 层以上；拆成几条规则", maxDepth)
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
			p.fail("缺少 \"/\" 和距离（此处是%s）；写成 near/12、near/3t、near/1u 或 near/s", p.found())
		}
		p.next()
		p.distance(e)
		right := p.primary()
		if p.err == nil && (!left.isSpan() || !right.isSpan()) {
			p.at = e.at
			p.fail("near 和 before 的两边只能是词组、连写的式子，或用 or 连接的词组；把 and、not、count 和检验移到外面")
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
			p.fail("缺少距离（此处是%s）；写字数、词元数（3t）、话轮数（1u），或 s（同一句）、c（同一分句）", p.found())
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
				p.fail("count(…) >= 后面缺少次数（此处是%s）；写 1 到 1000 的数", p.found())
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
		p.fail("%s(…) 里只能是词组、连写的式子，或用 or 连接的词组；把其余的移到外面", of)
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
		p.fail("%s(…) 的第二项是字数（50）或话轮数（3u），至少 1；改正它", name)
	}
	p.expect(")")
	return e
}

// measure reads times(a) >= 3 and its like.
func (p *whenParser) measure(kind quantity.Kind) *expr {
	e := &expr{op: opMeasure, at: p.at, kind: kind}
	if kind == quantity.Date {
		p.fail("日期没有可比较的值；在模式里用 #date")
		return e
	}
	p.next()
	p.expect("(")
	e.children = []*expr{p.operand(quantity.Names[kind])}
	p.expect(")")
	e.compare = p.token
	if comparisons[e.compare] == nil {
		p.fail("%s(…) 后面缺少比较（此处是%s）；写 >=、<=、>、< 或 = 和一个值", quantity.Names[kind], p.found())
	}
	p.next()
	at := p.at
	text := p.value()
	if p.err != nil {
		return e
	}
	var ok bool
	if e.bound, ok = readBound(text, kind); !ok {
		p.err = &whenError{at, fmt.Sprintf("%q 不是 %s(…) 的值；写成 %s", text, quantity.Names[kind], boundExamples[kind])}
	}
	return e
}

// boundExamples show how the bound of a measure is written.
var boundExamples = [quantity.Kinds]string{"3", "1000 或 1000元", "2h、30min、3d 或 2小时", "198 或 10kv", "18 或 18点", ""}

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
			p.fail("缺少一个值（此处是%s）；补上它", p.found())
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
		p.fail("条件到了该写词组的地方就结束了；补上词组")
	case p.token == "（":
		p.fail("（ 是全角的；写 (")
	case isKeyword(p.token) && !slices.Contains(operators, p.token):
		p.fail("%s 是条件的关键字，后面写括号：%s(…)；词组换个名称", p.token, p.token)
	case slices.Contains(otherQuotes, p.token):
		p.fail("这里应是词组，却是%s；条件中的词语写在「」里", p.found())
	default:
		p.fail("这里应是词组，却是%s；补上词组，或去掉它", p.found())
	}
	p.next()
	return e
}

// operators are the keywords that no parenthesis follows.
var operators = []string{"and", "or", "not", "near", "before"}

func isKeyword(s string) bool {
	switch s {
	case "count", "title", "hotline", "kind", "label":
		return true
	}
	return slices.Contains(operators, s)
}
