package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest/area"
	"suqiu/remedy/owner"
)

func ownerCommand(env Env) *cli.Command {
	atFlag := &cli.StringFlag{Name: "at", Usage: "at this `TIME`: 2027-02-08T21:00; now by default"}
	return parent("owner", "责任人：派发策略、人员、网格、值班 · who must remedy what: routing policy, people, grid cells, rosters",
		&cli.Command{
			Name: "check", Usage: "检查派发策略和各表 · examine the policy and the tables",
			Description: `Exit code 3 if they contradict each other or speak of what there is not. What will leave problems without an owner soon is told beside it.

Example:
   suqiu owner check --within 30d`,
			Flags:  settingFlags(&cli.StringFlag{Name: "within", Value: "30d", Usage: "look `SPAN` ahead: 30d, 8w"}),
			Action: inSession(env, (*session).ownerCheck),
		},
		&cli.Command{
			Name: "test", Usage: "试派：谁负责，怎么找到的 · who would own a problem, and the way to them",
			Description: `Shows the route of the policy, each post that was looked at, and the chain of escalation. Nothing is written.

Example:
   suqiu owner test --label outage.fault --area 江东电力/临州供电公司/云桥区供电公司/云桥供电所 --at 2027-02-08T21:00`,
			Flags: settingFlags(atFlag,
				&cli.StringSliceFlag{Name: "label", Usage: "`CODE` of a label; the leading one first"},
				&cli.StringFlag{Name: "area", Usage: "`PATH` or code of the place"},
				&cli.StringSliceFlag{Name: "hotline", Usage: "95598, 12398 or 12345 told of it"},
				&cli.StringFlag{Name: "responsible", Usage: "utility, customer, third_party or unknown; by default that of the label"},
				formatFlag("text or json")),
			Action: inSession(env, (*session).ownerTest),
		},
		&cli.Command{
			Name: "list", Usage: "在岗一览 · who holds which post where",
			Description: "Example:\n   suqiu owner list --area 江东电力/临州供电公司 --role 抢修值班 --at 2027-02-08T21:00",
			Flags: settingFlags(atFlag,
				&cli.StringFlag{Name: "role", Usage: "only this `ROLE`, by code or name"},
				&cli.StringFlag{Name: "area", Usage: "only in an area `PATH`, with all below"},
				&cli.StringFlag{Name: "person", Usage: "only `WHO`, by number or name"},
				formatFlag("text, or json: one post a line")),
			Action: inSession(env, (*session).ownerList),
		},
		&cli.Command{
			Name: "unowned", Usage: "无人负责的地区和标签 · places and labels for which nobody would be found",
			Description: "Exit code 3 if there is any.\n\nExample:\n   suqiu owner unowned --depth 4",
			Flags: settingFlags(atFlag,
				&cli.IntFlag{Name: "depth", Value: index.DailyLevels, Usage: "down to this `DEPTH` of the grid tree: 4 is the station (供电所)"},
				&cli.StringFlag{Name: "area", Usage: "only in an area `PATH`, with all below"}),
			Action: inSession(env, (*session).ownerUnowned),
		},
		ownerWorklistCommand(env),
		&cli.Command{
			Name: "import", Usage: "导入人员、岗位、网格、代理、值班 · take in a table of people or of what they do", ArgsUsage: "KIND TABLE",
			Description: `KIND is people, posts, cells, deputies or roster; TABLE is CSV or xlsx with the columns of docs/owners-and-notices.md. What would change is shown
first; --apply writes it. Rows are added or altered by key; with --replace the rows that the table does not hold go.

Example:
   suqiu owner import roster 二月值班.xlsx --apply`,
			Flags: settingFlags(
				&cli.BoolFlag{Name: "apply", Usage: "write the table"},
				&cli.BoolFlag{Name: "replace", Usage: "the table is complete: remove what it does not hold"}),
			Action: inSession(env, (*session).ownerImport),
		},
	)
}

// ownerAt opens the directory and reads --at.
func (s *session) ownerAt(c *cli.Context) (*owner.Directory, time.Time, error) {
	now := s.env.Now()
	if c.IsSet("at") {
		var err error
		if now, err = readTime(c, "at", s.zone); err != nil {
			return nil, now, err
		}
	}
	store, err := s.store()
	if err != nil {
		return nil, now, err
	}
	d, err := s.directory(c.Context, store)
	return d, now.In(s.zone), err
}

