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
		return "同一项里这个键写了两次：给其中一个改名，或把两处的词语并到一处"
	case strings.Contains(indent, "\t"):
		return "用空格缩进，不用制表符"
	case strings.Contains(message, "end character of"):
		return "补上引号"
	case strings.Contains(message, "must be specified") && (cutsBrace(line) || cutsBrace(f.line(number-1))):
		return "YAML 把空格后面的 # 当作注释的开头：给值加上引号"
	case strings.Contains(message, "must be specified"):
		return "补上这一行或上面没有合上的 } 或 ]"
	case hasValue && value != "" && strings.ContainsRune("@*[{&!%", rune(value[0])):
		return "YAML 把开头的 " + value[:1] + " 另作他用：给值加上引号"
	case hasValue && value != "" && (value[0] == '"' || value[0] == '\''):
		return "整个值只用一对引号；条件中的词语写在「」里，不用引号"
	case strings.Contains(line, "："):
		return "键后面写半角冒号和一个空格，不写 ："
	}
	return "同一项的键要从同一列开始，每个键后面有 \": \""
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
			return "，却什么也没有；YAML 把 # 当作注释的开头：给值加上引号"
		}
		return "，却什么也没有；写在冒号后面，或缩进属于它的各行"
	case *ast.StringNode:
		if strings.Contains(n.file.line(n.position().Line), "：") {
			return "，却是文本；键后面写半角冒号和一个空格，不写 ："
		}
		return "，却是文本；前面写上它的键和冒号"
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode:
		return "；YAML 把开头的 *、&、! 另作他用：给值加上引号"
	case *ast.SequenceNode:
		return "，却是列表；前面写上它的键和冒号"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "，却是映射；含有 \": \" 的文本加上引号"
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
		n.problemAt(end-pos.Column+2, "YAML 把 %q 当作注释；给值加上引号，真是注释就在 # 后面空一格", rest)
	}
}
