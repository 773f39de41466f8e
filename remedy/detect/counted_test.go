package detect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
	"suqiu/trend/countrule"
)

const (
	station = "江东/临州/城北/北所"
	cell    = station + "/一台区"
)

// counting is a judge with the shipped rules that count over a source.
func counting(t *testing.T, source Source) *Judge {
	t.Helper()
	j := judge(t, source)
	var err error
	if j.Counts, err = countrule.Load(dicts.Embedded()); err != nil {
		t.Fatal(err)
	}
	j.Families = func(label string) string { top, _, _ := strings.Cut(label, "."); return top }
	j.Depth = 4
	return j
}

// one is a contact on a day, so many minutes after noon.
func one(on, minutes int, change func(*Contact)) Contact {
	at := day(on).Add(12*time.Hour + time.Duration(minutes)*time.Minute)
	c := Contact{Source: "95598", Hotline: hotline.Hotline95598, Received: at, Precision: hotline.PrecisionSecond, Arrived: at, Area: cell, Labels: []string{"outage.fault"}, Text: "停电了"}
	c.Caller = fmt.Sprint(on, "-", minutes)
	change(&c)
	c.ID = fmt.Sprintf("95598:%s-%d-%d", c.Caller+c.Account, on, minutes)
	c.Matter = c.ID
	return c
}

// lone is a replay of a few contacts, known completely for 400 days.
func lone(contacts ...Contact) *Replay {
	SortContacts(contacts)
	return &Replay{Contacts: contacts, Zone: calendar.Shanghai(), Now: day(30).Add(time.Hour), Depth: 4,
		Spans: []hotline.Coverage{{Source: "95598", From: day(-400), Through: day(40)}}}
}

// round judges the last day before day(30), and returns what rules that count found in it.
func round(t *testing.T, j *Judge, watched map[string]remedy.Root) []remedy.Sighting {
	t.Helper()
	r, err := j.Round(t.Context(), day(29), func(time.Time) map[string]remedy.Root { return watched }, day(30).Add(time.Hour))
	if err != nil || r == nil {
		t.Fatalf("got %+v, %v", r, err)
	}
	return slices.DeleteFunc(r.Sightings, func(s remedy.Sighting) bool { return len(s.Snapshot.Counted) == 0 })
}

func account(key string) func(*Contact) { return func(c *Contact) { c.Account = key } }

