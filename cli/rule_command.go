package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

func ruleCommand(env Env) *cli.Command {
	return parent("rule", "分类规则 · the rules, their examples and tests",
		ruleCheckCommand(env), ruleTestCommand(env), ruleTryCommand(env), ruleStatsCommand(env), ruleDiffCommand(env), ruleLearnCommand(env),
	)
}

// reportProblems lists faults; the command then ends with the exit code of a check that did not hold.
func reportProblems(env Env, problems []classify.Problem) error {
	for _, p := range problems {
		fmt.Fprintln(env.Stdout, p)
	}
	return cli.Exit(fmt.Sprintf("规则有 %d 处错误", len(problems)), exitCheck)
}

// examined compiles the rules for a command that examines them; a set that does not compile is told with every fault.
func (s *session) examined() (*classify.RuleSet, error) {
	rules, err := s.compiled()
	var faults *classify.LoadError
	if errors.As(err, &faults) {
		return nil, reportProblems(s.env, faults.Problems)
	}
	return rules, err
}
