package cli

import (
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"suqiu/cli/config"
)

// settingFlags are the flags that every command has which connects to something; each sets the key of its name.
func settingFlags(more ...cli.Flag) []cli.Flag {
	return append(more,
		&cli.StringFlag{Name: "config", Usage: "configuration `FILE`", EnvVars: []string{config.EnvFile}, Category: "settings"},
		&cli.BoolFlag{Name: "embedded", Usage: "in-process broker and SQLite instead of Kafka and Elasticsearch", Category: "settings"},
		&cli.StringFlag{Name: "data", Usage: "`FOLDER` of the embedded engines", Category: "settings"},
		&cli.StringFlag{Name: "dicts", Usage: "`FOLDER` laid over the built-in dictionaries", Category: "settings"},
		&cli.StringSliceFlag{Name: "set", Usage: "any setting, as `KEY=VALUE`; see suqiu config", Category: "settings"},
	)
}

// formatFlag chooses between text and JSON; usage says what a line of JSON is.
func formatFlag(usage string) cli.Flag {
	return &cli.StringFlag{Name: "format", Value: "text", Usage: usage, Action: func(_ *cli.Context, format string) error {
		if format != "text" && format != "json" {
			return usagef("--format %s：可写 text、json", format)
		}
		return nil
	}}
}

// loadConfig reads the configuration for a command.
func loadConfig(c *cli.Context, env Env) (*config.Loaded, error) {
	flags := map[string]string{}
	for _, key := range []string{"embedded", "data", "dicts"} {
		if c.IsSet(key) {
			flags[key] = c.String(key)
			if key == "embedded" {
				flags[key] = map[bool]string{true: "true", false: "false"}[c.Bool(key)]
			}
		}
	}
	for _, pair := range c.StringSlice("set") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef("--set %q: write KEY=VALUE, such as --set kafka.group=test", pair)
		}
		flags[key] = value
	}
	loaded, err := config.Load(c.String("config"), env.Environ, flags)
	if err != nil {
		return nil, cli.Exit(err, exitUsage)
	}
	return loaded, nil
}

// newLogger writes to standard error as configured.
func newLogger(cfg *config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		level = slog.LevelInfo // unreachable: the configuration is validated
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// isTerminal reports whether w is a terminal, where progress and colour make sense.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
