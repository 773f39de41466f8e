package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/trend"
)

func incidentCommand(env Env) *cli.Command {
	act := func(name, usage, description string, do func(s *session, c *cli.Context, i *remedy.Incident, d *remedy.Deed) error, flags ...cli.Flag) *cli.Command {
		return &cli.Command{
			Name: name, Usage: usage, ArgsUsage: "ID", Description: description,
			Flags: settingFlags(append(flags,
				&cli.StringFlag{Name: "by", Usage: "`WHO` does it"},
				&cli.StringFlag{Name: "note", Usage: "`TEXT`; personal data in it is masked"},
				&cli.BoolFlag{Name: "dry-run", Usage: "only show the incident before and after"},
				formatFlag("text or json"),
			)...),
			Action: inSession(env, func(s *session, c *cli.Context) error { return s.act(c, remedy.Act(name), do) }),
		}
	}
	return parent("incident", "问题：清单、签收、整改、回访、销号 · the incidents, and what people do with them",
		&cli.Command{
			Name: "list", Usage: "问题清单 · list the incidents that somebody has to see to",
			Description: "Example:\n   suqiu incident list --area 江东电力/临州供电公司 --work open",
			Flags: settingFlags(
				&cli.StringFlag{Name: "label", Usage: "only those of a label's `CODE`, with all below"},
				&cli.StringFlag{Name: "area", Usage: "only those in an area `PATH`, with all below"},
				&cli.StringFlag{Name: "owner", Usage: "only those of `WHO`, by name or number"},
				&cli.StringSliceFlag{Name: "work", Usage: "only those that are open, acknowledged, in_progress, remedied, closed or rejected"},
				&cli.BoolFlag{Name: "unowned", Usage: "only those that nobody is responsible for"},
				&cli.BoolFlag{Name: "overdue", Usage: "only those whose time limit has passed"},
				&cli.BoolFlag{Name: "all", Usage: "also those that are closed, rejected or part of another one"},
				formatFlag("text, or json: one incident a line"),
			),
			Action: inSession(env, (*session).listIncidents),
		},
		&cli.Command{
			Name: "show", Usage: "问题详情 · show all that is known of one incident", ArgsUsage: "ID",
			Description: "Example:\n   suqiu incident show 3fa9c2d17b04 --verbose",
			Flags:       settingFlags(&cli.BoolFlag{Name: "verbose", Usage: "also how owners were found"}, formatFlag("text or json")),
			Action:      inSession(env, (*session).showIncident),
		},
		act("ack", "签收 · acknowledge an incident that was handed to you", "Example:\n   suqiu incident ack 3fa9c2d17b04 --by 张三", nil),
		act("assign", "改派 · make somebody else responsible",
			"Example:\n   suqiu incident assign 3fa9c2d17b04 --to 10007 --by 张三 --note 属配电运检", readAssign,
			&cli.StringFlag{Name: "to", Usage: "`NUMBER` (工号) or name of the new owner, who must be in the table of people now"}),
		act("progress", "进展、预约 · note what is being done, or an appointment",
			"Example:\n   suqiu incident progress 3fa9c2d17b04 --by 张三 --note 已到现场测量 --appointment 2026-11-30T09:00 --order 95598:1", readProgress,
			&cli.StringFlag{Name: "appointment", Usage: "agreed `TIME` at a caller's: 2026-11-30T09:00"}, &cli.StringFlag{Name: "order", Usage: "`ID` of the caller's contact"}),
		act("remedy", "整改 · record the measure taken, who took it, when, and when the callers were told",
			`All four are needed. The callers' contacts become the worklists of the visits on day 7 and day 30.

Example:
   suqiu incident remedy 3fa9c2d17b04 --by 张三 --measure 更换配变并调整分接头 --who 城南所抢修班 --when 2026-11-28T15:00 --told 2026-11-28T17:00`, readRemedy,
			&cli.StringFlag{Name: "measure", Usage: "`WHAT` was done"}, &cli.StringFlag{Name: "who", Usage: "`WHO` did it"},
			&cli.StringFlag{Name: "when", Usage: "`TIME` at which it was done"}, &cli.StringFlag{Name: "told", Usage: "`TIME` at which the callers were told"}),
		act("visit", "回访 · record the result of a visit; without --order list those that are open",
			`A caller who is not content sends the incident back to its owner.

Example:
   suqiu incident visit 3fa9c2d17b04 --order 95598:1 --result satisfied --contacted --solved --by 张三`, readVisit,
			&cli.StringFlag{Name: "order", Usage: "`ID` of the caller's contact"}, &cli.StringFlag{Name: "result", Usage: "satisfied, passable, dissatisfied or unreached"},
			&cli.IntFlag{Name: "day", Usage: "7 or 30; by default the first that has no result"},
			&cli.BoolFlag{Name: "contacted", Usage: "somebody had been in touch with the caller (已联系)"}, &cli.BoolFlag{Name: "solved", Usage: "it is solved (已解决)"}),
		act("close", "销号 · close an incident that has gone down and whose visits are done", "Example:\n   suqiu incident close 3fa9c2d17b04 --by 张三", nil),
		act("reject", "不予立案 · say that it is no problem of ours", "Example:\n   suqiu incident reject 3fa9c2d17b04 --by 张三 --note 抽样数据造成", nil),
		act("supervise", "督办 · demand that it is seen to", "Example:\n   suqiu incident supervise 3fa9c2d17b04 --by 李四 --until 2026-12-02 --note 三日内整改", readSupervise,
			&cli.StringFlag{Name: "until", Usage: "`TIME` until when"}),
		&cli.Command{
			Name: "visits", Usage: "回访工作单 · the visits that are due, and the rates of those done",
			Description: "A workbook or CSV has columns to fill in; suqiu incident visits import takes it back.\n\nExample:\n   suqiu incident visits --due 3d --format xlsx > 回访.xlsx",
			Flags: settingFlags(
				&cli.StringFlag{Name: "due", Usage: "also those due within `SPAN`: 3d"},
				&cli.StringFlag{Name: "area", Usage: "only those in an area `PATH`, with all below"},
				&cli.StringFlag{Name: "format", Value: "text", Usage: "text, json, csv or xlsx"},
			),
			Action:          inSession(env, (*session).listVisits),
			HideHelpCommand: true,
			Subcommands: []*cli.Command{{
				Name: "import", Usage: "导入回访结果 · record the results of visits from a CSV or a workbook", ArgsUsage: "FILE",
				Description: `Takes what suqiu incident visits --format csv or xlsx wrote, with the results filled in: 回访结果 (满意, 基本满意, 不满意, 未接通), 已联系 and
已解决 (是, 否), 回访人, 说明. Lines without a result are passed over, and so is what was recorded before. With any fault nothing is saved.

Example:
   suqiu incident visits import 回访.xlsx --by 张三 --dry-run`,
				Flags: settingFlags(
					&cli.StringFlag{Name: "by", Usage: "`WHO` visited, where the line does not say"},
					&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be recorded"},
				),
				Action: inSession(env, (*session).importVisits),
			}},
		},
		&cli.Command{
			Name: "reply", Usage: "回复导出 · the reply to each caller by order, for writing back to the hotlines", ArgsUsage: "ID",
			Description: "Example:\n   suqiu incident reply 3fa9c2d17b04 > reply.csv",
			Flags:       settingFlags(&cli.StringFlag{Name: "format", Value: "csv", Usage: "csv or json"}),
			Action:      inSession(env, (*session).exportReplies),
		},
		&cli.Command{
			Name: "due", Usage: "时限 · which time limits of orders and incidents pass soon or have passed",
			Description: "Example:\n   suqiu incident due --within 24h --since 30d",
			Flags: settingFlags(
				&cli.StringFlag{Name: "within", Value: "24h", Usage: "limits that pass within `SPAN`"},
				&cli.StringFlag{Name: "since", Value: "30d", Usage: "orders received within the last `SPAN`"},
				&cli.StringFlag{Name: "area", Usage: "only those in an area `PATH`, with all below"},
				formatFlag("text, or json: one limit a line"),
			),
			Action: inSession(env, (*session).listDue),
		},
		&cli.Command{
			Name: "effect", Usage: "成效 · an area before and after a day, such as that on which an area manager took over", ArgsUsage: "AREA",
			Description: `Holds what was told after the day against what was told before it, times how the rest of the areas fared.

Example:
   suqiu incident effect 江东电力/临州供电公司/城南供电所 --at 2026-10-01 --days 60 --label outage`,
			Flags: settingFlags(
				&cli.StringFlag{Name: "at", Usage: "the `DATE`"}, &cli.IntFlag{Name: "days", Value: 60, Usage: "`NUMBER` of days before and after"},
				&cli.StringSliceFlag{Name: "label", Usage: "`CODE` of a label, with all below; all by default"},
				&cli.StringFlag{Name: "tree", Value: "grid", Usage: "of areas: grid or division"},
				formatFlag("text or json"),
			),
			Action: inSession(env, (*session).areaEffect),
		},
	)
}

