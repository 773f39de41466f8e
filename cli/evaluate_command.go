package cli

import (
	"bytes"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify/evaluate"
	"suqiu/hotline"
)

func evaluateCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "evaluate",
		Usage:     "用标注数据检验规则 · score the rules against gold records",
		ArgsUsage: "GOLD.jsonl...",
		Description: `Takes every gold record the whole way of a call (decoding, roles, masking, rules) and prints precision, recall and F1 of relevance
and of each label, and the share of right natures and responsible parties, the main figures with intervals of 95 % (1,000 draws of
the records). A gold record is a contact in suqiu's native JSON with
labels, also (codes that may be given or left out), nature, responsible and found (by the handlers' text). Exit code 3 when the labels' F1 is below --min-f1.

Example:
   suqiu evaluate gold.jsonl --summary --min-f1 0.85`,
		Flags: settingFlags(
			&cli.BoolFlag{Name: "summary", Usage: "figures only, no record"},
			formatFlag("text or json"),
			&cli.Float64Flag{Name: "min-f1", Usage: "least `F1` of all labels together (micro), 0 to 1"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("用哪个标注文件检验？用法见 suqiu evaluate --help")
			}
			least := c.Float64("min-f1")
			if least < 0 || least > 1 {
				return usagef("--min-f1 %v：写 0 到 1 的数，如 0.85", least)
			}
			rules, err := s.rules()
			if err != nil {
				return err
			}
			var records []evaluate.Record
			answers := answers{}
			for _, name := range c.Args().Slice() {
				gold, err := s.answer(c.Context, name, answers)
				if err != nil {
					return err
				}
				records = append(records, gold...)
			}
			report := evaluate.Evaluate(answers, records)
			if c.Bool("summary") {
				report.Faults = nil
			}
			if c.String("format") == "json" {
				err = writeJSON(env.Stdout, report)
			} else {
				err = showEvaluation(env.Stdout, report, labelNames{taxonomy: rules.Taxonomy()})
			}
			if err != nil {
				return err
			}
			if got := report.Micro().F1(); got < least {
				return cli.Exit(fmt.Sprintf("标签微平均 F1 只有 %.3f，低于 %.3f", got, least), exitCheck)
			}
			return nil
		}),
	}
}

// answers are the analyses of gold records by their ids, made the whole way of a call.
type answers map[string]hotline.Analysis

// Analyze implements evaluate.Analyzer.
func (a answers) Analyze(call *hotline.Call) hotline.Analysis { return a[call.ID] }

// answer reads one gold file and analyses its records.
func (s *session) answer(ctx context.Context, name string, to answers) ([]evaluate.Record, error) {
	return s.gold(ctx, name, func(doc *hotline.Document) error {
		if _, twice := to[doc.Call.ID]; twice {
			return fmt.Errorf("标注 %s 有两条；去掉一条", doc.Call.ID)
		}
		to[doc.Call.ID] = doc.Analysis
		return nil
	})
}

// gold reads one gold file and hands over each record as it comes the whole way of a call, in their order.
func (s *session) gold(ctx context.Context, name string, hand func(*hotline.Document) error) ([]evaluate.Record, error) {
	file, err := readFile(name)
	if err != nil {
		return nil, err
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	records, err := evaluate.Read(bytes.NewReader(file), catalogue.Taxonomy())
	if err != nil {
		return nil, fmt.Errorf("%s：%w", name, err)
	}
	pipeline, err := s.typedPipeline()
	if err != nil {
		return nil, err
	}
	return records, s.analyse(ctx, pipeline, s.typedSource(), name, bytes.NewReader(file), func(a analysed) error {
		if a.dead != nil {
			return fmt.Errorf("%s 第 %d 行：%s", name, a.line, deadText(a))
		}
		if err := hand(a.doc); err != nil {
			return fmt.Errorf("%s 第 %d 行：%w", name, a.line, err)
		}
		return nil
	})
}
