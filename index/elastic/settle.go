package elastic

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// place is one copy of a document.
type place struct {
	month   string
	version int64
}

// compare orders the copies of one document: the highest stays. Copies of one version in two months come from one
// content whose time was read in two ways; that the later month wins is arbitrary, but all writers agree on it.
func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.version, o.version), cmp.Compare(p.month, o.month))
}

// Bounds of one request for copies. A search finds one copy of each document, or two while it moves, so its answer stays
// far below the 10,000 hits that it may have; a get by id answers for each place that it asks about.
const (
	idsASearch = 1000
	placesAGet = 10_000
)

// activeFor is for how long after its last write a month counts as one that is being written to.
const activeFor = time.Minute

// settle removes, for documents just stored, all copies in other months but the highest, and returns which of the
// actions lost against a copy that was there before them or came from another writer.
//
// Elasticsearch keeps versions within an index, so a call whose month is corrected is for a moment in two. Each writer
// looks for other copies after its own write, in a way that sees all writes that were acknowledged by then. Of two
// writers the one whose write comes last therefore sees the other's copy. Every writer removes all copies that are
// lower than the highest it sees, each only if it still has the version that was seen. The highest copy of all is never
// removed: nobody can see a higher one. Any lower copy is removed by its own writer or the highest one's, whichever
// wrote last; when its version has changed meanwhile, by the writer who changed it. A writer that dies before this is
// done has acknowledged nothing, and the same batch put again ends it.
//
// There are two such ways. A get by id needs no refresh, but a look for each document in each month; a search needs one,
// which costs nothing in a month that rests and much in one that is written to, at any rate far more than the search. So
// the months that this store has lately written to are asked by id, and all others, if there are any, are refreshed and
// searched: a refresh of nothing, too, waits its turn behind those of months that are written to.
func (s *Store) settle(ctx context.Context, stored []action) (superseded []int, err error) {
	copies := map[string]map[string]int64{} // version by id and month
	note := func(id string, p place) {
		if copies[id] == nil {
			copies[id] = map[string]int64{}
		}
		copies[id][p.month] = max(p.version, copies[id][p.month])
	}
	var ids []string
	for _, a := range stored {
		if copies[a.ID] == nil {
			ids = append(ids, a.ID)
		}
		note(a.ID, place{a.Index, a.Version})
	}
	if len(ids) == 0 {
		return nil, nil
	}
	active := s.activeMonths(stored, time.Now())
	var asked []action
	resting := []string{s.allMonths()}
	for _, month := range active {
		resting = append(resting, "-"+month+"*") // a pattern, since a month that was dropped would be an error by its name
		for _, id := range ids {
			if _, known := copies[id][month]; !known {
				asked = append(asked, action{Index: month, ID: id})
			}
		}
	}
	for some := range slices.Chunk(asked, placesAGet) {
		if err := s.getCopies(ctx, some, note); err != nil {
			return nil, err
		}
	}
	some, err := s.anyMonthBut(ctx, active)
	if err != nil {
		return nil, err
	}
	if some {
		if err := s.refresh(ctx, resting...); err != nil {
			return nil, err
		}
		for chunk := range slices.Chunk(ids, idsASearch) {
			if err := s.findCopies(ctx, resting, chunk, note); err != nil {
				return nil, err
			}
		}
	}

	var removal batch
	highest := map[string]place{} // of the documents in several months
	var refreshed []string
	for _, id := range ids {
		if len(copies[id]) == 1 {
			continue
		}
		var top place
		for month, version := range copies[id] {
			if p := (place{month, version}); top.compare(p) < 0 {
				top = p
			}
		}
		highest[id] = top
		refreshed = append(refreshed, top.month)
		for month, version := range copies[id] {
			if month == top.month {
				continue
			}
			if err := removal.delete(action{Index: month, ID: id, Version: version}); err != nil {
				return nil, setupFault("remove moved documents", hint.Hint{}, "%w", err)
			}
		}
	}
	if len(highest) == 0 {
		return nil, nil
	}
	if err := s.remove(ctx, &removal, refreshed); err != nil {
		return nil, err
	}
	for n, a := range stored {
		top, moved := highest[a.ID]
		mine := place{a.Index, a.Version}
		if moved && mine.compare(top) < 0 && !slices.Contains(stored[n+1:], action{Index: top.month, ID: a.ID, Version: top.version}) {
			superseded = append(superseded, n)
		}
	}
	return superseded, nil
}

