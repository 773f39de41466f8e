package cli

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
)

// showVisits writes a worklist of visits as text, JSON lines or CSV; the text also tells of those that are due later.
func (s *session) showVisits(format string, visits, later []remedy.DueVisit) error {
	switch format {
	case "json":
		return writeJSONLines(s.env.Stdout, visits)
	case "csv", "xlsx":
		return s.writeVisits(format, visits)
	}
	fmt.Fprintf(s.env.Stdout, "待回访 %d 件", len(visits))
	if len(later) > 0 {
		first := slices.MinFunc(later, func(a, b remedy.DueVisit) int { return a.Due.Compare(b.Due) })
		fmt.Fprintf(s.env.Stdout, "；另有 %d 件，最早 %s 到期", len(later), first.Due.In(s.zone).Format("01-02"))
	}
	fmt.Fprintln(s.env.Stdout)
	rows := [][]string{{"问题", "工单", "第几天", "到期"}}
	for _, v := range visits {
		rows = append(rows, []string{v.Incident, v.Order, strconv.Itoa(v.Day), v.Due.In(s.zone).Format(time.DateOnly)})
	}
	if len(visits) == 0 {
		return nil
	}
	return writeTable(s.env.Stdout, rows)
}

// writeCSV writes rows for a spreadsheet.
func writeCSV(w io.Writer, rows [][]string) error { return csv.NewWriter(w).WriteAll(rows) }

func (s *session) listVisits(c *cli.Context) error {
	format := c.String("format")
	if !slices.Contains([]string{"text", "json", "csv", "xlsx"}, format) {
		return usagef("--format %s：可写 text、json、csv、xlsx", format)
	}
	by := s.env.Now()
	if text := c.String("due"); text != "" {
		span, err := readSpan(text)
		if err != nil {
			return usagef("--due %s：%v", text, err)
		}
		by = by.Add(span)
	}
	all, _, err := s.incidents(c.Context)
	if err != nil {
		return err
	}
	var due, later []remedy.DueVisit
	var done []remedy.Visit
	for k := range all {
		i := &all[k]
		if !i.Alive() || !hotline.Covers(c.String("area"), i.Area) {
			continue
		}
		for _, v := range i.OpenVisits(time.Time{}) {
			if v.Due.After(by) {
				later = append(later, v)
			} else {
				due = append(due, v)
			}
		}
		done = append(done, i.AllVisits()...)
	}
	slices.SortStableFunc(due, func(a, b remedy.DueVisit) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Order, b.Order)) })
	if err := s.showVisits(format, due, later); err != nil || format != "text" {
		return err
	}
	fmt.Fprintln(s.env.Stdout, ratesText(remedy.RatesOf(done, remedy.DefaultWeights())))
	return nil
}

func (s *session) exportReplies(c *cli.Context) error {
	format := c.String("format")
	if format != "csv" && format != "json" {
		return usagef("--format %s：可写 csv、json", format)
	}
	i, _, err := s.theIncident(c)
	if err != nil {
		return err
	}
	replies, err := i.Replies(s.zone)
	if err != nil {
		return err
	}
	if format == "json" {
		return writeJSONLines(s.env.Stdout, replies)
	}
	rows := [][]string{{"工单编号", "处理情况"}}
	for _, r := range replies {
		rows = append(rows, []string{r.Order, r.Text})
	}
	return writeCSV(s.env.Stdout, rows)
}

// dueLimit is a time limit that passes soon or has passed.
type dueLimit struct {
	Of   string    `json:"of"` // order or incident
	ID   string    `json:"id"`
	Area string    `json:"area"`
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
	Over bool      `json:"over"`
}

func (s *session) listDue(c *cli.Context) error {
	within, err := readSpan(c.String("within"))
	if err != nil {
		return usagef("--within %s：%v", c.String("within"), err)
	}
	since, err := readSpan(c.String("since"))
	if err != nil {
		return usagef("--since %s：%v", c.String("since"), err)
	}
	all, store, err := s.incidents(c.Context)
	if err != nil {
		return err
	}
	practice, err := s.practice(c.Context, store)
	if err != nil {
		return err
	}
	now, area := s.env.Now(), c.String("area")
	var due []dueLimit
	add := func(of, id, area string, clock remedy.Clock) {
		if !clock.Due.After(now.Add(within)) {
			due = append(due, dueLimit{of, id, area, clock.Name, clock.Due, now.After(clock.Due)})
		}
	}
	for k := range all {
		if i := &all[k]; !i.Ended() && i.Clock.Step != "" && hotline.Covers(area, i.Area) {
			add("incident", i.ID, i.Area, i.Clock)
		}
	}
	filter := index.Filter{From: now.Add(-since), Kinds: []hotline.Kind{hotline.KindOrder}}
	if area != "" {
		filter.Areas = []string{area}
	}
	err = index.Each(c.Context, store, filter, func(doc *hotline.Document) {
		life := doc.Call.Life
		for step, done := range map[remedy.Step]bool{
			remedy.StepContact: !life.Contacted.IsZero() || !life.Closed.IsZero(),
			remedy.StepAnswer:  answered(&doc.Call),
		} {
			if clock, found := practice.Limits.OfOrder(doc, step, practice.Workdays); found && !done {
				add("order", doc.Call.DocID(), cmp.Or(doc.Call.Area.Grid, doc.Call.Area.Division), clock)
			}
		}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(due, func(a, b dueLimit) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
	})
	if c.String("format") == "json" {
		return writeJSONLines(s.env.Stdout, due)
	}
	over := 0
	rows := [][]string{{"到期", "", "时限", "编号", "地区"}}
	for _, d := range due {
		state := "临期"
		if d.Over {
			state = "超期"
			over++
		}
		rows = append(rows, []string{d.Due.In(s.zone).Format("2006-01-02 15:04"), state, d.Name, d.ID, d.Area})
	}
	fmt.Fprintf(s.env.Stdout, "超期 %d 项，临期 %d 项\n", over, len(due)-over)
	if len(due) == 0 {
		return nil
	}
	return writeTable(s.env.Stdout, rows)
}
