package saved

// DataView is the attributes of a data view (数据视图). Fields are left for Kibana to read from the indices.
type DataView struct {
	Title          string                       `json:"title"` // the index pattern
	Name           string                       `json:"name"`
	TimeField      string                       `json:"timeFieldName"`
	FieldAttrs     Text[map[string]FieldAttr]   `json:"fieldAttrs"`
	FieldFormatMap Text[map[string]FieldFormat] `json:"fieldFormatMap"`
	Fields         Text[[]struct{}]             `json:"fields"`
	RuntimeFields  Text[map[string]struct{}]    `json:"runtimeFieldMap"`
	SourceFilters  Text[[]SourceFilter]         `json:"sourceFilters"`
}

// FieldAttr names a field for people.
type FieldAttr struct {
	CustomLabel string `json:"customLabel"`
}

// FieldFormat says how values of a field are shown: static_lookup shows a name for each known value.
type FieldFormat struct {
	ID     string       `json:"id"`
	Params FormatParams `json:"params"`
}

// FormatParams are those of the formats used here.
type FormatParams struct {
	LookupEntries []LookupEntry `json:"lookupEntries,omitempty"`
	Pattern       string        `json:"pattern,omitempty"`
}

// LookupEntry is a value of a field and its name.
type LookupEntry struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// SourceFilter keeps a field of the source out of Discover.
type SourceFilter struct {
	Value string `json:"value"`
}

// Search is the attributes of a saved search (已存搜索).
type Search struct {
	Title            string      `json:"title"`
	Description      string      `json:"description"`
	Columns          []string    `json:"columns"`
	Sort             [][2]string `json:"sort"` // field, asc or desc
	Grid             struct{}    `json:"grid"`
	HideChart        bool        `json:"hideChart"`
	IsTextBasedQuery bool        `json:"isTextBasedQuery"`
	Meta             Meta        `json:"kibanaSavedObjectMeta"`
}

// SearchIndexRef names the reference of a search to its data view.
const SearchIndexRef = "kibanaSavedObjectMeta.searchSourceJSON.index"

// Dashboard is the attributes of a dashboard (仪表板).
type Dashboard struct {
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Panels      Text[[]Panel] `json:"panelsJSON"`
	Options     Text[Options] `json:"optionsJSON"`
	Controls    *ControlGroup `json:"controlGroupInput,omitempty"`
	TimeRestore bool          `json:"timeRestore"`
	TimeFrom    string        `json:"timeFrom,omitempty"`
	TimeTo      string        `json:"timeTo,omitempty"`
	Meta        Meta          `json:"kibanaSavedObjectMeta"`
	Version     int           `json:"version"`
}

// Options of how a dashboard looks.
type Options struct {
	UseMargins      bool `json:"useMargins"`
	SyncColors      bool `json:"syncColors"`
	SyncCursor      bool `json:"syncCursor"`
	SyncTooltips    bool `json:"syncTooltips"`
	HidePanelTitles bool `json:"hidePanelTitles"`
}

// GridColumns is the width of a dashboard's grid.
const GridColumns = 48

// Panel is one panel of a dashboard: a saved search or a Lens panel by reference.
type Panel struct {
	Type        string     `json:"type"`
	Grid        Grid       `json:"gridData"`
	PanelIndex  string     `json:"panelIndex"`
	Embeddable  Embeddable `json:"embeddableConfig"`
	PanelRef    string     `json:"panelRefName"`
	PanelTitle  string     `json:"title,omitempty"`
	PanelFormat string     `json:"version"`
}

// Grid is where a panel stands, in columns and rows.
type Grid struct {
	X int    `json:"x"`
	Y int    `json:"y"`
	W int    `json:"w"`
	H int    `json:"h"`
	I string `json:"i"` // the panel's index again
}

// Embeddable is what a panel adds to its object.
type Embeddable struct {
	Enhancements Enhancements `json:"enhancements"`
}

// Enhancements hold drill-downs.
type Enhancements struct {
	DynamicActions *DynamicActions `json:"dynamicActions,omitempty"`
}

// DynamicActions are a panel's drill-downs.
type DynamicActions struct {
	Events []Drilldown `json:"events"`
}

// Drilldown leads from a value that was clicked to another dashboard.
type Drilldown struct {
	EventID  string          `json:"eventId"`
	Triggers []string        `json:"triggers"`
	Action   DrilldownAction `json:"action"`
}

// DrilldownAction is what a drill-down does.
type DrilldownAction struct {
	FactoryID string          `json:"factoryId"`
	Name      string          `json:"name"`
	Config    DrilldownConfig `json:"config"`
}

// DrilldownConfig says what goes along to the other dashboard.
type DrilldownConfig struct {
	UseCurrentFilters   bool `json:"useCurrentFilters"`
	UseCurrentDateRange bool `json:"useCurrentDateRange"`
	OpenInNewTab        bool `json:"openInNewTab"`
}

// ToDashboard is the kind of drill-down that leads to a dashboard. Kibana's basic licence has it; drill-downs to a URL
// need a higher one.
const ToDashboard = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"

// DrilldownRef names the reference of a dashboard to where a panel's drill-down leads.
func DrilldownRef(panel, event string) string {
	return panel + ":drilldown:" + ToDashboard + ":" + event + ":dashboardId"
}

// PanelRef names the reference of a dashboard to a panel's object. panelRefName is the part behind the colon.
func PanelRef(panel string) string { return panel + ":panel_" + panel }

// ControlGroup is the row of controls above a dashboard.
type ControlGroup struct {
	ChainingSystem string                   `json:"chainingSystem"` // HIERARCHICAL: what stands left narrows what stands right
	ControlStyle   string                   `json:"controlStyle"`
	IgnoreParent   Text[IgnoreParent]       `json:"ignoreParentSettingsJSON"`
	Panels         Text[map[string]Control] `json:"panelsJSON"`
}

// IgnoreParent says what of the dashboard controls pass over.
type IgnoreParent struct {
	IgnoreFilters     bool `json:"ignoreFilters"`
	IgnoreQuery       bool `json:"ignoreQuery"`
	IgnoreTimerange   bool `json:"ignoreTimerange"`
	IgnoreValidations bool `json:"ignoreValidations"`
}

// Control chooses values of one field.
type Control struct {
	Type  string       `json:"type"` // optionsListControl
	Order int          `json:"order"`
	Grow  bool         `json:"grow"`
	Width string       `json:"width"`
	Input ControlInput `json:"explicitInput"`
}

// ControlInput says of which field.
type ControlInput struct {
	ID           string   `json:"id"`
	FieldName    string   `json:"fieldName"`
	Title        string   `json:"title"`
	Enhancements struct{} `json:"enhancements"`
}

// ControlRef names the reference of a dashboard to a control's data view.
func ControlRef(control string) string { return "controlGroup_" + control + ":optionsListDataView" }
