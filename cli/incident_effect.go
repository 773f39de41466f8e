package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/remedy/report"
	"suqiu/trend"
)

func (s *session) areaEffect(c *cli.Context) error {
	days := c.Int("days")
	if c.NArg() != 1 || !c.IsSet("at") || days < 7 {
		return usagef("写一个地区，--at 写哪一天，--days 至少 7；用法见 suqiu incident effect --help")
	}
	at, err := readTime(c, "at", s.zone)
	if err != nil {
		return err
	}
	at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, s.zone)
	of := grain{tree: index.Tree(c.String("tree")), level: index.DailyLevels}
	if of.tree != index.TreeGrid && of.tree != index.TreeDivision {
		return usagef("--tree %s：可写 grid、division", of.tree)
	}
	from, to := at.AddDate(0, 0, -days), at.AddDate(0, 0, days)
	if to.After(s.env.Now()) {
		return usagef("--days %d：%s 之后的这些天到 %s 才满；换一个 --at 或更短的 --days", days, at.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	root := remedy.Root{Area: c.Args().First()}
	if root.Labels, err = s.labelsBelow(c.StringSlice("label")); err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	dropped, err := droppedMonths(c.Context, store, of.tree, report.Period{From: from, To: to})
	if err != nil {
		return err
	}
	if len(dropped) > 0 {
		return fmt.Errorf("无可比数据：%s 的明细已按保存期限清理；换一个 --at 或更短的 --days", dropped[0].From.Format("2006-01"))
	}
	judge, err := s.detection(trend.Daily, sensitivity{}, of)
	if err != nil {
		return err
	}
	if judge.Source, err = s.live(store, of); err != nil {
		return err
	}
	compared, known, err := judge.Compare(c.Context, root, at, days)
	if err != nil {
		return err
	}
	left := leftText(compared.Left)
	if !known {
		return fmt.Errorf("无可比数据：%s 前后各 %d 天没有完整的来源和标签；数据补齐后用 suqiu coverage add 声明，或换一个 --at、更短的 --days\n%s",
			at.Format(time.DateOnly), days, left)
	}
	return s.showEffect(c.String("format"), compared, left)
}

// showEffect writes what an area fared before and after a day, and what could not be compared.
func (s *session) showEffect(format string, compared detect.Comparison, left string) error {
	before, after := compared.Before, compared.After
	effect := remedy.Compare(before, after)
	if left != "" {
		fmt.Fprintf(s.env.Stderr, "以下不参与比较\n%s\n", left)
	}
	if format == "json" {
		return writeJSON(s.env.Stdout, effect)
	}
	fmt.Fprintf(s.env.Stdout, "%s，%s 前后各 %d 天（来源 %s，事项按标签和日计）：%d 起 → %d 起；其他地区 %d 起 → %d 起\n%s\n", before.Area, after.From.Format(time.DateOnly), after.Days,
		strings.Join(after.Sources, "、"), before.Told, after.Told, before.Elsewhere, after.Elsewhere, effect)
	return nil
}

// leftText tells what is left out, a line for each reason.
func leftText(left []trend.Left) string {
	const named = 3
	var reasons []string
	of := map[string][]string{}
	for _, l := range left {
		if of[l.Why] == nil {
			reasons = append(reasons, l.Why)
		}
		of[l.Why] = append(of[l.Why], l.What)
	}
	lines := make([]string, len(reasons))
	for k, why := range reasons {
		what := strings.Join(of[why][:min(named, len(of[why]))], "、")
		if n := len(of[why]); n > named {
			what += fmt.Sprintf(" 等 %d 个", n)
		}
		lines[k] = what + "：" + why
	}
	return strings.Join(lines, "\n")
}

// labelsBelow are the labels of the rules in force that are named or lie below what is named; all where nothing is.
func (s *session) labelsBelow(named []string) ([]string, error) {
	if len(named) == 0 {
		return s.labels()
	}
	named, err := s.labelCodes("--label ", named, true)
	if err != nil {
		return nil, err
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, code := range named {
		out = append(out, catalogue.Taxonomy().Below(code)...)
	}
	return slices.Compact(slices.Sorted(slices.Values(out))), nil
}

// droppedMonths are the months of some periods whose documents are gone by retention, so that they can't be counted any more.
func droppedMonths(ctx context.Context, l index.Ledger, tree index.Tree, periods ...report.Period) ([]report.Period, error) {
	var out []report.Period
	for _, month := range monthsOf(periods...) {
		start := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, calendar.Shanghai())
		switch _, _, err := index.KeptDaily(ctx, l, start, tree, 0); {
		case err == nil:
			out = append(out, report.Period{From: start, To: start.AddDate(0, 1, 0)})
		case !errors.Is(err, index.ErrNotFound):
			return nil, err
		}
	}
	return out, nil
}
