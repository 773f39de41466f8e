package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify/evaluate"
	"suqiu/hotline"
	"suqiu/ingest/decode"
)

func benchRoles(c *cli.Context, env Env) error {
	if c.NArg() == 0 {
		return usagef("which gold file? See suqiu bench roles --help")
	}
	rows := [][]string{{"文件", "通话", "话轮", "去掉角色", "互换角色"}}
	for _, name := range c.Args().Slice() {
		file, err := openFile(name)
		if err != nil {
			return err
		}
		records, err := evaluate.Read(file, nil)
		file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var calls int
		var removed, swapped evaluate.Tally
		for i := range records {
			gold := records[i].Turns
			if len(gold) == 0 {
				continue
			}
			calls++
			countRoles(&removed, gold, func(hotline.Role) hotline.Role { return hotline.RoleUnknown })
			countRoles(&swapped, gold, swapRole)
		}
		rows = append(rows, []string{name, fmt.Sprint(calls), fmt.Sprint(removed.All),
			fmt.Sprintf("%.4f", removed.Share()), fmt.Sprintf("%.4f", swapped.Share())})
	}
	return writeTable(env.Stdout, rows)
}

func swapRole(r hotline.Role) hotline.Role {
	switch r {
	case hotline.RoleAgent:
		return hotline.RoleCustomer
	case hotline.RoleCustomer:
		return hotline.RoleAgent
	}
	return r
}

// countRoles spoils the roles of a call, has them found again, and counts the turns that are right.
func countRoles(t *evaluate.Tally, gold []hotline.Turn, spoil func(hotline.Role) hotline.Role) {
	turns := make([]hotline.Turn, len(gold))
	for i, turn := range gold {
		turns[i] = turn
		turns[i].Role = spoil(turn.Role)
	}
	for i, found := range decode.FindAgent(turns) {
		if gold[i].Role != hotline.RoleAgent && gold[i].Role != hotline.RoleCustomer {
			continue
		}
		t.All++
		if found.Role == gold[i].Role {
			t.Right++
		}
	}
}
