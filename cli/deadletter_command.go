package cli

import (
	"bytes"
	"fmt"
	"os"

	"filippo.io/age"
	"github.com/urfave/cli/v2"

	"suqiu/ingest"
	"suqiu/ingest/decode"
)

func deadletterCommand(env Env) *cli.Command {
	filter := []cli.Flag{
		&cli.StringFlag{Name: "source", Usage: "only of this source"},
		&cli.StringFlag{Name: "reason", Usage: "only of this reason: syntax, time, id, …"},
		&cli.StringFlag{Name: "since", Usage: "only within the last `SPAN`: 24h, 7d"},
		&cli.BoolFlag{Name: "resolved", Usage: "also those that a replay has stored"},
	}
	return parent("deadletter", "死信：无法解析的记录 · what could not be read, why, and reading it again",
		&cli.Command{
			Name: "list", Usage: "列出死信 · list them, with counts by source and reason",
			Description: "Example:\n   suqiu deadletter list --reason time --since 7d",
			Flags:       settingFlags(append(filter, formatFlag("text, or json: one a line"))...),
			Action:      inSession(env, (*session).listDead),
		},
		&cli.Command{
			Name: "show", Usage: "显示死信 · show some whole; the payload only with the operator's key", ArgsUsage: "ID...",
			Description: "Example:\n   suqiu deadletter show suqiu.hotline.95598/3/1042 --identity ~/.suqiu/deadletter.key",
			Flags:       settingFlags(&cli.StringFlag{Name: "identity", Usage: "`FILE` with the age identity that opens sealed payloads"}),
			Action:      inSession(env, (*session).showDead),
		},
		&cli.Command{
			Name: "replay", Usage: "重新处理死信 · process them again after their cause was removed", ArgsUsage: "[ID]...",
			Description: `Each is read again from where it stood in its topic, or from its sealed payload. Without ids the filter says which; --dry-run only
lists them. Exit code 3 if none of them could be stored.

Example:
   suqiu deadletter replay --reason time --dry-run`,
			Flags: settingFlags(append(filter,
				&cli.StringFlag{Name: "identity", Usage: "`FILE` with the age identity that opens sealed payloads"},
				&cli.BoolFlag{Name: "dry-run", Usage: "list what would be replayed"},
			)...),
			Action: inSession(env, (*session).replayDead),
		},
	)
}

// deadFilter reads the filter flags; ids given as arguments narrow it down.
func (s *session) deadFilter(c *cli.Context) (ingest.DeadFilter, error) {
	f := ingest.DeadFilter{
		IDs: c.Args().Slice(), Source: c.String("source"), Reason: decode.Reason(c.String("reason")), Resolved: c.Bool("resolved"),
	}
	if text := c.String("since"); text != "" {
		span, err := readSpan(text)
		if err != nil {
			return f, usagef("--since %s: %v", text, err)
		}
		f.Since = s.env.Now().Add(-span)
	}
	return f, nil
}

// deadTopic opens the topic of dead letters.
func (s *session) deadTopic() (*ingest.DeadLetters, error) {
	cluster, err := s.cluster()
	if err != nil {
		return nil, err
	}
	letters, err := ingest.NewDeadLetters(cluster, s.cfg.DeadLetter.Topic, s.log)
	if err != nil {
		return nil, err
	}
	s.onClose(letters.Close)
	return letters, nil
}

func (s *session) listDead(c *cli.Context) error {
	filter, err := s.deadFilter(c)
	if err != nil {
		return err
	}
	topic, err := s.deadTopic()
	if err != nil {
		return err
	}
	filter.Bare = true // payloads are shown one by one
	letters, err := topic.List(c.Context, filter)
	if err != nil {
		return err
	}
	if c.String("format") == "json" {
		return writeJSONLines(s.env.Stdout, letters)
	}
	fmt.Fprintf(s.env.Stdout, "死信 %d 件\n", len(letters))
	for _, n := range ingest.CountDeadLetters(letters) {
		fmt.Fprintf(s.env.Stdout, "  %6d  %s  %s\n", n.Count, n.Source, n.Reason)
	}
	rows := make([][]string, len(letters))
	for i := range letters {
		l := &letters[i]
		rows[i] = []string{l.ID, l.At.In(s.zone).Format("2006-01-02 15:04"), string(l.Reason), l.Place, l.Why}
	}
	return writeTable(s.env.Stdout, rows)
}

func (s *session) showDead(c *cli.Context) error {
	if c.NArg() == 0 {
		return usagef("show which? Give ids; suqiu deadletter list tells them")
	}
	identities, err := readIdentities(c.String("identity"))
	if err != nil {
		return err
	}
	topic, err := s.deadTopic()
	if err != nil {
		return err
	}
	letters, err := topic.List(c.Context, ingest.DeadFilter{IDs: c.Args().Slice(), Resolved: true})
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		return fmt.Errorf("there is no dead letter %s", c.Args().First())
	}
	for i := range letters {
		l := letters[i]
		sealed := len(l.Sealed)
		l.Sealed = nil // unreadable as it is
		if err := writeJSON(s.env.Stdout, l); err != nil {
			return err
		}
		switch {
		case sealed == 0:
			fmt.Fprintln(s.env.Stdout, "内容未保存：未设置 deadletter.recipient，或内容过大")
		case len(identities) == 0:
			fmt.Fprintln(s.env.Stdout, "内容已加密：用 --identity 打开")
		default:
			input, err := letters[i].Open(identities...)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.env.Stdout, "%s\n", input.Value)
		}
	}
	return nil
}

func readIdentities(path string) ([]age.Identity, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--identity: %w", err)
	}
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("--identity %s: %w", path, err)
	}
	return identities, nil
}

func (s *session) replayDead(c *cli.Context) error {
	filter, err := s.deadFilter(c)
	if err != nil {
		return err
	}
	identities, err := readIdentities(c.String("identity"))
	if err != nil {
		return err
	}
	loop, err := s.openLoop(c.Context, 1)
	if err != nil {
		return err
	}
	letters, err := loop.letters.List(c.Context, filter)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		for i := range letters {
			fmt.Fprintf(s.env.Stdout, "%s  %s  %s\n", letters[i].ID, letters[i].Reason, letters[i].Why)
		}
		fmt.Fprintf(s.env.Stdout, "将重新处理 %d 件\n", len(letters))
		return nil
	}
	topics, err := s.sources()
	if err != nil {
		return err
	}
	byName := map[string]decode.Source{}
	for _, src := range topics {
		byName[src.Name] = src
	}
	replayer := ingest.Replayer{Loop: loop.Loop, Letters: loop.letters, Topics: topics, Sources: byName, Identities: identities}
	outcomes, err := replayer.Replay(c.Context, letters)
	counts := map[ingest.ReplayOutcome]int{}
	for _, o := range outcomes {
		counts[o.Outcome]++
		if o.Outcome != ingest.ReplayStored {
			fmt.Fprintf(s.env.Stdout, "%s  %s  %s\n", o.ID, o.Outcome, o.Why)
		}
	}
	fmt.Fprintf(s.env.Stdout, "重新处理 %d 件：入库 %d，仍是死信 %d，原文已无法获取 %d\n",
		len(outcomes), counts[ingest.ReplayStored], counts[ingest.ReplayDead], counts[ingest.ReplayGone])
	if err == nil && len(outcomes) > 0 && counts[ingest.ReplayStored] == 0 {
		err = cli.Exit("none of the dead letters could be stored", exitCheck)
	}
	return err
}
