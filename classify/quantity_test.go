package classify

import (
	"math"
	"slices"
	"testing"

	"suqiu/classify/quantity"
)

func TestQuantities(t *testing.T) {
	for _, test := range []struct {
		text string
		kind quantity.Kind
		want []float64
	}{
		{"停了三次", quantity.Times, []float64{3}},
		{"停了两三回，又停12次", quantity.Times, []float64{2, 12}},
		{"停了十几次", quantity.Times, []float64{13}},
		{"停了二十多次", quantity.Times, []float64{20}},
		{"停了好几次", quantity.Times, []float64{3}},
		{"停了次", quantity.Times, nil},
		{"一块五一度", quantity.Money, []float64{1.5}},
		{"三块二毛", quantity.Money, []float64{3.2}},
		{"1.2元", quantity.Money, []float64{1.2}},
		{"八百多块", quantity.Money, []float64{800}},
		{"两块半", quantity.Money, []float64{2.5}},
		{"五毛八分", quantity.Money, []float64{0.58}},
		{"等了5分钟", quantity.Money, nil},
		{"等了5分钟", quantity.Duration, []float64{5.0 / 60}},
		{"等了两个多小时", quantity.Duration, []float64{2}},
		{"一个半小时", quantity.Duration, []float64{1.5}},
		{"一小时三十分钟", quantity.Duration, []float64{1.5}},
		{"两天半", quantity.Duration, []float64{60}},
		{"半天", quantity.Duration, []float64{12}},
		{"三个月", quantity.Duration, []float64{2160}},
		{"三月", quantity.Duration, nil},
		{"2026年3月", quantity.Duration, nil},
		{"两个钟头", quantity.Duration, []float64{2}},
		{"只有一百八十伏", quantity.Voltage, []float64{180}},
		{"幺七零伏，10kV，380V", quantity.Voltage, []float64{170, 10_000, 380}},
		{"十千伏", quantity.Voltage, []float64{10_000}},
		{"晚上八点半", quantity.Clock, []float64{20.5}},
		{"早上8:15", quantity.Clock, []float64{8.25}},
		{"三点一刻", quantity.Clock, []float64{3.25}},
		{"十二点二十分", quantity.Clock, []float64{12 + 20.0/60}},
	} {
		t.Run(test.text+" "+quantity.Names[test.kind], func(t *testing.T) {
			d := &document{}
			if err := d.lay(message(test.text), testSegmenter(), false); err != nil {
				t.Fatal(err)
			}
			got := d.quantitiesIn(0, d.turns[0].end, test.kind)
			if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
