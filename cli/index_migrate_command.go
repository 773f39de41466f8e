package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index/elastic"
)

func indexMigrateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "migrate", Usage: "重建映射不符的月份 · make anew the months whose mapping does not fit, while the stream writes",
		Description: `Copies each such month into a new index with the mapping and settings of the installed templates, catches up with what
is written meanwhile, and swaps the two. Writers wait for the seconds of the swap. A run that was ended goes on where it was.
The cluster needs room for two copies of the largest month.

Example:
   suqiu index setup && suqiu index migrate --dry-run
   suqiu index migrate
   suqiu index migrate --month 2026-03      this month, even if it fits, to give it the templates' settings`,
		Flags: settingFlags(
			&cli.StringSliceFlag{Name: "month", Usage: "only this month, such as 2026-03; may be repeated"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only say which months would be made anew, and why"},
		),
		Action: inSession(env, (*session).indexMigrate),
	}
}

func (s *session) indexMigrate(c *cli.Context) error {
	asked := c.StringSlice("month")
	for _, m := range asked {
		if _, err := parseMonth("month", m); err != nil {
			return err
		}
	}
	opened, err := s.store()
	if err != nil {
		return err
	}
	store, ok := opened.(*elastic.Store)
	if !ok {
		fmt.Fprintln(s.env.Stdout, "内嵌存储没有月份索引，无需迁移")
		return nil
	}
	plan, err := store.Plan(c.Context)
	if err != nil {
		return err
	}
	months, err := monthsToMigrate(plan, asked)
	if err != nil {
		return err
	}
	printPlan(s.env.Stdout, months)
	if c.Bool("dry-run") || len(months) == 0 {
		return nil
	}
	for _, p := range plan {
		if p.Kind != elastic.KindMonth && (p.State == elastic.Missing || p.State == elastic.Outdated) {
			return fmt.Errorf("%s %s：%s；请先运行 suqiu index setup", kindNames[p.Kind], p.Name, stateNames[p.State])
		}
	}
	for _, month := range months {
		began := s.env.Now()
		copied, err := s.migrateMonth(c.Context, store, month.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.env.Stdout, "%s 已重建：复制 %d 件，用时 %s\n", month.Name, copied, s.env.Now().Sub(began).Round(time.Millisecond))
	}
	return nil
}

// parseMonth reads the month that a flag names, as 2026-03 or as in the names of indices, and returns its begin there.
func parseMonth(flag, text string) (time.Time, error) {
	month, err := time.ParseInLocation("2006-01", strings.ReplaceAll(text, ".", "-"), calendar.Shanghai())
	if err != nil {
		return time.Time{}, usagef("--%s %q: must be a month such as 2026-03", flag, text)
	}
	return month, nil
}

// monthsToMigrate chooses the months of a plan that do not fit, or those asked for, as 2026-03 or as in the names of indices.
func monthsToMigrate(plan []elastic.Part, asked []string) ([]elastic.Part, error) {
	var wanted []string // how the names of their indices end
	for _, m := range asked {
		month, err := parseMonth("month", m)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, month.Format("-2006.01"))
	}
	var chosen []elastic.Part
	for _, p := range plan {
		named := slices.ContainsFunc(wanted, func(m string) bool { return strings.HasSuffix(p.Name, m) })
		if p.Kind == elastic.KindMonth && (named || len(asked) == 0 && p.State == elastic.Misfit) {
			chosen = append(chosen, p)
		}
	}
	for i, m := range wanted {
		if !slices.ContainsFunc(chosen, func(p elastic.Part) bool { return strings.HasSuffix(p.Name, m) }) {
			return nil, usagef("--month %s: there is no such month in the index", asked[i])
		}
	}
	return chosen, nil
}

// How often, and after what time, a migration goes on by itself when the cluster was unavailable.
const (
	migrateTries = 60
	migrateWait  = 5 * time.Second
)

// migrateMonth makes a month anew and returns how many documents it copied. It waits for a cluster that is away.
func (s *session) migrateMonth(ctx context.Context, store *elastic.Store, month string) (copied int64, err error) {
	bar := progressbar.DefaultSilent(-1)
	if isTerminal(s.env.Stderr) {
		bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(s.env.Stderr), progressbar.OptionSetDescription(month),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	defer func() { _ = bar.Finish() }() // only shows
	host, _ := os.Hostname()            // else the process number alone
	runner := fmt.Sprintf("%s/%d", host, os.Getpid())
	step := elastic.Step("")
	var before, run int64 // of earlier tries, and of this one
	show := func(p elastic.Progress) {
		if p.Step != step {
			step = p.Step
			s.log.Info("migrate", "month", p.Month, "step", step, "copied", before+p.Copied)
		}
		run = p.Copied
		bar.ChangeMax64(max(p.Total, before+run))
		_ = bar.Set64(before + run)
	}
	for try := 1; ; try++ {
		run = 0
		err := store.Migrate(ctx, month, runner, s.env.Now, show)
		before += run
		var f *hotline.Fault
		if !errors.As(err, &f) || f.Kind != hotline.FaultUnavailable || try == migrateTries {
			return before, err
		}
		s.log.Warn("migrate waits", "month", month, "err", err)
		select {
		case <-ctx.Done():
			return before, ctx.Err()
		case <-time.After(migrateWait):
		}
	}
}
