package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/phrase"
)

func dictDiscoverCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "discover", Usage: "从语料中发现新词 · propose words that callers use and the dictionary has not", ArgsUsage: "[FILE]...",
		Description: `Reads the callers' words of files, in any format that suqiu knows, or with --stored of the index. A candidate keeps together (PMI),
stands free at both ends (entropy), and is told by several callers on several days. Places are left out, and so is the wording of a
form: what stands at the beginning or the end of long texts or opens their clauses (市民来电反映：…，故来电投诉), and what is put
together from its words alone (局核实处理). --relevant looks
only at contacts about electricity, for words that others have much less. Read the candidates, and put those that are words into lexicon/ of your dictionaries: --lexicon prints them as its
lines. Then run suqiu dict check.

Examples:
   suqiu dict discover orders.csv --relevant
   suqiu dict discover --embedded --stored --since 4w --min-callers 10 --lexicon > my/lexicon/new.txt`,
		Flags: settingFlags(corpusFlags(
			&cli.IntFlag{Name: "min-callers", Value: 5, Usage: "distinct `CALLERS` that say it"},
			&cli.IntFlag{Name: "min-days", Value: 2, Usage: "distinct `DAYS` on which it is said"},
			&cli.Float64Flag{Name: "min-pmi", Value: 4, Usage: "`BITS` by which its parts keep together"},
			&cli.Float64Flag{Name: "min-entropy", Value: 1, Usage: "`BITS` of freedom at its less free end"},
			&cli.IntFlag{Name: "max-length", Value: 6, Usage: "`CHARACTERS`, 2 to 8"},
			&cli.BoolFlag{Name: "relevant", Usage: "only contacts that get a label, that is about electricity"},
			&cli.Float64Flag{Name: "max-frame", Value: 0.55, Usage: "`SHARE` of occurrences in the frame of long texts, from which on it is the wording of a form; 0: leave out none, nor words of forms"},
			&cli.IntFlag{Name: "top", Value: 100, Usage: "`NUMBER` of candidates, the best"},
			&cli.BoolFlag{Name: "lexicon", Usage: "print lines of a lexicon"},
			formatFlag("text or json"),
		)...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if n := c.Int("max-length"); n < 2 || n > 8 {
				return usagef("--max-length %d：写 2 到 8", n)
			}
			for _, name := range []string{"min-callers", "min-days", "top"} {
				if c.Int(name) < 1 {
					return usagef("--%s 至少是 1", name)
				}
			}
			found, contacts, err := s.discover(c)
			if err != nil {
				return err
			}
			switch {
			case c.String("format") == "json":
				return writeJSON(env.Stdout, append([]phrase.Candidate{}, found...))
			case c.Bool("lexicon"):
				for _, w := range found {
					fmt.Fprintf(env.Stdout, "%s 1000 n\n", w.Text)
				}
				return nil
			}
			rows := [][]string{{"词", "次数", "来电人", "天数", "凝固度", "自由度", "例"}}
			for _, w := range found {
				rows = append(rows, []string{w.Text, fmt.Sprint(w.Count), fmt.Sprint(w.Callers), fmt.Sprint(w.Days), fmt.Sprintf("%.1f", w.PMI), fmt.Sprintf("%.1f", w.Entropy), w.Example})
			}
			if err := writeTable(env.Stdout, rows); err != nil {
				return err
			}
			fmt.Fprintf(env.Stdout, "诉求 %d 件，候选新词 %d 个\n", contacts, len(found))
			return nil
		}),
	}
}

// discover mines the callers' words. What texts name as places is taken out of them first.
func (s *session) discover(c *cli.Context) ([]phrase.Candidate, int, error) {
	rules, err := s.examined()
	if err != nil {
		return nil, 0, err
	}
	segmenter := rules.Segmenter()
	if err := segmenter.Ready(); err != nil {
		return nil, 0, err
	}
	trees, err := s.areas()
	if err != nil {
		return nil, 0, err
	}
	var texts, others []phrase.Text // others tell what is said of other matters as often
	unread, err := s.corpus(c, c.Args().Slice(), func(call *hotline.Call) {
		told := rules.Analyze(call)
		text := phrase.Text{ID: call.DocID(), Parts: callerWords(call, append(placesNamed(told.Entities), trees.Names(call.Text(hotline.Role.Caller))...)), Caller: call.Caller, Day: call.Received.In(s.zone)}
		if c.Bool("relevant") && len(told.Labels) == 0 {
			others = append(others, text)
		} else {
			texts = append(texts, text)
		}
	})
	if err != nil {
		return nil, 0, err
	}
	s.tellUnread(unread)
	var failed error
	found := phrase.Mine(texts, phrase.Options{
		MaxLength: c.Int("max-length"), MinCallers: c.Int("min-callers"), MinDays: c.Int("min-days"), MinPMI: c.Float64("min-pmi"),
		MinEntropy: c.Float64("min-entropy"), Frame: c.Float64("max-frame"), Beside: others, Top: c.Int("top"),
		Known: func(word string) bool {
			known, err := segmenter.Known(word)
			failed = errors.Join(failed, err)
			return known
		},
	})
	return found, len(texts), failed
}

// masked is what masking writes in the place of personal data.
var masked = regexp.MustCompile(`<\p{Han}+>`)

// placesNamed are the places among the entities.
func placesNamed(entities []hotline.Entity) []string {
	var names []string
	for _, e := range entities {
		switch e.Kind {
		case hotline.EntityCommunity, hotline.EntityPlace, hotline.EntityTransformer, hotline.EntityFeeder:
			names = append(names, e.Text)
		}
	}
	return names
}

// callerWords are the turns of the caller without some names and without what masking wrote.
func callerWords(call *hotline.Call, names []string) []string {
	clean := without(names)
	var parts []string
	for _, t := range call.Turns {
		if t.Role.Caller() {
			parts = append(parts, clean(t.Text))
		}
	}
	return parts
}

// without makes a function that takes names and what masking wrote out of a text.
func without(names []string) func(text string) string {
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, "|")
	}
	clean := strings.NewReplacer(pairs...)
	return func(text string) string { return clean.Replace(masked.ReplaceAllString(text, "|")) }
}
