package kibanatest

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/kibana/kql"
	"suqiu/kibana/saved"
)

// nothing is the value of a min or max over no documents.
var nothing = math.NaN()

// Record is what is true of one document: the values of its fields as Elasticsearch would hold them.
type Record struct {
	Received time.Time // the time that the data view's period is about
	Values   map[string][]string
}

func (r *Record) find(n *kql.Node) bool {
	return matches(n, func(field string) []string { return r.Values[field] })
}

// chosen reports whether the record has the values that a period is narrowed to.
func (r *Record) chosen(only map[string]string) bool {
	for field, value := range only {
		if !slices.Contains(r.Values[field], value) {
			return false
		}
	}
	return true
}

// Expected are the records that a saved search finds, in no order.
func (s *Search) Expected(all []Record, period Period) ([]Record, error) {
	root, err := kql.Parse(s.Meta.SearchSource.Value.Query.Query)
	if err != nil {
		return nil, err
	}
	var found []Record
	for i := range all {
		if r := &all[i]; r.find(root) && r.chosen(period.Only) && period.holds(r.Received) {
			found = append(found, *r)
		}
	}
	return found, nil
}

// Expected computes what a panel must show of these documents, without Elasticsearch.
func (p *Panel) Expected(all []Record, period Period) ([]Row, error) {
	root, err := kql.Parse(p.Lens.State.Query.Query)
	if err != nil {
		return nil, err
	}
	var now, before []*Record
	for i := range all {
		r := &all[i]
		if !r.find(root) || !r.chosen(period.Only) {
			continue
		}
		if period.holds(r.Received) {
			now = append(now, r)
		}
		if period.before().holds(r.Received) { // both ends belong to a period, so one moment is in both
			before = append(before, r)
		}
	}
	return p.expect(p.Layer.ColumnOrder, nil, now, before, period)
}

func (p *Panel) expect(columns, keys []string, now, before []*Record, period Period) ([]Row, error) {
	if len(columns) == 0 || !p.Layer.Columns[columns[0]].IsBucketed {
		row := Row{Keys: slices.Clone(keys)}
		for _, name := range columns {
			column := p.Layer.Columns[name]
			of := now
			if column.TimeShift != "" {
				of = before
			}
			value, err := p.computed(&column, of)
			if err != nil {
				return nil, fmt.Errorf("%s: column %s: %w", p.ID, name, err)
			}
			row.Values = append(row.Values, value)
		}
		return []Row{row}, nil
	}
	column := p.Layer.Columns[columns[0]]
	groups, err := p.groups(&column, now, period)
	if err != nil {
		return nil, fmt.Errorf("%s: column %s: %w", p.ID, columns[0], err)
	}
	var all []Row
	for _, g := range groups {
		inner, err := p.expect(columns[1:], append(keys, g.key), g.records, nil, period)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	return all, nil
}

// computed is the value of a metric.
func (p *Panel) computed(column *saved.Column, of []*Record) (float64, error) {
	if column.Filter != nil {
		node, err := kql.Parse(column.Filter.Query)
		if err != nil {
			return 0, err
		}
		of = slices.DeleteFunc(slices.Clone(of), func(r *Record) bool { return !r.find(node) })
	}
	switch column.OperationType {
	case saved.OpCount:
		return float64(len(of)), nil
	case saved.OpUniqueCount:
		values := map[string]bool{}
		for _, r := range of {
			for _, v := range r.Values[column.SourceField] {
				values[v] = true
			}
		}
		return float64(len(values)), nil
	case saved.OpMax:
		if column.SourceField != p.View.Time || len(of) == 0 {
			return nothing, nil
		}
		newest := slices.MaxFunc(of, func(a, b *Record) int { return a.Received.Compare(b.Received) })
		return float64(newest.Received.UnixMilli()), nil
	}
	return 0, fmt.Errorf("the metric %s is not known", column.OperationType)
}

type group struct {
	key     string
	records []*Record
}

// groups cuts documents into the buckets of a column.
func (p *Panel) groups(column *saved.Column, of []*Record, period Period) ([]group, error) {
	switch column.OperationType {
	case saved.OpTerms:
		return p.topGroups(column, of)
	case saved.OpDateHistogram:
		return dayGroups(of, period), nil
	case saved.OpFilters:
		var all []group
		for _, f := range column.Params.Filters {
			node, err := kql.Parse(f.Input.Query)
			if err != nil {
				return nil, err
			}
			all = append(all, group{f.Label, slices.DeleteFunc(slices.Clone(of), func(r *Record) bool { return !r.find(node) })})
		}
		slices.SortFunc(all, func(a, b group) int { return strings.Compare(a.key, b.key) })
		return all, nil
	case saved.OpRange:
		var all []group
		for _, bounds := range column.Params.Ranges {
			g := group{key: rangeKey(bounds)}
			for _, r := range of {
				for _, text := range r.Values[column.SourceField] {
					v, err := strconv.ParseFloat(text, 64)
					if err != nil {
						return nil, err
					}
					if (bounds.From == nil || v >= *bounds.From) && (bounds.To == nil || v < *bounds.To) {
						g.records = append(g.records, r)
					}
				}
			}
			all = append(all, g)
		}
		return all, nil
	}
	return nil, fmt.Errorf("the bucket %s is not known", column.OperationType)
}

// topGroups are the values that most documents have, ties by value.
func (p *Panel) topGroups(column *saved.Column, of []*Record) ([]group, error) {
	params := column.Params
	include := regexp.MustCompile("")
	if params.IncludeIsRegex {
		compiled, err := regexp.Compile("^(?:" + params.Include[0] + ")$")
		if err != nil {
			return nil, err
		}
		include = compiled
	}
	byValue := map[string][]*Record{}
	for _, r := range of {
		for _, v := range r.Values[column.SourceField] {
			if include.MatchString(v) {
				byValue[v] = append(byValue[v], r)
			}
		}
	}
	all := make([]group, 0, len(byValue))
	for v, records := range byValue {
		all = append(all, group{v, records})
	}
	slices.SortFunc(all, func(a, b group) int {
		if params.OrderBy.Type == "alphabetical" {
			return strings.Compare(b.key, a.key) // of the revisions, which are all of one digit here
		}
		return cmp.Or(len(b.records)-len(a.records), strings.Compare(a.key, b.key))
	})
	return all[:min(len(all), params.Size)], nil
}

// dayGroups are all days of the period, empty ones too.
func dayGroups(of []*Record, period Period) []group {
	midnight := func(t time.Time) time.Time {
		t = t.In(period.Zone)
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, period.Zone)
	}
	var all []group
	for day := midnight(period.From); !day.After(period.To); day = day.AddDate(0, 0, 1) {
		g := group{key: strconv.FormatInt(day.UnixMilli(), 10)}
		for _, r := range of {
			if midnight(r.Received).Equal(day) {
				g.records = append(g.records, r)
			}
		}
		all = append(all, g)
	}
	return all
}
