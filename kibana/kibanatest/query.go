package kibanatest

import (
	"slices"
	"strconv"
	"strings"

	"suqiu/kibana/kql"
)

// dsl is the query of Elasticsearch that Kibana makes of n.
func dsl(n *kql.Node) object {
	if n == nil {
		return object{"match_all": object{}}
	}
	boolean := func(clause string, parts []*kql.Node) object {
		all := make([]any, len(parts))
		for i, part := range parts {
			all[i] = dsl(part)
		}
		query := object{clause: all}
		if clause == "should" {
			query["minimum_should_match"] = 1
		}
		return object{"bool": query}
	}
	switch n.Op {
	case kql.And:
		return boolean("filter", n.Parts)
	case kql.Or:
		return boolean("should", n.Parts)
	case kql.Not:
		return boolean("must_not", n.Parts)
	case kql.Exists:
		return object{"exists": object{"field": n.Field}}
	case kql.Is:
		return object{"match": object{n.Field: n.Value}}
	}
	name := map[kql.Op]string{kql.Less: "lt", kql.LessEq: "lte", kql.More: "gt", kql.MoreEq: "gte"}[n.Op]
	return object{"range": object{n.Field: object{name: n.Value}}}
}

// matches reports whether a document whose fields have these values is found. Values compare as numbers where the
// query's value is one and the operator asks for an order; keywords must be equal.
func matches(n *kql.Node, values func(field string) []string) bool {
	if n == nil {
		return true
	}
	switch n.Op {
	case kql.And:
		for _, part := range n.Parts {
			if !matches(part, values) {
				return false
			}
		}
		return true
	case kql.Or:
		for _, part := range n.Parts {
			if matches(part, values) {
				return true
			}
		}
		return false
	case kql.Not:
		return !matches(n.Parts[0], values)
	case kql.Exists:
		return len(values(n.Field)) > 0
	}
	return slices.ContainsFunc(values(n.Field), func(value string) bool { return holds(n, value) })
}

// holds compares one value of the node's field.
func holds(n *kql.Node, value string) bool {
	if n.Op == kql.Is {
		return value == n.Value
	}
	order := strings.Compare(value, n.Value)
	got, gotErr := strconv.ParseFloat(value, 64)
	bound, boundErr := strconv.ParseFloat(n.Value, 64)
	if gotErr == nil && boundErr == nil {
		switch {
		case got < bound:
			order = -1
		case got > bound:
			order = 1
		default:
			order = 0
		}
	}
	switch n.Op {
	case kql.Less:
		return order < 0
	case kql.LessEq:
		return order <= 0
	case kql.More:
		return order > 0
	}
	return order >= 0
}
