package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/report"
)

// demoFolder runs the demo and returns where its data are, with what was told.
func demoFolder(t *testing.T) (string, []sample.Contact) {
	t.Helper()
	folder, now := filepath.Join(t.TempDir(), "demo"), time.Now()
	contacts, _, err := sample.Generate(sample.DefaultOptions(now.In(calendar.Shanghai())))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := Run(t.Context(), []string{"suqiu", "demo", "--data", folder}, Env{Stdout: &out, Stderr: &out, Now: func() time.Time { return now }}); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, &out)
	}
	return folder, contacts
}

// printed runs a command on a folder of embedded data and returns what it prints.
func printed(t *testing.T, folder string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"suqiu"}, append(args, "--embedded", "--data", folder, "--set", "areas=china,jiangdong")...)
	if code := Run(t.Context(), args, Env{Stdout: &out, Stderr: &errs, Now: time.Now}); code != 0 {
		t.Fatalf("%s: exit code %d: %s", strings.Join(args, " "), code, &errs)
	}
	return out.Bytes()
}

// What is reported of the demo is what was planted.
func TestReportsEqualTruth(t *testing.T) {
	t.Parallel() // it computes for long, in one goroutine
	folder, contacts := demoFolder(t)
	t.Run("Weekly", func(t *testing.T) { weeklyEqualsTruth(t, folder, contacts) })
	t.Run("Worklist", func(t *testing.T) { worklistEqualsTruth(t, folder, contacts) })
}

// Where a problem was planted, the worklist has a place with exactly the contacts about it; and no elderly caller is missing.
func worklistEqualsTruth(t *testing.T, folder string, contacts []sample.Contact) {
	var tasks []task
	lines := json.NewDecoder(bytes.NewReader(printed(t, folder, "owner", "worklist", "--area", "江东电力", "--since", "9w", "--format", "json")))
	for lines.More() {
		var next task
		if err := lines.Decode(&next); err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, next)
	}
	orders := func(list, place string) []string {
		var all []string
		for _, k := range tasks {
			if k.List == list && (place == "" || k.Place == place) {
				all = append(all, k.Orders...)
			}
		}
		slices.Sort(all)
		return all
	}
	for list, of := range map[string]struct{ label, place string }{"low-voltage": {"voltage.abnormal", "白鹭社区"}, "markup": {"bill.markup", "石板街社区"}} {
		var want []string
		for i := range contacts {
			if c := &contacts[i]; c.Label == of.label && c.Place.Community == of.place {
				want = append(want, c.DocID())
			}
		}
		slices.Sort(want)
		if got := orders(list, of.place); len(want) < 20 || !slices.Equal(got, want) {
			t.Errorf("%s in %s: %d orders, want these %d", list, of.place, len(got), len(want))
		}
	}
	elderly := orders("elderly", "")
	for i := range contacts {
		c := &contacts[i]
		if c.Hotline == hotline.Hotline12345 {
			continue // of what is told there not every text says that it is about electricity
		}
		if c.Label == "service.elderly" && !slices.Contains(elderly, c.DocID()) {
			t.Errorf("%s of an elderly caller is on no list: %s", c.DocID(), c.Turns[0].Text)
		}
	}
	for _, k := range tasks {
		if k.Owner == "" || len(k.Services) == 0 || k.Contacts < 1 || k.Last.Before(k.First) || k.List == "markup" && k.Callers < 2 {
			t.Errorf("%+v", k)
		}
	}
}

