package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Holdings tells what a store holds: of each of the document ids that it knows, the content revision.
type Holdings interface {
	Revisions(ctx context.Context, ids []string) (map[string]int64, error)
}

// Auditor proves that nothing was lost: it reads the log again and accounts for every offset that was committed. All
// fields are needed. It only reads, and may run beside the consumer.
type Auditor struct {
	Pipeline *Pipeline // as the consumer's; its analyser is not asked
	Cluster  Cluster
	Group    string
	Sources  map[string]decode.Source // by topic
	Store    Holdings
	Letters  *DeadLetters
}

// Account says what became of the offsets From … Through-1 of one partition. The five counts add up to their number.
type Account struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	From      int64  `json:"from"`    // the oldest offset that the log still holds
	Through   int64  `json:"through"` // the committed offset
	Stored    int64  `json:"stored"`  // the store holds every document of the record, in this or a newer revision
	Dead      int64  `json:"dead"`    // there is a dead letter, and the rest is stored
	Expired   int64  `json:"expired"` // the contact is older than what is kept
	NoRecord  int64  `json:"no_record"`
	Missing   int64  `json:"missing"`
	Gaps      []Gap  `json:"gaps,omitempty"` // in the order of their offsets; they lie before From
}

// Gap is a range of offsets that retention removed before they were committed. Whether one or another of them was
// stored can't be told any more: a consumer may have died between storing and committing.
type Gap struct {
	From  int64 `json:"from"`
	Until int64 `json:"until"` // the first offset after it
	Open  bool  `json:"open"`  // it has not been passed over: the partition waits there
}

// Len is the number of offsets.
func (g Gap) Len() int64 { return g.Until - g.From }

// mergeGaps joins those that overlap or touch: a consumer that dies while it passes over a gap tells of it twice.
func mergeGaps(gaps []Gap) []Gap {
	slices.SortFunc(gaps, func(a, b Gap) int { return cmp.Compare(a.From, b.From) })
	var merged []Gap
	for _, g := range gaps {
		if last := len(merged) - 1; last >= 0 && g.From <= merged[last].Until && g.Open == merged[last].Open {
			merged[last].Until = max(merged[last].Until, g.Until)
			continue
		}
		merged = append(merged, g)
	}
	return merged
}

// Missing names an input that was committed and is neither stored nor a dead letter.
type Missing struct {
	Place    string `json:"place"`              // topic/partition/offset, and /item and .record where there are several
	Document string `json:"document,omitempty"` // the id it should be stored under
	Why      string `json:"why"`
}

// fate is what became of a record, the worst last.
type fate int

const (
	fateStored fate = iota
	fateExpired
	fateDead
	fateMissing
)

// Audit accounts for all partitions and names each missing input to report. An error ends it: the context's, or that
// of a broker or store which does not answer; the accounts so far are returned with it.
func (a *Auditor) Audit(ctx context.Context, report func(Missing)) ([]Account, error) {
	letters, err := a.Letters.List(ctx, DeadFilter{Resolved: true, Bare: true})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	run := &audit{Auditor: a, dead: make(map[string]bool, len(letters)), gaps: map[partitionID][]Gap{}, report: report}
	for i := range letters {
		l := &letters[i]
		if l.Reason == decode.ReasonGap {
			p := partitionID{l.Origin.Topic, l.Origin.Partition}
			run.gaps[p] = append(run.gaps[p], Gap{From: l.Origin.Offset, Until: l.Until})
			continue
		}
		run.dead[l.ID] = true
	}
	if run.broker, err = a.Cluster.connect(); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	defer run.broker.close()
	run.pipeline = *a.Pipeline
	run.pipeline.Analyze, run.pipeline.RetentionStart = unanalysed{}, nil
	if a.Pipeline.RetentionStart != nil {
		run.kept = a.Pipeline.RetentionStart(a.Pipeline.Clock.Now())
	}
	topics := slices.Sorted(maps.Keys(a.Sources))
	positions, err := GroupPositions(ctx, a.Cluster, a.Group, topics)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	var accounts []Account
	for _, p := range positions {
		account, err := run.partition(ctx, p)
		if err != nil {
			return accounts, fmt.Errorf("audit %s/%d: %w", p.Topic, p.Partition, err)
		}
		accounts = append(accounts, account)
	}
	return accounts, nil
}

