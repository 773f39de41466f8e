// Package detect puts trend to work for remedy: it judges bucket after bucket of what a source tells, live or replayed, and
// says what was located, how the open incidents stand, and what was told before and after a measure. The same counts give
// the same rounds, so a replay of the arrivals finds what was found live.
package detect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
	"suqiu/trend/countrule"
)

// Source tells what is to be judged. Counts are of one level of one tree of areas.
type Source interface {
	// Coverage says for what of which source nothing counted means nothing told.
	Coverage(ctx context.Context) ([]hotline.Coverage, error)
	// Known names the sources of which something is stored.
	Known(ctx context.Context) ([]string, error)
	// Count counts the matters of [from, to) by label, area and bucket.
	Count(ctx context.Context, q Query) ([]hotline.Count, error)
	// Held names the labels whose counts in [from, to) are not of one revision of their rules, each with the reason, and
	// tells the revision counted.
	Held(ctx context.Context, from, to time.Time) (held map[string]string, revision int64, err error)
	// Told describes the contacts behind a sighting.
	Told(ctx context.Context, labels []string, q Query) (remedy.Told, error)
	// Read returns the contacts of [From, To), for rules that count, in any order.
	Read(ctx context.Context, q Query) ([]Contact, error)
}

// Query says what is counted.
type Query struct {
	From, To time.Time
	Interval trend.Interval
	Sources  []string
	Area     string   // with all below; "" for all
	Labels   []string // of Read alone: codes, each with those below; none for all
	Account  string   // likewise: a pseudonym; "" for all
	Caller   string   // likewise
}

// Judge implements remedy.Judge and remedy.Gauge over a source. It serves one goroutine at a time.
type Judge struct {
	Source   Source
	Calendar *calendar.Calendar
	Causes   []calendar.Cause
	Families func(label string) string
	Interval trend.Interval
	Level    float64                // of significance, shared by the labels; 0 for the default
	PerWeek  float64                // incidents a week that the level is chosen for, by what the last eight weeks would have opened; 0: it is not
	Left     func(all []trend.Left) // told what was not judged, after each look; may be nil
	Counts   []countrule.Rule       // rules that count instead of estimating
	Depth    int                    // levels of an area path that are counted: a place that is known less precisely is no place for a rule's finding

	seasons trend.Seasons
}

var (
	_ remedy.Judge = (*Judge)(nil)
	_ remedy.Gauge = (*Judge)(nil)
)

// Reach is how far before the first look of a replay that ends at a time what was told can count.
func (j *Judge) Reach(coverage []hotline.Coverage, until time.Time) time.Duration {
	return trend.MaxAge + max(trend.Reach(coverage, j.Interval, until), countrule.Reach(j.Counts))
}

