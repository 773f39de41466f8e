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

// View is the data view that is asked.
type View struct {
	Pattern string // of the indices
	Time    string // the field of the period
}

// views reads the data views of an export, by id.
func views(objects []saved.Object) (map[string]View, error) {
	all := map[string]View{}
	for i := range objects {
		if objects[i].Type != saved.TypeDataView {
			continue
		}
		view, err := saved.Attributes[saved.DataView](&objects[i])
		if err != nil {
			return nil, err
		}
		all[objects[i].ID] = View{view.Title, view.TimeField}
	}
	return all, nil
}

// viewOf is the one data view that an object refers to.
func viewOf(o *saved.Object, all map[string]View) (View, error) {
	for _, r := range o.References {
		if view, there := all[r.ID]; there && r.Type == saved.TypeDataView {
			return view, nil
		}
	}
	return View{}, fmt.Errorf("%s refers to no data view", o.ID)
}

// Panel is a Lens panel of one layer, as all of ours are.
type Panel struct {
	ID    string
	View  View
	Lens  *saved.Lens
	Layer saved.Layer
}

// read passes each object of a kind in an export to add: its id, its attributes and its data view.
func read[T any](ndjson []byte, kind string, add func(id string, attributes *T, view View) error) error {
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		return err
	}
	known, err := views(objects)
	if err != nil {
		return err
	}
	for i := range objects {
		o := &objects[i]
		if o.Type != kind {
			continue
		}
		attributes, err := saved.Attributes[T](o)
		if err != nil {
			return err
		}
		view, err := viewOf(o, known)
		if err != nil {
			return err
		}
		if err := add(o.ID, attributes, view); err != nil {
			return err
		}
	}
	return nil
}

// Panels reads the Lens panels of an export.
func Panels(ndjson []byte) (panels []Panel, err error) {
	err = read(ndjson, saved.TypeLens, func(id string, lens *saved.Lens, view View) error {
		layers := lens.State.DatasourceStates.FormBased.Layers
		if len(layers) != 1 {
			return fmt.Errorf("%s has %d layers, must have one", id, len(layers))
		}
		for _, layer := range layers {
			panels = append(panels, Panel{ID: id, View: view, Lens: lens, Layer: layer})
		}
		return nil
	})
	return panels, err
}

// Search is a saved search.
type Search struct {
	ID   string
	View View
	*saved.Search
}

// Searches reads the saved searches of an export.
func Searches(ndjson []byte) (searches []Search, err error) {
	err = read(ndjson, saved.TypeSearch, func(id string, search *saved.Search, view View) error {
		searches = append(searches, Search{ID: id, View: view, Search: search})
		return nil
	})
	return searches, err
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

// dsl is the period as a query about a field.
func (p Period) dsl(field string) object {
	iso := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	return object{"range": object{field: object{"gte": iso(p.From), "lte": iso(p.To), "format": "strict_date_optional_time"}}}
}

// object is a JSON object.
type object = map[string]any

// query is a KQL query and a period as Kibana sends both.
func query(q saved.Query, time string, periods ...Period) (object, error) {
	node, err := kql.Parse(q.Query)
	if err != nil {
		return nil, err
	}
	within := make([]any, len(periods))
	for i, p := range periods {
		within[i] = p.dsl(time)
	}
	filter := []any{dsl(node), object{"bool": object{"should": within, "minimum_should_match": 1}}}
	for field, value := range periods[0].Only {
		filter = append(filter, object{"match_phrase": object{field: value}})
	}
	return object{"bool": object{"filter": filter}}, nil
}

// Request is what Discover asks for: the first documents in the search's order, with the columns it shows.
func (s *Search) Request(p Period, size int) (map[string]any, error) {
	q, err := query(s.Meta.SearchSource.Value.Query, s.View.Time, p)
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
