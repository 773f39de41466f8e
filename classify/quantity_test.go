package classify

import (
	"math"
	"slices"
	"testing"
)

func TestReadNumber(t *testing.T) {
	for _, test := range []struct {
		text string
		want float64
		rest string
	}{
		{"12", 12, ""}, {"1.5万", 15000, ""}, {"3.", 3, "."}, {"三", 3, ""}, {"两", 2, ""}, {"俩", 2, ""}, {"幺", 1, ""}, {"半", 0.5, ""},
		{"十", 10, ""}, {"十二", 12, ""}, {"二十", 20, ""}, {"二十五", 25, ""}, {"一百零二", 102, ""}, {"一百二", 120, ""}, {"一百二十", 120, ""},
		{"两千三", 2300, ""}, {"一万二", 12000, ""}, {"三万零五百", 30500, ""}, {"二二零", 220, ""}, {"幺九八", 198, ""},
		{"几", 3, ""}, {"十几", 13, ""}, {"几百", 300, ""}, {"两三", 2, ""}, {"三五", 3, ""}, {"十七八", 17, ""}, {"二三十", 20, ""}, {"数十", 30, ""},
		{"三百多", 300, "多"}, {"两亿", 200_000_000, ""}, {"一千次", 1000, "次"},
	} {
		t.Run(test.text, func(t *testing.T) {
			runes := []rune(test.text)
			value, end, ok := readNumber(runes, 0)
			if !ok || value != test.want || string(runes[end:]) != test.rest {
				t.Errorf("got %v, rest %q, %v; want %v, rest %q", value, string(runes[end:]), ok, test.want, test.rest)
			}
		})
	}
	for _, text := range []string{"", "多", "次", "."} {
		if value, _, ok := readNumber([]rune(text), 0); ok {
			t.Errorf("%q is read as the number %v", text, value)
		}
	}
}

func TestQuantities(t *testing.T) {
	for _, test := range []struct {
		text string
		kind quantityKind
		want []float64
	}{
		{"停了三次", quantityTimes, []float64{3}},
		{"停了两三回，又停12次", quantityTimes, []float64{2, 12}},
		{"停了十几次", quantityTimes, []float64{13}},
		{"停了二十多次", quantityTimes, []float64{20}},
		{"停了好几次", quantityTimes, []float64{3}},
		{"停了次", quantityTimes, nil},
		{"一块五一度", quantityMoney, []float64{1.5}},
		{"三块二毛", quantityMoney, []float64{3.2}},
		{"1.2元", quantityMoney, []float64{1.2}},
		{"八百多块", quantityMoney, []float64{800}},
		{"两块半", quantityMoney, []float64{2.5}},
		{"五毛八分", quantityMoney, []float64{0.58}},
		{"等了5分钟", quantityMoney, nil},
		{"等了5分钟", quantityDuration, []float64{5.0 / 60}},
		{"等了两个多小时", quantityDuration, []float64{2}},
		{"一个半小时", quantityDuration, []float64{1.5}},
		{"一小时三十分钟", quantityDuration, []float64{1.5}},
		{"两天半", quantityDuration, []float64{60}},
		{"半天", quantityDuration, []float64{12}},
		{"三个月", quantityDuration, []float64{2160}},
		{"三月", quantityDuration, nil},
		{"2026年3月", quantityDuration, nil},
		{"两个钟头", quantityDuration, []float64{2}},
		{"只有一百八十伏", quantityVoltage, []float64{180}},
		{"幺七零伏，10kV，380V", quantityVoltage, []float64{170, 10_000, 380}},
		{"十千伏", quantityVoltage, []float64{10_000}},
		{"晚上八点半", quantityClock, []float64{20.5}},
		{"早上8:15", quantityClock, []float64{8.25}},
		{"三点一刻", quantityClock, []float64{3.25}},
		{"十二点二十分", quantityClock, []float64{12 + 20.0/60}},
	} {
		t.Run(test.text+" "+quantityNames[test.kind], func(t *testing.T) {
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

// Reading never goes beyond the text and, where it succeeds, moves on.
func FuzzReadQuantity(f *testing.F) {
	for _, text := range []string{"三块五", "一万二千亿次", "2026年", "十几个半月", "8:15", "几数十百万", "1.5kv"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		runes := []rune(text)
		for kind := range quantityKinds {
			for i := range runes {
				value, end, ok := readQuantity(runes, i, kind)
				if ok && (end <= i || end > len(runes) || math.IsNaN(value) || value < 0) {
					t.Fatalf("%q at %d: %v to %d", text, i, value, end)
				}
			}
		}
	})
}
