//go:build e2e && long && unix

package e2e

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/ingest"
	"suqiu/ingest/decode"
)

// partitionCount is what this test has counted in one partition's log.
type partitionCount struct {
	from, through   int64 // offsets that the log holds and the group has committed
	records, broken int64
}

func (r *realChaos) write(file io.Writer, m kafka.Message) {
	if _, err := file.Write(append(bytes.TrimSpace(m.Value), '\n')); err != nil {
		r.t.Fatal(err)
	}
}

// keep writes down a committed record and notes whether it can be read; then it tells so.
func (r *realChaos) keep(file io.Writer, m kafka.Message) (readable bool) {
	r.write(file, m)
	if readable = json.Valid(m.Value); !readable {
		r.broken[brokenPlace(m.Topic, m.Partition, m.Offset)] = true
	}
	return readable
}

// settle reads the log back and holds everything against it: that all of the input was produced, the index, what is lost,
// the dead letters, and the audit. The lines that nobody can have read are kept from the fold, for which a document that
// tells what they tell is invented.
func (r *realChaos) settle() {
	kept := filepath.Join(r.dir, "kept.jsonl")
	file, err := os.Create(kept)
	if err != nil {
		r.t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	eachPartition(func(p partitionOf) {
		n := &partitionCount{}
		n.from, n.through = logSpan(r.t, r.kafka.plain, p.topic, p.id)
		readRecords(r.t, r.kafka.plain, p.topic, p.id, n.from, n.through, func(m kafka.Message) {
			n.records++
			if !r.keep(out, m) {
				n.broken++
			}
		})
		r.counts[p] = n
	})
	if err := errors.Join(out.Flush(), file.Close(), r.inHand.Close(), r.unread.Close(), r.removed.Close()); err != nil {
		r.t.Fatal(err)
	}
	r.checkProduced(kept, r.inHand.Name(), r.unread.Name(), r.removed.Name())
	account := runFold(r.t, r.dir, "-elasticsearch", r.store.AdminURL(), "-indices", "suqiu-calls-*", "-lost", r.inHand.Name(), kept, r.removed.Name())
	r.checkLosses()
	r.checkLetters()
	r.checkAudit()
	r.report(account)
}

// checkProduced: each line of the input stands in the log as often as in the input, or more often where a file was
// produced again.
func (r *realChaos) checkProduced(logs ...string) {
	counts := map[[sha256.Size]byte]int{} // by the lines' hashes: a million lines take much room
	for files, sign := range map[*[]string]int{&r.files: 1, &logs: -1} {
		for _, name := range *files {
			file, err := os.Open(name)
			if err != nil {
				r.t.Fatal(err)
			}
			lines := bufio.NewScanner(file)
			for lines.Scan() {
				counts[sha256.Sum256(lines.Bytes())] += sign
			}
			if err := errors.Join(lines.Err(), file.Close()); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	missing := 0
	for _, n := range counts {
		missing += max(n, 0)
	}
	if missing > 0 {
		r.t.Errorf("%d lines of the input are not in the log", missing)
	}
}

// checkLetters: each line that can't be read has a dead letter, each gap names its offsets, and there is no other.
// A line in a gap may have had one before.
func (r *realChaos) checkLetters() {
	gaps := 0
	for _, letter := range r.suqiu.deadLetters(r.t) {
		at := partitionOf{letter.Origin.Topic, letter.Origin.Partition}
		gap, overtaken := r.gaps[at]
		in := overtaken && gap.from <= letter.Origin.Offset && letter.Origin.Offset < gap.until
		switch {
		case letter.Reason == decode.ReasonGap:
			gaps++
			if !in || letter.Until != gap.until {
				r.t.Errorf("dead letter %s tells of another gap than %v", letter.ID, gap)
			}
		case r.broken[letter.ID]:
			delete(r.broken, letter.ID)
		case !in:
			r.t.Errorf("dead letter %s is doubled or of a line that is not broken: %s", letter.ID, letter.Why)
		}
	}
	for id := range r.broken {
		r.t.Errorf("no dead letter tells of the broken line at %s", id)
	}
	r.t.Logf("dead letters: one for each broken line, %d of gaps", gaps)
}

// checkAudit: what suqiu audit says of each partition is what this test has counted.
func (r *realChaos) checkAudit() {
	begin := time.Now()
	out, err := r.suqiu.run(r.t.Context(), "audit", "--format", "json")
	if err != nil {
		r.t.Errorf("audit: %v", err)
	}
	var report struct {
		Partitions []ingest.Account `json:"partitions"`
		Missing    []ingest.Missing `json:"missing"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		r.t.Fatalf("audit: %v", err)
	}
	for _, m := range report.Missing {
		r.t.Errorf("audit: %s %s is missing: %s", m.Place, m.Document, m.Why)
	}
	if len(report.Partitions) != len(r.counts) {
		r.t.Errorf("audit: got %d partitions, want %d", len(report.Partitions), len(r.counts))
	}
	var stored, dead, lost int64
	for _, a := range report.Partitions {
		id := partitionOf{a.Topic, a.Partition}
		n := r.counts[id]
		got := partitionCount{a.From, a.Through, a.Stored + a.Dead, a.Dead}
		if n == nil || got != *n || a.Expired != 0 || a.NoRecord != n.through-n.from-n.records {
			r.t.Errorf("audit: got %+v, want %+v", a, n)
		}
		var gap span
		for _, g := range a.Gaps {
			gap, lost = span{g.From, g.Until}, lost+g.Len()
		}
		if len(a.Gaps) > 1 || gap != r.gaps[id] {
			r.t.Errorf("audit: %s/%d has gaps %v, want %v", a.Topic, a.Partition, a.Gaps, r.gaps[id])
		}
		stored, dead = stored+a.Stored, dead+a.Dead
	}
	r.t.Logf("audit: %d stored, %d dead, %d missing, %d removed by retention in %d gaps; as counted; %s",
		stored, dead, len(report.Missing), lost, len(r.gaps), time.Since(begin).Round(time.Second))
}
