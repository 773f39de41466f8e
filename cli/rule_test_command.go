package cli

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

func ruleTestCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "test", Usage: "运行规则的示例和测试文件 · run the examples in the rules and files of tests",
		ArgsUsage: "[FILE.test.yaml | FOLDER]...",
		Description: `Runs the examples in all rules and the tests in the named files, or without names those in tests/ of the --dicts folder. Says
how much of the rules the examples reach; with --mutate also how many small changes of the rules they notice: a change that none
notices, a survivor, shows what no example holds. With --dicts, shares, gaps and survivors are of that folder's rules and shared
groups, with --rule of the rules whose id begins so, else of all. Exit code 3 when an example fails or a share is below its minimum.

Examples:
   suqiu rule test --dicts my-dicts
   suqiu rule test --dicts my-dicts --mutate --min-mutation 0.8 --min-coverage 0.95
   suqiu rule test --rule outage. --coverage
   suqiu rule test regression.test.yaml --junit report.xml`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "junit", Usage: "write the results to `FILE` as JUnit XML"},
			&cli.StringFlag{Name: "rule", Usage: "shares, gaps and survivors only of rules whose id begins with `PREFIX`"},
			&cli.BoolFlag{Name: "all", Usage: "shares, gaps and survivors of the built-in rules too"},
			&cli.BoolFlag{Name: "coverage", Usage: "list the rules, groups and branches that no example reaches"},
			&cli.BoolFlag{Name: "patterns", Usage: "with --coverage, list the patterns too"},
			&cli.Float64Flag{Name: "min-coverage", Usage: "least `SHARE` of rules and of groups that examples must reach, 0 to 1"},
			&cli.BoolFlag{Name: "mutate", Usage: "change the rules in small ways and list the changes that no example notices"},
			&cli.Float64Flag{Name: "min-mutation", Usage: "least `SHARE` of changes that must be noticed, 0 to 1; implies --mutate"},
			&cli.StringFlag{Name: "propose", Usage: "write to `FILE` examples that notice surviving changes, for you to edit; implies --mutate"},
			&cli.StringSliceFlag{Name: "corpus", Usage: "take them from the contacts of `FILE`, best gold; several times for several files"},
			&cli.BoolFlag{Name: "demands", Usage: "every rule needs three matching and two rejecting examples, four edits apart, one rejecting example with all its words"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			for _, name := range []string{"min-coverage", "min-mutation"} {
				if v := c.Float64(name); v < 0 || v > 1 {
					return usagef("--%s %v：写 0 到 1 的比例，如 0.95", name, v)
				}
			}
			rules, err := s.examined()
			if err != nil {
				return err
			}
			return s.testRules(c, rules)
		}),
	}
}

