package trend

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

func holidays(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.Load(calendar.Shanghai(), os.DirFS("../dicts"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// day is midnight in Shanghai, counted from the first of September 2026.
func day(n int) time.Time {
	return time.Date(2026, time.September, 1+n, 0, 0, 0, 0, calendar.Shanghai())
}

const (
	north = "江东省/临江市/北区"
	south = "江东省/临江市/南区"
)

// steady tells n matters a day of an outage in two districts over some days.
func steady(from, to, n int) []hotline.Count {
	var counts []hotline.Count
	for d := from; d < to; d++ {
		for _, area := range []string{north, south} {
			counts = append(counts, hotline.Count{Label: "outage.fault", Area: area, Bucket: day(d), Matters: int64(n)})
		}
	}
	return counts
}

func judge(t testing.TB, p Plan, in Input) Judgement {
	t.Helper()
	in.Calendar = holidays(t)
	j, err := Judge(p, in)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJudgeFindsRise(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: day(30).Add(time.Hour)}}, []string{"95598"}, Daily, day(30).Add(2*time.Hour), holidays(t))
	if !p.Bucket.Equal(day(29)) || !p.From.Equal(day(0)) || len(p.Left) > 0 {
		t.Fatalf("planned %+v", p)
	}
	counts := steady(0, 30, 5)
	counts = append(counts, hotline.Count{Label: "outage.fault", Area: north + "/城东供电所", Bucket: day(29), Matters: 25},
		hotline.Count{Label: "outage.fault", Area: north, Bucket: day(30), Matters: 500}) // after the bucket: not read
	heat := calendar.Cause{Kind: calendar.Weather, From: day(29), To: day(30), Area: "江东省/临江市", Note: "雷暴橙色预警"}
	j := judge(t, p, Input{Counts: counts, Causes: []calendar.Cause{heat}})
	if len(j.Rises) != 1 {
		t.Fatalf("rises %+v", j.Rises)
	}
	r := j.Rises[0]
	if !hotline.Covers(north, r.Area) || r.Family != "outage" || r.Window.Days != 1 || !r.Since.Equal(day(29)) || r.Ratio() < 3 || r.Excess() < 20 {
		t.Errorf("got %+v", r)
	}
	if len(r.Causes) != 1 || r.Causes[0].Note != "雷暴橙色预警" {
		t.Errorf("the storm does not label it: %+v", r.Causes)
	}
	if !slices.ContainsFunc(r.Older, func(o Older) bool { return o.Rule == "EARS C2" && o.Alarm }) {
		t.Errorf("older rules say %+v", r.Older)
	}
	quiet := judge(t, p, Input{Counts: counts, Hold: map[string]string{"outage.fault": "规则已变，历史数据尚未重新分类"}})
	if len(quiet.Rises) != 0 || len(quiet.Left) != 1 || quiet.Left[0].What != "outage.fault" {
		t.Errorf("a label held is judged: %+v", quiet)
	}
}

// The same counts give the same judgement, in whatever order they come.
func TestJudgeIsPure(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "95598", From: day(0), Through: day(30)}}, nil, Daily, day(30), holidays(t))
	counts := append(steady(0, 30, 4), hotline.Count{Label: "outage.fault", Area: south, Bucket: day(28), Matters: 30})
	first := judge(t, p, Input{Counts: slices.Clone(counts)})
	slices.Reverse(counts)
	second := judge(t, p, Input{Counts: counts})
	if len(first.Rises) != 1 || len(second.Rises) != 1 || first.Rises[0].P != second.Rises[0].P || first.Rises[0].Area != south {
		t.Errorf("got %+v and %+v", first.Rises, second.Rises)
	}
}

