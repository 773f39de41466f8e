package kibanatest

import (
	"encoding/json"
	"reflect"
	"testing"

	"suqiu/kibana/kql"
)

func parse(t *testing.T, query string) *kql.Node {
	t.Helper()
	node, err := kql.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	return node
}

func TestDSL(t *testing.T) {
	for query, want := range map[string]string{
		"":                       `{"match_all":{}}`,
		"hotline : 95598":        `{"match":{"hotline":"95598"}}`,
		`hotline:"95598"`:        `{"match":{"hotline":"95598"}}`,
		`grid : "江东 \"电力\""`:     `{"match":{"grid":"江东 \"电力\""}}`,
		"labels : *":             `{"exists":{"field":"labels"}}`,
		`labels : "*"`:           `{"match":{"labels":"*"}}`,
		"margin < 0.5":           `{"range":{"margin":{"lt":"0.5"}}}`,
		"margin >= 2":            `{"range":{"margin":{"gte":"2"}}}`,
		"not labels : *":         `{"bool":{"must_not":[{"exists":{"field":"labels"}}]}}`,
		"a : 1 and not b : 2":    `{"bool":{"filter":[{"match":{"a":"1"}},{"bool":{"must_not":[{"match":{"b":"2"}}]}}]}}`,
		"a : 1 or b : 2 AND c:3": `{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"1"}},{"bool":{"filter":[{"match":{"b":"2"}},{"match":{"c":"3"}}]}}]}}`,
		"(a : 1 or b : 2) and c:3": `{"bool":{"filter":[{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"1"}},{"match":{"b":"2"}}]}},` +
			`{"match":{"c":"3"}}]}}`,
	} {
		t.Run(query, func(t *testing.T) {
			var wanted map[string]any
			if err := json.Unmarshal([]byte(want), &wanted); err != nil {
				t.Fatal(err)
			}
			encoded, err := json.Marshal(dsl(parse(t, query)))
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(encoded, &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, wanted) {
				t.Errorf("got %s, want %s", encoded, want)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	document := map[string][]string{"labels": {"outage.fault", "repair.slow"}, "margin": {"0.25"}, "tombstone": {"false"}}
	for query, want := range map[string]bool{
		"":                                   true,
		"labels : outage.fault":              true,
		"labels : outage":                    false, // a keyword is equal or not
		"labels : *":                         true,
		"caller : *":                         false,
		"not caller : *":                     true,
		"margin < 0.5":                       true,
		"margin < 0.25":                      false,
		"margin <= 0.25":                     true,
		"margin > 0.1":                       true,
		"margin >= 10":                       false, // as numbers, not as text
		"tombstone : false and labels : *":   true,
		"tombstone : true or margin < 0.1":   false,
		"not (tombstone : true or caller:*)": true,
	} {
		t.Run(query, func(t *testing.T) {
			if got := matches(parse(t, query), func(field string) []string { return document[field] }); got != want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func FuzzQuery(f *testing.F) {
	for _, query := range []string{"", "a : 1 and not (b : * or c < 3)", `grid : "江\"东"`, "not not a:1", "a <= 2 OR b >= 3"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		node, err := kql.Parse(query)
		if err != nil {
			return
		}
		if _, err := json.Marshal(dsl(node)); err != nil {
			t.Error(err)
		}
		none := func(string) []string { return nil }
		if matches(node, none) == matches(&kql.Node{Op: kql.Not, Parts: []*kql.Node{node}}, none) {
			t.Errorf("%q and its negation agree", query)
		}
	})
}
