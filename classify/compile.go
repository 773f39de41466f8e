package classify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"suqiu/calendar"
	"suqiu/hotline"
)

// maxGroups bounds the groups of a rule set, and with it the memory of one analysis.
const maxGroups = 50_000

// group is a compiled group of words.
type group struct {
	name string
	opts options
	mask int32 // the group of phrases that hide a word, or -1

	view  view    // in which its words are looked for
	base  int32   // the group itself, or whose twin it is
	twins []int32 // the groups that look for its words in other views, at most one in each

	spoken []string // the words of a twin by sound, as they are written

	patterns []placedPattern // as they are written, @name among them
}

// rule is a compiled rule.
type rule struct {
	id       string
	label    string
	weight   float64
	when     *expr
	anchors  []int32 // groups without a word of which the rule cannot fire; none if it needs no word
	sounds   []int32 // twins of the groups it wants that have what only sounds like their words
	examples [3][]example
	place    yamlNode
	source   *ruleSource
}

// program is what the sources compile to.
type program struct {
	groups   []group
	matcher  *matcher
	zone     *time.Location // of weekdays, hours and months
	views    [views]viewMatcher
	cues     [cueKinds]cueSet
	terms    [][]rune // of the lexicon, that are put right where they are misheard
	fillers  int32    // the group of words that say nothing
	answer   answerSet
	rules    [decisions][]rule
	requires []*expr // by label; nil needs nothing

	marksRequire *expr // of all marks and of what was found; nil needs nothing

	heeding [][]int32 // by label: groups whose words cues can hide from its rules

	byAnchor [decisions][][]int32 // rules by anchor group
	always   [decisions][]int32   // rules without an anchor
	files    *ruleFiles
}

// compiler turns the sources into a program and collects every fault.
type compiler struct {
	*program
	taxonomy  *Taxonomy
	marks     *Marks
	fold      folder
	patterns  [][]pattern // by group
	sharedIDs map[string]int32
	problems  *problems
}

func compile(taxonomy *Taxonomy, marks *Marks, files *ruleFiles, cues cueSources, lexicon *Lexicon, p *problems) *program {
	c := &compiler{program: &program{files: files, zone: calendar.Shanghai()}, taxonomy: taxonomy, marks: marks, fold: lexicon.folder, sharedIDs: map[string]int32{}, problems: p}
	c.terms = lexicon.spokenTerms()
	c.fillers = c.addPatterns("filler", cues.fillers)
	c.answer = answerSet{
		ask: c.addPatterns("answer", cues.answer.ask), choice: c.addPatterns("answer", cues.answer.choice),
		yes: c.addPatterns("answer", cues.answer.yes), no: c.addPatterns("answer", cues.answer.no), except: c.addPatterns("answer", cues.answer.except),
	}
	for kind, source := range cues.kinds {
		c.cues[kind] = cueSet{
			before: c.addPatterns(cueNames[kind]+".before", source.before), after: c.addPatterns(cueNames[kind]+".after", source.after),
			except: c.addPatterns(cueNames[kind]+".except", source.except), breaks: c.addPatterns(cueNames[kind]+".breaks", source.breaks),
			reach: source.reach, reachAfter: source.reachAfter,
		}
	}
	for _, l := range taxonomy.Labels {
		c.requires = append(c.requires, c.requirement(l))
	}
	if marks.requires != "" {
		c.marksRequire = c.condition(marks.requires, marks.requiresAt, nil, defaultOptions(), decidesUrgency)
	}
	for _, info := range marks.Urgency {
		if _, ok := taxonomy.Label(info.Label); info.Label != "" && !ok {
			info.labelAt.problem("分类体系中没有标签 %s；改正它，或去掉这个键%s", info.Label, taxonomy.suggest(info.Label))
		}
	}
	for i := range files.rules {
		if source := &files.rules[i]; !source.disabled {
			c.addRule(source)
		}
	}
	if len(c.groups) > maxGroups {
		p.add(file{path: "rules"}, 0, 0, "规则共有 %d 个词组，最多 %d 个；减少词组", len(c.groups), maxGroups)
	}
	if len(p.all) > 0 {
		return nil
	}
	c.matcher = newMatcher(c.patterns)
	c.addTerms()
	for v := range c.views {
		if view := &c.views[v]; len(view.patterns) > 0 {
			view.matcher, view.patterns = newMatcher(view.patterns), nil
		}
	}
	for on := range c.rules {
		c.anchor(decision(on))
	}
	c.program.heeding = c.heeding()
	return c.program
}

// addPatterns makes a group without filters.
func (c *compiler) addPatterns(name string, patterns []placedPattern) int32 {
	return c.add(group{name: name, opts: options{border: borderAny, roles: rolesAny}, mask: -1}, patterns)
}