func TestCountedRound(t *testing.T) {
	of := func(label string, more func(*Contact)) func(*Contact) {
		return func(c *Contact) { c.Labels = []string{label}; more(c) }
	}
	caller := func(c *Contact) { c.Caller = "k" }
	community := func(c *Contact) { c.Community = "幸福里" }
	var year, planned []Contact
	for k := range 6 {
		year = append(year, one(29-70*k, 0, account("a")))
	}
	for k := range 4 {
		planned = append(planned, one(29-100*k, 0, of("outage.planned", account("a"))))
	}
	for name, c := range map[string]struct {
		contacts []Contact
		level    string // "" for none
		label    string
		text     string
		days     int
	}{
		"WarningIn30Days":   {[]Contact{one(29, 0, account("a")), one(1, 0, account("a"))}, "频繁停电预警", "outage.frequent", "一户 30 天内 2 次以上", 30},
		"WarningIn50Days":   {[]Contact{one(29, 0, account("a")), one(-10, 0, account("a")), one(-19, 0, account("a"))}, "频繁停电预警", "outage.frequent", "一户 50 天内 3 次以上", 50},
		"FourIn60Days":      {[]Contact{one(29, 0, account("a")), one(10, 0, account("a")), one(-10, 0, account("a")), one(-30, 0, account("a"))}, "频繁停电", "outage.frequent", "一户 60 天内 4 次以上", 60},
		"SixInAYear":        {year, "频繁停电", "outage.frequent", "一户 365 天内 6 次以上", 365},
		"FourPlanned":       {planned, "频繁停电", "outage.frequent", "一户 365 天内 4 次以上", 365},
		"OfTwoAccounts":     {[]Contact{one(29, 0, account("a")), one(1, 0, account("b"))}, "", "", "", 0},
		"NothingToday":      {[]Contact{one(28, 0, account("a")), one(1, 0, account("a"))}, "", "", "", 0},
		"FourCallsIn2Hours": {[]Contact{one(29, 0, of("bill.high", caller)), one(29, 30, of("bill.high", caller)), one(29, 60, of("bill.high", caller)), one(29, 119, of("bill.high", caller))}, "两小时内来电四次", "bill.high", "同一来电人 2 小时内 4 次来电以上", 1},
		"FourCallsInLonger": {[]Contact{one(29, 0, of("bill.high", caller)), one(29, 30, of("bill.high", caller)), one(29, 60, of("bill.high", caller)), one(29, 121, of("bill.high", caller))}, "", "", "", 0},
		"AcrossMidnight":    {[]Contact{one(28, 700, of("bill.high", caller)), one(28, 710, of("bill.high", caller)), one(28, 719, of("bill.high", caller)), one(28, 725, of("bill.high", caller))}, "两小时内来电四次", "bill.high", "同一来电人 2 小时内 4 次来电以上", 1},
		"OneCommunity":      {[]Contact{one(29, 0, community), one(29, 1, community), one(29, 2, community), one(29, 3, community), one(29, 4, community)}, "同一小区一天内五人以上", "outage.fault", "同一小区 1 天内 5 人以上", 1},
		"NobodyKnown":       {[]Contact{one(29, 0, func(*Contact) {}), one(29, 1, func(*Contact) {})}, "", "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			counted := round(t, counting(t, lone(c.contacts...)), nil)
			if c.level == "" {
				if len(counted) > 0 {
					t.Errorf("got %+v", counted)
				}
				return
			}
			if len(counted) != 1 {
				t.Fatalf("got %+v", counted)
			}
			s := counted[0]
			got := s.Snapshot.Counted[0]
			if got.Level != c.level || got.What != c.text || !slices.Equal(s.Labels, []string{c.label}) || s.Area != cell || s.Snapshot.Days != c.days || got.Count != len(c.contacts) || len(got.IDs) != got.Count {
				t.Errorf("got %+v of %v in %s over %d days", got, s.Labels, s.Area, s.Snapshot.Days)
			}
			if s.Snapshot.Observed != got.Count || s.Snapshot.Told.Matters != got.Count || !s.Rejected || s.Frozen.Told != got.Count || s.Frozen.Area != cell || s.Explains[0] != got.Text() {
				t.Errorf("snapshot %+v, reading %+v, frozen %+v, explains %v", s.Snapshot, s.Reading, s.Frozen, s.Explains)
			}
		})
	}
}

// Many transformer areas of a station at once are the station, as of statistics.
func TestCountedIsGathered(t *testing.T) {
	var contacts []Contact
	for k := range 3 {
		in := func(c *Contact) {
			c.Account, c.Area = fmt.Sprint("a", k), fmt.Sprintf("%s/%d台区", station, k)
		}
		contacts = append(contacts, one(29, k, in), one(15, k, in))
	}
	r := round(t, counting(t, lone(contacts...)), nil)
	if len(r) != 1 || r[0].Area != station || len(r[0].Snapshot.Counted) != 3 || r[0].Snapshot.Observed != 6 {
		t.Errorf("got %+v", r)
	}
}

