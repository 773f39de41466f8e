package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/remedy"
)

// Absent is not zero: a source is compared with the weeks in which it was complete, and a row of others with nothing.
func TestComparisons(t *testing.T) {
	r := Build(sample())
	for _, tt := range []struct {
		name             string
		row              Row
		week, four, year string
	}{
		{"Complete", find(t, r.Hotlines, "95598"), "+5.0%", "+13.5%", "-4.5%"},
		{"CompleteForTwoWeeks", find(t, r.Hotlines, "12345"), "+0.0%", noData, noData},
		{"Sample", find(t, r.Hotlines, "12398"), noData, noData, noData},
		{"Mixed", r.Total, "+4.2%*", "+13.5%*", "-4.5%*"},
		{"ChannelOfSample", find(t, r.Channels, "12398电话"), noData, noData, noData},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := []string{tt.row.Week.text(), tt.row.FourWeeks.text(), tt.row.Year.text()}; !slices.Equal(got, []string{tt.week, tt.four, tt.year}) {
				t.Errorf("got %q, want %q, %q, %q", got, tt.week, tt.four, tt.year)
			}
		})
	}
	said := strings.Join(r.Gaps, "\n")
	for _, want := range []string{"来源 12398 本周数据不完整，没有完整性记录", "同比：来源 12345 在 2025-11-10 至 2025-11-16 的数据不完整，无可比数据", "环比（前四周均值）：来源 12345"} {
		if !strings.Contains(said, want) {
			t.Errorf("gaps lack %q:\n%s", want, said)
		}
	}
	t.Run("Dropped", func(t *testing.T) {
		in := sample()
		in.Dropped = []Period{{day(11, 1).AddDate(-1, 0, 0), day(12, 1).AddDate(-1, 0, 0)}}
		r := Build(in)
		if r.Total.Year != nil || r.Total.Week == nil || !strings.Contains(strings.Join(r.Gaps, "\n"), "2025-11 的明细已按保存期限清理") {
			t.Errorf("year %v, week %v, gaps %q", r.Total.Year, r.Total.Week, r.Gaps)
		}
	})
	t.Run("RulesChanged", func(t *testing.T) {
		in := sample()
		in.Held, in.HeldYear = map[string]string{"bill.high": "规则已变"}, map[string]string{"outage.fault": "规则已变"}
		r := Build(in)
		if row := find(t, r.Labels, "bill.high"); row.Week != nil || row.FourWeeks != nil || row.Expected != nil {
			t.Errorf("%+v", row)
		}
		if said := strings.Join(r.Gaps, "\n"); !strings.Contains(said, "标签 电费电价/电费异常 不作比较：规则已变") || !strings.Contains(said, "有 1 个标签的规则变过") {
			t.Errorf("gaps %q", r.Gaps)
		}
		if row := find(t, r.Classes, "outage"); row.Week == nil || row.Year != nil {
			t.Errorf("%+v", row)
		}
	})
	t.Run("OtherTree", func(t *testing.T) {
		for area, want := range map[string]bool{"": false, "江东电力/临州供电公司": false, "江东电力/别处": false, "江东省/临州市": true} {
			in := sample()
			in.Area = area
			if got := strings.Contains(strings.Join(Build(in).Gaps, "\n"), "另一棵地区树"); got != want {
				t.Errorf("%q: %v, want %v", area, got, want)
			}
		}
	})
	t.Run("AllRulesChanged", func(t *testing.T) {
		in := sample()
		in.Held = map[string]string{}
		for _, l := range labels {
			in.Held[l.Code] = "规则已变"
		}
		if said := strings.Join(Build(in).Gaps, "\n"); strings.Count(said, "规则已变") != 1 || !strings.Contains(said, "等 4 个 不作比较") {
			t.Errorf("gaps %q", said)
		}
	})
	t.Run("Silent", func(t *testing.T) {
		in := sample()
		in.Tally = NewTally(week46, "", labels)
		silent := func() []string {
			return slices.DeleteFunc(Build(in).Gaps, func(gap string) bool { return !strings.Contains(gap, "没有接入") })
		}
		if got := silent(); len(got) != 3 {
			t.Errorf("%q; want all hotlines, as nobody says what the sources tell of", got)
		}
		in.Sources = map[string]hotline.Hotline{"95598": hotline.Hotline95598, "12345": hotline.Hotline12345, "12398": hotline.Hotline12398}
		if got := silent(); len(got) != 1 || !strings.Contains(got[0], "热线 12398 本周没有数据") {
			t.Errorf("%q; want that of the sample alone", got)
		}
	})
	t.Run("Nothing", func(t *testing.T) {
		in := sample()
		in.Tally, in.Weeks, in.Incidents = NewTally(week46, "", labels), nil, nil
		r := Build(in)
		if r.Total.Contacts != 0 || r.Total.Week.text() != noData || len(r.Problems) != 0 {
			t.Errorf("%+v", r.Total)
		}
	})
}

