package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"suqiu/hotline"
)

// decision is what the rules of a file decide.
type decision int

const (
	decidesLabel decision = iota
	decidesNature
	decidesResponsible
	decidesFound
	decidesUrgency
	decidesPortrait
	decisions
)

var decisionNames = [decisions]string{"label", "nature", "responsible", "found", "urgency", "portrait"}

// needsWord reports whether a rule for the decision must need a word: what it decides is shown with evidence.
func (d decision) needsWord() bool { return d != decidesNature && d != decidesResponsible }

// maxWeight bounds the weights of rules and the thresholds of labels.
const maxWeight = 1000

// border says how a word may lie over the segmenter's tokens.
type border int

const (
	borderAuto border = iota // nocross for one and two characters, any for longer words
	borderAny
	borderNoCross
	borderExact
)

var borderNames = []string{"auto", "any", "nocross", "exact"}

// roleSet is a set of roles, one bit each.
type roleSet uint8

var roleBits = map[hotline.Role]roleSet{
	hotline.RoleCustomer: 1, hotline.RoleUnknown: 2, hotline.RoleAgent: 4, hotline.RoleIVR: 8, hotline.RoleReply: 16, hotline.RoleQuote: 32,
}

const (
	rolesCaller roleSet = 1 | 2
	rolesAny    roleSet = 63

	roleAffirmed roleSet = 64  // an agent's question that the caller affirmed
	roleDenied   roleSet = 128 // one that the caller denied
)

// placedPattern is a pattern with its place: the scalar it stands in and the characters before it there.
type placedPattern struct {
	text string
	at   int
	node yamlNode
}

// options are a group's filters.
type options struct {
	border border
	cues   [cueKinds]policy
	roles  roleSet

	skipsFillers bool // also finds words that fillers part
	pinyin       pinyinMode
	pinyinLeast  int // syllables of a word that is looked for by its sound
}

func defaultOptions() options {
	o := options{roles: rolesCaller, pinyinLeast: defaultSyllables}
	o.cues[cueNegation] = cueExclude
	return o
}

// groupSource is a group as it is read.
type groupSource struct {
	name  string
	any   []placedPattern
	mask  []placedPattern
	opts  options
	place yamlNode
	layer int
}

// ruleSource is a rule as it is read.
type ruleSource struct {
	id       string
	decides  decision
	label    string
	labelAt  yamlNode
	weight   float64
	groups   []groupSource
	defaults options // of groups without a name
	when     yamlNode
	examples [3][]example // by exampleKind
	disabled bool
	place    yamlNode
}

// example is a text on which a rule must or must not fire, with its place.
type example struct {
	text string
	node yamlNode
}

type exampleKind int

const (
	exampleMatch exampleKind = iota
	exampleNoMatch
	exampleTodo
)

var exampleNames = [...]string{"match", "no_match", "todo"}

// ruleFiles is the content of all rule files, layers resolved, in the order of reading.
type ruleFiles struct {
	rules  []ruleSource
	byID   map[string]int
	groups map[string]groupSource
}

func readRuleFiles(files []file, p *problems) *ruleFiles {
	r := &ruleFiles{byID: map[string]int{}, groups: map[string]groupSource{}}
	for _, f := range files {
		if !strings.HasPrefix(f.path, "rules/") {
			continue
		}
		if root, ok := parseYAML(f, p); ok {
			r.readFile(root)
		}
	}
	r.readExampleFiles(files, p)
	return r
}

