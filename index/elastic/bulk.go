package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// maxIDBytes is Elasticsearch's bound of _id; one longer would fail the batch as a whole.
const maxIDBytes = 512

// action is one operation of a bulk request: a document written or removed under an external version.
type action struct {
	Index   string
	ID      string
	Version int64
}

// batch is a bulk request in the making.
type batch struct {
	actions []action
	lines   bytes.Buffer
}

// index adds the writing of a source. An error means that the source has no JSON, and adds nothing.
func (b *batch) index(a action, source any) error { return b.add("index", a, source) }

// delete adds the removal of a document, unless its version is higher than the action's by then.
func (b *batch) delete(a action) error { return b.add("delete", a) }

func (b *batch) add(verb string, a action, source ...any) error {
	type meta struct {
		Index       string `json:"_index"`
		ID          string `json:"_id"`
		Version     int64  `json:"version"`
		VersionType string `json:"version_type"`
	}
	begin := b.lines.Len()
	encoder := json.NewEncoder(&b.lines) // ends each value with a line break
	encoder.SetEscapeHTML(false)
	head := map[string]meta{verb: {Index: a.Index, ID: a.ID, Version: a.Version, VersionType: "external_gte"}}
	for _, line := range append([]any{head}, source...) {
		if err := encoder.Encode(line); err != nil {
			b.lines.Truncate(begin)
			return fmt.Errorf("encode %s: %w", a.ID, err)
		}
	}
	b.actions = append(b.actions, a)
	return nil
}

// item is the answer to one action.
type item struct {
	Index  string `json:"_index"` // the index itself, also where the action names an alias
	Status int    `json:"status"`
	Error  *cause `json:"error"`
}

// done reports whether the action was applied.
func (i item) done() bool { return i.Status >= 200 && i.Status < 300 }

func (i item) errorType() string {
	if i.Error == nil {
		return ""
	}
	return i.Error.Type
}

func (i item) reason() string {
	if i.Error == nil {
		return fmt.Sprintf("status %d", i.Status)
	}
	return i.Error.String()
}

// bulk sends n actions in one request and returns one answer an action, in their order.
func (s *Store) bulk(ctx context.Context, op string, lines *bytes.Buffer, n int) ([]item, error) {
	var answer struct {
		Items []map[string]item `json:"items"`
	}
	request := esapi.BulkRequest{
		Body:       lines,
		FilterPath: []string{"items.*._index", "items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.error.caused_by"},
	}
	if err := s.do(ctx, op, request, &answer); err != nil {
		return nil, err
	}
	if len(answer.Items) != n {
		return nil, fault(op, fmt.Errorf("%w: %d items for %d actions", errAnswer, len(answer.Items), n))
	}
	items := make([]item, n)
	for i, verbs := range answer.Items {
		for _, answered := range verbs { // one verb each
			items[i] = answered
		}
		if items[i].Status == 0 {
			return nil, fault(op, fmt.Errorf("%w: item %d has no status", errAnswer, i))
		}
	}
	return items, nil
}

// Put stores a batch in as many bulk requests as the pace asks for, one after another, under external versions, and then
// removes what the documents have moved out of other months; see settle. Elasticsearch applies the actions on one id in
// the order of the batch.
func (s *Store) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	verdicts := make([]hotline.Verdict, len(docs))
	var stored []action
	var verdictOfStored []*hotline.Verdict
	for done := 0; done < len(docs); {
		room, err := s.pace.enter(ctx)
		if err != nil {
			return nil, err
		}
		until := min(done+room, len(docs))
		judged := verdicts[done:until]
		begin := time.Now()
		actions, verdictOf, err := s.put(ctx, docs[done:until], judged)
		s.pace.leave(len(judged), time.Since(begin), pushedBack(judged, err))
		if err != nil {
			return nil, err
		}
		stored, verdictOfStored = append(stored, actions...), append(verdictOfStored, verdictOf...)
		done = until
	}
	superseded, err := s.settle(ctx, stored)
	if err != nil {
		return nil, err
	}
	for _, n := range superseded {
		verdictOfStored[n].Outcome = hotline.Superseded
	}
	return verdicts, nil
}

// pushedBack reports whether the cluster asked for less at once: by 429, as a whole or of documents, or by 413.
func pushedBack(verdicts []hotline.Verdict, err error) bool {
	var answer *statusError
	if errors.As(err, &answer) {
		return answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusRequestEntityTooLarge
	}
	return slices.ContainsFunc(verdicts, func(v hotline.Verdict) bool { return v.Outcome == hotline.Retry })
}