func TestProblems(t *testing.T) {
	r := Build(sample())
	var ids []string
	for _, p := range r.Problems {
		ids = append(ids, p.ID[:1])
	}
	if got := strings.Join(ids, ""); got != "bac" {
		t.Errorf("problems %s, want the unowned b, the overdue a and c that is still open; no part of another, none closed before, none of later", got)
	}
	if r.Opened != 1 || r.Open != 3 || r.Overdue != 1 || r.Unowned != 1 {
		t.Errorf("%d opened, %d open, %d overdue, %d unowned", r.Opened, r.Open, r.Overdue, r.Unowned)
	}
	if b := r.Problems[0]; !b.Hidden || len(b.Examples) != 0 {
		t.Errorf("examples of a sensitive problem of four callers: %+v", b)
	}
	if a := r.Problems[1]; a.Hidden || len(a.Examples) != 1 || strings.Contains(a.Examples[0], "\n") {
		t.Errorf("examples %+v", a)
	}
	in := sample()
	in.Incidents[0].Latest.Counted = []remedy.Counted{{Rule: "频繁停电", Level: "频繁停电", What: "一户 60 天内 4 次以上"}, {Rule: "频繁停电", Level: "频繁停电", What: "一户 60 天内 4 次以上", Key: "k"}}
	if a := Build(in).Problems[1]; a.rise() != "9（计数规则）" || !slices.Equal(a.Counted, []string{"计数规则“频繁停电”：一户 60 天内 4 次以上"}) {
		t.Errorf("found by a rule that counts: %q, %q", a.rise(), a.Counted)
	}
	if r.Rates.Valid != 2 || r.Rates.Response != 1 || r.Rates.Solution != 0.5 || r.Rates.Satisfaction != 0.95 {
		t.Errorf("rates %+v", r.Rates)
	}
	if len(r.Visits) != 1 || r.Visits[0].Day != 7 || r.Visits[0].Orders != 1 || !r.Visits[0].Late {
		t.Errorf("visits %+v", r.Visits)
	}
	if r.Orders != (Orders{Received: 8, Closed: 4, Overdue: 4}) {
		t.Errorf("orders %+v", r.Orders)
	}
}

// The parts of each table sum up to the total, whatever is counted; where a contact may count several times they are no less.
func TestPartsSumUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally := NewTally(week46, "", labels)
		draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
		want := 0
		for n := range rapid.IntRange(0, 60).Draw(t, "contacts") {
			at := week46.week(rapid.IntRange(0, Weeks).Draw(t, "week")).From.Add(time.Duration(rapid.IntRange(0, 7*24-1).Draw(t, "hour")) * time.Hour)
			c := &Contact{
				ID: fmt.Sprint(n), Source: draw("source", "95598", "12345", "抽样"), Received: at, Matter: draw("matter", "1", "2", "3", "4"), Caller: draw("caller", "", "甲", "乙"),
				Kind: hotline.KindOrder, Channel: draw("channel", "", "微信", "电话"), Unit: draw("unit", "", "一所", "二所"),
				Area: draw("area", "", "省", "省/市", "省/市/县", "省/市/县/所", "省/城", "省/城/县", "外省/市"), Nature: hotline.Nature(draw("nature", "", "投诉", "咨询")),
				Responsible: hotline.Responsible(draw("responsible", "", "utility")), Found: hotline.Responsible(draw("found", "", "customer")), Hotline: hotline.Hotline(draw("hotline", "95598", "12398", "12345")),
			}
			for range rapid.IntRange(0, 3).Draw(t, "labels") {
				c.Labels = append(c.Labels, draw("label", "outage.fault", "outage.frequent", "bill.high", "gone.label"))
			}
			if week46.holds(at) {
				want++
			}
			tally.Add(c)
		}
		r := Build(Input{Period: week46, Made: week46.To, Tally: tally, Labels: labels})
		if r.Total.Contacts != want {
			t.Fatalf("total %d, want %d", r.Total.Contacts, want)
		}
		for name, rows := range map[string][]Row{"hotlines": r.Hotlines, "areas": r.Areas, "places": r.Places, "units": r.Units, "channels": r.Channels, "natures": r.Natures, "responsible": r.Responsible, "found": r.Found} {
			sum, share := 0, 0.0
			for _, row := range rows {
				sum += row.Contacts
				share += row.Share
				if row.Matters > row.Contacts || row.Callers > row.Contacts || (row.Contacts == 0) != (row.Matters == 0) {
					t.Fatalf("%s: %+v", name, row)
				}
			}
			if sum != want || want > 0 && (share < 0.999 || share > 1.001) {
				t.Fatalf("%s sum up to %d (%.3f), want %d: %+v", name, sum, share, want, rows)
			}
		}
		for _, w := range r.Wishes {
			sum := 0
			for _, n := range w.Hotlines {
				sum += n
			}
			if sum != w.Contacts {
				t.Fatalf("%+v", w)
			}
		}
		classes, leaves := 0, 0
		for _, row := range r.Classes {
			classes += row.Contacts
		}
		for _, row := range r.Labels {
			leaves += row.Contacts
		}
		if classes < want || leaves < classes {
			t.Fatalf("%d by class, %d by label, %d in all", classes, leaves, want)
		}
	})
}