func (s *session) ownerCheck(c *cli.Context) error {
	span, err := readSpan(c.String("within"))
	if err != nil {
		return usagef("--within %s：%v", c.String("within"), err)
	}
	p := newPaint(s.env.Stdout)
	d, now, err := s.ownerAt(c)
	if err != nil {
		for text := range strings.Lines(err.Error()) {
			fmt.Fprintf(s.env.Stdout, "%s %s\n", p.bad("✗"), strings.TrimSuffix(text, "\n"))
		}
		return cli.Exit("派发策略或各表不可用", exitCheck)
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return err
	}
	wrong := 0
	fault := func(format string, args ...any) {
		wrong++
		fmt.Fprintf(s.env.Stdout, "%s %s\n", p.bad("✗"), fmt.Sprintf(format, args...))
	}
	codes := map[string]bool{}
	for _, l := range catalogue.Taxonomy().Labels {
		codes[l.Code] = true
	}
	for _, parent := range catalogue.Taxonomy().Parents {
		codes[parent.Code] = true
	}
	for _, label := range d.Policy().Labels() {
		if !codes[label] {
			fault("派发策略写了标签 %s，分类里没有；改正，或加入 taxonomy.yaml", label)
		}
	}
	known := map[string]bool{}
	for _, channel := range s.cfg.Notify.Channels {
		known[channel.Name] = true
	}
	if _, err := s.channels(); err != nil {
		fault("%v", err)
	}
	said := d.Review(now, int(span.Hours()/24))
	for _, name := range d.Policy().Channels() {
		if !known[name] {
			said = append(said, fmt.Sprintf("派发策略用到通道 %s，notify.channels 里没有：发给它的消息只进日志", name))
		}
	}
	for _, text := range said {
		fmt.Fprintf(s.env.Stdout, "! %s\n", text)
	}
	if wrong > 0 {
		return cli.Exit(fmt.Sprintf("有 %d 项检查未通过", wrong), exitCheck)
	}
	fmt.Fprintf(s.env.Stdout, "%s 派发策略和各表可用，在岗 %d 个岗位\n", p.good("✓"), len(d.Holdings(now)))
	return nil
}

// ownerQuestion reads the flags of a question.
func (s *session) ownerQuestion(c *cli.Context, now time.Time) (owner.Question, error) {
	q := owner.Question{Labels: c.StringSlice("label"), Area: c.String("area"), Responsible: hotline.Responsible(c.String("responsible")), At: now}
	if len(q.Labels) == 0 {
		return q, usagef("哪个标签？写 --label；用法见 suqiu owner test --help")
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return q, err
	}
	if q.Labels, err = s.labelCodes("--label ", q.Labels, false); err != nil {
		return q, err
	}
	for n, code := range q.Labels {
		info, _ := catalogue.Taxonomy().Label(code)
		q.Sensitive = q.Sensitive || info.Sensitive
		if n == 0 && q.Responsible == "" {
			q.Responsible = info.Responsible
		}
	}
	if q.Hotlines, err = hotlinesOf(c.StringSlice("hotline")); err != nil {
		return q, err
	}
	if q.Area != "" {
		trees, err := s.areas()
		if err != nil {
			return q, err
		}
		if path, known := trees.Path(q.Area); known {
			q.Area = path
		} else {
			fmt.Fprintf(s.env.Stderr, "suqiu: the area tables do not know %s; it is taken as it stands\n", q.Area)
		}
	}
	return q, nil
}

