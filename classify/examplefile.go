package classify

import "strings"

// examplesFolder holds files of examples that do not stand in the rules themselves (docs/rules.md, Examples).
const examplesFolder = "examples/"

// isExamples reports whether the file holds examples and nothing that decides.
func (f file) isExamples() bool { return strings.HasPrefix(f.path, examplesFolder) }

// readExampleFiles adds the examples of the files to their rules. Examples lie in the layer of their rule or over it: those of a
// rule that a higher layer replaced or took away went with it.
func (r *ruleFiles) readExampleFiles(files []file, p *problems) {
	for _, f := range files {
		if !f.isExamples() {
			continue
		}
		root, ok := parseYAML(f, p)
		if !ok {
			continue
		}
		for _, top := range root.fields("examples") {
			for _, entry := range top.value.fields() {
				r.putExamples(entry)
			}
		}
	}
}

func (r *ruleFiles) putExamples(entry field) {
	i, known := r.byID[entry.key]
	if !known {
		ids := make([]string, len(r.rules))
		for i := range r.rules {
			ids[i] = r.rules[i].id
		}
		entry.at.problem("这些示例所属的规则 %s 不存在；写规则的 id%s", entry.key, suggest(entry.key, ids))
		return
	}
	rule := &r.rules[i]
	if rule.disabled || rule.place.file.layer > entry.at.file.layer {
		return
	}
	readExamples(entry.value, &rule.examples)
}

// readExamples reads texts by kind and adds them.
func readExamples(n yamlNode, to *[3][]example) {
	for _, e := range n.fields(exampleNames[:]...) {
		for kind, name := range exampleNames {
			if name != e.key {
				continue
			}
			for _, t := range e.value.texts() {
				to[kind] = append(to[kind], example{t.text(), t})
			}
		}
	}
}