// Many units are joined, and the sum stays.
func TestMostUnits(t *testing.T) {
	tally := NewTally(week46, "", labels)
	for n := range 60 {
		c := contact("95598", week46.From, n)
		c.Unit = fmt.Sprintf("%02d所", n%30)
		tally.Add(c)
	}
	rows := Build(Input{Period: week46, Tally: tally, Labels: labels}).Units
	if len(rows) != mostRows+1 || rows[mostRows].Name != "其他单位（10 个）" || rows[mostRows].Contacts != 20 || rows[mostRows].Matters != 20 {
		t.Errorf("%d rows, the last %+v", len(rows), rows[len(rows)-1])
	}
}

func TestPeriod(t *testing.T) {
	zone := calendar.Shanghai()
	for text, want := range map[string]string{
		"2026-W46": "2026-11-09", "2026-W01": "2025-12-29", "2026-W53": "2026-12-28", "2020-W53": "2020-12-28",
		"2025-W53": "", "2026-W00": "", "2026-46": "", "2026-W6": "", "2026-W460": "", "": "", "2026-W-1": "",
	} {
		p, err := ParseWeek(text, zone)
		if (want == "") != (err != nil) || err == nil && (p.From.Format(time.DateOnly) != want || p.To.Sub(p.From) != 7*24*time.Hour) {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
	for now, want := range map[time.Time]string{day(11, 16): "2026-11-09", day(11, 15).Add(23 * time.Hour): "2026-11-02", day(11, 22): "2026-11-09"} {
		if got := WeekBefore(now); got.From.Format(time.DateOnly) != want {
			t.Errorf("before %s: %s", now, got)
		}
	}
	if got := EndingBefore(day(11, 12).Add(time.Hour)).String(); got != "2026-11-05 至 2026-11-11" {
		t.Errorf("%q", got)
	}
	if got := week46.String(); got != "2026 年第 46 周（2026-11-09 至 2026-11-15）" {
		t.Errorf("%q", got)
	}
}

func FuzzParseWeek(f *testing.F) {
	f.Add("2026-W46")
	f.Add("0000-W99")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseWeek(text, calendar.Shanghai())
		if err != nil {
			return
		}
		year, week := p.From.ISOWeek()
		if got := fmt.Sprintf("%04d-W%02d", year, week); got != text || p.From.Weekday() != time.Monday {
			t.Errorf("%q is read as %s", text, got)
		}
	})
}

// A bulletin over a year of a million contacts, of which it counts those of its thirteen weeks.
func BenchmarkMillionContacts(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	contacts := make([]Contact, 1_000_000)
	for n := range contacts {
		c := contact([]string{"95598", "12345", "12398"}[random.IntN(3)], week46.To.Add(-time.Duration(random.Int64N(int64(365*24*time.Hour)))), 0)
		c.ID = fmt.Sprint(n)
		c.Matter, c.Caller = c.ID, fmt.Sprint(random.IntN(200_000))
		c.Area = fmt.Sprintf("江东电力/%d市/%d县/%d所", random.IntN(10), random.IntN(10), random.IntN(10))
		c.Labels = []string{labels[random.IntN(len(labels))].Code}
		contacts[n] = *c
	}
	for b.Loop() {
		t := NewTally(week46, "", labels)
		for n := range contacts {
			t.Add(&contacts[n])
		}
		if Build(Input{Period: week46, Tally: t, Labels: labels}).Total.Contacts == 0 {
			b.Fatal("nothing counted")
		}
	}
}
