package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// paced is a channel with limits of the test's choice; it keeps what it is given.
type paced struct {
	name    string
	limits  Limits
	fail    func(n int) error // of the n-th message, from 0
	sent    []Message
	onwards func()
}

func (p *paced) Name() string   { return p.name }
func (p *paced) Limits() Limits { return p.limits }
func (p *paced) Send(_ context.Context, m *Message) error {
	n := len(p.sent)
	p.sent = append(p.sent, *m)
	if p.onwards != nil {
		p.onwards()
	}
	if p.fail != nil {
		return p.fail(n)
	}
	return nil
}

// keys lists the keys of each message that was sent.
func (p *paced) keys() []string {
	var all []string
	for _, m := range p.sent {
		var keys []string
		for i := range m.Notices {
			keys = append(keys, strings.TrimPrefix(m.Notices[i].key(), "1a2b3c/"))
		}
		all = append(all, strings.Join(keys, "+"))
	}
	return all
}

func notifier(t testing.TB, l remedy.Ledger, channels ...Channel) *Notifier {
	t.Helper()
	n, err := New(l, channels, Options{Zone: calendar.Shanghai()})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func drain(t testing.TB, n *Notifier, now time.Time, notices ...Notice) Done {
	t.Helper()
	done, err := n.Drain(t.Context(), notices, now)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// What is sent once is not sent again, by the same notifier or a later one.
func TestDrainOnce(t *testing.T) {
	team := &paced{name: "team"}
	l := &remedy.Memory{}
	for range 3 {
		drain(t, notifier(t, l, team), noon, notice(1, nil), notice(2, nil))
	}
	if got := team.keys(); !slices.Equal(got, []string{"0001", "0002"}) || team.sent[0].Duplicate || team.sent[0].ID != "1a2b3c/0001" {
		t.Errorf("sent %v, %+v", got, team.sent[0])
	}
}

// What comes within the group's wait for the same people goes out as one message; urgent messages and those for programs
// go out alone and at once.
func TestGrouping(t *testing.T) {
	team, hook := &paced{name: "team"}, &paced{name: "hook", limits: Limits{Machine: true}}
	n := notifier(t, &remedy.Memory{}, team, hook)
	grouped := func(at time.Duration, person string, urgent bool) func(*Notice) {
		return func(n *Notice) {
			n.At, n.Urgent = noon.Add(at), urgent
			n.Options.GroupWait, n.Options.Channels = 5*time.Minute, []string{"team", "hook"}
			n.People = []owner.Person{{ID: person}}
		}
	}
	all := []Notice{notice(1, grouped(0, "J1", false)), notice(2, grouped(2*time.Minute, "J1", false)), notice(3, grouped(2*time.Minute, "J2", false)), notice(4, grouped(0, "J1", true))}
	if done := drain(t, n, noon.Add(2*time.Minute), all...); done.Held != 3 || !slices.Equal(team.keys(), []string{"0004"}) || !slices.Equal(hook.keys(), []string{"0001", "0002", "0003", "0004"}) {
		t.Errorf("%+v: team %v, hook %v", done, team.keys(), hook.keys())
	}
	drain(t, n, noon.Add(5*time.Minute), all...)
	drain(t, n, noon.Add(7*time.Minute), all...)
	if got := team.keys(); !slices.Equal(got, []string{"0004", "0001+0002", "0003"}) {
		t.Errorf("team %v", got)
	}
}

// A flood becomes messages of at most maxGroup, and no more a minute than the channel allows.
func TestFlood(t *testing.T) {
	team := &paced{name: "team", limits: Limits{PerMinute: 2}}
	n := notifier(t, &remedy.Memory{}, team)
	var flood []Notice
	for i := range 100 {
		flood = append(flood, notice(i, func(n *Notice) { n.Options.GroupWait = time.Minute }))
	}
	total := 0
	for minute := range 3 {
		done := drain(t, n, noon.Add(time.Duration(minute)*time.Minute), flood...)
		again := drain(t, n, noon.Add(time.Duration(minute)*time.Minute+30*time.Second), flood...)
		total += done.Notices + again.Notices
		if done.Sent > 2 || again.Sent > 0 {
			t.Errorf("minute %d: %d and %d messages", minute, done.Sent, again.Sent)
		}
	}
	if total != 100 || len(team.sent) != 5 {
		t.Errorf("%d notices in %d messages", total, len(team.sent))
	}
}

// What is not urgent waits for the end of quiet hours, over midnight, too.
func TestQuietHours(t *testing.T) {
	quiet := func(n *Notice) {
		n.At = noon.Add(9 * time.Hour)
		n.Options.Quiet = []owner.DayTime{{From: 21*60 + 30, To: 7*60 + 30}}
	}
	for name, tc := range map[string]struct {
		after  time.Duration // noon
		change func(*Notice)
		sent   bool
	}{
		"Evening":       {9*time.Hour + 29*time.Minute, quiet, true},
		"Night":         {9*time.Hour + 30*time.Minute, quiet, false},
		"AfterMidnight": {13 * time.Hour, quiet, false},
		"Morning":       {19*time.Hour + 30*time.Minute, quiet, true},
		"UrgentAtNight": {13 * time.Hour, func(n *Notice) { quiet(n); n.Urgent = true }, true},
	} {
		t.Run(name, func(t *testing.T) {
			team := &paced{name: "team"}
			done := drain(t, notifier(t, &remedy.Memory{}, team), noon.Add(tc.after), notice(1, tc.change))
			if (len(team.sent) == 1) != tc.sent || (done.Held == 1) == tc.sent {
				t.Errorf("sent %d, %+v", len(team.sent), done)
			}
		})
	}
}

// While nobody acknowledges, the newest message is told again at the interval, each time under its own stable key.
func TestRepetition(t *testing.T) {
	team := &paced{name: "team"}
	n := notifier(t, &remedy.Memory{}, team)
	waiting := notice(1, func(n *Notice) { n.Waiting, n.Options.Repeat = true, 2*time.Hour })
	for minute := 0; minute <= 6*60; minute += 20 {
		drain(t, n, noon.Add(time.Duration(minute)*time.Minute), waiting)
	}
	if got := team.keys(); !slices.Equal(got, []string{"0001", "0001#1", "0001#2", "0001#3"}) {
		t.Errorf("sent %v", got)
	}
	_, body, err := wording(t).Write(&team.sent[2])
	if err != nil || !strings.Contains(body, "第 2 次提醒，仍未签收") {
		t.Errorf("%s, %v", body, err)
	}
	waiting.Waiting = false // acknowledged
	drain(t, n, noon.Add(24*time.Hour), waiting)
	if len(team.sent) != 4 {
		t.Error("it is told again after it was acknowledged")
	}
}

func TestSilence(t *testing.T) {
	day := 24 * time.Hour
	for name, tc := range map[string]struct {
		silence Silence
		kind    remedy.Kind
		sent    bool
	}{
		"Incident":        {Silence{Incident: "1a2b3c"}, remedy.KindOpened, false},
		"OtherIncident":   {Silence{Incident: "ffffff"}, remedy.KindOpened, true},
		"LabelAbove":      {Silence{Label: "outage"}, remedy.KindOpened, false},
		"LabelAlike":      {Silence{Label: "out"}, remedy.KindOpened, true},
		"Area":            {Silence{Area: "江东电力/临州供电公司"}, remedy.KindOpened, false},
		"AreaElsewhere":   {Silence{Label: "outage", Area: "江东电力/望海供电公司"}, remedy.KindOpened, true},
		"OverAlready":     {Silence{Incident: "1a2b3c", From: noon.Add(-2 * day), Until: noon}, remedy.KindOpened, true},
		"NotYet":          {Silence{Incident: "1a2b3c", From: noon.Add(time.Minute), Until: noon.Add(day)}, remedy.KindOpened, true},
		"NeverSupervised": {Silence{Incident: "1a2b3c"}, remedy.KindSupervised, true},
	} {
		t.Run(name, func(t *testing.T) {
			l, team := &remedy.Memory{}, &paced{name: "team"}
			s := tc.silence
			if s.Until.IsZero() {
				s.From, s.Until = noon.Add(-time.Hour), noon.Add(time.Hour)
			}
			s.By, s.Why = "李四", "台风应急，另行通报"
			if _, err := AddSilence(t.Context(), l, s); err != nil {
				t.Fatal(err)
			}
			n := notifier(t, l, team)
			done := drain(t, n, noon, notice(1, func(n *Notice) { n.Kind = tc.kind }))
			if (len(team.sent) == 1) != tc.sent || (done.Silenced == 1) == tc.sent {
				t.Errorf("sent %d, %+v", len(team.sent), done)
			}
			// What was silenced stays so, and is told when it repeats after the silence.
			drain(t, n, noon.Add(2*time.Hour), notice(1, func(n *Notice) { n.Kind = tc.kind }))
			if (len(team.sent) == 1) != tc.sent {
				t.Error("it is told after the silence")
			}
			drain(t, n, noon.Add(2*time.Hour), notice(1, func(n *Notice) { n.Kind, n.Waiting, n.Options.Repeat = tc.kind, true, time.Hour }))
			if !tc.sent && (len(team.sent) != 1 || team.sent[0].Notices[0].Repeat != 1) {
				t.Errorf("nobody has acknowledged, and nothing is told after the silence: %v", team.keys())
			}
		})
	}
	t.Run("EndedEarly", func(t *testing.T) {
		l := &remedy.Memory{}
		s, err := AddSilence(t.Context(), l, Silence{Label: "outage", From: noon, Until: noon.Add(day), By: "李四", Why: "演练"})
		if err != nil {
			t.Fatal(err)
		}
		if err := EndSilence(t.Context(), l, s.ID, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		all, err := Silences(t.Context(), l)
		if err != nil || len(all) != 1 || !all[0].Until.Equal(noon.Add(time.Hour)) || !strings.Contains(all[0].String(), "标签 outage") {
			t.Errorf("%v, %v", all, err)
		}
		if err := EndSilence(t.Context(), l, "nothing", noon); err == nil {
			t.Error("ends what there is not")
		}
	})
	for name, s := range map[string]Silence{
		"OfEverything": {From: noon, Until: noon.Add(day), By: "a", Why: "b"},
		"Backwards":    {Label: "outage", From: noon, Until: noon, By: "a", Why: "b"},
		"ForEver":      {Label: "outage", From: noon, Until: noon.Add(1000 * day), By: "a", Why: "b"},
		"NoReason":     {Label: "outage", From: noon, Until: noon.Add(day), By: "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := AddSilence(t.Context(), &remedy.Memory{}, s); err == nil {
				t.Error("taken")
			}
		})
	}
}

// Two notifiers side by side send each notice once.
func TestTwoNotifiers(t *testing.T) {
	l := &remedy.Memory{}
	first, second := &paced{name: "team"}, &paced{name: "team"}
	notices := []Notice{notice(1, nil), notice(2, nil), notice(3, nil)}
	other := notifier(t, l, second)
	first.onwards = func() { drain(t, other, noon, notices...) } // while the first is sending
	drain(t, notifier(t, l, first), noon, notices...)
	all := append(first.keys(), second.keys()...)
	slices.Sort(all)
	if !slices.Equal(all, []string{"0001", "0002", "0003"}) {
		t.Errorf("sent %v and %v", first.keys(), second.keys())
	}
}

func TestDeliveryJSON(t *testing.T) {
	l := &remedy.Memory{}
	drain(t, notifier(t, l, &paced{name: "team"}), noon, notice(1, nil))
	record, err := l.Get(t.Context(), "delivery/1a2b3c/0001/team")
	if err != nil || !json.Valid(record.Value) {
		t.Fatalf("%s, %v", record.Value, err)
	}
	marks, err := Deliveries(t.Context(), l, "1a2b3c/")
	if err != nil || len(marks) != 1 || marks[0].State != Sent || !slices.Equal(marks[0].To, []string{"J0001"}) {
		t.Errorf("%+v, %v", marks, err)
	}
}

func BenchmarkDrainNothingDue(b *testing.B) {
	l := &remedy.Memory{}
	n := notifier(b, l, &paced{name: "team"})
	var notices []Notice
	for i := range 200 {
		notices = append(notices, notice(i, nil))
	}
	drain(b, n, noon, notices...)
	for b.Loop() {
		if done := drain(b, n, noon, notices...); done.Sent > 0 {
			b.Fatal("sent again")
		}
	}
}
