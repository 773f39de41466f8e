package elastic

import (
	"bytes"
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
		var answer rows[revision]
		if err := s.columns(ctx, "look up revisions", object{"terms": object{fieldID: some}}, &answer, ascending(fieldID, "keyword"), ascending(fieldContentRev, "long")); err != nil {
			return nil, err
		}
		for _, h := range answer.Hits.Hits {
			revisions[h.Sort.id] = max(revisions[h.Sort.id], h.Sort.rev)
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
	var found arrivals
	err := s.columns(ctx, "look up origins", object{"bool": object{"filter": []any{
		is(fieldPartition, index.Partition(hotline.Origin{Topic: o.Topic, Partition: o.Partition})),
		object{"range": object{fieldOffset: object{"gte": o.From, "lt": o.Until}}},
	}}}, &found, ascending(fieldOffset, "long"), ascending(fieldArrived, "date"))
	return found, err
}

// arrivals are rows of the columns offset and arrived.
type arrivals []hotline.Arrival

// read takes the rows as Elasticsearch writes them, which takes a tenth of the time of encoding/json: an audit reads one for each record of the log. What is
// written in another way is left to encoding/json.
func (a *arrivals) read(body []byte) error {
	if a.readQuick(body) {
		return nil
	}
	var answer rows[[2]int64]
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	*a = make(arrivals, len(answer.Hits.Hits))
	for i, h := range answer.Hits.Hits {
		(*a)[i] = hotline.Arrival{Offset: h.Sort[0], Millis: h.Sort[1]}
	}
	return nil
}

// readQuick reports whether the rows stand there as they usually do, and takes them.
func (a *arrivals) readQuick(body []byte) bool {
	const begin, row, between, next, end = `{"hits":{"hits":[`, `{"sort":[`, `,`, `]},`, `]}]}}`
	rest, ok := bytes.CutPrefix(body, []byte(begin))
	if !ok {
		return false
	}
	found := make(arrivals, 0, len(body)/len(`{"sort":[123456,1784505601000]},`))
	for {
		var one hotline.Arrival
		if rest, ok = bytes.CutPrefix(rest, []byte(row)); !ok {
			return false
		}
		if one.Offset, rest, ok = digits(rest); !ok {
			return false
		}
		if rest, ok = bytes.CutPrefix(rest, []byte(between)); !ok {
			return false
		}
		if one.Millis, rest, ok = digits(rest); !ok {
			return false
		}
		found = append(found, one)
		if string(rest) == end {
			*a = found
			return true
		}
		if rest, ok = bytes.CutPrefix(rest, []byte(next)); !ok {
			return false
		}
	}
}

// digits cuts a whole number of up to 18 digits, which is not negative and begins with no needless zero, off a text.
func digits(text []byte) (n int64, rest []byte, ok bool) {
	at := 0
	for at < len(text) && '0' <= text[at] && text[at] <= '9' {
		n = 10*n + int64(text[at]-'0')
		at++
	}
	return n, text[at:], at > 0 && at <= 18 && (at == 1 || text[0] != '0')
}

// ascending sorts by a field, which an index of an older mapping may lack.
func ascending(field, kind string) object {
	return object{field: object{"order": "asc", "unmapped_type": kind}}
}

// rows is an answer of columns.
type rows[T any] struct {
	Hits struct {
		Hits []struct {
			Sort T `json:"sort"`
		} `json:"hits"`
	} `json:"hits"`
}

// columns reads of the documents that a query finds, at most maxHits, the values of some fields in their order into answer, which is rows or reads
// them itself. It has the
// documents sorted by these fields and reads by what: Elasticsearch gives that several times as fast as it gives fields of
// hits, or buckets with a value in each.
func (s *Store) columns(ctx context.Context, op string, query object, answer any, fields ...object) error {
	return s.searchMonths(ctx, op, esapi.SearchRequest{FilterPath: []string{"hits.hits.sort"}}, object{
		"query": object{"constant_score": object{"filter": query}}, "sort": fields, "size": maxHits, "track_total_hits": false,
		"_source": false, "stored_fields": "_none_",
	}, answer)
}
