package kibana

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"suqiu/kibana/saved"
)

// importAnswer is what Kibana says about an import.
type importAnswer struct {
	Success        *bool `json:"success"`
	SuccessResults []struct {
		Type      string `json:"type"`
		ID        string `json:"id"`
		Overwrite bool   `json:"overwrite"`
	} `json:"successResults"`
	Errors []struct {
		Type  string `json:"type"`
		ID    string `json:"id"`
		Error struct {
			Type       string            `json:"type"`
			Message    string            `json:"message"`
			Conflicts  []destination     `json:"destinations"` // of an ambiguous conflict
			References []saved.Reference `json:"references"`
		} `json:"error"`
	} `json:"errors"`
}

// destination is an object that an import might overwrite.
type destination struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// resultsOf reads Kibana's answer about the objects that were sent. An object that Kibana says nothing of has failed.
func resultsOf(ndjson, answer []byte) ([]Result, error) {
	var told importAnswer
	if err := json.Unmarshal(answer, &told); err != nil || told.Success == nil {
		return nil, errors.New("the answer is not that of Kibana's import; check the address, perhaps a proxy stands before it")
	}
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		return nil, err
	}
	outcomes := map[[2]string]Result{}
	for _, r := range told.SuccessResults {
		outcome := Created
		if r.Overwrite {
			outcome = Overwritten
		}
		outcomes[[2]string{r.Type, r.ID}] = Result{Outcome: outcome}
	}
	for _, e := range told.Errors {
		result := Result{Outcome: Failed, Reason: e.Error.Type}
		switch e.Error.Type {
		case "conflict":
			result = Result{Outcome: Kept}
		case "missing_references":
			var missing []string
			for _, r := range e.Error.References {
				missing = append(missing, r.Type+" "+r.ID)
			}
			result.Reason = "it refers to what is not there: " + strings.Join(missing, ", ") +
				"; import the whole of what suqiu kibana export writes, into one space, or make what it lacks there"
		case "ambiguous_conflict":
			var ids []string
			for _, d := range e.Error.Conflicts {
				ids = append(ids, strings.TrimSpace(d.ID+" "+d.Title))
			}
			result.Reason = "several objects of this space were made from it: " + strings.Join(ids, ", ") +
				"; delete all but one under Stack Management > Saved Objects, then import again, with --overwrite"
		case "unsupported_type":
			result.Reason = "this Kibana has no objects of type " + e.Type + "; use Kibana 8.9 or newer"
		}
		if e.Error.Message != "" {
			result.Reason = fmt.Sprintf("%s: %s", e.Error.Type, e.Error.Message)
		}
		outcomes[[2]string{e.Type, e.ID}] = result
	}
	results := make([]Result, len(objects))
	for i := range objects {
		o := &objects[i]
		result, there := outcomes[[2]string{o.Type, o.ID}]
		if !there {
			result = Result{Outcome: Failed, Reason: "Kibana says nothing of it; an object before it failed"}
		}
		result.Type, result.ID, result.Title = o.Type, o.ID, o.Title()
		results[i] = result
	}
	return results, nil
}
