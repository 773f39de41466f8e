package cli

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/classify/corpus"
	"suqiu/classify/evaluate"
	"suqiu/hotline"
)

// mostPairs bounds the pairs of rules or labels that a text shows.
const mostPairs = 20

func ruleStatsCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "stats", Usage: "统计规则在语料上的表现 · how often each rule fires over a corpus, alone, with others, and how right",
		ArgsUsage: "[FILE]...",
		Description: `Runs the rules over the contacts of files, in any format that suqiu knows, or with --stored over those of the index. Shows the hits of
each rule and how many no other rule of its label shares, rules that overlap, labels that silence each other, and the share
without a label. Files given by --gold are part of the corpus; their labels tell the precision of each rule.

Examples:
   suqiu rule stats orders.csv --gold gold.jsonl
   suqiu rule stats --embedded --stored --since 4w --rule outage. --format json`,
		Flags: settingFlags(corpusFlags(
			&cli.StringSliceFlag{Name: "gold", Usage: "`FILE` of gold records, see suqiu evaluate; may be given several times"},
			&cli.StringFlag{Name: "rule", Usage: "show only rules whose id begins with `PREFIX`"},
			formatFlag("text or json"),
		)...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			rules, err := s.rules()
			if err != nil {
				return err
			}
			gold, err := readGold(c.StringSlice("gold"), rules.Taxonomy())
			if err != nil {
				return err
			}
			stats := corpus.NewStats(rules)
			unread, err := s.corpus(c, distinct(c.Args().Slice(), c.StringSlice("gold")), func(call *hotline.Call) { stats.Add(call, gold[call.ID]) })
			if err != nil {
				return err
			}
			s.tellUnread(unread)
			report := stats.Report()
			shown := report.Rules[:0]
			for _, r := range report.Rules {
				if strings.HasPrefix(r.ID, c.String("rule")) {
					shown = append(shown, r)
				}
			}
			if len(shown) == 0 {
				return usagef("--rule %s：没有以此开头的规则；不加 --rule 可列出全部", c.String("rule"))
			}
			report.Rules = shown
			report.Overlaps = slices.DeleteFunc(report.Overlaps, func(p corpus.Pair) bool {
				return !strings.HasPrefix(p.First, c.String("rule")) && !strings.HasPrefix(p.Second, c.String("rule"))
			})
			report.Conflicts = slices.DeleteFunc(report.Conflicts, func(p corpus.Pair) bool {
				return !slices.ContainsFunc(shown, func(r corpus.Rule) bool { return r.Value == p.First || r.Value == p.Second })
			})
			if c.String("format") == "json" {
				return writeJSON(env.Stdout, report)
			}
			return s.showStats(report)
		}),
	}
}

// distinct are the files of both lists, those of the second that the first has too left out.
func distinct(files, gold []string) []string {
	all := slices.Clone(files)
	for _, name := range gold {
		if !slices.ContainsFunc(all, func(other string) bool { return sameFile(name, other) }) {
			all = append(all, name)
		}
	}
	return all
}

// sameFile reports whether two names are of one file.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// readGold reads the labels of gold records by their ids.
func readGold(names []string, t *classify.Taxonomy) (map[string]*corpus.Gold, error) {
	gold := map[string]*corpus.Gold{}
	for _, name := range names {
		data, err := readFile(name)
		if err != nil {
			return nil, err
		}
		records, err := evaluate.Read(bytes.NewReader(data), t)
		if err != nil {
			return nil, fmt.Errorf("%s：%w", name, err)
		}
		for _, r := range records {
			gold[r.ID] = &corpus.Gold{Labels: r.Labels, Also: r.Also}
		}
	}
	return gold, nil
}

func (s *session) showStats(r corpus.Report) error {
	out := s.env.Stdout
	share := 0.0
	if r.Calls > 0 {
		share = 100 * float64(r.Unlabeled) / float64(r.Calls)
	}
	fmt.Fprintf(out, "诉求 %d 件，没有标签 %d 件（%.1f%%）\n", r.Calls, r.Unlabeled, share)
	rows := [][]string{{"规则", "结论", "命中", "独自命中", "查准率"}}
	silent := 0
	for _, rule := range r.Rules {
		if rule.Hits == 0 {
			silent++
			continue
		}
		precision := "–"
		if p, known := rule.Precision(); known {
			precision = fmt.Sprintf("%.3f（%d/%d）", p, rule.Right, rule.Right+rule.Wrong)
		}
		rows = append(rows, []string{rule.ID, rule.Value, strconv.Itoa(rule.Hits), strconv.Itoa(rule.Alone), precision})
	}
	if err := writeTable(out, rows); err != nil {
		return err
	}
	if silent > 0 {
		fmt.Fprintf(out, "没有命中的规则 %d 条：", silent)
		for _, rule := range r.Rules {
			if rule.Hits == 0 {
				fmt.Fprint(out, " ", rule.ID)
			}
		}
		fmt.Fprintln(out)
	}
	if err := writePairs(out, "同时命中的规则", r.Overlaps); err != nil {
		return err
	}
	for i := range r.Conflicts {
		if r.Conflicts[i].Second == classify.ByWords {
			r.Conflicts[i].Second = "用词"
		}
	}
	return writePairs(out, "标签让位（前者让位于后者）", r.Conflicts)
}
