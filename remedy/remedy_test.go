package remedy

import (
	"testing"
	"time"

	"suqiu/hotline"
)

// noon is noon of a day in November 2026.
func noon(day int) time.Time {
	return time.Date(2026, time.November, day, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*3600))
}

// everyDay counts every day as a workday.
type everyDay struct{}

func (everyDay) AddWorkdays(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// byArea makes a person of each area responsible for it; nobody is for the area "nobody".
type byArea struct{}

func (byArea) Route(q Question) (Assignment, error) {
	if q.Area == "nobody" {
		return Assignment{Unowned: "没有责任人"}, nil
	}
	return Assignment{Owner: Person{ID: "owner of " + q.Area, Name: "张三"}, Sensitive: q.Sensitive}, nil
}

func (byArea) Holds(Assignment, time.Time) (bool, error) { return true, nil }

func (byArea) Chain(q Question, from time.Time) ([]Escalation, error) {
	return []Escalation{
		{Level: 1, Due: from.Add(24 * time.Hour), To: Person{ID: "station of " + q.Area}, Why: "24 小时未签收"},
		{Level: 2, Due: from.Add(48 * time.Hour), To: Person{ID: "county of " + q.Area}, Why: "48 小时未签收"},
	}, nil
}

func practice(t testing.TB) Practice {
	t.Helper()
	limits, err := parseLimits([]byte(`limits:
  - {code: ack, name: 签收, of: incident, step: acknowledge, within: 24h, warn: 4h}
  - {code: remedy, name: 整改, of: incident, step: remedy, within: 10wd, warn: 48h}
  - {code: remedy.12345, name: 整改, of: incident, step: remedy, within: 7d, warn: 48h, hotlines: ["12345"]}
`))
	if err != nil {
		t.Fatal(err)
	}
	return Practice{Router: byArea{}, Limits: limits, Workdays: everyDay{}}
}

// incident is one that was opened at noon of the first of November and is in a pair of states.
func incident(t testing.TB, signal Signal, work Work) Incident {
	t.Helper()
	i := Incident{
		ID: "a1b2c3", Root: Root{Family: "outage", Labels: []string{"outage.fault"}, Area: "琼/海口"}, First: noon(1).Add(-24 * time.Hour), Opened: noon(1),
		Signal: signal, Work: work, Fired: Snapshot{Told: Told{Hotlines: []hotline.Hotline{hotline.Hotline95598}}}, History: []Event{},
	}
	i.Track.begin(Reading{Through: noon(1), Observed: 10, Expected: 2, Rejected: true, Score: 5})
	i.handOver(noon(1))
	p := practice(t)
	if err := i.route(p, noon(1)); err != nil {
		t.Fatal(err)
	}
	i.keepTime(p)
	return i
}

// deed is one that has all that its act needs, done at a time.
func deed(act Act, at time.Time) Deed {
	d := Deed{Act: act, By: "李四", At: at, Note: "说明"}
	switch act {
	case ActAssign:
		d.To = Person{ID: "10007", Name: "王五"}
	case ActRemedy:
		d.Measure = &Measure{What: "更换变压器", Who: "抢修班", When: at.Add(-2 * time.Hour), Told: at.Add(-time.Hour)}
		d.Orders = []string{"95598:1", "95598:2"}
	case ActVisit:
		d.Visit = &Visit{Order: "95598:1", Result: Satisfied, Contacted: true, Solved: true, At: at, By: d.By}
	case ActComplain:
		d.Act = ActVisit
		d.Visit = &Visit{Order: "95598:1", Result: Dissatisfied, Contacted: true, At: at, By: d.By, Note: "又停电了"}
	}
	return d
}
