package classify

import (
	"fmt"
	"slices"
	"strings"

	"suqiu/hotline"
)

// LabelInfo is what the taxonomy says of one label.
type LabelInfo struct {
	Code        string
	Parent      string
	Name        string // 中文名, 大类/小类
	Definition  string // when it is given
	Not         string // when it is not
	Family      string // labels that rise together in a storm share a family
	Sensitive   bool   // goes to the superior unit's supervisor, never to the unit named
	Nature      hotline.Nature
	Responsible hotline.Responsible
	Experience  hotline.Experience         // 体验维度: its own, else its parent's; empty for none
	Official    map[hotline.Hotline]string // the class of the hotline's own scheme (业务分类)
	Threshold   float64                    // the sum of rule weights it needs
	Unless      []string                   // it is not given when one of these is
	Priority    float64                    // of labels as strong as each other the greater comes first

	requires string // a condition, empty for none
	place    yamlNode
}

// Parent is an inner node of the taxonomy.
type Parent struct {
	Code       string
	Name       string
	Experience hotline.Experience // of its labels; empty for none
}

// Taxonomy is the label set. Labels stand in the order of the file.
type Taxonomy struct {
	Parents  []Parent
	Labels   []LabelInfo
	Nature   hotline.Nature // where nothing tells
	Salience Salience
	Abstain  Abstain

	index     map[string]int
	exclusive [][]int32  // sets of labels of which only the strongest is given
	sets      []yamlNode // where they stand, until all layers are read
}

// Label finds a label by its code.
func (t *Taxonomy) Label(code string) (LabelInfo, bool) {
	i, ok := t.index[code]
	if !ok {
		return LabelInfo{}, false
	}
	return t.Labels[i], true
}

// codes lists the labels' codes in the taxonomy's order.
func (t *Taxonomy) codes() []string {
	codes := make([]string, len(t.Labels))
	for i := range t.Labels {
		codes[i] = t.Labels[i].Code
	}
	return codes
}

// Check refuses a code that no label has, and names the label that was probably meant.
func (t *Taxonomy) Check(code string) error {
	if _, ok := t.Label(code); !ok {
		return fmt.Errorf("没有标签 %q%s", code, t.suggest(code))
	}
	return nil
}

// Below lists the labels that are the code or lie under it, in the taxonomy's order.
func (t *Taxonomy) Below(code string) []string {
	return slices.DeleteFunc(t.codes(), func(c string) bool { return !under(c, code) })
}

// under reports whether code is the given label or parent, or lies below it.
func under(code, ancestor string) bool {
	return code == ancestor || strings.HasPrefix(code, ancestor) && code[len(ancestor)] == '.'
}

