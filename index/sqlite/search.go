package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"

	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/index"
)

const defaultFacetSize = 10

// Search answers a query; see index.Searcher.
func (s *Store) Search(ctx context.Context, q index.Query) (index.Result, error) {
	if err := q.Check(); err != nil {
		return index.Result{}, err
	}
	words, err := index.ParseWords(q.Words)
	if err != nil {
		return index.Result{}, err
	}
	var w where
	w.and("NOT c.tombstone")
	w.filter(q.Filter)
	w.words(words, q.Filter)

	var result index.Result
	err = s.read(ctx, "search", func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM call c WHERE "+w.String(), w.args...).Scan(&result.Total); err != nil {
			return err
		}
		if q.Size > 0 {
			if result.Found, err = page(ctx, tx, q, words, w); err != nil {
				return err
			}
		}
		if len(q.Facets) > 0 {
			result.Facets, err = facets(ctx, tx, q, w)
		}
		return err
	})
	if err != nil {
		return index.Result{}, err
	}
	return result, nil
}

// page reads the documents of one page. It sorts the narrow rows first and fetches the bodies of the page only.
func page(ctx context.Context, tx *sql.Tx, q index.Query, words index.Words, w where) ([]index.Found, error) {
	from, score, order, args := "call c", "0.0", "received DESC, id", w.args
	switch q.Sort {
	case index.SortOldest:
		order = "received, id"
	case index.SortRelevance:
		order = "score DESC, id"
		if len(words.All) > 0 {
			from = "(SELECT rowid, -bm25(text) AS score FROM text WHERE text MATCH ?) m JOIN call c ON c.doc = m.rowid"
			score, args = "m.score", append([]any{match(words.All, " AND ")}, w.args...)
		}
	}
	query := fmt.Sprintf(`SELECT json, score FROM (
			SELECT c.doc, c.received, c.id, %s AS score FROM %s WHERE %s ORDER BY %s LIMIT ? OFFSET ?
		) JOIN body USING (doc) ORDER BY %s`, score, from, w.String(), order, order)
	var found []index.Found
	err := each(ctx, tx, func(row *sql.Rows) error {
		var body []byte
		var f index.Found
		if err := row.Scan(&body, &f.Score); err != nil {
			return err
		}
		if err := decode(body, &f.Document); err != nil {
			return err
		}
		if q.Highlight {
			f.Highlights = words.Highlights(f.Document.Call.Turns)
		}
		found = append(found, f)
		return nil
	}, query, append(args, q.Size, q.Offset)...)
	return found, err
}

// values says, for each facet, which values the matches m have, and how many matches each row stands for. Areas are
// counted by pairs of paths first, of which there are few, and then told to each level above, once where both trees
// have it.
func values(f index.Field) string {
	switch f {
	case index.FacetLabel:
		return "SELECT code, n FROM (SELECT label, count(*) AS n FROM m JOIN labelled USING (doc) GROUP BY label) JOIN label ON label.id = label"
	case index.FacetArea:
		return `SELECT path, n FROM (
			WITH pair AS MATERIALIZED (SELECT grid, division, count(*) AS n FROM m GROUP BY grid, division)
			SELECT grid, division, n, above FROM pair JOIN area_above ON area = grid AND level > 0
			UNION SELECT grid, division, n, above FROM pair JOIN area_above ON area = division AND level > 0
		) JOIN area ON area.id = above`
	case index.FacetFound, index.FacetUrgency, index.FacetPortrait, index.FacetExperience, index.FacetEntity:
		return "SELECT content, count(*) FROM m JOIN holds USING (doc) JOIN facet ON facet.id = holds.facet WHERE field = '" + string(f) + "' GROUP BY content"
	default:
		return "SELECT " + string(f) + ", 1 FROM m WHERE " + string(f) + " <> ''"
	}
}

func facets(ctx context.Context, tx *sql.Tx, q index.Query, w where) (map[index.Field][]index.Bucket, error) {
	size := q.FacetSize
	if size == 0 {
		size = defaultFacetSize
	}
	all := make(map[index.Field][]index.Bucket, len(q.Facets))
	for _, f := range q.Facets {
		var buckets []index.Bucket
		err := each(ctx, tx, func(row *sql.Rows) error {
			var b index.Bucket
			err := row.Scan(&b.Value, &b.Count)
			buckets = append(buckets, b)
			return err
		}, "WITH m AS (SELECT c.* FROM call c WHERE "+w.String()+"), v (value, n) AS ("+values(f)+`)
			SELECT value, sum(n) FROM v GROUP BY value ORDER BY sum(n) DESC, value LIMIT ?`, append(w.args, size)...)
		if err != nil {
			return nil, err
		}
		all[f] = buckets
	}
	return all, nil
}

