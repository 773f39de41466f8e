package elastic

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
)

func TestArrivals(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		quick bool
		want  arrivals
	}{
		"none":          {`{}`, false, arrivals{}},
		"one":           {`{"hits":{"hits":[{"sort":[0,1784505601000]}]}}`, true, arrivals{{Offset: 0, Millis: 1784505601000}}},
		"two":           {`{"hits":{"hits":[{"sort":[7,1]},{"sort":[8,20]}]}}`, true, arrivals{{Offset: 7, Millis: 1}, {Offset: 8, Millis: 20}}},
		"with spaces":   {`{"hits":{"hits":[ {"sort":[7, 1]}]}}`, false, arrivals{{Offset: 7, Millis: 1}}},
		"before 1970":   {`{"hits":{"hits":[{"sort":[7,-1]}]}}`, false, arrivals{{Offset: 7, Millis: -1}}},
		"very far":      {`{"hits":{"hits":[{"sort":[9223372036854775807,1]}]}}`, false, arrivals{{Offset: 9223372036854775807, Millis: 1}}},
		"more than one": {`{"hits":{"hits":[{"sort":[7,1],"x":2}]}}`, false, arrivals{{Offset: 7, Millis: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got arrivals
			if quick := got.readQuick([]byte(c.body)); quick != c.quick {
				t.Errorf("read quickly: %v, want %v", quick, c.quick)
			}
			if err := got.read([]byte(c.body)); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
	for name, body := range map[string]string{
		"cut short":       `{"hits":{"hits":[{"sort":[7,1]},{"sort":[8,2`,
		"cut after a row": `{"hits":{"hits":[{"sort":[7,1]}`,
		"leading zero":    `{"hits":{"hits":[{"sort":[07,1]}]}}`,
		"more behind it":  `{"hits":{"hits":[{"sort":[7,1]}]}}}`,
		"a word":          `{"hits":{"hits":[{"sort":["a",1]}]}}`,
		"too far":         `{"hits":{"hits":[{"sort":[9223372036854775808,1]}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			var got arrivals
			if err := got.read([]byte(body)); err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

// FuzzArrivals: what is read quickly is what encoding/json reads.
func FuzzArrivals(f *testing.F) {
	f.Add([]byte(`{"hits":{"hits":[{"sort":[7,1]},{"sort":[8,20]}]}}`))
	f.Add([]byte(`{"hits":{"hits":[{"sort":[07,1]}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var quick arrivals
		if !quick.readQuick(body) {
			return
		}
		var answer rows[[2]int64]
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatalf("%q was read as %v, but: %v", body, quick, err)
		}
		for i, h := range answer.Hits.Hits {
			if want := (hotline.Arrival{Offset: h.Sort[0], Millis: h.Sort[1]}); quick[i] != want {
				t.Errorf("row %d of %q: got %v, want %v", i, body, quick[i], want)
			}
		}
		if len(quick) != len(answer.Hits.Hits) {
			t.Errorf("%q: got %d rows, want %d", body, len(quick), len(answer.Hits.Hits))
		}
	})
}

// BenchmarkArrivals reads the answer of a full page.
func BenchmarkArrivals(b *testing.B) {
	all := make([]string, maxHits)
	for i := range all {
		all[i] = fmt.Sprintf(`{"sort":[%d,%d]}`, 100_000+i, 1784505601000+i/100)
	}
	body := []byte(`{"hits":{"hits":[` + strings.Join(all, ",") + `]}}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var got arrivals
		if err := got.read(body); err != nil || len(got) != maxHits {
			b.Fatal(len(got), err)
		}
	}
}
