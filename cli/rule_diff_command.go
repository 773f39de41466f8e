package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/classify/corpus"
	"suqiu/dicts"
	"suqiu/index"
)

func ruleDiffCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "diff", Usage: "比较两版规则在语料上的差别 · what changes over a corpus from one rule set to another",
		ArgsUsage: "OLD NEW [FILE]...",
		Description: `Analyses the contacts of files, or with --stored those of the index, by two rule sets and shows which labels gain and lose, with
samples of masked text, and which label turns into which. Nothing is written. OLD and NEW are each a folder laid over the built-in
dictionaries, the word builtin, or the number of a revision, whose archived source the ledger keeps. It warns where examples of NEW fail.

Examples:
   suqiu rule diff builtin my-dicts orders.csv --samples 5
   suqiu rule diff --embedded 3 my-dicts --stored --since 8w --format json`,
		Flags: settingFlags(corpusFlags(
			&cli.IntFlag{Name: "samples", Value: 3, Usage: "`NUMBER` of samples of each label gained and lost"},
			formatFlag("text or json"),
		)...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() < 2 {
				return usagef("要比较哪两版规则？给出旧、新和文件；用法见 suqiu rule diff --help")
			}
			if c.Int("samples") < 0 {
				return usagef("--samples %d：写 0 或更大的数", c.Int("samples"))
			}
			old, err := s.ruleVersion(c, c.Args().Get(0))
			if err != nil {
				return err
			}
			now, err := s.ruleVersion(c, c.Args().Get(1))
			if err != nil {
				return err
			}
			now = now.SharingSegmenter(old)
			if err := errors.Join(old.Ready(), now.Ready()); err != nil {
				return err
			}
			if failed := len(now.Test().Failed); failed > 0 {
				fmt.Fprintf(env.Stderr, "注意：新规则有 %d 个示例不成立，不能直接启用；suqiu rule check 逐条列出\n", failed)
			}
			diff := corpus.NewDiff(old, now, c.Int("samples"))
			unread, err := s.corpus(c, c.Args().Slice()[2:], diff.Add)
			if err != nil {
				return err
			}
			s.tellUnread(unread)
			if c.String("format") == "json" {
				return writeJSON(env.Stdout, diff.Change())
			}
			return s.showChange(diff.Change(), now.Taxonomy())
		}),
	}
}

// ruleVersion finds a rule set: builtin, a revision of the ledger, or a folder over the built-in dictionaries.
func (s *session) ruleVersion(c *cli.Context, name string) (*classify.RuleSet, error) {
	if name == "builtin" {
		return classify.Compile(dicts.Embedded())
	}
	if rev, err := strconv.ParseInt(name, 10, 64); err == nil {
		return s.archivedRules(c, rev)
	}
	overlay, err := dicts.Overlay(name)
	if err != nil {
		return nil, fmt.Errorf("规则 %s：%w；写文件夹、builtin 或版本号", name, err)
	}
	rules, err := classify.Compile(dicts.Embedded(), overlay)
	if err != nil {
		return nil, fmt.Errorf("规则 %s：%w", name, err)
	}
	return rules, nil
}

// archivedRules compiles the source of a revision that the ledger keeps.
func (s *session) archivedRules(c *cli.Context, rev int64) (*classify.RuleSet, error) {
	store, err := s.store()
	if err != nil {
		return nil, err
	}
	all, err := index.Rulesets(c.Context, store)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Rev != rev {
			continue
		}
		source, err := index.RulesetSource(c.Context, store, r.Hash)
		if err != nil {
			return nil, err
		}
		rules, err := classify.FromSource(source)
		if err != nil {
			return nil, fmt.Errorf("规则第 %d 版：%w", rev, err)
		}
		return rules.WithRevision(rev), nil
	}
	return nil, fmt.Errorf("台账中没有规则第 %d 版，最新是第 %d 版；写已有的版本号", rev, len(all))
}

func (s *session) showChange(change corpus.Change, taxonomy *classify.Taxonomy) error {
	out, p, names := s.env.Stdout, newPaint(s.env.Stdout), labelNames{taxonomy: taxonomy}
	fmt.Fprintf(out, "诉求 %d 件，结论有变化 %d 件\n", change.Calls, change.Changed)
	rows := [][]string{{"标签", "名称", "原有", "现有", "新增", "失去"}}
	for _, l := range change.Labels {
		rows = append(rows, []string{l.Code, names.name(l.Code), strconv.Itoa(l.Old), strconv.Itoa(l.New), "+" + strconv.Itoa(l.Gained), "-" + strconv.Itoa(l.Lost)})
	}
	if len(change.Labels) > 0 {
		if err := writeTable(out, rows); err != nil {
			return err
		}
	}
	for _, l := range change.Labels {
		for _, sample := range l.Now {
			fmt.Fprintf(out, "%s %s  %s\n", p.good("+ "+l.Code), sample.ID, excerpt(sample.Text, sample.Spans, p))
		}
		for _, sample := range l.Before {
			fmt.Fprintf(out, "%s %s  %s\n", p.bad("- "+l.Code), sample.ID, excerpt(sample.Text, sample.Spans, p))
		}
	}
	for _, table := range []struct {
		title string
		pairs []corpus.Pair
	}{{"标签的变化（失去 → 新增）", change.Confusion}, {"诉求性质的变化", change.Nature}, {"责任的变化", change.Responsible}} {
		if err := writePairs(out, table.title, table.pairs); err != nil {
			return err
		}
	}
	return nil
}

// writePairs shows the most frequent pairs under a title; nothing where there are none.
func writePairs(w io.Writer, title string, pairs []corpus.Pair) error {
	if len(pairs) == 0 {
		return nil
	}
	fmt.Fprintf(w, "%s：\n", title)
	var rows [][]string
	for _, pair := range pairs[:min(len(pairs), mostPairs)] {
		rows = append(rows, []string{"  " + pair.First, pair.Second, strconv.Itoa(pair.Calls)})
	}
	if err := writeTable(w, rows); err != nil {
		return err
	}
	if more := len(pairs) - mostPairs; more > 0 {
		fmt.Fprintf(w, "  另有 %d 对\n", more)
	}
	return nil
}
