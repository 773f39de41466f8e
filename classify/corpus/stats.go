// Package corpus says what rules do over many calls: how often each fires, alone or with others, how right it is where
// gold tells, and what changes from one rule set to another. It keeps counts and a few samples, so its memory does not
// grow with the corpus.
package corpus

import (
	"cmp"
	"maps"
	"slices"

	"suqiu/classify"
	"suqiu/hotline"
)

// Gold is what is right for a call; a label under Also may be given or left out.
type Gold struct {
	Labels, Also []string
}

// Rule is how one rule did. Right and Wrong count calls with gold on which it fired, for rules of labels alone: Right where
// its label is gold, Wrong where it neither is nor may be; of a rule that speaks against its label the other way about.
type Rule struct {
	ID    string `json:"rule"`
	Value string `json:"value"` // its label, nature or party
	Hits  int    `json:"hits"`
	Alone int    `json:"alone"` // hits where no other rule for the same value fired
	Right int    `json:"right,omitempty"`
	Wrong int    `json:"wrong,omitempty"`
}

// Precision is the share of right hits; false where gold tells of none.
func (r Rule) Precision() (share float64, known bool) {
	if r.Right+r.Wrong == 0 {
		return 0, false
	}
	return float64(r.Right) / float64(r.Right+r.Wrong), true
}

// Pair counts calls on which two rules, or two labels, met. Of two labels in conflict the first gave way to the second,
// which is classify.ByWords where the word weights dropped it.
type Pair struct {
	First  string `json:"first"`
	Second string `json:"second"`
	Calls  int    `json:"calls"`
}

// Stats counts what a rule set does over the calls that are added. It is not safe for concurrent use.
type Stats struct {
	rules     *classify.RuleSet
	calls     int
	unlabeled int
	byID      map[string]*Rule
	decides   map[string]string
	against   map[string]bool // by rule: its weight is negative
	overlaps  map[[2]string]int
	conflicts map[[2]string]int
}

// NewStats starts counting for a rule set, which must be ready.
func NewStats(rules *classify.RuleSet) *Stats {
	s := &Stats{rules: rules, byID: map[string]*Rule{}, decides: map[string]string{}, against: map[string]bool{}, overlaps: map[[2]string]int{}, conflicts: map[[2]string]int{}}
	for _, r := range rules.Rules() {
		s.byID[r.ID] = &Rule{ID: r.ID, Value: r.Value}
		s.decides[r.ID], s.against[r.ID] = r.Decides, r.Weight < 0
	}
	return s
}

// Add counts a call; gold is nil where it has none.
func (s *Stats) Add(call *hotline.Call, gold *Gold) {
	f := s.rules.Firing(call)
	s.calls++
	if len(f.Labels) == 0 {
		s.unlabeled++
	}
	for _, c := range f.Silenced {
		s.conflicts[[2]string{c.Label, c.By}]++
	}
	slices.Sort(f.Rules)
	for i, id := range f.Rules {
		r := s.byID[id]
		r.Hits++
		alone := true
		for j, other := range f.Rules {
			if i == j || s.byID[other].Value != r.Value || s.decides[other] != s.decides[id] {
				continue
			}
			if alone = false; i < j {
				s.overlaps[[2]string{id, other}]++
			}
		}
		if alone {
			r.Alone++
		}
		if gold == nil || s.decides[id] != "label" || slices.Contains(gold.Also, r.Value) {
			continue
		}
		if slices.Contains(gold.Labels, r.Value) != s.against[id] {
			r.Right++
		} else {
			r.Wrong++
		}
	}
}

// Report is what was counted.
type Report struct {
	Calls     int    `json:"calls"`
	Unlabeled int    `json:"unlabeled"` // without a label
	Rules     []Rule `json:"rules"`     // the most hits first
	Overlaps  []Pair `json:"overlaps"`  // rules for the same value on the same call, the most first
	Conflicts []Pair `json:"conflicts"` // labels that gave way to others, the most first
}

// Report sums up. Ties stand in the order of names.
func (s *Stats) Report() Report {
	r := Report{Calls: s.calls, Unlabeled: s.unlabeled, Rules: []Rule{}, Overlaps: pairs(s.overlaps), Conflicts: pairs(s.conflicts)}
	for _, rule := range s.byID {
		r.Rules = append(r.Rules, *rule)
	}
	slices.SortFunc(r.Rules, func(a, b Rule) int { return cmp.Or(b.Hits-a.Hits, cmp.Compare(a.ID, b.ID)) })
	return r
}

func pairs(counts map[[2]string]int) []Pair {
	list := []Pair{}
	for _, key := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	}) {
		list = append(list, Pair{key[0], key[1], counts[key]})
	}
	return list
}
