package hotline

import (
	"reflect"
	"testing"
)

func TestCorrect(t *testing.T) {
	hits := []Hit{{Rule: "r", Text: "停电"}}
	ruled := func() Analysis {
		return Analysis{
			Labels: []Label{{Code: "outage.fault", Weight: 2, Hits: hits}, {Code: "voltage", Weight: 1}}, Margin: 1,
			Nature: NatureRepair, Responsible: ResponsibleUnknown, RulesetRev: 7,
		}
	}
	by := func(c Correction) Correction {
		c.Rev, c.By = 1, "张三"
		return c
	}
	for name, tc := range map[string]struct {
		correction Correction
		labels     []Label
		margin     float64
		nature     Nature
		party      Responsible
	}{
		"Add": {by(Correction{Add: []string{"bill.high"}}),
			[]Label{{Code: "bill.high", By: "张三"}, {Code: "outage.fault", Weight: 2, Hits: hits}, {Code: "voltage", Weight: 1}}, 1, NatureRepair, ResponsibleUnknown},
		"AddWhatRulesGaveToo": {by(Correction{Add: []string{"voltage"}}),
			[]Label{{Code: "voltage", Weight: 1, By: "张三"}, {Code: "outage.fault", Weight: 2, Hits: hits}}, 1, NatureRepair, ResponsibleUnknown},
		"RemoveTheStrongest":   {by(Correction{Remove: []string{"outage.fault"}}), []Label{{Code: "voltage", Weight: 1}}, 0, NatureRepair, ResponsibleUnknown},
		"RemoveWhatIsNotThere": {by(Correction{Remove: []string{"bill.high"}}), ruled().Labels, 1, NatureRepair, ResponsibleUnknown},
		"RemoveAll":            {by(Correction{Remove: []string{"voltage", "outage.fault"}}), []Label{}, 0, NatureRepair, ResponsibleUnknown},
		"NatureAndParty":       {by(Correction{Nature: NatureComplaint, Responsible: ResponsibleUtility}), ruled().Labels, 1, NatureComplaint, ResponsibleUtility},
	} {
		t.Run(name, func(t *testing.T) {
			a := ruled()
			for range 2 { // the second time changes nothing
				a.Correct(tc.correction)
				if !reflect.DeepEqual(a.Labels, tc.labels) || a.Margin != tc.margin || a.Nature != tc.nature || a.Responsible != tc.party || a.CorrectionRev != 1 {
					t.Fatalf("got %+v", a)
				}
			}
			a.Correct(Correction{Rev: 2, By: "李四"})
			want := ruled()
			want.CorrectionRev = 2
			if !reflect.DeepEqual(a, want) {
				t.Errorf("taken back: got %+v, want %+v", a, want)
			}
		})
	}
}

func TestCorrectionAfter(t *testing.T) {
	kept := func(codes ...string) (kept []Kept) {
		for _, code := range codes {
			kept = append(kept, Kept{Label: code, By: "张三", Why: "w"})
		}
		return kept
	}
	before := Correction{Rev: 3, Add: []string{"a", "b"}, Remove: []string{"c"}, Nature: NatureHelp, By: "张三", Why: "w"}
	for name, tc := range map[string]struct{ next, want Correction }{
		"Adds":      {Correction{Add: []string{"d", "a"}, By: "李四"}, Correction{Rev: 4, Add: []string{"a", "b", "d"}, Remove: []string{"c"}, Nature: NatureHelp, By: "李四", Kept: kept("b", "c")}},
		"Reverses":  {Correction{Add: []string{"c"}, Remove: []string{"a"}}, Correction{Rev: 4, Add: []string{"b", "c"}, Remove: []string{"a"}, Nature: NatureHelp, Kept: kept("b")}},
		"Overrides": {Correction{Nature: NaturePraise}, Correction{Rev: 4, Add: []string{"a", "b"}, Remove: []string{"c"}, Nature: NaturePraise, Kept: kept("a", "b", "c")}},
		"TakesBack": {Correction{By: "李四"}, Correction{Rev: 4, By: "李四"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.next.After(before); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// Each label names who gave it, however many corrected the call after.
func TestCorrectNamesTheGiver(t *testing.T) {
	first := Correction{Rev: 1, Add: []string{"bill.high"}, By: "张三", Why: "电费"}
	second := Correction{Remove: []string{"voltage"}, By: "李四"}.After(first)
	third := Correction{Add: []string{"outage.fault"}, By: "王五"}.After(second)
	var a Analysis
	a.Correct(third)
	want := []Label{{Code: "bill.high", By: "张三"}, {Code: "outage.fault", By: "王五"}}
	if !reflect.DeepEqual(a.Labels, want) {
		t.Errorf("got %+v, want %+v", a.Labels, want)
	}
	if want := []Kept{{Label: "bill.high", By: "张三", Why: "电费"}, {Label: "voltage", By: "李四"}}; !reflect.DeepEqual(third.Kept, want) {
		t.Errorf("kept %+v, want %+v", third.Kept, want)
	}
}
