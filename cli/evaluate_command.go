package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"

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
and of each label, and the share of right natures and responsible parties. A gold record is a contact in suqiu's native JSON with
labels, also (codes that may be given or left out), nature and responsible.

Example:
   suqiu evaluate gold.jsonl --summary`,
		Flags: settingFlags(&cli.BoolFlag{Name: "summary", Usage: "figures only, no record"}),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("evaluate against which file? See suqiu evaluate --help")
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
			return evaluate.Evaluate(answers, records).Write(env.Stdout, c.Bool("summary"))
		}),
	}
}

// answers are the analyses of gold records by their ids, made the whole way of a call.
type answers map[string]hotline.Analysis

// Analyze implements evaluate.Analyzer.
func (a answers) Analyze(call *hotline.Call) hotline.Analysis { return a[call.ID] }

// answer reads one gold file and analyses its records.
func (s *session) answer(ctx context.Context, name string, to answers) ([]evaluate.Record, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	gold, err := evaluate.Read(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	pipeline, err := s.typedPipeline()
	if err != nil {
		return nil, err
	}
	err = s.analyse(ctx, pipeline, s.typedSource(), name, bytes.NewReader(file), func(a analysed) error {
		if a.dead != nil {
			return fmt.Errorf("%s, line %d: %s", name, a.line, deadText(a))
		}
		id := a.doc.Call.ID
		if _, twice := to[id]; twice {
			return fmt.Errorf("%s, line %d: record %s is there twice", name, a.line, id)
		}
		to[id] = a.doc.Analysis
		return nil
	})
	return gold, err
}
