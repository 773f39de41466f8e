package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/trend"
	"suqiu/trend/trendbench"
)

func benchTrendCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "trend", Usage: "上升问题的发现率 · how many planted problems are found, with how many false ones",
		Description: `Makes hotlines of a province, 4 cities, 24 counties and 192 stations with 12 categories, sixty local problems and three storms in sixty days
each, and measures the detector beside older rules and alarms at random: the share of the problems found within ten days (POD)
at 1 and 5 false alarms a day, and after alarms are merged into rises.

Example:
   suqiu bench trend --seeds 8 --history 180`,
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the first hotline"},
			&cli.IntFlag{Name: "seeds", Value: 8, Usage: "how many hotlines"},
			&cli.IntFlag{Name: "history", Value: 28, Usage: "days before those that are judged"},
			&cli.BoolFlag{Name: "without-storms", Usage: "no storms"},
			&cli.Float64Flag{Name: "level", Value: trend.DefaultLevel, Usage: "that the categories share: more alarms, and more false ones, with a higher one"},
		},
		Action: func(c *cli.Context) error { return benchTrend(c, env) },
	}
}

func benchTrend(c *cli.Context, env Env) error {
	n, history := c.Int("seeds"), c.Int("history")
	switch {
	case n < 2:
		return usagef("--seeds must be at least 2, for a standard error")
	case history < 28 || history > 3650:
		return usagef("--history must be 28 to 3650 days")
	}
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = c.Uint64("seed") + uint64(i)
	}
	done := 0
	figures, err := trendbench.Compare(seeds, history, !c.Bool("without-storms"), c.Float64("level"), func() {
		done++
		fmt.Fprintf(env.Stderr, "hotline %d of %d\n", done, n)
	})
	if err != nil {
		return err
	}
	print := func(what string, f trendbench.Figures, of func(trendbench.Result) float64) {
		mean, se := f.Mean(of)
		fmt.Fprintf(env.Stdout, "%-26s %-34s %.3f ± %.3f\n", f.Method, what, mean, se)
	}
	for _, f := range figures {
		print("POD at 1 false alarm a day", f, func(r trendbench.Result) float64 { return r.POD1 })
		print("POD at 5 false alarms a day", f, func(r trendbench.Result) float64 { return r.POD5 })
		if !f.Merged {
			continue
		}
		print("POD, merged", f, func(r trendbench.Result) float64 { return r.POD })
		print("false rises a day", f, func(r trendbench.Result) float64 { return r.FalseDaily })
		print("precision of rises", f, func(r trendbench.Result) float64 { return r.Precision })
		print("days to the rise", f, func(r trendbench.Result) float64 { return r.Delay })
		print("rises of the storms", f, func(r trendbench.Result) float64 { return r.StormRises })
		print("share of p < .01 undisturbed", f, func(r trendbench.Result) float64 { return r.Below01 / r.Cells })
	}
	return nil
}
