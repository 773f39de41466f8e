package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/index"
)

func repeatsCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "repeats",
		Usage: "重复来电：同一人 72 小时内就同一问题再次反映 · who contacted us again about the same issue within 72 hours",
		Description: `A row is one caller (or one account, where the caller is not known) and one label, with at least two contacts of which each came within
the window after the one before. An order that was written for a call counts with it. The longest rows come first.

Examples:
   suqiu repeats --since 30d --area 江东电力/临州供电公司
   suqiu repeats --since 7d --label outage --within 24h --format json`,
		Flags: settingFlags(append(filterFlags(),
			&cli.StringFlag{Name: "within", Value: "72h", Usage: "longest `SPAN` between two contacts: 24h, 3d"},
			&cli.IntFlag{Name: "limit", Value: 20, Usage: "rows to show; 0 shows all"},
			formatFlag("text, or json: one row a line"),
		)...),
		Action: inSession(env, (*session).repeats),
	}
}

func (s *session) repeats(c *cli.Context) error {
	filter, err := readFilter(c, s.env.Now(), s.zone)
	if err != nil {
		return err
	}
	if filter.Labels, err = s.labelCodes("--label ", filter.Labels, true); err != nil {
		return err
	}
	window, err := readSpan(c.String("within"))
	if err != nil {
		return usagef("--within %s：%v", c.String("within"), err)
	}
	limit := c.Int("limit")
	if limit < 0 {
		return usagef("--limit %d：不能是负数", limit)
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	all, err := index.FindRepeats(c.Context, store, filter, window)
	if err != nil {
		return fmt.Errorf("look for repeats: %w", err)
	}
	shown := all
	if limit > 0 {
		shown = all[:min(limit, len(all))]
	}
	if c.String("format") == "json" {
		return writeJSONLines(s.env.Stdout, shown)
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "%d 小时内重复来电：共 %d 组\n", window/time.Hour, len(all))
	if len(shown) == 0 {
		return nil
	}
	rows := [][]string{{"次数", "首次", "末次", "标签", "来电人或户号", "诉求"}}
	for _, r := range shown {
		first, last := r.Contacts[0].Received.In(s.zone), r.Contacts[len(r.Contacts)-1].Received.In(s.zone)
		who := r.Caller
		if who == "" {
			who = r.Account
		}
		var ids []string
		for _, contact := range r.Contacts {
			ids = append(ids, contact.ID)
		}
		rows = append(rows, []string{strconv.Itoa(len(r.Contacts)), first.Format("2006-01-02 15:04"), last.Format("2006-01-02 15:04"), names.name(r.Label), who, strings.Join(ids, " ")})
	}
	return writeTable(s.env.Stdout, rows)
}