// Whose place is not known does not swallow what has one, but joins what covers it.
func TestCountedWithoutPlace(t *testing.T) {
	in := func(area string) []Contact {
		vague := func(c *Contact) { c.Account, c.Area = "a", area }
		return []Contact{one(29, 0, vague), one(15, 0, vague)}
	}
	for name, c := range map[string]struct {
		area    string
		watched map[string]remedy.Root
		family  string
	}{
		"Nowhere":           {"", nil, "count/频繁停电"},
		"County":            {"江东/临州/城北", map[string]remedy.Root{"i": {Family: "outage", Labels: []string{"outage.fault"}, Area: station}}, "count/频繁停电"},
		"CountyThatIsKnown": {"江东/临州/城北", map[string]remedy.Root{"i": {Family: "outage", Labels: []string{"outage.fault"}, Area: "江东/临州"}}, "outage"},
		"Station":           {station, nil, "outage"},
	} {
		t.Run(name, func(t *testing.T) {
			r := round(t, counting(t, lone(in(c.area)...)), c.watched)
			if len(r) != 1 || r[0].Family != c.family || r[0].Area != c.area {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// changed is a source in which the rules of a label have changed.
type changed struct {
	*Replay
	label string
	from  time.Time // since when contacts are of one revision
}

func (c changed) Held(_ context.Context, from, _ time.Time) (map[string]string, int64, error) {
	if from.Before(c.from) {
		return map[string]string{c.label: "规则变了"}, 2, nil
	}
	return nil, 2, nil
}

// A rule that counts a label whose rules have changed is not applied, though the change lies further back than
// statistics look; a rule that counts all contacts is, but does not say that they tell of that label.
func TestCountedOfHeldLabels(t *testing.T) {
	caller := func(c *Contact) { c.Caller, c.Account, c.Labels = "k", "a", []string{"outage.fault", "repair.slow"} }
	contacts := []Contact{one(15, 0, caller), one(29, 0, caller), one(29, 1, caller), one(29, 2, caller), one(29, 3, caller)}
	j := counting(t, changed{lone(contacts...), "outage.fault", day(-200)})
	var left []trend.Left
	j.Left = func(all []trend.Left) { left = all }
	r := round(t, j, nil)
	if len(r) != 1 || r[0].Snapshot.Counted[0].Rule != "短时重复来电" || !slices.Equal(r[0].Labels, []string{"repair.slow"}) {
		t.Errorf("got %+v", r)
	}
	if !slices.Contains(left, trend.Left{What: "计数规则 频繁停电", Why: "规则变了"}) {
		t.Errorf("left %+v", left)
	}
	r = round(t, counting(t, changed{lone(contacts...), "bill.high", day(-200)}), nil)
	if len(r) != 1 || len(r[0].Snapshot.Counted) != 2 || r[0].Frozen.Told != 10 || r[0].Frozen.Elsewhere != 0 { // told of two labels each
		t.Errorf("of another label: %+v", r)
	}
}

// asked notes what is read of a replay.
type asked struct {
	*Replay
	queries []Query
}

func (a *asked) Read(ctx context.Context, q Query) ([]Contact, error) {
	a.queries = append(a.queries, q)
	return a.Replay.Read(ctx, q)
}

// Of rules that reach far back, only the history of the accounts that told something today is read.
func TestHistoryIsReadByAccount(t *testing.T) {
	var contacts []Contact
	for k := range 40 {
		contacts = append(contacts, one(k-10, 0, account(fmt.Sprint("a", k%20))))
	}
	source := &asked{Replay: lone(contacts...)}
	round(t, counting(t, source), nil)
	for _, q := range source.queries {
		if q.To.Sub(q.From) > 2*24*time.Hour && q.Account != "a19" {
			t.Errorf("read %+v", q)
		}
	}
	if !slices.ContainsFunc(source.queries, func(q Query) bool {
		return q.Account == "a19" && slices.Equal(q.Labels, []string{"outage.fault", "outage.planned"})
	}) {
		t.Errorf("read %+v", source.queries)
	}
}

func TestReplayRead(t *testing.T) {
	r := lone(one(1, 0, account("a")), one(2, 0, account("b")), one(2, 5, func(c *Contact) { c.Account, c.Caller, c.Labels = "a", "k", []string{"outage.planned"} }), one(35, 0, account("a")))
	for name, c := range map[string]struct {
		q    Query
		want int
	}{
		"All":     {Query{}, 3}, // what has not arrived is not known
		"Account": {Query{Account: "a"}, 2},
		"Caller":  {Query{Caller: "k"}, 1},
		"Both":    {Query{Account: "b", Caller: "k"}, 0},
		"Nobody":  {Query{Account: "z"}, 0},
		"Label":   {Query{Labels: []string{"outage.planned"}}, 1},
		"Parent":  {Query{Labels: []string{"outage"}}, 3},
		"Area":    {Query{Area: station}, 3},
		"Other":   {Query{Area: "江东/望海"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.q.From, c.q.To = day(0), day(40)
			got, err := r.Read(t.Context(), c.q)
			if err != nil || len(got) != c.want {
				t.Errorf("got %d, %v, want %d", len(got), err, c.want)
			}
		})
	}
}

// What was told of an area below what is counted by area is counted, too.
func TestTallyBelow(t *testing.T) {
	r := lone(one(20, 0, account("a")), one(21, 0, account("b")), one(21, 1, func(c *Contact) { c.Area = station + "/二台区" }))
	frozen := remedy.Expected{Root: remedy.Root{Labels: []string{"outage.fault"}, Area: cell}, Sources: []string{"95598"}}
	got, known, err := counting(t, r).Tally(t.Context(), frozen, day(20), day(27))
	if err != nil || !known || got != (remedy.Tally{Days: 7, Told: 2, Elsewhere: 1}) {
		t.Errorf("got %+v, %t, %v", got, known, err)
	}
}

// By the hour a rule is met in the hour in which the contact comes that meets it, and not again in the next.
func TestCountedByTheHour(t *testing.T) {
	caller := func(c *Contact) { c.Caller = "k" }
	r := lone(one(29, 50, caller), one(29, 70, caller), one(29, 100, caller), one(29, 130, caller)) // the fourth at ten past two
	j := counting(t, r)
	j.Interval = trend.Hourly
	met := map[int]int{}
	for hour := 12; hour < 17; hour++ {
		end := day(29).Add(time.Duration(hour+1) * time.Hour)
		r.Now = end.Add(5 * time.Minute)
		got, err := j.Round(t.Context(), end.Add(-time.Hour), nobodyWatched, r.Now)
		if err != nil || got == nil || !got.Through.Equal(end) {
			t.Fatalf("%d h: %+v, %v", hour, got, err)
		}
		for _, s := range got.Sightings {
			met[hour] += len(s.Snapshot.Counted)
		}
	}
	if met[14] != 1 || met[12]+met[13]+met[15]+met[16] > 0 {
		t.Errorf("met in the hours %v, want once from two to three", met)
	}
}

// A replay reads as far back as what it judges by: half a year for statistics, a year for the rules that count a year,
// three where the seasons are known.
func TestReach(t *testing.T) {
	days := func(n int) time.Duration { return time.Duration(n)*24*time.Hour + trend.MaxAge }
	long, short := []hotline.Coverage{{Source: "95598", From: day(-800)}}, []hotline.Coverage{{Source: "95598", From: day(-200)}}
	for name, c := range map[string]struct {
		spans    []hotline.Coverage
		interval trend.Interval
		counts   bool
		want     time.Duration
	}{
		"Statistics": {short, trend.Daily, false, days(180)},
		"Counts":     {short, trend.Daily, true, days(365)},
		"Seasons":    {long, trend.Daily, true, days(3 * 366)},
		"Hours":      {long, trend.Hourly, false, days(60)},
		"Nothing":    {nil, trend.Daily, false, days(180)},
	} {
		t.Run(name, func(t *testing.T) {
			j := counting(t, lone())
			j.Interval = c.interval
			if !c.counts {
				j.Counts = nil
			}
			if got := j.Reach(c.spans, day(30)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
