package classify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Problem is one fault of a rule set: where it stands, what it is, and the remedy. Line and Column count from 1,
// Column in characters; both are 0 where a whole file is meant.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	What   string `json:"what"`

	overlay bool
}

func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.What)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
}

// Overlay reports whether the problem is in a file that lies over the base.
func (p Problem) Overlay() bool { return p.overlay }

// LoadError lists everything that keeps a rule set from being used.
type LoadError struct {
	Problems []Problem
}

// Error names the problems one a line, at most fifty.
func (e *LoadError) Error() string {
	const most = 50
	var b strings.Builder
	fmt.Fprintf(&b, "规则集有 %d 处错误：", len(e.Problems))
	for i, p := range e.Problems {
		if i == most {
			fmt.Fprintf(&b, "\n……另有 %d 处", len(e.Problems)-most)
			break
		}
		b.WriteByte('\n')
		b.WriteString(p.String())
	}
	return b.String()
}

// problems collects faults, so that a load tells all of them at once.
type problems struct {
	all       []Problem
	misshapen map[ast.Node]bool // what has another shape than it must: that it then lacks something is no fault of its own
}

func (p *problems) add(f file, line, column int, format string, args ...any) {
	p.all = append(p.all, Problem{f.name(), line, column, fmt.Sprintf(format, args...), f.layer > 0})
}

func (p *problems) err() error {
	if len(p.all) == 0 {
		return nil
	}
	slices.SortStableFunc(p.all, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return &LoadError{p.all}
}
