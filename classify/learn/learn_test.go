package learn

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"suqiu/classify"
	"suqiu/classify/evaluate"
)

// examples are invented: 停电 always means dark, 电费 bill, both both; the other words stand everywhere.
func examples(n int) []Example {
	var all []Example
	for i := range n {
		e := Example{Words: []string{"我家", "请问", fmt.Sprintf("小区%d", i%7)}, Gold: evaluate.Record{ID: fmt.Sprint(i)}}
		if i%3 != 0 {
			e.Words, e.Gold.Labels = append(e.Words, "停电"), append(e.Gold.Labels, "dark")
		}
		if i%4 == 0 {
			e.Words, e.Gold.Labels = append(e.Words, "电费"), append(e.Gold.Labels, "bill")
		}
		all = append(all, e)
	}
	return all
}

func learned(t *testing.T, examples []Example, o Options) *classify.WordTable {
	t.Helper()
	table, err := Learn(t.Context(), []string{"dark", "bill"}, examples, o)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// weight is the weight of a word for a label of learned.
func weight(table *classify.WordTable, word string, label int) float64 {
	for i, w := range table.Words {
		if w == word {
			return table.Weights[i][label]
		}
	}
	return 0
}

func TestLearn(t *testing.T) {
	table := learned(t, examples(120), Defaults())
	for label, word := range []string{"停电", "电费"} {
		own := weight(table, word, label)
		for _, other := range table.Words {
			if other != word && weight(table, other, label) > own/2 {
				t.Errorf("%s weighs %.2f for %s, its own word %s %.2f", other, weight(table, other, label), table.Labels[label], word, own)
			}
		}
		if own <= 0 {
			t.Errorf("%s weighs %.2f for %s", word, own, table.Labels[label])
		}
	}
}

func TestRareWordsAreLeftOut(t *testing.T) {
	all := examples(60)
	for i := range 4 {
		all[i].Words = append(all[i].Words, "罕见")
	}
	if table := learned(t, all, Defaults()); weight(table, "罕见", 0) != 0 || strings.Contains(strings.Join(table.Words, " "), "罕见") {
		t.Error("a word of four records is in the table")
	}
	if _, err := Learn(t.Context(), []string{"dark"}, all[:3], Defaults()); err == nil {
		t.Error("three records teach something")
	}
}

// What may be given or left out teaches nothing.
func TestAlsoTeachesNothing(t *testing.T) {
	all := examples(60)
	with := learned(t, all, Defaults())
	for range 30 {
		all = append(all, Example{Words: []string{"停电"}, Gold: evaluate.Record{Also: []string{"dark"}}})
	}
	if got, want := weight(learned(t, all, Defaults()), "停电", 0), weight(with, "停电", 0); got < want/2 {
		t.Errorf("停电 weighs %.2f, without those records %.2f", got, want)
	}
}

// The same records give the same table, byte by byte, whatever the processors.
func TestLearnIsDeterministic(t *testing.T) {
	var texts [2]bytes.Buffer
	for i := range texts {
		before := runtime.GOMAXPROCS(1 + 3*i)
		err := learned(t, examples(200), Defaults()).Write(&texts[i])
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		t.Error("two tables of the same records differ")
	}
}

func BenchmarkLearn(b *testing.B) {
	all := examples(2000)
	for b.Loop() {
		if _, err := Learn(b.Context(), []string{"dark", "bill"}, all, Defaults()); err != nil {
			b.Fatal(err)
		}
	}
}
