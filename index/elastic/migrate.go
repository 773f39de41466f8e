package elastic

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// Step is what a migration is doing.
type Step string

// The steps of a migration, in their order.
const (
	StepWait    Step = "wait"     // for another run, to see whether it lives
	StepCopy    Step = "copy"     // all documents
	StepCatchUp Step = "catch up" // what was written meanwhile
	StepSwap    Step = "swap"     // the last of it, while writers wait
)

// Progress tells how far the migration of a month has come.
type Progress struct {
	Month  string
	Step   Step
	Copied int64 // documents of this run, those copied again counted again
	Total  int64 // documents in the month when the run began
}

// Migrate makes the index of a month anew, with the mapping and settings that the installed templates have now, and
// puts it in the place of the old one. month is a name that Plan returned. Writers go on meanwhile; for the seconds of
// the last step they find the month unavailable and try again. An error leaves the old index in use, and another call
// goes on where this one ended. While another run is at work, of another name, it gives way; one that has died is waited for 3
// minutes of now, in which its record in the ledger does not change.
//
// Why nothing is lost: every write has a sequence number in the old index. A pass copies what has a number from some
// point on, read after a refresh that followed the reading of that point, so passes leave nothing out between them. The
// first pass copies all, the next ones what came meanwhile, until that is little. Then writes to the old index are
// blocked, which the cluster confirms only when none is under way, and the last pass copies the rest. Copies carry the
// version of the original, so an older one never replaces a newer. What left the month meanwhile, because its date was
// corrected, is looked for when the old index has fewer documents, and is removed from the new one. Only with equal
// numbers are the two swapped, in one change of the cluster's state: the old index goes, its name becomes an alias of
// the new one. A write that was refused until then was not acknowledged, and the same batch goes to the new index.
func (s *Store) Migrate(ctx context.Context, month string, runner string, now func() time.Time, progress func(Progress)) error {
	if err := s.requireSetup(ctx); err != nil {
		return err
	}
	m := &mover{Store: s, month: s.monthOf(month), runner: runner, now: now, report: progress}
	if err := m.claim(ctx, month); err != nil {
		return err
	}
	err := m.run(ctx)
	// What is left behind must not depend on why the run ended.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, m.release(ending, err))
}

// mover is one run of a migration.
type mover struct {
	*Store
	month  string
	runner string
	now    func() time.Time
	report func(Progress)

	state    migration
	rev      int64  // of the ledger's record
	doubtful []byte // the record as last put, if nobody knows whether it was
	progress Progress
}

func (m *mover) run(ctx context.Context) error {
	swapped, err := m.prepare(ctx)
	if err != nil || swapped {
		return err
	}
	if err := m.copyAll(ctx); err != nil {
		return err
	}
	if err := m.catchUp(ctx); err != nil {
		return err
	}
	if err := m.block(ctx); err != nil {
		return err
	}
	return m.swap(ctx)
}

// prepare makes the target, or keeps the one of an earlier run if that fits the templates still. It may find that the
// swap of an earlier run, whose answer was lost, has been done.
func (m *mover) prepare(ctx context.Context) (swapped bool, err error) {
	wanted, err := m.simulateMonth(ctx)
	if err != nil {
		return false, err
	}
	op := "make the new index of " + m.month
	if metaVersion(wanted.Mappings) != MappingVersion {
		return false, setupFault(op, hint.Of(hint.IndexSetup), "the templates are missing or not of mapping version %d", MappingVersion)
	}
	months, err := m.readMonths(ctx)
	if err != nil {
		return false, err
	}
	_, there := months[m.state.Source]
	_, used := months[m.state.Target]
	switch {
	case !there && used && m.state.Swapping:
		return true, nil
	case !there:
		return false, setupFault(op, hint.Of(hint.ListMonths), "%s is no index of a month", m.state.Source)
	case used:
		return false, setupFault(op, hint.Of(hint.MigrationTarget), "%s is in use", m.state.Target)
	}
	var found map[string]resolvedTemplate
	err = m.do(ctx, op, esapi.IndicesGetRequest{Index: []string{m.state.Target}}, &found)
	if err != nil && !notFound(err) {
		return false, err
	}
	if target, there := found[m.state.Target]; there {
		begun := m.state.Copied || m.state.Token != ""
		fits := len(differences(flatten(target.Mappings), flatten(wanted.Mappings))) == 0
		if m.state.Swapping || begun && fits {
			return false, m.count(ctx)
		}
		if err := m.do(ctx, "remove an unfinished "+m.state.Target, esapi.IndicesDeleteRequest{Index: []string{m.state.Target}}, nil); err != nil {
			return false, err
		}
	}
	request := esapi.IndicesCreateRequest{Index: m.state.Target, Body: body(object{"settings": wanted.Settings, "mappings": wanted.Mappings})}
	if err := m.do(ctx, op, request, nil); err != nil {
		return false, err
	}
	m.state = migration{Source: m.state.Source, Target: m.state.Target, Blocked: m.state.Blocked, Swapping: m.state.Swapping}
	if m.state.Base, err = m.checkpoint(ctx); err != nil {
		return false, err
	}
	if err := m.save(ctx); err != nil {
		return false, err
	}
	return false, m.count(ctx)
}

