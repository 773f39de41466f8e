package classify

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"suqiu/hotline"
)

// Reason is why a word did not count or a rule did not fire.
type Reason string

// The reasons, as an explanation names them.
const (
	ReasonRole         Reason = "role"         // said by somebody whose words the group does not read
	ReasonBorder       Reason = "border"       // cuts through a token
	ReasonMask         Reason = "mask"         // part of a phrase that hides it
	ReasonNegated      Reason = "negated"      // in the reach of a negation
	ReasonNotNegated   Reason = "not negated"  // the group wants negated words
	ReasonHypothetical Reason = "hypothetical" // supposed or asked
	ReasonReal         Reason = "not supposed" // the group wants supposed words
	ReasonAside        Reason = "aside"        // of others, elsewhere, over
	ReasonOwn          Reason = "not aside"    // the group wants words about others
	ReasonEarlier      Reason = "earlier"      // of an earlier time or case
	ReasonNow          Reason = "not earlier"  // the group wants words about earlier cases
	ReasonMissing      Reason = "missing"      // the group has no word in the text
	ReasonDistance     Reason = "distance"     // both words stand there, not near enough
	ReasonCount        Reason = "count"        // too few words
	ReasonTitle        Reason = "title"        // no word in the title
	ReasonValue        Reason = "value"        // the quantity is not what the rule asks for
	ReasonPlace        Reason = "place"        // not at the beginning or the end, where the rule asks for it
	ReasonTest         Reason = "test"         // another hotline, kind, channel, time or label
	ReasonUnbacked     Reason = "unbacked"     // a short word only sounds like a keyword, and no word as it is written is beside it
	ReasonExcluded     Reason = "excluded"     // what the rule must not find is there
)

var (
	cueReasons = [cueKinds]Reason{ReasonNegated, ReasonHypothetical, ReasonAside, ReasonEarlier}
	cueMissing = [cueKinds]Reason{ReasonNotNegated, ReasonReal, ReasonOwn, ReasonNow}
)

// Explanation says why a call got its labels and what kept others away. It is recomputed from the call and the rule
// set, so it holds for exactly this revision.
type Explanation struct {
	Call        string    `json:"call,omitempty"` // the document id
	Revision    int64     `json:"ruleset_rev"`
	Hash        string    `json:"ruleset_hash"`
	Given       []Finding `json:"given"`     // the strongest first
	NotGiven    []Finding `json:"not_given"` // labels of which a rule fired or nearly fired, the nearest first
	Nature      Ballot    `json:"nature"`
	Responsible Ballot    `json:"responsible"`

	Found      Ballot               `json:"found"` // whose duty it is by the handlers' text; no winner where they don't say
	Urgency    []MarkFinding        `json:"urgency,omitempty"`
	Portrait   []MarkFinding        `json:"portrait,omitempty"`
	Experience []hotline.Experience `json:"experience,omitempty"`
	Entities   []hotline.Entity     `json:"entities,omitempty"` // what the text names

	call *hotline.Call // of which it speaks, to tell places by characters
}

// Finding is what the rules say of one label.
type Finding struct {
	Code      string        `json:"code"`
	Name      string        `json:"name"`
	Weight    float64       `json:"weight"` // of the fired rules
	Threshold float64       `json:"threshold"`
	Strength  float64       `json:"strength,omitempty"` // by which it was compared with other labels; 0 where there was none
	Why       string        `json:"why,omitempty"`      // in Chinese, why it was not given although rules fired; empty otherwise
	Yields    *Yield        `json:"yields,omitempty"`   // to which label it gave way
	Mark      string        `json:"mark,omitempty"`     // the urgency signal that gave it, since no other label was there; its rules are those fired
	Words     *WordFinding  `json:"words,omitempty"`    // what the words say of it; nil without word weights
	Fired     []RuleFinding `json:"fired,omitempty"`    // in the order of the files
	Missed    []RuleFinding `json:"missed,omitempty"`   // near misses, the nearest first
}

