package calendar

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func shipped(t testing.TB) *Calendar {
	t.Helper()
	c, err := Load(Shanghai(), os.DirFS("../dicts"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, Shanghai())
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestKind(t *testing.T) {
	c := shipped(t)
	for day, want := range map[string]struct {
		kind     Kind
		festival string
		like     time.Weekday
	}{
		"2024-02-09": {Workday, "", time.Friday}, // New Year's Eve was no holiday in 2024
		"2024-02-10": {Festival, "春节", time.Sunday},
		"2024-09-14": {Workday, "中秋节", time.Monday},
		"2025-10-08": {Holiday, "国庆节、中秋节", time.Sunday},
		"2026-02-14": {Workday, "春节", time.Monday},
		"2026-02-23": {Festival, "春节", time.Sunday},
		"2026-02-28": {Workday, "春节", time.Monday},
		"2026-05-09": {Workday, "劳动节", time.Monday},
		"2026-05-10": {Weekend, "", time.Sunday},
		"2026-11-28": {Weekend, "", time.Saturday},
		"2026-11-30": {Workday, "", time.Monday},
		"2031-10-01": {Workday, "", time.Wednesday}, // not known
	} {
		t.Run(day, func(t *testing.T) {
			when := at(t, day+" 23:59").UTC() // in UTC the day is the same, at half past midnight it is not
			if kind, festival := c.Kind(when); kind != want.kind || festival != want.festival {
				t.Errorf("got %s %q, want %s %q", kind, festival, want.kind, want.festival)
			}
			if got := c.Weekday(at(t, day+" 00:30").UTC()); got != want.like {
				t.Errorf("is like a %s, want %s", got, want.like)
			}
		})
	}
}

// The notices say how many days each festival has; the year's sum is by hand from them.
func TestDaysOffOfTheYear(t *testing.T) {
	c := shipped(t)
	for year, want := range map[int]struct{ off, makeUp int }{
		2024: {1 + 8 + 3 + 5 + 1 + 3 + 7, 8}, 2025: {1 + 8 + 3 + 5 + 3 + 8, 5}, 2026: {3 + 9 + 3 + 5 + 3 + 3 + 7, 6},
	} {
		off, makeUp := 0, 0
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, Shanghai()); day.Year() == year; day = day.AddDate(0, 0, 1) {
			kind, _ := c.Kind(day)
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			switch {
			case kind == Holiday || kind == Festival:
				off++
			case kind == Workday && weekend:
				makeUp++
			}
		}
		if off != want.off || makeUp != want.makeUp {
			t.Errorf("%d: %d days off and %d make-up workdays, want %d and %d", year, off, makeUp, want.off, want.makeUp)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	c := shipped(t)
	for name, k := range map[string]struct {
		from string
		n    int
		want string
	}{
		"Ordinary":            {"2026-11-23 09:30", 4, "2026-11-27 09:30"},
		"OverWeekend":         {"2026-11-26 09:30", 4, "2026-12-02 09:30"},
		"OverSpringFestival":  {"2026-02-13 16:00", 4, "2026-02-26 16:00"}, // 14 worked, 15 to 23 off
		"FromHoliday":         {"2026-02-18 10:00", 1, "2026-02-24 10:00"},
		"OverNationalDay":     {"2026-09-30 08:00", 3, "2026-10-10 08:00"}, // 8, 9 and the Saturday made up
		"ZeroOnWorkday":       {"2026-11-25 08:00", 0, "2026-11-25 08:00"},
		"ZeroOnDayOff":        {"2026-10-03 08:00", 0, "2026-10-08 08:00"},
		"TenOverLabourDay":    {"2026-04-28 23:10", 10, "2026-05-14 23:10"},
		"BeforeMakeUpWorkday": {"2026-09-18 17:00", 1, "2026-09-20 17:00"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.AddWorkdays(at(t, k.from), k.n); !got.Equal(at(t, k.want)) {
				t.Errorf("got %s, want %s", got.Format("2006-01-02 15:04"), k.want)
			}
		})
	}
}

// Between t and t + n workdays lie exactly n workdays, the last of them included, whatever the day.
func TestAddWorkdaysCountsThem(t *testing.T) {
	c := shipped(t)
	for day := at(t, "2024-01-01 11:00"); day.Year() < 2027; day = day.AddDate(0, 0, 1) {
		for _, n := range []int{1, 4, 10} {
			end, counted := c.AddWorkdays(day, n), 0
			for d := day.AddDate(0, 0, 1); !d.After(end); d = d.AddDate(0, 0, 1) {
				if c.Workday(d) {
					counted++
				}
			}
			if counted != n || !c.Workday(end) {
				t.Fatalf("%s + %d = %s: %d workdays", day.Format(dateLayout), n, end.Format(dateLayout), counted)
			}
		}
	}
}

func TestCheckEnd(t *testing.T) {
	c := shipped(t)
	if err := c.CheckEnd(at(t, "2026-10-31 12:00"), 60); err != nil {
		t.Errorf("61 days before the end: %v", err)
	}
	if err := c.CheckEnd(at(t, "2026-11-28 12:00"), 60); err == nil || !strings.Contains(err.Error(), "holidays/2027.csv") {
		t.Errorf("34 days before the end: %v", err)
	}
	if err := c.CheckEnd(at(t, "2030-01-01 12:00"), 60); err == nil || !strings.Contains(err.Error(), "no holidays for 2030") {
		t.Errorf("years after the end: %v", err)
	}
	own, err := Load(Shanghai(), os.DirFS("../dicts"), fstest.MapFS{"holidays/2027.csv": {Data: []byte("自,至,安排,节日\n2027-01-01,,放假,元旦\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := own.CheckEnd(at(t, "2026-11-28 12:00"), 60); err != nil || !own.Known(at(t, "2027-06-01 00:00")) {
		t.Errorf("with the next year: %v", err)
	}
}

// A user's file of a year takes the place of the one shipped.
func TestLoadReplacesYear(t *testing.T) {
	c, err := Load(Shanghai(), os.DirFS("../dicts"), nil, fstest.MapFS{"holidays/2026.csv": {Data: []byte("\ufefffrom,kind,name\n2026-03-03,holiday,州庆\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if kind, name := c.Kind(at(t, "2026-03-03 08:00")); kind != Holiday || name != "州庆" {
		t.Errorf("got %s %q", kind, name)
	}
	if kind, _ := c.Kind(at(t, "2026-10-01 08:00")); kind != Workday {
		t.Errorf("the file shipped still holds: %s", kind)
	}
}

// TestLoadGBK: Excel saves CSV in GBK in China.
func TestLoadGBK(t *testing.T) {
	data, err := simplifiedchinese.GBK.NewEncoder().String("自,至,安排,节日\n2027-01-01,,放假,元旦\n")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(Shanghai(), fstest.MapFS{"holidays/2027.csv": {Data: []byte(data)}})
	if err != nil {
		t.Fatal(err)
	}
	if kind, name := c.Kind(at(t, "2027-01-01 08:00")); kind != Holiday || name != "元旦" {
		t.Errorf("got %s %s, want the holiday of 元旦", kind, name)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, data, says string }{
		"ErrName":     {"next.csv", "自,安排,节日\n", "name it as 2026.csv"},
		"ErrEmpty":    {"2026.csv", "", "empty"},
		"ErrColumn":   {"2026.csv", "自,至,节日\n", "column 安排: is missing"},
		"ErrDate":     {"2026.csv", "自,安排,节日\n2026-2-30,放假,元旦\n", "no date"},
		"ErrReversed": {"2026.csv", "自,至,安排,节日\n2026-02-03,2026-02-01,放假,元旦\n", "before it begins"},
		"ErrYear":     {"2026.csv", "自,至,安排,节日\n2026-12-31,2027-01-02,放假,元旦\n", "not within 2026"},
		"ErrKind":     {"2026.csv", "自,安排,节日\n2026-02-03,休息,元旦\n", "放假 or 上班"},
		"ErrTwice":    {"2026.csv", "自,安排,节日\n2026-02-03,放假,元旦\n2026-02-03,上班,元旦\n", "twice"},
		"ErrUTF16":    {"2026.csv", "\xff\xfe\xea\x81", "save it as CSV UTF-8"},
		"ErrQuote":    {"2026.csv", "自,安排,节日\n\"2026-02-03,放假,元旦\n", "quote"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Shanghai(), fstest.MapFS{"holidays/" + c.file: {Data: []byte(c.data)}})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("自,至,安排,节日\n2026-01-01,2026-01-03,放假,元旦\n2026-01-04,,上班,元旦\n")
	f.Add("from,kind,name\n# remark\n2026-03-03,holiday,x\n")
	f.Fuzz(func(t *testing.T, data string) {
		c, err := Load(Shanghai(), fstest.MapFS{"holidays/2026.csv": {Data: []byte(data)}})
		if err != nil {
			return
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, Shanghai())
		if end := c.AddWorkdays(from, 3); !c.Workday(end) {
			t.Errorf("three workdays end on a %s that is none", end)
		}
	})
}