func (s *session) ownerTest(c *cli.Context) error {
	d, now, err := s.ownerAt(c)
	if err != nil {
		return err
	}
	q, err := s.ownerQuestion(c, now)
	if err != nil {
		return err
	}
	decision, chain := d.Decide(q), d.Escalate(q, now)
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, struct {
			Question owner.Question
			Decision owner.Decision
			Chain    []owner.Escalation
		}{q, decision, chain})
	}
	p := newPaint(s.env.Stdout)
	for n, step := range decision.Path {
		fmt.Fprintf(s.env.Stdout, "%2d. %s\n", n+1, step)
	}
	if decision.Owned() {
		fmt.Fprintf(s.env.Stdout, "%s %s（%s），%s\n", p.bold("责任人："), decision.Owner.Name, decision.Owner.ID, d.Policy().RoleName(decision.Role))
	} else {
		fmt.Fprintf(s.env.Stdout, "%s %s\n", p.bad("无责任人："), decision.Unowned)
	}
	for _, e := range chain {
		who := "无人（" + e.Why + "）"
		if e.Owner.ID != "" {
			who = fmt.Sprintf("%s（%s），%s", e.Owner.Name, e.Owner.ID, d.Policy().RoleName(e.Role))
		}
		fmt.Fprintf(s.env.Stdout, "未签收则 %s 升级 %d：%s\n", e.Due.Format("2006-01-02 15:04"), e.Level, who)
	}
	fmt.Fprintf(s.env.Stdout, "通道：%s\n", strings.Join(decision.Options.Channels, "、"))
	return nil
}

func (s *session) ownerList(c *cli.Context) error {
	d, now, err := s.ownerAt(c)
	if err != nil {
		return err
	}
	role := c.String("role")
	if role != "" {
		code, known := d.Policy().Role(role)
		if !known {
			return usagef("--role %s：派发策略中没有这个岗位", role)
		}
		role = code
	}
	who := c.String("person")
	rows := [][]string{{"岗位", "地区", "在岗", "工号", "方式", "至"}}
	for _, h := range d.Holdings(now) {
		if role != "" && h.Role != role || who != "" && who != h.Person.ID && who != h.Person.Name ||
			!hotline.Covers(c.String("area"), h.Area) {
			continue
		}
		if c.String("format") == "json" {
			if err := jsonLines(s.env.Stdout).Encode(h); err != nil {
				return err
			}
			continue
		}
		way := map[bool]string{true: "值班", false: "任职"}[h.Duty]
		name := h.Person.Name
		switch {
		case h.Person.ID == "":
			name, way = "（无人）", way+"，"+h.For.Name+" 不在岗"
		case h.Person.ID != h.For.ID:
			way += "，代 " + h.For.Name
		}
		until := ""
		if !h.Until.IsZero() {
			until = h.Until.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		place := h.Area
		if place == "" {
			place = owner.Everywhere
		}
		rows = append(rows, []string{d.Policy().RoleName(h.Role), place, name, h.Person.ID, way, until})
	}
	if c.String("format") == "json" {
		return nil
	}
	return writeTable(s.env.Stdout, rows)
}

func (s *session) ownerUnowned(c *cli.Context) error {
	d, now, err := s.ownerAt(c)
	if err != nil {
		return err
	}
	trees, err := s.areas()
	if err != nil {
		return err
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return err
	}
	places := slices.DeleteFunc(trees.Places(c.Int("depth")), func(p area.Place) bool {
		return !hotline.Covers(c.String("area"), p.Path)
	})
	if len(places) == 0 {
		return usagef("地区表中没有那里的供电单位；用 suqiu area import grid 导入")
	}
	rows := [][]string{{"地区", "标签", "原因"}}
	pairs := 0
	for _, p := range places {
		why := map[string][]string{} // reason → labels
		for _, l := range catalogue.Taxonomy().Labels {
			decision := d.Decide(owner.Question{Labels: []string{l.Code}, Sensitive: l.Sensitive, Area: p.Path, Responsible: l.Responsible, At: now})
			if !decision.Owned() {
				why[decision.Unowned] = append(why[decision.Unowned], l.Name)
				pairs++
			}
		}
		for _, reason := range slices.Sorted(maps.Keys(why)) {
			rows = append(rows, []string{p.Path, strings.Join(why[reason], "、"), reason})
		}
	}
	if pairs == 0 {
		fmt.Fprintf(s.env.Stdout, "%d 个地区、%d 个标签都有责任人\n", len(places), len(catalogue.Taxonomy().Labels))
		return nil
	}
	if err := writeTable(s.env.Stdout, rows); err != nil {
		return err
	}
	return cli.Exit(fmt.Sprintf("%d 处（地区与标签，共 %d 处）没有责任人", pairs, len(places)*len(catalogue.Taxonomy().Labels)), exitCheck)
}
