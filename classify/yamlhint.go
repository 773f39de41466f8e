package classify

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// line is the text of a line of the file, which counts from 1.
func (f file) line(number int) string {
	n := 0
	for line := range bytes.Lines(f.data) {
		if n++; n == number {
			return strings.TrimRight(string(line), "\r\n")
		}
	}
	return ""
}

// yamlHint says how to mend a line that is no YAML, by what authors of rules usually do wrong there.
func yamlHint(f file, number int, message string) string {
	line := f.line(number)
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	_, value, hasValue := strings.Cut(line, ": ")
	value = strings.TrimSpace(value)
	switch {
	case strings.Contains(message, "already defined"):
		return "; the key stands twice in one entry: rename one, or write the words of both under one"
	case strings.Contains(indent, "\t"):
		return "; indent with spaces, not with tabs"
	case strings.Contains(message, "end character of"):
		return "; close the quotation mark"
	case strings.Contains(message, "must be specified") && (cutsBrace(line) || cutsBrace(f.line(number-1))):
		return "; YAML takes # behind a space for the beginning of a comment: write the value in quotes"
	case strings.Contains(message, "must be specified"):
		return "; close the { or [ that is open, on this line or above"
	case hasValue && value != "" && strings.ContainsRune("@*[{&!%", rune(value[0])):
		return "; YAML takes a leading " + value[:1] + " for its own: write the value in quotes"
	case hasValue && value != "" && (value[0] == '"' || value[0] == '\''):
		return "; write the whole value in one pair of quotes; words in a condition stand in 「」, not in quotes"
	case strings.Contains(line, "："):
		return "; the colon behind a key is a half-width one and a space, not ："
	}
	return "; see that the keys of one entry begin in the same column, and that each has \": \" behind it"
}

// cutsBrace reports whether what YAML takes for a comment stands behind a { or [ that it may keep open.
func cutsBrace(line string) bool {
	before, _, comment := strings.Cut(line, " #")
	return comment && strings.ContainsAny(before, "{[")
}

// looksLike says what an author probably meant where the value has another shape than it must.
func (n yamlNode) looksLike() string {
	switch n.Node.(type) {
	case *ast.NullNode:
		if strings.Contains(n.file.line(n.position().Line), "#") {
			return ", found nothing; YAML takes # for the beginning of a comment: write the value in quotes"
		}
		return ", found nothing; write it behind the colon, or indent the lines that belong to it"
	case *ast.StringNode:
		if strings.Contains(n.file.line(n.position().Line), "：") {
			return ", found text; the colon behind a key is a half-width one and a space, not ："
		}
		return ", found text; write the name of what it holds and a colon before it"
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode:
		return "; YAML takes a leading *, & or ! for its own: write the value in quotes"
	case *ast.SequenceNode:
		return ", found a list; write the name of what it holds and a colon before it"
	case *ast.MappingNode, *ast.MappingValueNode:
		return ", found a mapping; write text that holds \": \" in quotes"
	}
	return ""
}

// cutByComment reports a text without quotes of which YAML took the end for a comment: 停了 #次.
func (n yamlNode) cutByComment() {
	s, ok := n.Node.(*ast.StringNode)
	if !ok || s.Token.Type == token.DoubleQuoteType || s.Token.Type == token.SingleQuoteType {
		return
	}
	pos := n.position()
	line := []rune(n.file.line(pos.Line))
	end := pos.Column - 1 + utf8.RuneCountInString(s.Value)
	if end > len(line) {
		return
	}
	rest := strings.TrimLeft(string(line[end:]), " ")
	if len(rest) > 1 && rest[0] == '#' && rest[1] != ' ' && rest[1] != '#' {
		n.problemAt(end-pos.Column+2, "YAML takes %q for a comment; write the value in quotes, or a space behind # if it is one", rest)
	}
}
