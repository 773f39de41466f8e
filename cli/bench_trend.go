package cli

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"suqiu/trend"
	"suqiu/trend/trendbench"
)

func benchTrendCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "trend", Usage: "上升问题的发现率 · how many planted problems are found, with how many false ones",
		Description: `Simulates what is told, plants rises, and measures detection beside older rules, the established methods and alarms at random. What is
simulated is chosen by --what:

   hotline   a province, 4 cities, 24 counties and 192 stations with 12 categories, sixty local problems and three storms in
             sixty days: the share of the problems found within ten days (POD) at 1 and 5 false alarms a day, and after alarms
             are merged into rises
   weekly    the 42 weekly scenarios of Noufaily et al. 2013
   daily     eight daily signals of Noufaily et al. 2019; daily-hard: with rises an eighth as strong
   hourly    judging once a day or every hour

Examples:
   suqiu bench trend --seeds 16 --history 180
   suqiu bench trend --what weekly --series 504`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "what", Value: "hotline", Usage: "hotline, weekly, daily, daily-hard or hourly"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the first hotline, or of all series"},
			&cli.IntFlag{Name: "seeds", Value: 8, Usage: "how many hotlines"},
			&cli.IntFlag{Name: "series", Value: 504, Usage: "how many weekly or daily series"},
			&cli.IntFlag{Name: "history", Value: 28, Usage: "days before those that are judged, of hotlines"},
			&cli.BoolFlag{Name: "without-storms", Usage: "no storms"},
			&cli.Float64Flag{Name: "significance", Value: trend.DefaultLevel, Usage: "that the categories share: more alarms, and more false ones, with a higher one"},
		},
		Action: func(c *cli.Context) error {
			n := c.Int("series")
			what := c.String("what")
			if n < 8 && what != "hotline" && what != "hourly" {
				return usagef("--series must be at least 8, one of each signal")
			}
			progress := func(done int) {
				if done%50 == 0 || done == n {
					fmt.Fprintf(env.Stderr, "series %d of %d\n", done, n)
				}
			}
			switch what {
			case "hotline":
				return benchTrend(c, env)
			case "weekly":
				showSeries(env.Stdout, trendbench.Weekly(c.Uint64("seed"), n, progress))
			case "daily", "daily-hard":
				showSeries(env.Stdout, trendbench.Daily(c.Uint64("seed"), n, what == "daily-hard", progress))
			case "hourly":
				return benchHourly(c, env)
			default:
				return usagef("--what %s: there are hotline, weekly, daily, daily-hard and hourly", what)
			}
			return nil
		},
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
	figures, err := trendbench.Compare(seeds, history, !c.Bool("without-storms"), c.Float64("significance"), func() {
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

// showSeries prints a table of methods, first at their customary settings and then at equal numbers of false incidents.
func showSeries(w io.Writer, results []trendbench.SeriesResult) {
	n := results[0].Series
	fmt.Fprintf(w, "%d series; the standard error of a share p is sqrt(p(1-p)/%d), %.3f at .5\n\n", n, n, results[0].StandardError(0.5))
	fmt.Fprintf(w, "%-32s %6s %6s %6s %6s %6s %6s\n", "at the customary setting", "false", "POD", "first", "sens.", "prec.", "time")
	for _, r := range results {
		fmt.Fprintf(w, "%-32s %6.3f %6.3f %6.3f %6.3f %6.3f %6.3f\n", r.Method, r.FalseRate, r.POD, r.POD1, r.Sensitivity, r.Precision, r.Timeliness)
	}
	fmt.Fprintf(w, "\n%-32s", "false incidents a series-year")
	for _, m := range results[0].Matched {
		fmt.Fprintf(w, " %6.2f: POD  sens.", m.Limit)
	}
	fmt.Fprintln(w)
	for _, r := range results {
		if len(r.Matched) == 0 {
			continue
		}
		fmt.Fprintf(w, "%-32s", r.Method)
		for _, m := range r.Matched {
			fmt.Fprintf(w, "      %6.3f %6.3f", m.POD, m.Sensitivity)
		}
		fmt.Fprintln(w)
	}
}

func benchHourly(c *cli.Context, env Env) error {
	rates := []float64{1, 5, 20, 100}
	results, err := trendbench.Hourly(c.Uint64("seed"), rates, func(done int) {
		fmt.Fprintf(env.Stderr, "rate %d of %d\n", done, len(rates))
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%-12s %-26s %6s %12s %10s\n", "matters/day", "judged", "POD", "delay hours", "-log10 p")
	for _, r := range results {
		fmt.Fprintf(env.Stdout, "%-12.0f %-26s %6.3f %12.0f %10.2f\n", r.Rate, r.Way, r.POD, r.Delay, r.Tens)
	}
	return nil
}