// Round implements remedy.Judge.
func (j *Judge) Round(ctx context.Context, after time.Time, watched func(time.Time) map[string]remedy.Root, now time.Time) (*remedy.Round, error) {
	plan, err := j.plan(ctx, after, now)
	if err != nil {
		return nil, err
	}
	roots := watched(plan.To)
	if plan.Bucket.IsZero() || !plan.To.After(after) {
		j.leave(plan.Left)
		return nil, nil
	}
	held, revision, err := j.Source.Held(ctx, plan.From, plan.To)
	if err != nil {
		return nil, fmt.Errorf("look for rules that changed: %w", err)
	}
	counts, err := j.Source.Count(ctx, Query{From: plan.From, To: plan.To, Interval: plan.Interval, Sources: plan.Sources, Area: plan.Root})
	if err != nil {
		return nil, fmt.Errorf("count what was told: %w", err)
	}
	in := trend.Input{Counts: counts, Calendar: j.Calendar, Causes: j.Causes, Families: j.Families, Hold: held, Level: j.Level, Seasons: &j.seasons, Watched: map[string]trend.Watched{}}
	for id, root := range roots {
		in.Watched[id] = trend.Watched{Labels: root.Labels, Area: root.Area}
	}
	if j.PerWeek > 0 && plan.Interval == trend.Daily {
		switch dial, err := trend.Budget(plan, in, j.PerWeek); {
		case err == nil:
			in.Level = dial.Level
		case !errors.Is(err, trend.ErrShort): // until there is enough history, the level stands
			return nil, err
		}
	}
	found, err := trend.Judge(plan, in)
	if err != nil {
		return nil, fmt.Errorf("judge what was told: %w", err)
	}
	round := &remedy.Round{From: plan.Bucket, Through: plan.To, PerDay: 1, Readings: map[string]remedy.Reading{}}
	if plan.Interval == trend.Hourly {
		round.PerDay = 24
	}
	for id, r := range found.Readings {
		round.Readings[id] = remedy.Reading{Through: plan.To, Observed: r.Observed, Expected: r.Expected, SD: r.SD, P: r.P, Score: r.Score, Rejected: r.Rejected}
	}
	round.Held = slices.Sorted(maps.Keys(held))
	courses := trend.Follow(nil, plan.Bucket, found.Rises)
	for k, c := range courses {
		if c.Into != k {
			continue
		}
		for other := range courses { // what lies in it
			if other != k && courses[other].Into == k {
				c.Rises = append(c.Rises, courses[other].Rises...)
			}
		}
		s, err := j.sighting(ctx, plan, c, counts, now)
		if err != nil {
			return nil, err
		}
		round.Sightings = append(round.Sightings, s)
	}
	counted, left, err := j.counted(ctx, plan, counts, slices.Collect(maps.Values(roots)), round.Sightings, now)
	if err != nil {
		return nil, err
	}
	round.Sightings = append(round.Sightings, counted...)
	for k := range round.Sightings {
		round.Sightings[k].Snapshot.RulesetRev = revision
	}
	j.leave(append(found.Left, left...))
	return round, nil
}

func (j *Judge) leave(left []trend.Left) {
	if j.Left != nil {
		j.Left(left)
	}
}

// plan plans the evaluation of the earliest bucket after a time. Buckets that nothing may be opened in are passed over.
func (j *Judge) plan(ctx context.Context, after, now time.Time) (trend.Plan, error) {
	spans, err := j.Source.Coverage(ctx)
	if err != nil {
		return trend.Plan{}, fmt.Errorf("read the coverage: %w", err)
	}
	known, err := j.Source.Known(ctx)
	if err != nil {
		return trend.Plan{}, fmt.Errorf("list the sources: %w", err)
	}
	last := trend.NewPlan(spans, known, j.Interval, now, j.Calendar)
	next := j.bucketAfter(after)
	for now.Sub(next) > trend.MaxAge {
		next = j.bucketAfter(next)
	}
	if last.Bucket.IsZero() || !last.To.After(next) {
		return last, nil
	}
	spans = slices.DeleteFunc(slices.Clone(spans), func(s hotline.Coverage) bool { return !slices.Contains(last.Sources, s.Source) })
	for k := range spans {
		if spans[k].Through.After(next) {
			spans[k].Through = next
		}
	}
	earlier := trend.NewPlan(spans, nil, j.Interval, now, j.Calendar)
	earlier.Left = last.Left
	if earlier.Bucket.IsZero() || !earlier.To.After(after) {
		return last, nil
	}
	return earlier, nil
}

