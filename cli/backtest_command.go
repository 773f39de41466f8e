package cli

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/trend"
)

func backtestCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "backtest",
		Usage: "回测：按当时到达的诉求重放，会发现哪些问题 · which incidents watch would have found in a past period",
		Description: `Replays what is stored, look by look, before a watcher of its own, and lists the incidents that it opens. Nothing is written. With
--arrival each contact is known from when it really arrived, and the incidents are those that suqiu watch opened then; without, as if
each had arrived when it was received, which is what a history that was read in at once needs. --assume-complete takes everything in
the period for complete where no completeness is recorded. --learn also keeps, for the effects of measures, what incidents do that
nobody remedies.

Examples:
   suqiu backtest --from 2026-09-01 --to 2026-11-01
   suqiu backtest --from 2026-09-01 --to 2026-11-01 --significance 0.02 --format json`,
		Flags: settingFlags(append(detectionFlags(),
			&cli.StringFlag{Name: "from", Usage: "first look at `DATE`; what was received before is history: 180 days, a year for rules that count, three years where so much is complete"},
			&cli.StringFlag{Name: "to", Usage: "last look at `DATE`"},
			&cli.DurationFlag{Name: "every", Usage: "`SPAN` between two looks; a day, or an hour with --interval hour"},
			&cli.BoolFlag{Name: "arrival", Usage: "each contact is known from when it arrived"},
			&cli.BoolFlag{Name: "assume-complete", Usage: "take the sources for complete where nothing is recorded"},
			&cli.BoolFlag{Name: "learn", Usage: "keep what incidents do that nobody remedies"},
			formatFlag("text, or json: one incident a line"),
		)...),
		Action: inSession(env, (*session).backtest),
	}
}

func (s *session) backtest(c *cli.Context) error {
	if err := needFlags(c, "from", "to"); err != nil {
		return err
	}
	of, interval, err := readDetection(c)
	if err != nil {
		return err
	}
	from, err := readTime(c, "from", s.zone)
	if err != nil {
		return err
	}
	to, err := readTime(c, "to", s.zone)
	if err != nil {
		return err
	}
	step := map[trend.Interval]time.Duration{trend.Daily: 24 * time.Hour, trend.Hourly: time.Hour}[interval]
	if c.IsSet("every") {
		step = c.Duration("every")
	}
	if !from.Before(to) || step < time.Minute {
		return usagef("--from must be before --to, and --every at least a minute")
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	judge, err := s.detection(interval, readSensitivity(c), of)
	if err != nil {
		return err
	}
	spans, err := index.Coverage(c.Context, store)
	if err != nil {
		return err
	}
	replay, err := replaySource(c.Context, store, from.Add(-judge.Reach(spans, to)), to, s.zone, of, c.Bool("arrival"))
	if err != nil {
		return fmt.Errorf("read what is to be replayed: %w", err)
	}
	if c.Bool("assume-complete") {
		replay.AssumeComplete(to)
	}
	left := map[string]string{}
	judge.Left = func(all []trend.Left) {
		for _, l := range all {
			left[l.What] = l.Why
		}
	}
	practice, err := s.practice(c.Context, store)
	if err != nil {
		return err
	}
	bar := newBar(s.env.Stderr, "回测", false)
	incidents, err := detect.Backtest{Replay: replay, Judge: judge, Practice: practice, From: from, To: to, Step: step, Progress: func(now time.Time) {
		bar.set(int64(now.Sub(from)/step), int64(to.Sub(from)/step))
	}}.Run(c.Context)
	bar.done()
	if err != nil {
		return err
	}
	if c.Bool("learn") {
		learned, err := detect.LearnFall(c.Context, judge, incidents)
		if err != nil {
			return err
		}
		if err := s.keepLearned(c.Context, store, learned); err != nil {
			return err
		}
	}
	for what, why := range left {
		s.log.Warn("not judged", "what", what, "why", why)
	}
	if c.String("format") == "json" {
		for k := range incidents {
			incidents[k].Outbox = nil
		}
		return writeJSONLines(s.env.Stdout, incidents)
	}
	return s.showIncidents(incidents)
}

// keepLearned says what was learned of incidents that nobody remedies, and keeps it where they were enough.
func (s *session) keepLearned(ctx context.Context, l index.Ledger, learned remedy.Fall) error {
	for _, p := range learned.Points {
		what := fmt.Sprintf("平均为预期的 %.0f %%", p.Mean*100)
		if p.N < remedy.LeastFollowed {
			what = fmt.Sprintf("不足 %d 个，仍用默认值", remedy.LeastFollowed)
		}
		fmt.Fprintf(s.env.Stderr, "无人整改的问题，发现 %d 天后起的 %d 天：%d 个，%s\n", p.Lag, p.Days, p.N, what)
	}
	if learned.Learned() == 0 {
		fmt.Fprintf(s.env.Stderr, "没有保存：无人整改的问题太少，学不到什么；用更长的 --from … --to 再试\n")
		return nil
	}
	return saveFall(ctx, l, learned)
}

// showIncidents writes incidents as a table, the newest first.
func (s *session) showIncidents(incidents []remedy.Incident) error {
	names, err := s.names()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "共 %d 个问题\n", len(incidents))
	if len(incidents) == 0 {
		return nil
	}
	rows := [][]string{{"编号", "初现", "问题", "地区", "信号", "办理", "实际/预期", "责任人", "时限"}}
	for k := range incidents {
		i := &incidents[k]
		owner := cmp.Or(i.Assignment.Owner.Name, i.Assignment.Owner.ID)
		if !i.Assignment.Owned() {
			owner = "无"
		}
		due := ""
		if i.Clock.Step != "" && !i.Ended() {
			due = i.Clock.Name + " " + i.Clock.Due.In(s.zone).Format("01-02 15:04")
		}
		work := i.Work.Name()
		if !i.Alive() {
			work = "并入 " + i.MergedInto
		}
		var labels []string
		for _, code := range i.Labels {
			labels = append(labels, names.name(code))
		}
		if len(labels) == 0 { // contacts that tell nothing of what the rules know
			labels = append(labels, i.Explains...)
		}
		expected := strconv.FormatFloat(i.Latest.Expected, 'f', 1, 64)
		if len(i.Latest.Counted) > 0 {
			expected = "计数"
		}
		rows = append(rows, []string{i.ID, i.First.In(s.zone).Format(time.DateOnly), strings.Join(labels, "、"), placeName(i.Area), i.Signal.Name(), work,
			strconv.Itoa(i.Latest.Observed) + "/" + expected, owner, due})
	}
	return writeTable(s.env.Stdout, rows)
}

// placeName is an area for people.
func placeName(path string) string {
	if path == "" {
		return "全域"
	}
	return path
}
