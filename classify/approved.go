package classify

import (
	"io/fs"
	"strings"
	"time"
)

const approvedPath = "answers.yaml"

// ApprovedAnswer is what may be told to a caller of a label (答复口径).
type ApprovedAnswer struct {
	Label  string  `json:"label"`
	Name   string  `json:"name"`            // of the label
	Check  string  `json:"check,omitempty"` // what to find out first (先核实)
	Answer string  `json:"answer"`
	Basis  []Basis `json:"basis"` // what it rests on (依据); at least one
}

// Basis is a law, rule, standard or promise that an answer rests on, with the article and what it says (《电力法》第二十九条（…）).
type Basis struct {
	Text    string `json:"text"`
	Edition string `json:"edition,omitempty"`  // of the source, where it is listed: 2018年12月29日修正
	Checked string `json:"checked,omitempty"`  // the day on which article and wording were compared with the source, as 2026-11-29
	ToCheck bool   `json:"to_check,omitempty"` // the source is listed, but nobody has compared it: do so before quoting
}

// String writes the basis with the edition that is meant, and whether it was compared.
func (b Basis) String() string {
	var told []string
	if b.Edition != "" {
		told = append(told, b.Edition)
	}
	switch {
	case b.Checked != "":
		told = append(told, b.Checked+"核对")
	case b.ToCheck:
		told = append(told, "条文未核对，引用前请查现行文本")
	}
	if len(told) == 0 {
		return b.Text
	}
	return b.Text + "〔" + strings.Join(told, "，") + "〕"
}

// source is a law, rule, standard or promise that bases name: their text begins with its name.
type source struct{ name, edition, checked string }

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
	if err == nil {
		files, err = plain(files)
	}
	if err != nil {
		return nil, err
	}
	var p problems
	answers := &ApprovedAnswers{byLabel: map[string]ApprovedAnswer{}}
	sources := map[string]source{}
	for _, f := range files {
		root, ok := parseYAML(f, &p)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		for _, field := range root.fields("sources", "answers") {
			for _, n := range field.value.items() {
				if field.key == "sources" {
					readSource(n, sources)
				} else {
					answers.put(t, n, seen)
				}
			}
		}
	}
	for _, a := range answers.byLabel {
		for i := range a.Basis {
			a.Basis[i].restOn(sources)
		}
	}
	return answers, p.err()
}

// readSource reads one source; one of a later layer takes the place of its namesake.
func readSource(n yamlNode, sources map[string]source) {
	var s source
	for _, f := range n.fields("name", "edition", "checked") {
		switch f.key {
		case "name":
			s.name = strings.TrimSpace(f.value.text())
		case "edition":
			s.edition = strings.TrimSpace(f.value.text())
		case "checked":
			s.checked = f.value.text()
			if _, err := time.Parse(time.DateOnly, s.checked); err != nil {
				f.value.problem("核对日期 %q 不是日期；写成 2026-11-29 这样，没有核对过就删去 checked:", s.checked)
			}
		}
	}
	if s.name == "" {
		n.problem("来源缺少名称；写上 name:，依据以它开头，如 《电力法》")
		return
	}
	sources[s.name] = s
}

// restOn finds the source that a basis begins with, the longest name if there are several.
func (b *Basis) restOn(sources map[string]source) {
	longest := ""
	for name := range sources {
		if strings.HasPrefix(b.Text, name) && len(name) > len(longest) {
			longest = name
		}
	}
	if s, listed := sources[longest]; listed {
		b.Edition, b.Checked, b.ToCheck = s.edition, s.checked, s.checked == ""
	}
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
					answer.Basis = append(answer.Basis, Basis{Text: text})
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
	b.WriteString("  答复：" + a.Answer + "\n  依据：")
	for i, basis := range a.Basis {
		if i > 0 {
			b.WriteString("\n        ") // under the first
		}
		b.WriteString(basis.String())
	}
	b.WriteString("\n")
	return b.String()
}
