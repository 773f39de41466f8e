package evaluate

import (
	"cmp"
	"slices"
	"strings"

	"suqiu/hotline"
)

// streetlight is reported apart from the other labels.
const streetlight = "other.streetlight"

// Score counts right answers, false alarms and misses.
type Score struct {
	Right, False, Missed int
}

// Precision is the share of what was given that is right; 1 when nothing was given.
func (s Score) Precision() float64 { return share(s.Right, s.Right+s.False) }

// Recall is the share of what is right that was given; 1 when there is nothing right.
func (s Score) Recall() float64 { return share(s.Right, s.Right+s.Missed) }

// F1 is the harmonic mean of precision and recall; 1 when there was nothing to find and nothing was given.
func (s Score) F1() float64 { return share(2*s.Right, 2*s.Right+s.False+s.Missed) }

// Gold is the number of gold examples.
func (s Score) Gold() int { return s.Right + s.Missed }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (s *Score) add(o Score) {
	s.Right += o.Right
	s.False += o.False
	s.Missed += o.Missed
}

// Tally counts right answers among all.
type Tally struct {
	Right, All int
}

// Share is the share of right answers; 1 when there was no question.
func (t Tally) Share() float64 { return share(t.Right, t.All) }

func (t *Tally) add(o Tally) {
	t.Right += o.Right
	t.All += o.All
}

// How a record can be wrong about relevance, as a Fault tells it.
const (
	falseAlarm = "false alarm"
	missed     = "missed"
)

// Fault is one record that was answered wrongly.
type Fault struct {
	ID          string   `json:"id"`
	False       []string `json:"false,omitempty"`       // codes given that are not right
	Missed      []string `json:"missed,omitempty"`      // codes not given
	Nature      string   `json:"nature,omitempty"`      // given, where wrong
	Responsible string   `json:"responsible,omitempty"` // given, where wrong
	Found       string   `json:"found,omitempty"`       // given, where wrong; FoundNone where nothing was
	Relevance   string   `json:"relevance,omitempty"`   // falseAlarm or missed, where wrong
}

// Report is how a rule set did on gold records. Nature and responsibility count on the records about electricity, what handlers
// found on all whose gold tells it.
type Report struct {
	Counts
	Faults []Fault // in the order of the records

	outcomes []outcome // of the records
}

// Counts are the answers to some records, summed up.
type Counts struct {
	Records     int
	Relevance   Score
	Labels      map[string]Score // without the streetlights
	Streetlight Score
	Nature      Tally
	Responsible Tally
	Parties     map[hotline.Responsible]Score // Responsible by its values
	Found       Tally
	FoundBy     map[hotline.Responsible]Score // Found by its values, FoundNone among them
}

// outcome is what one record counts for.
type outcome struct {
	relevance                  Score
	labels                     map[string]Score
	nature, responsible, found Tally
	parties, foundBy           map[hotline.Responsible]Score
}

// Analyzer is what is scored.
type Analyzer interface {
	Analyze(*hotline.Call) hotline.Analysis
}

// Evaluate analyses each record and scores the answers.
func Evaluate(a Analyzer, records []Record) *Report {
	report := &Report{Counts: newCounts()}
	for i := range records {
		analysis := a.Analyze(records[i].Call())
		o, fault := judge(&records[i], &analysis)
		report.outcomes = append(report.outcomes, o)
		report.add(&o)
		if fault.wrong() {
			report.Faults = append(report.Faults, fault)
		}
	}
	return report
}

func newCounts() Counts {
	return Counts{Labels: map[string]Score{}, Parties: map[hotline.Responsible]Score{}, FoundBy: map[hotline.Responsible]Score{}}
}

func (c *Counts) add(o *outcome) {
	c.Records++
	c.Relevance.add(o.relevance)
	for code, s := range o.labels {
		if code == streetlight {
			c.Streetlight.add(s)
			continue
		}
		sum := c.Labels[code]
		sum.add(s)
		c.Labels[code] = sum
	}
	c.Nature.add(o.nature)
	c.Responsible.add(o.responsible)
	c.Found.add(o.found)
	addParties(c.Parties, o.parties)
	addParties(c.FoundBy, o.foundBy)
}