// unanalysed stands for the analyser: an audit does not ask what a contact complains of.
type unanalysed struct{}

func (unanalysed) Analyze(*hotline.Call) hotline.Analysis { return hotline.Analysis{} }

// audit is one run.
type audit struct {
	*Auditor
	broker   *broker
	pipeline Pipeline
	kept     time.Time // contacts from before are not kept
	dead     map[string]bool
	gaps     map[partitionID][]Gap
	report   func(Missing)
}

func (a *audit) partition(ctx context.Context, p GroupPosition) (Account, error) {
	account := Account{Topic: p.Topic, Partition: p.Partition, From: p.First, Through: max(p.First, min(p.Committed, p.End))}
	gaps := a.gaps[partitionID{p.Topic, p.Partition}]
	passed := func(g Gap) bool { return g.From <= p.Committed && g.Until >= p.First } // though that is not committed yet
	if 0 <= p.Committed && p.Committed < p.First && !slices.ContainsFunc(gaps, passed) {
		gaps = append(gaps, Gap{From: p.Committed, Until: p.First, Open: true})
	}
	account.Gaps = mergeGaps(gaps)
	src := a.Sources[p.Topic]
	records := int64(0)
	for at := account.From; at < account.Through; {
		var got chunk
		err := retry(ctx, a.pipeline.Clock, Backoff{}.withDefaults(), func() (err error) {
			got, err = a.broker.fetch(ctx, p.Topic, p.Partition, at, maxFetchBytes/4, idleWait)
			return err
		})
		if err != nil {
			return account, err
		}
		if got.next == at {
			return account, errors.New("the log ends before the committed offset")
		}
		in := slices.DeleteFunc(got.records, func(r record) bool { return r.offset >= account.Through })
		fates, err := a.fates(ctx, &src, partitionID{p.Topic, p.Partition}, in)
		if err != nil {
			return account, err
		}
		for _, f := range fates {
			switch f {
			case fateStored:
				account.Stored++
			case fateExpired:
				account.Expired++
			case fateDead:
				account.Dead++
			case fateMissing:
				account.Missing++
			}
		}
		records += int64(len(in))
		at = got.next
	}
	account.NoRecord = account.Through - account.From - records
	return account, nil
}

// fates finds out what became of each of the records.
func (a *audit) fates(ctx context.Context, src *decode.Source, p partitionID, records []record) ([]fate, error) {
	entries := make([][]Entry, len(records))
	var ids []string
	for i := range records {
		in, at := input(p, &records[i])
		entries[i] = a.pipeline.Payload(src, in, at)
		for k := range entries[i] {
			if doc := entries[i][k].Document; doc != nil {
				ids = append(ids, doc.Call.DocID())
			}
		}
	}
	slices.Sort(ids)
	held, err := a.Store.Revisions(ctx, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("ask the store for %d documents: %w", len(ids), err)
	}
	fates := make([]fate, len(records))
	for i := range entries {
		whole := a.dead[payloadID(p, records[i].offset)] // it was no item at all when it was read
		for k := range entries[i] {
			fates[i] = max(fates[i], a.fate(&entries[i][k], held, whole))
		}
	}
	return fates, nil
}

// fate finds out what became of one entry.
func (a *audit) fate(e *Entry, held map[string]int64, dead bool) fate {
	dead = dead || a.dead[e.Place.ID]
	if e.Document == nil {
		if !dead {
			a.report(Missing{Place: e.Place.ID, Why: "it can't be read (" + e.Dead.Why + ") and has no dead letter"})
			return fateMissing
		}
		return fateDead
	}
	call := &e.Document.Call
	rev, ok := held[call.DocID()]
	switch {
	case ok && rev >= call.ContentRev:
		return fateStored
	case dead:
		return fateDead
	case call.Received.Before(a.kept):
		return fateExpired
	}
	why := "the store does not hold it"
	if ok {
		why = fmt.Sprintf("the store holds only revision %d of it, not %d", rev, call.ContentRev)
	}
	a.report(Missing{Place: e.Place.ID, Document: call.DocID(), Why: why})
	return fateMissing
}