// count tells how many documents there are to copy.
func (m *mover) count(ctx context.Context) error {
	total, err := m.documents(ctx, m.state.Source)
	m.progress = Progress{Month: m.month, Step: StepCopy, Total: total}
	m.report(m.progress)
	return err
}

func (m *mover) copyAll(ctx context.Context) error {
	if m.state.Copied {
		return nil
	}
	if err := m.refresh(ctx, m.state.Source); err != nil {
		return err
	}
	_, err := m.pass(ctx, 0, m.state.Token, func(last string) error {
		m.state.Token = last
		return m.save(ctx)
	})
	if err != nil {
		return err
	}
	m.state.Copied, m.state.From = true, m.state.Base+1
	return m.save(ctx)
}

const minCatchUps, maxCatchUps = 3, 10

// caughtUp reports whether the nth pass of catching up was the last: it copied no more than a page, or, after
// minCatchUps, was less than a quarter shorter than the one before, since the stream is then about as quick as the
// copying, or there were maxCatchUps. The rest is copied while writers wait.
func caughtUp(n, before, copied int) bool {
	return copied <= movePage || n > minCatchUps && copied > before*3/4 || n == maxCatchUps
}

func (m *mover) catchUp(ctx context.Context) error {
	m.progress.Step = StepCatchUp
	for n, before := 1, 0; ; n++ {
		copied, err := m.copyNew(ctx)
		if err != nil {
			return err
		}
		if caughtUp(n, before, copied) {
			return m.removeVanished(ctx)
		}
		before = copied
	}
}

// copyNew copies what was written since the last pass began.
func (m *mover) copyNew(ctx context.Context) (copied int, err error) {
	point, err := m.checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	if err := m.refresh(ctx, m.state.Source); err != nil {
		return 0, err
	}
	if copied, err = m.pass(ctx, m.state.From, "", func(string) error { return m.save(ctx) }); err != nil {
		return copied, err
	}
	m.state.From = point + 1
	return copied, m.save(ctx)
}

// block lets writers wait. The record says so before the cluster does, for them to know why.
func (m *mover) block(ctx context.Context) error {
	m.progress.Step = StepSwap
	m.report(m.progress)
	if err := m.awaitCopies(ctx); err != nil {
		return err
	}
	m.state.Blocked = true
	if err := m.save(ctx); err != nil {
		return err
	}
	var answer struct {
		Shards  bool              `json:"shards_acknowledged"`
		Indices []json.RawMessage `json:"indices"` // those that were not blocked already, by a run that ended here
	}
	op := "block writes to " + m.state.Source
	if err := m.do(ctx, op, esapi.IndicesAddBlockRequest{Index: []string{m.state.Source}, Block: "write"}, &answer); err != nil {
		return err
	}
	if !answer.Shards && len(answer.Indices) > 0 {
		return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: errors.New("not every shard has confirmed it")}
	}
	return nil
}

// awaitCopies waits until the new index has all the copies that the cluster can give it.
func (m *mover) awaitCopies(ctx context.Context) error {
	var answer struct {
		TimedOut bool `json:"timed_out"`
	}
	op := "wait for the copies of " + m.state.Target
	settled := true
	request := esapi.ClusterHealthRequest{Index: []string{m.state.Target}, WaitForNoInitializingShards: &settled, Timeout: m.config.Timeout / 2}
	if err := m.do(ctx, op, request, &answer); err != nil {
		return err
	}
	if answer.TimedOut {
		return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: errors.New("they are still being made")}
	}
	return nil
}

// swap copies the rest while nobody writes, and puts the new index in the place of the old one. That writers have waited
// all the time is seen directly before: a block that was lifted meanwhile may have let in writes that are not copied.
func (m *mover) swap(ctx context.Context) error {
	if _, err := m.copyNew(ctx); err != nil {
		return err
	}
	if err := m.removeVanished(ctx); err != nil {
		return err
	}
	old, err := m.documents(ctx, m.state.Source)
	if err != nil {
		return err
	}
	made, err := m.documents(ctx, m.state.Target)
	if err != nil {
		return err
	}
	op := "put " + m.state.Target + " in the place of " + m.state.Source
	if old != made {
		return setupFault(op, hint.Of(hint.MigrationCount), "the old index has %d documents, the new one %d", old, made)
	}
	asked := m.state.Swapping // by an earlier run
	m.state.Swapping = true
	if err := m.save(ctx); err != nil {
		return err
	}
	if blocked, err := m.blocked(ctx, m.state.Source); err != nil || !blocked {
		m.state.Swapping = asked
		if err == nil {
			err = &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: errors.New("somebody has let writers in again meanwhile")}
		}
		return err
	}
	add := func(alias string) object { return object{"add": object{"index": m.state.Target, "alias": alias}} }
	err = m.do(ctx, op, esapi.IndicesUpdateAliasesRequest{Body: body(object{"actions": []object{
		{"remove_index": object{"index": m.state.Source}}, add(m.month), add(m.alias()),
	}})}, nil)
	var answer *statusError
	if errors.As(err, &answer) && answer.Status < 500 && answer.Status != http.StatusTooManyRequests && answer.Status != http.StatusRequestTimeout {
		m.state.Swapping = false // refused for good
	}
	return err
}
