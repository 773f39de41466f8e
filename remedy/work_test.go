package remedy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What a deed lacks is said, and nothing is altered.
func TestDeedLacks(t *testing.T) {
	measure := func(change func(*Measure)) Deed {
		d := deed(ActRemedy, noon(5))
		change(d.Measure)
		return d
	}
	for name, c := range map[string]struct {
		work Work
		deed Deed
		says string
	}{
		"Nobody":              {Open, Deed{Act: ActAck, At: noon(2)}, "写明是谁做的"},
		"RejectWithoutReason": {Open, Deed{Act: ActReject, By: "张三", At: noon(2)}, "写明为什么不是"},
		"AssignToNobody":      {Open, Deed{Act: ActAssign, By: "张三", At: noon(2), Note: "不属我所"}, "写明转给谁"},
		"AssignWithoutReason": {Open, Deed{Act: ActAssign, By: "张三", At: noon(2), To: Person{ID: "1"}}, "写明转给谁、为什么"},
		"ProgressOfNothing":   {Acknowledged, Deed{Act: ActProgress, By: "张三", At: noon(2)}, "写明做了什么"},
		"AppointmentPast":     {Acknowledged, Deed{Act: ActProgress, By: "张三", At: noon(2), Appointment: &Appointment{At: noon(1)}}, "在以后"},
		"RemedyOfNothing":     {Acknowledged, Deed{Act: ActRemedy, By: "张三", At: noon(5)}, "都要写"},
		"RemedyWithoutWhat":   {Acknowledged, measure(func(m *Measure) { m.What = " " }), "都要写"},
		"RemedyWithoutWho":    {Acknowledged, measure(func(m *Measure) { m.Who = "" }), "都要写"},
		"RemedyWithoutWhen":   {Acknowledged, measure(func(m *Measure) { m.When = time.Time{} }), "都要写"},
		"RemedyNotTold":       {Acknowledged, measure(func(m *Measure) { m.Told = time.Time{} }), "都要写"},
		"RemedyToCome":        {Acknowledged, measure(func(m *Measure) { m.When = noon(6) }), "在以后"},
		"ToldToCome":          {Acknowledged, measure(func(m *Measure) { m.Told = noon(6) }), "在以后"},
		"ToldBeforeDone":      {Acknowledged, measure(func(m *Measure) { m.Told = m.When.Add(-time.Minute) }), "早于整改时间"},
		"RemedyTooEarly":      {Acknowledged, measure(func(m *Measure) { m.When = noon(1).AddDate(0, -1, 0) }), "早于问题首次出现"},
		"VisitNobody":         {Remedied, Deed{Act: ActVisit, By: "张三", At: noon(9), Visit: &Visit{Result: Satisfied}}, "写明工单和结果"},
		"VisitUnknown":        {Remedied, Deed{Act: ActVisit, By: "张三", At: noon(9), Visit: &Visit{Order: "95598:9", Result: Satisfied}}, "没有 95598:9 待填结果的回访"},
		"VisitNoResult":       {Remedied, Deed{Act: ActVisit, By: "张三", At: noon(9), Visit: &Visit{Order: "95598:1", Result: "好"}}, "satisfied、passable"},
		"DissatisfiedSilent":  {Remedied, Deed{Act: ActVisit, By: "张三", At: noon(9), Visit: &Visit{Order: "95598:1", Result: Dissatisfied}}, "不满意"},
		"SuperviseWhat":       {Open, Deed{Act: ActSupervise, By: "李四", At: noon(2)}, "写明要求什么"},
		"SuperviseTillPast":   {Open, Deed{Act: ActSupervise, By: "李四", At: noon(2), Note: "尽快", Due: noon(1)}, "在以后"},
	} {
		t.Run(name, func(t *testing.T) {
			i := incident(t, Subsiding, c.work)
			i.scheduleVisits(noon(2), []string{"95598:1"}, nil)
			before := encoded(t, []Incident{i})
			err := i.Do(practice(t), c.deed)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if after := encoded(t, []Incident{i}); after != before {
				t.Errorf("was altered to %s", after)
			}
		})
	}
	t.Run("CloseOfNothing", func(t *testing.T) {
		i := incident(t, Resolved, Open)
		if err := i.Do(practice(t), Deed{Act: ActClose, By: "张三", At: noon(9)}); err == nil || !strings.Contains(err.Error(), "没有整改过") {
			t.Errorf("got %v", err)
		}
	})
}

