package decode

import "bytes"

// wellFormed reports whether value surely is one JSON value no deeper than MaxDepth. It is a quarter of the work of
// json.Valid, for the records of a long log. What it does not know for sure, json.Valid is asked of: numbers with
// fractions and exponents, and escapes by number.
func wellFormed(value []byte) bool {
	rest, ok := afterValue(value, 0)
	return ok && len(afterSpace(rest)) == 0
}

// afterSpace passes over white space.
func afterSpace(s []byte) []byte {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\n' || s[0] == '\t' || s[0] == '\r') {
		s = s[1:]
	}
	return s
}

// afterValue passes over one value inside depth others.
func afterValue(s []byte, depth int) (rest []byte, ok bool) {
	s = afterSpace(s)
	if len(s) == 0 {
		return nil, false
	}
	switch c := s[0]; {
	case c == '"':
		return afterString(s)
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return nil, false
		}
		return afterMembers(s[1:], c+2, depth+1) // } and ] come two after { and [
	case '0' <= c && c <= '9':
		s = s[1:]
		for c != '0' && len(s) > 0 && '0' <= s[0] && s[0] <= '9' {
			s = s[1:]
		}
		return s, len(s) == 0 || s[0] != '.' && s[0] != 'e' && s[0] != 'E'
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if rest, ok := bytes.CutPrefix(s, []byte(word)); ok {
			return rest, true
		}
	}
	return nil, false
}

// afterMembers passes over what an object or array holds, and its closing bracket.
func afterMembers(s []byte, closing byte, depth int) (rest []byte, ok bool) {
	if s = afterSpace(s); len(s) > 0 && s[0] == closing {
		return s[1:], true
	}
	for {
		if closing == '}' {
			if s, ok = afterString(afterSpace(s)); !ok {
				return nil, false
			}
			if s = afterSpace(s); len(s) == 0 || s[0] != ':' {
				return nil, false
			}
			s = s[1:]
		}
		if s, ok = afterValue(s, depth); !ok {
			return nil, false
		}
		s = afterSpace(s)
		switch {
		case len(s) == 0:
			return nil, false
		case s[0] == closing:
			return s[1:], true
		case s[0] != ',':
			return nil, false
		}
		s = s[1:]
	}
}

// afterString passes over a string with its quotes.
func afterString(s []byte) (rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return nil, false
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return s[i+1:], true
		case c < ' ':
			return nil, false
		case c == '\\':
			if i++; i == len(s) || bytes.IndexByte([]byte(`"\/bfnrt`), s[i]) < 0 {
				return nil, false
			}
		}
	}
	return nil, false
}
