package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// What package flag says of a flag that can't be used.
var (
	flagUnknown = regexp.MustCompile(`^flag provided but not defined: --?(.+)$`)
	flagNoValue = regexp.MustCompile(`^flag needs an argument: --?(.+)$`)
	flagValue   = regexp.MustCompile(`^invalid (?:boolean )?value "(.*)" for (?:flag )?--?([^:]+): `)
)

// flagFault says in Chinese, for whoever typed it, what is wrong with a flag; flags are those of the command.
func flagFault(err error, flags []cli.Flag) string {
	text := err.Error()
	if m := flagUnknown.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("没有 --%s 这个选项%s", m[1], flagsMeant(m[1], flags))
	}
	if m := flagNoValue.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("--%s 后面要写值", m[1])
	}
	if m := flagValue.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("--%s %s：%s", m[2], m[1], valueOf(m[2], flags))
	}
	return text
}

// flagsMeant says which flags may be meant by a word; empty where none is like it.
func flagsMeant(word string, flags []cli.Flag) string {
	var names []string
	for _, f := range flags {
		names = append(names, f.Names()...)
	}
	near := nearest(word, names)
	if len(word) < 2 || len(near) == 0 {
		return ""
	}
	return "；是否指 --" + strings.Join(near, "、--")
}

// surplus says which argument a command does not take, beyond the most that it takes; below are the commands under it.
func surplus(c *cli.Command, word string, most int, below []string) string {
	limit := ""
	switch {
	case most > 0:
		limit = fmt.Sprintf("，最多写 %d 个（%s）", most, c.ArgsUsage)
	case len(below) > 0:
		return fmt.Sprintf("%s 下没有命令 %q；可写 %s", c.Name, word, strings.Join(below, "、"))
	}
	return fmt.Sprintf("多余的参数 %q%s%s；用法见 %s --help", word, limit, flagsMeant(word, c.Flags), c.HelpName)
}

// valueOf says what a flag takes.
func valueOf(name string, flags []cli.Flag) string {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return "不能用这个值"
	}
	switch flags[i].(type) {
	case *cli.BoolFlag:
		return "只能写 true 或 false，或不写值"
	case *cli.IntFlag, *cli.Int64Flag, *cli.Uint64Flag:
		return "写整数"
	case *cli.Float64Flag:
		return "写数，如 0.95"
	case *cli.DurationFlag:
		return "写时长，如 30s、5m、2h"
	}
	return "不能用这个值"
}

// commandNames lists commands by name.
func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// noCommand says that there is no such command, and which one may be meant.
func noCommand(name string, commands []*cli.Command) string {
	text := fmt.Sprintf("没有命令 %q", name)
	if near := nearest(name, commandNames(commands)); len(near) > 0 {
		text += "；是否指 " + strings.Join(near, "、")
	}
	return text + "；用法见 suqiu --help"
}
