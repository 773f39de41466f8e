package elastic

import (
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// indexed is a document as a month's index holds it; callsMapping says what each field is for.
type indexed struct {
	ID            string              `json:"id"`
	Document      *hotline.Document   `json:"document"`
	Source        string              `json:"source"`
	Hotline       hotline.Hotline     `json:"hotline"`
	Kind          hotline.Kind        `json:"kind"`
	Channel       string              `json:"channel,omitempty"`
	Received      string              `json:"received"`
	Precision     hotline.Precision   `json:"precision"`
	ContentRev    int64               `json:"content_rev"`
	RulesetRev    int64               `json:"ruleset_rev"`
	Matter        string              `json:"matter"`
	Caller        string              `json:"caller,omitempty"`
	Person        string              `json:"person"`
	Account       string              `json:"account,omitempty"`
	Areas         []string            `json:"areas,omitempty"`
	Grid          string              `json:"grid,omitempty"`
	GridLevel     levels              `json:"grid_level,omitempty"`
	Division      string              `json:"division,omitempty"`
	DivisionLevel levels              `json:"division_level,omitempty"`
	AreaMethod    hotline.AreaMethod  `json:"area_method,omitempty"`
	Labels        []string            `json:"labels,omitempty"`
	LabelTree     []string            `json:"label_tree,omitempty"`
	CorrectedBy   string              `json:"corrected_by,omitempty"`
	Margin        float64             `json:"margin"`
	Nature        hotline.Nature      `json:"nature,omitempty"`
	Responsible   hotline.Responsible `json:"responsible,omitempty"`
	Found         []string            `json:"found,omitempty"`
	Urgency       []string            `json:"urgency,omitempty"`
	Portrait      []string            `json:"portrait,omitempty"`
	Experience    []string            `json:"experience,omitempty"`
	Entities      []string            `json:"entities,omitempty"`
	Class         string              `json:"class,omitempty"`
	Unit          string              `json:"unit,omitempty"`
	Status        string              `json:"status,omitempty"`
	Title         string              `json:"title,omitempty"`
	Text          []string            `json:"text"`
	Tokens        string              `json:"tokens,omitempty"`
	Tombstone     bool                `json:"tombstone"`
	Partition     string              `json:"partition,omitempty"`
	Offset        *int64              `json:"offset,omitempty"`
	OffsetBit     int64               `json:"offset_bit,omitempty"`
	Arrived       string              `json:"arrived,omitempty"`
}

// levels holds an area path down to each level, keyed by the level; the whole path where that is shorter.
type levels map[int]string

func levelsOf(path string) levels {
	above := hotline.Ancestors(path)
	if above == nil {
		return nil
	}
	all := make(levels, hotline.MaxAreaDepth)
	for level := 1; level <= hotline.MaxAreaDepth; level++ {
		all[level] = above[min(level, len(above))-1]
	}
	return all
}

func indexedOf(doc *hotline.Document) indexed {
	c, a := &doc.Call, &doc.Analysis
	values := index.Values(a)
	d := indexed{
		ID: c.DocID(), Document: doc, Source: c.Source, Hotline: c.Hotline, Kind: c.Kind, Channel: c.Channel,
		Received: dateOf(c.Received), Precision: c.Precision, ContentRev: c.ContentRev, RulesetRev: a.RulesetRev,
		Matter: c.Matter, Caller: c.Caller, Person: c.Caller, Account: c.Account,
		Grid: c.Area.Grid, GridLevel: levelsOf(c.Area.Grid), Division: c.Area.Division, DivisionLevel: levelsOf(c.Area.Division),
		AreaMethod: c.Area.Method, Labels: a.Codes(), Margin: a.Margin, Nature: a.Nature, Responsible: a.Responsible,
		Found: values[index.FacetFound], Urgency: values[index.FacetUrgency], Portrait: values[index.FacetPortrait],
		Experience: values[index.FacetExperience], Entities: values[index.FacetEntity],
		Class: c.Class, Unit: c.Unit, Status: c.Life.Status, Title: c.Title, Tokens: strings.Join(a.Tokens, " "), Tombstone: c.Tombstone,
	}
	if a.Corrected != nil {
		d.CorrectedBy = a.Corrected.By
	}
	if d.Partition = index.Partition(c.Origin); d.Partition != "" {
		d.Offset, d.OffsetBit = &c.Origin.Offset, 1<<(c.Origin.Offset%hotline.BlockOffsets)
	}
	if !c.Arrived.IsZero() {
		d.Arrived = dateOf(c.Arrived)
	}
	if d.Person == "" {
		d.Person = d.ID
	}
	// Elasticsearch keeps the values of a field as a set, so those that both trees or two labels share count once.
	d.Areas = append(hotline.Ancestors(c.Area.Grid), hotline.Ancestors(c.Area.Division)...)
	for _, code := range d.Labels {
		for at, r := range code {
			if r == '.' {
				d.LabelTree = append(d.LabelTree, code[:at])
			}
		}
		d.LabelTree = append(d.LabelTree, code)
	}
	d.Text = make([]string, len(c.Turns))
	for i, t := range c.Turns {
		d.Text[i] = index.Fold(t.Text) // the standard analyzer knows no width
	}
	return d
}

// dateOf writes a time as the mapping reads it, to the millisecond, which is what a date field keeps.
func dateOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
