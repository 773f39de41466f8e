package elastic

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hotline"
	"suqiu/index"
)

// defaultFacetSize is how many buckets a facet has when the query does not say.
const defaultFacetSize = 10

// facetShardSize is how many values of a facet each month sends: counts are exact while a month has no more, as is the
// case of all facets but the places of a whole province down to the transformer area.
const facetShardSize = 10_000

// Search answers a query. Highlights are found here, by the same reading of the words that SQLite's store has, because
// Elasticsearch marks folded text and not places.
func (s *Store) Search(ctx context.Context, q index.Query) (index.Result, error) {
	if err := q.Check(); err != nil {
		return index.Result{}, err
	}
	words, err := index.ParseWords(q.Words)
	if err != nil {
		return index.Result{}, err
	}
	var answer struct {
		Hits struct {
			Total struct{ Value int64 }
			Hits  []hit
		}
		Aggregations map[index.Field]struct {
			Buckets []struct {
				Key   string `json:"key"`
				Count int64  `json:"doc_count"`
			}
		}
	}
	if err := s.search(ctx, "search", searchBody(q, words), &answer); err != nil {
		return index.Result{}, err
	}
	result := index.Result{Total: answer.Hits.Total.Value}
	for _, h := range answer.Hits.Hits {
		found := index.Found{Document: h.Source.Document, Score: h.Score}
		if q.Highlight {
			found.Highlights = words.Highlights(found.Document.Call.Turns)
		}
		result.Found = append(result.Found, found)
	}
	if len(q.Facets) > 0 {
		result.Facets = make(map[index.Field][]index.Bucket, len(q.Facets))
	}
	for _, f := range q.Facets {
		for _, b := range answer.Aggregations[f].Buckets {
			result.Facets[f] = append(result.Facets[f], index.Bucket{Value: b.Key, Count: b.Count})
		}
		if result.Facets[f] == nil {
			result.Facets[f] = []index.Bucket{}
		}
	}
	return result, nil
}

func searchBody(q index.Query, words index.Words) object {
	var c clauses
	byRelevance := q.Sort == index.SortRelevance
	addFilter(&c, q.Filter)
	addWords(&c, words, byRelevance)
	c.live()
	ascending := object{fieldID: "asc"}
	var order []object
	switch q.Sort {
	case index.SortRelevance:
		order = []object{{"_score": "desc"}, ascending}
	case index.SortOldest:
		order = []object{{fieldReceived: "asc"}, ascending}
	default:
		order = []object{{fieldReceived: "desc"}, ascending}
	}
	request := object{
		"query": c.query(), "sort": order, "from": q.Offset, "size": q.Size, "_source": []string{"document"}, "track_total_hits": true,
	}
	facets := object{}
	for _, f := range q.Facets {
		size := q.FacetSize
		if size == 0 {
			size = defaultFacetSize
		}
		facets[string(f)] = object{"terms": object{
			"field": facetField(f), "size": size, "shard_size": max(size, facetShardSize),
			"order": []object{{"_count": "desc"}, {"_key": "asc"}},
		}}
	}
	if len(facets) > 0 {
		request["aggs"] = facets
	}
	return request
}

// search runs a search over all months.
func (s *Store) search(ctx context.Context, op string, request object, answer any) error {
	return s.searchMonths(ctx, op, esapi.SearchRequest{}, request, answer)
}

// A month that has just been made takes some hundred milliseconds until it can be searched, and for as long the cluster
// refuses every search over all months. A search is begun again after startPause for startTime at most.
const (
	startTime  = 3 * time.Second
	startPause = 100 * time.Millisecond
)

// searchMonths runs a search over all months with the options of a request. An answer that lacks a shard is an error:
// half a result looks like a whole one.
func (s *Store) searchMonths(ctx context.Context, op string, options esapi.SearchRequest, request object, answer any) error {
	if err := s.requireSetup(ctx); err != nil {
		return err
	}
	partial := false
	options.Index, options.AllowPartialSearchResults = []string{s.allMonths()}, &partial
	until := time.Now().Add(startTime)
	for {
		options.Body = body(request)
		err := s.do(ctx, op, options, answer)
		if !missingShards(err) || time.Now().After(until) {
			return err
		}
		select {
		case <-time.After(startPause):
		case <-ctx.Done():
			return err
		}
	}
}

// Scan reads documents in the order of their ids. The token is the last id, so it lasts as long as the documents do,
// and no reading context stays open in the cluster. A document that is rewritten keeps its place. One that moves to
// another month is visible there before it leaves the old one, so a page may hold it twice, next to each other; the
// newer copy counts, and the next page begins after both.
func (s *Store) Scan(ctx context.Context, f index.Filter, token string, size int) ([]hotline.Document, string, error) {
	if err := index.CheckScan(size); err != nil {
		return nil, "", err
	}
	var c clauses
	addFilter(&c, f)
	request := object{
		"query": c.query(), "sort": []object{{fieldID: "asc"}}, "size": size, "_source": []string{"document"}, "track_total_hits": false,
	}
	if token != "" {
		request["search_after"] = []string{token}
	}
	var answer struct{ Hits struct{ Hits []hit } }
	if err := s.search(ctx, "scan", request, &answer); err != nil {
		return nil, "", err
	}
	docs := make([]hotline.Document, 0, len(answer.Hits.Hits))
	for _, h := range answer.Hits.Hits {
		doc := h.Source.Document
		if last := len(docs) - 1; last >= 0 && docs[last].Call.DocID() == doc.Call.DocID() {
			if doc.Version() > docs[last].Version() {
				docs[last] = doc
			}
			continue
		}
		docs = append(docs, doc)
	}
	if len(answer.Hits.Hits) < size {
		return docs, "", nil
	}
	return docs, docs[len(docs)-1].Call.DocID(), nil
}

// Get returns one document by id, as last written. It asks every month, twice if need be: a document that moved between
// two of the answers was in neither.
func (s *Store) Get(ctx context.Context, id string) (hotline.Document, error) {
	if err := s.requireSetup(ctx); err != nil {
		return hotline.Document{}, err
	}
	if id == "" || len(id) > maxIDBytes {
		return hotline.Document{}, index.ErrNotFound
	}
	for range 2 {
		copies, err := s.copies(ctx, id)
		if err != nil {
			return hotline.Document{}, err
		}
		if len(copies) > 0 {
			return slices.MaxFunc(copies, func(a, b hotline.Document) int { return cmp.Compare(a.Version(), b.Version()) }), nil
		}
	}
	return hotline.Document{}, index.ErrNotFound
}

// copies reads all copies of a document, of which there is one, or two while it moves.
func (s *Store) copies(ctx context.Context, id string) ([]hotline.Document, error) {
	months, err := s.mappingVersions(ctx, s.allMonths())
	if err != nil || len(months) == 0 {
		return nil, err
	}
	var places []object
	for month := range months {
		places = append(places, object{"_index": month, "_id": id, "_source": []string{"document"}})
	}
	var answer struct {
		Docs []struct {
			Found bool
			hit
		}
	}
	if err := s.do(ctx, "get "+id, esapi.MgetRequest{Body: body(object{"docs": places})}, &answer); err != nil {
		return nil, err
	}
	var copies []hotline.Document
	for _, d := range answer.Docs {
		if d.Found {
			copies = append(copies, d.Source.Document)
		}
	}
	return copies, nil
}
