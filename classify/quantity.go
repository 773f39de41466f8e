package classify

import (
	"slices"
	"strings"

	"suqiu/classify/quantity"
)

// afternoon are the words before a clock time that move it past noon.
var afternoon = []string{"下午", "晚上", "傍晚", "夜里", "今晚", "昨晚", "当晚", "晚"}

// quantitiesIn gives the values of the quantities that begin within the stretch; they may end beyond it.
func (d *document) quantitiesIn(start, end int32, kind quantity.Kind) []float64 {
	limit := int(d.turnOf(start).end)
	var values []float64
	for i := int(start); i < int(end); {
		value, next, ok := quantity.Read(d.runes[:limit], i, kind)
		switch {
		case !ok && isNumber(d.runes[i]):
			_, next, _ = quantity.Number(d.runes[:limit], i) // not 2号 of 12号
			i = max(next, i+1)
			continue
		case !ok:
			i++
			continue
		}
		if before := string(d.runes[max(0, i-2):i]); kind == quantity.Clock && value < 12 &&
			slices.ContainsFunc(afternoon, func(word string) bool { return strings.HasSuffix(before, word) }) {
			value += 12
		}
		values = append(values, value)
		i = next
	}
	return values
}

// comparisons are the ways to compare a quantity with a bound.
var comparisons = map[string]func(value, bound float64) bool{
	">=": func(value, bound float64) bool { return value >= bound },
	"<=": func(value, bound float64) bool { return value <= bound },
	">":  func(value, bound float64) bool { return value > bound },
	"<":  func(value, bound float64) bool { return value < bound },
	"=":  func(value, bound float64) bool { return value == bound },
}

// measured keeps the spans in which a quantity passes the comparison.
func (m *matches) measured(e *expr, spans []span) []span {
	var kept []span
	for _, s := range spans {
		if slices.ContainsFunc(m.doc.quantitiesIn(s.start, s.end, e.kind), func(v float64) bool { return comparisons[e.compare](v, e.bound) }) {
			kept = append(kept, s)
		}
	}
	return kept
}
