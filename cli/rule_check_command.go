package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/dicts"
)

func ruleCheckCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "检查规则 · compile the rules, run their examples and look for what is not meant",
		ArgsUsage: "[FOLDER]",
		Description: `Lists every fault with file, line, column and remedy: what does not compile, and examples that fail. Then, as remarks, what
compiles and is probably not meant: patterns that find nothing new, rules that another one shadows, that weigh 0 or have no
examples, patterns, groups and rules that are there twice, shared groups without use, labels without enough rules, files of the
folder that nothing reads; and what the folder takes the place of. FOLDER is laid over the built-in dictionaries like --dicts; then the remarks are about its files only, with --all also about the built-in
ones. More than 20 remarks are counted by file; --remarks lists them all. Exit code 3 for faults, with --strict also for remarks.

Examples:
   suqiu rule check my-dicts
   suqiu rule check --dicts my-dicts --strict --format json`,
		Flags: settingFlags(
			&cli.BoolFlag{Name: "strict", Usage: "remarks are faults too, but for what the folder takes the place of"},
			&cli.BoolFlag{Name: "all", Usage: "remarks on the built-in files too"},
			&cli.BoolFlag{Name: "remarks", Usage: "list every remark, however many there are"},
			formatFlag("text or json"),
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() == 1 {
				s.cfg.Dicts = c.Args().First()
			}
			report, err := s.checkRules()
			if err != nil {
				return err
			}
			if s.cfg.Dicts != "" && !c.Bool("all") {
				report.Remarks = slices.DeleteFunc(report.Remarks, func(m classify.Remark) bool { return !m.Overlay() && m.Kind != classify.RemarkUnread })
			}
			if c.String("format") == "json" {
				if err := writeJSON(env.Stdout, report); err != nil {
					return err
				}
			} else if err := report.print(env, c.Bool("remarks")); err != nil {
				return err
			}
			return report.verdict(c.Bool("strict"))
		}),
	}
}

// ruleReport is what a check of the rules found. Hash is empty where they do not compile.
type ruleReport struct {
	Faults  []classify.Problem `json:"faults"`
	Learnt  []classify.Problem `json:"learnt"` // examples under todo that match now
	Remarks []classify.Remark  `json:"remarks"`
	Labels  int                `json:"labels"`
	Rules   int                `json:"rules"`
	Hash    string             `json:"hash,omitempty"`
}

