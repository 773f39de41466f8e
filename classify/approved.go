package classify

import (
	"io/fs"
	"strings"
)

const approvedPath = "answers.yaml"

// ApprovedAnswer is what may be told to a caller of a label (答复口径).
type ApprovedAnswer struct {
	Label  string   `json:"label"`
	Name   string   `json:"name"`            // of the label
	Check  string   `json:"check,omitempty"` // what to find out first (先核实)
	Answer string   `json:"answer"`
	Basis  []string `json:"basis"` // what it rests on: law, rule, standard, promise (依据); at least one
}

// ApprovedAnswers holds at most one answer a label. It belongs to no revision of the rules, because it decides nothing.
type ApprovedAnswers struct {
	byLabel map[string]ApprovedAnswer
}

// Of gives the answer of a label.
func (a *ApprovedAnswers) Of(label string) (ApprovedAnswer, bool) {
	answer, ok := a.byLabel[label]
	return answer, ok
}

// LoadAnswers reads answers.yaml of base with the overlays over it: an answer of a later layer replaces the one of its label.
// What is wrong with them, labels that the taxonomy has not among it, is told whole, as a *LoadError.
func LoadAnswers(t *Taxonomy, base fs.FS, overlays ...fs.FS) (*ApprovedAnswers, error) {
	files, err := readPatterns(append([]fs.FS{base}, overlays...), approvedPath)
	if err != nil {
		return nil, err
	}
	var p problems
	answers := &ApprovedAnswers{byLabel: map[string]ApprovedAnswer{}}
	for _, f := range files {
		root, ok := parseYAML(f, &p)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		for _, field := range root.fields("answers") {
			for _, n := range field.value.items() {
				answers.put(t, n, seen)
			}
		}
	}
	return answers, p.err()
}

// put reads one answer; seen are the labels of the file so far.
func (a *ApprovedAnswers) put(t *Taxonomy, n yamlNode, seen map[string]bool) {
	var answer ApprovedAnswer
	for _, f := range n.fields("label", "check", "answer", "basis") {
		switch f.key {
		case "label":
			answer.Label = f.value.oneOf(t.codes()...)
		case "check":
			answer.Check = strings.TrimSpace(f.value.text())
		case "answer":
			answer.Answer = strings.TrimSpace(f.value.text())
		case "basis":
			for _, b := range f.value.texts() {
				if text := strings.TrimSpace(b.text()); text != "" {
					answer.Basis = append(answer.Basis, text)
				}
			}
		}
	}
	switch {
	case answer.Label == "" || answer.Answer == "":
		n.problem("答复口径缺少标签或正文；写上 label: 和 answer:")
	case len(answer.Basis) == 0:
		n.problem("%s 的答复口径没有依据；在 basis: 下写所依据的法律、规定、标准或承诺", answer.Label)
	case seen[answer.Label]:
		n.problem("本文件中 %s 已有答复口径；两个留一个", answer.Label)
	}
	seen[answer.Label] = true
	if info, ok := t.Label(answer.Label); ok {
		answer.Name = info.Name
		a.byLabel[answer.Label] = answer
	}
}

// For gives the answers of labels in their order, those that have one.
func (a *ApprovedAnswers) For(labels []string) []ApprovedAnswer {
	var all []ApprovedAnswer
	for _, code := range labels {
		if answer, ok := a.Of(code); ok {
			all = append(all, answer)
		}
	}
	return all
}

// String writes the answer in Chinese, for whoever handles the contact.
func (a ApprovedAnswer) String() string {
	var b strings.Builder
	b.WriteString(a.Name + "（" + a.Label + "）\n")
	if a.Check != "" {
		b.WriteString("  先核实：" + a.Check + "\n")
	}
	b.WriteString("  答复：" + a.Answer + "\n  依据：" + strings.Join(a.Basis, "；") + "\n")
	return b.String()
}
