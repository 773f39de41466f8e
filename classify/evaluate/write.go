package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"suqiu/hotline"
)

// Write prints the report as tables, and the faults by record id. No text of a record is printed.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, s Score) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%.3f\t%.3f\t%.3f\t\n", name, s.Gold(), s.Right, s.False, s.Missed, s.Precision(), s.Recall(), s.F1())
	}
	fmt.Fprintln(t, "\tgold\tright\tfalse\tmissed\tprecision\trecall\tF1\t")
	row("relevance", r.Relevance)
	row("labels, micro", r.Micro())
	for _, code := range slices.Sorted(maps.Keys(r.Labels)) {
		row(code, r.Labels[code])
	}
	row(streetlight+" (apart)", r.Streetlight)
	for _, party := range slices.Sorted(maps.Keys(r.Parties)) {
		row("responsible "+string(party), r.Parties[party])
	}
	for _, party := range slices.Sorted(maps.Keys(r.FoundBy)) {
		row("found "+string(party), r.FoundBy[party])
	}
	fmt.Fprintln(t, "\t\t\t\t\t\t\t\t")
	fmt.Fprintln(t, "\t\t\t\tvalue\t95 % from\tto\t")
	for _, f := range r.Figures() {
		fmt.Fprintf(t, "%s\t\t\t\t%.3f\t%.3f\t%.3f\t\n", f.Name, f.Value, f.Low, f.High)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	macroF1, _ := r.MacroF1(1)
	frequent, labels := r.MacroF1(FewExamples)
	_, err := fmt.Fprintf(w, "records %d   labels, macro F1 %.3f (%.3f over the %d with %d examples and more)   nature %.3f of %d   responsible %.3f of %d (macro F1 %.3f)\n",
		r.Records, macroF1, frequent, labels, FewExamples, r.Nature.Share(), r.Nature.All, r.Responsible.Share(), r.Responsible.All, r.ResponsibleMacroF1())
	if err != nil {
		return err
	}
	if r.Found.All > 0 {
		if _, err := fmt.Fprintf(w, "found by the handlers %.3f of %d (macro F1 %.3f)\n", r.Found.Share(), r.Found.All, r.FoundMacroF1()); err != nil {
			return err
		}
	}
	for _, f := range r.Faults {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}

// scoreJSON is a Score with what follows from it.
type scoreJSON struct {
	Gold      int     `json:"gold"`
	Right     int     `json:"right"`
	False     int     `json:"false"`
	Missed    int     `json:"missed"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func (s Score) describe() scoreJSON {
	return scoreJSON{s.Gold(), s.Right, s.False, s.Missed, s.Precision(), s.Recall(), s.F1()}
}

func describeAll[K comparable](scores map[K]Score) map[K]scoreJSON {
	out := make(map[K]scoreJSON, len(scores))
	for k, s := range scores {
		out[k] = s.describe()
	}
	return out
}

// MarshalJSON gives the report as an object. No text of a record is in it.
func (r *Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Records     int                               `json:"records"`
		Figures     []Figure                          `json:"figures"`
		Resamples   int                               `json:"resamples"`
		Relevance   scoreJSON                         `json:"relevance"`
		Labels      map[string]scoreJSON              `json:"labels"`
		Streetlight scoreJSON                         `json:"streetlight"`
		Responsible map[hotline.Responsible]scoreJSON `json:"responsible"`
		Found       map[hotline.Responsible]scoreJSON `json:"found,omitempty"`
		Faults      []Fault                           `json:"faults,omitempty"`
	}{r.Records, r.Figures(), resamples, r.Relevance.describe(), describeAll(r.Labels), r.Streetlight.describe(), describeAll(r.Parties), describeAll(r.FoundBy), r.Faults})
}
