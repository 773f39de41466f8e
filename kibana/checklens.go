package kibana

import (
	"maps"
	"slices"
	"strings"

	"suqiu/kibana/saved"
)

// lens checks a panel: its layers, their columns, and that what is shown is what is asked for.
func (c *checker) lens(l *saved.Lens) {
	layers := l.State.DatasourceStates.FormBased.Layers
	if len(layers) == 0 {
		c.fault("has no layer")
	}
	shown := l.State.Visualization.Accessors()
	for id := range shown {
		if _, there := layers[id]; !there {
			c.fault("shows layer %q, which is not there", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(layers)) {
		c.used[saved.LayerRef(id)] = saved.TypeDataView
		layer := layers[id]
		c.ask(saved.LayerRef(id))
		c.query(l.State.Query)
		c.layer(id, &layer, shown[id])
	}
	switch l.VisualizationType {
	case saved.LensMetric, saved.LensXY, saved.LensPie, saved.LensTable, saved.LensHeatmap:
	default:
		c.fault("is a %q, which is not used here", l.VisualizationType)
	}
}

func (c *checker) layer(id string, layer *saved.Layer, shown []string) {
	known := slices.Sorted(maps.Keys(layer.Columns))
	ordered := slices.Sorted(slices.Values(layer.ColumnOrder))
	if !slices.Equal(known, ordered) {
		c.fault("layer %s orders the columns %v, has %v", id, ordered, known)
		return
	}
	metricSeen := false
	for _, name := range layer.ColumnOrder {
		column := layer.Columns[name]
		if metricSeen && column.IsBucketed {
			c.fault("column %s: buckets must come before metrics", name)
		}
		metricSeen = metricSeen || !column.IsBucketed
		c.column(name, &column, layer)
		if !slices.Contains(shown, name) {
			c.fault("column %s is asked for and not shown", name)
		}
	}
	for _, name := range shown {
		if _, there := layer.Columns[name]; !there {
			c.fault("column %s is shown and not asked for", name)
		}
	}
	if !metricSeen {
		c.fault("layer %s has no metric", id)
	}
}

// column checks one column: its operation, the field's type, and its parameters.
func (c *checker) column(name string, column *saved.Column, layer *saved.Layer) {
	bucketed, dataType := false, "number"
	switch column.OperationType {
	case saved.OpCount:
		if column.SourceField != saved.Records {
			c.fault("column %s counts %q, must count %s", name, column.SourceField, saved.Records)
		}
	case saved.OpUniqueCount:
		c.field(useTerms, column.SourceField)
	case saved.OpMin, saved.OpMax:
		c.field(useMeasure, column.SourceField)
		if c.fields[column.SourceField] == "date" {
			dataType = "date"
		}
	case saved.OpTerms:
		bucketed = true
		c.field(useTerms, column.SourceField)
		if c.fields[column.SourceField] == "keyword" {
			dataType = "string"
		}
		c.terms(name, column, layer)
	case saved.OpDateHistogram:
		bucketed, dataType = true, "date"
		c.field(useDate, column.SourceField)
		if column.Params.Interval == "" {
			c.fault("column %s has no interval", name)
		}
	case saved.OpFilters:
		bucketed, dataType = true, "string"
		if len(column.Params.Filters) == 0 {
			c.fault("column %s has no filters", name)
		}
		for _, f := range column.Params.Filters {
			c.query(f.Input)
		}
	case saved.OpRange:
		bucketed, dataType = true, "string"
		c.field(useNumber, column.SourceField)
		if len(column.Params.Ranges) == 0 || column.Params.Type != "range" {
			c.fault("column %s has no ranges", name)
		}
	default:
		c.fault("column %s: the operation %q is not used here", name, column.OperationType)
		return
	}
	if column.IsBucketed != bucketed || column.DataType != dataType {
		c.fault("column %s: %s of %s gives %s, bucketed %t; it says %s, %t",
			name, column.OperationType, column.SourceField, dataType, bucketed, column.DataType, column.IsBucketed)
	}
	if strings.TrimSpace(column.Label) == "" {
		c.fault("column %s has no label", name)
	}
	if column.Filter != nil {
		c.query(*column.Filter)
	}
	if column.TimeShift != "" && column.TimeShift != "previous" {
		c.fault("column %s is shifted by %q, must be previous", name, column.TimeShift)
	}
}

// terms checks how many values are shown and by what they are ordered.
func (c *checker) terms(name string, column *saved.Column, layer *saved.Layer) {
	p := column.Params
	if p.Size < 1 || p.Size > 1000 {
		c.fault("column %s shows %d values, must be 1 to 1000", name, p.Size)
	}
	if p.OrderDirection != "asc" && p.OrderDirection != "desc" || p.OrderBy == nil {
		c.fault("column %s is not ordered", name)
		return
	}
	by, there := layer.Columns[p.OrderBy.ColumnID]
	switch {
	case p.OrderBy.Type == "alphabetical":
	case p.OrderBy.Type != "column" || !there || by.IsBucketed:
		c.fault("column %s is ordered by %q, which is no metric of the layer", name, p.OrderBy.ColumnID)
	}
}
