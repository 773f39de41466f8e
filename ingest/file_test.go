package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// writeContacts writes a file of n contacts with several versions of some and a broken line in every 50, and returns
// its path, what a store must hold in the end, and how many lines are broken.
func writeContacts(t testing.TB, n int) (path string, want map[string]string, broken int) {
	t.Helper()
	want = make(map[string]string)
	newest := make(map[string]int)
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := range n {
		if i%50 == 49 {
			broken++
			b.WriteString("{\"schema\":1,\"id\":\n")
			continue
		}
		id, rev := fmt.Sprintf("c%04d", rng.IntN(n)), rng.IntN(4)
		b.WriteString(contact(id, rev) + "\n")
		if rev >= newest[id] {
			newest[id] = rev
			want["95598:"+id] = fmt.Sprintf("小区停电 第%d版", rev)
		}
	}
	path = filepath.Join(t.TempDir(), "contacts.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, want, broken
}

func TestFile(t *testing.T) {
	path, want, broken := writeContacts(t, 500)
	store, sink := newMemStore(), newMemSink()
	var seen []Progress
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, nil), Ledger: newMemLedger(), Records: 64,
		Progress: func(p Progress) { seen = append(seen, p) }}
	progress, err := ingester.File(t.Context(), &source95598, path)
	if err != nil {
		t.Fatal(err)
	}
	if progress.Units != 500 || progress.Dead != broken || progress.Stored+progress.Superseded != 500-broken || progress.Read != progress.Total {
		t.Errorf("progress %+v", progress)
	}
	if len(seen) != 8 || seen[7] != progress {
		t.Errorf("%d calls of progress, the last with %+v", len(seen), seen[len(seen)-1])
	}
	equalMaps(t, store.texts(), want)
	for id, letter := range sink.letters {
		if !strings.HasPrefix(id, "contacts.jsonl@") || letter.Origin.File != path || letter.Origin.Line%50 != 0 || letter.Reason != decode.ReasonSyntax {
			t.Errorf("letter %+v", letter)
		}
	}
	// A finished file is read again from its start when it is asked for again.
	if progress, err := ingester.File(t.Context(), &source95598, path); err != nil || progress.Units != 500 || progress.Skipped != 0 {
		t.Errorf("again: %+v, %v", progress, err)
	}
	if len(sink.letters) != broken {
		t.Errorf("%d letters after the second run, want %d: they must keep their ids", len(sink.letters), broken)
	}
}

// A run that is killed twenty times at random places ends like one that is not, and does no item again whose batch was
// done.
func TestFileKilledTwentyTimes(t *testing.T) {
	path, want, broken := writeContacts(t, 1000)
	store, sink, ledger := newMemStore(), newMemSink(), newMemLedger()
	rng := rand.New(rand.NewPCG(3, 4))
	var ctx context.Context
	var kill context.CancelFunc
	left := 0 // puts until the process is killed
	store.fault = func(int, []hotline.Document) fault {
		left--
		switch {
		case left == 0 && rng.IntN(2) == 0:
			kill()
			return fault{err: context.Canceled, apply: true} // killed after the store had it, before the answer
		case left == 0:
			kill()
		case rng.IntN(4) == 0:
			return fault{err: errUnavailable, apply: rng.IntN(2) == 0}
		}
		return fault{}
	}
	kills, skipped := 0, int64(0)
	for done := false; !done; {
		ctx, kill = context.WithCancel(t.Context())
		left = 1 + rng.IntN(6)
		if kills >= 20 {
			left = -1
		}
		ingester := &FileIngester{Loop: newTestLoop(t, store, sink, nil), Ledger: ledger, Records: 8}
		progress, err := ingester.File(ctx, &source95598, path)
		switch {
		case err == nil:
			done = true
		case errors.Is(err, context.Canceled):
			kills++
		default:
			t.Fatal(err)
		}
		if progress.Skipped < skipped {
			t.Errorf("run %d skipped %d items, the one before %d: the resume point went back", kills, progress.Skipped, skipped)
		}
		skipped = progress.Skipped
		kill()
	}
	if kills < 20 {
		t.Errorf("killed %d times, want at least 20", kills)
	}
	equalMaps(t, store.texts(), want)
	if len(sink.letters) != broken {
		t.Errorf("%d letters, want %d", len(sink.letters), broken)
	}
}

// Two processes on one file would both be right about the store and wrong about how far it was read: the second says so.
func TestFileIngestedTwiceAtOnce(t *testing.T) {
	path, _, _ := writeContacts(t, 100)
	ledger := newMemLedger()
	store := newMemStore()
	other := &FileIngester{Loop: newTestLoop(t, newMemStore(), newMemSink(), nil), Ledger: ledger, Records: 50}
	store.fault = func(put int, _ []hotline.Document) fault {
		if put == 1 {
			if _, err := other.File(t.Context(), &source95598, path); err != nil {
				t.Error(err)
			}
		}
		return fault{}
	}
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: ledger, Records: 10}
	if _, err := ingester.File(t.Context(), &source95598, path); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error %v, want one that says the file is ingested twice", err)
	}
}

