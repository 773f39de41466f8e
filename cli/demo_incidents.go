package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/trend"
)

// demoHistory is how many days the demo lets pass before it begins to watch: a baseline of three weeks.
const demoHistory = 21

// incidentScore compares incidents with what was planted.
type incidentScore struct {
	found int      // planted problems that became an incident in their station, or one above or below
	storm int      // incidents of the storm
	count int      // found by rules that count alone, of which nothing was planted
	wrong int      // all others
	false []string // these, in words
	of    map[string]*remedy.Incident
}

// scoreIncidents holds incidents against the truth. One that is part of another one does not count.
func scoreIncidents(all []remedy.Incident, truth *sample.Truth) incidentScore {
	score := incidentScore{of: map[string]*remedy.Incident{}}
	for k := range all {
		i := &all[k]
		if !i.Alive() {
			continue
		}
		planted := false
		for _, p := range truth.Problems {
			if concerns(i, p) {
				planted = true
				if score.of[p.Name] == nil {
					score.of[p.Name] = i
					score.found++
				}
			}
		}
		switch {
		case planted:
		case concerns(i, truth.Storm):
			score.storm++
		case i.ByCount(): // whether it is a problem or chance: so many have told of it
			score.count++
		default:
			score.wrong++
			score.false = append(score.false, fmt.Sprintf("%s %s %s %d/%.1f", strings.Join(i.Labels, ","), i.Area, i.First.Format(time.DateOnly), i.Fired.Observed, i.Fired.Expected))
		}
	}
	return score
}

// concerns reports whether an incident is about a planted problem: its label, in an area that holds it or lies in it, first
// seen while it lasted or within the week after.
func concerns(i *remedy.Incident, p sample.Problem) bool {
	label := false
	for _, code := range i.Labels {
		label = label || code == p.Label
	}
	return label && remedy.Related(i.Area, p.Grid) && i.First.AddDate(0, 0, 1).After(p.From) && i.First.Before(p.Through.AddDate(0, 0, 7))
}

// incidents watches over the weeks of the demo, day by day as they were received, and holds the incidents against what was
// planted. They stay in the ledger for suqiu incident.
func (d *demo) incidents(ctx context.Context, store index.Store, truth *sample.Truth, begin time.Time) error {
	d.say("\n%s", d.paint.bold("盯住上升的问题：按天重放这八周"))
	end := truth.Problems[0].Through
	sources, err := d.sources()
	if err != nil {
		return err
	}
	for _, source := range sources { // all that was written was read: nothing counted is nothing told
		if err := index.ExtendCoverage(ctx, store, hotline.Coverage{Source: source.Name, From: begin, Through: end}); err != nil {
			return err
		}
	}
	of := grain{tree: index.TreeGrid, level: index.DailyLevels}
	replay, err := replaySource(ctx, store, begin, end, d.zone, of, false)
	if err != nil {
		return err
	}
	w, err := d.watcher(ctx, store, of, trend.Daily, sensitivity{}, watchLease)
	if err != nil {
		return err
	}
	judge, err := d.detection(trend.Daily, sensitivity{}, of)
	if err != nil {
		return err
	}
	judge.Source = replay
	w.Judge, w.Gauge, w.Round = judge, judge, nil
	bar, from := newProgress(d.env.Stderr, "重放"), begin.AddDate(0, 0, demoHistory)
	for now := from; !now.After(end); now = now.AddDate(0, 0, 1) {
		replay.Now = now
		if err := w.Pass(ctx, from, now); err != nil {
			return err
		}
		bar.set(int64(now.Sub(from).Hours()), int64(end.Sub(from).Hours()))
	}
	bar.done()
	all, err := remedy.All(ctx, w.Ledger)
	if err != nil {
		return err
	}
	d.tellIncidents(all, truth)
	return nil
}

// tellIncidents says what became of what was planted.
func (d *demo) tellIncidents(all []remedy.Incident, truth *sample.Truth) {
	score := scoreIncidents(all, truth)
	for _, p := range truth.Problems {
		i := score.of[p.Name]
		if i == nil {
			d.say("  %s  %s · %s 没有发现", d.paint.bad("✗"), p.Name, p.Grid)
			continue
		}
		owner := i.Assignment.Owner.Name
		if !i.Assignment.Owned() {
			owner = "无"
		} else {
			owner += "（" + i.Assignment.Owner.Role + "）"
		}
		day := int(i.Opened.Sub(p.From).Hours() / 24)
		d.say("  %s  %s · %s：问题 %s，第 %d 天发现，责任人 %s", d.paint.good("✓"), p.Name, i.Area, i.ID, day, owner)
	}
	d.say("  台风合并为 %d 个问题；计数规则另立 %d 个；其他 %d 个%s", score.storm, score.count, score.wrong, map[bool]string{true: "：" + strings.Join(score.false, "；")}[score.wrong > 0])
	if score.found < len(truth.Problems)-1 || score.storm > 2 {
		d.wrong++
	}
}
