package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
)

func statusCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "积压、速率、数量 · lag, rates and counts",
		Description: `Asks Kafka how far the consumer group has come, the index what it holds, and, if suqiu serve runs at the listen address, that
process what it is doing. The rate is measured over --over. Partitions whose leader does not answer are counted by themselves (unknown in JSON),
and not in the lag. --ready is for health checks: it asks that process alone.

Example:
   suqiu status --over 5s`,
		Flags: settingFlags(
			&cli.DurationFlag{Name: "over", Value: 2 * time.Second, Usage: "how long the rate is measured"},
			formatFlag("text or json"),
			&cli.BoolFlag{Name: "ready", Usage: "only ask the process at the listen address whether it does its work; exit code 3 if not"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.Bool("ready") {
				return s.checkReady(c.Context)
			}
			report, err := s.status(c.Context, c.Duration("over"))
			if err != nil {
				return err
			}
			if c.String("format") == "json" {
				return writeJSON(env.Stdout, report)
			}
			return s.showStatus(report)
		}),
	}
}

// statusReport is what suqiu status tells.
type statusReport struct {
	Partitions  []ingest.GroupPosition `json:"partitions"`
	Lag         int64                  `json:"lag"`                // of the partitions whose position is known
	Unknown     int                    `json:"unknown"`            // partitions whose position is not
	Rate        float64                `json:"records_per_second"` // committed
	Documents   int64                  `json:"documents"`
	Today       int64                  `json:"received_today"`
	ByHotline   []index.Bucket         `json:"by_hotline"`
	Unlabelled  int64                  `json:"unlabelled"`
	DeadLetters []ingest.DeadCount     `json:"dead_letters"`
	Mirror      *mirrorReport          `json:"letters_mirror,omitempty"` // of dead letters; none in embedded mode
	Ruleset     index.Ruleset          `json:"ruleset"`
	Consumer    *ingest.Status         `json:"consumer,omitempty"` // of the process at the listen address
}

func (s *session) status(ctx context.Context, over time.Duration) (*statusReport, error) {
	cluster, err := s.cluster()
	if err != nil {
		return nil, err
	}
	topics := s.cfg.Topics()
	before, err := ingest.GroupPositions(ctx, cluster, s.cfg.Kafka.Group, topics)
	if err != nil {
		return nil, err
	}
	r := &statusReport{}
	if err := s.storeStatus(ctx, r); err != nil {
		return nil, err
	}
	letters, err := s.deadTopic()
	if err != nil {
		return nil, err
	}
	dead, err := letters.List(ctx, ingest.DeadFilter{Bare: true})
	if err != nil {
		return nil, err
	}
	r.DeadLetters = ingest.CountDeadLetters(dead)
	r.Mirror = s.askMirror(ctx, cluster)
	if err := (ingest.SystemClock{}).Sleep(ctx, over); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(before, func(p ingest.GroupPosition) bool { return p.Unknown }) {
		cluster.Patience = time.Nanosecond // their leaders had time enough
	}
	if r.Partitions, err = ingest.GroupPositions(ctx, cluster, s.cfg.Kafka.Group, topics); err != nil {
		return nil, err
	}
	r.count(before, over)
	r.Consumer = s.askConsumer(ctx)
	return r, nil
}

// count adds up lag and rate by the partitions, and by where they were before. Those whose position is unknown count for neither.
func (r *statusReport) count(before []ingest.GroupPosition, over time.Duration) {
	moved := int64(0)
	for i, p := range r.Partitions {
		if p.Unknown {
			r.Unknown++
			continue
		}
		r.Lag += p.Lag()
		if i < len(before) && !before[i].Unknown {
			moved += max(p.Committed, 0) - max(before[i].Committed, 0)
		}
	}
	if over > 0 {
		r.Rate = float64(moved) / over.Seconds()
	}
}