// do does deeds one after the other, each of which must succeed.
func do(t *testing.T, i *Incident, deeds ...Deed) {
	t.Helper()
	for _, d := range deeds {
		if err := i.Do(practice(t), d); err != nil {
			t.Fatal(err)
		}
	}
}

func visit(order string, result Result, at time.Time) Deed {
	return Deed{Act: ActVisit, By: "回访员", At: at, Note: "回访", Visit: &Visit{Order: order, Result: result, Contacted: true, Solved: result != Dissatisfied, At: at, Note: "又低了"}}
}

// From the opening to the closing: visits on day 7 and 30, one of them dissatisfied, the second measure, replies and rates.
func TestWorkToTheEnd(t *testing.T) {
	i := incident(t, Growing, Open)
	do(t, &i, deed(ActAck, noon(2)), deed(ActProgress, noon(2)), deed(ActRemedy, noon(3)))
	if i.Work != Remedied || len(i.OpenVisits(time.Time{})) != 4 || len(i.OpenVisits(noon(10))) != 2 || i.Clock.Step != "" {
		t.Fatalf("after the measure: %s, visits %+v, clock %+v", i.Work, i.OpenVisits(time.Time{}), i.Clock)
	}
	do(t, &i, visit("95598:1", Satisfied, noon(10)), visit("95598:2", Dissatisfied, noon(10)))
	if i.Work != Open || !i.HandedOver.Equal(noon(10)) || i.Clock.Step != StepAcknowledge || !i.Clock.From.Equal(noon(10)) {
		t.Fatalf("after a dissatisfied caller: %s, clock %+v", i.Work, i.Clock)
	}
	if last := i.Outbox[len(i.Outbox)-1]; last.Kind != KindDissatisfied || !last.Urgent || !strings.Contains(last.Note, "95598:2") {
		t.Errorf("told %+v", last)
	}
	do(t, &i, deed(ActAck, noon(11)), deed(ActRemedy, noon(12)))
	if open := i.OpenVisits(time.Time{}); len(open) != 4 || !open[0].Due.Equal(noon(19).Add(-2*time.Hour)) {
		t.Fatalf("the second measure's visits: %+v", open)
	}
	i.turn(Subsiding, noon(13))
	if err := i.Do(practice(t), deed(ActClose, noon(20))); err == nil || !strings.Contains(err.Error(), "有 4 件回访") {
		t.Errorf("closed with open visits: %v", err)
	}
	do(t, &i, visit("95598:1", Passable, noon(19)), visit("95598:2", Satisfied, noon(19)), visit("95598:1", Unreached, noon(30)), visit("95598:2", Satisfied, noon(30)))
	replies, err := i.Replies(noon(1).Location())
	if err != nil || len(replies) != 2 || replies[0].Order != "95598:1" ||
		replies[0].Text != "抢修班于2026年11月12日完成整改：更换变压器。已于2026年11月12日告知客户。第7天回访，客户表示基本满意。" {
		t.Errorf("replies %+v, %v", replies, err)
	}
	do(t, &i, deed(ActClose, noon(30)))
	if i.Work != Closed || !i.Ended() {
		t.Errorf("is %s", i.Work)
	}
	if r := RatesOf(i.AllVisits(), DefaultWeights()); r.Visits != 6 || r.Valid != 5 || r.Response != 1 || r.Solution != 0.8 || r.Satisfaction != (3+0.9)/5 {
		t.Errorf("rates %+v", r)
	}
}