// put writes documents in one bulk request and fills in their verdicts. It returns what was stored, with the verdicts
// of that.
func (s *Store) put(ctx context.Context, docs []hotline.Document, verdicts []hotline.Verdict) ([]action, []*hotline.Verdict, error) {
	var b batch
	var verdictOf []*hotline.Verdict // by action
	for i := range docs {
		v := &verdicts[i]
		v.ID = docs[i].Call.DocID()
		if err := s.addDocument(&b, &docs[i]); err != nil {
			v.Outcome, v.Reason = hotline.Refused, err.Error()
			continue
		}
		verdictOf = append(verdictOf, v)
	}
	if len(b.actions) == 0 {
		return nil, nil, nil
	}
	if err := s.requireMonths(ctx, b.actions); err != nil {
		return nil, nil, err
	}
	op := fmt.Sprintf("store %d documents", len(b.actions))
	items, err := s.bulk(ctx, op, &b.lines, len(b.actions))
	if err != nil {
		return nil, nil, err
	}
	if err := s.sharedFault(ctx, op, b.actions, items); err != nil {
		return nil, nil, err
	}
	if err := s.checkReplaced(ctx, b.actions, items); err != nil {
		return nil, nil, err
	}
	var stored []action
	var verdictOfStored []*hotline.Verdict
	for n, it := range items {
		v := verdictOf[n]
		v.Outcome, v.Reason = s.judge(b.actions[n].Index, it)
		if v.Outcome == hotline.Stored {
			stored, verdictOfStored = append(stored, b.actions[n]), append(verdictOfStored, v)
		}
	}
	return stored, verdictOfStored, nil
}

// addDocument adds a document to the batch, or says why it can never be stored.
func (s *Store) addDocument(b *batch, doc *hotline.Document) error {
	if err := doc.Check(); err != nil {
		return err
	}
	id := doc.Call.DocID()
	if len(id) > maxIDBytes {
		return fmt.Errorf("source and id have %d bytes together, at most %d", len(id), maxIDBytes)
	}
	return b.index(action{Index: s.monthIndex(doc.Call.Received), ID: id, Version: doc.Version()}, indexedOf(doc))
}

func (s *Store) requireMonths(ctx context.Context, actions []action) error {
	for _, a := range actions {
		if err := s.requireMonth(ctx, a.Index); err != nil {
			return err
		}
	}
	return nil
}

// judge turns the answer for one document into its outcome and reason.
func (s *Store) judge(month string, it item) (hotline.Outcome, string) {
	if it.Status == http.StatusNotFound {
		// The month was dropped after it had been seen. The next try makes it again, or says why it may not be.
		s.forgetMonth(month)
		return hotline.Retry, it.reason()
	}
	return it.outcome()
}

// outcome is what a status says of a document.
func (i item) outcome() (hotline.Outcome, string) {
	switch {
	case i.done():
		return hotline.Stored, ""
	case i.Status == http.StatusConflict:
		return hotline.Superseded, ""
	case i.errorType() == "cluster_block_exception" && i.Status == http.StatusTooManyRequests:
		return hotline.Retry, i.reason() + " (" + hint.Of(hint.Block).String() + ")"
	case i.Status == http.StatusTooManyRequests, i.Status >= 500:
		return hotline.Retry, i.reason()
	}
	return hotline.Refused, i.reason()
}

// unfit reports an answer that says that a value does not fit the mapping of its field.
func (i item) unfit() bool {
	return i.errorType() == "document_parsing_exception" || i.errorType() == "mapper_parsing_exception"
}

// sharedFault finds answers for documents that tell of a faulty set-up. A field that the mapping does not know is one
// at once, since this build writes the fields of its mapping only; values that do not fit their field are, where the
// mapping is not this build's, and else those documents' own; so is a missing right or an index that is blocked or
// closed, unless Migrate blocks it, which passes in seconds.
func (s *Store) sharedFault(ctx context.Context, op string, actions []action, items []item) error {
	unfit := map[string]bool{} // months with documents that do not fit
	for n, it := range items {
		switch {
		case it.errorType() == "cluster_block_exception" && it.Status == http.StatusForbidden && s.migrating(ctx, actions[n].Index):
			return &hotline.Fault{
				Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("%s waits for the end of its migration: %s", actions[n].Index, it.reason()),
				Hint: hint.Of(hint.MigrationGone),
			}
		case it.Status == http.StatusForbidden || it.Status == http.StatusUnauthorized:
			return fault(op, &statusError{Status: it.Status, Type: it.errorType(), Reason: it.reason()})
		case it.errorType() == "strict_dynamic_mapping_exception":
			return setupFault(op, hint.Of(hint.IndexMigrate), "the mapping does not fit: %s", it.reason())
		case it.unfit():
			unfit[actions[n].Index] = true
		}
	}
	for _, month := range slices.Sorted(maps.Keys(unfit)) {
		s.forgetMonth(month)
		if err := s.requireMonth(ctx, month); err != nil {
			return err
		}
	}
	return nil
}