// bucketAfter is the end of the first bucket that ends after t.
func (j *Judge) bucketAfter(t time.Time) time.Time {
	t = t.In(j.Calendar.Zone())
	if j.Interval == trend.Hourly {
		return t.Truncate(time.Hour).Add(time.Hour)
	}
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

// sighting is what a place that was located tells.
func (j *Judge) sighting(ctx context.Context, plan trend.Plan, c trend.Course, counts []hotline.Count, now time.Time) (remedy.Sighting, error) {
	best := c.Rises[0]
	s := remedy.Sighting{Root: remedy.Root{Family: c.Family, Area: c.Area}}
	for _, r := range c.Rises {
		if r.Score > best.Score {
			best = r
		}
		s.Labels = append(s.Labels, r.Label)
	}
	s.Labels = slices.Compact(slices.Sorted(slices.Values(s.Labels)))
	snapshot := remedy.Snapshot{At: now, Bucket: plan.Bucket, Labels: s.Labels, Area: s.Area, Days: best.Window.Days, P: best.P, Older: best.Older}
	variance := 0.0
	for _, r := range c.Rises {
		snapshot.Observed += r.Window.Observed
		snapshot.Expected += r.Window.Expected
		snapshot.Score += r.Score
		variance += r.Window.Variance
		for _, cause := range r.Causes {
			if why := causeText(cause); !slices.Contains(s.Explains, why) {
				s.Explains = append(s.Explains, why)
			}
		}
	}
	q := Query{From: plan.To.AddDate(0, 0, -best.Window.Days), To: plan.To, Interval: plan.Interval, Sources: plan.Sources, Area: s.Area}
	told, err := j.Source.Told(ctx, s.Labels, q)
	if err != nil {
		return s, fmt.Errorf("describe what rises in %s: %w", s.Area, err)
	}
	snapshot.Told = told
	s.Snapshot = snapshot
	s.Frozen = remedy.Expected{Root: s.Root, From: q.From, To: q.To, Sources: plan.Sources, Tally: tally(counts, s.Root, q.From, q.To)}
	bucket := plan.Bucket
	if plan.Interval == trend.Hourly {
		bucket = plan.To.AddDate(0, 0, -1) // an hour is judged as the end of a day
	}
	today := tally(counts, s.Root, bucket, plan.To)
	days := float64(best.Window.Days)
	s.Reading = remedy.Reading{Through: plan.To, Observed: today.Told, Expected: snapshot.Expected / days, SD: math.Sqrt(variance / days), P: best.P, Score: snapshot.Score, Rejected: true}
	return s, nil
}

// causeText tells an event that explains a rise.
func causeText(c calendar.Cause) string {
	name := map[calendar.CauseKind]string{calendar.Weather: "天气", calendar.Outage: "计划停电", calendar.Price: "电价调整"}[c.Kind]
	if name == "" {
		name = "其他"
	}
	return strings.TrimSpace(name + "：" + c.Note)
}

// tally counts the labels of a root in its area and elsewhere.
func tally(counts []hotline.Count, root remedy.Root, from, to time.Time) remedy.Tally {
	out := remedy.Tally{Days: int(to.Sub(from).Round(24*time.Hour) / (24 * time.Hour))}
	for _, c := range counts {
		if c.Bucket.Before(from) || !c.Bucket.Before(to) || !slices.Contains(root.Labels, c.Label) {
			continue
		}
		if hotline.Covers(root.Area, c.Area) {
			out.Told += int(c.Matters)
		} else {
			out.Elsewhere += int(c.Matters)
		}
	}
	return out
}

// Tally implements remedy.Gauge.
func (j *Judge) Tally(ctx context.Context, frozen remedy.Expected, from, to time.Time) (remedy.Tally, bool, error) {
	spans, err := j.Source.Coverage(ctx)
	if err != nil {
		return remedy.Tally{}, false, fmt.Errorf("read the coverage: %w", err)
	}
	for _, source := range frozen.Sources {
		covered := slices.ContainsFunc(spans, func(s hotline.Coverage) bool {
			return s.Source == source && s.Covers(frozen.Area, from, to)
		})
		if !covered {
			return remedy.Tally{}, false, nil
		}
	}
	held, _, err := j.Source.Held(ctx, from, to)
	if err != nil {
		return remedy.Tally{}, false, fmt.Errorf("look for rules that changed: %w", err)
	}
	for _, label := range frozen.Labels {
		if _, is := held[label]; is {
			return remedy.Tally{}, false, nil
		}
	}
	// The area may lie below what is counted by area, so it is counted by itself.
	var told [2]remedy.Tally
	for k, area := range []string{frozen.Area, ""} {
		counts, err := j.Source.Count(ctx, Query{From: from, To: to, Interval: trend.Daily, Sources: frozen.Sources, Area: area})
		if err != nil {
			return remedy.Tally{}, false, fmt.Errorf("count what was told: %w", err)
		}
		told[k] = tally(counts, remedy.Root{Labels: frozen.Labels}, from, to)
	}
	return remedy.Tally{Days: told[0].Days, Told: told[0].Told, Elsewhere: told[1].Told - told[0].Told}, true, nil
}
