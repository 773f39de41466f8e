package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// What is said of dead and of doubled patterns is true: without them the rule fires on the same texts as with them, whatever
// its condition asks of the words. The patterns and the texts are made of few characters, so that they meet often.
func TestDeadPatternsChangeNothing(t *testing.T) {
	const rules = `rules:
  - id: r
    label: a.one
    groups:
      g: {any: %q, neg: %s, border: %s}
    when: %s
`
	shapes := []string{"甲", "乙", "甲乙", "乙丙", "甲乙丙", "甲乙*丙", "甲?乙", "[甲乙]丙", "甲*丙", "甲{0,2}乙", "(甲|乙丙)丁?乙", "(甲|丙)乙", "不甲乙", "丙\\，甲"}
	conditions := []string{"g", "「丁 丁戊」 and not g", "g near/1 「丁 丁戊」", "g before/2t 「丁 丁戊」", "g near/c 「丁 丁戊」", "「丁 丁戊」 near/c g", "g near/s 「丁 丁戊」", "「丁 丁戊」 before/s g", "g near/1u 「丁 丁戊」", "count(g) >= 2", "first(g, 4)", "last(g, 4) and 「丁 丁戊」", "title(g) or (g near/s 「丁 丁戊」 near/2 「丁 丁戊」)"}
	random := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // a fixed seed is meant
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	text := func() string {
		var b strings.Builder
		for range 4 + random.IntN(12) {
			b.WriteString(pick([]string{"甲", "乙", "丙", "丁", "戊", "不", "，", "。", "\n"}))
		}
		return b.String()
	}
	remarks, compared := 0, 0
	for range 500 {
		var patterns []string
		for range 2 + random.IntN(4) {
			patterns = append(patterns, pick(shapes))
		}
		neg, border, when := pick([]string{"exclude", "ignore", "require"}), pick([]string{"any", "auto", "nocross"}), pick(conditions)
		with := mustCompile(t, testFS(fmt.Sprintf(rules, strings.Join(patterns, " "), neg, border, when)))
		kept := slices.Clone(patterns)
		for _, r := range slices.Backward(with.Lint()) {
			_, rest, found := strings.Cut(r.What, "模式 ")
			if !found || r.Kind != RemarkDead && r.Kind != RemarkDuplicate || strings.Contains(r.What, "里已有否定") {
				continue
			}
			pattern, _, _ := strings.Cut(rest, " ")
			at := len(kept) - 1
			for kept[at] != pattern {
				at--
			}
			kept = slices.Delete(kept, at, at+1)
			remarks++
		}
		if len(kept) == len(patterns) {
			continue
		}
		without := mustCompile(t, testFS(fmt.Sprintf(rules, strings.Join(kept, " "), neg, border, when)))
		for range 150 {
			call := exampleCall(text())
			call.Title = pick([]string{"", "甲乙", "丙"})
			compared++
			if a, b := with.Firing(call).Rules, without.Firing(call).Rules; !slices.Equal(a, b) {
				t.Fatalf("%s with %q (neg %s, border %s): %v, without the remarked: %q: %v\non %q and %q", when, patterns, neg, border, a, kept, b, call.Title, call.Turns[0].Text)
			}
		}
	}
	if remarks < 200 || compared < 10_000 {
		t.Errorf("%d remarks, %d comparisons: too few to tell anything", remarks, compared)
	}
}
