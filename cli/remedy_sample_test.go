package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/cli/sample"
	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/trend"
)

// unseen is over how many invented hotlines detection is measured; the demo's own is none of them.
const unseen = 20

// Over unseen invented hotlines, the planted problems become incidents in their station, the storm one, and hardly anything
// else does.
func TestPlantedProblemsBecomeIncidents(t *testing.T) {
	var found, storms, wrong, incidents int
	for seed := range uint64(unseen) {
		o := sample.DefaultOptions(time.Date(2026, time.November, 28, 12, 0, 0, 0, calendar.Shanghai()))
		o.Seed = 1000 + seed
		contacts, truth, err := sample.Generate(o)
		if err != nil {
			t.Fatal(err)
		}
		list := replaySample(t, contacts, &truth)
		incidents += len(list)
		score := scoreIncidents(list, &truth)
		found += score.found
		storms += score.storm
		wrong += score.wrong
		t.Logf("seed %d: %d of 4 found, storm as %d, %d false: %s", o.Seed, score.found, score.storm, score.wrong, strings.Join(score.false, "; "))
	}
	mean := func(n int) float64 { return float64(n) / unseen }
	t.Logf("mean of %d hotlines: %.2f of 4 found, storm as %.2f incidents, %.2f false, %.1f incidents", unseen, mean(found), mean(storms), mean(wrong), mean(incidents))
	if mean(found) < 3.6 || mean(storms) > 1.5 || mean(wrong) > 0.5 {
		t.Error("want at least 3.6 found, the storm as at most 1.5, and at most 0.5 false")
	}
}

// replaySample runs a watcher over the weeks of an invented hotline, day by day.
func replaySample(t *testing.T, contacts []sample.Contact, truth *sample.Truth) []remedy.Incident {
	t.Helper()
	s := testSession(t)
	replay := &detect.Replay{Zone: s.zone}
	of := grain{tree: index.TreeGrid, level: index.DailyLevels}
	for i := range contacts {
		c := &contacts[i]
		contact := detect.Contact{
			ID: c.DocID(), Source: string(c.Hotline), Hotline: c.Hotline, Received: c.Received, Precision: hotline.PrecisionMinute, Arrived: c.Received,
			Matter: c.DocID(), Caller: c.Person.Phone, Area: of.area(hotline.Area{Grid: c.Place.Grid}),
		}
		if c.Main != "" {
			contact.Matter = hotline.DocID(string(c.Hotline), c.Main)
		}
		if c.Label != "" {
			contact.Labels = []string{c.Label}
		}
		replay.Contacts = append(replay.Contacts, contact)
	}
	detect.SortContacts(replay.Contacts)
	end := truth.Problems[0].Through
	replay.AssumeComplete(end)
	judge, err := s.detection(trend.Daily, sensitivity{})
	if err != nil {
		t.Fatal(err)
	}
	limits, err := remedy.LoadLimits(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	practice := remedy.Practice{Router: nobody{}, Limits: limits, Workdays: judge.Calendar}
	list, err := detect.Backtest(t.Context(), replay, judge, practice, end.AddDate(0, 0, demoHistory-56), end, 24*time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// testSession is a session of the embedded engines in a folder of the test's own.
func testSession(t *testing.T) *session {
	t.Helper()
	var s *session
	env := Env{Stdin: &bytes.Buffer{}, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: time.Now}
	app := newApp(env)
	app.Commands = append(app.Commands, withEnv(env, func(env Env) *cli.Command {
		return &cli.Command{Name: "testing", Flags: settingFlags(), Action: func(c *cli.Context) (err error) {
			s, err = openSession(c, env)
			return err
		}}
	})...)
	if err := app.RunContext(t.Context(), []string{"suqiu", "testing", "--embedded", "--data", filepath.Join(t.TempDir(), "data")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}
