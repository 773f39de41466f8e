package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"suqiu/hotline"
	"suqiu/index"
)

// turnBorder stands between the tokens of two turns, so that no phrase reaches over it. It is no token of index.
const turnBorder = "|"

// row is a document made ready outside the transaction, in which other writers wait.
type row struct {
	doc    *hotline.Document
	json   []byte
	tokens string
}

// Put stores a batch in one transaction; see index.Writer.
func (s *Store) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, nil
	}
	verdicts := make([]hotline.Verdict, len(docs))
	rows := make([]row, len(docs))
	for i := range docs {
		verdicts[i].ID = docs[i].Call.DocID()
		var err error
		if rows[i], err = newRow(&docs[i]); err != nil {
			verdicts[i].Outcome, verdicts[i].Reason = hotline.Refused, err.Error()
		}
	}
	err := s.write(ctx, fmt.Sprintf("put %d documents", len(docs)), func(tx *sql.Tx) error {
		p, err := newPutter(ctx, tx)
		if err != nil {
			return err
		}
		defer p.close()
		for i := range rows {
			if verdicts[i].Outcome == hotline.Refused {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if verdicts[i].Outcome, err = p.put(verdicts[i].ID, &rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return verdicts, nil
}

func newRow(doc *hotline.Document) (row, error) {
	if err := doc.Check(); err != nil {
		return row{}, err
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return row{}, err
	}
	var tokens strings.Builder
	for i, turn := range doc.Call.Turns {
		if i > 0 {
			tokens.WriteString(turnBorder + " ")
		}
		for _, t := range index.Tokenize(turn.Text) {
			tokens.WriteString(t.Text)
			tokens.WriteByte(' ')
		}
	}
	return row{doc: doc, json: body, tokens: tokens.String()}, nil
}

// putter holds the prepared statements of one transaction. They run without the context, for which the driver would
// start a goroutine each; Put looks at it between documents.
type putter struct {
	statements                                                 []*sql.Stmt
	find, insert, update, body, unlabel, label, text, dropText *sql.Stmt
	findArea, addArea, addAbove, findLabel, addLabel           *sql.Stmt
	findFacet, addFacet, hold, drop                            *sql.Stmt
	areas, labels, facets                                      map[string]int64
}

func newPutter(ctx context.Context, tx *sql.Tx) (*putter, error) {
	p := &putter{areas: map[string]int64{}, labels: map[string]int64{}, facets: map[string]int64{}}
	for _, s := range []struct {
		into **sql.Stmt
		sql  string
	}{
		{&p.find, `SELECT doc, version FROM call WHERE id = ?`},
		{&p.insert, `INSERT INTO call (id, version, ruleset_rev, received, tombstone, precision, source, hotline, kind, nature, responsible,
			grid, division, matter, caller, account, partition, read_at, arrived) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&p.update, `UPDATE call SET (id, version, ruleset_rev, received, tombstone, precision, source, hotline, kind, nature, responsible,
			grid, division, matter, caller, account, partition, read_at, arrived) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE doc = ?`},
		{&p.body, `INSERT OR REPLACE INTO body (doc, json) VALUES (?, ?)`},
		{&p.unlabel, `DELETE FROM labelled WHERE doc = ?`},
		{&p.label, `INSERT OR IGNORE INTO labelled (label, doc) VALUES (?, ?)`},
		{&p.text, `INSERT INTO text (rowid, tokens) VALUES (?, ?)`},
		{&p.dropText, `DELETE FROM text WHERE rowid = ?`},
		{&p.findArea, `SELECT id FROM area WHERE path = ?`},
		{&p.addArea, `INSERT INTO area (path, depth) VALUES (?, ?)`},
		{&p.addAbove, `INSERT INTO area_above (area, level, above) VALUES (?, ?, ?)`},
		{&p.findLabel, `SELECT id FROM label WHERE code = ?`},
		{&p.addLabel, `INSERT INTO label (code) VALUES (?)`},
		{&p.findFacet, `SELECT id FROM facet WHERE field = ? AND content = ?`},
		{&p.addFacet, `INSERT INTO facet (field, content) VALUES (?, ?)`},
		{&p.hold, `INSERT OR IGNORE INTO holds (facet, doc) VALUES (?, ?)`},
		{&p.drop, `DELETE FROM holds WHERE doc = ?`},
	} {
		statement, err := tx.PrepareContext(ctx, s.sql)
		if err != nil {
			p.close()
			return nil, err
		}
		*s.into = statement
		p.statements = append(p.statements, statement)
	}
	return p, nil
}

// close frees the statements; the transaction's end would do so too, and what it reports is what counts.
func (p *putter) close() {
	for _, s := range p.statements {
		_ = s.Close()
	}
}

// put writes one document unless the store holds a newer version.
func (p *putter) put(id string, r *row) (hotline.Outcome, error) {
	var doc, version int64
	err := p.find.QueryRow(id).Scan(&doc, &version)
	known := err == nil
	switch {
	case known && version > r.doc.Version():
		return hotline.Superseded, nil
	case !known && !errors.Is(err, sql.ErrNoRows):
		return 0, err
	}
	c, a := &r.doc.Call, &r.doc.Analysis
	grid, err := p.area(c.Area.Grid)
	if err != nil {
		return 0, err
	}
	division, err := p.area(c.Area.Division)
	if err != nil {
		return 0, err
	}
	fields := []any{
		id, r.doc.Version(), a.RulesetRev, c.Received.UnixMilli(), c.Tombstone, string(c.Precision), c.Source, string(c.Hotline),
		string(c.Kind), string(a.Nature), string(a.Responsible), grid, division, c.Matter, c.Caller, c.Account,
		index.Partition(c.Origin), c.Origin.Offset, c.Arrived.UnixMilli(),
	}
	if known {
		err = p.replace(doc, fields)
	} else {
		doc, err = inserted(p.insert.Exec(fields...))
	}
	if err != nil {
		return 0, err
	}
	if _, err := p.body.Exec(doc, r.json); err != nil {
		return 0, err
	}
	for _, l := range a.Labels {
		label, _, err := number(p.labels, l.Code, p.findLabel, []any{l.Code}, p.addLabel, l.Code)
		if err != nil {
			return 0, err
		}
		if _, err := p.label.Exec(label, doc); err != nil {
			return 0, err
		}
	}
	if err := p.holds(doc, a); err != nil {
		return 0, err
	}
	if c.Tombstone {
		return hotline.Stored, nil
	}
	_, err = p.text.Exec(doc, r.tokens)
	return hotline.Stored, err
}

// replace writes the fields of a document that is there already and takes away its labels and words.
func (p *putter) replace(doc int64, fields []any) error {
	if _, err := p.update.Exec(append(fields, doc)...); err != nil {
		return err
	}
	if _, err := p.unlabel.Exec(doc); err != nil {
		return err
	}
	if _, err := p.drop.Exec(doc); err != nil {
		return err
	}
	_, err := p.dropText.Exec(doc)
	return err
}

// holds writes what a document holds of the facets that may have any number of values.
func (p *putter) holds(doc int64, a *hotline.Analysis) error {
	for field, values := range index.Values(a) {
		for _, value := range values {
			key := []any{string(field), value}
			facet, _, err := number(p.facets, string(field)+" "+value, p.findFacet, key, p.addFacet, key...)
			if err != nil {
				return err
			}
			if _, err := p.hold.Exec(facet, doc); err != nil {
				return err
			}
		}
	}
	return nil
}

// area returns the number of a path; at its first use it ties it to those above it. Level 0 of every path is "".
func (p *putter) area(path string) (int64, error) {
	ancestors := hotline.Ancestors(path)
	id, added, err := number(p.areas, path, p.findArea, []any{path}, p.addArea, path, len(ancestors))
	if err != nil || !added {
		return id, err
	}
	for level, ancestor := range append([]string{""}, ancestors...) {
		above, err := p.area(ancestor)
		if err != nil {
			return 0, err
		}
		if _, err := p.addAbove.Exec(id, level, above); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// number returns the number under which a value is kept; at its first use it adds a row of these fields.
func number(known map[string]int64, value string, find *sql.Stmt, key []any, add *sql.Stmt, fields ...any) (id int64, added bool, err error) {
	if id, ok := known[value]; ok {
		return id, false, nil
	}
	err = find.QueryRow(key...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		added = true
		id, err = inserted(add.Exec(fields...))
	}
	if err == nil {
		known[value] = id
	}
	return id, added, err
}

func inserted(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}
