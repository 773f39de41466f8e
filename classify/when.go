package classify

import (
	"slices"

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