// The bulletins of the demo's weeks tell what was planted, contact by contact: the first week, that of the storm, the
// last one, and that of one county.
func weeklyEqualsTruth(t *testing.T, folder string, contacts []sample.Contact) {
	zone := calendar.Shanghai()
	var incidents []remedy.Incident
	for lines := json.NewDecoder(bytes.NewReader(printed(t, folder, "incident", "list", "--format", "json"))); lines.More(); {
		var next remedy.Incident
		if err := lines.Decode(&next); err != nil {
			t.Fatal(err)
		}
		incidents = append(incidents, next)
	}
	first := report.EndingBefore(contacts[0].Received.In(zone).AddDate(0, 0, 7)) // the demo begins on a Monday
	for _, tt := range []struct {
		name string
		week int
		area string
	}{{"First", 0, ""}, {"Storm", 3, ""}, {"Last", 7, ""}, {"County", 7, "江东电力/临州供电公司/云桥区供电公司"}} {
		t.Run(tt.name, func(t *testing.T) {
			period := report.Period{From: first.From.AddDate(0, 0, 7*tt.week), To: first.To.AddDate(0, 0, 7*tt.week)}
			var got report.Report
			if err := json.Unmarshal(printed(t, folder, "report", "weekly", "--to", period.To.Format(time.DateOnly), "--area", tt.area, "--format", "json"), &got); err != nil {
				t.Fatal(err)
			}
			total, before := 0, 0
			matters, callers := map[string]bool{}, map[string]bool{}
			hotlines, areas, kinds := map[string]int{}, map[string]int{}, map[hotline.Kind]int{}
			for i := range contacts {
				c := &contacts[i]
				if !hotline.Covers(tt.area, c.Place.Grid) {
					continue
				}
				if !c.Received.Before(period.From.AddDate(0, 0, -7)) && c.Received.Before(period.From) {
					before++
				}
				if c.Received.Before(period.From) || !c.Received.Before(period.To) {
					continue
				}
				total++
				main := c.ID
				if c.Main != "" {
					main = c.Main
				}
				matters[hotline.DocID(string(c.Hotline), main)] = true
				callers[c.Person.Phone] = true
				hotlines[string(c.Hotline)]++
				kinds[c.Kind]++
				for _, path := range hotline.Ancestors(c.Place.Grid) {
					areas[path]++
				}
			}
			if got.Total.Contacts != total || got.Total.Matters != len(matters) || got.Total.Callers != len(callers) {
				t.Errorf("%d contacts, %d matters, %d callers; want %d, %d, %d", got.Total.Contacts, got.Total.Matters, got.Total.Callers, total, len(matters), len(callers))
			}
			if week := got.Total.Week; tt.week == 0 && week != nil || tt.week > 0 && (week == nil || int(week.Before) != before || week.Now != total) {
				t.Errorf("against the week before: %+v, want %d before", week, before)
			}
			if got.Total.Year != nil {
				t.Errorf("against a year of which nothing is known: %+v", got.Total.Year)
			}
			for _, row := range got.Hotlines {
				if row.Contacts != hotlines[row.Value] {
					t.Errorf("%s: %d, want %d", row.Value, row.Contacts, hotlines[row.Value])
				}
			}
			for _, row := range append(got.Areas, got.Places...) {
				if strings.Count(row.Value, hotline.AreaSeparator) > 3 || row.Value == "/vague" {
					continue // of some orders only the station (供电所) can be found
				}
				if row.Contacts != areas[row.Value] {
					t.Errorf("%s: %d, want %d", row.Value, row.Contacts, areas[row.Value])
				}
			}
			if got.Orders.Received != kinds[hotline.KindOrder] {
				t.Errorf("%d orders, want %d", got.Orders.Received, kinds[hotline.KindOrder])
			}
			opened := 0
			for _, i := range incidents {
				if hotline.Covers(tt.area, i.Area) && !i.First.Before(period.From) && i.First.Before(period.To) {
					opened++
				}
			}
			if got.Opened != opened {
				t.Errorf("%d problems opened, want %d", got.Opened, opened)
			}
			if tt.week == 7 && (got.Total.Expected == nil || len(got.Problems) == 0) || tt.week == 3 && opened == 0 {
				t.Errorf("expected %+v, %d problems, %d opened", got.Total.Expected, len(got.Problems), got.Opened)
			}
		})
	}
}

// A bulletin over the contacts of eight weeks, at 250,000 a year, in SQLite.
func BenchmarkWeekly(b *testing.B) {
	s := testSession(b)
	o := sample.DefaultOptions(time.Date(2026, time.November, 28, 12, 0, 0, 0, s.zone))
	o.PerDay = 685
	contacts, _, err := sample.Generate(o)
	if err != nil {
		b.Fatal(err)
	}
	store, err := s.store()
	if err != nil {
		b.Fatal(err)
	}
	var batch []hotline.Document
	for i := range contacts {
		c := &contacts[i]
		doc := hotline.Document{Call: hotline.Call{
			Schema: hotline.Schema, Source: string(c.Hotline), Hotline: c.Hotline, ID: c.ID, Kind: c.Kind, Received: c.Received, Precision: hotline.PrecisionMinute,
			Arrived: c.Received, ContentRev: c.Received.UnixMilli(), Matter: c.DocID(), Caller: "c_" + c.Person.Phone, Turns: c.Turns, Origin: hotline.Origin{File: "sample", Line: 1},
			Area: hotline.Area{Grid: c.Place.Grid, Method: hotline.AreaByCode},
		}, Analysis: hotline.Analysis{RulesetRev: 1, RulesetHash: "sample", Nature: hotline.NatureHelp, Responsible: hotline.ResponsibleUtility}}
		if c.Label != "" {
			doc.Analysis.Labels = []hotline.Label{{Code: c.Label, Weight: 1}}
		}
		if batch = append(batch, doc); len(batch) == 1000 || i == len(contacts)-1 {
			verdicts, err := store.Put(b.Context(), batch)
			if err != nil || verdicts[0].Outcome != hotline.Stored {
				b.Fatal(verdicts, err)
			}
			batch = nil
		}
	}
	for _, h := range hotline.Hotlines {
		if err := index.ExtendCoverage(b.Context(), store, hotline.Coverage{Source: string(h), From: o.Start, Through: o.Start.AddDate(0, 0, 56)}); err != nil {
			b.Fatal(err)
		}
	}
	period := report.EndingBefore(o.Start.AddDate(0, 0, 56))
	for b.Loop() {
		in, err := s.reportInput(b.Context(), store, period, "", index.TreeGrid)
		if err != nil {
			b.Fatal(err)
		}
		if r := report.Build(in); r.Total.Contacts == 0 || r.Total.Expected == nil {
			b.Fatalf("%+v", r.Total)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(contacts))/b.Elapsed().Seconds(), "contacts/s")
}