// All contacts of a caller are one visit, under the first order; those without a caller go with their matter.
func TestCallbacks(t *testing.T) {
	c := func(id, caller, matter string, order bool, day int) Contact {
		return Contact{ID: id, Caller: caller, Matter: matter, Order: order, Received: noon(day)}
	}
	orders, others := Callbacks([]Contact{
		c("call", "A", "m1", false, 1), c("order", "A", "m1", true, 2), c("urge", "A", "m2", true, 3), c("nameless urge", "", "m1", true, 4),
		c("neighbour", "B", "m1", true, 5), c("nameless", "", "m3", false, 6), c("nameless again", "", "m3", false, 7), c("alone", "", "", false, 8), c("C calls", "C", "m4", false, 9),
	})
	if !slices.Equal(orders, []string{"C calls", "alone", "nameless", "neighbour", "order"}) {
		t.Errorf("visits to %q", orders)
	}
	if len(others) != 2 || !slices.Equal(others["order"], []string{"urge", "call", "nameless urge"}) || !slices.Equal(others["nameless"], []string{"nameless again"}) {
		t.Errorf("beside them %q", others)
	}
	i := incident(t, Growing, Acknowledged)
	d := deed(ActRemedy, noon(12))
	d.Measure.When, d.Orders, d.Others = noon(3), orders, others
	do(t, &i, d)
	if open := i.OpenVisits(noon(10)); len(open) != 5 || !open[0].Due.Equal(noon(10)) {
		t.Errorf("counted from when the measure was taken: %+v", open)
	}
	do(t, &i, visit("urge", Satisfied, noon(13)))
	if got := i.AllVisits(); len(got) != 1 || got[0].Order != "order" || len(i.OpenVisits(noon(10))) != 4 {
		t.Errorf("the visit to the urge: %+v", got)
	}
	replies, err := i.Replies(noon(1).Location())
	if err != nil || len(replies) != 9 {
		t.Fatalf("replies %+v, %v", replies, err)
	}
	for _, r := range replies {
		if want := r.Order == "order" || slices.Contains(others["order"], r.Order); strings.Contains(r.Text, "客户表示满意") != want {
			t.Errorf("%s: %s", r.Order, r.Text)
		}
	}
}

func TestRepliesBeforeAnything(t *testing.T) {
	i := incident(t, Growing, Open)
	if _, err := i.Replies(time.UTC); err == nil {
		t.Error("a reply before anything was done")
	}
}

// The formulas of 接诉即办 by an example worked out by hand.
func TestRates(t *testing.T) {
	visits := []Visit{
		{Result: Satisfied, Contacted: true, Solved: true}, {Result: Satisfied, Contacted: true, Solved: true},
		{Result: Passable, Contacted: true, Solved: false}, {Result: Dissatisfied}, {Result: Unreached, Contacted: true, Solved: true},
	}
	got := RatesOf(visits, DefaultWeights())
	want := Rates{Visits: 5, Valid: 4, Response: 0.75, Solution: 0.5, Satisfaction: 2.9 / 4, Whole: 0.1*0.75 + 0.5*0.5 + 0.4*2.9/4}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if none := RatesOf([]Visit{{Result: Unreached}}, DefaultWeights()); none != (Rates{Visits: 1}) {
		t.Errorf("without valid visits: %+v", none)
	}
}

// Many visits at once: two callers who are not content send the incident back once, with one message; a fault is told
// by its place.
func TestDoVisits(t *testing.T) {
	fresh := func() Incident {
		i := incident(t, Growing, Acknowledged)
		do(t, &i, deed(ActRemedy, noon(3)))
		return i
	}
	week := func(order string, result Result) Deed {
		d := visit(order, result, noon(10))
		d.Visit.Day = 7
		return d
	}
	i := fresh()
	told := len(i.Outbox)
	for _, err := range i.DoVisits(practice(t), []Deed{week("95598:1", Dissatisfied), week("95598:2", Dissatisfied)}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	last := i.Outbox[len(i.Outbox)-1]
	if i.Work != Open || len(i.Outbox) != told+1 || !last.Urgent || last.Note != "95598:1 又低了；95598:2 又低了" || i.Clock.Step != StepAcknowledge || i.History[len(i.History)-1].Work != Open {
		t.Errorf("is %s, told %+v", i.Work, last)
	}
	if !i.HasVisit(*week("95598:1", Dissatisfied).Visit) || i.HasVisit(*week("95598:1", Satisfied).Visit) {
		t.Error("what was recorded is not known")
	}
	if errs := i.DoVisits(practice(t), []Deed{week("95598:1", Satisfied)}); errs[0] == nil {
		t.Error("visited while it is open")
	}
	i = fresh()
	errs := i.DoVisits(practice(t), []Deed{week("95598:1", Satisfied), week("95598:1", Satisfied), week("95598:9", Satisfied), week("95598:2", Passable)})
	if errs[0] != nil || errs[1] == nil || errs[2] == nil || errs[3] != nil {
		t.Errorf("got %v", errs)
	}
	if last := i.Outbox[len(i.Outbox)-1]; i.Work != Remedied || last.Note != "回访：满意 1 件，基本满意 1 件" {
		t.Errorf("is %s, told %+v", i.Work, last)
	}
}
