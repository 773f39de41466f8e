package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hint"
	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/embedded"
)

func doctorCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "检查配置、连接、权限，并说明怎么办 · check settings, connections and rights, and say what to do",
		Description: `Writes one small record to the ledger and one without content to the topic of dead letters, and nothing else. What is wrong is told in
Chinese with the remedy, and below it (原文) in the words of the log, of /readyz and of the other commands. Exit code 3 if something is wrong.

Example:
   suqiu doctor --config /etc/suqiu.yaml`,
		Flags: settingFlags(),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			return s.examine(c.Context)
		}),
	}
}

// examination is one thing that doctor looks at. It returns what it found, or what is wrong.
type examination struct {
	what string
	look func(context.Context) (string, error)
}

func (s *session) examine(ctx context.Context) error {
	p := newPaint(s.env.Stdout)
	wrong := 0
	for _, e := range []examination{
		{"配置", s.examineSettings},
		{"去标识化密钥", s.examineKeys},
		{"死信收件人", s.examineRecipient},
		{"分类规则", s.examineRules},
		{"地区表", s.examineAreas},
		{"节假日", s.examineHolidays},
		{"派发与通知", s.examineOwners},
		{"数据文件夹", s.examineFolder},
		{"Kafka", s.examineKafka},
		{"索引", s.examineStore},
	} {
		within, cancel := context.WithTimeout(ctx, time.Minute) // brokers that hang are asked several times
		found, err := e.look(within)
		cancel()
		if err != nil {
			wrong++
			s.note(p.bad("✗"), e.what, err)
			continue
		}
		if found != "" {
			fmt.Fprintf(s.env.Stdout, "%s %s：%s\n", p.good("✓"), e.what, found)
		}
	}
	if wrong > 0 {
		return cli.Exit(fmt.Sprintf("有 %d 项检查未通过", wrong), exitCheck)
	}
	return nil
}

// warn tells what works now and may not go on to.
func (s *session) warn(what string, err error) { s.note("!", what, err) }

// note prints what an examination found, each fault by itself: in Chinese what can be done where that is known, with
// the words of the log and of /readyz below it, by which it is found there.
func (s *session) note(mark, what string, err error) {
	for _, fault := range hint.Parts(err) {
		var said []string
		for _, h := range hint.All(fault) {
			said = append(said, h.Chinese())
		}
		if len(said) > 0 {
			fmt.Fprintf(s.env.Stdout, "%s %s：%s\n  原文：%s\n", mark, what, strings.Join(said, "；"), strings.ReplaceAll(fault.Error(), "\n", "\n  "))
			continue
		}
		for text := range strings.Lines(fault.Error()) {
			fmt.Fprintf(s.env.Stdout, "%s %s：%s\n", mark, what, strings.TrimSuffix(text, "\n"))
		}
	}
}

func (s *session) examineSettings(context.Context) (string, error) {
	sources, err := s.sources()
	if err != nil {
		return "", err
	}
	mode := "Kafka 与 Elasticsearch "
	if s.cfg.Embedded {
		mode = "内嵌"
	}
	return fmt.Sprintf("%s方式，%d 个数据源，时区 %s", mode, len(sources), s.zone), nil
}

func (s *session) examineKeys(context.Context) (string, error) {
	if _, err := s.masker(); err != nil {
		return "", err
	}
	if err := checkKeyFile(s.cfg.Mask.KeyFile); err != nil {
		return "", err
	}
	return "可用", nil
}

func (s *session) examineRecipient(context.Context) (string, error) {
	sealer, err := s.sealer()
	if sealer == nil || err != nil {
		return "", err
	}
	return "可用", nil
}

func (s *session) examineRules(context.Context) (string, error) {
	rules, err := s.rules()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d 个标签，示例全部通过", len(rules.Taxonomy().Labels)), nil
}

func (s *session) examineAreas(context.Context) (string, error) {
	if _, err := s.areas(); err != nil {
		return "", err
	}
	return "可用", nil
}