// incidents opens the store and reads all incidents, those that were opened last first.
func (s *session) incidents(ctx context.Context) ([]remedy.Incident, index.Store, error) {
	store, err := s.store()
	if err != nil {
		return nil, nil, err
	}
	all, err := remedy.All(ctx, remedyLedger{store})
	slices.SortStableFunc(all, func(a, b remedy.Incident) int { return b.Opened.Compare(a.Opened) })
	return all, store, err
}

// theIncident finds the one incident that a command is about, by its id or the beginning of it.
func (s *session) theIncident(c *cli.Context) (remedy.Incident, index.Store, error) {
	if c.NArg() != 1 {
		return remedy.Incident{}, nil, usagef("写一个问题的编号，如 3fa9c2d17b04；用法见 %s --help", c.Command.HelpName)
	}
	all, store, err := s.incidents(c.Context)
	if err != nil {
		return remedy.Incident{}, nil, err
	}
	id := c.Args().First()
	found := slices.DeleteFunc(all, func(i remedy.Incident) bool { return !strings.HasPrefix(i.ID, id) })
	switch len(found) {
	case 0:
		return remedy.Incident{}, nil, fmt.Errorf("%s：%w；suqiu incident list --all 列出有哪些", id, remedy.ErrNotFound)
	case 1:
		return found[0], store, nil
	}
	return remedy.Incident{}, nil, usagef("%s 是 %d 个问题编号的开头；多写几位", id, len(found))
}

