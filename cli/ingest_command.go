package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/cli/config"
	"suqiu/hotline"
	"suqiu/ingest"
	"suqiu/ingest/decode"
)

// sourceFlags say how files are read that no topic's configuration describes.
func sourceFlags() []cli.Flag {
	const category = "source"
	return []cli.Flag{
		&cli.StringFlag{Name: "source", Usage: "`NAME` of a configured source whose settings apply", Category: category},
		&cli.StringFlag{Name: "hotline", Usage: "95598, 12398 or 12345, where the file does not tell", Category: category},
		&cli.StringFlag{Name: "input", Value: "auto", Usage: "`FORMAT` of what is read, one of docs/data-formats.md", Category: category},
		&cli.StringFlag{Name: "default-area", Usage: "area `PATH` where nothing tells the place", Category: category},
		&cli.StringFlag{Name: "id-from", Usage: "where the id stands: field:a.b, filename", Category: category},
		&cli.StringFlag{Name: "start-from", Usage: "where the time stands: field:a.b, filename", Category: category},
		&cli.StringFlag{Name: "as-of", Usage: "`TIME` of contacts that tell none, and of the version of what a file tells; by default now", Category: category},
	}
}

// readSource makes the source of a file from the flags.
func (s *session) readSource(c *cli.Context) (*decode.Source, error) {
	configured := config.Source{Hotline: hotline.Hotline95598, Name: string(hotline.Hotline95598), Format: "auto"}
	if h := c.String("hotline"); h != "" {
		configured.Hotline, configured.Name = hotline.Hotline(h), h
		if !configured.Hotline.Valid() {
			return nil, usagef("--hotline %s: there are 95598, 12398 and 12345", h)
		}
	}
	if name := c.String("source"); name != "" {
		found := false
		for _, one := range s.cfg.Sources {
			if one.Name == name {
				configured, found = one, true
			}
		}
		if !found {
			return nil, usagef("--source %s: there is no such source in the configuration", name)
		}
	}
	if c.IsSet("input") {
		configured.Format = c.String("input")
	}
	configured.DefaultArea = or(c.String("default-area"), configured.DefaultArea)
	if c.IsSet("id-from") {
		configured.ID = c.String("id-from")
	}
	if c.IsSet("start-from") {
		configured.Start = c.String("start-from")
	}
	src, err := newSource(configured, s.zone)
	if err != nil {
		return nil, usagef("%v", err)
	}
	if src.Received, err = readTime(c, "as-of", s.zone); err != nil {
		return nil, err
	}
	return &src, nil
}

func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func ingestCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "ingest",
		Usage:     "读取文件入库 · take files the whole way into the index",
		ArgsUsage: "[FILE]...",
		Description: `Reads files, or standard input, in any format that suqiu knows (also gzipped), masks, classifies and stores them. A run that is
interrupted goes on where it was when it is started again. What can't be read becomes a dead letter.

Examples:
   suqiu ingest --embedded orders.csv --hotline 12345
   zcat calls.jsonl.gz | suqiu ingest -
   suqiu ingest --embedded rec-20260901.json --input funasr --id-from filename --as-of 2026-09-01`,
		Flags: settingFlags(sourceFlags()...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			src, err := s.readSource(c)
			if err != nil {
				return err
			}
			loop, err := s.openLoop(c.Context, s.cfg.DeadLetter.Limit)
			if err != nil {
				return err
			}
			files := &ingest.FileIngester{Loop: loop.Loop, Ledger: ledger{loop.store}, Records: s.cfg.Batch.Records, Bytes: s.cfg.Batch.Bytes, AsOf: src.Received}
			names := c.Args().Slice()
			if len(names) == 0 {
				names = []string{"-"}
			}
			return errors.Join(s.ingestAll(c, files, src, names), loop.store.Refresh(context.WithoutCancel(c.Context)))
		}),
	}
}

// ingestAll ingests files one after another. One that can't be read does not keep the others from being read; an
// interruption or a source that must pause does.
func (s *session) ingestAll(c *cli.Context, files *ingest.FileIngester, src *decode.Source, names []string) error {
	var failed []error
	for _, name := range names {
		err := s.ingestOne(c, files, src, name)
		if c.Err() != nil {
			return errors.Join(append(failed, fmt.Errorf("%s: interrupted; start it again to go on", name))...)
		}
		if err != nil {
			failed = append(failed, err)
		}
		if pause := new(ingest.Pause); errors.As(err, &pause) {
			break
		}
	}
	return errors.Join(failed...)
}

func (s *session) ingestOne(c *cli.Context, files *ingest.FileIngester, src *decode.Source, name string) error {
	bar := newProgress(s.env.Stderr, name)
	files.Progress = func(p ingest.Progress) { bar.set(p.Read, p.Total) }
	begun := s.env.Now()
	var done ingest.Progress
	var err error
	if name == "-" {
		done, err = files.Stream(c.Context, src, "stdin", s.env.Stdin)
	} else {
		done, err = files.File(c.Context, src, name)
	}
	bar.done()
	switch {
	case err != nil && done.Units == 0:
		return fileFault(name, err)
	case done.Units == 0 && done.Skipped == 0:
		fmt.Fprintf(s.env.Stdout, "%s：没有一件记录\n", name)
		return nil
	}
	took := max(s.env.Now().Sub(begun), time.Millisecond)
	fmt.Fprintf(s.env.Stdout, "%s：入库 %d，已跳过 %d（库中版本更新），死信 %d", name, done.Stored, done.Superseded, done.Dead)
	if done.Skipped > 0 {
		fmt.Fprintf(s.env.Stdout, "，上次已处理 %d", done.Skipped)
	}
	fmt.Fprintf(s.env.Stdout, "；用时 %s，每秒 %.0f 件\n", took.Round(time.Millisecond), float64(done.Stored+done.Superseded)/took.Seconds())
	if done.Dead > 0 {
		fmt.Fprintln(s.env.Stdout, "死信的原因：suqiu deadletter list")
	}
	return err
}
