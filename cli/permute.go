package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// permute moves the flags of a command before its arguments, because the flag parser stops at the first argument and
// people write `suqiu search 停电 --since 7d`. Everything after -- is an argument, and so is what begins with - but
// can't be a flag, such as the word -空开 that a search excludes.
func permute(commands []*cli.Command, args []string) []string {
	if len(args) < 2 {
		return args
	}
	head := 1
	var flags []cli.Flag
	for head < len(args) {
		command := find(commands, args[head])
		if command == nil {
			break
		}
		head++
		flags, commands = command.Flags, command.Subcommands
		if len(commands) == 0 {
			break
		}
	}
	if len(flags) == 0 {
		return args
	}
	var options, words []string
	for i := head; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--":
			words = append(words, args[i+1:]...)
			i = len(args)
		case !looksLikeFlag(arg):
			words = append(words, arg)
		default:
			options = append(options, arg)
			if takesValue(flags, arg) && i+1 < len(args) {
				i++
				options = append(options, args[i])
			}
		}
	}
	permuted := append(append([]string{}, args[:head]...), options...)
	if len(words) > 0 {
		permuted = append(append(permuted, "--"), words...)
	}
	return permuted
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
