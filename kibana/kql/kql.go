// Package kql reads the part of Kibana's query language (KQL) that the saved objects use: field : value, field : *,
// comparisons, and, or, not, parentheses, quotes. It knows which fields a query names and what Elasticsearch is asked
// for it, as Kibana asks it. What it can't read is an error, never something else silently.
package kql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Op says what a node of a query is.
type Op string

// The kinds of node.
const (
	And    Op = "and"
	Or     Op = "or"
	Not    Op = "not"
	Is     Op = ":"
	Exists Op = ": *"
	Less   Op = "<"
	LessEq Op = "<="
	More   Op = ">"
	MoreEq Op = ">="
)

// Node is a query or a part of one. And, Or and Not have Parts, the others Field and, but for Exists, Value.
type Node struct {
	Op    Op
	Parts []*Node
	Field string
	Value string
}

// maxDepth bounds how deep a query may be nested.
const maxDepth = 100

// Parse reads a query. An empty one gives nil, which matches everything.
func Parse(query string) (*Node, error) {
	tokens, err := split(query)
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", query, err)
	}
	if len(tokens) == 0 {
		return nil, nil
	}
	p := &parser{tokens: tokens}
	node, err := p.or()
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("%q is not expected there", p.tokens[p.at].text)
	}
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", query, err)
	}
	return node, nil
}

// Fields are the fields that a query names, in the order of the query.
func (n *Node) Fields() []string {
	if n == nil {
		return nil
	}
	var fields []string
	if n.Field != "" {
		fields = append(fields, n.Field)
	}
	for _, part := range n.Parts {
		fields = append(fields, part.Fields()...)
	}
	return fields
}

// DSL is the query of Elasticsearch that Kibana makes of n.
func (n *Node) DSL() map[string]any {
	if n == nil {
		return map[string]any{"match_all": map[string]any{}}
	}
	boolean := func(clause string, parts []*Node) map[string]any {
		all := make([]any, len(parts))
		for i, part := range parts {
			all[i] = part.DSL()
		}
		query := map[string]any{clause: all}
		if clause == "should" {
			query["minimum_should_match"] = 1
		}
		return map[string]any{"bool": query}
	}
	switch n.Op {
	case And:
		return boolean("filter", n.Parts)
	case Or:
		return boolean("should", n.Parts)
	case Not:
		return boolean("must_not", n.Parts)
	case Exists:
		return map[string]any{"exists": map[string]any{"field": n.Field}}
	case Is:
		return map[string]any{"match": map[string]any{n.Field: n.Value}}
	}
	name := map[Op]string{Less: "lt", LessEq: "lte", More: "gt", MoreEq: "gte"}[n.Op]
	return map[string]any{"range": map[string]any{n.Field: map[string]any{name: n.Value}}}
}

// Match reports whether a document whose fields have these values is found. Values compare as numbers where the
// query's value is one and the operator asks for an order; keywords must be equal.
func (n *Node) Match(values func(field string) []string) bool {
	if n == nil {
		return true
	}
	switch n.Op {
	case And:
		for _, part := range n.Parts {
			if !part.Match(values) {
				return false
			}
		}
		return true
	case Or:
		for _, part := range n.Parts {
			if part.Match(values) {
				return true
			}
		}
		return false
	case Not:
		return !n.Parts[0].Match(values)
	case Exists:
		return len(values(n.Field)) > 0
	}
	return slices.ContainsFunc(values(n.Field), n.holds)
}

// holds compares one value of the field.
func (n *Node) holds(value string) bool {
	if n.Op == Is {
		return value == n.Value
	}
	order := strings.Compare(value, n.Value)
	got, gotErr := strconv.ParseFloat(value, 64)
	bound, boundErr := strconv.ParseFloat(n.Value, 64)
	if gotErr == nil && boundErr == nil {
		switch {
		case got < bound:
			order = -1
		case got > bound:
			order = 1
		default:
			order = 0
		}
	}
	switch n.Op {
	case Less:
		return order < 0
	case LessEq:
		return order <= 0
	case More:
		return order > 0
	}
	return order >= 0
}
