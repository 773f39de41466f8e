package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/remedy/report"
)

// reportFormats are the forms of a bulletin.
var reportFormats = []string{"md", "html", "xlsx", "json"}

func reportCommand(env Env) *cli.Command {
	return parent("report", "周报 · bulletins",
		&cli.Command{
			Name: "weekly", Usage: "诉求周报：总量、环比同比、基线、上升的问题、回访 · the weekly bulletin",
			Description: `Of the last week that is over, Monday to Sunday: what was told by hotline, label, area, unit, channel and service behaviour; against the week
before, the four weeks before, the same week of the year before and what the detector expected; the problems that rise, who sees to them, what
came of it; the visits that are due. What is not known completely is said first, and compared with nothing.

Examples:
   suqiu report weekly --embedded
   suqiu report weekly --week 2026-W46 --area 江东电力/临州供电公司 --out 周报.html
   suqiu report weekly --to 2026-11-28 --out 周报.xlsx`,
			Flags: settingFlags(
				&cli.StringFlag{Name: "week", Usage: "`WEEK` of ISO 8601: 2026-W46"},
				&cli.StringFlag{Name: "to", Usage: "instead the seven days before `DATE`"},
				&cli.StringFlag{Name: "area", Usage: "only an area `PATH`, with all below"},
				&cli.StringFlag{Name: "tree", Value: "grid", Usage: "of areas: grid or division"},
				&cli.StringFlag{Name: "format", Usage: "md, html, xlsx or json; by default what the name of --out ends in, else md"},
				&cli.StringFlag{Name: "out", Usage: "write to `FILE`"},
			),
			Action: inSession(env, (*session).weekly),
		},
	)
}

// reportPeriod reads which week is meant.
func (s *session) reportPeriod(c *cli.Context) (report.Period, error) {
	now := s.env.Now().In(s.zone)
	p := report.WeekBefore(now)
	switch {
	case c.IsSet("week") && c.IsSet("to"):
		return p, usagef("--week 和 --to 只能写一个")
	case c.IsSet("week"):
		var err error
		if p, err = report.ParseWeek(c.String("week"), s.zone); err != nil {
			return p, usagef("--week：%v", err)
		}
	case c.IsSet("to"):
		day, err := readTime(c, "to", s.zone)
		if err != nil {
			return p, err
		}
		p = report.EndingBefore(day.In(s.zone))
	}
	if p.To.After(now) {
		return p, usagef("%s 这一周还没有过完", p)
	}
	return p, nil
}

// reportFormat reads which form is wanted.
func reportFormat(c *cli.Context) (string, error) {
	format := c.String("format")
	if format == "" {
		format = "md"
		if ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(c.String("out"))), "."); ext != "" {
			format = ext
		}
	}
	if format == "htm" {
		format = "html"
	}
	if !slices.Contains(reportFormats, format) {
		return "", usagef("--format %s：可写 %s", format, strings.Join(reportFormats, "、"))
	}
	return format, nil
}

func (s *session) weekly(c *cli.Context) error {
	period, err := s.reportPeriod(c)
	if err != nil {
		return err
	}
	format, err := reportFormat(c)
	if err != nil {
		return err
	}
	tree := index.Tree(c.String("tree"))
	if tree != index.TreeGrid && tree != index.TreeDivision {
		return usagef("--tree %s：可写 grid、division", tree)
	}
	if format == "xlsx" && c.String("out") == "" && isTerminal(s.env.Stdout) {
		return usagef("xlsx 不能显示在屏幕上；用 --out 写文件名")
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	in, err := s.reportInput(c.Context, store, period, c.String("area"), tree)
	if err != nil {
		return fmt.Errorf("report weekly: %w", err)
	}
	if err := s.hintNoContacts(c.Context, store, in); err != nil {
		return err
	}
	made := report.Build(in)
	write := map[string]func(io.Writer) error{
		"md": made.Markdown, "html": made.HTML, "xlsx": made.Workbook,
		"json": func(w io.Writer) error { return writeJSON(w, made) },
	}[format]
	if c.String("out") == "" {
		return write(s.env.Stdout)
	}
	if err := writeFile(c.String("out"), write); err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "%s，%s：诉求 %d 件，已写入 %s\n", made.Title, made.Period, made.Total.Contacts, c.String("out"))
	return nil
}

// hintNoContacts says which areas somebody may have meant whose area has nothing.
func (s *session) hintNoContacts(ctx context.Context, store index.Store, in report.Input) error {
	if in.Area == "" || !in.Tally.Empty() {
		return nil
	}
	return s.hintAreas(ctx, store, []string{in.Area})
}

// writeFile writes a file as a whole or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	err = errors.Join(write(file), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// reportLevels is down to which level of a tree the detector's expectations reach below an area.
func reportLevels(area string) int {
	return max(index.DailyLevels, len(strings.Split(area, "/"))+2)
}

// monthsOf are the months that periods touch, by when they begin.
func monthsOf(periods ...report.Period) []time.Time {
	var all []time.Time
	for _, p := range periods {
		for m := time.Date(p.From.Year(), p.From.Month(), 1, 0, 0, 0, 0, p.From.Location()); m.Before(p.To); m = m.AddDate(0, 1, 0) {
			if !slices.ContainsFunc(all, m.Equal) {
				all = append(all, m)
			}
		}
	}
	return all
}
