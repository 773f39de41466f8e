package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/index"
)

func indexDropCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "drop", Usage: "删除过期月份，保留每日统计 · drop whole months, their daily counts stay",
		Description: `Counts each month by label, area and day, keeps the counts in the ledger for good, and then removes the calls.
Only months that lie wholly before retention_days can be dropped: what consumers still accept would come back. Dead letters are
not dropped by month: their copies are as many as their topic holds. It does not ask, so that it can run by itself: it first says where
it drops what.

Example:
   suqiu index drop --dry-run                 all months before retention_days
   suqiu index drop --before 2024-01          only those before January 2024`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "before", Usage: "a month such as 2024-01; it stays, those before it go"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only say which months would be dropped"},
		),
		Action: inSession(env, (*session).indexDrop),
	}
}

func (s *session) indexDrop(c *cli.Context) error {
	before, err := s.dropBefore(c.String("before"))
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	dropper, ok := store.(index.Dropper)
	if !ok {
		return fmt.Errorf("this store can't drop months: %T", store)
	}
	months, err := dropper.Months(c.Context)
	if err != nil {
		return err
	}
	past := slices.DeleteFunc(slices.Clone(months), func(month time.Time) bool { return !month.Before(before) })
	if len(past) > 0 {
		fmt.Fprintf(s.env.Stdout, "要从 %s 删除的月份：%d 个\n", s.storeName(), len(past))
	}
	for _, month := range past {
		if c.Bool("dry-run") {
			found, err := store.Search(c.Context, index.Query{Filter: index.Filter{From: month, To: month.AddDate(0, 1, 0)}})
			if err != nil {
				return err
			}
			fmt.Fprintf(s.env.Stdout, "将删除 %s：%d 件\n", month.Format("2006-01"), found.Total)
			continue
		}
		kept, err := index.DropMonth(c.Context, store, dropper, month, s.env.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(s.env.Stdout, "已删除 %s：%d 件，每日统计已存入台账\n", month.Format("2006-01"), kept.Documents)
	}
	fmt.Fprintf(s.env.Stdout, "共 %d 个月，早于 %s 的 %d 个\n", len(months), before.Format("2006-01"), len(past))
	return nil
}

// storeName says where the index is: the addresses and prefix of Elasticsearch, or the data folder.
func (s *session) storeName() string {
	if s.cfg.Embedded {
		return s.cfg.Data
	}
	es := s.cfg.Elasticsearch
	return fmt.Sprintf("%s（前缀 %s）", strings.Join(es.Addresses, "、"), es.Prefix)
}

// dropBefore is the month before which months are dropped: the one asked for, or the one in which retention begins,
// beyond which none can be.
func (s *session) dropBefore(asked string) (time.Time, error) {
	var month time.Time
	if asked != "" {
		var err error
		if month, err = parseMonth("before", asked); err != nil {
			return time.Time{}, err
		}
	}
	if s.cfg.RetentionDays == 0 {
		return time.Time{}, usagef("set retention_days first, and restart the consumers: as long as calls of any age are accepted, a replay brings dropped ones back")
	}
	// Months are those of the indices, whatever zone is configured for showing.
	start := s.retentionStart(s.env.Now()).In(calendar.Shanghai())
	first := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, start.Location())
	if asked == "" {
		return first, nil
	}
	if month.After(first) {
		return time.Time{}, usagef("--before %s: calls since %s are still accepted (retention_days: %d); lower retention_days first", asked,
			start.Format(time.DateOnly), s.cfg.RetentionDays)
	}
	return month, nil
}
