package elastic

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hotline"
	"suqiu/index"
)

// Revisions reads columns, not documents; see index.Searcher. A document that is moving is found twice, and the newer
// copy counts.
func (s *Store) Revisions(ctx context.Context, ids []string) (map[string]int64, error) {
	if err := index.CheckIDs(ids); err != nil || len(ids) == 0 {
		return nil, err
	}
	revisions := make(map[string]int64, len(ids))
	// An answer holds the copies of at most half as many documents as it has room for.
	for some := range slices.Chunk(ids, maxHits/2) {
		rows, err := columns[revision](ctx, s, "look up revisions", object{"terms": object{fieldID: some}}, ascending(fieldID, "keyword"), ascending(fieldContentRev, "long"))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			revisions[r.id] = max(revisions[r.id], r.rev)
		}
	}
	return revisions, nil
}

// revision is a row of the columns id and content_rev.
type revision struct {
	id  string
	rev int64
}

func (r *revision) UnmarshalJSON(row []byte) error { return json.Unmarshal(row, &[]any{&r.id, &r.rev}) }

// Origins reads columns too. Of two copies of a document that is moving, one is enough.
func (s *Store) Origins(ctx context.Context, o hotline.Offsets) ([]hotline.Arrival, error) {
	if err := index.CheckOffsets(o); err != nil || o.From == o.Until {
		return nil, err
	}
	rows, err := columns[[2]int64](ctx, s, "look up origins", object{"bool": object{"filter": []any{
		is(fieldPartition, index.Partition(hotline.Origin{Topic: o.Topic, Partition: o.Partition})),
		object{"range": object{fieldOffset: object{"gte": o.From, "lt": o.Until}}},
	}}}, ascending(fieldOffset, "long"), ascending(fieldArrived, "date"))
	arrivals := make([]hotline.Arrival, len(rows))
	for i, row := range rows {
		arrivals[i] = hotline.Arrival{Offset: row[0], Millis: row[1]}
	}
	return arrivals, err
}

// ascending sorts by a field, which an index of an older mapping may lack.
func ascending(field, kind string) object {
	return object{field: object{"order": "asc", "unmapped_type": kind}}
}

// columns reads of the documents that a query finds, at most maxHits, the values of some fields in their order. It has the
// documents sorted by these fields and reads by what: Elasticsearch gives that several times as fast as it gives fields of
// hits, or buckets with a value in each.
func columns[T any](ctx context.Context, s *Store, op string, query object, fields ...object) ([]T, error) {
	if err := s.requireSetup(ctx); err != nil {
		return nil, err
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				Sort T `json:"sort"`
			} `json:"hits"`
		} `json:"hits"`
	}
	partial := false
	err := s.do(ctx, op, esapi.SearchRequest{
		Index: []string{s.allMonths()}, AllowPartialSearchResults: &partial, FilterPath: []string{"hits.hits.sort"},
		Body: body(object{
			"query": object{"constant_score": object{"filter": query}}, "sort": fields, "size": maxHits, "track_total_hits": false,
			"_source": false, "stored_fields": "_none_",
		}),
	}, &answer)
	if err != nil {
		return nil, err
	}
	rows := make([]T, len(answer.Hits.Hits))
	for i, h := range answer.Hits.Hits {
		rows[i] = h.Sort
	}
	return rows, nil
}
