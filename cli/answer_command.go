package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

func answerCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "answer",
		Usage:     "答复口径及其依据 · what may be told to a caller of a label, and the law that it rests on",
		ArgsUsage: "[LABEL]... | --id ID",
		Description: `Shows what to find out first, the approved answer, and what it rests on: of labels, by code or Chinese name, with all below a
group such as bill; with --id of the labels of a stored contact; and of all labels without either. Your own go into answers.yaml of your dictionaries, see docs/rules.md.

Examples:
   suqiu answer bill.markup
   suqiu answer 转供电
   suqiu answer outage --format json
   suqiu answer --embedded --id 95598:260915000298`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "id", Usage: "the document `ID` of a stored contact"},
			formatFlag("text or json"),
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.String("id") != "" && c.NArg() > 0 {
				return usagef("标签和 --id 只能写一个")
			}
			labels, t, err := s.toAnswer(c)
			if err != nil {
				return err
			}
			answers, err := s.answers(t)
			if err != nil {
				return err
			}
			found := answers.For(labels)
			if c.String("format") == "json" {
				return writeJSON(env.Stdout, append([]classify.ApprovedAnswer{}, found...))
			}
			for i, a := range found {
				if i > 0 {
					fmt.Fprintln(env.Stdout)
				}
				fmt.Fprint(env.Stdout, a)
			}
			if len(found) == 0 {
				fmt.Fprintln(env.Stdout, "没有可用的答复口径：该诉求没有标签，或 answers.yaml 中没有其标签")
			}
			return nil
		}),
	}
}

// toAnswer finds the labels whose answers are asked for, and the taxonomy that has them.
func (s *session) toAnswer(c *cli.Context) ([]string, *classify.Taxonomy, error) {
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, nil, err
	}
	t := catalogue.Taxonomy()
	if id := c.String("id"); id != "" {
		store, err := s.store()
		if err != nil {
			return nil, nil, err
		}
		doc, err := getDocument(c.Context, store, id)
		return doc.Analysis.Codes(), t, err
	}
	asked, err := s.labelCodes("", c.Args().Slice(), true)
	if err != nil {
		return nil, nil, err
	}
	var labels []string
	for _, l := range t.Labels {
		if len(asked) == 0 || slices.ContainsFunc(asked, func(code string) bool { return slices.Contains(t.Below(code), l.Code) }) {
			labels = append(labels, l.Code)
		}
	}
	return labels, t, nil
}

// showAnswers prints the approved answers of a contact's labels after a heading, where there are any.
func (s *session) showAnswers(w io.Writer, labels []string) error {
	catalogue, err := s.catalogue()
	if err != nil {
		return err
	}
	answers, err := s.answers(catalogue.Taxonomy())
	if err != nil {
		return err
	}
	for i, a := range answers.For(labels) {
		if i == 0 {
			fmt.Fprintln(w, "答复口径：")
		}
		fmt.Fprint(w, a)
	}
	return nil
}