// holidayDays is for how many days the holidays must be known: deadlines in workdays reach that far.
const holidayDays = 60

func (s *session) examineHolidays(context.Context) (string, error) {
	days, err := s.holidays()
	if err != nil {
		return "", err
	}
	now := s.env.Now()
	if err := days.CheckEnd(now, holidayDays); err != nil {
		if !days.Known(now) {
			return "", err // deadlines are already reckoned wrongly
		}
		// The notice of the next year may not be out yet: then nobody can mend it.
		s.warn("节假日", err)
		return "", nil
	}
	return "可用", nil
}

// examineOwners reads the routing policy, the wording of messages and the channels. It sends nothing.
func (s *session) examineOwners(context.Context) (string, error) {
	policy, err := s.policy()
	if err != nil {
		return "", err
	}
	channels, err := s.channels()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d 个岗位，%d 个通道", len(policy.Roles), len(channels)), nil
}

// examineFolder looks at the data folder in embedded mode: writable, and who holds it.
func (s *session) examineFolder(context.Context) (string, error) {
	if !s.cfg.Embedded {
		return "", nil
	}
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return "", hint.With(err, hint.Of(hint.Data))
	}
	probe, err := os.CreateTemp(s.cfg.Data, "doctor-*")
	if err != nil {
		return "", hint.With(err, hint.Of(hint.DataWritable))
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return "", err
	}
	if address, err := embedded.Address(s.cfg.Data); err == nil {
		return fmt.Sprintf("%s，由监听 %s 的进程持有", s.cfg.Data, address), nil
	}
	return s.cfg.Data + "，空闲", nil
}

func (s *session) examineKafka(ctx context.Context) (string, error) {
	cluster, err := s.cluster()
	if err != nil {
		return "", err
	}
	if warning := s.openPassword(); warning != nil {
		s.warn("Kafka", warning)
	}
	letters, err := ingest.NewDeadLetters(cluster, s.cfg.DeadLetter.Topic, s.log)
	if err != nil {
		return "", err
	}
	s.onClose(letters.Close)
	found, err := ingest.Examine(ctx, cluster, s.cfg.Kafka.Group, s.cfg.Topics(), letters, s.env.Now())
	for _, warning := range found.Warnings {
		s.warn("Kafka", warning)
	}
	if err != nil {
		return "", err
	}
	copies, err := s.examineMirror(ctx, cluster)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d 个主题，%d 个分区，消费组 %s%s", found.Topics, found.Partitions, s.cfg.Kafka.Group, copies), nil
}

func (s *session) examineStore(ctx context.Context) (string, error) {
	store, err := s.store()
	if err != nil {
		return "", err
	}
	if warning := s.openStorePassword(); warning != nil {
		s.warn("索引", warning)
	}
	if cluster, ok := store.(*elastic.Store); ok {
		if err := cluster.Examine(ctx, s.env.Now()); err != nil {
			return "", err
		}
	}
	record, err := store.GetRecord(ctx, "doctor")
	if err != nil && !errors.Is(err, index.ErrNotFound) {
		return "", orSetup(fmt.Errorf("read the ledger: %w", err))
	}
	if _, err := store.PutRecord(ctx, "doctor", []byte(s.env.Now().Format(time.RFC3339)), record.Rev); err != nil && !errors.Is(err, index.ErrConflict) {
		return "", fmt.Errorf("write the ledger: %w", err)
	}
	result, err := store.Search(ctx, index.Query{})
	if err != nil {
		return "", orSetup(fmt.Errorf("search: %w", err))
	}
	return fmt.Sprintf("可读可写，%d 件", result.Total), nil
}

// orSetup adds to an error of the index, where nothing else is known to do, that it may not be set up.
func orSetup(err error) error {
	if len(hint.All(err)) > 0 {
		return err
	}
	return hint.With(err, hint.Of(hint.IndexSetup))
}
