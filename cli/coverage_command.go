package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
)

func coverageCommand(env Env) *cli.Command {
	command := parent("coverage", "数据完整到哪里：没有诉求还是没有数据 · for which time each source is complete",
		&cli.Command{
			Name:  "list",
			Usage: "列出各来源的完整时段 · what is known of each source",
			Description: `Example:
   suqiu coverage list --format json`,
			Flags:  settingFlags(formatFlag("text, or json: one span a line")),
			Action: inSession(env, (*session).listCoverage),
		},
		&cli.Command{
			Name:  "add",
			Usage: "声明一个来源在某时段内完整 · say that all a source told in a period is in the index",
			Description: `Periods that touch what is known already are joined with it; one that lies apart takes its place if it reaches further. A sample, in which
contacts are missing, must not be declared: its gaps would look like quiet days, and its days like rises.

Example:
   suqiu coverage add --source 12345 --from 2026-01-01 --to 2026-07-01`,
			Flags: settingFlags(
				&cli.StringFlag{Name: "source", Usage: "`NAME` of the source"},
				&cli.StringFlag{Name: "area", Usage: "area `PATH` for which it holds, with all below; by default all"},
				&cli.StringFlag{Name: "from", Usage: "`TIME` from which it is complete"},
				&cli.StringFlag{Name: "to", Usage: "`TIME` up to which it is complete"},
				&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be recorded"},
			),
			Action: inSession(env, (*session).addCoverage),
		},
	)
	command.Description = `A day without contacts means zero only where its source is known to be complete; elsewhere it means unknown, and rising problems are
not looked for. The consumer records by itself from when to when it has read everything. Of files nobody knows but you: say it by add.

Example:
   suqiu coverage list`
	return command
}

func (s *session) listCoverage(c *cli.Context) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	spans, err := index.Coverage(c.Context, store)
	if err != nil {
		return err
	}
	slices.SortFunc(spans, func(a, b hotline.Coverage) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Area, b.Area))
	})
	if c.String("format") == "json" {
		return writeJSONLines(s.env.Stdout, spans)
	}
	if len(spans) == 0 {
		fmt.Fprintln(s.env.Stdout, "还不知道任何来源的完整时段：消费者会自己记录；文件请用 suqiu coverage add 声明")
	}
	for _, span := range spans {
		s.showSpan(span)
	}
	return nil
}

func (s *session) showSpan(span hotline.Coverage) {
	fmt.Fprintf(s.env.Stdout, "%s（%s）：%s 至 %s\n", span.Source, or(span.Area, "全部地区"),
		span.From.In(s.zone).Format("2006-01-02 15:04"), span.Through.In(s.zone).Format("2006-01-02 15:04"))
}

func (s *session) addCoverage(c *cli.Context) error {
	err := needFlags(c, "source", "from", "to")
	if err != nil {
		return err
	}
	span := hotline.Coverage{Source: c.String("source"), Area: c.String("area")}
	if span.From, err = readTime(c, "from", s.zone); err != nil {
		return err
	}
	if span.Through, err = readTime(c, "to", s.zone); err != nil {
		return err
	}
	switch {
	case !span.From.Before(span.Through):
		return usagef("--to 应在 --from 之后")
	case span.Through.After(s.env.Now()):
		return usagef("--to 在以后：还没发生的不能说完整")
	}
	if c.Bool("dry-run") {
		fmt.Fprint(s.env.Stdout, "将记录 ")
		s.showSpan(span)
		return nil
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	if err := index.ExtendCoverage(c.Context, store, span); err != nil {
		return err
	}
	s.showSpan(span)
	return nil
}

// defaultLateness is by when the record of a contact has arrived, of a source that does not say.
const defaultLateness = time.Hour

// recordReach makes what a consumer tells of a source's records its coverage: a contact may arrive so much later than
// it was received as the source's lateness says.
func (s *session) recordReach(store index.Ledger) func(context.Context, string, ingest.Reach) error {
	lateness := map[string]time.Duration{}
	for _, src := range s.cfg.Sources {
		lateness[src.Name] = cmp.Or(src.Lateness, defaultLateness)
	}
	return func(ctx context.Context, source string, reach ingest.Reach) error {
		through := reach.Through.Add(-lateness[source])
		if reach.From.IsZero() {
			return index.ContinueCoverage(ctx, store, source, through)
		}
		if !reach.From.Before(through) {
			return nil
		}
		return index.ExtendCoverage(ctx, store, hotline.Coverage{Source: source, From: reach.From, Through: through})
	}
}
