// Command suqiu mines what citizens tell the power hotlines; see `suqiu --help`.
package main

import (
	"os"

	"suqiu/cli"
)

func main() { os.Exit(cli.Main()) }
