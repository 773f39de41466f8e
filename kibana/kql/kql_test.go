package kql

import (
	"strings"
	"testing"
)

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
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("tombstone : false and labels : * and margin < 0.5"); err != nil {
			b.Fatal(err)
		}
	}
}
