package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

func auditCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "audit",
		Usage: "对账：逐个位点证明没有丢失 · account for every committed offset",
		Description: `Reads the log again up to the committed offsets and says of each whether it is stored, a dead letter, expired, no record, or missing.
Missing ones are named, and so are the offsets that retention removed before they were committed. Exit code 3 if any is missing, or if a
partition waits before such a gap. It only reads and may run beside the stream.

Example:
   suqiu audit --format json`,
		Flags: settingFlags(formatFlag("text or json")),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			report, err := s.audit(c.Context)
			if err != nil {
				return err
			}
			if c.String("format") == "json" {
				out := json.NewEncoder(env.Stdout)
				out.SetIndent("", "  ")
				err = out.Encode(report)
			} else {
				err = s.showAudit(report)
			}
			if err != nil {
				return err
			}
			return report.fault()
		}),
	}
}

// auditReport is what suqiu audit tells.
type auditReport struct {
	Partitions []ingest.Account `json:"partitions"`
	Missing    []ingest.Missing `json:"missing"`
}

// fault is the error of a check that did not hold.
func (r *auditReport) fault() error {
	if n := len(r.Missing); n > 0 {
		return cli.Exit(fmt.Sprintf("%d inputs are missing", n), exitCheck)
	}
	for _, a := range r.Partitions {
		for _, g := range a.Gaps {
			if g.Open {
				return cli.Exit(fmt.Sprintf("%s/%d waits before a gap; see kafka.on_gap", a.Topic, a.Partition), exitCheck)
			}
		}
	}
	return nil
}

func (s *session) audit(ctx context.Context) (*auditReport, error) {
	store, err := s.store()
	if err != nil {
		return nil, err
	}
	if err := store.Refresh(ctx); err != nil {
		return nil, err
	}
	cluster, err := s.cluster()
	if err != nil {
		return nil, err
	}
	sources, err := s.sources()
	if err != nil {
		return nil, err
	}
	pipeline, err := s.pipeline(nil)
	if err != nil {
		return nil, err
	}
	letters, err := s.deadTopic()
	if err != nil {
		return nil, err
	}
	report := &auditReport{Missing: []ingest.Missing{}}
	auditor := ingest.Auditor{
		Pipeline: pipeline, Cluster: cluster, Group: s.cfg.Kafka.Group, Sources: sources, Store: store, Letters: letters,
	}
	report.Partitions, err = auditor.Audit(ctx, func(m ingest.Missing) { report.Missing = append(report.Missing, m) })
	return report, err
}

func (s *session) showAudit(r *auditReport) error {
	rows := [][]string{{"主题", "分区", "起", "止", "已入库", "死信", "过期", "非记录", "缺失"}}
	for _, a := range r.Partitions {
		row := []string{a.Topic, fmt.Sprint(a.Partition)}
		for _, n := range []int64{a.From, a.Through, a.Stored, a.Dead, a.Expired, a.NoRecord, a.Missing} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	if err := writeTable(s.env.Stdout, rows); err != nil {
		return err
	}
	for _, a := range r.Partitions {
		for _, g := range a.Gaps {
			state := "已越过"
			if g.Open {
				state = "分区停在此处"
			}
			fmt.Fprintf(s.env.Stdout, "保留期丢失 %s/%d：位点 %d 至 %d，%d 条，%s\n", a.Topic, a.Partition, g.From, g.Until-1, g.Len(), state)
		}
	}
	for _, m := range r.Missing {
		fmt.Fprintf(s.env.Stdout, "缺失 %s %s：%s\n", m.Place, m.Document, m.Why)
	}
	return nil
}
