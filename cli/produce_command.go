package cli

import (
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"suqiu/cli/config"
	"suqiu/ingest"
)

func produceCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "produce",
		Usage:     "把文件写入 Kafka 主题 · write the records of a file into a topic",
		ArgsUsage: "TOPIC [FILE]...",
		Description: `Each contact becomes one record that can be read alone: a row of a table goes with its header. The key is the contact's id, so that
its versions keep their order. Writing a file again is harmless: each contact is stored once.

Example:
   suqiu produce suqiu.hotline.12345 orders.csv`,
		Flags: settingFlags(sourceFlags()...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("produce into which topic? See suqiu produce --help")
			}
			topic, names := c.Args().First(), c.Args().Tail()
			if len(names) == 0 {
				names = []string{"-"}
			}
			if _, err := os.Stat(topic); err == nil && !s.hasTopic(topic) {
				return usagef("%s is a file: name the topic before it, such as suqiu produce suqiu.hotline.95598 %s", topic, topic)
			}
			src, err := s.readSource(c)
			if err != nil {
				return err
			}
			cluster, err := s.cluster()
			if err != nil {
				return err
			}
			if err := s.ownFolder(); err != nil {
				return err
			}
			producer, err := ingest.NewProducer(cluster, topic)
			if err != nil {
				return err
			}
			defer producer.Close()
			for _, name := range names {
				input, label, err := s.openInput(name)
				if err != nil {
					return err
				}
				bar := newProgress(env.Stderr, label)
				producer.Progress = func(p ingest.Produced) { bar.set(p.Bytes, 0) }
				done, err := producer.Produce(c.Context, src, label, input)
				bar.done()
				input.Close()
				fmt.Fprintf(env.Stdout, "%s：写入 %d 条，其中缺少键 %d 条，无法解析 %d 条\n", label, done.Records, done.Unkeyed, done.Undecoded)
				if err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

// hasTopic reports whether a source of this topic is configured.
func (s *session) hasTopic(topic string) bool {
	return slices.ContainsFunc(s.cfg.Sources, func(src config.Source) bool { return src.Topic == topic })
}
