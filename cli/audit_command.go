package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

func auditCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "audit",
		Usage: "对账：逐个位点证明没有丢失 · account for every committed offset",
		Description: `Reads the log again up to the committed offsets and says of each whether it is stored, a dead letter, expired, no record, or missing.
Missing ones are named, and so are the offsets that were removed before they were committed, by retention or with the topic. Exit code 3 if any
is missing, if a partition waits before such a gap, or if the group has committed nothing of a partition that holds records. When the broker or
the store fails, or the leader of a partition does not answer, what was found is told, marked incomplete, and the exit code is 1 unless an input
is missing: nothing is proved of the rest. It only reads and may run beside the stream.

Example:
   suqiu audit --format json`,
		Flags: settingFlags(
			formatFlag("text or json"),
			&cli.IntFlag{Name: "limit", Value: 1000, Usage: "at most so many missing inputs are named; all are counted"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.Int("limit") < 0 {
				return usagef("--limit %d: must be 0 or more", c.Int("limit"))
			}
			report, failed := s.audit(c.Context, c.Int("limit"))
			if report == nil {
				return failed
			}
			show := s.showAudit
			if c.String("format") == "json" {
				show = s.encodeAudit
			}
			if err := errors.Join(failed, show(report)); err != nil {
				return err
			}
			return report.fault()
		}),
	}
}

// auditReport is what suqiu audit tells.
type auditReport struct {
	// Incomplete is what ended it, so that partitions which were not done by then are left out, or which leaders did not answer.
	Incomplete string           `json:"incomplete,omitempty"`
	Group      string           `json:"group"`
	Partitions []ingest.Account `json:"partitions"`
	Missing    []ingest.Missing `json:"missing"`
	Unnamed    int64            `json:"unnamed,omitempty"` // missing inputs beyond those named
}

// fault is the error of a check that did not hold.
func (r *auditReport) fault() error {
	if n := int64(len(r.Missing)) + r.Unnamed; n > 0 {
		return cli.Exit(fmt.Sprintf("%d inputs are missing; read them again by suqiu reclassify --from-kafka", n), exitCheck)
	}
	for i := range r.Partitions {
		a := &r.Partitions[i]
		for _, g := range a.Gaps {
			switch {
			case g.Remade:
				return cli.Exit(fmt.Sprintf("%s/%d was made anew: its log ends at offset %d, before the committed offset %d; see kafka.on_gap", a.Topic, a.Partition, g.From, g.Until), exitCheck)
			case g.Open:
				return cli.Exit(fmt.Sprintf("%s/%d waits before a gap; see kafka.on_gap", a.Topic, a.Partition), exitCheck)
			}
		}
		if n := a.Unread(); n > 0 {
			return cli.Exit(fmt.Sprintf("%s/%d holds %d records, of which the group %s has committed nothing; check kafka.group, and that suqiu consumes it", a.Topic, a.Partition, n, r.Group), exitCheck)
		}
	}
	if silent := r.silent(); silent != "" {
		return errors.New(silent) // no check that did not hold: nothing is known
	}
	return nil
}

// silent says which partitions were not accounted for, as their leaders do not answer; empty: none.
func (r *auditReport) silent() string {
	var names []string
	for i := range r.Partitions {
		if a := &r.Partitions[i]; a.Unknown {
			names = append(names, fmt.Sprintf("%s/%d", a.Topic, a.Partition))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "not accounted for, since their leaders do not answer: " + strings.Join(names, ", ") + "; see whether the brokers that lead them run, and audit again"
}

// audit returns what was found with an error that ended it midway, else a report or an error.
func (s *session) audit(ctx context.Context, limit int) (*auditReport, error) {
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
	report := &auditReport{Group: s.cfg.Kafka.Group, Missing: []ingest.Missing{}}
	auditor := ingest.Auditor{
		Pipeline: pipeline, Cluster: cluster, Group: s.cfg.Kafka.Group, Sources: sources, Store: store, Letters: letters,
	}
	err = report.fill(limit, func(missing func(ingest.Missing)) ([]ingest.Account, error) { return auditor.Audit(ctx, missing) })
	if err != nil && report.empty() {
		return nil, err
	}
	return report, err
}

// fill runs an audit. The first missing inputs, at most limit, are named.
func (r *auditReport) fill(limit int, audit func(func(ingest.Missing)) ([]ingest.Account, error)) error {
	var err error
	r.Partitions, err = audit(func(m ingest.Missing) {
		if len(r.Missing) == limit {
			r.Unnamed++
			return
		}
		r.Missing = append(r.Missing, m)
	})
	r.Incomplete = r.silent()
	if err != nil {
		r.Incomplete = err.Error()
	}
	return err
}

func (r *auditReport) empty() bool {
	return len(r.Partitions) == 0 && len(r.Missing) == 0 && r.Unnamed == 0
}

func (s *session) encodeAudit(r *auditReport) error {
	return writeJSON(s.env.Stdout, r)
}

func (s *session) showAudit(r *auditReport) error {
	if r.Incomplete != "" {
		fmt.Fprintln(s.env.Stdout, "对账没有做完，以下只是已查明的部分")
	}
	rows := [][]string{{"主题", "分区", "起", "止", "已入库", "死信", "过期", "非记录", "缺失"}}
	for i := range r.Partitions {
		a := &r.Partitions[i]
		if a.Unknown {
			continue // told below
		}
		row := []string{a.Topic, fmt.Sprint(a.Partition)}
		for _, n := range []int64{a.From, a.Through, a.Stored, a.Dead, a.Expired, a.NoRecord, a.Missing} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	if err := writeTable(s.env.Stdout, rows); err != nil {
		return err
	}
	for i := range r.Partitions {
		a := &r.Partitions[i]
		if a.Unknown {
			fmt.Fprintf(s.env.Stdout, "未对账 %s/%d：分区的首领节点（leader）没有应答，情况不明\n", a.Topic, a.Partition)
		}
		if n := a.Unread(); n > 0 {
			fmt.Fprintf(s.env.Stdout, "未对账 %s/%d：有 %d 条记录，消费组 %s 从未提交\n", a.Topic, a.Partition, n, r.Group)
		}
		for _, g := range a.Gaps {
			state := "已越过"
			if g.Open {
				state = "分区停在此处"
			}
			if g.Remade {
				fmt.Fprintf(s.env.Stdout, "主题重建 %s/%d：日志止于位点 %d，已提交的却是 %d，%s\n", a.Topic, a.Partition, g.From, g.Until, state)
				continue
			}
			fmt.Fprintf(s.env.Stdout, "保留期丢失 %s/%d：位点 %d 至 %d，%d 条，%s\n", a.Topic, a.Partition, g.From, g.Until-1, g.Len(), state)
		}
	}
	for _, m := range r.Missing {
		fmt.Fprintf(s.env.Stdout, "缺失 %s %s：%s\n", m.Place, m.Document, m.Why)
	}
	if r.Unnamed > 0 {
		fmt.Fprintf(s.env.Stdout, "另有 %d 件缺失未列出（见 --limit）\n", r.Unnamed)
	}
	return nil
}