func (r *ruleFiles) readFile(root yamlNode) {
	defaults, decides := defaultOptions(), decidesLabel
	fields := root.fields("defaults", "decides", "groups", "rules")
	for _, f := range fields { // these hold for the whole file wherever they stand
		switch f.key {
		case "defaults":
			for _, o := range f.value.fields(optionKeys...) {
				defaults.read(o)
			}
		case "decides":
			decides = decision(f.value.choice(decisionNames[:]...))
		}
	}
	for _, f := range fields {
		switch f.key {
		case "groups":
			for _, g := range f.value.groupFields() {
				r.putGroup(readGroup(g, defaults))
			}
		case "rules":
			if entries := f.value.entries(); len(entries) > 0 && f.value.with(entries[0].Value).isMapping() {
				f.value.misshape("这里应是列表，却是映射；每条规则以 \"- \" 开头，写成 - id: %s，其余各行与 id 对齐", entries[0].Key)
				continue
			}
			for _, n := range f.value.items() {
				r.putRule(readRule(n, defaults, decides))
			}
		}
	}
}

func (r *ruleFiles) putGroup(g groupSource) {
	if old, ok := r.groups[g.name]; ok && old.layer == g.layer {
		g.place.problem("共用词组 %s 在 %s 已经有了；给其中一个改名", g.name, placeOf(old.place))
		return
	}
	r.groups[g.name] = g
}

func (r *ruleFiles) putRule(rule ruleSource) {
	if rule.id == "" {
		rule.place.problem("规则没有 id；写上 id: 和一个不重复的名称")
		return
	}
	i, ok := r.byID[rule.id]
	switch {
	case !ok:
		r.byID[rule.id] = len(r.rules)
		r.rules = append(r.rules, rule)
	case r.rules[i].place.file.layer == rule.place.file.layer:
		rule.place.problem("规则的 id %s 在 %s 已经有了；给其中一个改名", rule.id, placeOf(r.rules[i].place))
	default:
		r.rules[i] = rule
	}
}

// optionKeys are the filters that a group may have and a file may set for all of its groups.
var optionKeys = append([]string{"border", "role", "filler", "pinyin", "pinyin_from"}, cueNames[:]...)

// groupKeys are all that a group may have.
var groupKeys = append([]string{"any", "mask"}, optionKeys...)

// ruleKeys are all that a rule may have.
var ruleKeys = []string{"id", "label", "weight", "role", "groups", "when", "examples", "disabled", "note"}

// fillerNames are what a group does about fillers.
var fillerNames = []string{"keep", "skip"}

// read sets one option.
func (o *options) read(f field) {
	switch f.key {
	case "border":
		o.border = border(f.value.choice(borderNames...))
	case "filler":
		o.skipsFillers = f.value.choice(fillerNames...) == 1
	case "pinyin":
		o.pinyin = pinyinMode(f.value.choice(pinyinNames...))
	case "pinyin_from":
		o.pinyinLeast = int(f.value.number(minSyllables, maxSyllables))
	case "role":
		o.roles = 0
		for _, t := range f.value.texts() {
			switch role := t.text(); role {
			case "caller":
				o.roles |= rolesCaller
			case "any":
				o.roles |= rolesAny
			case "affirmed":
				o.roles |= roleAffirmed
			case "denied":
				o.roles |= roleDenied
			default:
				bit, ok := roleBits[hotline.Role(role)]
				if !ok {
					t.problem("没有 %q 这个角色；可写 caller、customer、agent、ivr、unknown、reply、quote、any、affirmed、denied%s", role, suggest(role, []string{"caller", "customer", "agent", "unknown", "reply", "quote", "affirmed", "denied"}))
				}
				o.roles |= bit
			}
		}
	default:
		o.cues[slices.Index(cueNames[:], f.key)] = policy(f.value.choice(policyNames...))
	}
}

// groupFields gives the groups of a mapping.
func (n yamlNode) groupFields() []field {
	if n.isSequence() {
		n.misshape("这里应是映射（名称: 词语），却是列表；每个词组写成 名称: 词语，有别的键时写成 名称: {any: 词语, mask: 词语}，前面没有 \"- \"")
		return nil
	}
	return n.fields()
}

