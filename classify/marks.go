package classify

import (
	"slices"
	"strings"

	"suqiu/hotline"
)

const marksPath = "marks.yaml"

// markThreshold is the sum of rule weights that a mark needs.
const markThreshold = 1

// MarkInfo is what marks.yaml says of an urgency signal (紧急信号) or a portrait label (客户画像标签).
type MarkInfo struct {
	Code       string
	Name       string // 中文名
	Definition string // when it is given
	Service    string // what it suggests to whoever handles the contact (建议的服务)
	Label      string // that an urgency signal gives to a contact which has none, or none but such as yield to it; empty for none

	labelAt yamlNode
}

// MarkGroup is a group of portrait labels: 社会身份, 客户关系, 缴费习惯, 欠费风险. The codes of its labels begin with its own and
// a full stop.
type MarkGroup struct {
	Code, Name string
}

// Marks is what a contact can get beside labels, in the order of the files.
type Marks struct {
	Groups   []MarkGroup
	Urgency  []MarkInfo
	Portrait []MarkInfo

	requires   string // the condition of all marks, empty for none
	requiresAt yamlNode
}

// of are the marks that a decision is about.
func (k *Marks) of(on decision) *[]MarkInfo {
	if on == decidesPortrait {
		return &k.Portrait
	}
	return &k.Urgency
}

// Mark finds an urgency signal or a portrait label by its code.
func (k *Marks) Mark(code string) (MarkInfo, bool) {
	for _, list := range [][]MarkInfo{k.Urgency, k.Portrait} {
		for _, info := range list {
			if info.Code == code {
				return info, true
			}
		}
	}
	return MarkInfo{}, false
}

// Codes lists the codes of marks.
func Codes(list []MarkInfo) []string {
	codes := make([]string, len(list))
	for i, info := range list {
		codes[i] = info.Code
	}
	return codes
}

// readMarks reads marks.yaml of all layers; a mark of a later layer replaces the one of its code. A set without the
// file has none.
func readMarks(files []file, p *problems) *Marks {
	k := &Marks{}
	for _, f := range files {
		if f.path != marksPath {
			continue
		}
		root, ok := parseYAML(f, p)
		if !ok {
			continue
		}
		fields := root.fields("requires", "groups", "urgency", "portrait")
		for _, field := range fields { // before the portrait, whose codes name them
			if field.key == "groups" {
				for _, n := range field.value.items() {
					k.putGroup(n)
				}
			}
		}
		for _, field := range fields {
			switch field.key {
			case "requires":
				k.requires, k.requiresAt = field.value.text(), field.value
			case "urgency", "portrait":
				on := decidesUrgency
				if field.key == "portrait" {
					on = decidesPortrait
				}
				for _, n := range field.value.items() {
					k.putMark(on, n)
				}
			}
		}
	}
	return k
}

func (k *Marks) putGroup(n yamlNode) {
	var group MarkGroup
	for _, f := range n.fields("code", "name") {
		if f.key == "code" {
			group.Code = f.value.text()
		} else {
			group.Name = f.value.text()
		}
	}
	if group.Code == "" || group.Name == "" {
		n.problem("画像分组缺少编码或名称；写上 code: 和 name:")
		return
	}
	if i := slices.IndexFunc(k.Groups, func(g MarkGroup) bool { return g.Code == group.Code }); i >= 0 {
		k.Groups[i] = group
		return
	}
	k.Groups = append(k.Groups, group)
}

func (k *Marks) putMark(on decision, n yamlNode) {
	var info MarkInfo
	keys := []string{"code", "name", "definition", "service"}
	if on == decidesUrgency {
		keys = append(keys, "label")
	}
	for _, f := range n.fields(keys...) {
		switch f.key {
		case "code":
			info.Code = f.value.text()
		case "name":
			info.Name = f.value.text()
		case "definition":
			info.Definition = f.value.text()
		case "service":
			info.Service = f.value.text()
		case "label":
			info.Label, info.labelAt = f.value.text(), f.value
		}
	}
	if info.Code == "" || info.Name == "" {
		n.problem("标记缺少编码或名称；写上 code: 和 name:")
		return
	}
	group, _, _ := strings.Cut(info.Code, ".")
	if on == decidesPortrait && !slices.ContainsFunc(k.Groups, func(g MarkGroup) bool { return strings.HasPrefix(info.Code, g.Code+".") }) {
		n.problem("画像标签 %s 的分组 %q 不在 groups 下；加到那里", info.Code, group)
		return
	}
	list := k.of(on)
	if i := slices.IndexFunc(*list, func(other MarkInfo) bool { return other.Code == info.Code }); i >= 0 {
		(*list)[i] = info
		return
	}
	*list = append(*list, info)
}

