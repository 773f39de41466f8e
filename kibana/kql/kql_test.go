package kql

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func parse(t *testing.T, query string) *Node {
	t.Helper()
	node, err := Parse(query)
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
			encoded, err := json.Marshal(parse(t, query).DSL())
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

func TestFields(t *testing.T) {
	got := parse(t, "a : 1 and (b : * or not c < 3) and a : 2").Fields()
	if want := []string{"a", "b", "c", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMatch(t *testing.T) {
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
			if got := parse(t, query).Match(func(field string) []string { return document[field] }); got != want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestParseFaults(t *testing.T) {
	for name, c := range map[string]struct{ query, want string }{
		"OnlyWord":      {"停电", "something is missing at its end"},
		"TwoWords":      {"停电 了", "words without a field are not understood"},
		"NoValue":       {"hotline :", "something is missing at its end"},
		"OpenParen":     {"(a : 1", "a parenthesis is not closed"},
		"ClosingParen":  {"a : 1)", `")" is not expected there`},
		"OpenQuote":     {`a : "1`, "a quote is not closed"},
		"NothingAfter":  {"a : 1 and", "something is missing at its end"},
		"AndFirst":      {"and a : 1", "a field or value is expected"},
		"Wildcard":      {"grid : 江东*", "wildcards inside words are not understood"},
		"Escape":        {`a : b\:c`, "escapes"},
		"Nested":        {"a : { b : 1 }", "nested fields"},
		"StarAsField":   {"* : 1", "a field is missing"},
		"StarCompared":  {"margin < *", "can't be compared"},
		"QuotedSign":    {`a ":" b`, "in quotes"},
		"TwoConditions": {"a : 1 b : 2", `"b" is not expected there`},
		"TooDeep":       {strings.Repeat("(", 200) + "a : 1" + strings.Repeat(")", 200), "nested too deep"},
		"TooManyNots":   {strings.Repeat("not ", 200) + "a : 1", "nested too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(c.query); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, query := range []string{"", "a : 1 and not (b : * or c < 3)", `grid : "江\"东"`, "not not a:1", "((a:1", "a <= 2 OR b >= 3"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		node, err := Parse(query)
		if err != nil {
			if node != nil {
				t.Errorf("an error and a query: %v", err)
			}
			return
		}
		if node == nil && strings.TrimSpace(query) != "" {
			t.Errorf("%q matches everything", query)
		}
		if _, err := json.Marshal(node.DSL()); err != nil {
			t.Error(err)
		}
		none := func(string) []string { return nil }
		negated := &Node{Op: Not, Parts: []*Node{node}}
		if node.Match(none) == negated.Match(none) {
			t.Errorf("%q and its negation agree", query)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("tombstone : false and labels : * and margin < 0.5"); err != nil {
			b.Fatal(err)
		}
	}
}
