package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// permute moves the flags of a command before its arguments, because the flag parser stops at the first argument and
// people write `suqiu search 停电 --since 7d`. Everything after -- is an argument, and so is what begins with - but can't
// be a flag, such as the word -空开 that a search excludes. Flags before a command that lies under another are the lower
// one's: suqiu --embedded correct list is suqiu correct list --embedded, which refuses what it does not know. A flag
// without its value ends the line, so that the parser refuses it: the -- before the arguments, or the next flag, would
// be taken for the value.
func permute(commands []*cli.Command, args []string) []string {
	if len(args) < 2 {
		return args
	}
	path, early, rest := args[:1:1], []string{}, args[1:]
	var flags []cli.Flag
	for len(commands) > 0 {
		n := leadingFlags(slices.Concat(flags, flagsBelow(commands)), rest)
		if n == len(rest) {
			break
		}
		command := find(commands, rest[n])
		if command == nil {
			break
		}
		path, early, rest = append(path, rest[n]), append(early, rest[:n]...), rest[n+1:]
		flags, commands = command.Flags, command.Subcommands
	}
	rest = append(early, rest...)
	if len(flags) == 0 {
		return append(path, rest...)
	}
	var options, words []string
	for i := 0; i < len(rest); i++ {
		switch arg := rest[i]; {
		case arg == "--":
			words = append(words, rest[i+1:]...)
			i = len(rest)
		case !looksLikeFlag(arg):
			words = append(words, arg)
		default:
			options = append(options, arg)
			if !takesValue(flags, arg) {
				break
			}
			if i++; i == len(rest) || rest[i] == "--" || isFlag(flags, rest[i]) {
				return append(path, options...)
			}
			options = append(options, rest[i])
		}
	}
	path = append(path, options...)
	if len(words) > 0 {
		path = append(append(path, "--"), words...)
	}
	return path
}

// leadingFlags counts the arguments in front that look like flags, and their values.
func leadingFlags(flags []cli.Flag, args []string) int {
	n := 0
	for n < len(args) && looksLikeFlag(args[n]) {
		if takesValue(flags, args[n]) {
			n++
		}
		n++
	}
	return min(n, len(args))
}

// flagsBelow are the flags of the commands and of all below them.
func flagsBelow(commands []*cli.Command) []cli.Flag {
	var flags []cli.Flag
	for _, c := range commands {
		flags = slices.Concat(flags, c.Flags, flagsBelow(c.Subcommands))
	}
	return flags
}

func find(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// looksLikeFlag reports whether an argument is -x or --x with an ASCII letter.
func looksLikeFlag(arg string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	return len(name) < len(arg) && name != "" && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z')
}

// isFlag reports whether an argument is --x of one of the flags.
func isFlag(flags []cli.Flag, arg string) bool {
	name, long := strings.CutPrefix(arg, "--")
	name, _, _ = strings.Cut(name, "=")
	return long && slices.ContainsFunc(flags, func(flag cli.Flag) bool { return slices.Contains(flag.Names(), name) })
}

// takesValue reports whether the flag is followed by its value in the next argument.
func takesValue(flags []cli.Flag, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, flag := range flags {
		if slices.Contains(flag.Names(), name) {
			documented, ok := flag.(cli.DocGenerationFlag)
			return ok && documented.TakesValue()
		}
	}
	return false
}
