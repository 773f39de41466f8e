package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
	"suqiu/remedy"
	"suqiu/trend"
)

func watchCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "watch",
		Usage: "盯住上升的问题：发现、派单、催办、评估成效 · find rising problems, hand them to their owners, see to limits, visits and effects",
		Description: `Looks again and again until SIGINT or SIGTERM: judges what is complete and was not judged yet, opens an incident for each problem that
rises, and does what is due of the open ones. It may be killed at any time and goes on where it was; any number may run, of which
one works and another one goes on when that one is gone. What was told more than three days ago opens nothing.

Examples:
   suqiu watch --config /etc/suqiu.yaml
   suqiu watch --once
   suqiu watch --once --dry-run --significance 0.02
   suqiu watch --interval hour --every 5m`,
		Flags: settingFlags(append(detectionFlags(),
			&cli.DurationFlag{Name: "every", Value: 5 * time.Minute, Usage: "`SPAN` between two looks: 5m, 1h"},
			&cli.BoolFlag{Name: "once", Usage: "look once and end"},
			&cli.BoolFlag{Name: "alive", Usage: "only ask whether a watcher works, this or another one; exit code 3 if not"},
			&cli.BoolFlag{Name: "dry-run", Usage: "with --once: show what would be opened, write nothing and tell nobody"},
			&cli.BoolFlag{Name: "change", Usage: "take another tree, depth or interval than the one that is watched by so far"},
			&cli.StringFlag{Name: "at", Usage: "with --once: do what would have been done at `TIME`", Hidden: true},
		)...),
		Action: inSession(env, (*session).watch),
	}
}

// detectionFlags say what is judged, and how.
func detectionFlags() []cli.Flag {
	const category = "detection"
	return []cli.Flag{
		&cli.StringFlag{Name: "interval", Value: "day", Usage: "judge whole days, or each hour the 24 before it: day or hour", Category: category},
		&cli.StringFlag{Name: "tree", Value: "grid", Usage: "of areas: grid or division", Category: category},
		&cli.IntFlag{Name: "depth", Value: index.DailyLevels, Usage: "how deep in it: 4 is the station (供电所)", Category: category},
		&cli.Float64Flag{Name: "significance", Value: trend.DefaultLevel, Usage: "shared by the labels; higher finds more and raises more false alarms", Category: category},
		&cli.Float64Flag{Name: "per-week", Usage: "choose the significance so that the last eight weeks would have opened at most so many `INCIDENTS` a week; with --interval day", Category: category},
	}
}

// readDetection makes of the flags what is counted and judged.
func readDetection(c *cli.Context) (grain, trend.Interval, error) {
	of := grain{tree: index.Tree(c.String("tree")), level: c.Int("depth")}
	interval := trend.Interval(c.String("interval"))
	switch {
	case of.tree != index.TreeGrid && of.tree != index.TreeDivision:
		return of, interval, usagef("--tree %s: there are grid and division", of.tree)
	case of.level < 1 || of.level > hotline.MaxAreaDepth:
		return of, interval, usagef("--depth %d: must be 1 to %d", of.level, hotline.MaxAreaDepth)
	case interval != trend.Daily && interval != trend.Hourly:
		return of, interval, usagef("--interval %s: there are day and hour", interval)
	}
	if q := c.Float64("significance"); q <= 0 || q >= 1 {
		return of, interval, usagef("--significance %g: must be between 0 and 1", q)
	}
	if n := c.Float64("per-week"); n < 0 || n > 0 && interval == trend.Hourly {
		return of, interval, usagef("--per-week %g: must not be negative, and goes with --interval day alone", n)
	}
	return of, interval, nil
}

// sensitivity says how much is to be found: at a significance, or at the one that opens so many incidents a week.
type sensitivity struct{ significance, perWeek float64 }

func readSensitivity(c *cli.Context) sensitivity {
	return sensitivity{c.Float64("significance"), c.Float64("per-week")}
}

// watchLease is how long a watcher may be silent before another one takes over; looks further apart make it longer.
const watchLease = 2 * time.Minute

