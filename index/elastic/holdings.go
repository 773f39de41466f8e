package elastic

import (
	"context"
	"encoding/json"
	"math/bits"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hotline"
	"suqiu/index"
)

// Revisions has the documents sorted by the values wanted and reads by what: Elasticsearch gives that several times as
// fast as it gives fields of hits, or buckets with a value in each; see index.Searcher. A document that is moving is
// found twice, and the newer copy counts.
func (s *Store) Revisions(ctx context.Context, ids []string) (map[string]int64, error) {
	if err := index.CheckIDs(ids); err != nil || len(ids) == 0 {
		return nil, err
	}
	revisions := make(map[string]int64, len(ids))
	// An answer holds the copies of at most half as many documents as it has room for.
	for some := range slices.Chunk(ids, maxHits/2) {
		var answer struct {
			Hits struct {
				Hits []struct {
					Sort revision `json:"sort"`
				} `json:"hits"`
			} `json:"hits"`
		}
		err := s.searchMonths(ctx, "look up revisions", esapi.SearchRequest{FilterPath: []string{"hits.hits.sort"}}, object{
			"query": object{"constant_score": object{"filter": object{"terms": object{fieldID: some}}}},
			"sort":  []object{ascending(fieldID, "keyword"), ascending(fieldContentRev, "long")},
			"size":  maxHits, "track_total_hits": false, "_source": false, "stored_fields": "_none_",
		}, &answer)
		if err != nil {
			return nil, err
		}
		for _, h := range answer.Hits.Hits {
			revisions[h.Sort.id] = max(revisions[h.Sort.id], h.Sort.rev)
		}
	}
	return revisions, nil
}

// ascending sorts by a field, which an index of an older mapping may lack.
func ascending(field, kind string) object {
	return object{field: object{"order": "asc", "unmapped_type": kind}}
}

// revision is what a document of Revisions is sorted by: its id and content_rev.
type revision struct {
	id  string
	rev int64
}

func (r *revision) UnmarshalJSON(row []byte) error { return json.Unmarshal(row, &[]any{&r.id, &r.rev}) }

// Origins has the cluster add up powers of two. A sum of which one would have to be added twice has fewer bits set than
// it had addends.
func (s *Store) Origins(ctx context.Context, o hotline.Offsets) ([]hotline.Block, error) {
	if err := index.CheckOffsets(o); err != nil || o.From == o.Until {
		return nil, err
	}
	var answer struct {
		Aggregations struct {
			Blocks struct {
				Buckets []struct {
					Key       float64                 `json:"key"`
					Documents int                     `json:"doc_count"`
					Bits      struct{ Value float64 } `json:"bits"`
					Arrived   struct{ Value float64 } `json:"arrived"`
				} `json:"buckets"`
			} `json:"blocks"`
		} `json:"aggregations"`
	}
	sum := func(field string) object { return object{"sum": object{"field": field}} }
	cached := false // it is asked once
	err := s.searchMonths(ctx, "look up origins", esapi.SearchRequest{FilterPath: []string{"aggregations"}, RequestCache: &cached}, object{
		"query": object{"bool": object{"filter": []any{
			is(fieldPartition, index.Partition(hotline.Origin{Topic: o.Topic, Partition: o.Partition})),
			object{"range": object{fieldOffset: object{"gte": o.From, "lt": o.Until}}},
		}}},
		"size": 0, "track_total_hits": false,
		"aggs": object{"blocks": object{
			"histogram": object{"field": fieldOffset, "interval": hotline.BlockOffsets, "min_doc_count": 1},
			"aggs":      object{"bits": sum(fieldOffsetBit), "arrived": sum(fieldArrived)},
		}},
	}, &answer)
	if err != nil {
		return nil, err
	}
	blocks := make([]hotline.Block, 0, len(answer.Aggregations.Blocks.Buckets))
	for _, b := range answer.Aggregations.Blocks.Buckets {
		if held := uint64(b.Bits.Value); bits.OnesCount64(held) == b.Documents {
			blocks = append(blocks, hotline.Block{First: int64(b.Key), Held: held, Millis: int64(b.Arrived.Value)})
		}
	}
	return blocks, nil
}
