package saved

import "encoding/json"

// Visualization types of Lens.
const (
	LensMetric  = "lnsMetric"
	LensXY      = "lnsXY"
	LensPie     = "lnsPie"
	LensTable   = "lnsDatatable"
	LensHeatmap = "lnsHeatmap"
)

// Operations of Lens columns.
const (
	OpCount         = "count"
	OpUniqueCount   = "unique_count"
	OpMin           = "min"
	OpMax           = "max"
	OpTerms         = "terms"
	OpDateHistogram = "date_histogram"
	OpFilters       = "filters"
	OpRange         = "range"
)

// Records is the source field of a count of documents.
const Records = "___records___"

// Lens is the attributes of a Lens panel.
type Lens struct {
	Title             string    `json:"title"`
	Description       string    `json:"description"`
	VisualizationType string    `json:"visualizationType"`
	State             LensState `json:"state"`
}

// LensState is what a panel asks for and how it shows it.
type LensState struct {
	DatasourceStates   Datasources       `json:"datasourceStates"`
	Visualization      Visualization     `json:"visualization"`
	Query              Query             `json:"query"`
	Filters            []json.RawMessage `json:"filters"`
	InternalReferences []Reference       `json:"internalReferences"`
	AdHocDataViews     struct{}          `json:"adHocDataViews"`
}

// Datasources holds the layers that ask a data view.
type Datasources struct {
	FormBased FormBased `json:"formBased"`
}

// FormBased is layers by id.
type FormBased struct {
	Layers map[string]Layer `json:"layers"`
}

// Layer is one question: buckets in their order, each inside the one before, and metrics in the innermost.
type Layer struct {
	ColumnOrder       []string          `json:"columnOrder"`
	Columns           map[string]Column `json:"columns"`
	IncompleteColumns struct{}          `json:"incompleteColumns"`
	Sampling          float64           `json:"sampling"`
}

// LayerRef names the reference of a panel to a layer's data view.
func LayerRef(layer string) string { return "indexpattern-datasource-layer-" + layer }

// Column is one bucket or metric.
type Column struct {
	Label         string `json:"label"`
	CustomLabel   bool   `json:"customLabel"`
	DataType      string `json:"dataType"`
	OperationType string `json:"operationType"`
	SourceField   string `json:"sourceField,omitempty"`
	IsBucketed    bool   `json:"isBucketed"`
	Scale         string `json:"scale"`
	Filter        *Query `json:"filter,omitempty"`
	TimeShift     string `json:"timeShift,omitempty"` // previous: the period of the same length before
	Params        Params `json:"params"`
}

// Params are those of all operations.
type Params struct {
	Size             int             `json:"size,omitempty"` // of terms
	OrderBy          *OrderBy        `json:"orderBy,omitempty"`
	OrderDirection   string          `json:"orderDirection,omitempty"`
	OtherBucket      bool            `json:"otherBucket,omitempty"`
	MissingBucket    bool            `json:"missingBucket,omitempty"`
	ParentFormat     *ParentFormat   `json:"parentFormat,omitempty"`
	AccuracyMode     bool            `json:"accuracyMode,omitempty"`
	Include          []string        `json:"include,omitempty"`
	IncludeIsRegex   bool            `json:"includeIsRegex,omitempty"`
	Interval         string          `json:"interval,omitempty"` // of date_histogram
	IncludeEmptyRows bool            `json:"includeEmptyRows,omitempty"`
	DropPartials     bool            `json:"dropPartials,omitempty"`
	Filters          []LabelledQuery `json:"filters,omitempty"` // of filters
	Type             string          `json:"type,omitempty"`    // of range
	Ranges           []Range         `json:"ranges,omitempty"`
	MaxBars          string          `json:"maxBars,omitempty"`
	EmptyAsNull      bool            `json:"emptyAsNull,omitempty"` // of metrics
}

// OrderBy orders terms by a metric, or alphabetically.
type OrderBy struct {
	Type     string `json:"type"` // column or alphabetical
	ColumnID string `json:"columnId,omitempty"`
	Fallback bool   `json:"fallback"`
}

// ParentFormat says how keys of buckets are shown.
type ParentFormat struct {
	ID string `json:"id"`
}

