package kql

import (
	"errors"
	"fmt"
	"strings"
)

// token is a word, a quoted text or a sign of a query.
type token struct {
	text   string
	quoted bool
}

func (t token) sign(text string) bool { return !t.quoted && t.text == text }

func (t token) word(text string) bool { return !t.quoted && strings.EqualFold(t.text, text) }

const signs = "():<>"

// split cuts a query into tokens.
func split(query string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(query); {
		c := query[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '"':
			text, length, err := quoted(query[i:])
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token{text: text, quoted: true})
			i += length
		case (c == '<' || c == '>') && i+1 < len(query) && query[i+1] == '=':
			tokens = append(tokens, token{text: query[i : i+2]})
			i += 2
		case strings.IndexByte(signs, c) >= 0:
			tokens = append(tokens, token{text: string(c)})
			i++
		default:
			length := strings.IndexAny(query[i:], " \t\r\n\""+signs)
			if length < 0 {
				length = len(query) - i
			}
			word := query[i : i+length]
			if strings.ContainsAny(word, `\{}`) || word != "*" && strings.Contains(word, "*") {
				return nil, fmt.Errorf("%q: escapes, nested fields and wildcards inside words are not understood", word)
			}
			tokens = append(tokens, token{text: word})
			i += length
		}
	}
	return tokens, nil
}

// quoted reads a text in quotes and returns how long it is with them.
func quoted(text string) (string, int, error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), i + 1, nil
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(text[i])
		}
	}
	return "", 0, errors.New("a quote is not closed")
}

type parser struct {
	tokens []token
	at     int
	depth  int
}

func (p *parser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

func (p *parser) next() (token, error) {
	if p.at == len(p.tokens) {
		return token{}, errors.New("something is missing at its end")
	}
	p.at++
	return p.tokens[p.at-1], nil
}

func (p *parser) or() (*Node, error) { return p.chain(Or, p.and) }

func (p *parser) and() (*Node, error) { return p.chain(And, p.not) }

// chain reads parts joined by one operator.
func (p *parser) chain(op Op, part func() (*Node, error)) (*Node, error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	parts := []*Node{first}
	for p.peek().word(string(op)) {
		p.at++
		further, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, further)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return &Node{Op: op, Parts: parts}, nil
}

func (p *parser) not() (*Node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("is nested too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.peek().word(string(Not)):
		p.at++
		part, err := p.not()
		if err != nil {
			return nil, err
		}
		return &Node{Op: Not, Parts: []*Node{part}}, nil
	case p.peek().sign("("):
		p.at++
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.peek().sign(")") {
			return nil, errors.New("a parenthesis is not closed")
		}
		p.at++
		return inner, nil
	}
	return p.term()
}

// term reads one condition on one field.
func (p *parser) term() (*Node, error) {
	field, err := p.operand()
	if err != nil {
		return nil, err
	}
	sign, err := p.next()
	if err != nil {
		return nil, err
	}
	op := Op(sign.text)
	switch op {
	case Is, Less, LessEq, More, MoreEq:
	default:
		return nil, fmt.Errorf("%q is there where : or a comparison is expected; words without a field are not understood", sign.text)
	}
	if sign.quoted {
		return nil, fmt.Errorf("%q in quotes is there where : or a comparison is expected", sign.text)
	}
	value, err := p.operand()
	if err != nil {
		return nil, err
	}
	switch {
	case !field.quoted && field.text == "*" || field.text == "":
		return nil, errors.New("a field is missing")
	case value.sign("*") && op == Is:
		return &Node{Op: Exists, Field: field.text}, nil
	case value.sign("*"):
		return nil, errors.New("* can't be compared with")
	}
	return &Node{Op: op, Field: field.text, Value: value.text}, nil
}

// operand reads a field or a value.
func (p *parser) operand() (token, error) {
	t, err := p.next()
	if err != nil {
		return t, err
	}
	if !t.quoted && (strings.ContainsAny(t.text, signs) || t.word(string(And)) || t.word(string(Or)) || t.word(string(Not))) {
		return t, fmt.Errorf("%q is there where a field or value is expected", t.text)
	}
	return t, nil
}