func (s *session) listIncidents(c *cli.Context) error {
	works := cast[remedy.Work](c.StringSlice("work"))
	if err := allowed("work", works, remedy.Works[:]...); err != nil {
		return err
	}
	all, _, err := s.incidents(c.Context)
	if err != nil {
		return err
	}
	now := s.env.Now()
	shown := slices.DeleteFunc(all, func(i remedy.Incident) bool {
		owner := i.Assignment.Owner
		label := c.String("label")
		return !c.Bool("all") && len(works) == 0 && i.Ended() ||
			len(works) > 0 && (!i.Alive() || !slices.Contains(works, i.Work)) ||
			!hotline.Covers(c.String("area"), i.Area) ||
			label != "" && !slices.ContainsFunc(i.Labels, func(code string) bool { return code == label || strings.HasPrefix(code, label+".") }) ||
			c.IsSet("owner") && c.String("owner") != owner.ID && c.String("owner") != owner.Name ||
			c.Bool("unowned") && i.Assignment.Owned() ||
			c.Bool("overdue") && (i.Clock.Step == "" || now.Before(i.Clock.Due))
	})
	if c.String("format") == "json" {
		return writeJSONLines(s.env.Stdout, shown)
	}
	return s.showIncidents(shown)
}

func (s *session) showIncident(c *cli.Context) error {
	i, store, err := s.theIncident(c)
	if err != nil {
		return err
	}
	if err := s.tellIncident(c.String("format"), &i, c.Bool("verbose")); err != nil || len(i.Measures) == 0 || c.String("format") == "json" {
		return err
	}
	_, later, err := contactsOf(c.Context, store, &i, i.Measures[len(i.Measures)-1].When)
	if err == nil && len(later) > 0 {
		fmt.Fprintln(s.env.Stdout, laterText(later))
	}
	return err
}

// mostCounted is how many findings of rules that count are shown of an incident.
const mostCounted = 10