func (c *compiler) add(g group, patterns []placedPattern) int32 {
	id := int32(len(c.groups))
	g.base, g.patterns = id, patterns
	c.groups = append(c.groups, g)
	c.patterns = append(c.patterns, c.read(patterns, nil))
	return id
}

// read reads patterns; @name takes in the patterns of a shared group. open are the groups being taken in.
func (c *compiler) read(patterns []placedPattern, open []string) []pattern {
	var all []pattern
	for _, p := range patterns {
		if name, reference := strings.CutPrefix(p.text, "@"); reference {
			shared, ok := c.files.groups[name]
			switch {
			case !ok:
				p.node.problemAt(p.at, "没有共用词组 %s；在规则文件开头的 groups 下定义它%s", name, suggestGroup(name, nil, slices.Sorted(maps.Keys(c.files.groups))))
			case slices.Contains(open, name):
				p.node.problemAt(p.at, "共用词组 %s 引入了它自己；去掉循环的引入", name)
			default:
				all = append(all, c.read(shared.any, append(open, name))...)
			}
			continue
		}
		one, err := readPattern(p.text, c.fold)
		if err != nil {
			at := 0
			if fault := (*patternError)(nil); errors.As(err, &fault) {
				at = fault.at
			}
			p.node.problemAt(p.at+at, "模式 %s：%v", p.text, err)
			continue
		}
		all = append(all, one)
	}
	return all
}

func (c *compiler) addGroup(source groupSource) int32 {
	g := group{name: source.name, opts: source.opts, mask: -1}
	if mask := append(slices.Clip(source.mask), c.files.masksOf(source.any, nil)...); len(mask) > 0 {
		g.mask = c.addPatterns(source.name+" mask", mask)
	}
	id := c.add(g, source.any)
	if g.opts.skipsFillers {
		c.addTwin(id, viewFluent, c.patterns[id])
	}
	return id
}

// masksOf gathers the masks of the shared groups that the patterns take in; faults in them are read's to report.
func (r *ruleFiles) masksOf(patterns []placedPattern, open []string) []placedPattern {
	var masks []placedPattern
	for _, p := range patterns {
		name, reference := strings.CutPrefix(p.text, "@")
		if reference && !slices.Contains(open, name) {
			shared := r.groups[name]
			masks = append(masks, shared.mask...)
			masks = append(masks, r.masksOf(shared.any, append(open, name))...)
		}
	}
	return masks
}

// sharedGroup compiles a shared group once.
func (c *compiler) sharedGroup(name string) (int32, bool) {
	if id, ok := c.sharedIDs[name]; ok {
		return id, true
	}
	source, ok := c.files.groups[name]
	if !ok {
		return 0, false
	}
	source.name = "@" + name
	id := c.addGroup(source)
	c.sharedIDs[name] = id
	return id, true
}

// condition parses a condition and resolves its groups. local finds a rule's own groups.
func (c *compiler) condition(text string, place yamlNode, local map[string]int32, defaults options, decides decision) *expr {
	e, err := parseWhen(text)
	if err != nil {
		at := 0
		if fault := (*whenError)(nil); errors.As(err, &fault) {
			at = fault.at
		}
		place.problemAt(at, "%v", err)
		return nil
	}
	faults := len(c.problems.all)
	e.walk(func(e *expr) {
		switch e.op {
		case opGroup:
			c.resolve(e, place, local, defaults)
		case opTest:
			c.checkTest(e, place, decides)
		}
	})
	if len(c.problems.all) > faults {
		return nil
	}
	return e
}

func (c *compiler) resolve(e *expr, place yamlNode, local map[string]int32, defaults options) {
	var ok bool
	switch {
	case e.inline:
		patterns := splitPatterns(e.name, e.at+1, place)
		if len(patterns) == 0 {
			place.problemAt(e.at, "「」里没有词语；写上词语，或去掉它")
			return
		}
		e.group, ok = c.addGroup(groupSource{name: "「" + e.name + "」", any: patterns, opts: defaults}), true
	case e.shared:
		e.group, ok = c.sharedGroup(e.name)
	default:
		e.group, ok = local[e.name]
	}
	if !ok {
		own, remedy := slices.Sorted(maps.Keys(local)), "在规则的 groups 下定义它，或在共用词组的名称前写 @"
		if e.shared {
			own, remedy = nil, "在规则文件开头的 groups 下定义它"
		}
		if _, shared := c.files.groups[e.name]; shared {
			remedy = "共用词组写作 @" + e.name
		} else if strings.ContainsFunc(e.name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			remedy = "要匹配这个词本身，写「" + e.name + "」，否则" + remedy
		}
		place.problemAt(e.at, "没有词组 %s；%s%s", e.name, remedy, suggestGroup(e.name, own, slices.Sorted(maps.Keys(c.files.groups))))
	}
}

