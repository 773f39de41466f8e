package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// What was done in one way of reading is not done in another: a run that is interrupted and started with other settings
// begins anew.
func TestFileReadInAnotherWay(t *testing.T) {
	path, want, _ := writeContacts(t, 100)
	for name, change := range map[string]func(*decode.Source){
		"Name":        func(s *decode.Source) { s.Name = "calls" },
		"Hotline":     func(s *decode.Source) { s.Hotline = hotline.Hotline12398 },
		"Format":      func(s *decode.Source) { s.Format = decode.Auto },
		"Kind":        func(s *decode.Source) { s.Kind = hotline.KindOrder },
		"Zone":        func(s *decode.Source) { s.Zone = time.UTC },
		"OtherZone":   func(s *decode.Source) { s.Zone = time.FixedZone("east", 9*3600) },
		"DefaultArea": func(s *decode.Source) { s.DefaultArea = "琼/三亚" },
		"ID":          func(s *decode.Source) { s.ID = "field:id" },
		"Start":       func(s *decode.Source) { s.Start = "field:received" },
		"Received":    func(s *decode.Source) { s.Received = today },
		"Columns":     func(s *decode.Source) { s.Columns = []string{"id"} },
		"Same":        func(*decode.Source) {},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, kill := context.WithCancel(t.Context())
			store, ledger := newMemStore(), newMemLedger()
			store.fault = func(put int, _ []hotline.Document) fault {
				if put == 3 {
					kill()
				}
				return fault{}
			}
			ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: ledger, Records: 20}
			if _, err := ingester.File(ctx, &source95598, path); !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want canceled", err)
			}
			store.fault = nil
			src := source95598
			change(&src)
			progress, err := ingester.File(t.Context(), &src, path)
			wantSkipped := int64(0)
			if name == "Same" {
				wantSkipped = 40
				equalMaps(t, store.texts(), want)
			}
			if err != nil || progress.Skipped != wantSkipped || progress.Units != 100-int(wantSkipped) {
				t.Errorf("progress %+v, error %v, want %d items skipped", progress, err, wantSkipped)
			}
		})
	}
}

// A letter tells where its file is from everywhere, not from the folder in which it happened to be read.
func TestFileLetterTellsWholePath(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if err := os.WriteFile("calls.jsonl", []byte(contact("a", 1)+"\n{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, sink := newMemStore(), newMemSink()
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, nil)}
	if _, err := ingester.File(t.Context(), &source95598, "calls.jsonl"); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(folder, "calls.jsonl")
	for _, letter := range sink.letters {
		if letter.Origin.File != want {
			t.Errorf("the letter's file is %s, want %s", letter.Origin.File, want)
		}
	}
	if got := store.docs["95598:a"].Call.Origin.File; got != want || len(sink.letters) != 1 {
		t.Errorf("the document's file is %s, want %s; %d letters", got, want, len(sink.letters))
	}
}