// tellIncident writes all that is known of an incident, if verbose with how its owners were found.
func (s *session) tellIncident(format string, i *remedy.Incident, verbose bool) error {
	if format == "json" {
		return writeJSON(s.env.Stdout, i)
	}
	if err := s.showIncidents([]remedy.Incident{*i}); err != nil {
		return err
	}
	stamp := func(t time.Time) string { return t.In(s.zone).Format("2006-01-02 15:04") }
	say := func(format string, args ...any) { fmt.Fprintf(s.env.Stdout, format+"\n", args...) }
	fired := i.Fired
	if len(fired.Counted) == 0 {
		say("\n发现：%s，%s，%d 天内 %d 件，预期 %.1f 件，p=%.2g；%d 起问题、%d 人反映", stamp(fired.At), placeName(fired.Area), fired.Days, fired.Observed, fired.Expected, fired.P, fired.Told.Matters, fired.Told.Callers)
		if len(fired.Older) > 0 {
			say("常用的其他方法当时：%s", olderText(fired.Older))
		}
	} else {
		say("\n发现：%s，%s，达到计数规则；%d 起问题、%d 人反映", stamp(fired.At), placeName(fired.Area), fired.Told.Matters, fired.Told.Callers)
	}
	counted := fired.Counted
	if i.Latest.At.After(fired.At) {
		counted = slices.Concat(counted, i.Latest.Counted)
	}
	for _, c := range counted[:min(len(counted), mostCounted)] {
		say("计数：%s，数到 %d（%s）：%s", c.Text(), c.Count, c.Key, strings.Join(c.IDs, " "))
	}
	if more := len(counted) - mostCounted; more > 0 {
		say("计数：另有 %d 条，见 --format json", more)
	}
	if !i.Assignment.Owned() {
		say("无责任人：%s", i.Assignment.Unowned)
	}
	if verbose {
		for _, step := range i.Assignment.Path {
			say("派单：%s", step)
		}
	}
	for _, why := range i.Explains {
		say("可能的原因：%s", why)
	}
	for _, e := range i.Latest.Told.Examples {
		if !i.Assignment.HideExamples {
			say("例：%s  %s", e.ID, e.Text)
		}
	}
	for _, m := range i.Measures {
		say("措施：%s  %s  %s；告知 %s", stamp(m.When), m.Who, m.What, stamp(m.Told))
	}
	for _, a := range i.Appointed {
		say("预约：%s  %s %s", stamp(a.At), a.Order, a.Note)
	}
	for _, r := range i.Visits {
		if !r.Replaced {
			say("第 %d 天回访（%s）：%d/%d 件", r.Day, r.Due.In(s.zone).Format(time.DateOnly), len(r.Results), len(r.Orders))
		}
	}
	if rates := remedy.RatesOf(i.AllVisits(), remedy.DefaultWeights()); rates.Visits > 0 {
		say("%s", ratesText(rates))
	}
	for _, e := range i.Effects {
		say("成效（第 %d 天）：%s", e.Day, e)
	}
	say("\n经过")
	var rows [][]string
	for _, e := range i.History {
		note := e.Note
		if e.What == remedy.KindOpened && !verbose {
			note = "" // why nobody was found stands above
		}
		rows = append(rows, []string{"  " + stamp(e.At), e.What.Name(), e.By, "信号" + e.Signal.Name() + "，" + e.Work.Name(), note})
		if verbose && e.Way != "" {
			rows = append(rows, []string{"", "", "", "", e.Way})
		}
	}
	if err := writeTable(s.env.Stdout, rows); err != nil {
		return err
	}
	if may := i.May(); len(may) > 0 {
		names := make([]string, 0, len(may))
		for _, a := range may {
			if a != remedy.ActComplain {
				names = append(names, string(a))
			}
		}
		say("\n可以做的：%s", strings.Join(names, " "))
	}
	return nil
}

func ratesText(r remedy.Rates) string {
	if r.Valid == 0 {
		return fmt.Sprintf("回访 %d 件，无有效回访", r.Visits)
	}
	return fmt.Sprintf("回访 %d 件，有效 %d 件：响应率 %.1f %%，解决率 %.1f %%，满意率 %.1f %%，综合 %.1f", r.Visits, r.Valid, 100*r.Response, 100*r.Solution, 100*r.Satisfaction, 100*r.Whole)
}

// olderText says which of the rules in use elsewhere would have told of a rise.
func olderText(older []trend.Older) string {
	var said []string
	for _, o := range older {
		verdict := "不报"
		if o.Alarm {
			verdict = "报"
		}
		said = append(said, o.Rule+" "+verdict)
	}
	return strings.Join(said, "；")
}
