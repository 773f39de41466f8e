//go:build e2e && unix

package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/kibana"
	"suqiu/kibana/kibanatest"
	"suqiu/kibana/saved"
)

// kibanaPrefix is that of the indices which the panels are asked about.
const kibanaPrefix = "kibana"

// ask sends a search to the indices that a data view stands for.
func ask(t *testing.T, pattern string, question map[string]any) string {
	t.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	return request(t, http.MethodPost, "/"+pattern+"/_search", string(body))
}

// sameRows compares what a panel shows with what is true.
func sameRows(got, want []kibanatest.Row) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		same := slices.Equal(got[i].Keys, want[i].Keys) && slices.EqualFunc(got[i].Values, want[i].Values, func(a, b float64) bool {
			return a == b || math.IsNaN(a) && math.IsNaN(b)
		})
		if !same {
			return fmt.Errorf("row %d is %v, want %v", i, got[i], want[i])
		}
	}
	return nil
}

// TestKibana asks Elasticsearch each question of the exported objects and holds the answers against the truth.
func TestKibana(t *testing.T) {
	ndjson, err := kibana.Export(kibana.Options{Prefix: kibanaPrefix})
	if err != nil {
		t.Fatal(err)
	}
	k := newKibanaTruth(t)
	k.store(t, openElastic(t, kibanaPrefix))
	records := k.records()
	end := k.contacts[0].Received.Truncate(24*time.Hour).AddDate(0, 0, 57)
	zone := calendar.Shanghai()
	storm := k.truth.Storm
	periods := map[string]kibanatest.Period{
		"EightWeeks": {From: end.AddDate(0, 0, -58), To: end, Zone: zone},
		"Month":      {From: end.AddDate(0, 0, -31).Add(5 * time.Hour), To: end.AddDate(0, 0, -1), Zone: zone},
		"Storm":      {From: storm.From, To: storm.Through, Zone: zone, Only: map[string]string{"grid_level.3": storm.Grid, "label_tree": "outage"}},
		"Nothing":    {From: end.AddDate(1, 0, 0), To: end.AddDate(1, 0, 3), Zone: zone},
	}
	calls := elastic.Pattern(kibanaPrefix)
	t.Run("Fields", func(t *testing.T) { kibanaFields(t, calls, elastic.Fields()) })
	t.Run("Panels", func(t *testing.T) { kibanaPanels(t, ndjson, calls, records, periods) })
	t.Run("Searches", func(t *testing.T) { kibanaSearches(t, ndjson, calls, records, periods) })
	t.Run("Controls", func(t *testing.T) { kibanaControls(t, ndjson, kibanaPrefix+"-calls", calls) })
	t.Run("Anchors", func(t *testing.T) { k.anchors(t, ndjson, periods["EightWeeks"]) })
}

// kibanaFields: what the checks take for the mapping is what the cluster says of it.
func kibanaFields(t *testing.T, pattern string, fields map[string]string) {
	var answer struct {
		Fields map[string]map[string]struct {
			Searchable   bool `json:"searchable"`
			Aggregatable bool `json:"aggregatable"`
			Metadata     bool `json:"metadata_field"`
		} `json:"fields"`
	}
	text := request(t, http.MethodGet, "/"+pattern+"/_field_caps?fields=*", "")
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	for name, kind := range fields {
		caps, there := answer.Fields[name][kind]
		if !there || !caps.Searchable || caps.Aggregatable != (kind != "text") {
			t.Errorf("%s: the cluster says %+v, the export takes it for a %s", name, answer.Fields[name], kind)
		}
	}
	for name, kinds := range answer.Fields {
		for kind, caps := range kinds {
			if _, there := fields[name]; !there && !caps.Metadata && kind != "object" {
				t.Errorf("%s: the cluster has it as a %s, the export does not know it", name, kind)
			}
		}
	}
}