func TestNewPlanLeavesOut(t *testing.T) {
	all := func(through time.Time) hotline.Coverage {
		return hotline.Coverage{Source: "95598", From: day(0), Through: through}
	}
	for name, c := range map[string]struct {
		spans   []hotline.Coverage
		known   []string
		now     time.Time
		sources string
		bucket  time.Time
		says    string
	}{
		"Sample":        {nil, []string{"12345"}, day(40), "", time.Time{}, "没有完整性记录"},
		"SampleBeside":  {[]hotline.Coverage{all(day(40))}, []string{"12345", "95598"}, day(40), "95598", day(39), "没有完整性记录"},
		"Backfill":      {[]hotline.Coverage{all(day(30))}, nil, day(40), "95598", time.Time{}, "早于三天前"},
		"JustInTime":    {[]hotline.Coverage{all(day(30))}, nil, day(33), "95598", day(29), ""},
		"JustTooLate":   {[]hotline.Coverage{all(day(30))}, nil, day(33).Add(time.Minute), "95598", time.Time{}, "早于三天前"},
		"Silent":        {[]hotline.Coverage{all(day(40)), {Source: "12345", From: day(0), Through: day(37)}}, nil, day(40), "95598", day(39), "落后于其他来源"},
		"WaitedFor":     {[]hotline.Coverage{all(day(40).Add(time.Hour)), {Source: "12345", From: day(0), Through: day(40).Add(-time.Hour)}}, nil, day(40).Add(time.Hour), "12345 95598", day(38), ""},
		"New":           {[]hotline.Coverage{all(day(40)), {Source: "12345", From: day(30), Through: day(40)}}, nil, day(40), "95598", day(39), "满四周后"},
		"NewBothAlike":  {[]hotline.Coverage{all(day(20)), {Source: "12345", From: day(3), Through: day(20)}}, nil, day(20), "12345 95598", day(19), ""},
		"NotADay":       {[]hotline.Coverage{{Source: "95598", From: day(0).Add(time.Hour), Through: day(1)}}, nil, day(1), "95598", time.Time{}, "还没有一个完整的日子"},
		"FromTheFuture": {[]hotline.Coverage{all(day(90))}, nil, day(40), "95598", day(39), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := NewPlan(c.spans, c.known, Daily, c.now, holidays(t))
			if got := strings.Join(p.Sources, " "); got != c.sources || !p.Bucket.Equal(c.bucket) {
				t.Errorf("judges %s of %q, want %s of %q", p.Bucket, got, c.bucket, c.sources)
			}
			speaks := slices.ContainsFunc(p.Left, func(l Left) bool { return strings.Contains(l.Why, c.says) })
			if speaks != (c.says != "") || len(p.Left) > 1 {
				t.Errorf("says %+v, want %q", p.Left, c.says)
			}
		})
	}
}

// A source complete for one city only is judged there.
func TestPlanOfOneCity(t *testing.T) {
	p := NewPlan([]hotline.Coverage{{Source: "12345", Area: "江东省/临江市", From: day(0), Through: day(30)}}, nil, Daily, day(30), holidays(t))
	counts := append(steady(0, 30, 4), hotline.Count{Label: "outage.fault", Area: south, Bucket: day(29), Matters: 30},
		hotline.Count{Label: "outage.fault", Area: "江东省/海山市", Bucket: day(29), Matters: 30})
	j := judge(t, p, Input{Counts: counts})
	if p.Root != "江东省/临江市" || len(j.Rises) != 1 || j.Rises[0].Area != south {
		t.Errorf("root %q, rises %+v", p.Root, j.Rises)
	}
}

// A second source that was always there and is taken in later changes nothing: history is read of all that take part.
func TestSecondSourceRaisesNothing(t *testing.T) {
	spans := []hotline.Coverage{{Source: "95598", From: day(0)}, {Source: "12345", From: day(20)}}
	for d := 21; d < 60; d++ {
		for i := range spans {
			spans[i].Through = day(d)
		}
		p := NewPlan(spans, nil, Daily, day(d), holidays(t))
		counts := steady(0, d, 4)
		if slices.Contains(p.Sources, "12345") {
			counts = append(counts, steady(20, d, 9)...)
			if p.From.Before(day(20)) {
				t.Fatalf("on %s history begins on %s, before the second source", day(d), p.From)
			}
		}
		if j := judge(t, p, Input{Counts: counts}); len(j.Rises) > 0 {
			t.Fatalf("on %s: %+v", day(d), j.Rises)
		}
	}
}

// A holiday on which the settings expect half is no fall, and the day after it no rise.
func TestHolidayFactor(t *testing.T) {
	k := category{factor: [7]float64{1, 1, 1, 1, 1, 1, 1}}
	config := DefaultConfig()
	config.Festival = 0.5
	festival := Day{Holiday: true, Festival: true}
	if got := k.expect(festival, config); got != 0.5 {
		t.Errorf("before the first Spring Festival: %v", got)
	}
	k.holiday[1] = ratio{observed: 180, expected: 100}
	if got := k.expect(festival, config); got < 1.14 || got > 1.16 { // (180 + 100 × .5) / (100 + 100)
		t.Errorf("after it: %v", got)
	}
	if got := k.expect(Day{Holiday: true}, config); got != 1 {
		t.Errorf("other holidays: %v", got)
	}
}
