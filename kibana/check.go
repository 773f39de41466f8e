package kibana

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"suqiu/kibana/saved"
)

// Check examines NDJSON as Kibana's import would and further than it does: identity, versions, references, Lens
// layers, the layout of dashboards, and above all that every field that is used exists, with a type that its use
// allows. All faults are told at once.
func Check(ndjson []byte, mapping Mapping) error {
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		return fmt.Errorf("read Kibana objects: %w", err)
	}
	c := &checker{mapping: mapping, there: map[[2]string]bool{}, views: map[string]map[string]string{}}
	for i := range objects {
		c.identity(&objects[i])
	}
	for i := range objects {
		c.object(&objects[i])
	}
	return errors.Join(c.faults...)
}

// checker collects faults. Its object is the one that is being looked at.
type checker struct {
	mapping Mapping
	there   map[[2]string]bool           // type and id of all objects
	views   map[string]map[string]string // the fields of each data view by its id
	fields  map[string]string            // of the data view that is being asked; nil where that is not known, which is told elsewhere
	now     *saved.Object
	used    map[string]string // the references that now needs: name to type
	faults  []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s %s: %s", c.now.Type, c.now.ID, fmt.Sprintf(format, args...)))
}

func (c *checker) identity(o *saved.Object) {
	c.now = o
	key := [2]string{o.Type, o.ID}
	switch {
	case o.Type == "" || o.ID == "":
		c.fault("type or id is missing")
	case c.there[key]:
		c.fault("is there twice")
	}
	c.there[key] = true
	if o.Type == saved.TypeDataView {
		if view, err := saved.Attributes[saved.DataView](o); err == nil {
			c.views[o.ID] = c.mapping(view.Title)
		}
	}
	if want := saved.TypeVersion(o.Type); want == "" {
		c.fault("objects of this type are not used here")
	} else if o.TypeMigrationVersion != want || o.CoreMigrationVersion != saved.CoreVersion {
		c.fault("versions are %q and %q, must be %q and %q", o.CoreMigrationVersion, o.TypeMigrationVersion, saved.CoreVersion, want)
	}
}

// object checks one object and that its references are those that it uses, no more and no fewer.
func (c *checker) object(o *saved.Object) {
	c.now, c.used = o, map[string]string{}
	if o.Title() == "" {
		c.fault("has no title")
	}
	switch o.Type {
	case saved.TypeDataView:
		examine(c, o, c.dataView)
	case saved.TypeSearch:
		examine(c, o, c.search)
	case saved.TypeLens:
		examine(c, o, c.lens)
	case saved.TypeDashboard:
		examine(c, o, c.dashboard)
	}
	found := map[string]bool{}
	for _, r := range o.References {
		want, used := c.used[r.Name]
		switch {
		case found[r.Name]:
			c.fault("reference %q is there twice", r.Name)
		case !used:
			c.fault("reference %q is not used", r.Name)
		case r.Type != want:
			c.fault("reference %q is to a %s, must be to a %s", r.Name, r.Type, want)
		case !c.there[[2]string{r.Type, r.ID}]:
			c.fault("reference %q is to %s %s, which is not there", r.Name, r.Type, r.ID)
		}
		found[r.Name] = true
	}
	for name := range c.used {
		if !found[name] {
			c.fault("reference %q is missing", name)
		}
	}
}

// examine reads an object's attributes and hands them to a check.
func examine[T any](c *checker, o *saved.Object, check func(*T)) {
	attributes, err := saved.Attributes[T](o)
	if err != nil {
		c.fault("%v", err)
		return
	}
	check(attributes)
}

// ask makes the fields those of the data view that a reference of the object leads to.
func (c *checker) ask(reference string) {
	c.fields = nil
	for _, r := range c.now.References {
		if r.Name == reference {
			c.fields = c.views[r.ID]
		}
	}
}

