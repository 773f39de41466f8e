package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
)

// searches asks three questions and holds the answers against the truth: by words, by label and place, by count.
func (d *demo) searches(ctx context.Context, store index.Store, truth *sample.Truth) error {
	if err := d.byWords(ctx, store, truth); err != nil {
		return err
	}
	if err := d.byLabel(ctx, store, truth); err != nil {
		return err
	}
	return d.byCount(ctx, store, truth)
}

func (d *demo) byWords(ctx context.Context, store index.Store, truth *sample.Truth) error {
	const words = "电压低"
	d.say("\n%s", d.paint.bold("检索一：谁说了「"+words+"」"))
	result, err := store.Search(ctx, index.Query{Words: words, Size: index.MaxWindow, Highlight: true})
	if err != nil {
		return err
	}
	d.checkSame("命中", result.Found, truth.WithPhrase(words))
	if len(result.Found) > 0 {
		names, err := d.names()
		if err != nil {
			return err
		}
		d.say("  最近的一件：")
		showFound(d.out, &result.Found[0], names, d.paint)
	}
	return nil
}

func (d *demo) byLabel(ctx context.Context, store index.Store, truth *sample.Truth) error {
	d.say("\n%s", d.paint.bold("检索二：四个正在上升的问题，各在一个供电所"))
	names, err := d.names()
	if err != nil {
		return err
	}
	for _, p := range truth.Problems {
		filter := index.Filter{Labels: []string{p.Label}, Areas: []string{p.Grid}, From: p.From, To: p.Through}
		result, err := store.Search(ctx, index.Query{Filter: filter, Size: index.MaxWindow})
		if err != nil {
			return err
		}
		d.checkSame(fmt.Sprintf("%s · %s", names.name(p.Label), p.Grid), result.Found, truth.Of(p))
		weeks, err := store.Count(ctx, index.CountQuery{
			Filter:   index.Filter{Labels: filter.Labels, Areas: filter.Areas},
			Interval: index.IntervalWeek, Zone: d.zone, Tree: index.TreeGrid,
		})
		if err != nil {
			return err
		}
		d.say("    每周：%s", bars(weeks, p.Label, index.IntervalWeek))
	}
	return nil
}

// bars draws the matters of one label, a small column for each bucket from the first to the last, with the numbers
// behind. Buckets without a count are zero: the demo knows that all was read.
func bars(counts []hotline.Count, label string, width index.Interval) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	step := map[index.Interval]time.Duration{index.IntervalHour: time.Hour, index.IntervalWeek: 7 * 24 * time.Hour}[width]
	most, matters := int64(1), map[int64]int64{}
	var first, last time.Time
	for _, c := range counts {
		if c.Label != label {
			continue
		}
		if first.IsZero() {
			first = c.Bucket
		}
		last, matters[c.Bucket.Unix()], most = c.Bucket, c.Matters, max(most, c.Matters)
	}
	if first.IsZero() {
		return "（无）"
	}
	var columns, numbers []string
	for at := first; !at.After(last); at = at.Add(step) {
		n := matters[at.Unix()]
		columns = append(columns, string(blocks[n*int64(len(blocks)-1)/most]))
		numbers = append(numbers, fmt.Sprint(n))
	}
	return strings.Join(columns, "") + "  " + strings.Join(numbers, " ")
}

func (d *demo) byCount(ctx context.Context, store index.Store, truth *sample.Truth) error {
	p := truth.Storm
	d.say("\n%s", d.paint.bold("检索三：台风那天下午，"+p.Grid+" 有多少起停电"))
	counts, err := store.Count(ctx, index.CountQuery{
		Filter:   index.Filter{Labels: []string{p.Label}, Areas: []string{p.Grid}, From: p.From, To: p.Through},
		Interval: index.IntervalHour, Zone: d.zone, Tree: index.TreeGrid,
	})
	if err != nil {
		return err
	}
	counts = slices.DeleteFunc(counts, func(c hotline.Count) bool { return c.Label != p.Label })
	documents := int64(0)
	for _, c := range counts {
		documents += c.Documents
	}
	ids := truth.Of(p)
	d.check("诉求", int(documents), len(ids))
	months, err := store.Count(ctx, index.CountQuery{
		Filter:   index.Filter{Labels: []string{p.Label}, Areas: []string{p.Grid}, From: p.From, To: p.Through},
		Interval: index.IntervalMonth, Zone: d.zone, Tree: index.TreeGrid,
	})
	if err != nil {
		return err
	}
	matters := int64(0)
	for _, c := range months {
		if c.Label == p.Label {
			matters += c.Matters
		}
	}
	d.check("问题（合并到主单后）", int(matters), truth.Matters(ids))
	d.say("    每小时：%s（%s 起）", bars(counts, p.Label, index.IntervalHour), p.From.In(d.zone).Format("01-02 15:04"))
	return nil
}
