package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/index"
)

// record is an entry of the ledger as its index holds it.
type record struct {
	Key   string `json:"key"`
	Rev   int64  `json:"rev"`
	Value []byte `json:"value"` // base64
}

// held is a document with what Elasticsearch wants back for a conditional write.
type held[T any] struct {
	Found       bool   `json:"found"`
	SeqNo       int64  `json:"_seq_no"`
	PrimaryTerm int64  `json:"_primary_term"`
	Source      T      `json:"_source"`
	Error       *cause `json:"error"`
}

// readHeld reads documents of an index by their ids, as they are at this moment. It goes by _mget, which takes ids in the
// body: as part of a path some, such as "..", would be lost.
func readHeld[T any](ctx context.Context, s *Store, op, index string, ids ...string) ([]held[T], error) {
	var answer struct{ Docs []held[T] }
	if err := s.do(ctx, op, esapi.MgetRequest{Index: index, Body: body(object{"ids": ids})}, &answer); err != nil {
		return nil, err
	}
	if len(answer.Docs) != len(ids) {
		return nil, fault(op, fmt.Errorf("%w: %d documents for %d ids", errAnswer, len(answer.Docs), len(ids)))
	}
	for i := range answer.Docs {
		if e := answer.Docs[i].Error; e != nil {
			status := http.StatusServiceUnavailable
			if e.Type == "index_not_found_exception" {
				status = http.StatusNotFound
			}
			return nil, fault(op, &statusError{Status: status, Type: e.Type, Reason: e.Reason})
		}
	}
	return answer.Docs, nil
}

// writeHeld writes a document on condition that it still is as it was read; false means that it is not.
func writeHeld[T any](ctx context.Context, s *Store, op, index, id string, read held[T], next T) (bool, error) {
	condition := object{"_index": index, "_id": id}
	verb := "create"
	if read.Found {
		verb = "index"
		condition["if_seq_no"], condition["if_primary_term"] = read.SeqNo, read.PrimaryTerm
	}
	var lines bytes.Buffer
	for _, line := range []any{object{verb: condition}, next} {
		encoded, err := json.Marshal(line)
		if err != nil {
			return false, fmt.Errorf("%s: %w", op, err)
		}
		lines.Write(append(encoded, '\n'))
	}
	items, err := s.bulk(ctx, op, &lines, 1)
	if err != nil {
		return false, err
	}
	switch it := items[0]; {
	case it.done():
		return true, nil
	case it.Status == http.StatusConflict:
		return false, nil
	default:
		return false, fault(op, &statusError{Status: it.Status, Type: it.errorType(), Reason: it.reason()})
	}
}

// GetRecord reads a record as last written.
func (s *Store) GetRecord(ctx context.Context, key string) (index.Record, error) {
	stored, err := s.readRecord(ctx, key)
	switch {
	case err != nil:
		return index.Record{}, err
	case !stored.Found:
		return index.Record{}, fmt.Errorf("ledger record %q: %w", key, index.ErrNotFound)
	}
	return recordOf(stored.Source), nil
}

func recordOf(r record) index.Record { return index.Record{Key: r.Key, Value: r.Value, Rev: r.Rev} }

func (s *Store) readRecord(ctx context.Context, key string) (held[record], error) {
	if err := s.requireSetup(ctx); err != nil {
		return held[record]{}, err
	}
	if err := index.CheckRecord(key, nil); err != nil {
		return held[record]{}, err
	}
	found, err := readHeld[record](ctx, s, "read ledger record "+key, s.ledgerIndex(), key)
	if err != nil {
		return held[record]{}, err
	}
	return found[0], nil
}

// PutRecord compares the revision with the one just read, and writes on condition that nobody has written since.
func (s *Store) PutRecord(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	if err := index.CheckRecord(key, value); err != nil {
		return 0, err
	}
	stored, err := s.readRecord(ctx, key)
	if err != nil {
		return 0, err
	}
	if stored.Source.Rev != ifRev { // 0 of a record that does not exist
		return 0, fmt.Errorf("ledger record %q at revision %d, not %d: %w", key, stored.Source.Rev, ifRev, index.ErrConflict)
	}
	if value == nil {
		value = []byte{} // a binary field has no null
	}
	next := record{Key: key, Rev: ifRev + 1, Value: value}
	written, err := writeHeld(ctx, s, "write ledger record "+key, s.ledgerIndex(), key, stored, next)
	switch {
	case err != nil:
		return 0, err
	case !written:
		return 0, fmt.Errorf("ledger record %q at revision %d: %w", key, ifRev, index.ErrConflict)
	}
	return next.Rev, nil
}

// listPage is how many records one request returns. A page of the largest values there may be takes 300 MiB.
const listPage = 50

// ListRecords refreshes the ledger first, so that it sees all puts.
func (s *Store) ListRecords(ctx context.Context, prefix string) ([]index.Record, error) {
	if err := s.requireSetup(ctx); err != nil {
		return nil, err
	}
	if err := s.refresh(ctx, s.ledgerIndex()); err != nil {
		return nil, err
	}
	request := object{
		"query": object{"prefix": object{"key": object{"value": prefix}}},
		"sort":  []object{{"key": "asc"}}, "size": listPage, "track_total_hits": false,
	}
	var records []index.Record
	partial := false
	for {
		var answer struct {
			Hits struct {
				Hits []struct {
					Source record `json:"_source"`
				}
			}
		}
		err := s.do(ctx, "list ledger records under "+prefix, esapi.SearchRequest{
			Index: []string{s.ledgerIndex()}, AllowPartialSearchResults: &partial, Body: body(request),
		}, &answer)
		if err != nil {
			return nil, err
		}
		for _, h := range answer.Hits.Hits {
			records = append(records, recordOf(h.Source))
		}
		if len(answer.Hits.Hits) < listPage {
			return records, nil
		}
		request["search_after"] = []string{records[len(records)-1].Key}
	}
}