func (s *session) storeStatus(ctx context.Context, r *statusReport) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	all, err := store.Search(ctx, index.Query{Facets: []index.Field{index.FacetHotline}})
	if err != nil {
		return err
	}
	r.Documents, r.ByHotline = all.Total, all.Facets[index.FacetHotline]
	now := s.env.Now().In(s.zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.zone)
	for _, part := range []struct {
		filter index.Filter
		into   *int64
	}{
		{index.Filter{From: midnight}, &r.Today},
		{index.Filter{Unlabelled: true}, &r.Unlabelled},
	} {
		found, err := store.Search(ctx, index.Query{Filter: part.filter})
		if err != nil {
			return err
		}
		*part.into = found.Total
	}
	r.Ruleset, err = index.LatestRuleset(ctx, store)
	return err
}

// askConsumer asks the process at the listen address; none may be running, or elsewhere.
func (s *session) askConsumer(ctx context.Context) *ingest.Status {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.cfg.Listen+"/status", nil)
	if err != nil {
		return nil
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.log.Debug("no consumer answers", "address", s.cfg.Listen, "err", err)
		return nil
	}
	defer response.Body.Close()
	var status ingest.Status
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil || response.StatusCode != http.StatusOK {
		return nil
	}
	return &status
}

// checkReady fails unless the process at the listen address does its work.
func (s *session) checkReady(ctx context.Context) error {
	status := s.askConsumer(ctx)
	switch {
	case status == nil:
		return cli.Exit(fmt.Sprintf("no suqiu serve answers at %s; start it, or set listen to where it is", s.cfg.Listen), exitCheck)
	case status.Problem != "":
		return cli.Exit(status.Problem, exitCheck)
	}
	fmt.Fprintln(s.env.Stdout, "正常")
	return nil
}

func (s *session) showStatus(r *statusReport) error {
	out := s.env.Stdout
	fmt.Fprintf(out, "积压 %d 条，每秒提交 %.0f 条\n", r.Lag, r.Rate)
	rows := [][]string{{"  主题", "分区", "已提交", "末尾", "积压"}}
	var unknown []string
	for _, p := range r.Partitions {
		row := []string{"  " + p.Topic, fmt.Sprint(p.Partition), fmt.Sprint(p.Committed), fmt.Sprint(p.End), fmt.Sprint(p.Lag())}
		if p.Unknown {
			row = append(row[:2], "?", "?", "?")
			unknown = append(unknown, fmt.Sprintf("%s/%d", p.Topic, p.Partition))
		}
		rows = append(rows, row)
	}
	if err := writeTable(out, rows); err != nil {
		return err
	}
	if len(unknown) > 0 {
		fmt.Fprintf(out, "%d 个分区情况不明，没有计入积压：%s；其首领节点（leader）没有应答，请检查该节点\n", len(unknown), strings.Join(unknown, "、"))
	}
	fmt.Fprintf(out, "库中 %d 件，今日受理 %d 件，无标签 %d 件", r.Documents, r.Today, r.Unlabelled)
	for _, h := range hotline.Hotlines {
		for _, b := range r.ByHotline {
			if b.Value == string(h) {
				fmt.Fprintf(out, "，%s %d", h, b.Count)
			}
		}
	}
	fmt.Fprintln(out)
	if r.Ruleset.Rev > 0 {
		fmt.Fprintf(out, "规则第 %d 版，%s 登记\n", r.Ruleset.Rev, r.Ruleset.At.In(s.zone).Format("2006-01-02 15:04"))
	}
	for _, d := range r.DeadLetters {
		fmt.Fprintf(out, "死信 %d 件：%s %s\n", d.Count, d.Source, d.Reason)
	}
	if r.Mirror != nil {
		r.Mirror.show(s, r.Consumer)
	}
	if r.Consumer == nil {
		fmt.Fprintf(out, "%s 没有正在运行的 suqiu serve\n", s.cfg.Listen)
		return nil
	}
	state := "正常"
	if r.Consumer.Problem != "" {
		state = r.Consumer.Problem
	}
	fmt.Fprintf(out, "%s 的消费者：%s\n", s.cfg.Listen, state)
	return nil
}
