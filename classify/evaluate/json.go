package evaluate

import (
	"encoding/json"

	"suqiu/hotline"
)

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
