package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"
)

func indexCommand(env Env) *cli.Command {
	return parent("index", "索引 · the store of documents",
		&cli.Command{
			Name: "setup", Usage: "建立模板、别名和台账 · install templates, aliases and the ledger; harmless to repeat",
			Description: "Example:\n   suqiu index setup",
			Flags:       settingFlags(),
			Action: func(c *cli.Context) error {
				s, err := openSession(c, env)
				if err != nil {
					return err
				}
				defer s.close()
				store, err := s.store()
				if err != nil {
					return err
				}
				if installer, needed := store.(interface{ Setup(context.Context) error }); needed {
					if err := installer.Setup(c.Context); err != nil {
						return err
					}
				}
				fmt.Fprintln(env.Stdout, "索引已就绪")
				return nil
			},
		},
	)
}
