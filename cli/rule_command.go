package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

func ruleCommand(env Env) *cli.Command {
	return parent("rule", "分类规则 · the rules and their examples",
		&cli.Command{
			Name: "check", Usage: "编译规则并运行示例 · compile the rules and run their examples",
			Description: `Every fault is listed with file, line, column and remedy; then exit code 3.

Example:
   suqiu rule check --dicts my-dicts`,
			Flags: settingFlags(),
			Action: inSession(env, func(s *session, c *cli.Context) error {
				rules, err := s.compiled()
				var faults *classify.LoadError
				if errors.As(err, &faults) {
					return reportProblems(env, faults.Problems)
				}
				if err != nil {
					return err
				}
				failed, learnt := rules.Test()
				for _, p := range learnt {
					fmt.Fprintf(env.Stdout, "已能识别，可移入 match：%s\n", p)
				}
				if len(failed) > 0 {
					return reportProblems(env, failed)
				}
				fmt.Fprintf(env.Stdout, "规则可用：标签 %d 个，散列 %s\n", len(rules.Taxonomy().Labels), rules.Hash())
				return nil
			}),
		},
	)
}

func reportProblems(env Env, problems []classify.Problem) error {
	for _, p := range problems {
		fmt.Fprintln(env.Stdout, p)
	}
	return cli.Exit(fmt.Sprintf("%d faults in the rules", len(problems)), exitCheck)
}
