// Package report makes the weekly bulletin (周报) of what was told: totals by hotline, held against the week before, the four
// weeks before, the year before and what the detector expected; tables by label, area, unit, channel and service behaviour; what
// rises, who sees to it and what came of it. Build is a pure function of what was counted; Markdown, HTML and Workbook write its
// result. Absent is not zero: what a source is not known to have told completely is compared with nothing.
package report

import (
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
)

// Label is a label of the taxonomy.
type Label struct {
	Code, Name       string
	Class, ClassName string // of the first level (一级分类)
	Sensitive        bool   // about people of the unit itself
}

// Input is what a bulletin is made of.
type Input struct {
	Period   Period
	Area     string                     // a path; "" for everywhere
	Sources  map[string]hotline.Hotline // those that are configured, and what they tell of
	Made     time.Time
	Tally    *Tally
	Coverage []hotline.Coverage // for what of which source nothing counted means nothing told
	Dropped  []Period           // of which documents were removed for their age: nothing is known of them any more
	Labels   []Label            // in the order of the taxonomy

	// Weeks are the matters of what Watched names, as the detector reads them; Left is what it did not judge, and Held
	// are labels whose rules changed meanwhile, so that their counts can't be compared, with the reason; HeldYear
	// likewise for the year before.
	Weeks    map[string][]trend.Week
	Left     []trend.Left
	Held     map[string]string
	HeldYear map[string]string

	Incidents []remedy.Incident
}

// Change holds the week against an earlier one, over the sources that were complete in both.
type Change struct {
	Now    int      `json:"now"`    // contacts of these sources
	Before float64  `json:"before"` // a week, on average
	Ratio  *float64 `json:"ratio"`  // now/before - 1; nil where nothing was told before
	Part   bool     `json:"part"`   // contacts of other sources are left out
}

// Expectation holds the matters of the week against what the detector expected.
type Expectation struct {
	Observed int     `json:"observed"`
	Expected float64 `json:"expected"`
	Low      int     `json:"low"` // of the 90 % interval
	High     int     `json:"high"`
}

// Above reports whether more was told than the interval holds.
func (e *Expectation) Above() bool { return e != nil && e.Observed > e.High }

// Below reports whether less was told than the interval holds.
func (e *Expectation) Below() bool { return e != nil && e.Observed < e.Low }

// Row is what was told under one value of a table.
type Row struct {
	Value     string       `json:"value"` // code or path; "" where nothing is told of it
	Name      string       `json:"name"`
	Contacts  int          `json:"contacts"` // 件
	Matters   int          `json:"matters"`  // 事项: contacts about one problem count once
	Callers   int          `json:"callers"`
	Share     float64      `json:"share"`                // of all contacts of the week
	Week      *Change      `json:"week,omitempty"`       // against the week before; nil without comparable data
	FourWeeks *Change      `json:"four_weeks,omitempty"` // against the mean of the four weeks before
	Year      *Change      `json:"year,omitempty"`       // against the week 52 weeks before
	Expected  *Expectation `json:"expected,omitempty"`   // nil where the detector expects nothing
}

// Wish is how many contacts of a nature came over each hotline.
type Wish struct {
	Nature   string                  `json:"nature"`
	Hotlines map[hotline.Hotline]int `json:"hotlines"`
	Contacts int                     `json:"contacts"`
}

// Point is a week of a series.
type Point struct {
	From     time.Time    `json:"from"`
	Known    bool         `json:"known"` // else the week is a gap
	Matters  int          `json:"matters"`
	Expected *Expectation `json:"expected,omitempty"`
}

// Series is the matters of the last weeks.
type Series struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// Problem is an incident in the bulletin.
type Problem struct {
	ID       string    `json:"id"`
	Label    string    `json:"label"`
	Area     string    `json:"area"`
	Opened   time.Time `json:"opened"`
	New      bool      `json:"new"` // first located in the week
	Signal   string    `json:"signal"`
	Work     string    `json:"work"`
	Owner    string    `json:"owner,omitempty"`
	Unowned  string    `json:"unowned,omitempty"` // why nobody owns it
	Observed int       `json:"observed"`
	Expected float64   `json:"expected"`
	Counted  []string  `json:"counted,omitempty"` // the rules that count (计数规则) which were met last, in words; then nothing is expected
	Callers  int       `json:"callers"`
	Due      time.Time `json:"due,omitzero"` // of the limit that runs
	Limit    string    `json:"limit,omitempty"`
	Overdue  bool      `json:"overdue"`
	Effect   string    `json:"effect,omitempty"` // the last one measured
	Explains []string  `json:"explains,omitempty"`
	Examples []string  `json:"examples,omitempty"` // masked
	Hidden   bool      `json:"hidden,omitempty"`   // so few callers that examples would show who they are
}

// Visits are those of a day that wait for their result.
type Visits struct {
	Incident string    `json:"incident"`
	Label    string    `json:"label"`
	Area     string    `json:"area"`
	Day      int       `json:"day"`
	Due      time.Time `json:"due"`
	Orders   int       `json:"orders"`
	Late     bool      `json:"late"`
}

// Report is a bulletin.
type Report struct {
	Title      string    `json:"title"`
	Period     Period    `json:"period"`
	Area       string    `json:"area"`
	Made       time.Time `json:"made"`
	Gaps       []string  `json:"gaps"`
	Highlights []string  `json:"highlights"`

	Total       Row    `json:"total"`
	Hotlines    []Row  `json:"hotlines"`
	Classes     []Row  `json:"classes"` // first level; a contact of several counts at each
	Labels      []Row  `json:"labels"`  // second level, likewise
	Base        string `json:"base"`    // the area of the bulletin, or else the place in which all known places lie
	Areas       []Row  `json:"areas"`   // one level below it
	Places      []Row  `json:"places"`  // two levels below it
	Units       []Row  `json:"units"`
	Channels    []Row  `json:"channels"`
	Natures     []Row  `json:"natures"`
	Responsible []Row  `json:"responsible"`
	Found       []Row  `json:"found"`      // by what the handlers found (查实责任)
	Experience  []Row  `json:"experience"` // a contact of several counts at each

	Wishes []Wish `json:"wishes"` // nature by hotline (性质×热线)

	All    Series   `json:"all"`
	Series []Series `json:"series"` // of the first level

	Problems []Problem    `json:"problems"`
	Opened   int          `json:"opened"` // those of the week
	Open     int          `json:"open"`   // that somebody has to see to
	Overdue  int          `json:"overdue"`
	Unowned  int          `json:"unowned"`
	Rates    remedy.Rates `json:"rates"` // of the visits of the week
	Before   remedy.Rates `json:"rates_before"`
	Orders   Orders       `json:"orders"`
	Visits   []Visits     `json:"visits"`
}
