package cli

import "github.com/urfave/cli/v2"

func dictCommand(env Env) *cli.Command {
	return parent("dict", "词库 · the words that the segmenter keeps whole", dictCheckCommand(env), dictDiscoverCommand(env))
}
