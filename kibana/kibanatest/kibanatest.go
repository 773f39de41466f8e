// Package kibanatest asks Elasticsearch what Kibana would ask for a Lens panel, a saved search or a control, and says
// what the answer must be. It reads the objects from their NDJSON, so it sees what Kibana sees and nothing of how they
// were made. It is for tests, since Kibana itself is not there.
package kibanatest

import (
	"bytes"
	"fmt"
	"time"

	"suqiu/kibana/kql"
	"suqiu/kibana/saved"
)

// Panel is a Lens panel of one layer, as all of ours are.
type Panel struct {
	ID    string
	Lens  *saved.Lens
	Layer saved.Layer
}

// Panels reads the Lens panels of an export.
func Panels(ndjson []byte) ([]Panel, error) {
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		return nil, err
	}
	var panels []Panel
	for i := range objects {
		if objects[i].Type != saved.TypeLens {
			continue
		}
		lens, err := saved.Attributes[saved.Lens](&objects[i])
		if err != nil {
			return nil, err
		}
		layers := lens.State.DatasourceStates.FormBased.Layers
		if len(layers) != 1 {
			return nil, fmt.Errorf("%s has %d layers, must have one", objects[i].ID, len(layers))
		}
		for _, layer := range layers {
			panels = append(panels, Panel{ID: objects[i].ID, Lens: lens, Layer: layer})
		}
	}
	return panels, nil
}

// Search is a saved search.
type Search struct {
	ID string
	*saved.Search
}

// Searches reads the saved searches of an export.
func Searches(ndjson []byte) ([]Search, error) {
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		return nil, err
	}
	var searches []Search
	for i := range objects {
		if objects[i].Type != saved.TypeSearch {
			continue
		}
		search, err := saved.Attributes[saved.Search](&objects[i])
		if err != nil {
			return nil, err
		}
		searches = append(searches, Search{ID: objects[i].ID, Search: search})
	}
	return searches, nil
}

// Period is the time picker of Kibana, of which both ends belong to the period, and the values that were chosen.
type Period struct {
	From, To time.Time
	Zone     *time.Location    // of days
	Only     map[string]string // field to value, as chosen in a control or brought along by a drill-down
}

// before is the period of the same length before.
func (p Period) before() Period {
	length := p.To.Sub(p.From)
	p.From, p.To = p.From.Add(-length), p.To.Add(-length)
	return p
}

func (p Period) holds(t time.Time) bool { return !t.Before(p.From) && !t.After(p.To) }

// dsl is the period as a query.
func (p Period) dsl() object {
	iso := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	return object{"range": object{"received": object{"gte": iso(p.From), "lte": iso(p.To), "format": "strict_date_optional_time"}}}
}

// object is a JSON object.
type object = map[string]any

// query is a KQL query and a period as Kibana sends both.
func query(q saved.Query, periods ...Period) (object, error) {
	node, err := kql.Parse(q.Query)
	if err != nil {
		return nil, err
	}
	within := make([]any, len(periods))
	for i, p := range periods {
		within[i] = p.dsl()
	}
	filter := []any{node.DSL(), object{"bool": object{"should": within, "minimum_should_match": 1}}}
	for field, value := range periods[0].Only {
		filter = append(filter, object{"match_phrase": object{field: value}})
	}
	return object{"bool": object{"filter": filter}}, nil
}

// Request is what Discover asks for: the first documents in the search's order, with the columns it shows.
func (s *Search) Request(p Period, size int) (map[string]any, error) {
	q, err := query(s.Meta.SearchSource.Value.Query, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.ID, err)
	}
	sort := make([]any, len(s.Sort))
	for i, by := range s.Sort {
		sort[i] = object{by[0]: object{"order": by[1], "unmapped_type": "boolean"}}
	}
	fields := []any{object{"field": "id"}}
	for _, name := range s.Columns {
		fields = append(fields, object{"field": name})
	}
	return object{"size": size, "track_total_hits": true, "_source": false, "query": q, "sort": sort, "fields": fields}, nil
}