func (c *compiler) checkTest(e *expr, place yamlNode, decides decision) {
	known := map[string][]string{
		"hotline": stringsOf(hotline.Hotlines[:]), "kind": stringsOf([]hotline.Kind{hotline.KindCall, hotline.KindOrder, hotline.KindMessage}), "label": c.taxonomy.codes(),
	}[e.name]
	for _, v := range e.values {
		ok := slices.Contains(known, v)
		switch e.name {
		case "label":
			if decides == decidesLabel {
				place.problemAt(e.at, "label(…) 只能用在不判断标签的文件中；改用分类体系的 unless")
				return
			}
			ok = slices.ContainsFunc(known, func(code string) bool { return under(code, v) })
		case "channel":
			ok = true // 渠道 are as the sources name them
		case "weekday", "hour", "month":
			if _, _, ok := readRange(v, calendarRanges[e.name]); !ok {
				r := calendarRanges[e.name]
				place.problemAt(e.at, "%q 不是 %s 的值；写 %d 到 %d 的数，或 %d-%d 这样的范围", v, e.name, r[0], r[1], r[0], r[1])
			}
			continue
		}
		if !ok {
			hint := suggest(v, known)
			if e.name == "label" {
				hint = c.taxonomy.suggest(v)
			}
			place.problemAt(e.at, "%s 没有 %s 这个值；可写 %s%s", e.name, v, strings.Join(known, "、"), hint)
		}
	}
}

// requirement compiles the condition that a label needs besides its weight.
func (c *compiler) requirement(l LabelInfo) *expr {
	if l.requires == "" {
		return nil
	}
	e := c.condition(l.requires, l.place, nil, defaultOptions(), decidesLabel)
	if e != nil {
		c.hearing(e)
	}
	return e
}

func (c *compiler) addRule(source *ruleSource) {
	local := map[string]int32{}
	for _, g := range source.groups {
		local[g.name] = c.addGroup(g)
	}
	c.checkTarget(source)
	if source.when.Node == nil {
		return
	}
	e := c.condition(source.when.text(), source.when, local, source.defaults, source.decides)
	if e == nil {
		return
	}
	used := map[int32]bool{}
	for _, g := range groupsOf(e, false) {
		used[g] = true
	}
	var sounds []int32
	if source.weight > 0 {
		sounds = c.hearing(e)
	}
	for _, g := range source.groups {
		if isName(g.name) && !used[local[g.name]] {
			g.place.problem("when 没有用到词组 %s；用上它，或去掉它", g.name)
		}
	}
	anchors, ok := anchorsOf(e)
	if !ok && source.decides.needsWord() {
		source.when.problem("规则 %s 一个词都不需要就能成立；让它至少需要一个词组", source.id)
		return
	}
	c.rules[source.decides] = append(c.rules[source.decides], rule{
		id: source.id, label: source.label, weight: source.weight, when: e, anchors: anchors, sounds: sounds, examples: source.examples, place: source.place, source: source,
	})
}

// checkTarget sees that the rule decides for something there is.
func (c *compiler) checkTarget(source *ruleSource) {
	if source.labelAt.Node == nil {
		source.place.problem("规则 %s 没有 label；写上 label: 和分类体系中的编码", source.id)
		return
	}
	switch source.decides {
	case decidesNature:
		source.labelAt.oneOf(stringsOf(hotline.Natures[:])...)
	case decidesResponsible, decidesFound:
		source.labelAt.oneOf(stringsOf(hotline.Parties[:])...)
	case decidesUrgency, decidesPortrait:
		source.labelAt.oneOf(Codes(*c.marks.of(source.decides))...)
	default:
		if _, ok := c.taxonomy.Label(source.label); !ok {
			source.labelAt.problem("分类体系中没有标签 %s；%s", source.label, c.elsewhere(source.label))
		}
	}
}

// elsewhere is the remedy for a label that the taxonomy has not: what it is besides a label, or the label that was meant.
func (c *compiler) elsewhere(label string) string {
	var on decision
	switch {
	case slices.Contains(hotline.Natures[:], hotline.Nature(label)):
		on = decidesNature
	case slices.Contains(hotline.Parties[:], hotline.Responsible(label)):
		on = decidesResponsible
	case slices.Contains(Codes(c.marks.Urgency), label):
		on = decidesUrgency
	case slices.Contains(Codes(c.marks.Portrait), label):
		on = decidesPortrait
	default:
		return "改正它，或把它加进分类体系" + c.taxonomy.suggest(label)
	}
	return fmt.Sprintf("判断它的规则另写一个文件，文件开头写 decides: %s", decisionNames[on])
}
