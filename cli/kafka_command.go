package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

func kafkaCommand(env Env) *cli.Command {
	return parent("kafka", "Kafka · the log",
		&cli.Command{
			Name: "setup", Usage: "建立主题 · create the topics that are missing, alter those that differ; harmless to repeat",
			Description: `Of a topic that exists only what is asked for by a flag is altered, that dead letters are compacted, and what lets acknowledged records
be lost: all copies but one must have a record (min.insync.replicas), and a copy that lacks some never leads. More partitions and another
retention are set at once; fewer partitions and another number of replicas are refused, with the way out, and the exit code is 3.

Example:
   suqiu kafka setup --partitions 12 --replicas 3 --dry-run`,
			Flags: settingFlags(
				&cli.IntFlag{Name: "partitions", Value: 4, Usage: "of each hotline's topic: as many consumers can share the work"},
				&cli.IntFlag{Name: "replicas", DefaultText: "3, or the number of brokers if fewer", Usage: "copies of each partition"},
				&cli.IntFlag{Name: "retention-days", Value: 30, Usage: "how long the hotlines' records are kept"},
				&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be done"},
			),
			Action: inSession(env, (*session).kafkaSetup),
		},
	)
}

func (s *session) kafkaSetup(c *cli.Context) error {
	for _, flag := range []string{"partitions", "replicas", "retention-days"} {
		if c.Int(flag) < 1 && (flag != "replicas" || c.IsSet(flag)) {
			return usagef("--%s must be at least 1", flag)
		}
	}
	cluster, err := s.cluster()
	if err != nil {
		return err
	}
	plan, err := ingest.PlanTopics(c.Context, cluster, s.topics(c))
	if err != nil {
		return err
	}
	askedFor(plan, c)
	if !c.Bool("dry-run") {
		if err := ingest.ApplyTopics(c.Context, cluster, plan); err != nil {
			return err
		}
	}
	created, altered, refused := s.showTopics(plan, c.Bool("dry-run"))
	fmt.Fprintf(s.env.Stdout, "主题 %d 个，原有 %d 个，改动 %d 处\n", len(plan), len(plan)-created, altered)
	if refused > 0 {
		return cli.Exit(fmt.Sprintf("%d 处不能改动，见上", refused), exitCheck)
	}
	return nil
}

// topics are those of the configuration as the flags want them.
func (s *session) topics(c *cli.Context) []ingest.Topic {
	retention := time.Duration(c.Int("retention-days")) * 24 * time.Hour
	// Dead letters are compacted, not expired: the last word on each stays until somebody has dealt with it.
	topics := []ingest.Topic{{Name: s.cfg.DeadLetter.Topic, Partitions: 1, Replicas: c.Int("replicas"), Compact: true}}
	for _, name := range s.cfg.Topics() {
		topics = append(topics, ingest.Topic{Name: name, Partitions: c.Int("partitions"), Replicas: c.Int("replicas"), Retention: retention})
	}
	for _, name := range s.cfg.IncidentTopics() {
		topics = append(topics, ingest.Topic{Name: name, Partitions: 1, Replicas: c.Int("replicas"), Retention: retention})
	}
	return topics
}

// askedFor drops the changes of topics that exist which nobody asked for: a flag's default is for new topics.
func askedFor(plan []ingest.TopicPlan, c *cli.Context) {
	for i := range plan {
		letters := plan[i].Topic.Compact
		plan[i].Changes = slices.DeleteFunc(plan[i].Changes, func(change ingest.TopicChange) bool {
			switch change.Setting {
			case ingest.SettingPartitions:
				return letters || !c.IsSet("partitions")
			case ingest.SettingReplicas:
				return !c.IsSet("replicas")
			case ingest.SettingRetention:
				return !letters && !c.IsSet("retention-days")
			}
			return false
		})
	}
}

// topicNotes say what a change of a topic brings with it, or why it is not made and what to do instead.
var topicNotes = map[string]string{
	ingest.SettingPartitions: "此后同一编号的记录可能落入另一分区，与先前的记录不再保证先后；入库以版本号为准，结果不受影响",
}

var topicRefusals = map[string]string{
	ingest.SettingPartitions: "Kafka 不能减少分区：请另建主题并加入 sources，让发送方改写新主题，旧主题读完后再移除",
	ingest.SettingReplicas:   "改副本数要搬移数据：请在业务低谷用 kafka-reassign-partitions.sh 执行",
}

// showTopics tells what is created, altered and refused.
func (s *session) showTopics(plan []ingest.TopicPlan, dry bool) (created, altered, refused int) {
	create, alter := "已建立", "已改动"
	if dry {
		create, alter = "将建立", "将改动"
	}
	for _, p := range plan {
		if p.Missing {
			created++
			fmt.Fprintf(s.env.Stdout, "%s %s\n", create, p.Topic.Name)
		}
		for _, change := range p.Changes {
			did, note := alter, topicNotes[change.Setting]
			switch {
			case change.Refused:
				refused++
				did, note = "不能改动", topicRefusals[change.Setting]
			case change.Loses:
				note = "不在新范围内的旧记录随后会被 Kafka 永久删除"
			}
			if !change.Refused {
				altered++
			}
			if note != "" {
				note = "（" + note + "）"
			}
			fmt.Fprintf(s.env.Stdout, "%s %s %s：%s → %s%s\n", did, p.Topic.Name, change.Setting, change.Old, change.New, note)
		}
	}
	return created, altered, refused
}
