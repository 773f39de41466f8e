package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"
)

// leaves calls visit for every command that does something, with the names that lead to it.
func leaves(commands []*cli.Command, path []string, visit func(path []string, c *cli.Command)) {
	for _, c := range commands {
		here := append(slices.Clone(path), c.Name)
		if len(c.Subcommands) > 0 {
			leaves(c.Subcommands, here, visit)
			continue
		}
		visit(here, c)
	}
}

// commandLine is one command line of an example, without what a shell does before and after it.
var commandLine = regexp.MustCompile(`(?:^   |\| |&& )suqiu ([^|>&#]+)`)

// exampleLines are the words after suqiu of all command lines in a description's examples.
func exampleLines(description string) [][]string {
	_, examples, _ := strings.Cut(description, "Example")
	var all [][]string
	for line := range strings.Lines(examples) {
		for _, found := range commandLine.FindAllStringSubmatch(line, -1) {
			all = append(all, strings.Fields(found[1]))
		}
	}
	return all
}

// The help of every command has an example of this command, with flags that it has.
func TestHelpExamples(t *testing.T) {
	leaves(newApp(Env{}).Commands, nil, func(path []string, c *cli.Command) {
		t.Run(strings.Join(path, "_"), func(t *testing.T) {
			examples := 0
			for _, words := range exampleLines(c.Description) {
				if len(words) < len(path) || !slices.Equal(words[:len(path)], path) {
					continue // what comes before it
				}
				examples++
				for _, word := range words[len(path):] {
					name, isFlag := strings.CutPrefix(word, "--")
					name, _, _ = strings.Cut(name, "=")
					if isFlag && !slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
						t.Errorf("an example has a flag that the command has not: %s", word)
					}
				}
			}
			if examples == 0 {
				t.Errorf("there is no example of it in %q", c.Description)
			}
		})
	})
}

// The help of every command is shown, exit code 0, whatever is configured wrongly.
func TestHelpIsShown(t *testing.T) {
	leaves(newApp(Env{}).Commands, nil, func(path []string, c *cli.Command) {
		t.Run(strings.Join(path, "_"), func(t *testing.T) {
			var out, errs bytes.Buffer
			env := Env{Stdout: &out, Stderr: &errs, Environ: []string{"SUQIU_KAFKA_BROKER=misspelt"}}
			code := Run(t.Context(), slices.Concat([]string{"suqiu"}, path, []string{"--help"}), env)
			if code != 0 || errs.Len() > 0 {
				t.Fatalf("exit code %d: %s", code, &errs)
			}
			for _, want := range []string{"suqiu " + strings.Join(path, " "), "Example", c.Usage} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the help lacks %q:\n%s", want, &out)
				}
			}
		})
	})
}

// No command does anything when it is given an argument that it does not take, such as dry-run for --dry-run.
func TestSurplusArguments(t *testing.T) {
	refuses := 0
	var visit func(commands []*cli.Command, path []string)
	visit = func(commands []*cli.Command, path []string) {
		for _, c := range commands {
			here := append(slices.Clone(path), c.Name)
			visit(c.Subcommands, here)
			most := mostArgs(c.ArgsUsage)
			if most < 0 {
				continue
			}
			refuses++
			t.Run(strings.Join(here, "_"), func(t *testing.T) {
				data := filepath.Join(t.TempDir(), "data")
				var out, errs bytes.Buffer
				env := Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Environ: []string{"SUQIU_EMBEDDED=true", "SUQIU_DATA=" + data}, Now: time.Now}
				args := slices.Concat([]string{"suqiu"}, here, slices.Repeat([]string{"x"}, most), []string{"dry-run"})
				code := Run(t.Context(), args, env)
				if code != exitUsage || out.Len() > 0 || !strings.Contains(errs.String(), `"dry-run"`) {
					t.Errorf("exit code %d, told %q, printed %q", code, &errs, &out)
				}
				dryRun := slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), "dry-run") })
				if dryRun && !strings.Contains(errs.String(), "是否指 --dry-run") {
					t.Errorf("told %q, not what may be meant", &errs)
				}
				if _, err := os.Stat(data); err == nil {
					t.Error("the data folder was made")
				}
			})
		}
	}
	visit(newApp(Env{}).Commands, nil)
	if refuses < 40 {
		t.Errorf("only %d commands have a limit", refuses)
	}
}
