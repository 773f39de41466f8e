package detect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/trend"
	"suqiu/trend/countrule"
)

const (
	// scanned is how far back all contacts are read for a rule; those that reach further are asked about account by account, and
	// caller by caller, of those told in the bucket.
	scanned = 48 * time.Hour
	// mostIDs is how many contacts of a finding are kept.
	mostIDs = 100
)

// counted applies the rules that count (计数规则) to a bucket. What they find is a sighting of its own, of the family of
// what it is about, so that it joins an incident of statistics about the same and never stands beside one. Many places
// at once are gathered as those of statistics are. A finding whose place is not known as far down as is counted would
// swallow what has a place: as long as nothing that covers it is watched or located, it is of a family of its own.
func (j *Judge) counted(ctx context.Context, plan trend.Plan, counts []hotline.Count, watched []remedy.Root, located []remedy.Sighting, now time.Time) ([]remedy.Sighting, []trend.Left, error) {
	if len(j.Counts) == 0 {
		return nil, nil, nil
	}
	held, _, err := j.Source.Held(ctx, plan.Bucket.Add(-countrule.Reach(j.Counts)), plan.To)
	if err != nil {
		return nil, nil, fmt.Errorf("look for rules that changed: %w", err)
	}
	today, err := j.Source.Read(ctx, Query{From: plan.Bucket, To: plan.To, Interval: trend.Daily})
	if err != nil {
		return nil, nil, fmt.Errorf("read what rules count: %w", err)
	}
	var findings []countrule.Finding
	var left []trend.Left
	contacts := map[string]Contact{}
	for _, rule := range j.Counts {
		if changed := slices.DeleteFunc(slices.Sorted(maps.Keys(held)), func(label string) bool { return !rule.Concerns(label) }); len(changed) > 0 {
			left = append(left, trend.Left{What: "计数规则 " + rule.Name, Why: held[changed[0]]})
			continue
		}
		told, err := j.history(ctx, rule, today, plan.Bucket)
		if err != nil {
			return nil, nil, fmt.Errorf("read what the rule %s counts: %w", rule.Name, err)
		}
		own := make([]countrule.Contact, len(told))
		for k := range told {
			contacts[told[k].ID] = told[k]
			own[k] = told[k].counted(held)
		}
		findings = append(findings, countrule.Find([]countrule.Rule{rule}, own, plan.Bucket.Add(-1), plan.To.Add(-1))...)
	}
	for _, s := range located {
		watched = append(watched, s.Root)
	}
	var out []remedy.Sighting
	for _, g := range j.gather(plan.Bucket, findings, watched) {
		out = append(out, g.sighting(plan, contacts, counts, now))
	}
	return out, left, nil
}

// history returns of the contacts of a bucket those that can count for a rule, and those before that may count with them.
func (j *Judge) history(ctx context.Context, rule countrule.Rule, today []Contact, bucket time.Time) ([]Contact, error) {
	out := slices.DeleteFunc(slices.Clone(today), func(c Contact) bool { return !rule.Takes(c.counted(nil)) })
	if len(out) == 0 {
		return nil, nil
	}
	q := Query{From: bucket.Add(-rule.Reach()), To: bucket, Interval: trend.Daily, Labels: rule.Labels}
	asked := []Query{q}
	if by := rule.By; rule.Reach() > scanned && (by == countrule.ByAccount || by == countrule.ByCaller) {
		asked = nil
		keys := map[string]bool{}
		for k := range out {
			q.Account, q.Caller = out[k].Account, ""
			if by == countrule.ByCaller {
				q.Account, q.Caller = "", out[k].Caller
			}
			if key := q.Account + q.Caller; !keys[key] {
				keys[key] = true
				asked = append(asked, q)
			}
		}
	}
	for _, q := range asked {
		before, err := j.Source.Read(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, before...)
	}
	return out, nil
}

// counted is the contact as rules count it, without the labels that are held.
func (c *Contact) counted(held map[string]string) countrule.Contact {
	labels := c.Labels
	if len(held) > 0 {
		labels = slices.DeleteFunc(slices.Clone(labels), func(label string) bool { _, is := held[label]; return is })
	}
	return countrule.Contact{ID: c.ID, At: c.Received, Day: c.Precision == hotline.PrecisionDay, Matter: c.Matter, Caller: c.Caller, Account: c.Account,
		Place: c.Community, Area: c.Area, Labels: labels}
}

// group is what rules found of one family in one place.
type group struct {
	family, area string
	findings     []countrule.Finding
}