func addParties(to, scores map[hotline.Responsible]Score) {
	for party, s := range scores {
		sum := to[party]
		sum.add(s)
		to[party] = sum
	}
}

// judge scores one record.
func judge(gold *Record, a *hotline.Analysis) (outcome, Fault) {
	o, fault := outcome{labels: map[string]Score{}}, Fault{ID: gold.ID}
	codes := a.Codes()
	for _, code := range codes {
		switch {
		case slices.Contains(gold.Labels, code):
			o.labels[code] = Score{Right: 1}
		case !slices.Contains(gold.Also, code):
			o.labels[code] = Score{False: 1}
			fault.False = append(fault.False, code)
		}
	}
	for _, code := range gold.Labels {
		if !slices.Contains(codes, code) {
			o.labels[code] = Score{Missed: 1}
			fault.Missed = append(fault.Missed, code)
		}
	}
	relevant := len(gold.Labels) > 0
	switch {
	case !relevant && len(gold.Also) > 0: // a careful reader may see it either way
	case relevant && len(codes) > 0:
		o.relevance.Right++
	case relevant:
		o.relevance.Missed++
		fault.Relevance = missed
	case len(codes) > 0:
		o.relevance.False++
		fault.Relevance = falseAlarm
	}
	if relevant {
		if o.nature = tally(a.Nature, gold.Nature); o.nature.Right < o.nature.All {
			fault.Nature = string(a.Nature)
		}
		if o.responsible = tally(a.Responsible, gold.Responsible); o.responsible.Right < o.responsible.All {
			fault.Responsible = string(a.Responsible)
		}
		o.parties = partyScores(a.Responsible, gold.Responsible)
	}
	found := cmp.Or(a.Found, FoundNone)
	if o.found = tally(found, gold.Found); o.found.Right < o.found.All {
		fault.Found = string(found)
	}
	o.foundBy = partyScores(found, gold.Found)
	return o, fault
}

// tally asks whether the answer is among those accepted; where none is there is no question.
func tally[T comparable](answer T, accepted []T) Tally {
	switch {
	case len(accepted) == 0:
		return Tally{}
	case slices.Contains(accepted, answer):
		return Tally{1, 1}
	}
	return Tally{0, 1}
}

// partyScores scores the responsible party as one of several classes. Where gold accepts several, a right answer counts for
// itself, and a wrong one as a miss of the first accepted.
func partyScores(answer hotline.Responsible, accepted []hotline.Responsible) map[hotline.Responsible]Score {
	switch {
	case len(accepted) == 0:
		return nil
	case slices.Contains(accepted, answer):
		return map[hotline.Responsible]Score{answer: {Right: 1}}
	}
	return map[hotline.Responsible]Score{answer: {False: 1}, accepted[0]: {Missed: 1}}
}

func (f *Fault) wrong() bool {
	return len(f.False)+len(f.Missed) > 0 || f.Nature+f.Responsible+f.Found+f.Relevance != ""
}

// String writes the fault in one line, in Chinese: + for what was given wrongly, - for what was missed.
func (f Fault) String() string {
	parts := []string{f.ID}
	for _, c := range f.False {
		parts = append(parts, "+"+c)
	}
	for _, c := range f.Missed {
		parts = append(parts, "-"+c)
	}
	if f.Relevance != "" {
		parts = append(parts, "涉电:"+map[string]string{falseAlarm: "误报", missed: "漏报"}[f.Relevance])
	}
	if f.Nature != "" {
		parts = append(parts, "性质:"+f.Nature)
	}
	if f.Responsible != "" {
		parts = append(parts, "责任:"+f.Responsible)
	}
	if f.Found != "" {
		parts = append(parts, "查实:"+f.Found)
	}
	return strings.Join(parts, " ")
}
