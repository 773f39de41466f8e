package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

func testDocument(id, text string) hotline.Document {
	return hotline.Document{Call: hotline.Call{
		Schema: hotline.Schema, Source: "95598", Hotline: hotline.Hotline95598, ID: id, Kind: hotline.KindCall,
		Received: time.Date(2026, time.March, 10, 4, 0, 0, 0, time.UTC), Precision: hotline.PrecisionSecond, ContentRev: 1, Matter: "95598:" + id,
		Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}},
	}}
}

func openTest(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func wantFault(t *testing.T, err error, kind hotline.FaultKind, words ...string) {
	t.Helper()
	var f *hotline.Fault
	if !errors.As(err, &f) || f.Kind != kind {
		t.Fatalf("got %v, want a fault of kind %d", err, kind)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %q, want it to say %q", err, w)
		}
	}
}

// other opens the file as another program would.
func other(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestOpenFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		want []string
	}{
		{"folder missing", func(*testing.T, string) {}, []string{"folder", "must exist"}},
		{"no database", func(t *testing.T, path string) { write(t, path, strings.Repeat("停电", 1000)) }, []string{"the file is no store"}},
		{"a folder", func(t *testing.T, path string) {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}, []string{"must exist"}},
		{"another program's", func(t *testing.T, path string) {
			write(t, path, "")
			execute(t, other(t, path), "CREATE TABLE bill (id INTEGER)")
		}, []string{"another program"}},
		{"newer schema", func(t *testing.T, path string) {
			write(t, path, "")
			openAndClose(t, path)
			execute(t, other(t, path), "PRAGMA user_version = 6")
		}, []string{"schema 6", "knows up to 5", "newer suqiu"}},
		{"older schema", func(t *testing.T, path string) {
			write(t, path, "")
			openAndClose(t, path)
			execute(t, other(t, path), "PRAGMA user_version = 1")
		}, []string{"schema 1", "needs 5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "store.db")
			c.make(t, path)
			_, err := Open(path)
			wantFault(t, err, hotline.FaultSetup, append(c.want, "open in "+path)...)
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func openAndClose(t *testing.T, path string) {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestOlderSchema: a file of an older schema takes what this one stores.
func TestOlderSchema(t *testing.T) {
	const withoutOrigins = "DROP INDEX call_origin; ALTER TABLE call DROP COLUMN partition; ALTER TABLE call DROP COLUMN read_at; ALTER TABLE call DROP COLUMN arrived;"
	for version, older := range map[int]string{
		2: withoutOrigins + "DROP TABLE holds; DROP TABLE facet; PRAGMA user_version = 2",
		3: withoutOrigins + "PRAGMA user_version = 3",
		4: "DROP INDEX call_origin; CREATE INDEX call_partition ON call (partition, read_at) WHERE partition <> ''; PRAGMA user_version = 4",
	} {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			openAndClose(t, path)
			execute(t, other(t, path), older)
			s, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			doc := testDocument("1", "停电")
			doc.Call.Origin = hotline.Origin{Topic: "calls", Offset: 3}
			doc.Analysis.Urgency = []hotline.Mark{{Code: "medical"}}
			if _, err := s.Put(t.Context(), []hotline.Document{doc}); err != nil {
				t.Fatal(err)
			}
			result, err := s.Search(t.Context(), index.Query{Filter: index.Filter{Urgency: []string{"medical"}}, Facets: []index.Field{index.FacetUrgency}})
			if err != nil || result.Total != 1 {
				t.Errorf("got %d documents, %v, want 1", result.Total, err)
			}
			if found, err := s.Origins(t.Context(), hotline.Offsets{Topic: "calls", Until: 10}); err != nil || len(found) != 1 {
				t.Errorf("origins: got %v, %v, want one", found, err)
			}
			var plan string
			err = s.reader.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+selectOrigins, "calls/0", 0, 10).Scan(new(int), new(int), new(int), &plan)
			if err != nil || !strings.Contains(plan, "USING COVERING INDEX call_origin") {
				t.Errorf("origins are read by %q, %v, want nothing but their index", plan, err)
			}
		})
	}
}

// TestOddPaths opens files whose names mean something in a URI.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"诉求 库.db", "a?b=c&d.db", "50%41#.db", "it's.db"} {
		path := filepath.Join(t.TempDir(), name)
		openAndClose(t, path)
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		openAndClose(t, path)
	}
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var docs []hotline.Document
	for i := range 500 {
		docs = append(docs, testDocument(strconv.Itoa(i), "停电"))
	}
	if _, err := s.Put(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for i := page; i < len(content); i++ { // all but the header's page
		content[i] = 0xa5
	}
	write(t, path, string(content))

	damaged := openTest(t, path)
	_, err = damaged.Put(t.Context(), docs)
	wantFault(t, err, hotline.FaultSetup, "damaged", "put 500 documents in "+path)
	_, err = damaged.Get(t.Context(), "95598:1")
	wantFault(t, err, hotline.FaultSetup, "damaged")
	_, _, err = damaged.Scan(t.Context(), index.Filter{}, "", 10)
	wantFault(t, err, hotline.FaultSetup, "damaged")
}

