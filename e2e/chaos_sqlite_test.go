//go:build unix

package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"time"

	_ "modernc.org/sqlite" // reads back what is stored, beside suqiu's own store

	"suqiu/hotline"
)

// embeddedStore reads the file of the embedded store beside the process that writes it.
type embeddedStore struct{ path string }

func (e *embeddedStore) open() (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+e.path+"?mode=ro&_pragma=busy_timeout(5000)")
}

// documents counts what is stored, by the highest number that one has; while there is no store yet, that is none.
func (e *embeddedStore) documents(ctx context.Context) (n int) {
	if _, err := os.Stat(e.path); err != nil {
		return 0
	}
	db, err := e.open()
	if err != nil {
		return 0
	}
	defer db.Close()
	if db.QueryRowContext(ctx, "SELECT coalesce(max(doc), 0) FROM call").Scan(&n) != nil {
		return 0
	}
	return n
}

// values calls see with the first column of each row that a query gives.
func (e *embeddedStore) values(ctx context.Context, see func([]byte) error, queries ...string) (err error) {
	db, err := e.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	connection, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	last := len(queries) - 1
	for _, prepare := range queries[:last] {
		if _, err := connection.ExecContext(ctx, prepare); err != nil {
			return err
		}
	}
	rows, err := connection.QueryContext(ctx, queries[last])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var value []byte
		if err := rows.Scan(&value); err != nil {
			return err
		}
		if err := see(value); err != nil {
			return err
		}
	}
	return rows.Err()
}

// each calls see with every document as it is stored.
func (e *embeddedStore) each(ctx context.Context, see func(stored []byte) error) error {
	return e.values(ctx, see, "SELECT json FROM body")
}

// terms calls see with every word of the index of texts.
func (e *embeddedStore) terms(ctx context.Context, see func(term []byte) error) error {
	return e.values(ctx, see, "CREATE VIRTUAL TABLE temp.word USING fts5vocab (main, text, row)", "SELECT term FROM temp.word")
}

// export writes all documents in the form that the program fold reads.
func (e *embeddedStore) export(ctx context.Context, name string) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := json.NewEncoder(file)
	return e.each(ctx, func(stored []byte) error {
		var doc struct {
			Call struct {
				ID       string         `json:"id"`
				Source   string         `json:"source"`
				Rev      int64          `json:"content_rev"`
				Received time.Time      `json:"received"`
				Turns    []hotline.Turn `json:"turns"`
			} `json:"call"`
		}
		if err := json.Unmarshal(stored, &doc); err != nil {
			return err
		}
		c := &doc.Call
		return out.Encode(map[string]any{"id": c.Source + ":" + c.ID, "content_rev": c.Rev, "received": c.Received, "turns": c.Turns})
	})
}
