package owner

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/remedy"
)

// festivalCompany is the company over the Spring Festival of 2026 (holidays from 15 to 23 February, 14 and 28 February
// worked to make up): other people on duty in the holidays, heads away with and without deputies.
func festivalCompany() map[Kind]string {
	tables := company()
	tables[People] += "F1,节日白班," + station + ",,,,,,,\nF2,节日夜班," + station + ",,,,,,,\nK2,指挥夜班," + city + ",,,,,,,\n"
	tables[Posts] = strings.Replace(tables[Posts], "供电服务指挥中心值班,"+city+",K1,2024-01-01,\n", "", 1)
	tables[Cells] = east + ",E1,2024-01-01,\n" + west + ",E2,2024-01-01,\n"
	tables[Deputies] = "H1,E1,2026-02-15,2026-02-19\nH1,,2026-02-20,2026-02-23\nH2,,2026-02-15,2026-02-23\nC1,A1,2026-02-15,2026-02-23\n"
	tables[Roster] = ""
	for _, shift := range [][5]string{
		{station, "D1", "2026-01-01,2026-02-14", "08:00,20:00"}, {station, "D2", "2026-01-01,2026-02-14", "20:00,08:00"},
		{station, "F1", "2026-02-15,2026-02-23", "08:00,20:00"}, {station, "F2", "2026-02-15,2026-02-23", "20:00,08:00"},
		{station, "D1", "2026-02-24,2026-12-31", "08:00,20:00"}, {station, "D2", "2026-02-24,2026-12-31", "20:00,08:00"},
	} {
		tables[Roster] += "抢修值班," + strings.Join(shift[:4], ",") + "\n"
	}
	tables[Roster] += "供电服务指挥中心值班," + city + ",K1,2026-01-01,2026-12-31,08:00,20:00\n供电服务指挥中心值班," + city + ",K2,2026-01-01,2026-12-31,20:00,08:00\n"
	return tables
}

// calendarOfProblems is a judge that sights what a table says, when it says so.
type calendarOfProblems struct {
	width  time.Duration
	sights map[time.Time][]remedy.Sighting // by the end of the bucket
}

// Round implements remedy.Judge.
func (j *calendarOfProblems) Round(_ context.Context, after time.Time, _ func(time.Time) map[string]remedy.Root, now time.Time) (*remedy.Round, error) {
	through := after.Add(j.width)
	if through.After(now) {
		return nil, nil
	}
	return &remedy.Round{From: after, Through: through, PerDay: int(24 * time.Hour / j.width), Sightings: j.sights[through.UTC()]}, nil
}

// The fortnight around the Spring Festival, half-hour by half-hour: each row of the table tells of a problem, and whom
// it goes to, when its limit passes, who is told when nobody acknowledges it. The expected times were worked out by
// hand from policy, limits, rosters and the State Council's calendar.
func TestSpringFestival(t *testing.T) {
	file, err := os.Open("testdata/spring_festival_2026.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:] // the header

	areas := map[string]string{"所": station, "他所": other, "台区": line, "东片": east, "西片": west, "县": county}
	judge := &calendarOfProblems{width: 30 * time.Minute, sights: map[time.Time][]remedy.Sighting{}}
	acks := map[string]time.Time{}
	for n, row := range rows {
		opened, root := at(t, row[0]), remedy.Root{Family: fmt.Sprint("problem ", n), Labels: []string{row[1]}, Area: areas[row[2]]}
		told := remedy.Told{Callers: 9, Matters: 9, Hotlines: []hotline.Hotline{hotline.Hotline(row[3])}}
		judge.sights[opened.UTC()] = append(judge.sights[opened.UTC()], remedy.Sighting{
			Root: root, Snapshot: remedy.Snapshot{At: opened, Bucket: opened.Add(-judge.width), Labels: root.Labels, Area: root.Area, Days: 1, Observed: 9, Expected: 1, Told: told},
			Frozen: remedy.Expected{Root: root},
		})
		if row[4] != "" {
			acks[root.Family] = at(t, row[4])
		}
	}
	limits, err := remedy.LoadLimits(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	days := holidays(t)
	ledger := &remedy.Memory{}
	practice := remedy.Practice{
		Router: directoryOf(t, shippedPolicy(t), festivalCompany()), Limits: limits, Workdays: days,
		Sensitive: func(labels []string) bool { return slices.Contains(labels, "service.attitude") },
	}
	watcher := &remedy.Watcher{Ledger: ledger, Judge: judge, Practice: practice, Holder: "test", Lease: time.Hour}
	begin, end := at(t, "2026-02-13 00:00"), at(t, "2026-03-03 00:00")
	for now := begin; !now.After(end); now = now.Add(judge.width) {
		if err := watcher.Pass(t.Context(), begin, now); err != nil {
			t.Fatal(err)
		}
		incidents, err := remedy.All(t.Context(), ledger)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range incidents {
			if acks[i.Family].Equal(now) {
				if _, err := remedy.Update(t.Context(), ledger, i.ID, func(i *remedy.Incident) error {
					return i.Do(practice, remedy.Deed{Act: remedy.ActAck, By: i.Assignment.Owner.Name, At: now})
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}

	incidents, err := remedy.All(t.Context(), ledger)
	if err != nil || len(incidents) != len(rows) {
		t.Fatalf("%d incidents of %d problems, %v", len(incidents), len(rows), err)
	}
	byFamily := map[string]remedy.Incident{}
	for _, i := range incidents {
		byFamily[i.Family] = i
	}
	for n, row := range rows {
		t.Run(strings.Join(row[:3], " "), func(t *testing.T) {
			i := byFamily[fmt.Sprint("problem ", n)]
			got := map[remedy.Kind]string{}
			for _, m := range i.Outbox {
				who := "无"
				if len(m.To) > 0 {
					who = m.To[0].ID
				}
				told, due := m.At.In(days.Zone()).Format("01-02 15:04"), m.Due.In(days.Zone()).Format("01-02 15:04")
				switch m.Kind {
				case remedy.KindOpened:
					got[m.Kind] += who
				case remedy.KindEscalated, remedy.KindWarned, remedy.KindOverdue, remedy.KindSupervised:
					if m.Kind == remedy.KindWarned {
						due = told + " (" + due + ")"
					} else if told != due {
						t.Errorf("%s is told at %s, and was due at %s", m.Kind, told, due)
					}
					got[m.Kind] += fmt.Sprintf("%s %s; ", due, who)
				}
			}
			want := map[remedy.Kind]string{
				remedy.KindOpened: row[5], remedy.KindWarned: row[6], remedy.KindOverdue: row[7], remedy.KindEscalated: row[8], remedy.KindSupervised: row[9],
			}
			for _, kind := range slices.Sorted(maps.Keys(want)) {
				if strings.TrimSuffix(got[kind], "; ") != want[kind] {
					t.Errorf("%s: got %q, want %q", kind, got[kind], want[kind])
				}
			}
		})
	}
}
