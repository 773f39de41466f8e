package trend

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"suqiu/calendar"
	"suqiu/hotline"
)

// summer is a place where twice as much is told in July as in January, day by day from the first of January 2024.
func summer(seed uint64, days int) (y []int, kinds []Day) {
	r := rand.New(rand.NewPCG(seed, 0))
	for t := range days {
		at := time.Date(2024, 1, 1+t, 0, 0, 0, 0, time.UTC)
		mean := 20 * math.Exp(0.35*math.Cos(2*math.Pi*(float64(t)-196)/365.25))
		if at.Weekday() == time.Sunday {
			mean *= 0.7
		}
		y = append(y, int(distuv.Poisson{Lambda: mean, Src: r}.Rand()))
		kinds = append(kinds, Day{Weekday: at.Weekday()})
	}
	return y, kinds
}

func TestSeasonalExpectsTheSeason(t *testing.T) {
	s := SeasonalDays(DefaultConfig())
	alarms, judged, off := 0, 0, 0.0
	for seed := range uint64(8) {
		y, days := summer(seed, 3*365)
		for now := 2*365 + 100; now < 2*365+230; now += 7 { // from April to August of the third year
			f, err := s.Fit(y, days, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			p, windows := f.Judge(y, days, nil, now)
			if judged++; p < 0.01 {
				alarms++
			}
			week := windows[len(windows)-1]
			off += float64(week.Observed)/week.Expected - 1
		}
	}
	if alarms > judged/20 || math.Abs(off/float64(judged)) > 0.04 {
		t.Errorf("%d of %d weeks with p < .01, observed %+.3f of expected on average", alarms, judged, off/float64(judged))
	}
	y, days := summer(9, 3*365)
	f, err := s.Fit(y, days, nil, 900)
	if err != nil {
		t.Fatal(err)
	}
	y[899] += 20
	y[900] += 25
	if p, _ := f.Judge(y, days, nil, 900); p > 1e-4 {
		t.Errorf("a rise to the double has p %v", p)
	}
}

// Past rises and days of which nothing is known change what is expected by little.
func TestSeasonalIsRobust(t *testing.T) {
	s := SeasonalDays(DefaultConfig())
	y, days := summer(3, 2*365)
	clean, err := s.Fit(y, days, nil, 700)
	if err != nil {
		t.Fatal(err)
	}
	unknown := make([]bool, len(y))
	for i := 200; i < 212; i++ {
		y[i] *= 3
	}
	for i := 400; i < 430; i++ {
		y[i], unknown[i] = 0, true
	}
	stained, err := s.Fit(y, days, unknown, 700)
	if err != nil {
		t.Fatal(err)
	}
	_, a := clean.Judge(y, days, nil, 700)
	_, b := stained.Judge(y, days, nil, 700)
	if ratio := b[0].Expected / a[0].Expected; ratio < 0.93 || ratio > 1.07 {
		t.Errorf("expects %v instead of %v", b[0].Expected, a[0].Expected)
	}
}

func TestSeasonalRefuses(t *testing.T) {
	y, days := summer(1, 400)
	if _, err := SeasonalDays(DefaultConfig()).Fit(y, days, nil, 200); err == nil {
		t.Error("fitted to half a year")
	}
	unknown := make([]bool, len(y))
	for i := range unknown {
		unknown[i] = i > 20
	}
	if _, err := SeasonalDays(DefaultConfig()).Fit(y, days, unknown, 399); err == nil {
		t.Error("fitted to three weeks")
	}
}

// With a year of history, what is usual for the season is no rise, and with less it may be.
func TestJudgeBySeasons(t *testing.T) {
	y, _ := summer(5, 3*365)
	zone := calendar.Shanghai()
	at := func(t int) time.Time { return time.Date(2024, 1, 1+t, 0, 0, 0, 0, zone) }
	var counts []hotline.Count
	for i, n := range y {
		counts = append(counts, hotline.Count{Label: "voltage.low", Area: north, Bucket: at(i), Matters: int64(n)})
	}
	for _, now := range []int{880, 910, 940} {
		p := NewPlan([]hotline.Coverage{{Source: "95598", From: at(0), Through: at(now)}}, nil, Daily, at(now), holidays(t))
		if got := p.To.Sub(p.From); got < 2*365*24*time.Hour {
			t.Fatalf("reads %s", got)
		}
		if j := judge(t, p, Input{Counts: counts}); len(j.Rises) > 0 {
			t.Errorf("%s: %+v", at(now).Format(time.DateOnly), j.Rises)
		}
		more := append(slices.Clone(counts), hotline.Count{Label: "voltage.low", Area: north, Bucket: at(now - 1), Matters: 40})
		if j := judge(t, p, Input{Counts: more}); len(j.Rises) != 1 {
			t.Errorf("%s: a rise gives %+v", at(now).Format(time.DateOnly), j.Rises)
		}
	}
}

// What is remembered of seasons changes nothing: day after day, while the history moves on, the same is judged as without memory.
func TestSeasonsRemembered(t *testing.T) {
	y, _ := summer(6, 3*366+40)
	zone := calendar.Shanghai()
	at := func(t int) time.Time { return time.Date(2023, 1, 1+t, 0, 0, 0, 0, zone) }
	var counts []hotline.Count
	for i, n := range y {
		counts = append(counts, hotline.Count{Label: "voltage.low", Area: north, Bucket: at(i), Matters: int64(n)},
			hotline.Count{Label: "voltage.low", Area: south, Bucket: at(i), Matters: int64(y[(i+100)%len(y)])})
	}
	counts = append(counts, hotline.Count{Label: "voltage.low", Area: north, Bucket: at(3*366 + 20), Matters: 60})
	seasons := &Seasons{}
	most, rises := 0, 0
	for now := 3*366 - 5; now < len(y); now++ {
		p := NewPlan([]hotline.Coverage{{Source: "95598", From: at(0), Through: at(now)}}, nil, Daily, at(now), holidays(t))
		plain := judge(t, p, Input{Counts: counts})
		remembered := judge(t, p, Input{Counts: counts, Seasons: seasons})
		if !reflect.DeepEqual(plain.Rises, remembered.Rises) {
			t.Fatalf("%s: with memory %+v, without %+v", at(now).Format(time.DateOnly), remembered.Rises, plain.Rises)
		}
		most, rises = max(most, len(seasons.fits)), rises+len(plain.Rises)
	}
	if rises == 0 || most > 5*(45/7+2) {
		t.Errorf("%d rises; %d fits were remembered, want five a week", rises, most)
	}
	seasons.forget(1 << 20)
	if len(seasons.fits) > 0 {
		t.Errorf("%d fits are kept for ever", len(seasons.fits))
	}
}

// A level is found by what would have been opened day by day, with the seasons known.
func TestBudgetKnowsSeasons(t *testing.T) {
	y, _ := summer(7, 2*365+196) // up to July of the third year
	zone := calendar.Shanghai()
	at := func(t int) time.Time { return time.Date(2024, 1, 1+t, 0, 0, 0, 0, zone) }
	var counts []hotline.Count
	for i, n := range y {
		for k, area := range []string{north, south} {
			if i > len(y)-50 && i%12 == 6*k {
				n *= 2
			}
			counts = append(counts, hotline.Count{Label: "voltage.low", Area: area, Bucket: at(i), Matters: int64(n)})
		}
	}
	plan := func(now int) Plan {
		return NewPlan([]hotline.Coverage{{Source: "95598", From: at(0), Through: at(now)}}, nil, Daily, at(now), holidays(t))
	}
	in := Input{Counts: counts, Calendar: holidays(t), Seasons: &Seasons{}}
	dial, err := Budget(plan(len(y)), in, 1)
	if err != nil {
		t.Fatal(err)
	}
	in.Level = dial.Level
	var courses []Course
	for now := len(y) - dial.Days + 1; now <= len(y); now++ {
		j := judge(t, plan(now), in)
		courses = Follow(courses, j.Plan.Bucket, j.Rises)
	}
	opened := 0
	for i, c := range courses {
		if c.Into == i {
			opened++
		}
	}
	if got := dial.PerWeek * float64(dial.Days) / 7; opened < 3 || math.Abs(got-float64(opened)) > 1e-9 {
		t.Errorf("%+v: the budget counts %.1f incidents, %d would have been opened", dial, got, opened)
	}
}

// BenchmarkSeasonal fits three years of days and judges the last.
func BenchmarkSeasonal(b *testing.B) {
	y, days := summer(1, 3*365)
	s := SeasonalDays(DefaultConfig())
	for b.Loop() {
		f, err := s.Fit(y, days, nil, len(y)-1)
		if err != nil {
			b.Fatal(err)
		}
		f.Judge(y, days, nil, len(y)-1)
	}
}
