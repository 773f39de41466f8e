package report

import (
	"fmt"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
)

var labels = []Label{
	{Code: "outage.fault", Name: "停送电/故障停电", Class: "outage", ClassName: "停送电"},
	{Code: "outage.frequent", Name: "停送电/频繁停电", Class: "outage", ClassName: "停送电"},
	{Code: "bill.high", Name: "电费电价/电费异常", Class: "bill", ClassName: "电费电价"},
	{Code: "service.attitude", Name: "服务/态度与规范", Class: "service", ClassName: "服务", Sensitive: true},
}

func day(month time.Month, d int) time.Time {
	return time.Date(2026, month, d, 0, 0, 0, 0, calendar.Shanghai())
}

// week46 is Monday 9 to Sunday 15 November 2026.
var week46 = Period{day(11, 9), day(11, 16)}

// contact is the n-th of a week.
func contact(source string, at time.Time, n int) *Contact {
	id := fmt.Sprintf("%s:%s-%d", source, at.Format("0102"), n)
	return &Contact{ID: id, Source: source, Hotline: hotline.Hotline(source), Kind: hotline.KindCall, Received: at.Add(time.Duration(n%100) * time.Hour),
		Matter: id, Caller: fmt.Sprint("c", n), Area: "江东电力/临州供电公司/云桥区供电公司/云桥供电所", Nature: hotline.NatureComplaint,
		Responsible: hotline.ResponsibleUtility, Labels: []string{"outage.fault"}, Experience: []hotline.Experience{hotline.ExperienceReliability}}
}

// sample is a bulletin's input: 95598 is complete for over a year, 12345 for the last two weeks, and 12398 is a sample.
func sample() Input {
	t := NewTally(week46, "", labels)
	for place := range Weeks + 1 {
		from := week46.week(place).From
		for n := range 10 + place {
			c := contact("95598", from, n)
			switch n % 5 {
			case 1:
				c.Labels, c.Area, c.Kind, c.Overdue = []string{"outage.fault", "outage.frequent"}, "江东电力/望海供电公司/潮音区供电公司", hotline.KindOrder, true
			case 2:
				c.Labels, c.Nature, c.Unit, c.Kind, c.Closed = []string{"bill.high", "service.attitude"}, hotline.NatureInquiry, "云桥区供电公司", hotline.KindOrder, true
			case 3:
				c.Labels, c.Area, c.Experience, c.Caller = nil, "", nil, ""
			case 4:
				c.Matter = contact("95598", from, n-1).Matter
			}
			t.Add(c)
		}
		for n := range 4 {
			c := contact("12345", from, n)
			c.Channel, c.Area = "微信", "江东电力"
			t.Add(c)
		}
	}
	for n := range 3 {
		c := contact("12398", week46.From, n)
		c.Channel = "12398电话"
		t.Add(c)
	}
	in := Input{Period: week46, Made: day(11, 16).Add(9 * time.Hour), Tally: t, Labels: labels,
		Coverage: []hotline.Coverage{{Source: "95598", From: day(1, 1).AddDate(-1, 0, 0), Through: day(11, 17)}, {Source: "12345", From: day(11, 2), Through: day(11, 16)}},
		Weeks:    map[string][]trend.Week{}, Incidents: incidents()}
	for name := range Watched(t, labels, nil, "") {
		for place := range Weeks {
			p := week46.week(place)
			in.Weeks[name] = append(in.Weeks[name], trend.Week{From: p.From, To: p.To, Known: place != 4, Observed: 10 + 2*place, Judged: place > 2, Expected: 20, Variance: 26})
		}
	}
	return in
}

func incidents() []remedy.Incident {
	told := remedy.Told{Matters: 9, Callers: 9, Examples: []remedy.Example{{ID: "95598:1", Text: "昨晚又停电了\n这个月第五次"}}}
	root := remedy.Root{Family: "outage", Labels: []string{"outage.frequent"}, Area: "江东电力/临州供电公司"}
	owned := remedy.Assignment{Owner: remedy.Person{ID: "J1", Name: "张三", Role: "供电所长"}}
	all := []remedy.Incident{
		{ID: "aaaaaaaaaaaa", Root: root, Opened: day(11, 16), Signal: remedy.Growing, Work: remedy.Open, Assignment: owned,
			Latest: remedy.Snapshot{Observed: 9, Expected: 2.5, Told: told}, Clock: remedy.Clock{Step: remedy.StepAcknowledge, Name: "签收", Due: day(11, 16).Add(4 * time.Hour)}},
		{ID: "bbbbbbbbbbbb", Root: remedy.Root{Labels: []string{"service.attitude"}, Area: "江东电力/望海供电公司"}, Opened: day(10, 30), Signal: remedy.Onset, Work: remedy.Open,
			Assignment: remedy.Assignment{Unowned: "没有在岗的监督主管"}, Latest: remedy.Snapshot{Observed: 4, Expected: 0.5, Told: remedy.Told{Callers: 4, Examples: told.Examples}}},
		{ID: "cccccccccccc", Root: root, Opened: day(10, 1), Signal: remedy.Subsiding, Work: remedy.Remedied, Assignment: owned, Latest: remedy.Snapshot{Told: told},
			Effects: []remedy.Effect{{Day: 7, Expected: 20, Change: -0.46, Low: -0.61, High: -0.28}},
			Visits: []remedy.VisitRound{{Day: 7, Due: day(11, 8), Orders: []string{"95598:1", "95598:2", "95598:3"}, Results: []remedy.Visit{
				{Order: "95598:1", At: day(11, 9), Result: remedy.Satisfied, Contacted: true, Solved: true},
				{Order: "95598:2", At: day(11, 10), Result: remedy.Passable, Contacted: true},
			}}, {Day: 30, Due: day(12, 1), Orders: []string{"95598:1"}}}},
		{ID: "dddddddddddd", Root: root, Opened: day(11, 10), MergedInto: "aaaaaaaaaaaa"},
		{ID: "eeeeeeeeeeee", Root: root, Opened: day(10, 10), Work: remedy.Closed, Assignment: owned},
		{ID: "ffffffffffff", Root: root, Opened: day(11, 17), Work: remedy.Open, Assignment: owned},
	}
	for k := range all {
		all[k].First = all[k].Opened.AddDate(0, 0, -1) // opened when the day was over
	}
	return all
}

// find is the row of a value.
func find(t *testing.T, rows []Row, value string) Row {
	t.Helper()
	for _, r := range rows {
		if r.Value == value {
			return r
		}
	}
	t.Fatalf("no row %q in %+v", value, rows)
	return Row{}
}
