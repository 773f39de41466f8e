package kibana

import (
	"encoding/json"

	"suqiu/kibana/saved"
)

// layerID is the only layer of each panel.
const layerID = "layer"

// panel is a Lens panel: what it asks for, and how it shows that.
type panel struct {
	name, title, description string
	view                     string // contacts where it is empty
	query                    string // all of it; live where it is empty
	columns                  []column
	show                     func(columns []column) (kind string, v saved.Visualization)
}

// lens adds a panel and returns its name.
func (s *set) lens(p panel) string {
	if p.view == "" {
		p.view = callsView
	}
	if p.query == "" {
		p.query = live
	}
	layer := saved.Layer{ColumnOrder: order(p.columns), Columns: map[string]saved.Column{}, Sampling: 1}
	for _, c := range p.columns {
		layer.Columns[c.id] = c.Column
	}
	kind, visualization := p.show(p.columns)
	name := "lens-" + p.name
	s.add(saved.TypeLens, name, saved.Lens{
		Title: titled(p.title), Description: p.description, VisualizationType: kind,
		State: saved.LensState{
			DatasourceStates: saved.Datasources{FormBased: saved.FormBased{Layers: map[string]saved.Layer{layerID: layer}}},
			Visualization:    visualization, Query: saved.KQL(p.query),
			Filters: []json.RawMessage{}, InternalReferences: []saved.Reference{},
		},
	}, s.toView(p.view, saved.LayerRef(layerID)))
	return name
}

// asMetric shows the first column as a large number and the second, if there is one, beside it.
func asMetric(columns []column) (string, saved.Visualization) {
	v := saved.Visualization{LayerID: layerID, LayerType: "data", MetricAccessor: columns[0].id}
	if len(columns) > 1 {
		v.SecondaryAccessor, v.SecondaryPrefix = columns[1].id, columns[1].Label
	}
	return saved.LensMetric, v
}

// asChart shows the last column over the first, split by the one between them if there are three.
func asChart(series string) func([]column) (string, saved.Visualization) {
	return func(columns []column) (string, saved.Visualization) {
		layer := saved.VisualLayer{
			LayerID: layerID, LayerType: "data", SeriesType: series,
			XAccessor: columns[0].id, Accessors: []string{columns[len(columns)-1].id},
		}
		if len(columns) == 3 {
			layer.SplitAccessor = columns[1].id
		}
		return saved.LensXY, saved.Visualization{
			PreferredSeries: series, ValueLabels: "hide", Fitting: "None", Layers: []saved.VisualLayer{layer},
			Legend: &saved.Legend{IsVisible: len(columns) == 3, Position: "right"},
		}
	}
}

// asPie shows the shares that the last column has of the first.
func asPie(columns []column) (string, saved.Visualization) {
	return saved.LensPie, saved.Visualization{Shape: "donut", Layers: []saved.VisualLayer{{
		LayerID: layerID, LayerType: "data", PrimaryGroups: []string{columns[0].id}, Metrics: []string{columns[len(columns)-1].id},
		NumberDisplay: "percent", CategoryDisplay: "default", LegendDisplay: "default",
	}}}
}

// asTable shows all columns as they are given.
func asTable(columns []column) (string, saved.Visualization) {
	v := saved.Visualization{LayerID: layerID, LayerType: "data", RowHeight: "auto"}
	for _, c := range columns {
		v.Columns = append(v.Columns, saved.TableColumn{ColumnID: c.id})
	}
	return saved.LensTable, v
}

// asHeatmap colours the first column (to the right) by the second (downwards) by the third.
func asHeatmap(columns []column) (string, saved.Visualization) {
	return saved.LensHeatmap, saved.Visualization{
		LayerID: layerID, LayerType: "data", Shape: "heatmap",
		XAccessor: columns[0].id, YAccessor: columns[1].id, ValueAccessor: columns[2].id,
		Legend:     &saved.Legend{IsVisible: true, Position: "right", Type: "heatmap_legend"},
		GridConfig: &saved.GridConfig{Type: "heatmap_grid", YAxisLabels: true, XAxisLabels: true},
	}
}
