package detect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
)

// Comparison is what was told of an area over as many days before a day as from that day on, and what had to be left out.
type Comparison struct {
	Before, After remedy.Expected
	Left          []trend.Left // sources and labels, each with the reason
}

// Compare counts the labels of a root in its area and elsewhere, over the sources that are complete in both periods and
// the labels whose counts are of one revision of their rules, as effects of measures are counted. It reports whether
// anything can be compared; Left says why the rest can't.
func (j *Judge) Compare(ctx context.Context, root remedy.Root, at time.Time, days int) (Comparison, bool, error) {
	from, to := at.AddDate(0, 0, -days), at.AddDate(0, 0, days)
	var c Comparison
	sources, err := j.complete(ctx, root.Area, from, to, &c.Left)
	if err != nil {
		return c, false, err
	}
	held, _, err := j.Source.Held(ctx, from, to)
	if err != nil {
		return c, false, fmt.Errorf("look for rules that changed: %w", err)
	}
	var labels []string
	for _, label := range root.Labels {
		if why, is := held[label]; is {
			c.Left = append(c.Left, trend.Left{What: label, Why: why})
		} else {
			labels = append(labels, label)
		}
	}
	root.Labels = labels
	if len(sources) == 0 || len(labels) == 0 {
		return c, false, nil
	}
	c.Before = remedy.Expected{Root: root, From: from, To: at, Sources: sources}
	c.After = remedy.Expected{Root: root, From: at, To: to, Sources: sources}
	known := true
	for _, period := range []*remedy.Expected{&c.Before, &c.After} {
		tally, is, err := j.Tally(ctx, *period, period.From, period.To)
		if err != nil {
			return c, false, err
		}
		period.Tally, known = tally, known && is
	}
	return c, known, nil
}

// complete lists the sources that are complete in a period, and tells of the others which days are missing.
func (j *Judge) complete(ctx context.Context, area string, from, to time.Time, left *[]trend.Left) ([]string, error) {
	spans, err := j.Source.Coverage(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the coverage: %w", err)
	}
	all, err := j.Source.Known(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the sources: %w", err)
	}
	for _, s := range spans {
		all = append(all, s.Source)
	}
	var out []string
	for _, source := range slices.Compact(slices.Sorted(slices.Values(all))) {
		missing := j.missing(spans, source, area, from, to)
		if len(missing) == 0 {
			out = append(out, source)
			continue
		}
		*left = append(*left, trend.Left{What: source, Why: "不完整：" + strings.Join(missing, "、")})
	}
	return out, nil
}

// missing tells when in a period a source is not complete for an area.
func (j *Judge) missing(spans []hotline.Coverage, source, area string, from, to time.Time) []string {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s hotline.Coverage) bool {
		return s.Source != source || !hotline.Covers(s.Area, area) || !s.From.Before(to) || !from.Before(s.Through)
	})
	slices.SortFunc(spans, func(a, b hotline.Coverage) int { return cmp.Or(a.From.Compare(b.From), a.Through.Compare(b.Through)) })
	var out []string
	gap := func(until time.Time) {
		if from.Before(until) {
			out = append(out, j.stamp(from)+" 至 "+j.stamp(until))
		}
	}
	for _, s := range spans {
		gap(s.From)
		if s.Through.After(from) {
			from = s.Through
		}
	}
	gap(to)
	return out
}

// stamp tells a time in the zone of the calendar.
func (j *Judge) stamp(t time.Time) string { return t.In(j.Calendar.Zone()).Format("2006-01-02 15:04") }