// An answer of the ledger that is lost looks like a conflict with oneself, and is none.
func TestFileLedgerAnswerLost(t *testing.T) {
	path, want, _ := writeContacts(t, 200)
	ledger, store := newMemLedger(), newMemStore()
	puts := 0
	ledger.failing = func() error {
		if puts++; puts%3 == 1 {
			return errors.New("time-out")
		}
		return nil
	}
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: ledger, Records: 20}
	if _, err := ingester.File(t.Context(), &source95598, path); err != nil {
		t.Fatal(err)
	}
	equalMaps(t, store.texts(), want)
}

// Items done again after a kill keep the time at which the file was first begun.
func TestFileKeepsItsTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "undated.jsonl")
	text := `{"schema":1,"id":"u%d","kind":"message","received":"2026-11-18T09:00:00+08:00","text":"停电"}` + "\n"
	if err := os.WriteFile(path, fmt.Appendf(nil, text+text, 1, 2), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, kill := context.WithCancel(t.Context())
	store, ledger := newMemStore(), newMemLedger()
	store.fault = func(put int, _ []hotline.Document) fault {
		if put == 2 {
			kill()
		}
		return fault{}
	}
	loop := newTestLoop(t, store, newMemSink(), nil)
	ingester := &FileIngester{Loop: loop, Ledger: ledger, Records: 1}
	if _, err := ingester.File(ctx, &source95598, path); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want canceled", err)
	}
	if err := loop.cfg.Clock.Sleep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	store.fault = nil
	if progress, err := ingester.File(t.Context(), &source95598, path); err != nil || progress.Skipped != 1 {
		t.Fatalf("second run: %+v, %v", progress, err)
	}
	one, two := store.docs["95598:u1"].Call, store.docs["95598:u2"].Call
	if !one.Arrived.Equal(two.Arrived) || !one.Arrived.Equal(today) {
		t.Errorf("arrived %s and %s, want both at %s", one.Arrived, two.Arrived, today)
	}
}

func TestFileErrors(t *testing.T) {
	ingester := &FileIngester{Loop: newTestLoop(t, newMemStore(), newMemSink(), func(c *LoopConfig) { c.DeadWindow = 40 })}
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("Missing", func(t *testing.T) {
		if _, err := ingester.File(t.Context(), &source95598, filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("UnknownForm", func(t *testing.T) {
		src := decode.Source{Name: "x", Format: decode.Auto}
		_, err := ingester.File(t.Context(), &src, write("x.csv", "甲,乙\n1,2\n"))
		var fault *decode.Error
		if !errors.As(err, &fault) || fault.Reason != decode.ReasonFormat {
			t.Errorf("error %v, want one about the format", err)
		}
	})
	t.Run("MostlyBroken", func(t *testing.T) {
		_, err := ingester.File(t.Context(), &source95598, write("y.jsonl", contact("a", 1)+"\n"+strings.Repeat("{\"id\n", 30)))
		var pause *Pause
		if !errors.As(err, &pause) {
			t.Errorf("error %v, want a pause", err)
		}
	})
}

func TestStream(t *testing.T) {
	store := newMemStore()
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: newMemLedger()}
	progress, err := ingester.Stream(t.Context(), &source95598, "-", strings.NewReader(contact("a", 1)+"\n"+contact("b", 2)+"\n"))
	if err != nil || progress.Stored != 2 || progress.Total != 0 || progress.Read == 0 {
		t.Errorf("progress %+v, error %v", progress, err)
	}
	if origin := store.docs["95598:b"].Call.Origin; origin != (hotline.Origin{File: "-", Line: 2}) {
		t.Errorf("origin %+v", origin)
	}
}

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

// A recording named after its caller leaves no number behind: not in origins, dead letters or resume points.
func TestFileNameIsMasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec-13800001234.jsonl")
	if err := os.WriteFile(path, []byte(contact("a", 1)+"\n{\"id\":\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, sink, ledger := newMemStore(), newMemSink(), newMemLedger()
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, func(c *LoopConfig) { c.DeadShare = 1 }), Ledger: ledger}
	if _, err := ingester.File(t.Context(), &source95598, path); err != nil {
		t.Fatal(err)
	}
	if len(store.docs) != 1 || len(sink.letters) != 1 {
		t.Fatalf("%d documents and %d letters, want one each", len(store.docs), len(sink.letters))
	}
	left := fmt.Sprintf("%+v %+v %q", store.docs, sink.letters, ledger.values)
	if strings.Contains(left, "13800001234") {
		t.Errorf("the number is left in %s", left)
	}
}
