package kibanatest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"suqiu/kibana/saved"
)

// Row is one row of a panel's data: the keys of its buckets and the values of its metrics, in the layer's order. Days
// are their first moment in milliseconds; a metric of nothing is NaN for min and max and else 0.
type Row struct {
	Keys   []string
	Values []float64
}

// node is an aggregation's answer, or one of its buckets.
type node map[string]json.RawMessage

// Rows reads what Elasticsearch answered to the panel's request.
func (p *Panel) Rows(answer []byte) ([]Row, error) {
	var response struct {
		TimedOut bool `json:"timed_out"`
		Hits     struct {
			Total struct {
				Value int64 `json:"value"`
			} `json:"total"`
		} `json:"hits"`
		Aggregations node `json:"aggregations"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID, err)
	}
	root := response.Aggregations
	if root == nil {
		root = node{}
	}
	root["doc_count"] = json.RawMessage(strconv.FormatInt(response.Hits.Total.Value, 10))
	now, before := root, node(nil)
	if p.shifted() {
		var split struct {
			Buckets map[string]node `json:"buckets"`
		}
		if err := json.Unmarshal(root[timeSplit], &split); err != nil {
			return nil, fmt.Errorf("%s: %w", p.ID, err)
		}
		now, before = split.Buckets["now"], split.Buckets["before"]
	}
	return p.rows(p.Layer.ColumnOrder, nil, now, before)
}

// rows walks down the buckets.
func (p *Panel) rows(columns, keys []string, now, before node) ([]Row, error) {
	if len(columns) == 0 || !p.Layer.Columns[columns[0]].IsBucketed {
		row := Row{Keys: slices.Clone(keys)}
		for _, name := range columns {
			column := p.Layer.Columns[name]
			from := now
			if column.TimeShift != "" {
				from = before
			}
			value, err := metricValue(name, &column, from)
			if err != nil {
				return nil, fmt.Errorf("%s: column %s: %w", p.ID, name, err)
			}
			row.Values = append(row.Values, value)
		}
		return []Row{row}, nil
	}
	buckets, err := bucketsOf(now[columns[0]])
	if err != nil {
		return nil, fmt.Errorf("%s: column %s: %w", p.ID, columns[0], err)
	}
	var all []Row
	for _, b := range buckets {
		inner, err := p.rows(columns[1:], append(keys, b.key), b.node, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	return all, nil
}

func metricValue(name string, column *saved.Column, from node) (float64, error) {
	if column.Filter != nil {
		var filtered node
		if err := json.Unmarshal(from[name], &filtered); err != nil {
			return 0, err
		}
		from, name = filtered, "metric"
	}
	if column.OperationType == saved.OpCount {
		var count float64
		err := json.Unmarshal(from["doc_count"], &count)
		return count, err
	}
	var value struct {
		Value *float64 `json:"value"`
	}
	if err := json.Unmarshal(from[name], &value); err != nil {
		return 0, err
	}
	if value.Value == nil {
		return nothing, nil
	}
	return *value.Value, nil
}

type keyed struct {
	key  string
	node node
}

// bucketsOf reads the buckets of an aggregation: a list, or for filters an object.
func bucketsOf(raw json.RawMessage) ([]keyed, error) {
	var answer struct {
		Buckets json.RawMessage `json:"buckets"`
		Error   int64           `json:"doc_count_error_upper_bound"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	if answer.Error > 0 {
		return nil, fmt.Errorf("the largest values may be off by %d documents", answer.Error)
	}
	var named map[string]node
	if json.Unmarshal(answer.Buckets, &named) == nil {
		var all []keyed
		for _, name := range slices.Sorted(maps.Keys(named)) {
			all = append(all, keyed{name, named[name]})
		}
		return all, nil
	}
	var list []node
	if err := json.Unmarshal(answer.Buckets, &list); err != nil {
		return nil, err
	}
	all := make([]keyed, len(list))
	for i, b := range list {
		var text string
		if json.Unmarshal(b["key"], &text) != nil {
			text = string(b["key"])
		}
		all[i] = keyed{text, b}
	}
	return all, nil
}