// gather joins findings to places.
func (j *Judge) gather(bucket time.Time, findings []countrule.Finding, known []remedy.Root) []group {
	families := make([]string, len(findings))
	var rises []trend.Rise
	for k, f := range findings {
		families[k] = j.family(f, known)
		rises = append(rises, trend.Rise{Label: f.Label, Family: families[k], Area: f.Area, Bucket: bucket, Score: float64(f.Count)})
	}
	var out []group
	for k, c := range trend.Follow(nil, bucket, rises) {
		if c.Into != k {
			continue
		}
		g := group{family: c.Family, area: c.Area}
		for n, f := range findings {
			if families[n] == c.Family && hotline.Covers(c.Area, f.Area) {
				g.findings = append(g.findings, f)
			}
		}
		out = append(out, g)
	}
	return out
}

// family is the cause that a finding shares with others.
func (j *Judge) family(f countrule.Finding, known []remedy.Root) string {
	own := "count/" + f.Rule
	if f.Label == "" {
		return own
	}
	family := j.Families(f.Label)
	vague := f.Area == "" || strings.Count(f.Area, hotline.AreaSeparator)+1 < j.Depth
	if vague && !slices.ContainsFunc(known, func(r remedy.Root) bool { return r.Family == family && hotline.Covers(r.Area, f.Area) }) {
		return own
	}
	return family
}

// sighting is what a group tells.
func (g *group) sighting(plan trend.Plan, contacts map[string]Contact, counts []hotline.Count, now time.Time) remedy.Sighting {
	s := remedy.Sighting{Root: remedy.Root{Family: g.family, Area: g.area}}
	snapshot := remedy.Snapshot{At: now, Bucket: plan.Bucket, Area: g.area}
	frozen := remedy.Expected{Root: s.Root, To: plan.To, Sources: plan.Sources}
	ids, telling, matters, most := map[string]bool{}, NewTelling(), map[string]bool{}, 0
	for _, f := range g.findings {
		s.Labels = add(s.Labels, f.Label)
		snapshot.Days = max(snapshot.Days, int(math.Ceil(f.Within.Hours()/24)))
		most = max(most, f.Count)
		c := remedy.Counted{Rule: f.Rule, Level: f.Level, What: what(f), By: string(f.By), Key: f.Key, Count: f.Count, IDs: f.IDs[:min(mostIDs, len(f.IDs))]}
		snapshot.Counted = append(snapshot.Counted, c)
		s.Explains = add(s.Explains, c.Text())
		for _, id := range f.IDs {
			contact := contacts[id]
			frozen.Labels = add(frozen.Labels, contact.Labels...)
			for _, label := range contact.Labels { // of which each matter counts once, as in a tally
				matters[label+" "+contact.Matter] = true
			}
			if !ids[id] {
				ids[id] = true
				telling.Add(&contact)
			}
		}
	}
	snapshot.Labels, snapshot.Observed, snapshot.Told = s.Labels, len(ids), telling.Told()
	s.Snapshot = snapshot
	frozen.From = plan.To.AddDate(0, 0, -snapshot.Days)
	if frozen.From.Before(plan.From) { // what is counted elsewhere is not known further back
		frozen.From = plan.From
	}
	frozen.Days = int(plan.To.Sub(frozen.From).Round(24*time.Hour) / (24 * time.Hour))
	frozen.Told = len(matters)
	frozen.Elsewhere = max(0, tally(counts, remedy.Root{Labels: frozen.Labels}, frozen.From, frozen.To).Told-frozen.Told)
	s.Frozen = frozen
	s.Reading = remedy.Reading{Through: plan.To, Observed: snapshot.Observed, Score: float64(most), Rejected: true}
	return s
}

// add joins texts to a sorted list that holds each once; empty ones are left out.
func add(list []string, more ...string) []string {
	list = slices.Compact(slices.Sorted(slices.Values(slices.Concat(list, more))))
	return slices.DeleteFunc(list, func(text string) bool { return text == "" })
}

// what tells the level that a finding met, without its own numbers.
func what(f countrule.Finding) string {
	whose := map[countrule.By]string{countrule.ByAccount: "一户", countrule.ByCaller: "同一来电人", countrule.ByPlace: "同一小区", countrule.ByArea: "同一地区"}[f.By]
	unit := map[countrule.Unit]string{countrule.Matters: "次", countrule.Contacts: "次来电", countrule.Callers: "人"}[f.Unit]
	span := fmt.Sprintf("%d 天", int(f.Within.Hours()/24))
	if f.Within%(24*time.Hour) != 0 {
		span = strings.TrimSuffix(strings.TrimSuffix(f.Within.String(), "0s"), "0m")
		span = cmp.Or(strings.NewReplacer("h", " 小时", "m", " 分钟").Replace(span), span)
	}
	return fmt.Sprintf("%s %s内 %d %s以上", whose, span, f.Least, unit)
}
