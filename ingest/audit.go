package ingest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Holdings tells what a store holds. It is asked for at most auditOffsets offsets or auditRecords ids at once.
type Holdings interface {
	// Origins returns, in the order of the offsets, at which of them records were read that gave one document, which the
	// store holds as it was made of that record. It may leave out some.
	Origins(ctx context.Context, o hotline.Offsets) ([]hotline.Block, error)
	// Revisions returns the content revision of each of the document ids that the store knows.
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
	From      int64  `json:"from"`      // the oldest offset that the log still holds
	Through   int64  `json:"through"`   // the committed offset, but not beyond the log
	Committed int64  `json:"committed"` // -1: nothing
	End       int64  `json:"end"`       // of the log
	Stored    int64  `json:"stored"`    // the store holds every document of the record, in this or a newer revision
	Dead      int64  `json:"dead"`      // there is a dead letter, and the rest is stored
	Expired   int64  `json:"expired"`   // the contact is older than what is kept
	NoRecord  int64  `json:"no_record"`
	Missing   int64  `json:"missing"`
	Gaps      []Gap  `json:"gaps,omitempty"` // in the order of their offsets; they lie before From, or from End on

	// Unknown: the brokers do not tell what the partition's log holds, or what is committed of it: nothing of it was
	// accounted for.
	Unknown bool `json:"unknown,omitempty"`
}

// Unread is the number of offsets that the log holds, none of which the group has ever committed, or whose commits the
// brokers have forgotten: nothing of them was accounted for.
func (a *Account) Unread() int64 {
	if a.Committed >= 0 {
		return 0
	}
	return a.End - a.From
}

// Gap is a range of offsets that were removed from the log: by retention, before they were committed, or with the
// topic. Whether one or another of them was stored can't be told any more: a consumer may have died between storing and
// committing.
type Gap struct {
	From  int64 `json:"from"`
	Until int64 `json:"until"` // the first offset after it
	Open  bool  `json:"open"`  // it has not been passed over: the partition waits there

	Remade bool `json:"remade,omitempty"` // the log ends at From, before the committed offset Until: the topic was made anew
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

// Audit accounts for all partitions, auditAtOnce at a time, and names each missing input to report, one call after
// another, those of a partition in their order. An error ends it: the context's, or that of a broker or store which does
// not answer; the accounts of the partitions that were done by then are returned with it.
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
	accounts := make([]*Account, len(positions))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(auditAtOnce)
	for i, p := range positions {
		group.Go(func() error {
			account, err := run.partition(ctx, p)
			if err != nil {
				return fmt.Errorf("audit %s/%d: %w", p.Topic, p.Partition, err)
			}
			accounts[i] = &account
			return nil
		})
	}
	err = group.Wait()
	var done []Account
	for _, account := range accounts {
		if account != nil {
			done = append(done, *account)
		}
	}
	return done, err
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
	mu       sync.Mutex // around report
	report   func(Missing)
}

func (a *audit) missing(m Missing) fate {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.report(m)
	return fateMissing
}

