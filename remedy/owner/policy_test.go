package owner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
)

// Each policy of testdata has one fault, for which it is named; the first line tells what must be said of it.
func TestPolicyFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/policy/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			want := strings.TrimPrefix(first, "# want: ")
			_, err = ParsePolicy(file, data)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

// A route takes over what it does not say, and an empty list takes back what it would inherit.
func TestInheritance(t *testing.T) {
	policy := shippedPolicy(t)
	way := policy.route.descend(&Question{Labels: []string{"outage.fault"}}, time.Now(), holidays(t))
	fault := way[len(way)-1]
	if len(fault.options.Quiet) != 0 || fault.options.Repeat != 2*time.Hour || len(fault.options.Channels) != 1 || fault.options.Channels[0] != "team" {
		t.Errorf("options of outages: %+v", fault.options)
	}
	way = policy.route.descend(&Question{Labels: []string{"voltage.abnormal"}}, time.Now(), holidays(t))
	voltage := way[len(way)-1]
	if voltage.name != "频繁停电与电压" || len(voltage.options.Quiet) != 1 || len(voltage.roles) != 3 || voltage.options.GroupWait != 5*time.Minute {
		t.Errorf("route %s: %+v, roles %v", voltage.name, voltage.options, voltage.roles)
	}
}

// Conditions on days and hours go by workdays and rest days; a span over midnight belongs to the day on which it begins.
func TestConditionsOfTime(t *testing.T) {
	policy, err := ParsePolicy("test.yaml", []byte(`
unit_level: 4
cell_role: head
office: "08:30-17:30"
roles: [{code: head, name: 所长}]
sensitive: {owner: head}
route:
  owner: head
  routes:
    - {name: 工作夜, match: {days: workday, hours: "18:00-08:00"}}
    - {name: 休息日, match: {days: restday}}
`))
	if err != nil {
		t.Fatal(err)
	}
	days := holidays(t)
	for when, want := range map[string]string{
		"2026-02-13 12:00": "默认", // Friday
		"2026-02-13 18:00": "工作夜",
		"2026-02-14 07:59": "工作夜", // of Friday's night
		"2026-02-14 18:00": "工作夜", // a Saturday worked to make up
		"2026-02-15 07:59": "工作夜", // of that Saturday's night
		"2026-02-15 18:00": "休息日", // the festival begins
		"2026-02-16 03:00": "休息日",
		"2026-02-24 03:00": "默认", // no night of a workday: the 23rd was a holiday
	} {
		way := policy.route.descend(&Question{}, at(t, when), days)
		if got := way[len(way)-1].name; got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
}

func TestNamesOfConditions(t *testing.T) {
	policy := shippedPolicy(t)
	if got := policy.Channels(); len(got) != 2 || got[0] != "direct" || got[1] != "team" {
		t.Errorf("channels %v", got)
	}
	if got := strings.Join(policy.Labels(), " "); got != "connect grid outage.fault outage.frequent outage.notice outage.planned repair report service voltage" {
		t.Errorf("labels %s", got)
	}
	m := match{labels: []string{"outage"}, areas: []string{"江东"}, days: workday, hours: []DayTime{{18 * 60, 8 * 60}}}
	if got := m.String(); got != "标签 outage，地区 江东，工作日，18:00-08:00" {
		t.Error(got)
	}
}

func TestDelays(t *testing.T) {
	d := directoryOf(t, shippedPolicy(t), nil)
	for name, tc := range map[string]struct{ from, delay, want, words string }{
		"Minutes":                 {"2026-07-03 16:00", "30m", "2026-07-03 16:30", "30分钟"},
		"ADay":                    {"2026-07-03 16:00", "1d", "2026-07-04 16:00", "24小时"},
		"OfficeHoursOverLunch":    {"2026-07-03 11:30", "1wh", "2026-07-03 14:30", "1个办公小时"},
		"OfficeHoursOverWeekend":  {"2026-07-03 17:00", "1wh", "2026-07-06 09:00", "1个办公小时"},
		"OfficeHoursFromTheNight": {"2026-07-04 03:00", "7wh", "2026-07-06 17:30", "7个办公小时"},
		"WorkdaysOverTheFestival": {"2026-02-13 10:00", "2wd", "2026-02-24 10:00", "2个工作日"},
		"WorkdayFromARestDay":     {"2026-02-16 10:00", "1wd", "2026-02-24 10:00", "1个工作日"},
	} {
		t.Run(name, func(t *testing.T) {
			delay, err := calendar.ParseDelay(tc.delay)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.addDelay(at(t, tc.from), delay); !got.Equal(at(t, tc.want)) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if delay.String() != tc.words {
				t.Errorf("says %s, want %s", delay, tc.words)
			}
		})
	}
}

// Any text is a policy or an error, never a panic.
func FuzzParsePolicy(f *testing.F) {
	files, err := filepath.Glob("testdata/policy/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../dicts/owners/policy.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		policy, err := ParsePolicy("fuzz.yaml", data)
		if (policy == nil) == (err == nil) {
			t.Fatalf("policy %v, error %v", policy, err)
		}
	})
}