// A file of 12345 orders that is read under another source's settings is all of 12345: documents, letters and share.
func TestFileOfAnotherHotline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.csv")
	rows := "工单编号,受理时间,诉求内容\n1,2026-11-18,停电\n2,昨天,停电\n3,2026-11-18\n4,2012-11-18,停电\n5,2026-11-18,停电\n"
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	store, sink := newMemStore(), newMemSink()
	store.fault = func(int, []hotline.Document) fault {
		return fault{item: func(d *hotline.Document) *hotline.Verdict {
			if d.Call.ID == "5" {
				return &hotline.Verdict{ID: d.Call.DocID(), Outcome: hotline.Refused, Reason: "a test"}
			}
			return nil
		}}
	}
	loop := newTestLoop(t, store, sink, func(c *LoopConfig) {
		c.DeadWindow, c.DeadShare = 10, 0.4
		c.Pipeline.RetentionStart = func(now time.Time) time.Time { return now.AddDate(-1, 0, 0) }
	})
	src := source95598
	src.Format = decode.Auto
	if _, err := (&FileIngester{Loop: loop}).File(t.Context(), &src, path); err != nil {
		t.Fatal(err)
	}
	if _, stored := store.docs["12345:1"]; !stored || len(sink.letters) != 4 {
		t.Fatalf("%d documents, letters %v, want 12345:1 and four letters", len(store.docs), sink.ids())
	}
	for id, letter := range sink.letters {
		if letter.Source != "12345" {
			t.Errorf("letter %s is of source %s, want 12345", id, letter.Source)
		}
	}
	if got := measure(t, loop.cfg.Metrics.records.WithLabelValues("12345")); got != 5 {
		t.Errorf("%v records of 12345 counted, want 5", got)
	}
	// One more, and 12345 is past its limit; 95598 is not.
	if err := os.WriteFile(path, []byte(strings.Replace(rows, "1,2026-11-18,", "1,昨天,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	var pause *Pause
	if _, err := (&FileIngester{Loop: loop}).File(t.Context(), &src, path); !errors.As(err, &pause) || pause.What != "source 12345" {
		t.Errorf("error %v, want a pause of source 12345", err)
	}
	if tally, err := loop.Finish(t.Context(), unitsOf(loop, contact("a", 1)), nil); err != nil || tally.Stored != 1 {
		t.Errorf("95598 goes on: %+v, %v", tally, err)
	}
}

// What a later file tells of an order that came through a topic replaces it, whichever of its fields has changed; a
// version dated in the future is as new as the file, not newer than all that follows.
func TestFileCorrectsTopic(t *testing.T) {
	src := decode.Source{Name: "12345", Hotline: hotline.Hotline12345}
	const header = "工单编号,受理时间,更新时间,诉求内容,处理情况\n"
	arrived := today.Add(-24 * time.Hour)
	for name, tt := range map[string]struct {
		row     string
		want    string // what the stored document then tells
		version time.Time
	}{
		"Reply":     {"1,2026-11-18 09:00:00,,停电,已复电", "2026-11-18 已复电", today},
		"DayBefore": {"1,2026-11-17 09:00:00,,停电,", "2026-11-17 ", today},
		"Updated":   {"1,2026-11-18 09:00:00,2026-11-20 08:00:00,停电,已复电", "2026-11-18 已复电", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		"Future":    {"1,2026-11-18 09:00:00,2035-01-01 00:00:00,停电,已复电", "2026-11-18 已复电", today},
		"Ancient":   {"1,2026-11-18 09:00:00,1999-01-01 00:00:00,停电,已复电", "2026-11-18 已复电", today},
		"Older":     {"1,2026-11-17 09:00:00,2026-11-18 10:00:00,停电,", "2026-11-18 ", arrived},
	} {
		t.Run(name, func(t *testing.T) {
			store, sink := newMemStore(), newMemSink()
			loop := newTestLoop(t, store, sink, nil)
			first := record{time: arrived, value: []byte(header + "1,2026-11-18 09:00:00,,停电,\n")}
			if _, err := loop.Finish(t.Context(), []Unit{loop.unit(&src, partitionID{"orders", 0}, &first)}, nil); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "orders.csv")
			if err := os.WriteFile(path, []byte(header+tt.row+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := (&FileIngester{Loop: loop}).File(t.Context(), &src, path); err != nil {
				t.Fatal(err)
			}
			call := store.docs["12345:1"].Call
			reply := call.Text(func(r hotline.Role) bool { return r == hotline.RoleReply })
			if got := call.Received.Format(time.DateOnly) + " " + reply; got != tt.want || call.ContentRev != tt.version.UnixMilli() {
				t.Errorf("stored %q of %s, want %q of %s", got, time.UnixMilli(call.ContentRev).UTC(), tt.want, tt.version)
			}
			if len(sink.letters) > 0 {
				t.Errorf("letters %+v", sink.letters)
			}
		})
	}
}
