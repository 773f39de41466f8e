package trend

import (
	"slices"
	"time"
)

// weekLearnt is how many days must lie before a week for something to be expected of it.
const weekLearnt = 21

// Week is how a watched problem stood over seven days.
type Week struct {
	From, To time.Time
	Known    bool // all sources were complete; else the rest is zero
	Observed int  // matters of the labels; one of several labels counts at each
	Judged   bool // there was history enough to expect something
	Expected float64
	Variance float64 // of the observed count about the expected one
}

// Weeks says, by the same detector as Judge, what was to be expected of each of the last n weeks, of which the last one
// ends with the plan's bucket, of what is watched. The weeks of a name stand in the order of time. Labels that are held
// are left out. A plan without a bucket gives none.
func Weeks(p Plan, in Input, n int) (map[string][]Week, error) {
	out := map[string][]Week{}
	if p.Bucket.IsZero() {
		return out, nil
	}
	in.defaults()
	seven := slices.Index(in.Config.Windows, 7)
	h, err := newHistory(p, in)
	if err != nil || len(h.labels) == 0 || seven < 0 {
		return out, err
	}
	d, err := NewDetector(h.areas, len(h.labels), in.Config)
	if err != nil {
		return out, err
	}
	recent := h.days[max(0, len(h.days)-dailyReach):]
	for i, day := range recent {
		if _, err := d.Next(h.day(day, false), 0); err != nil {
			return out, err
		}
		left := len(recent) - 1 - i
		if left%7 != 0 || left/7 >= n || i < 6 {
			continue
		}
		for name, w := range in.Watched {
			out[name] = append(out[name], h.week(d, w, recent[i-6].from, day.to, i+1 >= weekLearnt+7, seven))
		}
	}
	return out, nil
}

// week sums up a watched problem over the week that the detector saw last.
func (h *history) week(d *Detector, w Watched, from, to time.Time, judged bool, seven int) Week {
	out := Week{From: from, To: to, Known: h.plan.knows(w.Area, from, to)}
	if !out.Known {
		return out
	}
	out.Judged = judged
	area := slices.Index(h.paths, w.Area)
	if area < 0 {
		return out // nothing was ever told there
	}
	for _, code := range w.Labels {
		label := slices.Index(h.labels, code)
		if label < 0 {
			continue
		}
		for _, day := range d.recent[len(d.recent)-7:] {
			out.Observed += day.Counts[label][area]
		}
		if judged {
			window := d.judge(label, area, 2).Windows[seven]
			out.Expected += window.Expected
			out.Variance += window.Variance
		}
	}
	return out
}
