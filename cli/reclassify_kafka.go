package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

const fromKafka = "from-kafka"

// rereadFlags narrow down what --from-kafka reads.
var rereadFlags = []string{"topic", "partition", "from-offset", "to-offset"}

// refuseFlags says which of the flags is set that can't be here, and why.
func refuseFlags(c *cli.Context, why string, names ...string) error {
	for _, name := range names {
		if c.IsSet(name) {
			return usagef("--%s %s", name, why)
		}
	}
	return nil
}

// rereadScope reads which records are read again: those that reached the log from since on and before before, where
// these are told.
func rereadScope(c *cli.Context, since, before time.Time) (ingest.RereadScope, error) {
	scope := ingest.RereadScope{Topic: c.String("topic"), Partitions: c.IntSlice("partition"), Since: since, Before: before}
	for _, f := range filterFlags() {
		if name := f.Names()[0]; !slices.Contains([]string{"from", "to", "since"}, name) {
			if err := refuseFlags(c, "can't be used with --from-kafka: what a record holds is known only once it is read", name); err != nil {
				return scope, err
			}
		}
	}
	for name, at := range map[string]**int64{"from-offset": &scope.From, "to-offset": &scope.Until} {
		if c.IsSet(name) {
			offset := c.Int64(name)
			if offset < 0 {
				return scope, usagef("--%s can't be negative", name)
			}
			*at = &offset
		}
	}
	if scope.From != nil && scope.Until != nil && *scope.From >= *scope.Until {
		return scope, usagef("--from-offset must lie before --to-offset")
	}
	return scope, nil
}

// reread takes the records of the log the whole way once more.
func (s *session) reread(c *cli.Context, since, before time.Time) error {
	scope, err := rereadScope(c, since, before)
	if err != nil {
		return err
	}
	topics, err := s.sources()
	if err != nil {
		return err
	}
	cluster, err := s.cluster()
	if err != nil {
		return err
	}
	stretches, err := ingest.Stretches(c.Context, cluster, topics, scope)
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return s.previewReread(c, store, cluster, topics, stretches)
	}
	loop, err := s.loop(c.Context, store, cluster, s.cfg.DeadLetter.Limit)
	if err != nil {
		return err
	}
	rules := loop.rules.now.Load()
	job, err := rereadJob(scope, rules.Hash())
	if err != nil {
		return err
	}
	bar, begun := newBar(s.env.Stderr, "重读日志", false), s.env.Now()
	reader := ingest.Rereader{
		Loop: loop.Loop, Cluster: cluster, Topics: topics, Ledger: ledger{store}, Job: job, Workers: c.Int("workers"), Rate: c.Int("rate"),
		Progress: func(p ingest.RereadProgress) { bar.set(p.Read, p.Total) },
	}
	if err := rules.Ready(); err != nil {
		return err
	}
	progress, err := reader.Run(c.Context, stretches)
	bar.done()
	if err == nil {
		err = store.Refresh(c.Context)
	}
	if c.Err() != nil {
		return fmt.Errorf("reclassify: interrupted after %d of %d offsets; start it again in the same way to go on: %w", progress.Read, progress.Total, c.Err())
	}
	var pause *ingest.Pause
	if errors.As(err, &pause) {
		return fmt.Errorf("reclassify: stopped after %d of %d offsets: %w; start it again in the same way to go on", progress.Read, progress.Total, err)
	}
	if err != nil {
		return err
	}
	return s.showReread(c, rules.Revision(), stretches, &progress, max(s.env.Now().Sub(begun), time.Millisecond))
}

// showReread prints the final account.
func (s *session) showReread(c *cli.Context, revision int64, stretches []ingest.Stretch, progress *ingest.RereadProgress, took time.Duration) error {
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, struct {
			Revision   int64            `json:"ruleset_rev"`
			Stretches  []ingest.Stretch `json:"stretches"`
			Read       int64            `json:"read"`
			Resumed    int64            `json:"resumed"`
			Stored     int              `json:"stored"`
			Superseded int              `json:"superseded"`
			Dead       int              `json:"dead"`
			Seconds    float64          `json:"seconds"`
		}{revision, stretches, progress.Read, progress.Resumed, progress.Stored, progress.Superseded, progress.Dead, took.Seconds()})
	}
	s.showStretches(stretches)
	fmt.Fprintf(s.env.Stdout, "规则第 %d 版：重读 %d 个位点（接续此前 %d 个），入库 %d 件，库中已有更新版本 %d 件，死信 %d 件；用时 %s，每秒 %.0f 个\n",
		revision, progress.Read, progress.Resumed, progress.Stored, progress.Superseded, progress.Dead, took.Round(time.Millisecond),
		float64(progress.Read-progress.Resumed)/took.Seconds())
	return nil
}

// showStretches prints which offsets are read again, and which are gone.
func (s *session) showStretches(stretches []ingest.Stretch) {
	for _, one := range stretches {
		fmt.Fprintf(s.env.Stdout, "%s/%d：位点 %d 至 %d，%d 个", one.Topic, one.Partition, one.From, one.Until-1, one.Len())
		if one.Lost > 0 {
			fmt.Fprintf(s.env.Stdout, "；之前 %d 个已过保留期，无法重读", one.Lost)
		}
		fmt.Fprintln(s.env.Stdout)
	}
}

// rereadJob names a scope under a rule set, so that a run that is started again in the same way goes on.
func rereadJob(scope ingest.RereadScope, rules string) (string, error) {
	text, err := json.Marshal(scope)
	if err != nil {
		return "", fmt.Errorf("reclassify: %w", err)
	}
	sum := sha256.Sum256(append(text, rules...))
	return hex.EncodeToString(sum[:12]), nil
}