// kibanaPanels asks the panels about one pattern; the period EightWeeks is that of all records.
func kibanaPanels(t *testing.T, ndjson []byte, pattern string, records []kibanatest.Record, periods map[string]kibanatest.Period) {
	panels, err := kibanatest.Panels(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	for i := range panels {
		p := &panels[i]
		if p.View.Pattern != pattern {
			continue
		}
		t.Run(p.ID, func(t *testing.T) {
			shown := 0
			for name, period := range periods {
				question, err := p.Request(period)
				if err != nil {
					t.Fatal(err)
				}
				got, err := p.Rows([]byte(ask(t, pattern, question)))
				if err != nil {
					t.Fatal(err)
				}
				want, err := p.Expected(records, period)
				if err != nil {
					t.Fatal(err)
				}
				if err := sameRows(got, want); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if name == "EightWeeks" {
					shown = len(want)
				}
			}
			if shown == 0 {
				t.Error("shows nothing of eight weeks")
			}
		})
	}
}

// kibanaHit is one document that a saved search shows.
type kibanaHit struct {
	Fields map[string][]any
}

func kibanaSearches(t *testing.T, ndjson []byte, pattern string, records []kibanatest.Record, periods map[string]kibanatest.Period) {
	searches, err := kibanatest.Searches(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	for i := range searches {
		s := &searches[i]
		if s.View.Pattern != pattern {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			for name, period := range periods {
				question, err := s.Request(period, 10_000)
				if err != nil {
					t.Fatal(err)
				}
				var answer struct {
					Hits struct{ Hits []kibanaHit }
				}
				if err := json.Unmarshal([]byte(ask(t, pattern, question)), &answer); err != nil {
					t.Fatal(err)
				}
				expected, err := s.Expected(records, period)
				if err != nil {
					t.Fatal(err)
				}
				var got, want []string
				for _, hit := range answer.Hits.Hits {
					got = append(got, fmt.Sprint(hit.Fields["id"]...))
				}
				for _, r := range expected {
					want = append(want, r.Values["id"][0])
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("%s: found %d documents, want %d", name, len(got), len(want))
				}
				for _, column := range s.Columns {
					has := slices.ContainsFunc(answer.Hits.Hits, func(h kibanaHit) bool { return len(h.Fields[column]) > 0 })
					must := slices.ContainsFunc(expected, func(r kibanatest.Record) bool { return len(r.Values[column]) > 0 })
					if must && !has {
						t.Errorf("%s: the column %s is empty in all of them", name, column)
					}
				}
				if name == "EightWeeks" && len(want) == 0 && s.ID != "kibana-search-urgent" { // no caller of the demo is in danger
					t.Error("finds nothing in eight weeks")
				}
			}
		})
	}
}

// kibanaControls: each control over a data view offers values.
func kibanaControls(t *testing.T, ndjson []byte, view, pattern string) {
	objects, err := saved.Read(strings.NewReader(string(ndjson)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range objects {
		if objects[i].Type != saved.TypeDashboard {
			continue
		}
		board, err := saved.Attributes[saved.Dashboard](&objects[i])
		if err != nil {
			t.Fatal(err)
		}
		for id, control := range board.Controls.Panels.Value {
			if !slices.Contains(objects[i].References, saved.Reference{Type: saved.TypeDataView, ID: view, Name: saved.ControlRef(id)}) {
				continue
			}
			var answer struct {
				Aggregations struct {
					Suggestions struct {
						Buckets []struct{ Key string } `json:"buckets"`
					} `json:"suggestions"`
				} `json:"aggregations"`
			}
			text := ask(t, pattern, map[string]any{"size": 0, "aggs": map[string]any{"suggestions": map[string]any{
				"terms": map[string]any{"field": control.Input.FieldName, "size": 10},
			}}})
			if err := json.Unmarshal([]byte(text), &answer); err != nil {
				t.Fatal(err)
			}
			if len(answer.Aggregations.Suggestions.Buckets) == 0 {
				t.Errorf("%s: control %s offers nothing", objects[i].ID, control.Input.FieldName)
			}
		}
	}
}

// anchors holds some panels against numbers that the generator tells by itself, so that what is asked and what is
// expected can't both be wrong in the same way.
func (k *kibanaTruth) anchors(t *testing.T, ndjson []byte, all kibanatest.Period) {
	panels, err := kibanatest.Panels(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(name string, period kibanatest.Period) []kibanatest.Row {
		at := slices.IndexFunc(panels, func(p kibanatest.Panel) bool { return p.ID == kibanaPrefix+"-lens-"+name })
		question, err := panels[at].Request(period)
		if err != nil {
			t.Fatal(err)
		}
		got, err := panels[at].Rows([]byte(ask(t, panels[at].View.Pattern, question)))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	check := func(what string, got float64, want int) {
		if got != float64(want) {
			t.Errorf("%s: got %v, want %d", what, got, want)
		}
	}
	check("contacts", rows("total", all)[0].Values[0], k.truth.Contacts)
	check("unclassified", rows("unclassified", all)[0].Values[0], k.truth.ByLabel[""])
	if k.truth.ByLabel[""] == 0 {
		t.Error("no contact is about something else than electricity")
	}
	for _, row := range rows("hotlines", all) {
		check("hotline "+row.Keys[0], row.Values[0], k.truth.ByHotline[hotline.Hotline(row.Keys[0])])
	}
	for _, p := range k.truth.Problems {
		period := kibanatest.Period{From: p.From, To: p.Through.Add(-time.Millisecond), Zone: all.Zone, Only: map[string]string{"grid_level.4": p.Grid, "labels": p.Label}}
		ids := k.truth.Of(p)
		check(p.Name, rows("total", period)[0].Values[0], len(ids))
		check(p.Name+" matters", rows("matters", period)[0].Values[0], k.truth.Matters(ids))
	}
}
