package cli

import (
	"bytes"
	"testing"

	"suqiu/ingest"
)

// TestMirrorReport: status tells how far the copies of dead letters are behind, and what the running process says is wrong
// with them, even when the consumer of contacts is well.
func TestMirrorReport(t *testing.T) {
	for _, c := range []struct {
		name     string
		report   mirrorReport
		consumer *ingest.Status
		want     string
	}{
		{"Well", mirrorReport{}, &ingest.Status{Letters: &ingest.Status{}}, "死信副本（供 Kibana 查询）落后 0 条\n"},
		{"NoProcess", mirrorReport{Lag: 7}, nil, "死信副本（供 Kibana 查询）落后 7 条\n"},
		{"NotAllowed", mirrorReport{Problem: "no right"}, nil, "死信副本（供 Kibana 查询）落后 0 条：no right\n"},
		{"ProcessSays", mirrorReport{Lag: 3}, &ingest.Status{Letters: &ingest.Status{Problem: "paused: the index is missing (run suqiu index setup)"}},
			"死信副本（供 Kibana 查询）落后 3 条：paused: the index is missing (run suqiu index setup)\n"},
		{"OlderProcess", mirrorReport{Lag: 3}, &ingest.Status{}, "死信副本（供 Kibana 查询）落后 3 条\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			c.report.show(&session{env: Env{Stdout: &out}}, c.consumer)
			if out.String() != c.want {
				t.Errorf("got %q, want %q", out.String(), c.want)
			}
		})
	}
}
