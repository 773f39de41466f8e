package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/remedy"
)

// act does a deed of the command line with one incident.
func (s *session) act(c *cli.Context, act remedy.Act, read func(*session, *cli.Context, *remedy.Incident, *remedy.Deed) error) error {
	i, store, err := s.theIncident(c)
	if err != nil {
		return err
	}
	if act == remedy.ActVisit && !c.IsSet("order") {
		return s.showVisits(c.String("format"), i.OpenVisits(time.Time{}), nil)
	}
	by, err := who(c)
	if err != nil {
		return err
	}
	masker, err := s.lookingMasker()
	if err != nil {
		return err
	}
	d := remedy.Deed{Act: act, By: by, At: s.env.Now().In(s.zone).Truncate(time.Second), Note: masker.Text(c.String("note"))}
	if d.By == "" {
		return usagef("写明是谁做的：--by 张三")
	}
	if err := s.warnStranger(c.Context, store, d.By, d.At); err != nil {
		return err
	}
	if read != nil {
		if err := read(s, c, &i, &d); err != nil {
			return err
		}
	}
	if d.Measure != nil {
		d.Measure.What = masker.Text(d.Measure.What)
	}
	practice, err := s.practice(c.Context, store)
	if err != nil {
		return err
	}
	before := fmt.Sprintf("%s（信号%s）", i.Work.Name(), i.Signal.Name())
	after := i
	if c.Bool("dry-run") {
		err = after.Do(practice, d)
	} else {
		after, err = remedy.Update(c.Context, remedyLedger{store}, i.ID, func(i *remedy.Incident) error { return i.Do(practice, d) })
	}
	if err != nil {
		return err
	}
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, &after)
	}
	fmt.Fprintf(s.env.Stdout, "%s：%s → %s（信号%s）\n", after.ID, before, after.Work.Name(), after.Signal.Name())
	if after.Clock.Step != "" {
		fmt.Fprintf(s.env.Stdout, "时限：%s，%s\n", after.Clock.Name, after.Clock.Due.In(s.zone).Format("2006-01-02 15:04"))
	}
	if act == remedy.ActRemedy {
		for _, r := range after.Visits {
			if !r.Replaced {
				fmt.Fprintf(s.env.Stdout, "第 %d 天回访：%s，%d 件\n", r.Day, r.Due.In(s.zone).Format(time.DateOnly), len(r.Orders))
			}
		}
	}
	if c.Bool("dry-run") {
		fmt.Fprintln(s.env.Stdout, "试运行，没有保存")
	}
	return nil
}

// readAssign looks the new owner up among the people who are in the tables now.
func readAssign(s *session, c *cli.Context, _ *remedy.Incident, d *remedy.Deed) error {
	who := c.String("to")
	if who == "" {
		return usagef("写明转给谁：--to 10007，人员表中的工号")
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	people, err := s.directory(c.Context, store)
	if err != nil {
		return err
	}
	switch found := people.Find(who, d.At); {
	case len(found) == 1:
		d.To = found[0]
		return nil
	case len(found) > 1:
		numbers := make([]string, len(found))
		for k, p := range found {
			numbers[k] = p.ID
		}
		return usagef("--to %s：有 %d 人叫这个名字；写工号：%s", who, len(found), strings.Join(numbers, "、"))
	case !people.Peopled():
		return usagef("--to %s：还没有导入人员表；suqiu owner import people 人员.xlsx --apply", who)
	}
	return usagef("--to %s：人员表中现在没有这个工号或姓名；suqiu owner list 列出有谁，suqiu owner import people 导入", who)
}

func readProgress(s *session, c *cli.Context, i *remedy.Incident, d *remedy.Deed) error {
	if !c.IsSet("appointment") {
		if c.IsSet("order") {
			return usagef("--order 和 --appointment 一起写：写明约的是哪一件")
		}
		return nil
	}
	if order := c.String("order"); order != "" {
		if err := s.hasOrder(c.Context, i, order, d.At); err != nil {
			return err
		}
	}
	at, err := readTime(c, "appointment", s.zone)
	d.Appointment = &remedy.Appointment{Order: c.String("order"), At: at, Note: d.Note, By: d.By}
	return err
}

// hasOrder refuses a contact that is none of the incident's.
func (s *session) hasOrder(ctx context.Context, i *remedy.Incident, order string, until time.Time) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	contacts, _, err := contactsOf(ctx, store, i, until)
	if err != nil {
		return err
	}
	orders := make([]string, len(contacts))
	for k := range contacts {
		orders[k] = contacts[k].ID
	}
	if slices.Contains(orders, order) {
		return nil
	}
	slices.Sort(orders)
	near := nearest(order, orders)
	if len(near) == 0 {
		near = orders[:min(len(orders), maxNearest)]
	}
	return usagef("--order %s：问题 %[3]s 的 %[2]d 件诉求中没有它；有 %[4]s", order, len(orders), i.ID, strings.Join(near, "、"))
}

// warnStranger says on standard error that who does something is not among the people of the tables, if there are any.
func (s *session) warnStranger(ctx context.Context, store index.Ledger, who string, at time.Time) error {
	people, err := s.directory(ctx, store)
	if err == nil && people.Peopled() && len(people.Find(who, at)) == 0 {
		fmt.Fprintf(s.env.Stderr, "suqiu: --by %s：人员表中现在没有这个工号或姓名；照原样记录\n", who)
	}
	return err
}

func readRemedy(s *session, c *cli.Context, i *remedy.Incident, d *remedy.Deed) error {
	m := &remedy.Measure{What: c.String("measure"), Who: c.String("who")}
	var err error
	if m.When, err = readTime(c, "when", s.zone); err != nil {
		return err
	}
	if m.Told, err = readTime(c, "told", s.zone); err != nil {
		return err
	}
	d.Measure = m
	store, err := s.store()
	if err != nil {
		return err
	}
	before, later, err := contactsOf(c.Context, store, i, m.When)
	if err != nil {
		return err
	}
	if len(later) > 0 && c.String("format") == "text" {
		fmt.Fprintln(s.env.Stdout, laterText(later))
	}
	d.Orders, d.Others = remedy.Callbacks(before)
	return nil
}

func readVisit(_ *session, c *cli.Context, _ *remedy.Incident, d *remedy.Deed) error {
	d.Visit = &remedy.Visit{
		Order: c.String("order"), Day: c.Int("day"), At: d.At, By: d.By, Result: remedy.Result(c.String("result")),
		Contacted: c.Bool("contacted"), Solved: c.Bool("solved"), Note: d.Note,
	}
	return nil
}

func readSupervise(s *session, c *cli.Context, _ *remedy.Incident, d *remedy.Deed) error {
	if !c.IsSet("until") {
		return nil
	}
	var err error
	d.Due, err = readTime(c, "until", s.zone)
	return err
}
