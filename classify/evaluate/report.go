package evaluate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

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

// Fault is one record that was answered wrongly.
type Fault struct {
	ID          string
	False       []string // codes given that are not right
	Missed      []string // codes not given
	Nature      string   // given, where wrong
	Responsible string   // given, where wrong
	Relevance   string   // "false alarm" or "missed", where wrong
}

// Report is how a rule set did on gold records. Nature and responsibility count on the records about electricity.
type Report struct {
	Records     int
	Relevance   Score
	Labels      map[string]Score // without the streetlights
	Streetlight Score
	Nature      Tally
	Responsible Tally
	Faults      []Fault // in the order of the records
}

// Analyzer is what is scored.
type Analyzer interface {
	Analyze(*hotline.Call) hotline.Analysis
}

// Evaluate analyses each record and scores the answers.
func Evaluate(a Analyzer, records []Record) *Report {
	report := &Report{Records: len(records), Labels: map[string]Score{}}
	for i := range records {
		analysis := a.Analyze(records[i].Call())
		if fault, ok := report.add(&records[i], &analysis); !ok {
			report.Faults = append(report.Faults, fault)
		}
	}
	return report
}

// add scores one record; ok is false where anything is wrong.
func (r *Report) add(gold *Record, a *hotline.Analysis) (fault Fault, ok bool) {
	fault.ID = gold.ID
	codes := a.Codes()
	for _, code := range codes {
		switch {
		case slices.Contains(gold.Labels, code):
			r.count(code, Score{Right: 1})
		case !slices.Contains(gold.Also, code):
			r.count(code, Score{False: 1})
			fault.False = append(fault.False, code)
		}
	}
	for _, code := range gold.Labels {
		if !slices.Contains(codes, code) {
			r.count(code, Score{Missed: 1})
			fault.Missed = append(fault.Missed, code)
		}
	}
	relevant := len(gold.Labels) > 0
	switch {
	case !relevant && len(gold.Also) > 0: // a careful reader may see it either way
	case relevant && len(codes) > 0:
		r.Relevance.Right++
	case relevant:
		r.Relevance.Missed++
		fault.Relevance = "missed"
	case len(codes) > 0:
		r.Relevance.False++
		fault.Relevance = "false alarm"
	}
	if relevant {
		if !r.Nature.count(slices.Contains(gold.Nature, a.Nature), len(gold.Nature)) {
			fault.Nature = string(a.Nature)
		}
		if !r.Responsible.count(slices.Contains(gold.Responsible, a.Responsible), len(gold.Responsible)) {
			fault.Responsible = string(a.Responsible)
		}
	}
	return fault, len(fault.False)+len(fault.Missed) == 0 && fault.Nature+fault.Responsible+fault.Relevance == ""
}

func (r *Report) count(code string, s Score) {
	if code == streetlight {
		r.Streetlight.add(s)
		return
	}
	sum := r.Labels[code]
	sum.add(s)
	r.Labels[code] = sum
}

// count reports whether the answer is right; where gold accepts no value there is no question.
func (t *Tally) count(right bool, accepted int) bool {
	if accepted == 0 {
		return true
	}
	t.All++
	if right {
		t.Right++
	}
	return right
}

// Micro sums the labels up: each label given or missed weighs the same.
func (r *Report) Micro() Score {
	var sum Score
	for _, s := range r.Labels {
		sum.add(s)
	}
	return sum
}

// MacroF1 is the mean F1 over the labels that stand in the gold records: each label weighs the same.
func (r *Report) MacroF1() float64 {
	sum, n := 0.0, 0
	for _, s := range r.Labels {
		if s.Right+s.Missed > 0 {
			sum += s.F1()
			n++
		}
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// Write prints the report as a table; faults are listed by record id unless summary is set. No text of a record is
// printed.
func (r *Report) Write(w io.Writer, summary bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, s Score) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%.3f\t%.3f\t%.3f\t\n", name, s.Right+s.Missed, s.Right, s.False, s.Missed, s.Precision(), s.Recall(), s.F1())
	}
	fmt.Fprintln(t, "\tgold\tright\tfalse\tmissed\tprecision\trecall\tF1\t")
	row("relevance", r.Relevance)
	row("labels, micro", r.Micro())
	codes := make([]string, 0, len(r.Labels))
	for code := range r.Labels {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		row(code, r.Labels[code])
	}
	row(streetlight+" (apart)", r.Streetlight)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "records %d   labels, macro F1 %.3f   nature %.3f of %d   responsible %.3f of %d\n",
		r.Records, r.MacroF1(), r.Nature.Share(), r.Nature.All, r.Responsible.Share(), r.Responsible.All)
	if err != nil || summary {
		return err
	}
	for _, f := range r.Faults {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}

// String writes the fault in one line: + for what was given wrongly, - for what was missed.
func (f Fault) String() string {
	parts := []string{f.ID}
	for _, c := range f.False {
		parts = append(parts, "+"+c)
	}
	for _, c := range f.Missed {
		parts = append(parts, "-"+c)
	}
	if f.Relevance != "" {
		parts = append(parts, "relevance:"+strings.ReplaceAll(f.Relevance, " ", "_"))
	}
	if f.Nature != "" {
		parts = append(parts, "nature:"+f.Nature)
	}
	if f.Responsible != "" {
		parts = append(parts, "responsible:"+f.Responsible)
	}
	return strings.Join(parts, " ")
}
