package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

// maxFalseSounds is what is promised: false hits by sound in a thousand characters.
const maxFalseSounds = 0.05

func benchPinyin(s *session, c *cli.Context) error {
	if c.NArg() == 0 {
		return usagef("which file of correctly written contacts? See suqiu bench pinyin --help")
	}
	pipeline, err := s.typedPipeline()
	if err != nil {
		return err
	}
	rules, err := s.rules()
	if err != nil {
		return err
	}
	check := classify.NewSoundCheck(rules)
	for _, arg := range c.Args().Slice() {
		input, name, err := s.openInput(arg)
		if err != nil {
			return err
		}
		unread := 0
		err = s.analyse(c.Context, pipeline, s.typedSource(), name, input, func(a analysed) error {
			if a.dead != nil {
				unread++
				return nil
			}
			check.Add(&a.doc.Call)
			return nil
		})
		input.Close()
		if err != nil {
			return err
		}
		if unread > 0 {
			fmt.Fprintf(s.env.Stderr, "%s: %d contacts can't be read and are left out\n", name, unread)
		}
	}
	check.Plant(c.Uint64("seed"))
	fmt.Fprint(s.env.Stdout, check)
	if check.FalseRate() > maxFalseSounds {
		return cli.Exit(fmt.Sprintf("more than %g false hits in a thousand characters: write written behind the terms above in the lexicon, and mask the wordings of groups or give them a larger pinyin_from", maxFalseSounds), exitCheck)
	}
	return nil
}
