package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// exampleLine is one command line of an example, without what a shell does before and after it.
var exampleLine = regexp.MustCompile(`(?m)^   (?:.*\| )?(suqiu [^|>\n]+)`)

// The help of every command has an example whose words are this command and whose flags it has.
func TestHelpExamples(t *testing.T) {
	app := newApp(Env{})
	leaves(app.Commands, nil, func(path []string, c *cli.Command) {
		t.Run(strings.Join(path, "_"), func(t *testing.T) {
			if !strings.Contains(c.Description, "Example") {
				t.Fatal("there is no example")
			}
			_, examples, _ := strings.Cut(c.Description, "Example")
			found := exampleLine.FindAllStringSubmatch(examples, -1)
			if len(found) == 0 {
				t.Fatalf("no command line in %q", examples)
			}
			for _, line := range found {
				words := strings.Fields(line[1])[1:]
				if len(words) < len(path) || !slices.Equal(words[:len(path)], path) {
					t.Errorf("%q is an example of another command", line[1])
				}
				for _, word := range words {
					name, isFlag := strings.CutPrefix(word, "--")
					name, _, _ = strings.Cut(name, "=")
					if isFlag && !slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
						t.Errorf("%q has a flag that the command has not: %s", line[1], word)
					}
				}
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
