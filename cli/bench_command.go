package cli

import (
	"bufio"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"suqiu/ingest/mask/maskeval"
)

func benchCommand(env Env) *cli.Command {
	return parent("bench", "测量 · measurements on generated data",
		&cli.Command{
			Name: "mask", Usage: "脱敏的准确率 · how much planted personal data is masked, how many look-alikes are touched",
			Description: `Makes texts with personal data of every kind and numbers that only look alike, and counts. Exit code 3 if less than 99.5 % are masked
or more than 0.1 % of the look-alikes touched.

Example:
   suqiu bench mask --seed 7 --texts 20000`,
			Flags: []cli.Flag{
				&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the texts"},
				&cli.IntFlag{Name: "texts", Value: 20_000, Usage: "how many"},
				&cli.StringFlag{Name: "write", Usage: "also write the texts as native JSON to `FILE`, and what was planted to FILE.planted"},
			},
			Action: func(c *cli.Context) error { return benchMask(c, env) },
		},
		&cli.Command{
			Name: "roles", Usage: "坐席识别的准确率 · how often the right speaker of a call is found", ArgsUsage: "GOLD.jsonl...",
			Description: `Takes the roles from the calls of gold files, or swaps them, has them found again, and counts the turns whose role is the gold one.
Turns without a gold role do not count.

Example:
   suqiu bench roles calls.jsonl`,
			Action: func(c *cli.Context) error { return benchRoles(c, env) },
		},
		&cli.Command{
			Name: "pinyin", Usage: "同音查找的误中率和召回率 · how often words that only sound like keywords are taken for them", ArgsUsage: "FILE...",
			Description: `Reads contacts that are written correctly, in any format that suqiu knows, and counts what terms of the lexicon and groups with pinyin find there by sound: all of it
false. Then each keyword gets one wrong character that sounds alike, is put between clauses of the texts, and is looked for. Exit
code 3 if there are more than 0.05 false hits in a thousand characters.

Example:
   suqiu bench pinyin orders.csv`,
			Flags:  settingFlags(&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the wrong characters"}),
			Action: inSession(env, benchPinyin),
		},
		benchTrendCommand(env),
	)
}

func benchMask(c *cli.Context, env Env) error {
	seed, texts := c.Uint64("seed"), c.Int("texts")
	if texts < 1 {
		return usagef("--texts must be at least 1")
	}
	if name := c.String("write"); name != "" {
		if err := writeCorpus(name, seed, texts); err != nil {
			return err
		}
	}
	report, err := maskeval.Evaluate(seed, texts)
	if err != nil {
		return err
	}
	fmt.Fprint(env.Stdout, report.String())
	masked, planted := report.Masked()
	touched, decoys := report.Touched()
	if float64(masked) < 0.995*float64(planted) || float64(touched) > 0.001*float64(decoys) {
		return cli.Exit("masking is below what is promised: 99.5 % masked, 0.1 % of the look-alikes touched", exitCheck)
	}
	return nil
}

func writeCorpus(name string, seed uint64, texts int) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	raw, err := maskeval.WriteNative(file, maskeval.Corpus(seed, texts))
	if err != nil {
		return err
	}
	list, err := os.Create(name + ".planted")
	if err != nil {
		return err
	}
	defer list.Close()
	w := bufio.NewWriter(list)
	for _, r := range raw {
		fmt.Fprintln(w, r)
	}
	return w.Flush()
}
