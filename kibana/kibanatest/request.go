package kibanatest

import (
	"fmt"
	"strconv"

	"suqiu/kibana/kql"
	"suqiu/kibana/saved"
)

// timeSplit is Kibana's name of the aggregation that keeps the period and the one before apart.
const timeSplit = "time_offset_split"

// shifted reports whether a panel compares with the period before.
func (p *Panel) shifted() bool {
	for _, column := range p.Layer.Columns {
		if column.TimeShift != "" {
			return true
		}
	}
	return false
}

// Request is the search that Lens sends for the panel: aggregations named after their columns, each bucket inside the
// one before it.
func (p *Panel) Request(period Period) (map[string]any, error) {
	periods := []Period{period}
	if p.shifted() {
		periods = append(periods, period.before())
	}
	q, err := query(p.Lens.State.Query, p.View.Time, periods...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID, err)
	}
	aggs, err := p.aggregations(p.Layer.ColumnOrder, period)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID, err)
	}
	if p.shifted() {
		aggs = object{timeSplit: object{"aggs": aggs, "filters": object{"filters": object{
			"now": period.dsl(p.View.Time), "before": period.before().dsl(p.View.Time),
		}}}}
	}
	return object{"size": 0, "track_total_hits": true, "query": q, "aggs": aggs}, nil
}

// aggregations are those of the columns, which begin with the outermost bucket.
func (p *Panel) aggregations(columns []string, period Period) (object, error) {
	if len(columns) == 0 {
		return object{}, nil
	}
	column := p.Layer.Columns[columns[0]]
	inner, err := p.aggregations(columns[1:], period)
	if err != nil {
		return nil, err
	}
	if !column.IsBucketed {
		own, err := measure(&column)
		if err != nil || own == nil {
			return inner, err
		}
		inner[columns[0]] = own
		return inner, nil
	}
	own, err := p.bucket(&column, period)
	if err != nil {
		return nil, err
	}
	own["aggs"] = inner
	return object{columns[0]: own}, nil
}

// measure is the aggregation of a metric, nil for a count, which buckets bring along.
func measure(column *saved.Column) (object, error) {
	var own object
	switch column.OperationType {
	case saved.OpCount:
	case saved.OpUniqueCount:
		own = object{"cardinality": object{"field": column.SourceField}}
	case saved.OpMin, saved.OpMax:
		own = object{column.OperationType: object{"field": column.SourceField}}
	default:
		return nil, fmt.Errorf("the metric %s is not known", column.OperationType)
	}
	if column.Filter == nil {
		return own, nil
	}
	node, err := kql.Parse(column.Filter.Query)
	if err != nil {
		return nil, err
	}
	filtered := object{"filter": dsl(node)}
	if own != nil {
		filtered["aggs"] = object{"metric": own}
	}
	return filtered, nil
}

// bucket is the aggregation of a bucket.
func (p *Panel) bucket(column *saved.Column, period Period) (object, error) {
	params := column.Params
	switch column.OperationType {
	case saved.OpTerms:
		terms := object{"field": column.SourceField, "size": params.Size, "order": object{p.orderKey(column): params.OrderDirection}}
		if params.AccuracyMode {
			terms["shard_size"] = max(1000, params.Size*3/2+10)
		}
		if params.IncludeIsRegex {
			terms["include"] = params.Include[0]
		}
		return object{"terms": terms}, nil
	case saved.OpDateHistogram:
		if params.Interval != "d" {
			return nil, fmt.Errorf("the interval %s is not known", params.Interval)
		}
		histogram := object{"field": column.SourceField, "calendar_interval": "1d", "time_zone": period.Zone.String(), "min_doc_count": 1}
		if params.IncludeEmptyRows {
			histogram["min_doc_count"] = 0
			histogram["extended_bounds"] = object{"min": period.From.UnixMilli(), "max": period.To.UnixMilli()}
		}
		return object{"date_histogram": histogram}, nil
	case saved.OpFilters:
		filters := object{}
		for _, f := range params.Filters {
			node, err := kql.Parse(f.Input.Query)
			if err != nil {
				return nil, err
			}
			filters[f.Label] = dsl(node)
		}
		return object{"filters": object{"filters": filters}}, nil
	case saved.OpRange:
		var ranges []any
		for _, r := range params.Ranges {
			one := object{"key": rangeKey(r)}
			if r.From != nil {
				one["from"] = *r.From
			}
			if r.To != nil {
				one["to"] = *r.To
			}
			ranges = append(ranges, one)
		}
		return object{"range": object{"field": column.SourceField, "ranges": ranges}}, nil
	}
	return nil, fmt.Errorf("the bucket %s is not known", column.OperationType)
}

// orderKey is what Elasticsearch orders terms by.
func (p *Panel) orderKey(column *saved.Column) string {
	by := column.Params.OrderBy
	if by.Type == "alphabetical" {
		return "_key"
	}
	if p.Layer.Columns[by.ColumnID].OperationType == saved.OpCount {
		return "_count"
	}
	return by.ColumnID
}

// rangeKey names a range by its bounds.
func rangeKey(r saved.Range) string {
	name := func(bound *float64) string {
		if bound == nil {
			return ""
		}
		return strconv.FormatFloat(*bound, 'g', -1, 64)
	}
	return name(r.From) + "…" + name(r.To)
}
