package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"suqiu/ingest"
)

// TestAuditIncomplete: what was found before the store failed is told, marked incomplete, and no more inputs are kept than
// are named.
func TestAuditIncomplete(t *testing.T) {
	broken := errors.New("the store went away")
	report := &auditReport{Group: "suqiu"}
	err := report.fill(2, func(missing func(ingest.Missing)) ([]ingest.Account, error) {
		for _, place := range []string{"calls/1/4", "calls/1/5", "calls/1/6"} {
			missing(ingest.Missing{Place: place, Why: "the store does not hold it"})
		}
		return []ingest.Account{{Topic: "calls", Through: 9, Committed: 9, End: 9, Stored: 9}}, broken
	})
	if !errors.Is(err, broken) || report.empty() || len(report.Missing) != 2 || report.Unnamed != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	var out bytes.Buffer
	s := &session{env: Env{Stdout: &out}}
	if err := s.showAudit(report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"对账没有做完", "calls", "缺失 calls/1/4", "缺失 calls/1/5", "另有 1 件缺失未列出"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("text lacks %q:\n%s", want, &out)
		}
	}
	out.Reset()
	if err := s.encodeAudit(report); err != nil {
		t.Fatal(err)
	}
	var told auditReport
	if err := json.Unmarshal(out.Bytes(), &told); err != nil || told.Incomplete != broken.Error() || told.Unnamed != 1 || told.Partitions[0].Committed != 9 {
		t.Errorf("got %s, %v", &out, err)
	}
}

// TestAuditSilentLeader: a partition of which nothing is known is named, not counted.
func TestAuditSilentLeader(t *testing.T) {
	var out bytes.Buffer
	s := &session{env: Env{Stdout: &out}}
	report := &auditReport{}
	err := report.fill(9, func(func(ingest.Missing)) ([]ingest.Account, error) {
		return []ingest.Account{{Topic: "calls", Partition: 1, From: -1, Through: -1, Committed: 7, End: -1, Unknown: true}}, nil
	})
	if err != nil || !strings.Contains(report.Incomplete, "leaders do not answer: calls/1;") {
		t.Errorf("got incomplete %q, %v", report.Incomplete, err)
	}
	if err := s.showAudit(report); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "对账没有做完") || !strings.Contains(out.String(), "未对账 calls/1：分区的首领节点（leader）没有应答") || strings.Contains(out.String(), "-1") {
		t.Errorf("got:\n%s", &out)
	}
}

// TestAuditFault: what makes an audit fail, and what it says.
func TestAuditFault(t *testing.T) {
	silent := ingest.Account{Topic: "calls", Partition: 1, From: -1, Through: -1, Committed: -1, End: -1, Unknown: true}
	whole := ingest.Account{Topic: "calls", Through: 9, Committed: 9, End: 9, Stored: 9}
	for _, tt := range []struct {
		name    string
		account ingest.Account
		unnamed int64
		want    string // none: it passes
	}{
		{"Whole", whole, 0, ""},
		{"EmptyPartition", ingest.Account{Topic: "calls", Committed: -1}, 0, ""},
		{"NothingCommitted", ingest.Account{Topic: "calls", From: 2, Through: 2, Committed: -1, End: 9}, 0, "holds 7 records, of which the group suqiu has committed nothing; check kafka.group"},
		{"PassedGap", ingest.Account{Topic: "calls", From: 4, Through: 9, Committed: 9, End: 9, Gaps: []ingest.Gap{{From: 2, Until: 4}}}, 0, ""},
		{"OpenGap", ingest.Account{Topic: "calls", From: 4, Through: 4, Committed: 2, End: 9, Gaps: []ingest.Gap{{From: 2, Until: 4, Open: true}}}, 0, "waits before a gap"},
		{"MadeAnew", ingest.Account{Topic: "calls", Through: 3, Committed: 9, End: 3, Gaps: []ingest.Gap{{From: 3, Until: 9, Open: true, Remade: true}}}, 0, "ends at offset 3, before the committed offset 9"},
		{"MissingBesideSilent", silent, 3, "3 inputs are missing"},
		{"Missing", whole, 3, "3 inputs are missing; read them again by suqiu reclassify --from-kafka"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &auditReport{Group: "suqiu", Partitions: []ingest.Account{tt.account}, Unnamed: tt.unnamed}
			err := r.fault()
			var exit cli.ExitCoder
			switch {
			case tt.want == "":
				if err != nil {
					t.Errorf("got %v, want it to pass", err)
				}
			case !errors.As(err, &exit) || exit.ExitCode() != exitCheck || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want %q and exit code %d", err, tt.want, exitCheck)
			}
		})
	}
}

// TestAuditFaultSilent: that nothing is known of a partition is no check that did not hold, but a gap in another one is.
func TestAuditFaultSilent(t *testing.T) {
	silent := ingest.Account{Topic: "calls", From: -1, Through: -1, Committed: -1, End: -1, Unknown: true}
	gap := ingest.Account{Topic: "calls", Partition: 1, From: 4, Through: 4, Committed: 2, End: 9, Gaps: []ingest.Gap{{From: 2, Until: 4, Open: true}}}
	var exit cli.ExitCoder
	err := (&auditReport{Partitions: []ingest.Account{silent}}).fault()
	if err == nil || errors.As(err, &exit) || !strings.Contains(err.Error(), "calls/0") || !strings.Contains(err.Error(), "audit again") {
		t.Errorf("got %v, want an error that names the partition, without the exit code of a check", err)
	}
	err = (&auditReport{Partitions: []ingest.Account{silent, gap}}).fault()
	if !errors.As(err, &exit) || exit.ExitCode() != exitCheck || !strings.Contains(err.Error(), "calls/1 waits before a gap") {
		t.Errorf("got %v, want the gap and exit code %d", err, exitCheck)
	}
}
