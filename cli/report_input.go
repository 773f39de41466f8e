package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/remedy/report"
	"suqiu/trend"
)

// reportInput reads what a bulletin is made of: the contacts of its weeks one by one, as problems and callers are told
// apart over all hotlines and labels, and for the baseline the counts that watch reads.
func (s *session) reportInput(ctx context.Context, store index.Store, period report.Period, area string, tree index.Tree) (report.Input, error) {
	in := report.Input{Period: period, Area: area, Made: s.env.Now(), Sources: map[string]hotline.Hotline{}}
	for _, src := range s.cfg.Sources {
		in.Sources[src.Name] = src.Hotline
	}
	names, err := s.names()
	if err != nil {
		return in, err
	}
	classes := map[string]string{}
	for _, p := range names.taxonomy.Parents {
		classes[p.Code] = p.Name
	}
	for _, l := range names.taxonomy.Labels {
		in.Labels = append(in.Labels, report.Label{
			Code: l.Code, Name: l.Name, Class: cmp.Or(l.Parent, l.Code), ClassName: cmp.Or(classes[l.Parent], l.Name), Sensitive: l.Sensitive,
		})
	}
	practice, err := s.practice(ctx, store)
	if err != nil {
		return in, err
	}
	if err := store.Refresh(ctx); err != nil {
		return in, err
	}
	if in.Tally, err = s.tally(ctx, store, in, tree, practice); err != nil {
		return in, err
	}
	spans := period.Spans()
	if in.Dropped, err = droppedMonths(ctx, store, tree, spans[:]...); err != nil {
		return in, err
	}
	if in.Incidents, err = remedy.All(ctx, remedyLedger{store}); err != nil {
		return in, err
	}
	return in, s.baseline(ctx, store, &in, tree)
}

// tally reads the contacts of the weeks that a bulletin compares.
func (s *session) tally(ctx context.Context, store index.Store, in report.Input, tree index.Tree, practice remedy.Practice) (*report.Tally, error) {
	t := report.NewTally(in.Period, in.Area, in.Labels)
	whole := grain{tree: tree, level: hotline.MaxAreaDepth}
	bar, read, total := newBar(s.env.Stderr, "周报", false), int64(0), int64(0)
	defer bar.done()
	var filters []index.Filter
	for _, span := range in.Period.Spans() {
		f := index.Filter{From: span.From, To: span.To}
		if in.Area != "" {
			f.Areas = []string{in.Area}
		}
		found, err := store.Search(ctx, index.Query{Filter: f})
		if err != nil {
			return t, err
		}
		total += found.Total
		filters = append(filters, f)
	}
	for _, f := range filters {
		err := index.Each(ctx, store, f, func(doc *hotline.Document) {
			c := reportContact(doc, whole)
			if c.Kind == hotline.KindOrder && !c.Closed {
				clock, limited := practice.Limits.OfOrder(doc, remedy.StepAnswer, practice.Workdays)
				c.Overdue = limited && in.Made.After(clock.Due)
			}
			t.Add(&c)
			read++
			bar.set(read, total)
		})
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// reportContact is what a bulletin counts of a document.
func reportContact(doc *hotline.Document, whole grain) report.Contact {
	call, found := &doc.Call, &doc.Analysis
	return report.Contact{
		ID: call.DocID(), Source: call.Source, Hotline: call.Hotline, Kind: call.Kind, Channel: call.Channel, Received: call.Received,
		Matter: call.Matter, Caller: call.Caller, Area: whole.path(call.Area), Unit: call.Unit, Labels: found.Codes(), Nature: found.Nature,
		Responsible: found.Responsible, Found: found.Found, Experience: found.Experience, Closed: answered(call),
	}
}

// answered reports whether an order was closed or replied to.
func answered(call *hotline.Call) bool {
	return !call.Life.Closed.IsZero() || call.Text(func(r hotline.Role) bool { return r == hotline.RoleReply }) != ""
}

// baseline asks the detector what it expected of the weeks.
func (s *session) baseline(ctx context.Context, store index.Store, in *report.Input, tree index.Tree) error {
	of := grain{tree: tree, level: min(hotline.MaxAreaDepth, reportLevels(in.Area))}
	judge, err := s.detection(trend.Daily, sensitivity{}, of)
	if err != nil {
		return err
	}
	source, err := s.live(store, of)
	if err != nil {
		return err
	}
	if in.Coverage, err = source.Coverage(ctx); err != nil {
		return err
	}
	known, err := source.Known(ctx)
	if err != nil {
		return err
	}
	plan := trend.NewPlan(in.Coverage, known, trend.Daily, in.Period.To, judge.Calendar)
	for _, left := range plan.Left { // what has no coverage at all is told as a gap
		if slices.ContainsFunc(in.Coverage, func(span hotline.Coverage) bool { return strings.Contains(left.What, span.Source) }) {
			in.Left = append(in.Left, left)
		}
	}
	spans := in.Period.Spans()
	from := spans[0].From
	if !plan.Bucket.IsZero() && plan.From.Before(from) {
		from = plan.From
	}
	if in.Held, _, err = source.Held(ctx, from, in.Period.To); err != nil {
		return err
	}
	if in.HeldYear, _, err = source.Held(ctx, spans[1].From, spans[1].To); err != nil {
		return err
	}
	if plan.Bucket.IsZero() {
		return nil
	}
	counts, err := source.Count(ctx, detect.Query{From: plan.From, To: plan.To, Interval: plan.Interval, Sources: plan.Sources, Area: plan.Root})
	if err != nil {
		return err
	}
	watched := report.Watched(in.Tally, in.Labels, in.Held, cmp.Or(in.Area, plan.Root))
	in.Weeks, err = trend.Weeks(plan, trend.Input{Counts: counts, Calendar: judge.Calendar, Families: judge.Families, Hold: in.Held, Watched: watched}, report.Weeks)
	return err
}
