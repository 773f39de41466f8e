package cli

import (
	"strings"
	"testing"
	"time"

	"suqiu/cli/config"
	"suqiu/ingest"
)

// TestStatusSilentLeader: a partition of which nothing is known is named, and not counted as one without lag.
func TestStatusSilentLeader(t *testing.T) {
	var out strings.Builder
	s := &session{env: Env{Stdout: &out}, cfg: &config.Loaded{}}
	report := &statusReport{Partitions: []ingest.GroupPosition{
		{Topic: "calls", Committed: 3, End: 7}, {Topic: "calls", Partition: 1, First: -1, Committed: 5, End: -1, Unknown: true},
	}}
	report.count([]ingest.GroupPosition{{Topic: "calls", Committed: 1, End: 7}, {Topic: "calls", Partition: 1, Committed: 2, End: 9}}, time.Second)
	if report.Lag != 4 || report.Unknown != 1 || report.Rate != 2 {
		t.Errorf("got lag %d, %d unknown, rate %g; want 4, 1, 2", report.Lag, report.Unknown, report.Rate)
	}
	if err := s.showStatus(report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"积压 4 条", "1 个分区情况不明，没有计入积压：calls/1；", "首领节点（leader）没有应答"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("text lacks %q:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "-1") {
		t.Errorf("an unknown offset is shown:\n%s", &out)
	}
}
