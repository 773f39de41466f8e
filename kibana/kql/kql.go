// Package kql reads the part of Kibana's query language (KQL) that the saved objects use: field : value, field : *,
// comparisons, and, or, not, parentheses, quotes. What it can't read is an error, never something else silently.
package kql

import "fmt"

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
