package classify

import (
	"strconv"
	"strings"

	"suqiu/classify/quantity"
)

// String writes the condition as docs/rules.md has it.
func (e *expr) String() string {
	operands := make([]string, len(e.children))
	for i, c := range e.children {
		operands[i] = c.String()
		if len(e.children) == 1 && e.op != opNot {
			continue // in the parentheses of a function
		}
		if c.op == opOr || c.op == opAnd && e.op != opOr || c.op == opNear && e.op == opNear && i > 0 {
			operands[i] = "(" + operands[i] + ")"
		}
	}
	switch e.op {
	case opOr:
		return strings.Join(operands, " or ")
	case opAnd:
		return strings.Join(operands, " and ")
	case opNot:
		return "not " + operands[0]
	case opNear:
		word := " near/"
		if e.ordered {
			word = " before/"
		}
		return operands[0] + word + e.distanceText() + " " + operands[1]
	case opCount:
		return "count(" + operands[0] + ") >= " + strconv.Itoa(e.least)
	case opTitle:
		return "title(" + operands[0] + ")"
	case opMeasure:
		return quantity.Names[e.kind] + "(" + operands[0] + ") " + e.compare + " " + e.boundText()
	case opFirst:
		return "first(" + operands[0] + ", " + e.distanceText() + ")"
	case opLast:
		return "last(" + operands[0] + ", " + e.distanceText() + ")"
	case opTest:
		return e.name + "(" + strings.Join(e.values, ",") + ")"
	}
	switch {
	case e.inline:
		return "「" + e.name + "」"
	case e.shared:
		return "@" + e.name
	}
	return e.name
}

// boundText writes the bound of a measure; a duration has a unit.
func (e *expr) boundText() string {
	bound := strconv.FormatFloat(e.bound, 'f', -1, 64)
	if e.kind == quantity.Duration {
		bound += "h"
	}
	return bound
}

func (e *expr) distanceText() string {
	switch e.unit {
	case unitClause:
		return "c"
	case unitSentence:
		return "s"
	case unitToken:
		return strconv.Itoa(e.distance) + "t"
	case unitTurn:
		return strconv.Itoa(e.distance) + "u"
	}
	return strconv.Itoa(e.distance)
}
