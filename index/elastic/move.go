package elastic

import (
	"context"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// Bounds of a page of copying: documents read at once, and bytes written at once.
const (
	movePage  = 500
	moveBytes = 8 << 20
)

// readingTime is for how long the cluster keeps a point in time between two pages.
const readingTime = "5m"

// moved is a document as a pass reads it.
type moved struct {
	ID      string `json:"_id"`
	Version int64  `json:"_version"`
	Source  struct {
		Document *hotline.Document `json:"document"`
	} `json:"_source"`
	Sort []any `json:"sort"`
}

// pass copies the documents whose sequence number is at least from, as they are at the time of the call, in the order
// of their ids from after token. after is told the last id of each page that is stored.
func (m *mover) pass(ctx context.Context, from int64, token string, after func(last string) error) (copied int, err error) {
	var point struct {
		ID string `json:"id"`
	}
	op := "copy " + m.state.Source
	if err := m.do(ctx, op, esapi.OpenPointInTimeRequest{Index: []string{m.state.Source}, KeepAlive: readingTime}, &point); err != nil {
		return 0, err
	}
	defer func() {
		// One that stays open ends by itself.
		_ = m.do(context.WithoutCancel(ctx), op, esapi.ClosePointInTimeRequest{Body: body(object{"id": point.ID})}, nil)
	}()
	request := object{
		"sort": []object{{fieldID: "asc"}}, "size": movePage, "version": true, "_source": []string{"document"}, "track_total_hits": false,
	}
	if from > 0 {
		request["query"] = object{"range": object{"_seq_no": object{"gte": from}}}
	}
	if token != "" {
		request["search_after"] = []string{token}
	}
	partial := false
	for {
		request["pit"] = object{"id": point.ID, "keep_alive": readingTime}
		var answer struct {
			Point string `json:"pit_id"`
			Hits  struct{ Hits []moved }
		}
		if err := m.do(ctx, op, esapi.SearchRequest{AllowPartialSearchResults: &partial, Body: body(request)}, &answer); err != nil {
			return copied, err
		}
		point.ID = answer.Point
		page := answer.Hits.Hits
		if err := m.write(ctx, op, page); err != nil {
			return copied, err
		}
		copied += len(page)
		m.progress.Copied += int64(len(page))
		m.report(m.progress)
		if len(page) == 0 {
			return copied, nil
		}
		last := page[len(page)-1]
		if err := after(last.ID); err != nil {
			return copied, err
		}
		if len(page) < movePage {
			return copied, nil
		}
		request["search_after"] = last.Sort
	}
}

// write stores a page in the new index, shaped by this build, under the versions that the documents have.
func (m *mover) write(ctx context.Context, op string, page []moved) error {
	var b batch
	flush := func() error {
		if len(b.actions) == 0 {
			return nil
		}
		if err := m.hold(ctx); err != nil {
			return err
		}
		items, err := m.bulk(ctx, op, &b.lines, len(b.actions))
		if err != nil {
			return err
		}
		for n, it := range items {
			switch {
			case it.done(), it.Status == http.StatusConflict: // an earlier run has copied a newer version
			case it.Status == http.StatusTooManyRequests, it.Status >= 500:
				return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("%s: %s", b.actions[n].ID, it.reason())}
			default:
				return setupFault(op, hint.Of(hint.MigrationRefused), "%s: %s", b.actions[n].ID, it.reason())
			}
		}
		b = batch{}
		return nil
	}
	for _, d := range page {
		if d.Source.Document == nil {
			return setupFault(op, hint.Of(hint.NotOurs), "%s was not written by suqiu: it holds no document", d.ID)
		}
		if err := b.index(action{Index: m.state.Target, ID: d.ID, Version: d.Version}, indexedOf(d.Source.Document)); err != nil {
			return setupFault(op, hint.Hint{}, "%w", err)
		}
		if b.lines.Len() > moveBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// removeVanished removes from the new index what is no longer in the old one, if there can be such. Each page of the
// new index is read before the old one is asked for the same ids, so nothing that is only now being copied is taken
// for gone.
func (m *mover) removeVanished(ctx context.Context) error {
	old, err := m.documents(ctx, m.state.Source)
	if err != nil {
		return err
	}
	made, err := m.documents(ctx, m.state.Target)
	if err != nil || made <= old {
		return err
	}
	op := "look for documents that have left " + m.month
	request := object{"sort": []object{{fieldID: "asc"}}, "size": maxHits, "version": true, "_source": false, "track_total_hits": false}
	partial := false
	for {
		var answer struct{ Hits struct{ Hits []moved } }
		err := m.do(ctx, op, esapi.SearchRequest{Index: []string{m.state.Target}, AllowPartialSearchResults: &partial, Body: body(request)}, &answer)
		if err != nil {
			return err
		}
		page := answer.Hits.Hits
		if len(page) == 0 {
			return nil
		}
		ids := make([]string, len(page))
		for i, d := range page {
			ids[i] = d.ID
		}
		present := make(map[string]bool, len(page))
		err = m.findCopies(ctx, []string{m.state.Source}, ids, func(id string, _ place) { present[id] = true })
		if err != nil {
			return err
		}
		var removal batch
		for _, d := range page {
			if present[d.ID] {
				continue
			}
			if err := removal.delete(action{Index: m.state.Target, ID: d.ID, Version: d.Version}); err != nil {
				return setupFault(op, hint.Hint{}, "%w", err)
			}
		}
		if len(removal.actions) > 0 {
			if err := m.hold(ctx); err != nil {
				return err
			}
			if err := m.remove(ctx, &removal, []string{m.state.Source}); err != nil {
				return err
			}
		}
		if err := m.save(ctx); err != nil {
			return err
		}
		request["search_after"] = page[len(page)-1].Sort
	}
}

// checkpoint is a sequence number up to which every copy of each shard of the source has applied all writes, so that a
// pass misses none of them whatever copies it reads.
func (m *mover) checkpoint(ctx context.Context) (int64, error) {
	var answer struct {
		Indices map[string]struct {
			Shards map[string][]struct {
				Routing struct {
					Primary bool `json:"primary"`
				} `json:"routing"`
				SeqNo struct {
					Global int64 `json:"global_checkpoint"`
				} `json:"seq_no"`
			} `json:"shards"`
		} `json:"indices"`
	}
	op := "read the sequence numbers of " + m.state.Source
	err := m.do(ctx, op, esapi.IndicesStatsRequest{Index: []string{m.state.Source}, Level: "shards"}, &answer)
	if err != nil {
		return 0, err
	}
	shards := answer.Indices[m.state.Source].Shards
	lowest := int64(-1)
	first := true
	for number, copies := range shards {
		found := false
		for _, c := range copies {
			if !c.Routing.Primary {
				continue
			}
			found = true
			if first || c.SeqNo.Global < lowest {
				lowest, first = c.SeqNo.Global, false
			}
		}
		if !found {
			return 0, &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("shard %s has no primary", number)}
		}
	}
	if len(shards) == 0 {
		return 0, fault(op, fmt.Errorf("%w: no shards", errAnswer))
	}
	return lowest, nil
}

// documents counts the documents of an index, all writes included.
func (s *Store) documents(ctx context.Context, name string) (int64, error) {
	if err := s.refresh(ctx, name); err != nil {
		return 0, err
	}
	var answer struct {
		Count  int64 `json:"count"`
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	op := "count the documents of " + name
	if err := s.do(ctx, op, esapi.CountRequest{Index: []string{name}}, &answer); err != nil {
		return 0, err
	}
	if n := answer.Shards.Failed; n > 0 {
		return 0, &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("%d shards failed", n)}
	}
	return answer.Count, nil
}
