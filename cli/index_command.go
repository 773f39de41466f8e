package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"suqiu/index/elastic"
)

func indexCommand(env Env) *cli.Command {
	return parent("index", "索引 · the store of documents",
		&cli.Command{
			Name: "setup", Usage: "建立模板、别名和台账 · install templates, aliases and the ledger; harmless to repeat",
			Description: `Compares what is installed with what this build needs, says each difference as old → new, and then installs it.
What is right already is not written again. What somebody changed by hand is reported and kept, unless told otherwise.
Settings of your own belong into a component template PREFIX-calls@custom, which this never touches.
With --dry-run the exit code is 3 where setup would not put all right: changes by hand (unless --overwrite), months to migrate, a newer build's.

Example:
   suqiu index setup --dry-run
   suqiu index setup`,
			Flags: settingFlags(
				&cli.BoolFlag{Name: "dry-run", Usage: "only say what is different"},
				&cli.BoolFlag{Name: "overwrite", Usage: "put back what was changed by hand"},
			),
			Action: inSession(env, (*session).indexSetup),
		},
		indexMigrateCommand(env),
		indexDropCommand(env),
	)
}

func (s *session) indexSetup(c *cli.Context) error {
	opened, err := s.store()
	if err != nil {
		return err
	}
	store, ok := opened.(*elastic.Store)
	if !ok {
		fmt.Fprintln(s.env.Stdout, "索引已就绪")
		return nil
	}
	plan, err := store.Plan(c.Context)
	if err != nil {
		return err
	}
	printPlan(s.env.Stdout, plan)
	if c.Bool("dry-run") {
		if err := leftBySetup(plan, c.Bool("overwrite")); err != nil {
			return cli.Exit(err, exitCheck)
		}
		return nil
	}
	if err := store.Apply(c.Context, plan, c.Bool("overwrite")); err != nil {
		return err
	}
	return checkSetup(c.Context, s.env.Stdout, store)
}

// checkSetup looks again, and fails while anything is not as this build needs it.
func checkSetup(ctx context.Context, w io.Writer, store *elastic.Store) error {
	plan, err := store.Plan(ctx)
	if err != nil {
		return err
	}
	if err := leftBySetup(plan, false); err != nil {
		return err
	}
	fmt.Fprintln(w, "索引已就绪")
	return nil
}

// leftBySetup says what of a plan remains when it is applied, with or without overwriting what was changed by hand.
func leftBySetup(plan []elastic.Part, overwrite bool) error {
	switch left := countStates(plan); {
	case left[elastic.Edited] > 0 && !overwrite:
		return errors.New("手工改动的部分没有覆盖：确认后用 suqiu index setup --overwrite 恢复，或把自己的设置移到 @custom 模板")
	case left[elastic.Misfit] > 0:
		return errors.New("有月份索引的映射不符，暂不能写入：运行 suqiu index migrate")
	case left[elastic.Newer] > 0:
		return errors.New("有月份索引由更新的版本建立：请升级 suqiu")
	}
	return nil
}

func countStates(plan []elastic.Part) map[elastic.State]int {
	counts := map[elastic.State]int{}
	for _, p := range plan {
		counts[p.State]++
	}
	return counts
}

// stateNames say in Chinese what a state means.
var stateNames = map[elastic.State]string{
	elastic.Same: "一致", elastic.Missing: "尚未建立", elastic.Outdated: "需要更新", elastic.Edited: "被手工改动",
	elastic.Newer: "由更新的版本建立", elastic.Misfit: "映射不符，需 suqiu index migrate",
}

var kindNames = map[elastic.Kind]string{
	elastic.KindPolicy: "生命周期策略", elastic.KindComponent: "组件模板", elastic.KindTemplate: "索引模板", elastic.KindLedger: "台账",
	elastic.KindMonth: "月份索引", elastic.KindLetters: "死信副本",
}

// printPlan lists what is not as it should be, with each value as old → new, and sums up. What is missing as a whole
// is not spelt out.
func printPlan(w io.Writer, plan []elastic.Part) {
	for _, p := range plan {
		if p.State == elastic.Same {
			continue
		}
		fmt.Fprintf(w, "%s %s：%s\n", kindNames[p.Kind], p.Name, stateNames[p.State])
		if p.State == elastic.Missing && p.Kind != elastic.KindMonth {
			continue
		}
		for _, d := range p.Differences {
			fmt.Fprintf(w, "  %s: %s → %s\n", d.Path, orNone(d.Old), orNone(d.New))
		}
	}
	n := countStates(plan)
	fmt.Fprintf(w, "共 %d 项：一致 %d，尚未建立 %d，需要更新 %d，手工改动 %d，需迁移 %d，由更新的版本建立 %d\n", len(plan),
		n[elastic.Same], n[elastic.Missing], n[elastic.Outdated], n[elastic.Edited], n[elastic.Misfit], n[elastic.Newer])
}

func orNone(value string) string {
	if value == "" {
		return "（无）"
	}
	return value
}