// LabelledQuery is one bucket of the filters operation.
type LabelledQuery struct {
	Input Query  `json:"input"`
	Label string `json:"label"`
}

// Range is one bucket of the range operation: From included, To not; a nil To is open.
type Range struct {
	From  *float64 `json:"from"`
	To    *float64 `json:"to"`
	Label string   `json:"label"`
}

// Visualization is how a panel shows its columns; each type uses some of the fields.
type Visualization struct {
	LayerID           string        `json:"layerId,omitempty"`
	LayerType         string        `json:"layerType,omitempty"`
	MetricAccessor    string        `json:"metricAccessor,omitempty"`
	SecondaryAccessor string        `json:"secondaryMetricAccessor,omitempty"`
	SecondaryPrefix   string        `json:"secondaryPrefix,omitempty"`
	Columns           []TableColumn `json:"columns,omitempty"`
	RowHeight         string        `json:"rowHeight,omitempty"`
	Shape             string        `json:"shape,omitempty"`
	XAccessor         string        `json:"xAccessor,omitempty"`
	YAccessor         string        `json:"yAccessor,omitempty"`
	ValueAccessor     string        `json:"valueAccessor,omitempty"`
	GridConfig        *GridConfig   `json:"gridConfig,omitempty"`
	Legend            *Legend       `json:"legend,omitempty"`
	PreferredSeries   string        `json:"preferredSeriesType,omitempty"`
	ValueLabels       string        `json:"valueLabels,omitempty"`
	Fitting           string        `json:"fittingFunction,omitempty"`
	Layers            []VisualLayer `json:"layers,omitempty"`
}

// TableColumn is one column of a table.
type TableColumn struct {
	ColumnID string `json:"columnId"`
}

// GridConfig says which texts a heat map shows.
type GridConfig struct {
	Type         string `json:"type"` // heatmap_grid
	CellLabels   bool   `json:"isCellLabelVisible"`
	YAxisLabels  bool   `json:"isYAxisLabelVisible"`
	XAxisLabels  bool   `json:"isXAxisLabelVisible"`
	YAxisHeading bool   `json:"isYAxisTitleVisible"`
	XAxisHeading bool   `json:"isXAxisTitleVisible"`
}

// Legend says whether and where a legend stands.
type Legend struct {
	IsVisible bool   `json:"isVisible"`
	Position  string `json:"position"`
	Type      string `json:"type,omitempty"` // heatmap_legend for heat maps
}

// VisualLayer is one layer of a chart or pie.
type VisualLayer struct {
	LayerID         string   `json:"layerId"`
	LayerType       string   `json:"layerType"`
	Accessors       []string `json:"accessors,omitempty"` // charts
	XAccessor       string   `json:"xAccessor,omitempty"`
	SplitAccessor   string   `json:"splitAccessor,omitempty"`
	SeriesType      string   `json:"seriesType,omitempty"`
	PrimaryGroups   []string `json:"primaryGroups,omitempty"` // pies
	Metrics         []string `json:"metrics,omitempty"`
	NumberDisplay   string   `json:"numberDisplay,omitempty"`
	CategoryDisplay string   `json:"categoryDisplay,omitempty"`
	LegendDisplay   string   `json:"legendDisplay,omitempty"`
}

// Accessors are the columns that a visualization shows, by the layer that they must be in.
func (v *Visualization) Accessors() map[string][]string {
	byLayer := map[string][]string{}
	add := func(layer string, columns ...string) {
		if layer == "" {
			return
		}
		kept := byLayer[layer]
		for _, column := range columns {
			if column != "" {
				kept = append(kept, column)
			}
		}
		byLayer[layer] = kept
	}
	add(v.LayerID, v.MetricAccessor, v.SecondaryAccessor, v.XAccessor, v.YAccessor, v.ValueAccessor)
	for _, column := range v.Columns {
		add(v.LayerID, column.ColumnID)
	}
	for _, layer := range v.Layers {
		add(layer.LayerID, layer.XAccessor, layer.SplitAccessor)
		add(layer.LayerID, layer.Accessors...)
		add(layer.LayerID, layer.PrimaryGroups...)
		add(layer.LayerID, layer.Metrics...)
	}
	return byLayer
}
