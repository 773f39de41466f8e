package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/remedy"
	"suqiu/remedy/notify"
	"suqiu/remedy/owner"
)

func notifyCommand(env Env) *cli.Command {
	return parent("notify", "通知：发送情况、试发、静默 · messages about incidents: what was sent, trials, silences",
		&cli.Command{
			Name: "list", Usage: "发送情况 · what became of each message and channel", ArgsUsage: "[INCIDENT]",
			Description: "Example:\n   suqiu notify list --state waiting",
			Flags: settingFlags(
				&cli.StringSliceFlag{Name: "state", Usage: "only those that are sending, sent, waiting, silenced, refused or expired"},
				formatFlag("text, or json: one message and channel a line")),
			Action: inSession(env, (*session).notifyList),
		},
		&cli.Command{
			Name: "preview", Usage: "预览：某个问题的消息各通道会是什么样子 · how the newest message of an incident would read", ArgsUsage: "INCIDENT",
			Description: "Nothing is sent.\n\nExample:\n   suqiu notify preview 3fa9c2d17b04",
			Flags:       settingFlags(),
			Action:      inSession(env, (*session).notifyPreview),
		},
		&cli.Command{
			Name: "test", Usage: "试发一条消息 · send a trial message", ArgsUsage: "CHANNEL",
			Description: "Example:\n   suqiu notify test team --to J0001",
			Flags:       settingFlags(&cli.StringFlag{Name: "to", Usage: "`NUMBER` of the person (工号) whom it mentions"}),
			Action:      inSession(env, (*session).notifyTest),
		},
		&cli.Command{
			Name: "send", Usage: "立即发送待发的消息 · send now what is due, once",
			Description: "suqiu watch does it at each look. Exit code 3 if something could not be sent.\n\nExample:\n   suqiu notify send",
			Flags:       settingFlags(),
			Action:      inSession(env, (*session).notifySend),
		},
		&cli.Command{
			Name: "silence", Usage: "静默：一段时间不发某些问题的消息 · keep messages of some incidents back for a time",
			Description: `Of an incident, a label with all below, or an area with all below; what is given must all fit. Supervision (督办) is never silenced.

Examples:
   suqiu notify silence --label outage --area 江东电力/望海供电公司 --for 24h --by 李四 --why 台风应急，另行通报
   suqiu notify silence --list
   suqiu notify silence --end 4f0c2a9b11d3e857`,
			Flags: settingFlags(
				&cli.StringFlag{Name: "incident", Usage: "of the incident `ID`"},
				&cli.StringFlag{Name: "label", Usage: "of a label's `CODE`, with all below"},
				&cli.StringFlag{Name: "area", Usage: "of an area `PATH`, with all below"},
				&cli.StringFlag{Name: "for", Usage: "from now on for `SPAN`: 24h, 7d"},
				&cli.StringFlag{Name: "by", Usage: "`WHO` wants it"},
				&cli.StringFlag{Name: "why", Usage: "`REASON`"},
				&cli.BoolFlag{Name: "list", Usage: "list the silences"},
				&cli.StringFlag{Name: "end", Usage: "end the silence `ID` now"}),
			Action: inSession(env, (*session).notifySilence),
		},
	)
}

// deliveryNames tells the states of deliveries in Chinese.
var deliveryNames = map[notify.State]string{
	notify.Sending: "发送中", notify.Sent: "已发送", notify.Waiting: "待重试", notify.Silenced: "静默", notify.Refused: "被拒", notify.Expired: "过期未发",
}