func (s *session) checkRules() (*ruleReport, error) {
	report := &ruleReport{Faults: []classify.Problem{}, Learnt: []classify.Problem{}, Remarks: []classify.Remark{}}
	rules, err := s.compiled()
	var faults *classify.LoadError
	if errors.As(err, &faults) {
		report.Faults = faults.Problems
		return report, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.answers(rules.Taxonomy()); errors.As(err, &faults) {
		report.Faults = faults.Problems
		return report, nil
	} else if err != nil {
		return nil, err
	}
	if err := rules.Ready(); err != nil {
		return nil, err
	}
	verdict := rules.Test()
	report.Faults, report.Learnt = append(report.Faults, verdict.Failed...), append(report.Learnt, verdict.Learnt...)
	report.Remarks = append(report.Remarks, rules.Lint()...)
	for _, p := range verdict.Overlaid {
		report.Remarks = append(report.Remarks, classify.Remark{Kind: classify.RemarkExample, Problem: p})
	}
	strays, err := s.strays()
	if err != nil {
		return nil, err
	}
	report.Remarks = append(report.Remarks, strays...)
	report.Labels, report.Rules, report.Hash = len(rules.Taxonomy().Labels), len(rules.Rules()), rules.Hash()
	return report, nil
}

// dictsAbove is the folder of dictionaries of which the path is the folder of rules or of examples.
func dictsAbove(path string) (string, bool) {
	path = filepath.Clean(path)
	if !slices.Contains([]string{"rules", "examples"}, filepath.Base(path)) {
		return "", false
	}
	return filepath.Dir(path), true
}

// strays are remarks on what lies unread in the user's folder of dictionaries.
func (s *session) strays() ([]classify.Remark, error) {
	overlay, err := s.overlay()
	if overlay == nil || err != nil {
		return nil, err
	}
	strays, err := dicts.Strays(overlay)
	if err != nil {
		return nil, err
	}
	if above, ok := dictsAbove(s.cfg.Dicts); ok && !classify.HoldsRules(overlay) {
		return []classify.Remark{{Kind: classify.RemarkUnread, Problem: classify.Problem{
			File: s.cfg.Dicts, What: "这是字典文件夹里的一个文件夹，不是字典文件夹，它什么也不改变；给出上一级文件夹 " + above,
		}}}, nil
	}
	var remarks []classify.Remark
	for _, stray := range strays {
		remarks = append(remarks, classify.Remark{Kind: classify.RemarkUnread, Problem: classify.Problem{File: filepath.Join(s.cfg.Dicts, filepath.FromSlash(stray.Path)), What: stray.What}})
	}
	return remarks, nil
}

// remarkName says in Chinese what a remark is about.
func remarkName(kind string) string {
	switch kind {
	case classify.RemarkDead:
		return "无效模式"
	case classify.RemarkDuplicate:
		return "重复"
	case classify.RemarkShadowed:
		return "被覆盖的规则"
	case classify.RemarkNoAnchor:
		return "缺少锚词"
	case classify.RemarkIdle:
		return "不起作用的规则"
	case classify.RemarkExamples:
		return "缺少示例"
	case classify.RemarkUnused:
		return "未使用"
	case classify.RemarkNoRule:
		return "标签无法给出"
	case classify.RemarkHidden:
		return "取代"
	case classify.RemarkExample:
		return "内置示例受影响"
	case classify.RemarkUnread:
		return "未读取"
	}
	return kind
}

// mostRemarks is the number of remarks that are listed unasked.
const mostRemarks = 20

func (r *ruleReport) print(env Env, all bool) error {
	for _, p := range r.Faults {
		fmt.Fprintln(env.Stdout, p)
	}
	for _, p := range r.Learnt {
		fmt.Fprintf(env.Stdout, "已能识别，可移入 match：%s\n", p)
	}
	if all || len(r.Remarks) <= mostRemarks {
		for _, m := range r.Remarks {
			fmt.Fprintf(env.Stdout, "%s：%s\n", remarkName(m.Kind), m.Problem)
		}
	} else if err := r.printByFile(env.Stdout); err != nil {
		return err
	}
	if len(r.Faults) == 0 {
		fmt.Fprintf(env.Stdout, "规则可用：标签 %d 个，规则 %d 条，提示 %d 处，散列 %s\n", r.Labels, r.Rules, len(r.Remarks), r.Hash)
	}
	return nil
}

// printByFile counts the remarks by file and kind; the file with the most comes first.
func (r *ruleReport) printByFile(w io.Writer) error {
	counts, sums, kinds := map[[2]string]int{}, map[string]int{}, []string{}
	for _, m := range r.Remarks {
		counts[[2]string{m.File, m.Kind}]++
		sums[m.File]++
		if !slices.Contains(kinds, m.Kind) {
			kinds = append(kinds, m.Kind)
		}
	}
	slices.Sort(kinds)
	head := []string{"文件", "提示"}
	for _, kind := range kinds {
		head = append(head, remarkName(kind))
	}
	rows := [][]string{head}
	files := slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return cmp.Or(sums[b]-sums[a], cmp.Compare(a, b)) })
	for _, file := range files {
		row := []string{file, strconv.Itoa(sums[file])}
		for _, kind := range kinds {
			row = append(row, strconv.Itoa(counts[[2]string{file, kind}]))
		}
		rows = append(rows, row)
	}
	if err := writeTable(w, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "加 --remarks 逐条列出提示")
	return err
}

// verdict is the exit code of the check.
func (r *ruleReport) verdict(strict bool) error {
	if len(r.Faults) > 0 {
		return cli.Exit(fmt.Sprintf("规则有 %d 处错误", len(r.Faults)), exitCheck)
	}
	remarks := 0
	for _, m := range r.Remarks {
		if m.Kind != classify.RemarkHidden && m.Kind != classify.RemarkExample {
			remarks++
		}
	}
	if strict && remarks > 0 {
		return cli.Exit(fmt.Sprintf("规则有 %d 处提示", remarks), exitCheck)
	}
	return nil
}
