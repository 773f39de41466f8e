package classify

import (
	"bytes"
	"regexp"
	"slices"
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
	case dashed.MatchString(line):
		return "- 后面空一格"
	case strings.Contains(message, "end character of"):
		return "补上引号"
	case strings.Contains(message, "must be specified") && (cutsBrace(line) || cutsBrace(f.line(number-1))):
		return "YAML 把空格后面的 # 当作注释的开头：给值加上引号"
	case strings.Contains(message, "must be specified") && strings.ContainsAny(line, "{[") && balanced(line):
		return "花括号和方括号里的值含有 [ ] { } 或逗号时，给它加上引号"
	case strings.Contains(message, "must be specified"):
		return "补上这一行或上面没有合上的 } 或 ]"
	case hasValue && value != "" && strings.ContainsRune("@*[{&!%|>`", rune(value[0])):
		return "YAML 把开头的 " + value[:1] + " 另作他用：给值加上引号"
	case hasValue && value != "" && (value[0] == '"' || value[0] == '\''):
		return "整个值只用一对引号；条件中的词语写在「」里，不用引号"
	case strings.ContainsAny(line, "｛｝［］"):
		return "写半角的 { } 和 [ ]"
	case strings.Contains(line, "："):
		return "键后面写半角冒号和一个空格，不写 ："
	}
	return "同一项的键要从同一列开始，每个键后面有 \": \""
}

// dashed is the beginning of a list's item without the space that it must have.
var dashed = regexp.MustCompile(`^\s*-[^-\s]`)

// balanced reports whether a line closes as many braces and brackets as it opens.
func balanced(line string) bool {
	return strings.Count(line, "{") == strings.Count(line, "}") && strings.Count(line, "[") == strings.Count(line, "]")
}

// cutsBrace reports whether what YAML takes for a comment stands behind a { or [ that it may keep open.
func cutsBrace(line string) bool {
	before, _, comment := strings.Cut(line, " #")
	return comment && strings.ContainsAny(before, "{[")
}

// insteadOfMapping says what an author probably meant who wrote something else where a mapping of the known keys must stand; none
// are known where its author names them.
func (n yamlNode) insteadOfMapping(known []string) string {
	keys := ""
	if len(known) > 0 {
		keys = "，可写 " + strings.Join(known, "、")
	}
	switch v := n.Node.(type) {
	case *ast.StringNode:
		if before, _, colon := strings.Cut(v.Value, ":"); colon {
			return "，却是文本；" + before + ": 的冒号后面空一格"
		}
		if !strings.Contains(n.file.line(n.position().Line), "：") {
			return "，却是文本；前面写上它的键和冒号" + keys
		}
		return "，却是文本；键后面写半角冒号和一个空格，不写 ："
	case *ast.SequenceNode:
		switch {
		case known == nil:
			return "，却是列表；每一项写成 名称: 值，前面没有 \"- \""
		case n.holdsKeys(known):
			return "，却是列表；去掉每一项前面的 \"- \""
		}
		return "，却是列表；前面写上它的键和冒号" + keys
	}
	return n.nothing()
}

// insteadOfText is the same where a text must stand.
func (n yamlNode) insteadOfText() string {
	switch v := n.Node.(type) {
	case *ast.SequenceNode:
		return "，却是列表；这里只写一个值"
	case *ast.MappingNode, *ast.MappingValueNode:
		if !slices.ContainsFunc(n.with(v).entries(), func(e *ast.MappingValueNode) bool { return e.Value.Type() != ast.NullType }) {
			return "，却是映射；每一项以 \"- \" 开头，末尾不写冒号"
		}
		return "，却是映射；含有 \": \" 的文本加上引号"
	}
	return n.nothing()
}

// nothing says why YAML finds nothing of use in a value that is there.
func (n yamlNode) nothing() string {
	switch n.Node.(type) {
	case *ast.NullNode:
		if strings.Contains(n.file.line(n.position().Line), "#") {
			return "，却什么也没有；YAML 把 # 当作注释的开头：给值加上引号"
		}
		return "，却什么也没有；写在冒号后面（列表中写在 - 后面），或缩进属于它的各行"
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode:
		return "；YAML 把开头的 *、&、! 另作他用：给值加上引号"
	}
	return ""
}

// entries are those of a mapping, none of anything else.
func (n yamlNode) entries() []*ast.MappingValueNode {
	switch m := n.Node.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

// holdsKeys reports whether a list holds mappings with none but the keys.
func (n yamlNode) holdsKeys(keys []string) bool {
	return n.isSequence() && !slices.ContainsFunc(n.Node.(*ast.SequenceNode).Values, func(item ast.Node) bool {
		entries := n.with(item).entries()
		return len(entries) == 0 || slices.ContainsFunc(entries, func(e *ast.MappingValueNode) bool { return !slices.Contains(keys, e.Key.String()) })
	})
}

// misplaced says where a key belongs that an author wrote a level too high.
func misplaced(key string, known []string) string {
	switch {
	case slices.Contains(known, "rules") && slices.Contains(ruleKeys, key):
		return "；它属于规则，缩进到与规则的 id 对齐"
	case slices.Contains(known, "examples") && slices.Contains(exampleNames[:], key):
		return "；它写在 examples 下"
	case slices.Contains(known, "when") && slices.Contains(groupKeys, key):
		return "；它属于词组，写在 groups 下的词组里"
	}
	return ""
}

// fullWidthComma is a comma that parts no keys, and the key behind it.
var fullWidthComma = regexp.MustCompile(`[，、；]\s*[\p{L}_][\p{L}\p{N}_]*[:：]`)

// cutByComma reports an entry of {…} that a comma between words made, or that takes in others because the comma between them is
// full-width. before are the entries in front of it.
func (n yamlNode) cutByComma(before []*ast.MappingValueNode, v *ast.MappingValueNode) bool {
	if m, ok := n.Node.(*ast.MappingNode); !ok || !m.IsFlowStyle {
		return false
	}
	key, value := n.with(v.Key), n.with(v.Value)
	if text, ok := v.Value.(*ast.StringNode); ok && text.Token.Type == token.StringType && fullWidthComma.MatchString(text.Value) {
		value.misshape("花括号里各个键之间写半角逗号和一个空格，如 {a: 停电, b: 断电}；改掉 %q 中的全角逗号", text.Value)
		n.mute()
		return true
	}
	name := v.Key.String()
	line, pos := []rune(n.file.line(key.position().Line)), key.position()
	behind := strings.TrimLeft(string(line[min(pos.Column-1+utf8.RuneCountInString(name), len(line)):]), " ")
	if v.Value.Type() != ast.NullType || strings.HasPrefix(behind, ":") {
		return false
	}
	switch {
	case strings.Contains(name, "："):
		key.misshape("键后面写半角冒号和一个空格，不写 ：，如 %s", strings.Replace(name, "：", ": ", 1))
	case len(before) > 0 && before[len(before)-1].Value.Type() == ast.StringType:
		last := before[len(before)-1]
		key.misshape("花括号里的逗号分开的是各个键，%q 成了没有值的键；几个词用空格隔开，如 %s: %s %s", name, last.Key, last.Value, name)
	default:
		key.misshape("花括号里的 %q 后面没有冒号和值；写成 名称: 值", name)
	}
	n.mute()
	return true
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
