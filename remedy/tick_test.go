package remedy

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
)

// ticks lists what a clock tells between two times, hour by hour, as "kind@hours after the hand-over".
func ticks(t *testing.T, i *Incident, hours int) string {
	t.Helper()
	var told []string
	for h := range hours + 1 {
		before := len(i.Outbox)
		if _, err := i.Tick(practice(t), i.HandedOver.Add(time.Duration(h)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, m := range i.Outbox[before:] {
			told = append(told, string(m.Kind)+"@"+time.Duration(h*int(time.Hour)).String()+"→"+m.To[0].ID)
		}
	}
	return strings.ReplaceAll(strings.Join(told, " "), "h0m0s", "h")
}

func TestTick(t *testing.T) {
	t.Run("NotAcknowledged", func(t *testing.T) {
		i := incident(t, Onset, Open)
		want := "warned@20h→owner of 琼/海口 overdue@24h→owner of 琼/海口 escalated@24h→station of 琼/海口 escalated@48h→county of 琼/海口"
		if got := ticks(t, &i, 100); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("Acknowledged", func(t *testing.T) {
		i := incident(t, Onset, Open)
		do(t, &i, deed(ActAck, noon(2)))
		want := "warned@192h→owner of 琼/海口 overdue@240h→owner of 琼/海口 supervised@240h→owner of 琼/海口"
		if got := ticks(t, &i, 300); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if len(i.Supervision) != 1 || i.Supervision[0].By != byWatch {
			t.Errorf("supervision %+v", i.Supervision)
		}
	})
	t.Run("StrictestLimit", func(t *testing.T) {
		i := incident(t, Onset, Open)
		i.Fired.Told.Hotlines = append(i.Fired.Told.Hotlines, hotline.Hotline12345)
		do(t, &i, deed(ActAck, noon(2)))
		if i.Clock.Limit != "remedy.12345" || !i.Clock.Due.Equal(noon(8)) {
			t.Errorf("clock %+v", i.Clock)
		}
	})
	t.Run("VisitsDue", func(t *testing.T) {
		i := incident(t, Onset, Acknowledged)
		do(t, &i, deed(ActRemedy, noon(1)))
		i.Outbox = nil
		want := "visits_due@166h→owner of 琼/海口 visits_due@718h→owner of 琼/海口"
		if got := ticks(t, &i, 24*40); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("Ended", func(t *testing.T) {
		i := incident(t, Onset, Open)
		do(t, &i, deed(ActReject, noon(1)))
		i.Outbox = nil
		if got := ticks(t, &i, 1000); got != "" {
			t.Errorf("got %s", got)
		}
	})
}

// office is a Router whose tables change: who owns and who is told first, by the number of the day.
type office struct{ owner, first map[int]string }

// on is who was entered last up to a day.
func on(entries map[int]string, at time.Time) string {
	for day := at.Day(); day > 0; day-- {
		if id, entered := entries[day]; entered {
			return id
		}
	}
	return ""
}

func (o office) Route(q Question) (Assignment, error) {
	if id := on(o.owner, q.At); id != "" {
		return Assignment{Owner: Person{ID: id, Name: "第" + id + "人"}}, nil
	}
	return Assignment{Unowned: "无人，" + q.At.Format(time.DateTime)}, nil
}

func (o office) Holds(a Assignment, at time.Time) (bool, error) {
	return a.Owner.ID == on(o.owner, at) || a.Owner.ID == "10007", nil
}

func (o office) Chain(q Question, from time.Time) ([]Escalation, error) {
	return []Escalation{{Level: 1, Due: from.Add(24 * time.Hour), To: Person{ID: on(o.first, q.At)}}}, nil
}

// An incident that was opened before the tables were imported gets its owner at the next look, one whose owner has gone the
// next one; a level of the chain is used up only by telling somebody.
func TestTickRoutesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		office office
		deeds  []Deed // on the way, each before the look of its time
		want   string
	}{
		"ImportedAfterOpening": {office{owner: map[int]string{3: "J1"}}, nil, "overdue@2→ assigned@3→J1无 → 第J1人 overdue@4→J1"},
		"OwnerGone":            {office{owner: map[int]string{1: "J1", 3: "J2"}}, []Deed{deed(ActAck, noon(2))}, "assigned@3→J2第J1人 → 第J2人 overdue@4→J2"},
		"NobodyFollows":        {office{owner: map[int]string{1: "J1", 3: ""}}, []Deed{deed(ActAck, noon(2))}, "assigned@3→第J1人 → 无 overdue@4→"},
		"ByHand":               {office{owner: map[int]string{1: "J1", 3: "J2"}}, []Deed{deed(ActAssign, noon(2)), deed(ActAck, noon(2))}, ""},
		"AcknowledgedUnowned":  {office{owner: map[int]string{3: "J1"}}, []Deed{deed(ActAck, noon(2))}, "assigned@3→J1无 → 第J1人"},
		"ChainImportedLater":   {office{owner: map[int]string{1: "J1"}, first: map[int]string{4: "J9"}}, nil, "overdue@2→J1 escalated@4→J9"},
	} {
		t.Run(name, func(t *testing.T) {
			p := practice(t)
			p.Router = c.office
			i := incident(t, Onset, Open)
			if err := i.route(p, noon(1)); err != nil {
				t.Fatal(err)
			}
			var told []string
			for day := 1; day <= 5; day++ {
				for _, d := range c.deeds {
					if d.At.Equal(noon(day)) {
						if err := i.Do(p, d); err != nil {
							t.Fatal(err)
						}
					}
				}
				before := len(i.Outbox)
				if _, err := i.Tick(p, noon(day).Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				for _, m := range i.Outbox[before:] {
					var text strings.Builder
					text.WriteString(string(m.Kind) + "@" + strconv.Itoa(day) + "→")
					for _, who := range m.To {
						text.WriteString(who.ID)
					}
					if m.Kind == KindAssigned {
						text.WriteString(strings.TrimPrefix(m.Note, "责任人："))
					}
					told = append(told, text.String())
				}
				again := encoded(t, []Incident{i})
				if due, err := i.Tick(p, noon(day).Add(time.Minute)); err != nil || due || encoded(t, []Incident{i}) != again {
					t.Errorf("day %d: a second look does something, %v", day, err)
				}
			}
			if got := strings.Join(told, " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func shipped(t *testing.T) (Limits, *calendar.Calendar) {
	t.Helper()
	limits, err := LoadLimits(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	days, err := calendar.Load(calendar.Shanghai(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return limits, days
}

// The limits that ship, over the National Day holidays of 2026 (1 to 7 October; 10 October is worked).
func TestShippedLimits(t *testing.T) {
	limits, days := shipped(t)
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, calendar.Shanghai())
	}
	received := at(time.September, 30, 10)
	for name, c := range map[string]struct {
		hotline hotline.Hotline
		nature  hotline.Nature
		labels  []string
		step    Step
		want    time.Time
		limit   string
	}{
		"ComplaintContact": {hotline.Hotline95598, hotline.NatureComplaint, nil, StepContact, at(time.October, 1, 10), "order.contact.complaint"},
		"ComplaintAnswer":  {hotline.Hotline95598, hotline.NatureComplaint, nil, StepAnswer, at(time.October, 12, 10), "order.answer.complaint"},
		"Report":           {hotline.Hotline95598, hotline.NatureReport, nil, StepAnswer, at(time.October, 19, 10), "order.answer.report"},
		"Regulator":        {hotline.Hotline12398, hotline.NatureComplaint, nil, StepAnswer, at(time.October, 20, 10), "order.answer.12398"},
		"CityGovernment":   {hotline.Hotline12345, hotline.NatureHelp, nil, StepAnswer, at(time.October, 7, 10), "order.answer.12345"},
		"Meter":            {hotline.Hotline95598, hotline.NatureHelp, []string{"meter.fault"}, StepAnswer, at(time.October, 13, 10), "order.answer.meter"},
		"Inquiry":          {hotline.Hotline95598, hotline.NatureInquiry, nil, StepAnswer, time.Time{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			doc := hotline.Document{Call: hotline.Call{Hotline: c.hotline, Received: received}, Analysis: hotline.Analysis{Nature: c.nature}}
			for _, code := range c.labels {
				doc.Analysis.Labels = append(doc.Analysis.Labels, hotline.Label{Code: code})
			}
			clock, found := limits.OfOrder(&doc, c.step, days)
			if found != (c.limit != "") || clock.Limit != c.limit || !clock.Due.Equal(c.want) {
				t.Errorf("got %s until %s, want %s until %s", clock.Limit, clock.Due, c.limit, c.want)
			}
		})
	}
	t.Run("OwnDueTime", func(t *testing.T) {
		doc := hotline.Document{Call: hotline.Call{Hotline: hotline.Hotline12345, Received: received, Life: hotline.Life{Due: at(time.October, 3, 10)}}}
		if clock, found := limits.OfOrder(&doc, StepAnswer, days); !found || clock.Limit != "order.due" || !clock.Due.Equal(doc.Call.Life.Due) {
			t.Errorf("got %+v", clock)
		}
	})
}

func TestLoadLimitsOverlay(t *testing.T) {
	base, _ := shipped(t)
	limits, err := LoadLimits(dicts.Embedded(), os.DirFS("testdata/limits"))
	if err != nil || len(limits) != len(base)+1 {
		t.Fatalf("got %d limits, %v, want one more than %d", len(limits), err, len(base))
	}
	for _, l := range limits {
		if l.Code == "incident.acknowledge" && l.Within != (calendar.Delay{Clock: 2 * time.Hour}) {
			t.Errorf("the user's limit does not take the place: %+v", l)
		}
	}
}

func TestLimitFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"NoCode":       {`{name: 签收, of: incident, step: acknowledge, within: 24h}`, "code and name"},
		"UnknownOf":    {`{code: a, name: 签收, of: call, step: acknowledge, within: 24h}`, "order or incident"},
		"UnknownStep":  {`{code: a, name: 签收, of: incident, step: contact, within: 24h}`, "acknowledge and remedy"},
		"NoWithin":     {`{code: a, name: 签收, of: incident, step: acknowledge}`, "within is needed"},
		"BadWithin":    {`{code: a, name: 签收, of: incident, step: acknowledge, within: 3 days}`, "2wd"},
		"ZeroWithin":   {`{code: a, name: 签收, of: incident, step: acknowledge, within: 0h}`, "2wd"},
		"OfficeHours":  {`{code: a, name: 签收, of: incident, step: acknowledge, within: 4wh}`, "office hours"},
		"NegativeWarn": {`{code: a, name: 签收, of: incident, step: acknowledge, within: 24h, warn: -1h}`, "warn"},
		"Nature":       {`{code: a, name: 签收, of: incident, step: acknowledge, within: 24h, natures: [投诉]}`, "natures"},
		"Hotline":      {`{code: a, name: 签收, of: incident, step: acknowledge, within: 24h, hotlines: ["110"]}`, "110"},
		"UnknownField": {`{code: a, name: 签收, of: incident, step: acknowledge, within: 24h, until: 3}`, "until"},
		"Twice":        {"{code: a, name: 签收, of: incident, step: acknowledge, within: 24h}\n  - {code: a, name: 签收, of: incident, step: acknowledge, within: 2h}", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadLimits(fstest.MapFS{limitsFile: {Data: []byte("limits:\n  - " + c.text + "\n")}})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzParseLimits(f *testing.F) {
	f.Add([]byte("limits:\n  - {code: a, name: 签收, of: incident, step: acknowledge, within: 4wd, warn: 1h}\n"))
	f.Add([]byte("limits: [{within: 99999999999999999999d}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits, err := parseLimits(data)
		if err != nil {
			return
		}
		for _, l := range limits {
			if end := l.after(noon(1), everyDay{}); !end.After(noon(1)) {
				t.Errorf("%s ends at %s, before it begins", l.Code, end)
			}
		}
	})
}
