package kibana

import (
	"strconv"

	"suqiu/kibana/saved"
)

// Names of the dashboards.
const (
	overviewName = "dashboard-overview"
	ownerName    = "dashboard-owner"
	qualityName  = "dashboard-quality"
	lettersName  = "dashboard-letters"
)

// cell is one panel of a row of a dashboard.
type cell struct {
	name  string // of the Lens panel or saved search
	kind  string // saved.TypeLens or saved.TypeSearch
	width int    // of the 48 columns
	drill string // the dashboard that a click leads to; empty: none
}

// row is panels side by side, all of one height.
type row struct {
	height int // in rows of the grid, about 20 px each
	cells  []cell
}

// dashboard is rows below each other, and controls above them.
type dashboard struct {
	name, title, description string
	from                     string // the first moment shown, as Kibana writes it
	view                     string // of the controls; contacts where it is empty
	controls                 [][2]string
	rows                     []row
}

func lens(name string, width int) cell {
	return cell{name: name, kind: saved.TypeLens, width: width}
}

// toOwner makes a click on the panel lead to the owner's dashboard with the value that was clicked as filter.
func (c cell) toOwner() cell { return c.to(ownerName) }

func (c cell) to(dashboard string) cell {
	c.drill = dashboard
	return c
}

// list is a row of one saved search.
func list(name string) row {
	return row{20, []cell{{name: name, kind: saved.TypeSearch, width: saved.GridColumns}}}
}

func (s *set) dashboard(d dashboard) {
	var references []saved.Reference
	var panels []saved.Panel
	y := 0
	for _, r := range d.rows {
		x := 0
		for _, c := range r.cells {
			index := strconv.Itoa(len(panels) + 1)
			p := saved.Panel{
				Type: c.kind, PanelIndex: index, PanelRef: "panel_" + index, PanelFormat: saved.TypeVersion(saved.TypeDashboard),
				Grid: saved.Grid{X: x, Y: y, W: c.width, H: r.height, I: index},
			}
			references = append(references, saved.Reference{Type: c.kind, ID: s.id(c.name), Name: saved.PanelRef(index)})
			if c.drill != "" {
				event := "drill_" + index
				p.Embeddable.Enhancements.DynamicActions = &saved.DynamicActions{Events: []saved.Drilldown{{
					EventID: event, Triggers: []string{"FILTER_TRIGGER"},
					Action: saved.DrilldownAction{
						FactoryID: saved.ToDashboard, Name: "查看逐件",
						Config: saved.DrilldownConfig{UseCurrentFilters: true, UseCurrentDateRange: true},
					},
				}}}
				references = append(references, saved.Reference{Type: saved.TypeDashboard, ID: s.id(c.drill), Name: saved.DrilldownRef(index, event)})
			}
			panels = append(panels, p)
			x += c.width
		}
		y += r.height
	}
	if d.view == "" {
		d.view = callsView
	}
	controls := map[string]saved.Control{}
	for i, control := range d.controls {
		id := "control_" + strconv.Itoa(i+1)
		controls[id] = saved.Control{
			Type: "optionsListControl", Order: i, Grow: true, Width: "medium",
			Input: saved.ControlInput{ID: id, FieldName: control[0], Title: control[1]},
		}
		references = append(references, s.toView(d.view, saved.ControlRef(id)))
	}
	s.add(saved.TypeDashboard, d.name, saved.Dashboard{
		Title: titled(d.title), Description: d.description, TimeRestore: true, TimeFrom: d.from, TimeTo: "now", Version: 1,
		Panels:  saved.Text[[]saved.Panel]{Value: panels},
		Options: saved.Text[saved.Options]{Value: saved.Options{UseMargins: true, SyncCursor: true}},
		Controls: &saved.ControlGroup{
			ChainingSystem: "HIERARCHICAL", ControlStyle: "oneLine", Panels: saved.Text[map[string]saved.Control]{Value: controls},
		},
		Meta: saved.Meta{SearchSource: saved.Text[saved.Source]{Value: saved.NewSource("", "")}},
	}, references...)
}

// areaControls narrow a dashboard to an area, level by level, and to a class.
func areaControls() [][2]string {
	return [][2]string{
		{"grid_level.2", "地市公司"}, {"grid_level.3", "县公司"}, {"grid_level.4", "供电所"}, {"grid_level.5", "台区"}, {"label_tree", "诉求分类"},
	}
}