func TestDiskFull(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "store.db"))
	execute(t, s.writer, "PRAGMA max_page_count = 60")
	var docs []hotline.Document
	for i := range 2000 {
		docs = append(docs, testDocument(strconv.Itoa(i), "今天下午小区又停电了"))
	}
	verdicts, err := s.Put(t.Context(), docs)
	wantFault(t, err, hotline.FaultUnavailable, "disk is full")
	if verdicts != nil {
		t.Errorf("got %d verdicts beside a fault", len(verdicts))
	}
	if result, err := s.Search(t.Context(), index.Query{}); err != nil || result.Total != 0 {
		t.Errorf("after the fault: got %d documents, %v, want none", result.Total, err)
	}
	execute(t, s.writer, "PRAGMA max_page_count = 1000000")
	if _, err := s.Put(t.Context(), docs); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestOtherWriter: while another process holds the lock, writers wait until their context ends or the bound is
// reached, and readers do not wait.
func TestOtherWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openTest(t, path)
	s.lockWait = 0
	docs := []hotline.Document{testDocument("1", "停电")}
	writer := other(t, path)
	execute(t, writer, "BEGIN IMMEDIATE")

	_, err := s.Put(t.Context(), docs)
	wantFault(t, err, hotline.FaultUnavailable, "another process")
	_, err = s.PutRecord(t.Context(), "key", nil, 0)
	wantFault(t, err, hotline.FaultUnavailable, "another process")
	if _, err := s.Search(t.Context(), index.Query{}); err != nil {
		t.Errorf("search beside a writer: %v", err)
	}

	s.lockWait = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Put(ctx, docs); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}

	put := make(chan error)
	go func() {
		_, err := s.Put(t.Context(), docs)
		put <- err
	}()
	execute(t, writer, "COMMIT")
	if err := <-put; err != nil {
		t.Errorf("after the other writer: %v", err)
	}
}

// TestBuckets looks at days that are not 24 hours long, and at the hour that comes twice.
func TestBuckets(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	kolkata := time.FixedZone("+05:30", 5*3600+1800)
	for _, c := range []struct {
		name        string
		first, last time.Time
		interval    index.Interval
		want        int
	}{
		{"one moment", time.Date(2026, 3, 10, 12, 0, 0, 0, newYork), time.Date(2026, 3, 10, 12, 0, 0, 0, newYork), index.IntervalDay, 1},
		{"clocks forward, hours", time.Date(2026, 3, 8, 0, 0, 0, 0, newYork), time.Date(2026, 3, 8, 23, 59, 59, 0, newYork), index.IntervalHour, 23},
		{"clocks back, hours", time.Date(2026, 11, 1, 0, 0, 0, 0, newYork), time.Date(2026, 11, 1, 23, 59, 59, 0, newYork), index.IntervalHour, 25},
		{"clocks back, days", time.Date(2026, 10, 31, 12, 0, 0, 0, newYork), time.Date(2026, 11, 2, 12, 0, 0, 0, newYork), index.IntervalDay, 3},
		{"half-hour zone", time.Date(2026, 3, 10, 0, 29, 0, 0, kolkata), time.Date(2026, 3, 10, 1, 0, 0, 0, kolkata), index.IntervalHour, 2},
		{"Sunday and Monday", time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC), index.IntervalWeek, 2},
		{"months of different lengths", time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), index.IntervalMonth, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := buckets(c.first, c.last, c.interval, c.first.Location())
			if n := strings.Count(got, "[") - 1; n != c.want {
				t.Errorf("got %d buckets, want %d: %s", n, c.want, got)
			}
		})
	}
}
