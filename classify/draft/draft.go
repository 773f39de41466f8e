// Package draft writes rules for what no rule knows yet, and tries each before anybody has to read it: a draft that is handed
// out loads over the rules in force, matches all of its examples, and matches fewer than 1 in 1,000 contacts of a background.
// One that does not says why instead.
package draft

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"suqiu/classify"
	"suqiu/hotline"
)

// Limit is the share of background contacts that a draft must stay below: it is about something new.
const Limit = 0.001

// Rule is what a draft is to be made of. It fires on a contact in whose caller's words one of Words stands.
type Rule struct {
	ID       string
	Label    string   // a code of the taxonomy
	Note     string   // what it is, for its reader
	Words    []string // phrases of Chinese characters
	Examples []string // texts on which it must fire, written like examples of rules (docs/rules.md)
}

// The file as YAML; keys stand in the order of docs/rules.md.
type fileForm struct {
	Rules []ruleForm `yaml:"rules"`
}

type ruleForm struct {
	ID       string               `yaml:"id"`
	Label    string               `yaml:"label"`
	Note     string               `yaml:"note,omitempty"`
	Groups   map[string]groupForm `yaml:"groups"`
	When     string               `yaml:"when"`
	Examples *examplesForm        `yaml:"examples,omitempty"`
}

type groupForm struct {
	Any    string `yaml:"any"`
	Border string `yaml:"border"`
	Neg    string `yaml:"neg"`
}

type examplesForm struct {
	Match []string `yaml:"match"`
}

// YAML writes rules as a file of rules. Words are found wherever they stand, denied ones too: what does not work is often told
// so (连不上, 没有), and the segmenter does not know where new words end.
func YAML(rules ...Rule) ([]byte, error) {
	file := fileForm{}
	for _, r := range rules {
		form := ruleForm{
			ID: r.ID, Label: r.Label, Note: r.Note, When: "topic",
			Groups: map[string]groupForm{"topic": {Any: strings.Join(r.Words, " "), Border: "any", Neg: "ignore"}},
		}
		if len(r.Examples) > 0 {
			form.Examples = &examplesForm{Match: r.Examples}
		}
		file.Rules = append(file.Rules, form)
	}
	out, err := yaml.MarshalWithOptions(file, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("write draft rules as YAML: %w", err)
	}
	return out, nil
}

// fileName is under which the drafts are laid over the rules.
const fileName = "emerging.yaml"

// Reason is why a draft is refused.
type Reason string

// The reasons. A draft that is not refused has none.
const (
	NoWords Reason = "no_words" // nothing by which it could be told
	TakenID Reason = "taken_id" // another rule has its id
	Faulty  Reason = "faulty"   // it does not load
	Misses  Reason = "misses"   // it does not match one of its examples
	Common  Reason = "common"   // it matches too much of the background
)

// refusal is a reason with its detail.
type refusal struct {
	why    Reason
	detail string
}

// Trial tries drafts over a rule set and a background. Several goroutines may count at once, each with a Fork of its own.
type Trial struct {
	rules    *classify.RuleSet // with the drafts that load; nil if there are none
	drafts   []Rule
	refused  []refusal
	index    map[string]int
	hits     []int
	contacts int
}

// NewTrial lays the drafts over the rules, which must be ready, and runs their examples. A draft that does not load, or does not
// match an example, is refused.
func NewTrial(rules *classify.RuleSet, drafts []Rule) (*Trial, error) {
	t := &Trial{drafts: drafts, refused: make([]refusal, len(drafts)), index: map[string]int{}, hits: make([]int, len(drafts))}
	known := map[string]bool{}
	for _, r := range rules.Rules() {
		known[r.ID] = true
	}
	var loading []Rule
	for i, d := range drafts {
		switch {
		case known[d.ID]:
			t.refused[i] = refusal{TakenID, d.ID}
			continue
		case len(d.Words) == 0:
			t.refused[i] = refusal{why: NoWords}
			continue
		}
		known[d.ID] = true
		t.index[d.ID] = i
		loading = append(loading, d)
	}
	laid, err := t.load(rules, loading)
	if err != nil {
		return nil, err
	}
	if laid == nil {
		return t, nil
	}
	t.rules = laid
	for _, e := range laid.Examples() {
		if i, ours := t.index[e.Rule]; ours && e.Failed && t.refused[i].why == "" {
			t.refused[i] = refusal{Misses, e.Place.What}
		}
	}
	return t, nil
}

