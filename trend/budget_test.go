package trend

import (
	"errors"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"suqiu/hotline"
)

// noise tells at random in two districts of each label.
func noise(days int) []hotline.Count {
	r := rand.New(rand.NewPCG(4, 4))
	var counts []hotline.Count
	for d := range days {
		for _, label := range []string{"outage.fault", "bill.high", "voltage.low", "meter.fault"} {
			for _, area := range []string{north, south} {
				counts = append(counts, hotline.Count{Label: label, Area: area, Bucket: day(d), Matters: int64(distuv.Poisson{Lambda: 6, Src: r}.Rand())})
			}
		}
	}
	return counts
}

func TestBudget(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: day(90)}}, nil, Daily, day(90), holidays(t))
	in := Input{Counts: noise(90), Calendar: holidays(t)}
	for d := 40; d < 88; d += 6 { // eight rises in the eight weeks
		in.Counts = append(in.Counts, hotline.Count{Label: []string{"bill.high", "outage.fault"}[d/6%2], Area: south, Bucket: day(d), Matters: 30})
	}
	last := 1.0
	for _, perWeek := range []float64{100, 2, 1, 0.3} {
		dial, err := Budget(p, in, perWeek)
		if err != nil {
			t.Fatal(err)
		}
		if dial.Level > last || dial.Days != budgetDays || dial.PerWeek > perWeek && dial.Level > budgetLevels[len(budgetLevels)-1] {
			t.Errorf("%v a week: %+v", perWeek, dial)
		}
		if perWeek >= 1 && dial.PerWeek < 0.7 {
			t.Errorf("%v a week: %+v misses the eight rises", perWeek, dial)
		}
		last = dial.Level
	}
	short := NewPlan([]hotline.Coverage{{Source: "95598", From: day(60), Through: day(90)}}, nil, Daily, day(90), holidays(t))
	if _, err := Budget(short, in, 1); !errors.Is(err, ErrShort) {
		t.Errorf("of a month of history: %v", err)
	}
}

// What is rejected by e-values is rejected by p-values, too, and a strong rise is rejected by both.
func TestRejectStrict(t *testing.T) {
	e := Evaluation{Tested: []int{40, 40}, Cells: []Cell{{Area: 1, P: 1e-9}, {Area: 2, P: 1e-3}, {Area: 3, P: 0.004}, {Category: 1, Area: 5, P: 2e-4}}}
	plain, strict := Reject(e, 0.1), RejectStrict(e, 0.1)
	if len(strict) != 1 || strict[0].Area != 1 {
		t.Errorf("strict: %+v", strict)
	}
	if len(plain) != 3 {
		t.Errorf("plain: %+v", plain)
	}
}