func readGroup(f field, defaults options) groupSource {
	g := groupSource{name: f.key, opts: defaults, place: f.at, layer: f.at.file.layer}
	switch {
	case isKeyword(f.key):
		f.at.misshape("%q 不能作词组的名称，它是条件的关键字；换个名称，如 %s_word", f.key, f.key)
	case !isName(f.key):
		f.at.misshape("%q 不能作词组的名称；只用文字、数字和 _，不以数字开头", f.key)
	}
	faults := len(f.at.problems.all)
	switch {
	case f.value.holdsKeys(groupKeys):
		f.value.misshape("词组 %s 的 any、mask 等键写成了列表；去掉它们前面的 \"- \"", f.key)
	case !f.value.isMapping():
		g.any = placedPatterns(f.value)
	default:
		for _, o := range f.value.fields(groupKeys...) {
			switch o.key {
			case "any":
				g.any = placedPatterns(o.value)
			case "mask":
				g.mask = placedPatterns(o.value)
			default:
				g.opts.read(o)
			}
		}
	}
	if len(g.any) == 0 && len(f.at.problems.all) == faults {
		f.at.problem("词组 %s 没有词语；在 any 下写几个", f.key)
	}
	return g
}

func isName(s string) bool {
	for i, r := range s {
		if !isNameRune(r) || i == 0 && unicode.IsDigit(r) {
			return false
		}
	}
	return s != "" && !isKeyword(s)
}

// placedPatterns reads one text or a list of texts, each of patterns parted by white space.
func placedPatterns(n yamlNode) []placedPattern {
	var all []placedPattern
	for _, t := range n.texts() {
		if t.isMapping() {
			t.misshape("这里应是词语，却是映射；几个词用空格隔开，含有冒号的加上引号")
			continue
		}
		t.cutByComment()
		all = append(all, splitPatterns(t.text(), 0, t)...)
	}
	return all
}

// splitPatterns parts a text that stands so many characters into the node.
func splitPatterns(text string, at int, n yamlNode) []placedPattern {
	var all []placedPattern
	for word := range strings.FieldsSeq(text) {
		i := strings.Index(text, word)
		at += utf8.RuneCountInString(text[:i])
		all = append(all, placedPattern{word, at, n})
		at += utf8.RuneCountInString(word)
		text = text[i+len(word):]
	}
	return all
}

func readRule(n yamlNode, defaults options, decides decision) ruleSource {
	r := ruleSource{weight: 1, decides: decides, defaults: defaults, place: n}
	fields := n.fields(ruleKeys...)
	for _, f := range fields { // before the groups, whose default it is
		if f.key == "role" {
			r.defaults.read(f)
		}
	}
	spoilt := false // groups whose names the condition can't know
	for _, f := range fields {
		switch f.key {
		case "id":
			if r.id = f.value.text(); f.value.isMisshapen() {
				n.mute()
			}
		case "label":
			if r.labelAt = f.value; f.value.isSequence() {
				f.value.misshape("一条规则只给一个标签，却写了列表；每个标签写一条规则")
				continue
			}
			r.label = f.value.text()
		case "weight":
			r.weight = f.value.number(-maxWeight, maxWeight)
		case "groups":
			for _, g := range f.value.groupFields() {
				r.groups = append(r.groups, readGroup(g, r.defaults))
				spoilt = spoilt || g.at.isMisshapen()
			}
			spoilt = spoilt || f.value.isMisshapen()
		case "when":
			if r.when = f.value; f.value.isSequence() || f.value.isMapping() {
				f.value.misshape("条件应是一行文本；词语写在「」里，用 and、or、near 连接，如 when: 「停电」 or 「断电」")
			}
		case "examples":
			readExamples(f.value, &r.examples)
		case "disabled":
			r.disabled = f.value.bool()
		}
	}
	if r.when.Node != nil && spoilt {
		r.when.mute()
	}
	if r.when.Node == nil && !r.disabled {
		n.problem("规则 %s 没有 when；写明它在什么条件下成立", r.id)
	}
	return r
}