// load compiles the drafts over the rules, without those that are at fault; nil if none is left.
func (t *Trial) load(rules *classify.RuleSet, drafts []Rule) (*classify.RuleSet, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	laid, why, err := lay(rules, drafts...) // together, since compiling takes its time; mostly there is no fault
	if err != nil || why == "" {
		return laid, err
	}
	if len(drafts) == 1 {
		t.refused[t.index[drafts[0].ID]] = refusal{Faulty, why}
		delete(t.index, drafts[0].ID)
		return nil, nil
	}
	var sound []Rule
	for _, d := range drafts {
		if alone, err := t.load(rules, []Rule{d}); err != nil {
			return nil, err
		} else if alone != nil {
			sound = append(sound, d)
		}
	}
	if len(sound) == len(drafts) {
		return nil, fmt.Errorf("lay draft rules over the others: each loads alone, all together don't: %s", why)
	}
	return t.load(rules, sound)
}

// lay compiles drafts over the rules; why says what keeps them from loading.
func lay(rules *classify.RuleSet, drafts ...Rule) (laid *classify.RuleSet, why string, err error) {
	data, err := YAML(drafts...)
	if err != nil {
		return nil, err.Error(), nil
	}
	laid, err = rules.WithFile(fileName, data)
	var faults *classify.LoadError
	if errors.As(err, &faults) {
		return nil, cmp.Or(faults.Problems[0].What, faults.Error()), nil
	}
	return laid, "", err
}

// Fork returns a trial of the same drafts that has counted nothing.
func (t *Trial) Fork() *Trial {
	fork := *t
	fork.hits, fork.contacts = make([]int, len(t.drafts)), 0
	return &fork
}

// Join adds what a fork has counted.
func (t *Trial) Join(fork *Trial) {
	t.contacts += fork.contacts
	for i, n := range fork.hits {
		t.hits[i] += n
	}
}

// Add counts a contact of the background.
func (t *Trial) Add(call *hotline.Call) {
	t.contacts++
	for _, i := range t.Fires(call) {
		t.hits[i]++
	}
}

// Fires lists the drafts, by their place among those given, that fire on a contact.
func (t *Trial) Fires(call *hotline.Call) []int {
	if t.rules == nil {
		return nil
	}
	var fired []int
	for _, id := range t.rules.Firing(call).Rules {
		if i, ours := t.index[id]; ours {
			fired = append(fired, i)
		}
	}
	slices.Sort(fired)
	return fired
}

// Gives reports whether the whole set with the drafts gives a contact the label of a draft: a label may require more than a
// rule that fires.
func (t *Trial) Gives(call *hotline.Call, draft int) bool {
	return t.rules != nil && slices.Contains(t.rules.Firing(call).Labels, t.drafts[draft].Label)
}

// Verdict is what became of one draft.
type Verdict struct {
	Hits     int    `json:"hits"`              // background contacts on which it fires
	Contacts int    `json:"contacts"`          // of the background
	Refused  Reason `json:"refused,omitempty"` // empty: it may be handed out
	Detail   string `json:"detail,omitempty"`  // the fault, or what the example lacks
}

// Verdicts tells of each draft whether it may be handed out, after the background was added.
func (t *Trial) Verdicts() []Verdict {
	all := make([]Verdict, len(t.drafts))
	for i := range all {
		all[i] = Verdict{Hits: t.hits[i], Contacts: t.contacts, Refused: t.refused[i].why, Detail: t.refused[i].detail}
		if t.refused[i].why == "" && float64(t.hits[i]) >= Limit*float64(t.contacts) {
			all[i].Refused = Common
		}
	}
	return all
}