func (c *checker) dataView(v *saved.DataView) {
	c.fields = c.views[c.now.ID]
	if c.fields == nil {
		c.fault("stands for %q, which is no index of ours", v.Title)
		return
	}
	c.field(useDate, v.TimeField)
	for name := range v.FieldAttrs.Value {
		c.field(useShow, name)
	}
	for name, format := range v.FieldFormatMap.Value {
		switch format.ID {
		case "static_lookup":
			c.field(useTerms, name)
		case "number":
			c.field(useNumber, name)
		default:
			c.fault("field %s has the format %q, which is not used here", name, format.ID)
		}
	}
}

func (c *checker) search(s *saved.Search) {
	source := s.Meta.SearchSource.Value
	c.ask(source.IndexRefName)
	if len(s.Columns) == 0 {
		c.fault("has no columns")
	}
	for _, name := range s.Columns {
		c.field(useShow, name)
	}
	for _, by := range s.Sort {
		c.field(useSort, by[0])
		if by[1] != "asc" && by[1] != "desc" {
			c.fault("is sorted %q, must be asc or desc", by[1])
		}
	}
	c.query(source.Query)
	if source.IndexRefName == "" {
		c.fault("names no data view")
		return
	}
	c.used[source.IndexRefName] = saved.TypeDataView
}

func (c *checker) dashboard(d *saved.Dashboard) {
	for _, view := range slices.Sorted(maps.Keys(c.views)) { // it holds for all panels, whatever they ask
		c.fields = c.views[view]
		c.query(d.Meta.SearchSource.Value.Query)
	}
	if len(d.Panels.Value) == 0 {
		c.fault("has no panels")
	}
	for i := range d.Panels.Value {
		p := &d.Panels.Value[i]
		c.place(p, d.Panels.Value[:i])
		if p.Type != saved.TypeLens && p.Type != saved.TypeSearch {
			c.fault("panel %s is a %q, must be a lens or a search", p.PanelIndex, p.Type)
		}
		if p.PanelRef == "" {
			c.fault("panel %s names no object", p.PanelIndex)
			continue
		}
		c.used[p.PanelIndex+":"+p.PanelRef] = p.Type
		if actions := p.Embeddable.Enhancements.DynamicActions; actions != nil {
			for _, event := range actions.Events {
				if event.Action.FactoryID != saved.ToDashboard || len(event.Triggers) == 0 {
					c.fault("panel %s: drill-down %s is no %s with a trigger", p.PanelIndex, event.EventID, saved.ToDashboard)
				}
				c.used[saved.DrilldownRef(p.PanelIndex, event.EventID)] = saved.TypeDashboard
			}
		}
	}
	if d.Controls == nil {
		return
	}
	for id, control := range d.Controls.Panels.Value {
		if control.Input.ID != id {
			c.fault("control %s calls itself %s", id, control.Input.ID)
		}
		c.ask(saved.ControlRef(id))
		c.field(useControl, control.Input.FieldName)
		c.used[saved.ControlRef(id)] = saved.TypeDataView
	}
}

// place checks that a panel stands inside the grid and on none of those before it.
func (c *checker) place(p *saved.Panel, before []saved.Panel) {
	g := p.Grid
	if g.I != p.PanelIndex || g.I == "" {
		c.fault("panel %q stands in the grid as %q", p.PanelIndex, g.I)
	}
	if g.X < 0 || g.Y < 0 || g.W < 1 || g.H < 1 || g.X+g.W > saved.GridColumns {
		c.fault("panel %s lies outside the %d columns: x %d, y %d, width %d, height %d", g.I, saved.GridColumns, g.X, g.Y, g.W, g.H)
	}
	at := slices.IndexFunc(before, func(b saved.Panel) bool {
		o := b.Grid
		return g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H
	})
	if at >= 0 {
		c.fault("panel %s lies on panel %s", g.I, before[at].Grid.I)
	}
	if slices.ContainsFunc(before, func(b saved.Panel) bool { return b.PanelIndex == p.PanelIndex }) {
		c.fault("panel %s is there twice", p.PanelIndex)
	}
}
