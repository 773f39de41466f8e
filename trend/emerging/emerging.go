// Package emerging finds topics that are new among the contacts (新话题): phrases that many callers say in a recent window
// on several days, and that hardly anybody said in a background period before it. Phrases that the same callers say are
// one topic. It is pure: no I/O, no clock, and the same contacts in the same order give the same topics.
//
// Whether a phrase is new is asked among the callers of its label: of all of them, in the window and before, so many
// say it; were these drawn at random, how likely would so many lie in the window? Summed over the labels this is the
// exact test of several 2×2 tables (Zelen, Biometrika 58, 1971; Mantel & Haenszel, J. Natl. Cancer Inst. 22, 1959); for
// words Dunning, Computational Linguistics 19(1), 1993, whose G² approximates it. So a label that rises as a whole
// makes none of its phrases new; callers without a label are compared with all. The same is asked among the callers of
// its source and of its area, and the least new answer holds. The level is shared by all phrases tried (Bonferroni).
// Which statistic ranks them hardly matters; that a phrase is well cut, lasts, and is told by many does.
package emerging

import (
	"cmp"
	"time"
)

// Contact is one contact as far as new topics are looked for in it.
type Contact struct {
	ID     string
	Matter string    // the problem it belongs to; empty: one of its own
	Caller string    // pseudonym; those of one matter without one count as one caller
	Day    time.Time // when it was received; only the day, in its location, counts
	Parts  []string  // masked words of the caller, turn by turn, names and places taken out; no phrase reaches over the end of one
	Label  string    // the strongest; empty for none
	Source string
	Area   string // a path; its first levels divide the callers
}

// Options bound what is a topic. Zero fields get their default.
type Options struct {
	MinCallers int     // distinct callers in the window; default 5
	MinDays    int     // distinct days of the window; default 3: what is said on one only need not last
	MinTimes   float64 // how many times more often than in the background; default 5
	Chance     float64 // phrases as new as the least new one that are to be expected by chance, below 1; default 0.01
	Top        int     // topics, the surest; default 10
	AreaLevels int     // of an area path by which callers are divided; default 3, the county (区县)
}

func (o Options) withDefaults() Options {
	o.MinCallers = max(cmp.Or(o.MinCallers, 5), 1)
	o.MinDays = max(cmp.Or(o.MinDays, 3), 1)
	o.MinTimes = cmp.Or(o.MinTimes, 5)
	o.Chance = cmp.Or(o.Chance, 0.01)
	o.Top = max(cmp.Or(o.Top, 10), 1)
	o.AreaLevels = max(cmp.Or(o.AreaLevels, 3), 1)
	return o
}

// Phrase is a phrase of a topic.
type Phrase struct {
	Text       string  `json:"text"`
	Callers    int     `json:"callers"`    // distinct, in the window
	Contacts   int     `json:"contacts"`   // in the window
	Days       int     `json:"days"`       // distinct, of the window
	Background int     `json:"background"` // distinct callers in the background
	Expected   float64 `json:"expected"`   // callers in the window, had it kept pace with its labels, sources and areas
	Chance     float64 `json:"chance"`     // phrases as new as this one to be expected by chance

	backgroundContacts int
	holders            map[int]bool // indexes of contacts of the window
	callers            map[string]bool
}

// Day is what was told of a topic on one day of the window.
type Day struct {
	Day      time.Time `json:"day"` // its beginning
	Contacts int       `json:"contacts"`
	Matters  int       `json:"matters"`
	Callers  int       `json:"callers"`
}

// Share is how many of a topic's callers have something in common.
type Share struct {
	Value   string `json:"value"` // a label, an area; empty for none
	Callers int    `json:"callers"`
}

// Topic is a new topic.
type Topic struct {
	Name     string   `json:"name"`    // its most telling phrases
	Phrases  []Phrase `json:"phrases"` // the surest first
	Contacts int      `json:"contacts"`
	Matters  int      `json:"matters"`
	Callers  int      `json:"callers"`
	Chance   float64  `json:"chance"` // that of its surest phrase
	Days     []Day    `json:"days"`   // all of the window, from its first to its last contact of any kind
	Labels   []Share  `json:"labels"` // most callers first
	Areas    []Share  `json:"areas"`  // at the level of AreaLevels, most callers first
	// How many times its main label, the topic left out, is as frequent in the window as in the background; 1 is as
	// ever, 0 is unknown.
	LabelRise float64 `json:"label_rise"`
	// Cover are the fewest phrases by which nearly all of its contacts can be told, each so rare in the background that together
	// they stand in fewer than CoverLimit of its contacts. Empty where there are none.
	Cover    []string `json:"cover"`
	Covered  int      `json:"covered"`  // contacts of the window that hold one of Cover
	Examples []string `json:"examples"` // contact ids, the most telling first, unlike each other and of different callers where there are so many
	Members  []string `json:"members"`  // all contact ids
}

// Main is the label in which most callers lie; empty where that is none.
func (t *Topic) Main() string { return t.Labels[0].Value }

// CoverLimit is the share of background contacts that the phrases of Cover stay below: 1 in 1,000.
const CoverLimit = 0.001

// Result is what was found.
type Result struct {
	Window     Amount   `json:"window"`
	Background Amount   `json:"background"`
	Left       []string `json:"left"`   // sources that told nothing in the background: everything they tell would be new
	Tried      int      `json:"tried"`  // phrases
	Topics     []Topic  `json:"topics"` // the surest first
	More       int      `json:"more"`   // topics beyond Options.Top
}

// Amount is how much was looked at.
type Amount struct {
	Contacts int `json:"contacts"`
	Callers  int `json:"callers"`
}
