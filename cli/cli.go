// Package cli is suqiu's command line: one file a command, and the wiring of the packages that do the work. Commands
// print their answer to standard output and everything else to standard error. They end with 0 when they did what was
// asked, 1 when they could not, 2 when they were asked wrongly, and 3 when a check that was asked for did not hold.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
)

// version is set when the binary is built.
var version = "devel"

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
	exitCheck  = 3
)

// Env is what a run of the command line touches of the world around it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string // as from os.Environ
	Now            func() time.Time

	program string // the path by which it was called, for examples to copy
}

// Main runs the command line of this process and returns its exit code. SIGINT and SIGTERM end the running command in
// good order; a second one ends it at once.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	return Run(ctx, os.Args, Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now})
}

// Run runs one command line, the program's name first, and returns its exit code.
func Run(ctx context.Context, args []string, env Env) int {
	env.program = args[0]
	app := newApp(env)
	err := app.RunContext(ctx, permute(app.Commands, args))
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(env.Stderr, "suqiu: interrupted")
		return exitFailed
	}
	var coded cli.ExitCoder
	if errors.As(err, &coded) {
		if text := coded.Error(); text != "" {
			fmt.Fprintln(env.Stderr, "suqiu:", text)
		}
		return coded.ExitCode()
	}
	fmt.Fprintln(env.Stderr, "suqiu:", err)
	return exitFailed
}

// needFlags refuses a call without one of the flags.
func needFlags(c *cli.Context, flags ...string) error {
	missing := slices.DeleteFunc(flags, c.IsSet)
	if len(missing) == 0 {
		return nil
	}
	return usagef("还要写 --%s；用法见 %s --help", strings.Join(missing, "、--"), c.Command.HelpName)
}

// wrongSetting is the error of a setting by which nothing can be done, or of a file that it names: who supervises a
// process does not start it again then.
func wrongSetting(err error) error { return cli.Exit(err, exitUsage) }

// usagef is the error of a command that was asked wrongly.
func usagef(format string, args ...any) error {
	return cli.Exit(fmt.Sprintf(format, args...), exitUsage)
}

func newApp(env Env) *cli.App {
	return &cli.App{
		Name:                      "suqiu",
		Usage:                     "诉求：供电热线（95598、12398、12345）文本挖掘 · text mining of complaints to the power hotlines",
		Version:                   version,
		Reader:                    env.Stdin,
		Writer:                    env.Stdout,
		ErrWriter:                 env.Stderr,
		EnableBashCompletion:      true,
		Suggest:                   true,
		DisableSliceFlagSeparator: true, // values of --set hold commas
		HideHelpCommand:           true,
		ExitErrHandler:            func(*cli.Context, error) {}, // Run decides
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return usagef("%s；用法见 suqiu --help", flagFault(err, nil))
		},
		CommandNotFound: func(c *cli.Context, name string) {
			fmt.Fprintln(env.Stderr, "suqiu:", noCommand(name, c.App.Commands))
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("%s", noCommand(c.Args().First(), c.App.Commands))
			}
			return cli.ShowAppHelp(c)
		},
		Commands: withEnv(env,
			demoCommand,
			serveCommand, consumeCommand, ingestCommand, produceCommand,
			searchCommand, repeatsCommand, coverageCommand, classifyCommand, explainCommand, answerCommand, correctCommand, reclassifyCommand, evaluateCommand,
			ruleCommand, dictCommand, areaCommand, indexCommand, kafkaCommand, kibanaCommand, deadletterCommand,
			watchCommand, incidentCommand, ownerCommand, notifyCommand, backtestCommand, emergingCommand, reportCommand,
			statusCommand, auditCommand, doctorCommand, configCommand, keyCommand, benchCommand,
		),
	}
}

// withEnv makes the commands for an environment and gives all of them the same handling of wrong flags and arguments.
func withEnv(env Env, makers ...func(Env) *cli.Command) []*cli.Command {
	commands := make([]*cli.Command, len(makers))
	for i, maker := range makers {
		commands[i] = maker(env)
		handleUsage(commands[i])
	}
	return commands
}

// handleUsage has a command and those below it refuse what they don't take. An argument too many is refused before anything
// is done: it may be a flag whose dashes were forgotten, and that flag may be --dry-run.
func handleUsage(c *cli.Command) {
	c.OnUsageError = func(ctx *cli.Context, err error, _ bool) error {
		return usagef("%s；用法见 %s --help", flagFault(err, ctx.Command.Flags), ctx.Command.HelpName)
	}
	below := commandNames(c.Subcommands) // without the help that the parser adds
	if most, do := mostArgs(c.ArgsUsage), c.Action; most >= 0 {
		c.Action = func(ctx *cli.Context) error {
			if ctx.NArg() > most {
				return usagef("%s", surplus(ctx.Command, ctx.Args().Get(most), most, below))
			}
			return do(ctx)
		}
	}
	for _, sub := range c.Subcommands {
		handleUsage(sub)
	}
}

// mostArgs is how many arguments a command takes by its ArgsUsage, in which each is a word; -1 for any number, told by
// an ellipsis.
func mostArgs(usage string) int {
	if strings.Contains(usage, "...") {
		return -1
	}
	return len(strings.Fields(usage))
}

// parent makes a command that only holds others.
func parent(name, usage string, commands ...*cli.Command) *cli.Command {
	return &cli.Command{Name: name, Usage: usage, Subcommands: commands, HideHelpCommand: true, Action: cli.ShowSubcommandHelp}
}