// WordFinding is what the words of the caller say of a label, by the table of word weights.
type WordFinding struct {
	Support float64     `json:"support"`         // log-odds
	Give    float64     `json:"give"`            // above this support the words alone give the label, beside those that it has
	Few     bool        `json:"few,omitempty"`   // the contact has too few words that are known for them to give a label
	Drop    float64     `json:"drop"`            // below this they drop what rules gave
	Alone   bool        `json:"alone,omitempty"` // given by words alone: no rule gave it
	For     []WordShare `json:"for,omitempty"`   // the words that speak most for it
	Against []WordShare `json:"against,omitempty"`
}

// Yield is why a label gave way to another: unless and exclusive stand in the taxonomy, below says that it is too weak
// beside it, covered that it has no words of its own.
type Yield struct {
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// RuleFinding is one rule: the words it fired by, or what blocked it.
type RuleFinding struct {
	Rule   string        `json:"rule"`
	Weight float64       `json:"weight"`
	Hits   []hotline.Hit `json:"hits,omitempty"`
	Blocks []Block       `json:"blocks,omitempty"`
}

// Block is one thing that kept a rule from firing. Hit is the word concerned and By the cue or phrase that hid it;
// both are nil where there is none.
type Block struct {
	Reason Reason       `json:"reason"`
	Group  string       `json:"group,omitempty"`
	Hit    *hotline.Hit `json:"hit,omitempty"`
	By     *hotline.Hit `json:"by,omitempty"`
	Found  string       `json:"found,omitempty"` // of a test: what the contact has instead; empty where it is not told
}

// Ballot is how the nature or the responsible party was found: the default of the strongest label, and the rules.
type Ballot struct {
	Winner  string `json:"winner"`
	Default string `json:"default,omitempty"` // the label whose default was a vote; empty for none
	Votes   []Vote `json:"votes,omitempty"`
}

// Vote is one rule's vote.
type Vote struct {
	Rule   string        `json:"rule"`
	Value  string        `json:"value"`
	Weight float64       `json:"weight"`
	Hits   []hotline.Hit `json:"hits,omitempty"`
}

// Bounds of an explanation.
const (
	maxNotGiven = 3 // labels
	maxMissed   = 3 // rules a label
	maxBlocks   = 6 // a rule
)

// Explain says why a call gets its labels.
func (rs *RuleSet) Explain(call *hotline.Call) Explanation {
	m := rs.take(call, false)
	defer rs.give(m)
	e := Explanation{Call: call.DocID(), Revision: rs.rev, Hash: rs.hash, call: call}
	scores := rs.score(m)
	missed := rs.nearMisses(m, scores)
	given := slices.Clone(m.given)
	finding := func(i int, s *score) Finding {
		l := rs.taxonomy.Labels[i]
		f := Finding{Code: l.Code, Name: l.Name, Weight: s.weight, Threshold: l.Threshold, Strength: s.strength, Missed: missed[l.Code]}
		f.Words = rs.wordFinding(m, int32(i), s)
		for _, r := range s.fired {
			f.Fired = append(f.Fired, rs.firedRule(m, &rs.rules[decidesLabel][r]))
		}
		for _, r := range s.firedForMark {
			f.Fired = append(f.Fired, rs.firedRule(m, &rs.rules[decidesUrgency][r]))
		}
		f.Mark = s.byMark
		return f
	}
	for _, i := range given {
		e.Given = append(e.Given, finding(int(i), &scores[i]))
	}
	for i := range scores {
		s := &scores[i]
		if s.given() {
			continue
		}
		f := finding(i, s)
		switch {
		case len(s.fired) == 0 && len(f.Missed) == 0:
			continue
		case len(s.fired) == 0:
		case !s.enough:
			f.Why = "权重未达门槛"
		case !s.allowed:
			f.Why = "不满足标签的前提：" + rs.taxonomy.Labels[i].requires
		case s.contradicted:
			f.Why = fmt.Sprintf("文中用词不支持：支持度 %.1f，低于 %.1f", f.Words.Support, f.Words.Drop)
		default:
			f.Why, f.Yields = rs.whyYields(scores, s), &Yield{s.silencedBy, yieldNames[s.reason]}
		}
		e.NotGiven = append(e.NotGiven, f)
	}
	slices.SortStableFunc(e.NotGiven, func(a, b Finding) int { return cmp.Compare(distance(a), distance(b)) })
	e.NotGiven = e.NotGiven[:min(len(e.NotGiven), maxNotGiven)]
	for _, f := range e.Given {
		m.labels = append(m.labels, f.Code)
	}
	e.Nature = rs.vote(m, decidesNature).explain()
	e.Responsible = rs.vote(m, decidesResponsible).explain()
	e.Found = rs.found(m).explain()
	e.Urgency, e.Portrait = rs.findMarks(m, decidesUrgency), rs.findMarks(m, decidesPortrait)
	e.Experience = rs.taxonomy.experience(m.labels)
	e.Entities = m.doc.entities()
	return e
}

// wordFinding says what the words say of a label.
func (rs *RuleSet) wordFinding(m *matches, label int32, s *score) *WordFinding {
	w := rs.weights
	if w == nil || math.IsInf(float64(w.drop[label]), 0) {
		return nil
	}
	_, denied := rs.speaking(m, int(label))
	beside := slices.ContainsFunc(m.given, func(g int32) bool { return g != label })
	f := &WordFinding{Support: float64(m.support[label]), Drop: float64(w.drop[label]), Alone: s.byWords, Few: len(m.spoken) < leastSpoken}
	if f.Give = float64(w.give[label]); !f.Few {
		f.Give = float64(rs.leastSupport(m, int(label), beside, denied))
	}
	f.For, f.Against = rs.shares(m, label)
	return f
}

// whyYields says in Chinese why a label gave way to another.
func (rs *RuleSet) whyYields(scores []score, s *score) string {
	to := &scores[rs.taxonomy.index[s.silencedBy]]
	switch s.reason {
	case yieldsExclusive:
		return fmt.Sprintf("与更强的 %s（强度 %.3g）互斥，强度 %.3g", s.silencedBy, to.strength, s.strength)
	case yieldsWeak:
		return fmt.Sprintf("证据弱：强度 %.3g，不到最强标签 %s（%.3g）的 %g%%", s.strength, s.silencedBy, to.strength, 100*rs.taxonomy.Abstain.Below)
	case yieldsCovered:
		return "证据全在更强的 " + s.silencedBy + " 的词语之中"
	}
	return "让位于 " + s.silencedBy
}

// distance says how far a label is from being given: fewer blocks are nearer.
func distance(f Finding) int {
	if len(f.Fired) > 0 {
		return 0
	}
	return len(f.Missed[0].Blocks)
}

func (rs *RuleSet) firedRule(m *matches, r *rule) RuleFinding {
	weight, _ := m.fires(r)
	return RuleFinding{Rule: r.id, Weight: weight, Hits: m.evidence(nil, r.id)}
}

// nearMisses finds, by label, the rules that did not fire though something of theirs stands in the text: a word that a
// filter hid, a distance too long, an exclusion; or all but one of the things they need.
func (rs *RuleSet) nearMisses(m *matches, scores []score) map[string][]RuleFinding {
	missed := map[string][]RuleFinding{}
	for i := range rs.rules[decidesLabel] {
		r := &rs.rules[decidesLabel][i]
		if slices.Contains(scores[rs.taxonomy.index[r.label]].fired, int32(i)) || r.weight < 0 || !m.touches(r.when) {
			continue
		}
		f := RuleFinding{Rule: r.id, Weight: r.weight}
		m.sounding = true
		m.why(r.when, &f)
		m.sounding = false
		if len(f.Blocks) == 0 {
			f.Blocks = append(f.Blocks, Block{Reason: ReasonUnbacked, Group: m.nameOf(r.when)})
		}
		far := 0
		for _, b := range f.Blocks {
			if b.Reason == ReasonMissing {
				far++
			}
		}
		if far > 1 {
			continue
		}
		f.Blocks = f.Blocks[:min(len(f.Blocks), maxBlocks)]
		missed[r.label] = append(missed[r.label], f)
	}
	for label, rules := range missed {
		slices.SortStableFunc(rules, func(a, b RuleFinding) int { return cmp.Compare(len(a.Blocks), len(b.Blocks)) })
		missed[label] = rules[:min(len(rules), maxMissed)]
	}
	return missed
}

// touches reports whether a word that the condition wants stands in the text, hidden or not. A word of one character
// does not count: 不 or 表 alone brings no rule near.
func (m *matches) touches(e *expr) bool {
	if e.op == opGroup {
		return slices.ContainsFunc(m.places(e.group), func(s span) bool { return s.end-s.start > 1 })
	}
	return e.op != opNot && slices.ContainsFunc(e.children, m.touches)
}

// why adds to the finding what keeps the condition from holding, and the words of the parts that do hold.
func (m *matches) why(e *expr, f *RuleFinding) {
	m.used, m.pairs = m.used[:0], m.pairs[:0]
	if m.holds(e) {
		f.Hits = m.evidence(f.Hits, f.Rule)
		return
	}
	blocked := func(reason Reason) { f.Blocks = append(f.Blocks, Block{Reason: reason, Group: m.nameOf(e)}) }
	switch e.op {
	case opGroup:
		m.whyNoWord(e, f)
	case opAnd, opOr:
		for _, c := range e.children {
			m.why(c, f)
		}
	case opNear, opMeasure, opFirst, opLast:
		before := len(f.Blocks)
		for _, c := range e.children {
			m.why(c, f)
		}
		if len(f.Blocks) == before {
			blocked(map[op]Reason{opNear: ReasonDistance, opMeasure: ReasonValue, opFirst: ReasonPlace, opLast: ReasonPlace}[e.op])
		}
	case opNot:
		sounding := m.sounding
		m.sounding = false // as in decide
		m.holds(e.children[0])
		m.sounding = sounding
		for _, h := range m.evidence(nil, f.Rule) {
			f.Blocks = append(f.Blocks, Block{Reason: ReasonExcluded, Group: h.Group, Hit: &h})
		}
		if len(m.used) == 0 {
			blocked(ReasonExcluded)
		}
	case opCount, opTitle:
		switch {
		case len(m.wordsOf(e.children[0].group)) == 0:
			m.why(e.children[0], f)
		case e.op == opCount:
			blocked(ReasonCount)
		default:
			blocked(ReasonTitle)
		}
	case opTest:
		f.Blocks = append(f.Blocks, Block{Reason: ReasonTest, Group: e.String(), Found: m.tested(e)})
	}
}

// nameOf names the groups of a condition for a block without a word.
func (m *matches) nameOf(e *expr) string {
	name := ""
	e.walk(func(e *expr) {
		switch {
		case e.op == opGroup && name == "":
			name = m.groups[e.group].name
		case e.op == opGroup:
			name += ", " + m.groups[e.group].name
		case e.op == opTest:
			name = e.name
		}
	})
	return name
}

func (m *matches) whyNoWord(e *expr, f *RuleFinding) {
	g := &m.groups[e.group]
	places := m.places(e.group)
	if len(places) == 0 {
		f.Blocks = append(f.Blocks, Block{Reason: ReasonMissing, Group: g.name})
		return
	}
	for _, s := range places[:min(len(places), maxEvidence)] {
		hidden := m.filter(&m.groups[s.group], s)
		hit := m.doc.hit(f.Rule, g.name, s.start, s.end)
		hit.Fuzzy = m.isFuzzy(s)
		b := Block{Reason: hidden.reason, Group: g.name, Hit: &hit}
		if hidden.by.end > hidden.by.start {
			by := m.doc.hit(f.Rule, m.groups[hidden.by.group].name, hidden.by.start, hidden.by.end)
			b.By = &by
		}
		f.Blocks = append(f.Blocks, b)
	}
}

func (b ballot) explain() Ballot {
	out := Ballot{Winner: b.winner, Default: b.byLabel}
	for _, r := range b.rules {
		out.Votes = append(out.Votes, Vote{r.id, r.value, r.weight, r.hits})
	}
	return out
}
