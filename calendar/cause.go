package calendar

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"suqiu/table"
)

// CauseKind is the sort of event that explains why more is told.
type CauseKind string

// The kinds of cause.
const (
	Weather CauseKind = "weather" // 天气: heat, storm, ice
	Outage  CauseKind = "outage"  // 计划停电
	Price   CauseKind = "price"   // 电价调整
	Other   CauseKind = "other"   // 其他
)

var causeNames = map[string]CauseKind{"天气": Weather, "计划停电": Outage, "停电": Outage, "电价": Price, "电价调整": Price, "其他": Other,
	string(Weather): Weather, string(Outage): Outage, string(Price): Price, string(Other): Other}

// Cause is an event known beforehand or from elsewhere that lets more be told. It labels an incident and lowers its
// priority; it never silences it.
type Cause struct {
	Kind   CauseKind
	From   time.Time // the event's first moment
	To     time.Time // and the first after it
	Area   string    // the area path it concerns, with all below; "" for all
	Labels []string  // codes it concerns, each with those below (outage: outage.fault …); none: all
	Note   string    // 红色高温预警
}

const causeFolder = "causes"

var causeColumns = []table.Column{
	table.Needed("类别", "kind"), table.Needed("自", "from"), table.Optional("至", "to"), table.Optional("地区", "area"), table.Optional("标签", "labels"), table.Needed("说明", "note"),
}

// LoadCauses reads the events of causes/*.csv in the given file systems (dicts/causes/README.md), ordered by their
// begin. Days are those of zone.
func LoadCauses(zone *time.Location, systems ...fs.FS) ([]Cause, error) {
	files, err := readFolders(causeFolder, systems)
	if err != nil {
		return nil, fmt.Errorf("load causes: %w", err)
	}
	var out []Cause
	for _, name := range slices.Sorted(maps.Keys(files)) {
		rows, err := readTable(causeFolder, name, files[name], causeColumns)
		if err != nil {
			return nil, fmt.Errorf("load causes: %w", err)
		}
		for _, r := range rows {
			c, err := readCause(r, zone)
			if err != nil {
				return nil, fmt.Errorf("load causes: %w", err)
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Cause) int { return a.From.Compare(b.From) })
	return out, nil
}

func readCause(r table.Row, zone *time.Location) (Cause, error) {
	kind, ok := causeNames[r.Values[0]]
	if !ok {
		return Cause{}, wrong(r, "类别", "write 天气, 计划停电, 电价调整 or 其他", "is %q", r.Values[0])
	}
	c := Cause{Kind: kind, Area: strings.Trim(r.Values[3], "/"), Note: r.Values[5]}
	var day bool
	var err error
	if c.From, day, err = moment(r, 1, zone); err != nil {
		return c, err
	}
	if r.Values[2] == "" {
		if !day {
			return c, wrong(r, "至", "write when it ends", "is empty, though the event begins at an hour")
		}
		c.To = c.From.AddDate(0, 0, 1)
	} else {
		if c.To, day, err = moment(r, 2, zone); err != nil {
			return c, err
		}
		if day { // the day named is still within
			c.To = c.To.AddDate(0, 0, 1)
		}
	}
	if !c.From.Before(c.To) {
		return c, wrong(r, "至", "exchange them, or correct one", "it ends at %s, before it begins", r.Values[2])
	}
	c.Labels = strings.FieldsFunc(r.Values[4], func(char rune) bool { return char == '|' || char == ' ' || char == '、' })
	return c, nil
}

// moment reads a column with a day or a time of a day, and tells which it was.
func moment(r table.Row, column int, zone *time.Location) (at time.Time, day bool, err error) {
	text := r.Values[column]
	if at, err = time.ParseInLocation(dateLayout, text, zone); err == nil {
		return at, true, nil
	}
	if at, err = time.ParseInLocation("2006-01-02 15:04", text, zone); err == nil {
		return at, false, nil
	}
	return at, false, wrong(r, causeColumns[column].Chinese, "write it as 2026-07-01 or 2026-07-01 08:30", "%q is no time", text)
}

// Concerns reports whether the event may explain what was told under a label in an area during [from, to). An event in
// a part of the area concerns it, too.
func (c Cause) Concerns(label, area string, from, to time.Time) bool {
	if !c.From.Before(to) || !from.Before(c.To) {
		return false
	}
	if !below(area, c.Area, "/") && !below(c.Area, area, "/") {
		return false
	}
	return len(c.Labels) == 0 || slices.ContainsFunc(c.Labels, func(l string) bool { return below(label, l, ".") })
}

// below reports whether a path is at or below another.
func below(path, root, separator string) bool {
	return root == "" || path == root || strings.HasPrefix(path, root+separator)
}
