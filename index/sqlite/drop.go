package sqlite

import (
	"context"
	"database/sql"
	"time"

	"suqiu/calendar"
	"suqiu/index"
)

var _ index.Dropper = (*Store)(nil)

// Months returns the months that hold documents.
func (s *Store) Months(ctx context.Context) ([]time.Time, error) {
	var months []time.Time
	err := s.read(ctx, "list the months", func(tx *sql.Tx) error {
		from := int64(-1 << 62)
		for {
			var next sql.NullInt64
			if err := tx.QueryRowContext(ctx, `SELECT min(received) FROM call WHERE received >= ?`, from).Scan(&next); err != nil || !next.Valid {
				return err
			}
			first := time.UnixMilli(next.Int64).In(calendar.Shanghai())
			month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, first.Location())
			months = append(months, month)
			from = month.AddDate(0, 1, 0).UnixMilli()
		}
	})
	return months, err
}

// dropBatch is how many documents go in one transaction, so that other writers are not kept waiting for long.
const dropBatch = 2000

// DropMonth deletes the documents of a month. Their room in the file is used again and not given back to the disk.
func (s *Store) DropMonth(ctx context.Context, month time.Time) error {
	from, to := month.UnixMilli(), month.AddDate(0, 1, 0).UnixMilli()
	for {
		var dropped int64
		err := s.write(ctx, "drop "+month.Format("2006-01"), func(tx *sql.Tx) error {
			const batch = ` IN (SELECT doc FROM call WHERE received >= ? AND received < ? ORDER BY received, doc LIMIT ?)`
			for _, table := range []string{
				`DELETE FROM text WHERE rowid`, `DELETE FROM labelled WHERE doc`, `DELETE FROM holds WHERE doc`, `DELETE FROM body WHERE doc`, `DELETE FROM call WHERE doc`,
			} {
				result, err := tx.ExecContext(ctx, table+batch, from, to, dropBatch)
				if err != nil {
					return err
				}
				if dropped, err = result.RowsAffected(); err != nil { // in the end those of call
					return err
				}
			}
			return nil
		})
		if err != nil || dropped < dropBatch {
			return err
		}
	}
}
