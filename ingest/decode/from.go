package decode

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// selector is a From, parsed.
type selector struct {
	kind    string         // field, key, header or filename
	name    string         // the path of a field, the name of a header
	pattern *regexp.Regexp // nil: the whole value
}

// selectors remembers what a From parses to, so that its expression is compiled once and not for every record. It
// is the memo of a pure function and grows with the configuration only, never with the input.
var selectors sync.Map // From to func() (selector, error)

func (f From) selector() (selector, error) {
	parse, known := selectors.Load(f)
	if !known {
		parse, _ = selectors.LoadOrStore(f, sync.OnceValues(f.parse))
	}
	return parse.(func() (selector, error))()
}

func (f From) parse() (selector, error) {
	where, pattern, filtered := strings.Cut(string(f), "|")
	kind, name, _ := strings.Cut(where, ":")
	s := selector{kind: kind, name: name}
	switch kind {
	case "field", "header":
		if name == "" {
			return selector{}, fmt.Errorf("%q names no %s; write %s:NAME", f, kind, kind)
		}
	case "key", "filename":
		if strings.Contains(where, ":") {
			return selector{}, fmt.Errorf("%q: %s takes no name", f, kind)
		}
	default:
		return selector{}, fmt.Errorf("%q begins with none of field:, key, header: and filename", f)
	}
	if !filtered {
		return s, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return selector{}, fmt.Errorf("%q: %w", f, err)
	}
	if re.NumSubexp() == 0 {
		return selector{}, fmt.Errorf("%q has no group; put what is wanted in parentheses", f)
	}
	s.pattern = re
	return s, nil
}

// validate reports what is wrong with the configured place; empty is valid.
func (f From) validate() error {
	if f == "" {
		return nil
	}
	_, err := f.selector()
	return err
}

// value looks up what the configuration points at: doc is the record as parsed JSON, as a map from column to value,
// or nil. It never returns an empty value without an error, except for the empty From, which points at nothing.
// The reason of an error is the caller's to set, who knows whether an id or a time is missing.
func (f From) value(in *Input, doc any) (string, *Error) {
	if f == "" {
		return "", nil
	}
	s, err := f.selector()
	if err != nil {
		return "", &Error{Reason: ReasonField, Place: string(f), Why: err.Error(), Hint: "correct the source's configuration"}
	}
	found := s.lookup(in, doc)
	if found == "" {
		return "", &Error{Reason: ReasonField, Place: string(f), Why: "there is nothing where the configuration points",
			Hint: "correct the source's configuration, or have the sender fill it in"}
	}
	if !utf8.ValidString(found) {
		return "", &Error{Reason: ReasonEncoding, Place: string(f), Why: "the value is not UTF-8"}
	}
	if s.pattern == nil {
		return found, nil
	}
	groups := s.pattern.FindStringSubmatch(found)
	if len(groups) < 2 || groups[1] == "" {
		return "", &Error{Reason: ReasonField, Place: string(f), Why: "the expression does not match what stands there",
			Hint: "correct the expression in the source's configuration"}
	}
	return groups[1], nil
}

func (s selector) lookup(in *Input, doc any) string {
	switch s.kind {
	case "key":
		return strings.TrimSpace(string(in.Key))
	case "header":
		return strings.TrimSpace(in.Headers[s.name])
	case "filename":
		base := in.File[strings.LastIndexAny(in.File, `/\`)+1:]
		name, _, _ := strings.Cut(base, ".")
		return name
	}
	return strings.TrimSpace(fieldAt(doc, s.name))
}

// fieldAt follows a path of names and array indices joined by dots. A name that itself holds dots is found when it
// is the whole path, as the names of columns are.
func fieldAt(doc any, path string) string {
	switch columns := doc.(type) {
	case map[string]string:
		return columns[path]
	case map[string]any:
		if v, ok := columns[path]; ok {
			return scalar(v)
		}
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return ""
			}
			doc = v[i]
		default:
			return ""
		}
	}
	return scalar(doc)
}

// scalar gives a string, a number or a truth value as text, and nothing for what can't be an id or a time.
func scalar(v any) string {
	switch v.(type) {
	case map[string]any, []any:
		return ""
	}
	return text(v)
}