func (s *session) testRules(c *cli.Context, rules *classify.RuleSet) error {
	if err := rules.Ready(); err != nil {
		return err
	}
	scope, about, err := s.testScope(c, rules)
	if err != nil {
		return err
	}
	results := rules.Examples()
	fixtures, err := s.runFixtures(rules, c.Args().Slice())
	if err != nil {
		return err
	}
	results = append(results, fixtures...)
	if path := c.String("junit"); path != "" {
		if err := writeJUnit(path, results); err != nil {
			return err
		}
	}
	out := s.env.Stdout
	failed := 0
	for _, r := range results {
		switch {
		case r.Failed:
			failed++
			fmt.Fprintln(out, r.Place)
		case r.Overlaid:
			fmt.Fprintf(out, "内置示例受影响：%s\n", r.Place)
		case r.Place.What != "":
			fmt.Fprintf(out, "已能识别，可移入 match：%s\n", r.Place)
		}
	}
	fmt.Fprintf(out, "示例与测试：%d 条，其中测试文件 %d 条，未通过 %d 条\n", len(results), len(fixtures), failed)
	measure, err := rules.Measure(c.Context, scope, c.Bool("mutate") || c.IsSet("min-mutation"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "以下只算%s\n", about)
	short := s.showMeasure(c, measure)
	if c.String("propose") != "" {
		if err := s.proposeExamples(c, rules); err != nil {
			return err
		}
	}
	switch {
	case failed > 0:
		return cli.Exit(fmt.Sprintf("示例与测试共 %d 条，未通过 %d 条", len(results), failed), exitCheck)
	case len(short) > 0:
		return cli.Exit(strings.Join(short, "；"), exitCheck)
	}
	return nil
}

// testScope is what shares are computed of, and its name: the rules that --rule names, those of the user's folder, or all.
func (s *session) testScope(c *cli.Context, rules *classify.RuleSet) (scope classify.Scope, about string, err error) {
	prefix, all := c.String("rule"), c.Bool("all")
	if prefix != "" && all {
		return scope, "", usagef("--rule 和 --all 只能写一个：--all 算全部规则，--rule 只算编号以它开头的规则")
	}
	list := rules.Rules()
	scope = classify.Scope{Overlay: s.cfg.Dicts != "" && !all && prefix == "", Prefix: prefix}
	chosen := 0
	for _, r := range list {
		if strings.HasPrefix(r.ID, prefix) && (r.Overlay || !scope.Overlay) {
			chosen++
		}
	}
	switch {
	case prefix != "" && chosen == 0:
		return scope, "", usagef("--rule %s：没有编号以它开头的规则；%s", prefix, prefixesLike(prefix, list))
	case prefix != "":
		about = fmt.Sprintf("编号以 %s 开头的规则：%d 条", prefix, chosen)
	case scope.Overlay && chosen == 0:
		about = fmt.Sprintf(" %s 中的规则和共用词组：其中没有规则；加 --all 也算内置规则", s.cfg.Dicts)
	case scope.Overlay:
		about = fmt.Sprintf(" %s 中的规则和共用词组：%d 条规则；加 --all 也算内置规则", s.cfg.Dicts, chosen)
	default:
		about = fmt.Sprintf("全部规则：%d 条", chosen)
	}
	return scope, about, nil
}

// prefixesLike says which beginnings of ids somebody may have meant, or with which all of them begin.
func prefixesLike(prefix string, rules []classify.RuleInfo) string {
	var first, all []string
	for _, r := range rules {
		all = append(all, r.ID)
		for i, c := range r.ID {
			if c == '.' {
				all = append(all, r.ID[:i+1])
			}
		}
		head, _, dotted := strings.Cut(r.ID, ".")
		if dotted {
			head += "."
		}
		first = append(first, head)
	}
	distinct := func(words []string) []string {
		slices.Sort(words)
		return slices.Compact(words)
	}
	if near := nearest(prefix, distinct(all)); len(near) > 0 {
		return "是否指 " + strings.Join(near, "、")
	}
	return "规则的编号以这些开头：" + strings.Join(distinct(first), " ")
}

// showMeasure prints what was measured and returns what is below its minimum.
func (s *session) showMeasure(c *cli.Context, m *classify.Measure) (short []string) {
	cov, least := m.Coverage, c.Float64("min-coverage")
	show := func(what string, t classify.Tally, gaps []classify.Gap, list bool, least float64) {
		if t.All == 0 {
			fmt.Fprintf(s.env.Stdout, "%s：没有可算的\n", what)
			return
		}
		fmt.Fprintf(s.env.Stdout, "%s：%d / %d（%.1f%%）\n", what, t.Good, t.All, 100*t.Share())
		if list {
			s.showGaps(gaps)
		}
		if t.Share() < least {
			short = append(short, fmt.Sprintf("%s只占 %.3f，低于 %.3f", what, t.Share(), least))
		}
	}
	list := c.Bool("coverage")
	show("示例触发的规则", cov.Rules, cov.RuleGaps, list, least)
	show("示例涉及的词组", cov.Groups, cov.GroupGaps, list, least)
	show("示例涉及的分支", cov.Branches, cov.BranchGaps, list, 0)
	show("示例涉及的模式", cov.Patterns, cov.PatternGaps, list && c.Bool("patterns"), 0)
	if c.Bool("mutate") || c.IsSet("min-mutation") {
		show("示例发现的改动", m.Mutation.Killed, nil, false, c.Float64("min-mutation"))
		rows := [][]string{{"改动", "发现", "共"}}
		for _, name := range slices.Sorted(maps.Keys(m.Mutation.Operators)) {
			t := m.Mutation.Operators[name]
			rows = append(rows, []string{"  " + name, fmt.Sprint(t.Good), fmt.Sprint(t.All)})
		}
		_ = writeTable(s.env.Stdout, rows) // as Fprintf: what cannot be printed is not printed
		s.showGaps(m.Mutation.Survivors)
		s.showGaps(m.Mutation.Weak)
	}
	if c.Bool("demands") {
		fmt.Fprintf(s.env.Stdout, "示例的欠缺：%d 处\n", len(m.Demands))
		s.showGaps(m.Demands)
		if len(m.Demands) > 0 {
			short = append(short, fmt.Sprintf("示例欠缺 %d 处", len(m.Demands)))
		}
	}
	return short
}

func (s *session) showGaps(gaps []classify.Gap) {
	for _, g := range gaps {
		fmt.Fprintln(s.env.Stdout, "  "+g.Place.String())
	}
}

// runFixtures runs the named files and the files of the named folders; without names those of the user's dictionaries.
func (s *session) runFixtures(rules *classify.RuleSet, names []string) ([]classify.ExampleResult, error) {
	if len(names) == 0 && s.cfg.Dicts != "" {
		if folder := filepath.Join(s.cfg.Dicts, "tests"); exists(folder) {
			names = []string{folder}
		}
	}
	var results []classify.ExampleResult
	var faults []classify.Problem
	for _, name := range names {
		if s.cfg.Dicts == "" && classify.HoldsRules(os.DirFS(name)) {
			return nil, usagef("%s 是字典文件夹，不是测试；要运行其中的示例和测试，写 suqiu rule test --dicts %s", name, name)
		}
		if above, ok := dictsAbove(filepath.Dir(name)); ok && filepath.Ext(name) == ".yaml" && !strings.HasSuffix(name, classify.FixtureSuffix) {
			return nil, usagef("%s 是字典文件，不是测试；要运行其中的示例，写 suqiu rule test --dicts %s", name, above)
		}
		files, err := fixtureFiles(name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			fixtures, err := rules.ReadFixtures(file, data)
			var load *classify.LoadError
			if errors.As(err, &load) {
				faults = append(faults, load.Problems...)
			}
			for i := range fixtures {
				results = append(results, rules.RunFixture(&fixtures[i]))
			}
		}
	}
	if len(faults) > 0 {
		for _, p := range faults {
			fmt.Fprintln(s.env.Stdout, p)
		}
		return nil, cli.Exit(fmt.Sprintf("测试有 %d 处错误", len(faults)), exitCheck)
	}
	return results, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// fixtureFiles is the file itself, or the files of fixtures anywhere below a folder.
func fixtureFiles(name string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (path == name || strings.HasSuffix(path, classify.FixtureSuffix)) {
			files = append(files, path)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = usagef("%s 中没有测试文件 *%s；写测试文件或放有测试文件的文件夹", name, classify.FixtureSuffix)
	}
	return files, err
}

// JUnit's XML, as far as build servers read it.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the results with a suite for each file.
func writeJUnit(path string, results []classify.ExampleResult) error {
	var suites junitSuites
	for _, r := range results {
		i := slices.IndexFunc(suites.Suites, func(s junitSuite) bool { return s.Name == r.Place.File })
		if i < 0 {
			i = len(suites.Suites)
			suites.Suites = append(suites.Suites, junitSuite{Name: r.Place.File})
		}
		suite := &suites.Suites[i]
		test := junitCase{Class: r.Rule, Name: r.Kind + ": " + r.Text, File: r.Place.File, Line: r.Place.Line}
		suite.Tests++
		if r.Failed {
			suite.Failures++
			test.Failure = &junitFailure{r.Place.What, r.Place.String()}
		}
		suite.Cases = append(suite.Cases, test)
	}
	text, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	if err := os.WriteFile(path, append([]byte(xml.Header), append(text, '\n')...), 0o644); err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}
