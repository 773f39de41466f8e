package decode

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// parseJSON decodes a value that checkJSON accepted; numbers stay as they are written. It gives what encoding/json gives,
// which checks again what is known to be right and copies each string: that takes three times as long, and most of the
// time of reading an order or a call.
func parseJSON(value []byte) any {
	if !utf8.Valid(value) {
		d := json.NewDecoder(bytes.NewReader(value))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return nil
		}
		return v
	}
	p := parser{string(value)}
	return p.value()
}

// parser reads a well-formed JSON text in UTF-8; rest is what it has not read yet.
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
	end := strings.IndexAny(p.rest, ",]} \n\t\r")
	if end < 0 {
		end = len(p.rest)
	}
	literal := p.rest[:end]
	p.rest = p.rest[end:]
	switch literal {
	case "null":
		return nil
	case "true", "false":
		return literal == "true"
	}
	return json.Number(literal)
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
		p.next()
		name := p.text()
		p.next()
		p.rest = p.rest[1:] // the colon
		all[name] = p.value()
		if p.ended('}') {
			break
		}
	}
	return all
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
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1:end]
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return ""
	}
	return s
}