func (s *session) watch(c *cli.Context) error {
	if c.Bool("alive") {
		return s.checkWatched(c.Context)
	}
	of, interval, err := readDetection(c)
	if err != nil {
		return err
	}
	every := c.Duration("every")
	if every < time.Second {
		return usagef("--every %s: must be at least a second", every)
	}
	if c.Bool("dry-run") && !c.Bool("once") {
		return usagef("--dry-run goes with --once")
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	var w *remedy.Watcher
	begin := func() (err error) {
		if of.tree == index.TreeDivision {
			if err := s.postsInDivisions(c.Context, store); err != nil {
				return err
			}
		}
		w, err = s.watcher(c.Context, store, of, interval, readSensitivity(c), max(watchLease, every*3/2))
		return err
	}
	if s.lasting = !c.Bool("once"); s.lasting {
		err = s.untilAvailable(c.Context, begin)
	} else {
		err = begin()
	}
	if s.lasting && c.Err() != nil {
		return nil // it was asked to end
	}
	if err != nil {
		return err
	}
	now := s.env.Now()
	if c.IsSet("at") {
		if now, err = readTime(c, "at", s.zone); err != nil {
			return err
		}
	}
	w.Change = c.Bool("change")
	if c.Bool("dry-run") {
		return s.tryWatch(c.Context, w, now)
	}
	if c.Bool("once") {
		if err := s.look(c.Context, store, w, now); err != nil {
			return err
		}
		return w.Release(c.Context, now)
	}
	defer s.release(c.Context, w)
	for {
		err := s.untilAvailable(c.Context, func() error { return s.look(c.Context, store, w, s.env.Now()) })
		switch {
		case c.Err() != nil:
			return nil // it was asked to end
		case errors.Is(err, remedy.ErrHeld):
			s.log.Info("another watcher works", "why", err)
		case err != nil:
			return err
		}
		if (ingest.SystemClock{}).Sleep(c.Context, every) != nil {
			return nil
		}
	}
}

// postsInDivisions refuses to watch by the administrative tree when nobody holds a post there, since nobody would own
// what is found.
func (s *session) postsInDivisions(ctx context.Context, store index.Ledger) error {
	people, err := s.directory(ctx, store)
	if err != nil {
		return err
	}
	trees, err := s.areas()
	if err != nil {
		return err
	}
	seats := people.Areas()
	if len(seats) == 0 || slices.ContainsFunc(seats, func(area string) bool { return area == "" || trees.IsDivision(area) }) {
		return nil
	}
	return usagef("--tree division: no post and no roster lies in that tree, so that nobody would own what rises; use --tree grid, or give posts the code or path of a division, or * for everywhere: suqiu owner import posts")
}

// tryWatch looks once in memory and shows the incidents that would be opened.
func (s *session) tryWatch(ctx context.Context, w *remedy.Watcher, now time.Time) error {
	trial, err := remedy.Trial(ctx, w.Ledger, w.Settings)
	if err != nil {
		return err
	}
	before, err := remedy.All(ctx, trial)
	if err != nil {
		return err
	}
	w.Ledger = trial
	if err := w.Pass(ctx, now.Add(-trend.MaxAge), now); err != nil {
		return err
	}
	after, err := remedy.All(ctx, trial)
	if err != nil {
		return err
	}
	opened := slices.DeleteFunc(after, func(i remedy.Incident) bool {
		return slices.ContainsFunc(before, func(b remedy.Incident) bool { return b.ID == i.ID })
	})
	fmt.Fprintln(s.env.Stdout, "试运行，没有保存；会新立：")
	return s.showIncidents(opened)
}

// release gives the lease back when a watcher was asked to end; one that can't is waited for.
func (s *session) release(ctx context.Context, w *remedy.Watcher) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := w.Release(ctx, s.env.Now()); err != nil {
		s.log.Warn("the lease was not given back; another watcher waits until it ends", "err", err)
	}
}

// watcher makes a watcher over the store.
func (s *session) watcher(ctx context.Context, store index.Store, of grain, interval trend.Interval, how sensitivity, lease time.Duration) (*remedy.Watcher, error) {
	judge, err := s.detection(interval, how, of)
	if err != nil {
		return nil, err
	}
	if judge.Source, err = s.live(store, of); err != nil {
		return nil, err
	}
	var said []trend.Left
	judge.Left = func(left []trend.Left) {
		if slices.Equal(left, said) {
			return
		}
		said = left
		for _, l := range left {
			s.log.Warn("not judged", "what", l.What, "why", l.Why)
		}
	}
	practice, err := s.practice(ctx, store)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // it only helps whoever reads the ledger
	}
	return &remedy.Watcher{
		Settings: remedy.Settings{Tree: string(of.tree), Level: of.level, Interval: string(interval)},
		Ledger:   remedyLedger{store}, Judge: judge, Gauge: judge, Practice: practice,
		Holder: fmt.Sprintf("%s-%d-%d", host, os.Getpid(), s.env.Now().UnixNano()), Lease: lease,
		Round: func(r remedy.Round) {
			var seen []string
			for _, f := range r.Sightings {
				seen = append(seen, strings.Join(f.Labels, ",")+" "+f.Area)
			}
			s.log.Info("judged", "from", r.From.In(s.zone), "to", r.Through.In(s.zone), "rises", seen)
		},
	}, nil
}

// look does once what is due, and hands on what is to be told. What a backtest has learned meanwhile holds from now on.
func (s *session) look(ctx context.Context, store index.Store, w *remedy.Watcher, now time.Time) error {
	var err error
	if w.Fall, err = fall(ctx, store); err != nil {
		return err
	}
	begin := now.Add(-trend.MaxAge)
	if err := w.Pass(ctx, begin, now); err != nil {
		return err
	}
	messages, err := remedy.Messages(ctx, w.Ledger)
	if err != nil {
		return err
	}
	return s.drain(ctx, store, messages, now)
}
