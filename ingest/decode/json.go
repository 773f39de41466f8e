package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// checkJSON reports whether value is one well-formed JSON value no deeper than MaxDepth. It must run before any
// decoder sees the value, and again on JSON that stands in strings of JSON.
func checkJSON(value []byte) *Error {
	if len(bytes.TrimSpace(value)) == 0 {
		return &Error{Reason: ReasonEmpty, Why: "there is nothing"}
	}
	if len(value) > MaxPayloadBytes {
		return &Error{Reason: ReasonSize, Why: fmt.Sprintf("%d bytes, at most %d", len(value), MaxPayloadBytes)}
	}
	if wellFormed(value) {
		return nil
	}
	depth, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return &Error{Reason: ReasonSize, Place: fmt.Sprintf("byte %d", i),
					Why: fmt.Sprintf("JSON nested deeper than %d levels", MaxDepth)}
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	if !json.Valid(value) {
		failure := &Error{Reason: ReasonSyntax, Why: "broken JSON", Hint: "send one whole JSON value"}
		var syntax *json.SyntaxError
		if errors.As(json.Unmarshal(value, new(json.RawMessage)), &syntax) {
			failure.Place = fmt.Sprintf("byte %d", syntax.Offset)
		}
		return failure
	}
	return nil
}

// jsonFields lists the fields of a JSON object in their order; values that are objects or arrays stay JSON.
func jsonFields(value []byte) ([]field, *Error) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, &Error{Reason: ReasonFormat, Why: "a JSON value that is not an object", Hint: "send one JSON object a record"}
	}
	var fields []field
	for d.More() {
		name, err := d.Token()
		var v any
		if err == nil {
			err = d.Decode(&v)
		}
		if err != nil {
			return nil, &Error{Reason: ReasonSyntax, Place: fmt.Sprintf("byte %d", d.InputOffset()), Why: "broken JSON"}
		}
		key, _ := name.(string) // the names of an object are strings
		fields = append(fields, field{key, text(v)})
	}
	return fields, nil
}

// decodeFields decodes one JSON object by a layout.
func decodeFields(l *layout, src *Source, in *Input) ([]Record, *Error) {
	fields, err := jsonFields(in.Value)
	if err != nil {
		return nil, err
	}
	r, err := l.record(src, in, fields, src.parseTime)
	return []Record{r}, err
}

// text gives a JSON value as the text a person would write: strings and numbers as they are, null as "",
// everything else as JSON.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}
