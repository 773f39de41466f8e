package kibana

import (
	"slices"

	"suqiu/hotline"
	"suqiu/kibana/saved"
)

// column is one bucket or metric of a panel with its id.
type column struct {
	id string
	saved.Column
}

// metric makes a column that counts or measures.
func metric(id, label, operation, field, dataType string) column {
	return column{id, saved.Column{
		Label: label, CustomLabel: true, DataType: dataType, OperationType: operation, SourceField: field, Scale: "ratio",
	}}
}

// count counts documents (诉求件数).
func count(label string) column {
	return metric("count", label, saved.OpCount, saved.Records, "number")
}

// distinct counts the different values of a field: exact up to 3,000 values, an estimate above.
func distinct(id, label, field string) column {
	return metric(id, label, saved.OpUniqueCount, field, "number")
}

// matters counts problems (事项): an outage told five times is one.
func matters() column { return distinct("matters", "事项数", "matter") }

// callers counts people (来电人数); a contact without a caller counts as one.
func callers() column { return distinct("callers", "来电人数", "person") }

// latest is the newest time of receiving.
func latest() column { return newest("最近受理", timeField) }

func newest(label, field string) column { return metric("latest", label, saved.OpMax, field, "date") }

// where restricts a metric to what a query finds.
func (c column) where(query string) column {
	q := saved.KQL(query)
	c.Filter = &q
	return c
}

// before makes a metric that of the period of the same length before.
func (c column) before(id, label string) column {
	c.id, c.Label, c.TimeShift = id, label, "previous"
	return c
}

func bucket(id, label, operation, dataType, scale string) column {
	return column{id, saved.Column{
		Label: label, CustomLabel: true, DataType: dataType, OperationType: operation, IsBucketed: true, Scale: scale,
	}}
}

// top makes a bucket of each of the values of a keyword that most documents have; by is the metric they are ordered by.
// Each month is an index of its own, so a caller of three months is none's largest: the accuracy mode asks every
// month for its first 1,000 values at least.
func top(id, label, field string, size int, by string) column {
	c := bucket(id, label, saved.OpTerms, "string", "ordinal")
	c.SourceField = field
	c.Params = saved.Params{
		Size: size, OrderBy: &saved.OrderBy{Type: "column", ColumnID: by}, OrderDirection: "desc",
		ParentFormat: &saved.ParentFormat{ID: "terms"}, AccuracyMode: true,
	}
	return c
}

// families makes a bucket of each class that has no other above it (一级分类).
func families(by string) column {
	c := top("family", "一级分类", "label_tree", 30, by)
	c.Params.Include, c.Params.IncludeIsRegex = []string{"[^.]+"}, true
	return c
}

// mentioned makes a bucket of each thing of a kind that texts name (文中要素).
func mentioned(kind hotline.EntityKind, by string) column {
	c := top(string(kind), "文中"+kind.Name(), "entities", 15, by)
	c.Params.Include, c.Params.IncludeIsRegex = []string{string(kind) + ":.*"}, true
	return c
}

// revisions makes a bucket of each revision of the rules, the newest first.
func revisions() column {
	c := top("revision", "规则版本", "ruleset_rev", 10, "")
	c.DataType = "number"
	c.Params.OrderBy = &saved.OrderBy{Type: "alphabetical"}
	return c
}

// days makes a bucket of each day of receiving.
func days() column { return daysOf(timeField) }

// daysOf makes a bucket of each day of the browser's or Kibana's time zone.
func daysOf(field string) column {
	c := bucket("day", "日期", saved.OpDateHistogram, "date", "interval")
	c.SourceField = field
	c.Params = saved.Params{Interval: "d", IncludeEmptyRows: true}
	return c
}

// either makes a bucket of each query; pairs are labels and queries.
func either(id, label string, pairs ...[2]string) column {
	c := bucket(id, label, saved.OpFilters, "string", "ordinal")
	for _, pair := range pairs {
		c.Params.Filters = append(c.Params.Filters, saved.LabelledQuery{Label: pair[0], Input: saved.KQL(pair[1])})
	}
	return c
}

// steps makes a bucket of each range between two bounds that follow each other, and one from the last on.
func steps(id, label, field string, bounds ...float64) column {
	c := bucket(id, label, saved.OpRange, "string", "ordinal")
	c.SourceField = field
	c.Params = saved.Params{Type: "range", MaxBars: "auto", ParentFormat: &saved.ParentFormat{ID: "range"}}
	for i, bound := range bounds {
		r := saved.Range{From: &bound}
		if i+1 < len(bounds) {
			r.To = &bounds[i+1]
		}
		c.Params.Ranges = append(c.Params.Ranges, r)
	}
	return c
}

// order nests columns: metrics innermost, as Lens wants it, and days inside other buckets, so that the values shown
// are those of the whole period and not others each day. Else columns stay in the order given.
func order(columns []column) []string {
	rank := func(c column) int {
		switch {
		case !c.IsBucketed:
			return 2
		case c.OperationType == saved.OpDateHistogram:
			return 1
		}
		return 0
	}
	nested := slices.Clone(columns)
	slices.SortStableFunc(nested, func(a, b column) int { return rank(a) - rank(b) })
	ids := make([]string, len(nested))
	for i, c := range nested {
		ids[i] = c.id
	}
	return ids
}
