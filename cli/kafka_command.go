package cli

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

func kafkaCommand(env Env) *cli.Command {
	return parent("kafka", "Kafka · the log",
		&cli.Command{
			Name: "setup", Usage: "建立主题 · create the topics that are missing; harmless to repeat",
			Description: "Topics that exist are left as they are.\n\nExample:\n   suqiu kafka setup --partitions 12 --replicas 3 --dry-run",
			Flags: settingFlags(
				&cli.IntFlag{Name: "partitions", Value: 4, Usage: "of each hotline's topic: as many consumers can share the work"},
				&cli.IntFlag{Name: "replicas", Value: 1, Usage: "copies of each partition; 3 where nothing may be lost"},
				&cli.IntFlag{Name: "retention-days", Value: 30, Usage: "how long the hotlines' records are kept"},
				&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be created"},
			),
			Action: inSession(env, (*session).kafkaSetup),
		},
	)
}

func (s *session) kafkaSetup(c *cli.Context) error {
	for _, flag := range []string{"partitions", "replicas", "retention-days"} {
		if c.Int(flag) < 1 {
			return usagef("--%s must be at least 1", flag)
		}
	}
	cluster, err := s.cluster()
	if err != nil {
		return err
	}
	retention := time.Duration(c.Int("retention-days")) * 24 * time.Hour
	// Dead letters are compacted, not expired: the last word on each stays until somebody has dealt with it.
	topics := []ingest.Topic{{Name: s.cfg.DeadLetter.Topic, Partitions: 1, Replicas: c.Int("replicas"), Compact: true}}
	for _, name := range s.cfg.Topics() {
		topics = append(topics, ingest.Topic{Name: name, Partitions: c.Int("partitions"), Replicas: c.Int("replicas"), Retention: retention})
	}
	missing, err := ingest.CreateTopics(c.Context, cluster, topics, c.Bool("dry-run"))
	if err != nil {
		return err
	}
	did := "已建立"
	if c.Bool("dry-run") {
		did = "将建立"
	}
	for _, name := range missing {
		fmt.Fprintf(s.env.Stdout, "%s %s\n", did, name)
	}
	fmt.Fprintf(s.env.Stdout, "主题 %d 个，原有 %d 个\n", len(topics), len(topics)-len(missing))
	return nil
}