func (a *audit) partition(ctx context.Context, p GroupPosition) (Account, error) {
	if p.Unknown {
		return Account{Topic: p.Topic, Partition: p.Partition, From: -1, Through: -1, Committed: p.Committed, End: -1, Unknown: true}, nil
	}
	account := Account{
		Topic: p.Topic, Partition: p.Partition, From: p.First, Through: max(p.First, min(p.Committed, p.End)), Committed: p.Committed, End: p.End,
	}
	gaps := a.gaps[partitionID{p.Topic, p.Partition}]
	passed := func(g Gap) bool { return g.From <= p.Committed && g.Until >= p.First } // though that is not committed yet
	if 0 <= p.Committed && p.Committed < p.First && !slices.ContainsFunc(gaps, passed) {
		gaps = append(gaps, Gap{From: p.Committed, Until: p.First, Open: true})
	}
	account.Gaps = mergeGaps(gaps)
	if p.Committed > p.End {
		account.Gaps = append(account.Gaps, Gap{From: p.End, Until: p.Committed, Open: true, Remade: true})
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(1) // settlers follow one another, while reading goes on
	pages, failed := a.readAhead(within, p, account.From, account.Through)
	account.NoRecord = account.Through - account.From
	src := a.Sources[p.Topic]
	id := partitionID{p.Topic, p.Partition}
	var settled Account // what settlers found
	var left []leftover
	size := 0
	settle := func() {
		some := left
		left, size = nil, 0
		group.Go(func() error { return a.settle(within, &settled, &src, id, some) })
	}
	for answer := range a.askAhead(within, id, &src, pages) {
		page := <-answer
		if page.err != nil {
			group.Go(func() error { return page.err })
			break
		}
		account.NoRecord -= int64(page.records)
		account.add(fateStored, page.records-len(page.left))
		for i := range page.left {
			left, size = append(left, page.left[i]), size+len(page.left[i].value)
			if len(left) == auditLeft || size >= auditLeftBytes {
				settle()
			}
		}
	}
	settle()
	err := group.Wait()
	account.merge(&settled)
	if err == nil {
		err = ctx.Err() // while that is nil, the pages have ended by themselves
	}
	if err == nil {
		err = *failed
	}
	return account, err
}

func (a *Account) merge(b *Account) {
	a.Stored += b.Stored
	a.Dead += b.Dead
	a.Expired += b.Expired
	a.Missing += b.Missing
}

func (a *Account) add(f fate, n int) {
	switch f {
	case fateStored:
		a.Stored += int64(n)
	case fateExpired:
		a.Expired += int64(n)
	case fateDead:
		a.Dead += int64(n)
	case fateMissing:
		a.Missing += int64(n)
	}
}

// auditAtOnce is how many partitions are read at once: the broker, the store and this process each have something to do.
const auditAtOnce = 4

// settle finds out what became of the records that the store does not find by their origins: they have been replaced by a
// newer record, or were not alone. They are looked up by the id as it was told. Only what is not stored under
// that goes all the way that it went when it was read, with masking, which may alter an id.
func (a *audit) settle(ctx context.Context, account *Account, src *decode.Source, p partitionID, left []leftover) error {
	var told []revised
	for i := range left {
		told = append(told, left[i].told...)
	}
	held, err := a.held(ctx, told)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(left, func(l leftover) bool {
		return len(l.told) > 0 && !slices.ContainsFunc(l.told, func(r revised) bool { return !r.stored(held) })
	})
	account.add(fateStored, len(left)-len(rest))
	return a.judge(ctx, account, src, p, rest)
}

// judge takes records the whole way and finds out what became of them.
func (a *audit) judge(ctx context.Context, account *Account, src *decode.Source, p partitionID, records []leftover) error {
	entries := make([][]Entry, len(records))
	var docs []revised
	for i := range records {
		in, at := input(p, &records[i].record)
		entries[i] = a.pipeline.Payload(src, in, at)
		for k := range entries[i] {
			if doc := entries[i][k].Document; doc != nil {
				docs = append(docs, revisedOf(&doc.Call))
			}
		}
	}
	held, err := a.held(ctx, docs)
	if err != nil {
		return err
	}
	for i := range records {
		whole := a.dead[payloadID(p, records[i].offset)] // it was no item at all when it was read
		worst := fateStored
		for k := range entries[i] {
			worst = max(worst, a.fate(&entries[i][k], held, whole))
		}
		account.add(worst, 1)
	}
	return nil
}

// held asks the store which revisions it holds of documents.
func (a *audit) held(ctx context.Context, docs []revised) (map[string]int64, error) {
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].id
	}
	slices.Sort(ids)
	held := make(map[string]int64, len(ids))
	for some := range slices.Chunk(slices.Compact(ids), auditRecords) {
		found, err := a.Store.Revisions(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("ask the store for %d documents: %w", len(some), err)
		}
		maps.Copy(held, found)
	}
	return held, nil
}

// revised is a revision of a document.
type revised struct {
	id  string
	rev int64
}

func revisedOf(c *hotline.Call) revised { return revised{c.DocID(), c.ContentRev} }

// stored reports whether the store holds this revision or a newer one.
func (r revised) stored(held map[string]int64) bool {
	rev, ok := held[r.id]
	return ok && rev >= r.rev
}

// fate finds out what became of one entry.
func (a *audit) fate(e *Entry, held map[string]int64, dead bool) fate {
	dead = dead || a.dead[e.Place.ID]
	if e.Document == nil {
		if !dead {
			return a.missing(Missing{Place: e.Place.ID, Why: "it can't be read (" + e.Dead.Why + ") and has no dead letter"})
		}
		return fateDead
	}
	call := &e.Document.Call
	switch {
	case revisedOf(call).stored(held):
		return fateStored
	case dead:
		return fateDead
	case call.Received.Before(a.kept):
		return fateExpired
	}
	why := "the store does not hold it"
	if rev, ok := held[call.DocID()]; ok {
		why = fmt.Sprintf("the store holds only revision %d of it, not %d", rev, call.ContentRev)
	}
	return a.missing(Missing{Place: e.Place.ID, Document: call.DocID(), Why: why})
}
