package trend

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

// Interval is the width of the buckets that are judged.
type Interval string

// The intervals.
const (
	Daily  Interval = "day"
	Hourly Interval = "hour"
)

const (
	// MaxAge is how old the end of a bucket may be at most for it to be judged: what was told longer ago, as in a
	// backfill, opens no incident.
	MaxAge = 3 * 24 * time.Hour

	settled      = 28 * 24 * time.Hour  // a source covered so long takes part beside older ones
	dailyReach   = 180                  // days of history that are read at most
	hourlyReach  = 60                   // likewise for hours
	seasonReach  = 3 * 366              // days that are read where the history is long enough for seasons
	seasonNeeded = 365 * 24 * time.Hour // of coverage, for seasons
	dailyGrace   = 12 * time.Hour       // a source that lags less is waited for
	hourlyGrace  = 2 * time.Hour
)

// Plan says what an evaluation reads: the counts of matters in [From, To) of Sources, by Interval. It judges the last
// bucket, Bucket to To.
type Plan struct {
	Interval Interval
	Bucket   time.Time // start of what is judged; zero if nothing can be, and then Left says why
	From, To time.Time
	Sources  []string
	Root     string // the area path below which counts are read, with all below; "" for all
	Left     []Left

	spans []hotline.Coverage
	zone  *time.Location
}

// Reach is how far before the end of what it judges an evaluation up to a time reads counts at most.
func Reach(coverage []hotline.Coverage, interval Interval, until time.Time) time.Duration {
	days := dailyReach
	switch {
	case interval == Hourly:
		days = hourlyReach
	case slices.ContainsFunc(coverage, func(s hotline.Coverage) bool { return until.Sub(s.From) >= seasonNeeded }):
		days = seasonReach
	}
	return time.Duration(days) * 24 * time.Hour
}

// Left is something that was not judged, and why.
type Left struct {
	What string // a source, a label or an area path
	Why  string // in Chinese, for the analyst
}

// NewPlan plans the evaluation at now. Of the sources, those take part whose watermark (the end of their coverage) is
// within grace of the furthest, half a day or two hours, and whose coverage is at least four weeks, or half as long as
// the longest; the others are left out, so that neither a source that falls silent nor one that begins looks like
// a change of what is told. A source without coverage, such as a sample, takes no part at all. The bucket judged is the
// last that the watermarks of all that take part have passed; if its end is older than MaxAge none is.
// known names the sources of which something is stored, to tell of those without coverage.
func NewPlan(coverage []hotline.Coverage, known []string, interval Interval, now time.Time, days *calendar.Calendar) Plan {
	p := Plan{Interval: interval, zone: days.Zone()}
	covered := map[string]bool{}
	for _, s := range coverage {
		covered[s.Source] = true
	}
	for _, source := range known {
		if !covered[source] {
			p.leave(source, "没有完整性记录：不知道它缺的日子是没有诉求还是没有数据，不参与判断")
		}
	}
	p.choose(coverage, now)
	if len(p.spans) == 0 {
		return p
	}
	p.bucket(now)
	return p
}

func (p *Plan) leave(what, why string, args ...any) {
	p.Left = append(p.Left, Left{What: what, Why: fmt.Sprintf(why, args...)})
}

func (p *Plan) grace() time.Duration {
	if p.Interval == Hourly {
		return hourlyGrace
	}
	return dailyGrace
}

// choose picks the spans of the sources that take part.
func (p *Plan) choose(coverage []hotline.Coverage, now time.Time) {
	spans := slices.Clone(coverage)
	slices.SortFunc(spans, func(a, b hotline.Coverage) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Area, b.Area))
	})
	var furthest time.Time
	longest := time.Duration(0)
	for i := range spans {
		if spans[i].Through.After(now) {
			spans[i].Through = now
		}
		if spans[i].Through.After(furthest) {
			furthest = spans[i].Through
		}
	}
	live := func(s hotline.Coverage) bool { return !s.Through.Before(furthest.Add(-p.grace())) }
	for _, s := range spans {
		if live(s) {
			longest = max(longest, s.Through.Sub(s.From))
		}
	}
	for _, s := range spans {
		length := s.Through.Sub(s.From)
		switch {
		case !live(s):
			p.leave(s.Source, "数据只完整到 %s，落后于其他来源，补齐前不参与判断", s.Through.In(p.zone).Format("2006-01-02 15:04"))
		case length < settled && 2*length < longest:
			p.leave(s.Source, "自 %s 起才完整，满四周后参与判断", s.From.In(p.zone).Format("2006-01-02"))
		default:
			p.spans = append(p.spans, s)
			if !slices.Contains(p.Sources, s.Source) {
				p.Sources = append(p.Sources, s.Source)
			}
		}
	}
}

// bucket finds the bucket judged and the period read.
func (p *Plan) bucket(now time.Time) {
	watermark, begin := p.spans[0].Through, p.spans[0].From
	p.Root = p.spans[0].Area
	for _, s := range p.spans[1:] {
		if s.Through.Before(watermark) {
			watermark = s.Through
		}
		if s.From.After(begin) {
			begin = s.From
		}
		p.Root = common(p.Root, s.Area)
	}
	local := watermark.In(p.zone)
	if p.Interval == Hourly {
		p.To = time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), 0, 0, 0, p.zone)
	} else {
		p.To = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, p.zone)
	}
	if now.Sub(p.To) > MaxAge {
		p.leave(strings.Join(p.Sources, "、"), "数据只完整到 %s，早于三天前，不再判断", local.Format("2006-01-02 15:04"))
		return
	}
	reach := dailyReach
	switch {
	case p.Interval == Hourly:
		reach = hourlyReach
	case p.To.Sub(begin) >= seasonNeeded:
		reach = seasonReach
	}
	p.From = p.To.AddDate(0, 0, -reach)
	for p.From.Before(begin) {
		p.From = p.From.AddDate(0, 0, 1)
	}
	if !p.From.Before(p.To) {
		p.leave(strings.Join(p.Sources, "、"), "还没有一个完整的%s", map[Interval]string{Daily: "日子", Hourly: "二十四小时"}[p.Interval])
		return
	}
	p.Bucket = p.To.AddDate(0, 0, -1)
	if p.Interval == Hourly {
		p.Bucket = p.To.Add(-time.Hour)
	}
}

// common returns the longest area path that both lie in.
func common(a, b string) string {
	for !hotline.Covers(a, b) {
		a = parent(a)
	}
	return a
}

// parent returns the area path above, "" above the topmost.
func parent(area string) string {
	i := strings.LastIndexByte(area, '/')
	if i < 0 {
		return ""
	}
	return area[:i]
}

// knows reports whether the area is complete for all sources in [from, to).
func (p *Plan) knows(area string, from, to time.Time) bool {
	for _, source := range p.Sources {
		if !slices.ContainsFunc(p.spans, func(s hotline.Coverage) bool { return s.Source == source && s.Covers(area, from, to) }) {
			return false
		}
	}
	return true
}
