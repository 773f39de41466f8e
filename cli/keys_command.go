package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/ingest/mask"
)

func keyCommand(env Env) *cli.Command {
	return parent("key", "去标识化密钥 · keys of the pseudonyms",
		&cli.Command{
			Name: "new", Usage: "生成一个新密钥 · make a key",
			ArgsUsage: "[ID]",
			Description: `Prints one line id:key for the file of mask.key_file. The first line of that file is the active key; keep older ones below it, so
that callers stored under them are still found. Whoever has the key can find a telephone number's calls: keep it like a password.

Example:
   suqiu key new 2026 > /etc/suqiu/pseudonym.keys`,
			Action: func(c *cli.Context) error {
				id := c.Args().First()
				if id == "" {
					id = env.Now().Format("200601")
				}
				line := mask.NewKey(id)
				if _, err := mask.ParseKeyring(line); err != nil {
					return usagef("%v", err)
				}
				fmt.Fprintln(env.Stdout, line)
				return nil
			},
		},
	)
}
