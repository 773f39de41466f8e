package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/classify/corpus"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/reclassify"
	"suqiu/ingest"
)

func reclassifyCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "reclassify",
		Usage: "按现行规则重新分类库中诉求 · analyse the stored contacts anew by the rules in force",
		Description: `Brings what an older revision of the rules labelled up to this one, beside the consumers: newer content that comes meanwhile
wins, corrections stay. Filters narrow it down. It may be interrupted or killed, and started again with the same filters; several
processes share the work. It ends when no contact of the scope has an older revision. Reload the consumers first.

With --from-kafka it takes the records of the log the whole way once more instead: decoded, located, masked and analysed as now. That is
for faults of decoding, places or masking, and for an index that was lost. --from, --to and --since then mean when a record reached the log;
offsets narrow it down, other filters can't. The same versions and dead letters as in the stream; nothing is committed.

Examples:
   suqiu reclassify --since 8w --dry-run
   suqiu reclassify --from 2026-01-01 --rate 500 --workers 4
   suqiu reclassify --label outage --area 江东电力/临州供电公司
   suqiu reclassify --from-kafka --since 7d --dry-run
   suqiu reclassify --from-kafka --topic suqiu.hotline.95598 --partition 3 --from-offset 1000 --to-offset 2000`,
		Flags: settingFlags(append(filterFlags(),
			&cli.BoolFlag{Name: "dry-run", Usage: "only show which labels would gain and lose, of the log too; writes nothing"},
			&cli.IntFlag{Name: "samples", Value: 3, Usage: "with --dry-run: `NUMBER` of samples of each label gained and lost"},
			&cli.IntFlag{Name: "rate", Usage: "at most so many contacts a second; 0: as fast as the store takes them"},
			&cli.IntFlag{Name: "workers", Value: 2, Usage: "`NUMBER` of slices, or of partitions, worked on at once"},
			&cli.BoolFlag{Name: fromKafka, Usage: "read the log of the topics again instead of the index"},
			&cli.StringFlag{Name: "topic", Usage: "with --from-kafka: only this `TOPIC`"},
			&cli.IntSliceFlag{Name: "partition", Usage: "with --from-kafka: only these `PARTITIONS`"},
			&cli.Int64Flag{Name: "from-offset", Usage: "with --from-kafka: the first `OFFSET`"},
			&cli.Int64Flag{Name: "to-offset", Usage: "with --from-kafka: the `OFFSET` after the last"},
			formatFlag("text or json"),
		)...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			filter, err := readFilter(c, s.env.Now(), s.zone)
			if err != nil {
				return err
			}
			if filter.Labels, err = s.labelCodes("--label ", filter.Labels, true); err != nil {
				return err
			}
			if c.Int("rate") < 0 || c.Int("workers") < 1 || c.Int("samples") < 0 {
				return usagef("--rate and --samples can't be negative, --workers must be at least 1")
			}
			if c.Bool(fromKafka) {
				return s.reread(c, filter.From, filter.To)
			}
			if err := refuseFlags(c, "needs --from-kafka", rereadFlags...); err != nil {
				return err
			}
			store, err := s.store()
			if err != nil {
				return err
			}
			if c.Bool("dry-run") {
				return s.previewReclassify(c, store, filter)
			}
			return s.reclassify(c, store, filter)
		}),
	}
}

// nextRevision is the revision of the rules in the ledger, or the one that they would get.
func nextRevision(ctx context.Context, store index.Store, rules *classify.RuleSet) (int64, error) {
	latest, err := index.LatestRuleset(ctx, store)
	if err != nil {
		return 0, err
	}
	if latest.Hash != rules.Hash() {
		return latest.Rev + 1, nil
	}
	return latest.Rev, nil
}

// previewReclassify compares what is stored with what the rules in force would find. Nothing is written.
func (s *session) previewReclassify(c *cli.Context, store index.Store, filter index.Filter) error {
	rules, err := s.rules()
	if err != nil {
		return err
	}
	if filter.RulesetBelow, err = nextRevision(c.Context, store, rules); err != nil {
		return err
	}
	if filter.RulesetBelow == 0 {
		return usagef("nothing is stored yet: the index knows no revision of the rules")
	}
	scope, err := store.Search(c.Context, index.Query{Filter: filter})
	if err != nil {
		return err
	}
	bar, done := newBar(s.env.Stderr, "试分类", false), int64(0)
	diff := corpus.NewDiff(rules, rules, c.Int("samples"))
	err = index.Each(c.Context, store, filter, func(doc *hotline.Document) {
		now := rules.Analyze(&doc.Call)
		if corrected := doc.Analysis.Corrected; corrected != nil {
			now.Correct(corrected.Correction)
		}
		diff.Compare(&doc.Call, doc.Analysis, now)
		done++
		bar.set(done, scope.Total)
	})
	bar.done()
	if err != nil {
		return err
	}
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, diff.Change())
	}
	fmt.Fprintf(s.env.Stdout, "规则将是第 %d 版；试运行，没有写入\n", filter.RulesetBelow)
	return s.showChange(diff.Change(), rules.Taxonomy())
}

func (s *session) reclassify(c *cli.Context, store index.Store, filter index.Filter) error {
	rules, err := s.registered(c.Context, store)
	if err != nil {
		return err
	}
	if err := rules.Ready(); err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // it only helps whoever reads the ledger
	}
	bar, begun := newBar(s.env.Stderr, "重新分类", false), s.env.Now()
	var before int64 // done by earlier runs and other processes
	account, err := reclassify.Run(c.Context, reclassify.Config{
		Store: store, Writer: index.NewCorrector(store), Analyze: rules, Revision: rules.Revision(), Filter: filter,
		Owner: fmt.Sprintf("%s-%d-%d", host, os.Getpid(), begun.UnixNano()), Workers: c.Int("workers"), Rate: c.Int("rate"), Clock: ingest.SystemClock{},
		Progress: func(a reclassify.Account) { bar.set(a.Read, max(a.Scope, a.Read)) },
		Warn:     func(msg string, err error) { s.log.Warn(msg, "err", err) },
		Begun:    func(a reclassify.Account) { before = a.Read },
	})
	bar.done()
	if c.Err() != nil {
		return fmt.Errorf("reclassify: interrupted after %d contacts; start it again to go on: %w", account.Read, c.Err())
	}
	if err != nil {
		return err
	}
	took := max(s.env.Now().Sub(begun), time.Millisecond)
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, struct {
			Revision int64 `json:"ruleset_rev"`
			reclassify.Account
			Seconds float64 `json:"seconds"` // of this run
		}{rules.Revision(), account, took.Seconds()})
	}
	fmt.Fprintf(s.env.Stdout, "规则第 %d 版：范围内 %d 件，重新分类 %d 件，其中结论有变化 %d 件；期间内容已更新 %d 件；%d 轮，用时 %s，每秒 %.0f 件\n",
		rules.Revision(), account.Scope, account.Stored, account.Changed, account.Superseded, account.Rounds, took.Round(time.Millisecond),
		float64(account.Read-before)/took.Seconds())
	return nil
}
