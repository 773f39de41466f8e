package classify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// yamlNode is a node of a YAML file that knows its place, so that every fault can name it. Its readers report a
// wrong shape and give the zero value.
type yamlNode struct {
	ast.Node
	file     file
	problems *problems
}

// field is one entry of a mapping.
type field struct {
	key   string
	at    yamlNode // the key
	value yamlNode
}

// parseYAML reads the first document of a file; ok is false when there is none or it is no YAML.
func parseYAML(f file, p *problems) (root yamlNode, ok bool) {
	tree, err := parser.ParseBytes(f.data, 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil {
			at := syntax.Token.Position
			p.add(f, at.Line, at.Column, "不是有效的 YAML；%s（%s）", yamlHint(f, at.Line, syntax.Message), syntax.Message)
		} else {
			p.add(f, 0, 0, "不是有效的 YAML；改正写法（%v）", err)
		}
		return yamlNode{}, false
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		p.add(f, 0, 0, "文件是空的；写上内容，或删掉它")
		return yamlNode{}, false
	}
	return yamlNode{tree.Docs[0].Body, f, p}, true
}

func (n yamlNode) with(node ast.Node) yamlNode { return yamlNode{node, n.file, n.problems} }

// position is where the node begins; a block mapping's own token is its first colon, so its first key tells. Without a node the
// whole file is meant.
func (n yamlNode) position() *token.Position {
	if n.Node == nil {
		return &token.Position{}
	}
	switch m := n.Node.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return n.with(m.Values[0].Key).position()
		}
	case *ast.MappingValueNode:
		return n.with(m.Key).position()
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position
	}
	return &token.Position{}
}

// problem reports a fault at the node.
func (n yamlNode) problem(format string, args ...any) { n.problemAt(0, format, args...) }

// problemAt reports a fault so many characters into a scalar that stands on one line or in a block (|); in other scalars
// it names the scalar.
func (n yamlNode) problemAt(offset int, format string, args ...any) {
	if n.isMisshapen() {
		return
	}
	n.problems.all = append(n.problems.all, n.describe(offset, format, args...))
}

// misshape reports that the node has another shape than it must, and nothing else about it from then on.
func (n yamlNode) misshape(format string, args ...any) {
	n.problem(format, args...)
	n.mute()
}

// mute leaves out what would be reported about the node, since what it rests on is at fault.
func (n yamlNode) mute() {
	if n.problems.misshapen == nil {
		n.problems.misshapen = map[ast.Node]bool{}
	}
	n.problems.misshapen[n.Node] = true
}

// isMisshapen reports whether misshape or mute was called of the node.
func (n yamlNode) isMisshapen() bool { return n.problems.misshapen[n.Node] }

// describe is the problem that problemAt reports.
func (n yamlNode) describe(offset int, format string, args ...any) Problem {
	pos := n.position()
	line, column := pos.Line, pos.Column
	if s, ok := n.Node.(*ast.LiteralNode); ok && strings.HasPrefix(s.Start.Value, "|") {
		line, column = n.inBlock(line, []rune(s.Value.Value), offset)
	}
	if s, ok := n.Node.(*ast.StringNode); ok && !strings.Contains(s.Value, "\n") {
		column += offset
		if s.Token.Type == token.DoubleQuoteType || s.Token.Type == token.SingleQuoteType {
			column++
		}
	}
	return Problem{n.file.name(), line, column, fmt.Sprintf(format, args...), n.file.layer > 0}
}

// inBlock finds the place of a character of a block whose | stands in the line. The indent, which is no part of the
// text, is counted in the file.
func (n yamlNode) inBlock(line int, text []rune, offset int) (inLine, column int) {
	for _, r := range text[:min(offset, len(text))] {
		if column++; r == '\n' {
			line, column = line+1, 0
		}
	}
	lines := strings.Split(string(n.file.data), "\n")
	if line >= len(lines) {
		return line, column + 1
	}
	indent := len(lines[line]) - len(strings.TrimLeft(lines[line], " "))
	return line + 1, indent + column + 1
}

// fields gives the entries of a mapping in order and reports keys that are not among known.
func (n yamlNode) fields(known ...string) []field {
	values := n.entries()
	if !n.isMapping() {
		n.misshape("这里应是映射（键: 值）%s", n.insteadOfMapping(known))
		return nil
	}
	fields := make([]field, 0, len(values))
	for i, v := range values {
		if n.cutByComma(values[:i], v) {
			continue
		}
		f := field{key: v.Key.String(), at: n.with(v.Key), value: n.with(v.Value)}
		if s, ok := v.Key.(*ast.StringNode); ok {
			f.key = s.Value
		}
		if known != nil && !slices.Contains(known, f.key) {
			f.at.problem("不认识的键 %q；可写 %s%s", f.key, strings.Join(known, "、"), cmp.Or(suggest(f.key, known), misplaced(f.key, known)))
			continue
		}
		fields = append(fields, f)
	}
	return fields
}

// items gives the entries of a sequence.
func (n yamlNode) items() []yamlNode {
	seq, ok := n.Node.(*ast.SequenceNode)
	if !ok {
		n.misshape("这里应是列表；每一项以 \"- \" 开头")
		return nil
	}
	items := make([]yamlNode, len(seq.Values))
	for i, v := range seq.Values {
		items[i] = n.with(v)
	}
	return items
}

// text reads any scalar as the string that stands in the file.
func (n yamlNode) text() string {
	switch s := n.Node.(type) {
	case *ast.StringNode:
		return s.Value
	case *ast.LiteralNode:
		return s.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	n.misshape("这里应是文本%s", n.insteadOfText())
	return ""
}

// texts reads one scalar or a list of them, each with its place.
func (n yamlNode) texts() []yamlNode {
	if _, ok := n.Node.(*ast.SequenceNode); ok {
		return n.items()
	}
	return []yamlNode{n}
}

// words reads one scalar or a list of them as the words parted by white space.
func (n yamlNode) words() []string {
	var words []string
	for _, t := range n.texts() {
		words = append(words, strings.Fields(t.text())...)
	}
	return words
}

// number reads a number from least to most.
func (n yamlNode) number(least, most float64) float64 {
	var v float64
	switch s := n.Node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		var err error
		if v, err = strconv.ParseFloat(n.GetToken().Value, 64); err == nil && least <= v && v <= most {
			return v
		}
	case *ast.StringNode:
		n.problem("这里应是数，却是 %q；改成数", s.Value)
		return 0
	}
	n.problem("这里应是 %v 到 %v 的数；改正它", least, most)
	return 0
}

func (n yamlNode) bool() bool {
	if b, ok := n.Node.(*ast.BoolNode); ok {
		return b.Value
	}
	n.problem("这里应是 true 或 false；改正它")
	return false
}

// oneOf reads a scalar that must be one of the choices.
func (n yamlNode) oneOf(choices ...string) string {
	s := n.text()
	if !slices.Contains(choices, s) {
		n.problem("不能写 %q；可写 %s%s", s, strings.Join(choices, "、"), suggest(s, choices))
	}
	return s
}

// choice reads a scalar that must be one of the choices and tells which; 0 where it is none.
func (n yamlNode) choice(choices ...string) int {
	return max(slices.Index(choices, n.oneOf(choices...)), 0)
}

// isSequence reports whether the node is a list.
func (n yamlNode) isSequence() bool { return n.Node != nil && n.Type() == ast.SequenceType }

// isMapping reports whether the node is a mapping.
func (n yamlNode) isMapping() bool {
	switch n.Node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}
