package decode

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// parseJSON decodes a value that checkJSON accepted; numbers stay as they are written. It gives what encoding/json gives,
// which checks again what is known to be right and copies each string: that takes three times as long, and most of the
// time of reading an order or a call.
func parseJSON(value []byte) any {
	p := parser{string(value)}
	return p.value()
}

// topFields gives the fields of an object that checkJSON accepted, as they are written. Nil: it is no object.
func topFields(value []byte) map[string]json.RawMessage {
	p := parser{string(value)}
	if p.next() != '{' {
		return nil
	}
	top := map[string]json.RawMessage{}
	for p.more('}') {
		name := p.name()
		p.next()
		at := len(value) - len(p.rest)
		p.skip()
		top[name] = value[at : len(value)-len(p.rest)]
		if p.ended('}') {
			break
		}
	}
	return top
}

// parser reads a well-formed JSON text; rest is what it has not read yet.
type parser struct{ rest string }

// next skips white space and returns the byte after it, which it leaves where it is.
func (p *parser) next() byte {
	for {
		c := p.rest[0]
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		p.rest = p.rest[1:]
	}
}

func (p *parser) value() any {
	switch p.next() {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.text()
	}
	switch literal := p.literal(); literal {
	case "null":
		return nil
	case "true", "false":
		return literal == "true"
	default:
		return json.Number(literal)
	}
}

// literal reads a number or a word.
func (p *parser) literal() string {
	end := strings.IndexAny(p.rest, ",]} \n\t\r")
	if end < 0 {
		end = len(p.rest)
	}
	literal := p.rest[:end]
	p.rest = p.rest[end:]
	return literal
}

// skip passes over a value.
func (p *parser) skip() {
	switch p.next() {
	case '"':
		p.quoted()
		return
	case '{', '[':
	default:
		p.literal()
		return
	}
	for depth := 0; ; {
		switch p.next() {
		case '"':
			p.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		p.rest = p.rest[1:]
		if depth == 0 {
			return
		}
	}
}

// more skips an opening bracket or a comma and reports whether something follows, or else skips the closing bracket.
func (p *parser) more(closing byte) bool {
	first := p.next() != ','
	p.rest = p.rest[1:]
	if first && p.next() == closing {
		p.rest = p.rest[1:]
		return false
	}
	return true
}

// ended reports whether a closing bracket follows, which it skips.
func (p *parser) ended(closing byte) bool {
	if p.next() != closing {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *parser) object() map[string]any {
	all := map[string]any{}
	for p.more('}') {
		name := p.name()
		all[name] = p.value()
		if p.ended('}') {
			break
		}
	}
	return all
}

// name reads the name of a field and the colon after it.
func (p *parser) name() string {
	p.next()
	name := p.text()
	p.next()
	p.rest = p.rest[1:]
	return name
}

func (p *parser) array() []any {
	all := []any{}
	for p.more(']') {
		all = append(all, p.value())
		if p.ended(']') {
			break
		}
	}
	return all
}

// text reads a string. One without escapes shares the memory of the whole.
func (p *parser) text() string {
	quoted := p.quoted()
	if strings.IndexByte(quoted, '\\') < 0 && utf8.ValidString(quoted) {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return ""
	}
	return s
}

// quoted reads a string as it is written, with its quotes.
func (p *parser) quoted() string {
	end := 1
	for {
		end += strings.IndexAny(p.rest[end:], "\"\\")
		if p.rest[end] == '"' {
			break
		}
		end += 2
	}
	quoted := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	return quoted
}
