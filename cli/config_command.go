package cli

import (
	"github.com/urfave/cli/v2"
)

func configCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "显示生效的配置及其来源 · the effective settings and where each comes from",
		Description: `Settings come from the defaults, then the file, then the environment, then flags. Secrets are shown as (set).

Example:
   suqiu config --config /etc/suqiu.yaml --set kafka.group=test`,
		Flags: settingFlags(formatFlag("text or json")),
		Action: func(c *cli.Context) error {
			loaded, err := loadConfig(c, env)
			if err != nil {
				return err
			}
			values := loaded.Values()
			if c.String("format") == "json" {
				type setting struct {
					Key    string `json:"key"`
					Value  string `json:"value"`
					Origin string `json:"origin"`
				}
				all := make([]setting, len(values))
				for i, v := range values {
					all[i] = setting(v)
				}
				return writeJSON(env.Stdout, all)
			}
			rows := make([][]string, len(values))
			for i, v := range values {
				rows[i] = []string{v.Key, v.Value, v.Origin}
			}
			return writeTable(env.Stdout, rows)
		},
	}
}