func stringsOf[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// readTaxonomy reads taxonomy.yaml of all layers; a label or parent of a later layer replaces the one of its code, its other
// keys those of their names.
func readTaxonomy(files []file, p *problems) *Taxonomy {
	t := &Taxonomy{Nature: hotline.NatureHelp, index: map[string]int{}}
	requires, found := "", false
	for _, f := range files {
		if f.path != taxonomyPath {
			continue
		}
		found = true
		root, ok := parseYAML(f, p)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		for _, field := range root.fields("requires", "nature", "salience", "abstain", "exclusive", "parents", "labels") {
			switch field.key {
			case "requires":
				requires = field.value.text()
			case "nature":
				t.Nature = hotline.Nature(field.value.oneOf(stringsOf(hotline.Natures[:])...))
			case "salience":
				t.Salience = readSalience(field.value)
			case "abstain":
				t.Abstain = readAbstain(field.value)
			case "exclusive":
				t.sets = field.value.items()
			case "parents":
				for _, n := range field.value.items() {
					t.putParent(n)
				}
			case "labels":
				for _, n := range field.value.items() {
					t.putLabel(n, seen)
				}
			}
		}
	}
	if !found {
		p.add(file{path: taxonomyPath}, 0, 0, "缺少这个文件；规则集要有标签，补上它")
	}
	t.check(requires)
	return t
}

const inherit = "\x00inherit" // stands for the taxonomy's own requires until all layers are read

func (t *Taxonomy) putParent(n yamlNode) {
	var parent Parent
	for _, f := range n.fields("code", "name", "experience") {
		switch f.key {
		case "code":
			parent.Code = f.value.text()
		case "name":
			parent.Name = f.value.text()
		case "experience":
			parent.Experience = readExperience(f.value)
		}
	}
	if i := slices.IndexFunc(t.Parents, func(p Parent) bool { return p.Code == parent.Code }); i >= 0 {
		t.Parents[i] = parent
		return
	}
	t.Parents = append(t.Parents, parent)
}

func readExperience(n yamlNode) hotline.Experience {
	return hotline.Experience(n.oneOf(stringsOf(hotline.Experiences[:])...))
}

func (t *Taxonomy) putLabel(n yamlNode, seen map[string]bool) {
	l := LabelInfo{Threshold: 1, requires: inherit, place: n, Responsible: hotline.ResponsibleUnknown}
	for _, f := range n.fields("code", "name", "parent", "definition", "not", "family", "sensitive", "nature", "responsible",
		"experience", "official", "threshold", "requires", "unless", "priority") {
		switch f.key {
		case "code":
			l.Code = f.value.text()
		case "name":
			l.Name = f.value.text()
		case "parent":
			l.Parent = f.value.text()
		case "definition":
			l.Definition = f.value.text()
		case "not":
			l.Not = f.value.text()
		case "family":
			l.Family = f.value.text()
		case "sensitive":
			l.Sensitive = f.value.bool()
		case "nature":
			l.Nature = hotline.Nature(f.value.oneOf(stringsOf(hotline.Natures[:])...))
		case "responsible":
			l.Responsible = hotline.Responsible(f.value.oneOf(stringsOf(hotline.Parties[:])...))
		case "experience":
			l.Experience = readExperience(f.value)
		case "official":
			l.Official = map[hotline.Hotline]string{}
			for _, o := range f.value.fields(stringsOf(hotline.Hotlines[:])...) {
				l.Official[hotline.Hotline(o.key)] = o.value.text()
			}
		case "threshold":
			l.Threshold = f.value.number(0.001, maxWeight)
		case "requires":
			l.requires = f.value.text()
		case "unless":
			l.Unless = f.value.words()
		case "priority":
			l.Priority = f.value.number(-maxWeight, maxWeight)
		}
	}
	switch {
	case l.Code == "":
		n.problem("标签没有编码；写上 code:")
		return
	case l.Name == "":
		n.problem("标签 %s 没有名称；写上 name:", l.Code)
	case seen[l.Code]:
		n.problem("标签 %s 在本文件中有两次；去掉一个", l.Code)
	}
	seen[l.Code] = true
	if i, ok := t.index[l.Code]; ok {
		t.Labels[i] = l
		return
	}
	t.index[l.Code] = len(t.Labels)
	t.Labels = append(t.Labels, l)
}

// check sees to what only the whole taxonomy can tell.
func (t *Taxonomy) check(requires string) {
	for i := range t.Labels {
		l := &t.Labels[i]
		if l.requires == inherit {
			l.requires = requires
		}
		switch at := slices.IndexFunc(t.Parents, func(p Parent) bool { return p.Code == l.Parent }); {
		case at >= 0 && l.Experience == "":
			l.Experience = t.Parents[at].Experience
		case at < 0 && l.Parent != "":
			l.place.problem("标签 %s 的上级 %q 不在 parents 下；加到那里", l.Code, l.Parent)
		}
		for _, code := range l.Unless {
			if _, ok := t.index[code]; !ok || code == l.Code {
				l.place.problem("标签 %s 的 unless 写了 %q，没有这个标签，或就是它自己；改正 unless", l.Code, code)
			}
		}
	}
	for _, n := range t.sets {
		t.exclusive = append(t.exclusive, t.exclusiveSet(n))
	}
}
