package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/classify/evaluate"
	"suqiu/classify/learn"
	"suqiu/hotline"
)

func ruleLearnCommand(env Env) *cli.Command {
	defaults := learn.Defaults()
	return &cli.Command{
		Name: "learn", Usage: "从标注数据学习词权 · learn from gold records how much words speak for and against each label",
		ArgsUsage: "GOLD.jsonl...",
		Description: `Finds for each label and each word of the segmenter a weight (词权) and writes them as a table that lies beside the rules: words
that speak strongly for a label give it where no rule fires, words that speak strongly against it drop it where rules fired by
chance. Rules of a dictionary folder that lies over the table always stand.

First each file is left out in turn and scored by what the others teach, so that the figures are of text that was not learned
from; only then all are learned. Without --out nothing is written. Corrections are gold records too: suqiu correct export.

Examples:
   suqiu rule learn gold/*.jsonl
   suqiu rule learn gold/*.jsonl corrections.jsonl --out mydicts/words.tsv && suqiu evaluate new.jsonl --dicts mydicts`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "out", Usage: "write the table to `FILE`; words.tsv of a dictionary folder takes the place of the shipped one"},
			&cli.Float64Flag{Name: "give", Value: defaults.Give, Usage: "`SUPPORT` (log-odds) above which words give a label where no other is given"},
			&cli.Float64Flag{Name: "beside", Value: defaults.Beside, Usage: "`SUPPORT` above which words give a label beside others"},
			&cli.StringSliceFlag{Name: "never-give", Usage: "words never give `LABEL`; for labels of the rest, which have no words of their own"},
			&cli.Float64Flag{Name: "drop", Value: defaults.Drop, Usage: "`SUPPORT` below which words drop a label that rules gave beside others"},
			&cli.Float64Flag{Name: "alone", Value: defaults.Alone, Usage: "`SUPPORT` below which words drop it even if no label is left"},
			&cli.BoolFlag{Name: "unexamined", Usage: "learn all at once, without leaving each file out in turn first; many times faster"},
			&cli.IntFlag{Name: "least", Value: defaults.LeastRecords, Usage: "a word counts that stands in `N` records"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			options := defaults
			options.Give, options.Beside, options.Drop, options.Alone = c.Float64("give"), c.Float64("beside"), c.Float64("drop"), c.Float64("alone")
			options.LeastRecords, options.NeverGive = c.Int("least"), c.StringSlice("never-give")
			switch {
			case c.NArg() == 0:
				return usagef("从哪些文件学习？用法见 suqiu rule learn --help")
			case options.Beside < options.Give || options.Beside <= options.Drop || options.Give <= options.Alone || options.Drop < options.Alone:
				return usagef("--beside %v 要高于 --drop %v 且不低于 --give %v，--alone %v 要低于 --give 且不高于 --drop；改其中的数", options.Beside, options.Drop, options.Give, options.Alone)
			case options.LeastRecords < 1:
				return usagef("--least %d：写 1 或更大的数", options.LeastRecords)
			}
			rules, err := s.rules()
			if err != nil {
				return err
			}
			for _, label := range options.NeverGive {
				if _, known := rules.Taxonomy().Label(label); !known {
					return usagef("--never-give %s：没有这个标签；suqiu rule stats 和 taxonomy.yaml 列有全部标签", label)
				}
			}
			l := &learner{session: s, rules: rules, options: options}
			for _, name := range c.Args().Slice() {
				if err := l.read(c.Context, name); err != nil {
					return err
				}
			}
			if !c.Bool("unexamined") {
				if err := l.examine(c.Context); err != nil {
					return err
				}
			}
			table, err := l.learn(c.Context, -1)
			if err != nil {
				return err
			}
			return l.write(table, c.String("out"))
		}),
	}
}

// learner holds the gold files that word weights are learned from.
type learner struct {
	*session
	rules   *classify.RuleSet
	options learn.Options
	files   []goldFile
}

type goldFile struct {
	name     string
	records  []evaluate.Record
	examples []learn.Example
	calls    map[string]*hotline.Call // by id, as the rules see them
}

func (l *learner) read(ctx context.Context, name string) error {
	f := goldFile{name: name, calls: map[string]*hotline.Call{}}
	var calls []*hotline.Call
	records, err := l.gold(ctx, name, func(doc *hotline.Document) error {
		f.calls[doc.Call.ID] = &doc.Call
		calls = append(calls, &doc.Call)
		return nil
	})
	if err != nil {
		return err
	}
	f.records = records
	for i, call := range calls {
		f.examples = append(f.examples, learn.Example{Words: l.rules.CallerWords(call), Gold: records[i]})
	}
	l.files = append(l.files, f)
	return nil
}

// learn learns from all files but one; from all if without is negative.
func (l *learner) learn(ctx context.Context, without int) (*classify.WordTable, error) {
	var labels []string
	for _, info := range l.rules.Taxonomy().Labels {
		labels = append(labels, info.Code)
	}
	var examples []learn.Example
	for i, f := range l.files {
		if i != without {
			examples = append(examples, f.examples...)
		}
	}
	return learn.Learn(ctx, labels, examples, l.options)
}

// examine scores each file by the rules alone and with the words that the other files teach.
func (l *learner) examine(ctx context.Context) error {
	if len(l.files) < 2 {
		fmt.Fprintln(l.env.Stdout, "只有一个标注文件，无法留出检验；请给两个以上不同来源的文件")
		return nil
	}
	rows := [][]string{{"留出的文件", "条数", "", "涉电 F1", "标签查准率 P", "查全率 R", "F1", "宏平均 F1"}}
	bar := newBar(l.env.Stderr, "留出检验", false)
	for i, f := range l.files {
		bar.set(int64(i), int64(len(l.files)))
		table, err := l.learn(ctx, i)
		if err != nil {
			return err
		}
		for _, way := range []struct {
			name  string
			rules *classify.RuleSet
		}{{"只用规则", l.rules.WithWords(nil)}, {"加词权", l.rules.WithWords(table)}} {
			report := evaluate.Evaluate(asCalls{f.calls, way.rules}, f.records)
			micro := report.Micro()
			macro, _ := report.MacroF1(evaluate.FewExamples)
			row := []string{filepath.Base(f.name), strconv.Itoa(len(f.records)), way.name}
			for _, figure := range []float64{report.Relevance.F1(), micro.Precision(), micro.Recall(), micro.F1(), macro} {
				row = append(row, fmt.Sprintf("%.3f", figure))
			}
			rows = append(rows, row)
		}
	}
	bar.done()
	return writeTable(l.env.Stdout, rows)
}

// asCalls analyses records as the calls that they became.
type asCalls struct {
	calls map[string]*hotline.Call
	rules *classify.RuleSet
}

// Analyze implements evaluate.Analyzer.
func (a asCalls) Analyze(call *hotline.Call) hotline.Analysis {
	return a.rules.Analyze(a.calls[call.ID])
}

func (l *learner) write(table *classify.WordTable, out string) error {
	records := 0
	for _, f := range l.files {
		records += len(f.records)
	}
	fmt.Fprintf(l.env.Stdout, "学自 %d 条：%d 个词，%d 个标签\n", records, len(table.Words), len(table.Labels))
	if out == "" {
		fmt.Fprintln(l.env.Stdout, "没有写出；写出请加 --out 字典文件夹/words.tsv")
		return nil
	}
	var b bytes.Buffer
	if err := table.Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil { //nolint:gosec // rules are no secret
		return fmt.Errorf("write the word weights: %w", err)
	}
	fmt.Fprintf(l.env.Stdout, "已写入 %s\n", out)
	return nil
}