func (s *session) notifyList(c *cli.Context) error {
	for _, state := range c.StringSlice("state") {
		if deliveryNames[notify.State(state)] == "" {
			return usagef("--state %s: there are sending, sent, waiting, silenced, refused and expired", state)
		}
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	marks, err := notify.Deliveries(c.Context, remedyLedger{store}, c.Args().First())
	if err != nil {
		return err
	}
	rows := [][]string{{"消息", "通道", "状态", "时间", "次数", "收件人", "说明"}}
	for _, m := range marks {
		if states := c.StringSlice("state"); len(states) > 0 && !slices.Contains(states, string(m.State)) {
			continue
		}
		if c.String("format") == "json" {
			if err := jsonLines(s.env.Stdout).Encode(m); err != nil {
				return err
			}
			continue
		}
		why := m.Why
		if m.Duplicate {
			why = strings.TrimSuffix("可能重复，"+why, "，")
		}
		rows = append(rows, []string{m.Key, m.Channel, deliveryNames[m.State], m.At.In(s.zone).Format("2006-01-02 15:04"), fmt.Sprint(m.Tries), strings.Join(m.To, " "), why})
	}
	if c.String("format") == "json" {
		return nil
	}
	return writeTable(s.env.Stdout, rows)
}

func (s *session) notifyPreview(c *cli.Context) error {
	incident, store, err := s.theIncident(c)
	if err != nil {
		return err
	}
	h, err := s.herald(c.Context, store)
	if err != nil {
		return err
	}
	notices, err := h.notices([]remedy.Incident{incident})
	if err != nil {
		return err
	}
	if len(notices) == 0 {
		return fmt.Errorf("incident %s has no message yet", incident.ID)
	}
	newest := notices[len(notices)-1]
	layers, err := s.layers()
	if err != nil {
		return err
	}
	wording, err := notify.ReadWording(s.zone, layers...)
	if err != nil {
		return err
	}
	title, body, err := wording.Write(&notify.Message{ID: newest.Key, Notices: []notify.Notice{newest}, Now: s.env.Now()})
	if err != nil {
		return err
	}
	people := make([]string, len(newest.People))
	for n, p := range newest.People {
		people[n] = p.Name + "（" + p.ID + "）"
	}
	fmt.Fprintf(s.env.Stdout, "收件人：%s\n通道：%s\n标题：%s\n\n%s\n", strings.Join(people, "、"), strings.Join(newest.Options.Channels, "、"), title, body)
	return nil
}

func (s *session) notifyTest(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("test which channel? See suqiu notify test --help")
	}
	channels, err := s.channels()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(channels, func(channel notify.Channel) bool { return channel.Name() == c.Args().First() })
	if i < 0 {
		names := make([]string, len(channels))
		for n, channel := range channels {
			names[n] = channel.Name()
		}
		return usagef("there is no channel %q in notify.channels; there are: %s", c.Args().First(), strings.Join(names, ", "))
	}
	now := s.env.Now()
	trial := notify.Notice{LabelName: "试发，请忽略"}
	trial.Key, trial.Kind, trial.At = fmt.Sprintf("test/%d", now.UnixNano()), remedy.KindOpened, now
	trial.View = remedy.View{Incident: "test", Signal: remedy.Onset, Work: remedy.Open, Since: now, Days: 1, P: 1}
	trial.Note = "这是一条试发消息，用来检查通道是否可用。"
	if id := c.String("to"); id != "" {
		store, err := s.store()
		if err != nil {
			return err
		}
		d, err := s.directory(c.Context, store)
		if err != nil {
			return err
		}
		person, known := d.Person(id)
		if !known {
			return usagef("--to %s：没有这个工号的人；suqiu owner list 列出有谁", id)
		}
		trial.People = []owner.Person{person}
	}
	if err := channels[i].Send(c.Context, &notify.Message{ID: trial.Key, Notices: []notify.Notice{trial}, Now: now}); err != nil {
		return fmt.Errorf("channel %s: %w", channels[i].Name(), err)
	}
	fmt.Fprintf(s.env.Stdout, "通道 %s：已发送\n", channels[i].Name())
	return nil
}

func (s *session) notifySend(c *cli.Context) error {
	if len(s.cfg.Notify.Channels) == 0 {
		return usagef("there are no channels; add them to notify.channels in the configuration")
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	h, err := s.herald(c.Context, store)
	if err != nil {
		return err
	}
	done, err := h.tell(c.Context, remedyLedger{store}, s.env.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "发送 %d 条（含 %d 个消息），待重试 %d，被拒 %d，静默 %d，等待 %d\n", done.Sent, done.Notices, done.Failed, done.Refused, done.Silenced, done.Held)
	if done.Failed+done.Refused > 0 {
		return cli.Exit("some messages could not be sent; suqiu notify list says why", exitCheck)
	}
	return nil
}

func (s *session) notifySilence(c *cli.Context) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	ledger, now := remedyLedger{store}, s.env.Now().In(s.zone)
	switch {
	case c.Bool("list"):
		all, err := notify.Silences(c.Context, ledger)
		if err != nil {
			return err
		}
		for i := range all {
			all[i].From, all[i].Until = all[i].From.In(s.zone), all[i].Until.In(s.zone)
			state := "已结束"
			if now.Before(all[i].Until) {
				state = "生效"
			}
			fmt.Fprintf(s.env.Stdout, "%s %s：%s\n", all[i].ID, state, all[i].String())
		}
		return nil
	case c.IsSet("end"):
		if err := notify.EndSilence(c.Context, ledger, c.String("end"), now); err != nil {
			return err
		}
		fmt.Fprintln(s.env.Stdout, "已结束")
		return nil
	}
	span, err := readSpan(c.String("for"))
	if err != nil {
		return usagef("--for %s：%v", c.String("for"), err)
	}
	by, err := who(c)
	if err != nil {
		return err
	}
	silence := notify.Silence{
		Incident: c.String("incident"), Label: c.String("label"), Area: c.String("area"), From: now.Truncate(time.Second), Until: now.Add(span).Truncate(time.Second),
		By: by, Why: c.String("why"),
	}
	if err := silence.Check(); err != nil {
		return usagef("%v; see suqiu notify silence --help", err)
	}
	made, err := notify.AddSilence(c.Context, ledger, silence)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "%s 生效：%s\n", made.ID, made.String())
	return nil
}