// activeMonths notes which months were just written to, and names those that this store has written to of late.
func (s *Store) activeMonths(stored []action, now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range stored {
		s.written[a.Index] = now
	}
	maps.DeleteFunc(s.written, func(_ string, last time.Time) bool { return now.Sub(last) > activeFor })
	return slices.Sorted(maps.Keys(s.written))
}

// anyMonthBut reports whether the cluster holds other months than those given. One that another writer makes later holds
// what was written later: that writer sees what this one has written.
func (s *Store) anyMonthBut(ctx context.Context, known []string) (bool, error) {
	var indices map[string]json.RawMessage
	if err := s.do(ctx, "list the months", esapi.IndicesGetAliasRequest{Index: []string{s.allMonths()}}, &indices); err != nil {
		return false, err
	}
	for index := range indices {
		if !slices.Contains(known, s.monthOf(index)) {
			return true, nil
		}
	}
	return false, nil
}

// getCopies tells note of the documents that are at some places, given by month and id, as they are at this moment.
func (s *Store) getCopies(ctx context.Context, places []action, note func(string, place)) error {
	type source struct {
		Index  string `json:"_index"`
		ID     string `json:"_id"`
		Source bool   `json:"_source"`
	}
	wanted := make([]source, len(places))
	for i, p := range places {
		wanted[i] = source{Index: p.Index, ID: p.ID}
	}
	var answer struct {
		Docs []struct {
			Found   bool   `json:"found"`
			Version int64  `json:"_version"`
			Error   *cause `json:"error"`
		} `json:"docs"`
	}
	op := fmt.Sprintf("look at %d places for documents in other months", len(places))
	err := s.do(ctx, op, esapi.MgetRequest{
		Body:       body(object{"docs": wanted}),
		FilterPath: []string{"docs.found", "docs._version", "docs.error"},
	}, &answer)
	if err != nil {
		return err
	}
	if len(answer.Docs) != len(places) {
		return fault(op, fmt.Errorf("%w: %d of %d places", errAnswer, len(answer.Docs), len(places)))
	}
	for i, d := range answer.Docs {
		switch {
		case d.Found:
			note(places[i].ID, place{places[i].Index, d.Version})
		case d.Error != nil && d.Error.Type != "index_not_found_exception": // that month was dropped, and all its copies
			return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: errors.New(d.Error.String())}
		}
	}
	return nil
}

// findCopies tells note of all copies of documents in some months.
func (s *Store) findCopies(ctx context.Context, months, ids []string, note func(string, place)) error {
	var answer struct {
		Hits struct {
			Total struct{ Value int }
			Hits  []struct {
				Index   string `json:"_index"`
				ID      string `json:"_id"`
				Version int64  `json:"_version"`
			}
		}
	}
	op := fmt.Sprintf("look for %d documents in other months", len(ids))
	partial := false
	err := s.do(ctx, op, esapi.SearchRequest{
		Index: months, AllowPartialSearchResults: &partial,
		Body: body(object{
			"query": object{"ids": object{"values": ids}}, "version": true, "_source": false,
			"size": maxHits, "track_total_hits": true,
		}),
		FilterPath: []string{"hits.total.value", "hits.hits._index", "hits.hits._id", "hits.hits._version"},
	}, &answer)
	if err != nil {
		return err
	}
	for _, hit := range answer.Hits.Hits {
		note(hit.ID, place{s.monthOf(hit.Index), hit.Version})
	}
	if n := answer.Hits.Total.Value; n > len(answer.Hits.Hits) {
		return fault(op, fmt.Errorf("%w: %d of %d copies", errAnswer, len(answer.Hits.Hits), n))
	}
	return nil
}

// remove applies removals. Before, the months of the copies that stay are refreshed: else a reader could see neither.
func (s *Store) remove(ctx context.Context, removal *batch, staying []string) error {
	slices.Sort(staying)
	if err := s.refresh(ctx, slices.Compact(staying)...); err != nil {
		return err
	}
	op := fmt.Sprintf("remove %d documents from the months they moved out of", len(removal.actions))
	items, err := s.bulk(ctx, op, &removal.lines, len(removal.actions))
	if err != nil {
		return err
	}
	if err := s.sharedFault(ctx, op, removal.actions, items); err != nil {
		return err
	}
	for n, it := range items {
		// 404: it is gone already, or its month is. 409: a newer version came, whose writer sees to the rest.
		if !it.done() && it.Status != 404 && it.Status != 409 {
			return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("%s: %s", removal.actions[n].ID, it.reason())}
		}
	}
	return nil
}