// Scan reads a page of documents in the order of their ids; see index.Searcher. The token is the last id read.
func (s *Store) Scan(ctx context.Context, f index.Filter, token string, size int) ([]hotline.Document, string, error) {
	if err := index.CheckScan(size); err != nil {
		return nil, "", err
	}
	w := where{walk: true}
	w.and("c.id > ?", token)
	w.filter(f)
	var docs []hotline.Document
	err := s.read(ctx, "scan", func(tx *sql.Tx) error {
		return each(ctx, tx, func(row *sql.Rows) error {
			var body []byte
			if err := row.Scan(&body); err != nil {
				return err
			}
			var doc hotline.Document
			err := decode(body, &doc)
			docs = append(docs, doc)
			return err
		}, `SELECT json FROM (SELECT c.doc, c.id FROM call c WHERE `+w.String()+` ORDER BY c.id LIMIT ?) JOIN body USING (doc) ORDER BY id`,
			append(w.args, size)...)
	})
	if err != nil {
		return nil, "", err
	}
	if len(docs) < size {
		return docs, "", nil
	}
	return docs, docs[size-1].Call.DocID(), nil
}

// Revisions reads the ids' versions from the index of the ids; see index.Searcher.
func (s *Store) Revisions(ctx context.Context, ids []string) (map[string]int64, error) {
	if err := index.CheckIDs(ids); err != nil {
		return nil, err
	}
	revisions := make(map[string]int64, len(ids))
	err := s.read(ctx, "look up revisions", func(tx *sql.Tx) error {
		return each(ctx, tx, func(row *sql.Rows) error {
			var id string
			var version int64
			err := row.Scan(&id, &version)
			revisions[id] = hotline.ContentRevOf(version)
			return err
		}, `SELECT id, version FROM call WHERE id IN (SELECT value FROM json_each(?))`, list(ids))
	})
	return revisions, err
}

var selectOrigins = fmt.Sprintf(`SELECT read_at / %[1]d * %[1]d AS first, count(*), sum(1 << (read_at %% %[1]d)), sum(arrived)
	FROM call WHERE partition <> '' AND partition = ? AND read_at >= ? AND read_at < ? GROUP BY first ORDER BY first`, hotline.BlockOffsets)

// Origins reads the index of origins; see index.Searcher.
func (s *Store) Origins(ctx context.Context, o hotline.Offsets) ([]hotline.Block, error) {
	if err := index.CheckOffsets(o); err != nil {
		return nil, err
	}
	var blocks []hotline.Block
	err := s.read(ctx, "look up origins", func(tx *sql.Tx) error {
		return each(ctx, tx, func(row *sql.Rows) error {
			var b hotline.Block
			var documents int
			err := row.Scan(&b.First, &documents, &b.Held, &b.Millis)
			if bits.OnesCount64(b.Held) == documents { // else an offset has two
				blocks = append(blocks, b)
			}
			return err
		}, selectOrigins, index.Partition(hotline.Origin{Topic: o.Topic, Partition: o.Partition}), o.From, o.Until)
	})
	return blocks, err
}

// Get returns one document; see index.Searcher.
func (s *Store) Get(ctx context.Context, id string) (hotline.Document, error) {
	var doc hotline.Document
	err := s.read(ctx, "get "+id, func(tx *sql.Tx) error {
		var body []byte
		if err := tx.QueryRowContext(ctx, `SELECT json FROM call JOIN body USING (doc) WHERE id = ?`, id).Scan(&body); err != nil {
			return err
		}
		return decode(body, &doc)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return hotline.Document{}, fmt.Errorf("document %s: %w", id, index.ErrNotFound)
	}
	return doc, err
}

func decode(body []byte, doc *hotline.Document) error {
	if err := json.Unmarshal(body, doc); err != nil {
		return &hotline.Fault{
			Kind: hotline.FaultSetup, Err: fmt.Errorf("decode a stored document: %w", err),
			Hint: hint.Of(hint.DamagedDocument),
		}
	}
	return nil
}