// MarkFinding is a mark that a contact got, and the rules that gave it.
type MarkFinding struct {
	Code    string        `json:"code"`
	Name    string        `json:"name"`
	Service string        `json:"service,omitempty"`
	Weight  float64       `json:"weight"`
	Fired   []RuleFinding `json:"fired"`
}

// hits are the words of the mark, each once.
func (f *MarkFinding) hits() []hotline.Hit {
	var hits []hotline.Hit
	for _, r := range f.Fired {
		for _, h := range r.Hits {
			if r.Weight > 0 && len(hits) < maxLabelHits {
				hits = append(hits, h)
			}
		}
	}
	return hits
}

// marked reports whether the contact may have marks at all. m.labels are the labels given.
func (rs *RuleSet) marked(m *matches) bool {
	return rs.marksRequire == nil || m.holds(rs.marksRequire)
}

// findMarks gives the marks of a decision, in the order of marks.yaml.
func (rs *RuleSet) findMarks(m *matches, on decision) []MarkFinding {
	if !rs.marked(m) {
		return nil
	}
	list := *rs.marks.of(on)
	findings := make([]MarkFinding, len(list))
	for _, i := range m.anchored(on) {
		r := &rs.rules[on][i]
		if weight, fires := m.fires(r); fires {
			f := &findings[slices.IndexFunc(list, func(info MarkInfo) bool { return info.Code == r.label })]
			f.Weight += weight
			f.Fired = append(f.Fired, RuleFinding{Rule: r.id, Weight: weight, Hits: m.evidence(nil, r.id)})
		}
	}
	var given []MarkFinding
	for i, f := range findings {
		if len(f.Fired) > 0 && f.Weight >= markThreshold {
			f.Code, f.Name, f.Service = list[i].Code, list[i].Name, list[i].Service
			given = append(given, f)
		}
	}
	return given
}

// addByMarks gives the labels of urgency signals (MarkInfo.Label) to a contact of which nothing else is said: what
// endangers life is about more than electricity at large, however it is worded. Tests of labels do not hold in its
// rules here. Words may contradict.
func (rs *RuleSet) addByMarks(m *matches, scores []score) {
	for _, info := range rs.marks.Urgency {
		label, ok := rs.taxonomy.index[info.Label]
		if !ok || slices.ContainsFunc(m.given, func(g int32) bool { return !slices.Contains(rs.taxonomy.Labels[g].Unless, info.Label) }) {
			continue
		}
		s := &scores[label]
		if s.weight < 0 || rs.contradicts(m, label, nil) || !rs.mayStand(m, label) {
			continue
		}
		weight, hits, fired := 0.0, []hotline.Hit(nil), []int32(nil)
		for _, i := range m.anchored(decidesUrgency) {
			r := &rs.rules[decidesUrgency][i]
			if r.label != info.Code {
				continue
			}
			if w, fires := m.fires(r); fires {
				weight += w
				hits = m.evidence(hits, r.id)
				fired = append(fired, i)
			}
		}
		if weight < markThreshold {
			continue
		}
		for _, g := range m.given {
			scores[g].byWords = false
			scores[g].silencedBy, scores[g].reason = info.Label, yieldsUnless
		}
		s.byMark, s.firedForMark, s.hits, s.weight = info.Code, fired, hits, rs.taxonomy.Labels[label].Threshold
		m.given = append(m.given[:0], int32(label))
	}
}

func marksOf(findings []MarkFinding) []hotline.Mark {
	var marks []hotline.Mark
	for i := range findings {
		marks = append(marks, hotline.Mark{Code: findings[i].Code, Hits: findings[i].hits()})
	}
	return marks
}

// found is the vote on whose duty the matter is by the handlers' text; without a vote nobody wins.
func (rs *RuleSet) found(m *matches) ballot {
	if !rs.marked(m) {
		return ballot{}
	}
	return rs.vote(m, decidesFound)
}

// experience gives the dimensions of the labels, each once, in the order of hotline.Experiences.
func (t *Taxonomy) experience(labels []string) []hotline.Experience {
	var all []hotline.Experience
	for _, e := range hotline.Experiences {
		if slices.ContainsFunc(labels, func(code string) bool {
			l, _ := t.Label(code)
			return l.Experience == e
		}) {
			all = append(all, e)
		}
	}
	return all
}
