package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
)

func classifyCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "classify",
		Usage:     "给文件中的诉求分类，不入库 · classify the contacts of a file without storing them",
		ArgsUsage: "[FILE]",
		Description: `Reads a file, or standard input, in any format that suqiu knows. With --format json it writes one object a line, in the
order of the input: id, labels (code, weight, hits), nature, responsible. A line that can't be read gives an object with error,
and the exit code is 1.

Examples:
   suqiu classify orders.csv --format json > labels.jsonl
   suqiu classify rec-20260901.json --input funasr --id-from filename`,
		Flags: settingFlags(append(sourceFlags(), formatFlag("text or json"))...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			src, err := s.readSource(c)
			if err != nil {
				return err
			}
			if src.Received.IsZero() {
				src.Received = env.Now() // only rules that ask for the time depend on it
			}
			pipeline, err := s.typedPipeline()
			if err != nil {
				return err
			}
			names, err := s.names()
			if err != nil {
				return err
			}
			input, name, err := s.openInput(c.Args().First())
			if err != nil {
				return err
			}
			defer input.Close()
			out := bufio.NewWriter(env.Stdout)
			write := writeLine(out, names)
			if c.String("format") == "json" {
				write = writeObject(out)
			}
			unread := 0
			err = s.analyse(c.Context, pipeline, src, name, input, func(a analysed) error {
				if a.dead != nil {
					unread++
				}
				return write(a)
			})
			if err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
			if unread > 0 {
				return fmt.Errorf("%d of the contacts can't be read; their lines say why", unread)
			}
			return nil
		}),
	}
}

// classified is one line of the JSON output.
type classified struct {
	ID          string              `json:"id"`
	Labels      []hotline.Label     `json:"labels"`
	Nature      hotline.Nature      `json:"nature,omitempty"`
	Responsible hotline.Responsible `json:"responsible,omitempty"`

	Found      hotline.Responsible  `json:"found,omitempty"`
	Urgency    []hotline.Mark       `json:"urgency,omitempty"`
	Portrait   []hotline.Mark       `json:"portrait,omitempty"`
	Experience []hotline.Experience `json:"experience,omitempty"`
	Entities   []hotline.Entity     `json:"entities,omitempty"`

	Line  int64  `json:"line,omitempty"`
	Error string `json:"error,omitempty"`
}

func writeObject(w io.Writer) func(analysed) error {
	out := jsonLines(w)
	return func(a analysed) error {
		if a.dead != nil {
			return out.Encode(classified{Labels: []hotline.Label{}, Line: a.line, Error: deadText(a)})
		}
		found := &a.doc.Analysis
		result := classified{
			ID: a.doc.Call.ID, Labels: found.Labels, Nature: found.Nature, Responsible: found.Responsible,
			Found: found.Found, Urgency: found.Urgency, Portrait: found.Portrait, Experience: found.Experience, Entities: found.Entities,
		}
		if result.Labels == nil {
			result.Labels = []hotline.Label{}
		}
		return out.Encode(result)
	}
}

func writeLine(w io.Writer, names labelNames) func(analysed) error {
	return func(a analysed) error {
		if a.dead != nil {
			_, err := fmt.Fprintf(w, "第 %d 行\t无法解析\t%s\n", a.line, deadText(a))
			return err
		}
		labels := make([]string, len(a.doc.Analysis.Labels))
		for i, l := range a.doc.Analysis.Labels {
			labels[i] = names.name(l.Code)
		}
		if len(labels) == 0 {
			labels = []string{"（无）"}
		}
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.doc.Call.ID, a.doc.Analysis.Nature, a.doc.Analysis.Responsible.Name(), strings.Join(labels, "；"))
		return err
	}
}

func deadText(a analysed) string {
	text := string(a.dead.Reason) + ": " + a.dead.Why
	if a.dead.Place != "" {
		text += " (" + a.dead.Place + ")"
	}
	if a.dead.Hint != "" {
		text += "; " + a.dead.Hint
	}
	return text
}
